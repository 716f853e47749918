// Two runs side by side: the page's own, and the same on another engine or with another program. Not their moves: session.ts.
import { exitName } from 'coulis'
import { bisect, type CallRecord, type History } from 'coulis/inside'
import type { Comparison, MemoryDifference, Other, Pair, SideView, Source, Total } from '../protocol.ts'

/** One run: a bench of session.ts. */
interface Side {
  readonly history: History
  readonly isTrace: boolean
  side(): SideView
  /** False: cancelled. */
  runOn(until: number): Promise<boolean>
  dispose(): void
}

const PAGE = 4096
const LINE = 16
const MOST_DIFFERENCES = 8
/** How much longer than the first run the second one may be. */
const LONGER = 4
const AT_LEAST = 1_000_000
/** Instructions of each run that are looked at one by one. */
const MOST_LOOKED_AT = 2_000_000

/** The gas used until the frontier, and the rest; the history is where it was. */
function totalOf(name: string, history: History): Total {
  const { time, frontier, calls, end } = history
  history.goto(0)
  const { gas } = history.vm
  history.goto(frontier)
  const used = gas - history.vm.gas
  history.goto(time)
  const exit = end === undefined ? undefined : exitName(end.exit)
  return { name, instructions: frontier, gas: used, calls: calls.length, exit }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

function sameCall(a: CallRecord, b: CallRecord): boolean {
  const isSame =
    a.index === b.index &&
    a.outcome === b.outcome &&
    a.registers.length === b.registers.length &&
    a.memory.writes.length === b.memory.writes.length
  return (
    isSame &&
    a.registers.every(({ register, value }, i) => {
      const other = b.registers[i]!
      return register === other.register && value === other.value
    }) &&
    a.memory.writes.every(({ address, bytes }, i) => {
      const other = b.memory.writes[i]!
      return address === other.address && sameBytes(bytes, other.bytes)
    })
  )
}

function firstOtherCall(a: History, b: History): number | undefined {
  const most = Math.max(a.calls.length, b.calls.length)
  for (let i = 0; i < most; i++) {
    const [x, y] = [a.calls[i], b.calls[i]]
    if (x === undefined || y === undefined || !sameCall(x, y)) return i
  }
  return undefined
}

/** What was executed from the start on, by numbers that `names` gives; the history is where it was. */
function executedBy(history: History, names: Map<string, number>): Uint16Array {
  const { time, frontier } = history
  const executed = new Uint16Array(Math.min(frontier, MOST_LOOKED_AT))
  history.scan(0, executed.length, {
    event: ({ instruction: { name } }, at) => {
      const number = names.get(name) ?? names.size
      names.set(name, number)
      executed[at] = number
      return false
    },
  })
  history.goto(time)
  return executed
}

/** The first time at which another instruction is executed, whatever its operands. */
function firstOtherInstruction(a: History, b: History): number | undefined {
  const names = new Map<string, number>()
  const [x, y] = [executedBy(a, names), executedBy(b, names)]
  const most = Math.min(x.length, y.length)
  for (let at = 0; at < most; at++) if (x[at] !== y[at]) return at
  return x.length === y.length ? undefined : most
}

function parting(a: History, b: History): Comparison['first'] {
  const found = bisect(a, b)
  if (found !== undefined) return found
  const [x, y] = [a.end, b.end]
  if (a.frontier === b.frontier && x?.exit === y?.exit) return undefined
  return { time: Math.min(a.frontier, b.frontier), fields: ['end'] }
}

function bytesAt({ vm }: History, address: number): (number | undefined)[] {
  const bytes = new Uint8Array(LINE)
  return vm.memory.read(address, bytes) === 0 ? [...bytes] : new Array<undefined>(LINE).fill(undefined)
}

/** Lines of memory that differ now. */
function memoryDifferences(a: History, b: History): MemoryDifference[] {
  const [x, y] = [a.vm.memory, b.vm.memory]
  const pages = [...new Set([...x.written(), ...y.written()])].sort((p, q) => p - q)
  const found: MemoryDifference[] = []
  for (const page of pages) {
    for (let address = page * PAGE; address < (page + 1) * PAGE; address += LINE) {
      const bytes = [bytesAt(a, address), bytesAt(b, address)] as const
      if (bytes[0].every((byte, i) => byte === bytes[1][i])) continue
      found.push({ address, bytes })
      if (found.length === MOST_DIFFERENCES) return found
    }
  }
  return found
}

/** Two runs of which one follows the other. */
export class Beside {
  readonly #main: Side
  readonly #other: Side
  readonly #names: readonly [string, string]
  readonly comparison: Comparison

  private constructor(main: Side, other: Side, names: readonly [string, string], isProgram: boolean) {
    this.#main = main
    this.#other = other
    this.#names = names
    this.comparison = {
      totals: [totalOf(names[0], main.history), totalOf(names[1], other.history)],
      first: parting(main.history, other.history),
      firstInstruction: isProgram ? firstOtherInstruction(main.history, other.history) : undefined,
      firstCall: firstOtherCall(main.history, other.history),
    }
  }

  /** @param open makes a bench of a source; for a recorded run, with another program in its place. */
  static async open(
    main: Side,
    source: Source,
    other: Other,
    open: (source: Source, program?: Source) => Promise<Side>,
  ): Promise<Beside> {
    const { points: _, ...same } = source
    let bench: Side
    let names: readonly [string, string]
    if ('engine' in other) {
      bench = await open({ ...same, start: { ...same.start, engine: other.engine } })
      names = [main.history.vm.kind, bench.history.vm.kind]
    } else {
      const program = { ...other.program, start: same.start }
      bench = main.isTrace
        ? await open({ name: same.name, bytes: same.bytes, start: same.start }, program)
        : await open(program)
      names = [source.name, other.program.name]
    }
    const { end, frontier } = main.history
    const isDone = await bench.runOn(end === undefined ? frontier : frontier * LONGER + AT_LEAST)
    if (isDone) return new Beside(main, bench, names, 'program' in other)
    bench.dispose()
    throw new Error('cancelled')
  }

  pair(): Pair {
    const [a, b] = [this.#main.history, this.#other.history]
    b.goto(Math.min(a.time, b.frontier))
    return {
      sides: [
        { ...this.#main.side(), name: this.#names[0] },
        { ...this.#other.side(), name: this.#names[1] },
      ],
      memory: memoryDifferences(a, b),
    }
  }

  dispose(): void {
    this.#other.dispose()
  }
}
