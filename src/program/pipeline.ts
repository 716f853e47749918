// The pipeline gas model of GP 0.8.0 (A.9), simulated cycle by cycle as the paper has it: what programs say blocks cost, what the
// reference machine charges, and the data of the charts. The other engines charge with core/gas/pipeline.c, the same in C.
import { instructionOf, operandsOf } from '../isa/decode.ts'
import type { Operands } from '../isa/format.ts'
import type { Letter } from '../isa/semantics.ts'
import { type InstructionSet, instructionSet } from '../isa/set.ts'
import { INSTRUCTIONS, type Instruction, instructionNamed, TRAP_ID } from '../isa/table.ts'
import { skipAt } from './code-map.ts'
import type { CostInput } from './cost-input.ts'
import { CHEAP_BRANCH_CYCLES, type CostRow, costRows, UNIT_COUNTS } from './pipeline-rows.ts'

/** How many entries of the reorder buffer may be live at once. */
export const REORDER_BUFFER_SIZE = 32
/** How many decode slots a cycle has. */
export const DECODE_SLOTS = 4
/** How many instructions may start executing in a cycle. */
export const STARTS_PER_CYCLE = 5

/** An instruction as the model sees it. */
interface Decoded {
  readonly instruction: Instruction
  readonly row: CostRow
  readonly pc: number
  readonly next: number
  readonly cycles: number
  readonly slots: number
  readonly sources: ReadonlySet<number>
  readonly destinations: ReadonlySet<number>
}

/** The cycles in which things happened to one instruction. They are -1 for what never happens to a move, which the front end handles. */
export interface PipelineStage {
  readonly pc: number
  readonly instruction: Instruction
  readonly latency: number
  readonly slots: number
  /** The units that it occupies from `started` until `done`, in the order of `UNIT_LETTERS`. */
  readonly units: readonly number[]
  /** The instructions whose results it reads, as far as they were live when it was decoded. */
  readonly deps: readonly PipelineStage[]
  readonly decoded: number
  started: number
  /** The first cycle in which instructions that read its result may start: the start plus the latency. */
  done: number
  /** The cycle at whose end it leaves the reorder buffer. */
  retired: number
}

/** A block that was simulated to its end. */
export interface PipelineRun {
  readonly stages: readonly PipelineStage[]
  /** The cycle counter when nothing is live any more. */
  readonly cycles: number
  /** What the block costs in gas: max(cycles - 3, 1). */
  readonly cost: number
}

type State = 'DEC' | 'WAIT' | 'EXE' | 'FIN'

interface Entry {
  state: State
  c: number
  readonly deps: readonly Entry[]
  readonly regs: Set<number>
  readonly units: readonly number[]
  readonly stage: PipelineStage
}

function registersOf(letters: readonly Letter[], operands: Operands): Set<number> {
  const value = { A: operands.a, B: operands.b, D: operands.d, X: 0, Y: 0, T: 0 }
  return new Set(letters.map(letter => value[letter]))
}

/** The paper's b: a branch is cheap if `trap` or `unlikely` is at one of its successors. Bytes outside of the code are 0, which is trap. */
function branchIsCheap(input: CostInput, set: InstructionSet, next: number, target: number): boolean {
  const unlikely = set.opcodes[instructionNamed('unlikely')!.id]
  return [next, target].some(at => {
    const byte = input.parts.code[at] ?? 0
    return byte === set.opcodes[TRAP_ID] || byte === unlikely
  })
}

function decodeAt(input: CostInput, pc: number): Decoded {
  const { code, bitmask } = input.parts
  const set = instructionSet(input.profile.instructionSet)
  const skip = pc < code.length ? skipAt(bitmask, code.length, pc) : 0
  const defined = input.map.instruction[pc] === 1 ? instructionOf(set, code, pc, skip) : undefined
  const instruction = defined ?? INSTRUCTIONS[TRAP_ID]!
  const isPlain = defined !== undefined && set.encoding === 'bitmask'
  const row = costRows()[isPlain ? set.costIds[code[pc]!]! : instruction.id]!
  const operands = operandsOf(set, instruction.format, code, pc, skip)
  const next = pc + 1 + skip
  const read = row.readsDestination && input.profile.cmovReadsDestination ? [row.destination!] : []
  const sources = registersOf([...row.sources, ...read], operands)
  const destinations = registersOf(row.destination === undefined ? [] : [row.destination], operands)
  const overlap =
    row.slotRule === 'overlap'
      ? [...sources].some(r => destinations.has(r))
      : row.slotRule === 'first-overlap' && operands.a === operands.d
  const cheap = row.branch && branchIsCheap(input, set, next, operands.target)
  return {
    instruction,
    row,
    pc,
    next,
    cycles: cheap ? CHEAP_BRANCH_CYCLES : row.cycles,
    slots: overlap ? row.slots : row.slotsApart,
    sources,
    destinations,
  }
}

function intersects(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  return [...a].some(x => b.has(x))
}

/**
 * Simulates the block that starts at `start`, from an empty pipeline to an empty pipeline. Where no instruction starts there, the
 * block is the implicit trap.
 */
export function simulatePipeline(input: CostInput, start: number): PipelineRun {
  const stages: PipelineStage[] = []
  let upcoming: Decoded | undefined = decodeAt(input, start)
  let cycle = 0
  let slotsLeft = DECODE_SLOTS
  let startsLeft = STARTS_PER_CYCLE
  const free = [...UNIT_COUNTS]
  let live: Entry[] = []

  const decode = (it: Decoded): void => {
    const deps = live.filter(q => intersects(q.regs, it.sources))
    const stage: PipelineStage = {
      pc: it.pc,
      instruction: it.instruction,
      latency: it.cycles,
      slots: it.slots,
      units: it.row.units,
      deps: deps.map(q => q.stage),
      decoded: cycle,
      started: -1,
      done: -1,
      retired: -1,
    }
    stages.push(stage)
    if (it.row.frontEnd) {
      for (const q of live) {
        const owns = intersects(q.regs, it.sources)
        for (const r of it.destinations)
          if (owns) q.regs.add(r)
          else q.regs.delete(r)
      }
    } else {
      for (const q of live) for (const r of it.destinations) q.regs.delete(r)
      live.push({ state: 'DEC', c: it.cycles, deps, regs: new Set(it.destinations), units: it.row.units, stage })
    }
    slotsLeft -= it.slots
    upcoming = it.instruction.terminator ? undefined : decodeAt(input, it.next)
  }

  const startable = (q: Entry): boolean =>
    q.state === 'WAIT' && q.units.every((n, unit) => n <= free[unit]!) && q.deps.every(dep => dep.c === 0)

  const begin = (q: Entry): void => {
    q.state = 'EXE'
    startsLeft -= 1
    q.units.forEach((n, unit) => {
      free[unit]! -= n
    })
    q.stage.started = cycle
    q.stage.done = cycle + q.stage.latency
  }

  /**
   * Lets cycles pass in which nothing happens but counting down. If a cycle has decoded and started no instruction, these are all that
   * follow until an instruction is done.
   */
  const wait = (): void => {
    if (slotsLeft < DECODE_SLOTS || startsLeft < STARTS_PER_CYCLE || live[0]?.state === 'FIN') return
    const running = live.filter(q => q.state === 'EXE')
    const idle = running.reduce((least, q) => Math.min(least, q.c - 1), running.length === 0 ? 0 : Infinity)
    for (const q of running) q.c -= Math.max(idle, 0)
    cycle += Math.max(idle, 0)
  }

  const tick = (): void => {
    // Everything is read before anything changes: first which entries retire, then units, states and counters.
    const firstLive = live.findIndex(q => q.state !== 'FIN')
    const retiring = firstLive === -1 ? live.length : firstLive
    for (const q of live.slice(0, retiring)) q.stage.retired = cycle
    for (const q of live) {
      if (q.state === 'DEC') {
        q.state = 'WAIT'
      } else if (q.state === 'EXE') {
        if (q.c === 1) {
          q.units.forEach((n, unit) => {
            free[unit]! += n
          })
        }
        if (q.c === 0) q.state = 'FIN'
        else q.c -= 1
      }
    }
    live = live.slice(retiring)
    slotsLeft = DECODE_SLOTS
    startsLeft = STARTS_PER_CYCLE
    cycle += 1
  }

  for (;;) {
    const ready = startsLeft > 0 ? live.find(startable) : undefined
    if (upcoming !== undefined && upcoming.slots <= slotsLeft && live.length < REORDER_BUFFER_SIZE) decode(upcoming)
    else if (ready !== undefined) begin(ready)
    else if (upcoming === undefined && live.length === 0) break
    else {
      wait()
      tick()
    }
  }
  return { stages, cycles: cycle, cost: Math.max(cycle - 3, 1) }
}
