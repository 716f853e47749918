// Answers what the page asks about one opened program. Not the messages: worker.ts.
import { type CodeLine, createEngine, type EngineKind, listCode, pipelineTimeline, renderTimeline } from 'coulis'
import { type Breakpoint, bisect, lastWrite, Session, type Stop, writeChain } from 'coulis/inside'
import type {
  CallView,
  Comparison,
  Facts,
  FrameView,
  MemoryView,
  Move,
  OriginView,
  PagesView,
  Row,
  Source,
  Survey,
  View,
  Watch,
} from '../protocol.ts'
import { type Opened, open } from './open.ts'
import { endOf, pagesOf, placeText, pointOf, stopText, watchedText } from './show.ts'
import { type Surveyed, survey } from './survey.ts'

/** Instructions between two looks at whether somebody wants to stop. */
const SLICE = 1_000_000
const MOST_MEMORY = 64 * 1024
const MOST_ROWS = 2000
const SPACE = 2 ** 32

/** Says how far a long move has come. False: somebody wants it to end. */
export type Pause = (doing: string, time: number) => Promise<boolean>

function checkNumber(name: string, value: unknown, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most) return value
  throw new RangeError(`${name}: ${String(value)} is not within 0…${most}`)
}

/** A number as people type it: decimal, 0x…, -1. */
function registerOf(text: string): bigint {
  const dense = text.replace(/[\s,_]/g, '')
  if (!/^(0x[0-9a-f]{1,16}|-?\d{1,20})$/i.test(dense)) throw new RangeError(`value: ${text} is no number of 64 bits`)
  const value = BigInt(dense)
  if (value >= 2n ** 64n || value < -(2n ** 63n)) throw new RangeError(`value: ${text} is no number of 64 bits`)
  return BigInt.asUintN(64, value)
}

/** One program under the debugger. */
export class Bench {
  readonly #source: Source
  readonly #opened: Opened
  readonly #session: Session
  readonly #pause: Pause
  readonly #code: readonly CodeLine[]
  #surveyed: Surveyed | undefined
  #surveyedEdits = -1

  constructor(source: Source, pause: Pause) {
    this.#source = source
    this.#pause = pause
    this.#opened = open(source)
    const { history, program, symbols } = this.#opened
    this.#session = new Session(history, symbols)
    this.#code = listCode(program, symbols === undefined ? {} : { names: symbols.names })
  }

  facts(): Facts {
    const { history, program, what, isTrace, entries, warnings } = this.#opened
    return {
      name: this.#source.name,
      what,
      engine: history.vm.kind,
      profile: program.profile.name,
      isTrace,
      codeBytes: program.code.length,
      rows: this.#code.length,
      entries,
      warnings,
    }
  }

  dispose(): void {
    this.#opened.history.dispose()
  }

  rowOf(pc: number): number {
    let [low, high] = [0, this.#code.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#code[middle]!.pc <= pc) low = middle
      else high = middle - 1
    }
    return Math.max(0, low)
  }

  view(said = ''): View {
    const { history, program, symbols } = this.#opened
    const { vm, time, frontier, callCount } = history
    const row = this.rowOf(vm.pc)
    const regs = [...vm.regs]
    return {
      time,
      frontier,
      end: endOf(this.#opened),
      pc: vm.pc,
      row,
      instruction: this.#code[row]?.pc === vm.pc ? this.#code[row].text : 'no instruction',
      place: placeText(program, vm.pc, symbols),
      gas: vm.gas,
      regs,
      pointers: regs.map(value => (value < SPACE ? vm.memory.access(Number(value >> 12n)) : 0)),
      callCount,
      calls: history.calls.length,
      points: this.#session.breakpoints.map(pointOf),
      said,
    }
  }

  rows(from: number, count: number): Row[] {
    checkNumber('count', count, MOST_ROWS)
    const { program } = this.#opened
    return this.#code.slice(from, from + count).map(({ pc, text, comment, label, blockStart, target }) => ({
      pc,
      text,
      comment,
      label,
      blockStart,
      gas: blockStart ? program.costAt(pc) : undefined,
      target,
      source: this.#session.lineAt(pc),
    }))
  }

  #known(): Surveyed | undefined {
    return this.#surveyedEdits === this.#opened.history.edits ? this.#surveyed : undefined
  }

  counts(from: number, count: number): number[] | undefined {
    const executions = this.#known()?.executions
    return executions && this.#code.slice(from, from + count).map(({ pc }) => executions[pc] ?? 0)
  }

  /** Forwards in slices, so that somebody can look and cancel. */
  async #forward(): Promise<View> {
    const { history } = this.#opened
    for (;;) {
      const until = history.time + SLICE
      const stop: Stop = this.#session.continue(until)
      if (stop.kind !== 'step') return this.view(stopText(stop, this.#session))
      // A slice may end right at a breakpoint: the next one would begin there and not see it.
      const here = this.#session.breakpoints.find(({ pc, enabled }) => enabled && pc === history.vm.pc)
      if (here !== undefined) {
        here.hits += 1
        return this.view(stopText({ kind: 'breakpoint', breakpoint: here }, this.#session))
      }
      if (!(await this.#pause('running', history.time))) return this.view('Stopped where you cancelled it.')
    }
  }

  async #toEnd(): Promise<View> {
    const { history } = this.#opened
    while (history.end === undefined) {
      history.goto(history.time + SLICE)
      if (!(await this.#pause('running', history.time))) return this.view('Stopped where you cancelled it.')
    }
    history.goto(history.end.time)
    return this.view()
  }

  async move(move: Move): Promise<View> {
    const session = this.#session
    const say = (stop: Stop): View => this.view(stopText(stop, session))
    switch (move) {
      case 'step':
        return say(session.stepInstruction())
      case 'stepOver':
        return say(session.stepOver(true))
      case 'stepOut':
        return say(session.stepOut())
      case 'back':
        return say(session.reverseStepInstruction())
      case 'backOver':
        return say(session.reverseStepOver())
      case 'backOut':
        return say(session.reverseStepOut())
      case 'continue':
        return this.#forward()
      case 'reverse':
        return say(session.reverseContinue())
      case 'start':
        this.#opened.history.goto(0)
        return this.view('The run starts here.')
      case 'end':
        return this.#toEnd()
    }
  }

  goto(time: number): View {
    const { history } = this.#opened
    history.goto(Math.min(checkNumber('time', time, Number.MAX_SAFE_INTEGER), history.frontier))
    return this.view()
  }

  async reach(time: number): Promise<View> {
    checkNumber('time', time, Number.MAX_SAFE_INTEGER)
    const { history } = this.#opened
    while (history.frontier < time && history.end === undefined) {
      history.goto(Math.min(time, history.frontier + SLICE))
      if (!(await this.#pause('running', history.time))) return this.view('Stopped where you cancelled it.')
    }
    return this.goto(time)
  }

  async runTo(pc: number): Promise<View> {
    const point = this.#session.breakAt(pc)
    try {
      await this.#forward()
    } finally {
      this.#session.remove(point.id)
    }
    const { history } = this.#opened
    const arrived = history.vm.pc === pc
    return this.view(arrived ? '' : `The run did not get to pc ${pc}.`)
  }

  toggle(pc: number): View {
    const found = this.#session.breakpoints.find((point: Breakpoint) => point.pc === pc)
    if (found === undefined) this.#session.breakAt(pc)
    else this.#session.remove(found.id)
    return this.view(found === undefined ? `Breakpoint set at pc ${pc}.` : `Breakpoint at pc ${pc} removed.`)
  }

  watch(watch: Watch, access: 'write' | 'read'): View {
    this.#session.watch(watch, access)
    return this.view(`The run stops at each ${access} of ${watchedText(watch)}.`)
  }

  removePoint(id: number): View {
    this.#session.remove(id)
    return this.view()
  }

  setRegister(register: number, value: string): View {
    checkNumber('register', register, 12)
    const wanted = registerOf(value)
    this.#opened.history.edit(vm => {
      vm.regs[register] = wanted
    })
    return this.view(`r${register} is changed: what comes behind it runs anew.`)
  }

  memory(address: number, length: number): MemoryView {
    checkNumber('address', address, SPACE - 1)
    const end = Math.min(SPACE, address + checkNumber('length', length, MOST_MEMORY))
    const { memory } = this.#opened.history.vm
    const bytes: (number | undefined)[] = []
    for (let at = address; at < end; ) {
      const part = new Uint8Array(Math.min(end, (Math.floor(at / 4096) + 1) * 4096) - at)
      const isReadable = memory.read(at, part) === 0
      for (const byte of part) bytes.push(isReadable ? byte : undefined)
      at += part.length
    }
    return { address, bytes }
  }

  pages(): PagesView[] {
    return pagesOf(this.#opened.history.vm)
  }

  calls(from: number, count: number): CallView[] {
    checkNumber('count', count, MOST_ROWS)
    const { history, hostName } = this.#opened
    const known = this.#known()
    return history.calls.slice(from, from + count).map((call, i) => ({
      at: from + i,
      name: call.name ?? hostName(call.index) ?? `host call ${call.index}`,
      pc: call.pc,
      words: known?.words[from + i],
      result: call.registers.find(({ register }) => register === 7)?.value,
      wrote: call.memory.writes.reduce((sum, { bytes }) => sum + bytes.length, 0),
      gas: call.gasBefore - call.gasAfter,
      time: known?.survey.callTimes[from + i],
    }))
  }

  stack(): FrameView[] {
    const { program, symbols, history } = this.#opened
    const frames = this.#session.callStack()
    const name = (pc: number): string => placeText(program, pc, symbols) ?? `code at ${pc}`
    const pcs = [...frames.map(({ call }) => call), history.vm.pc]
    return pcs.map((pc, i) => ({ pc, place: name(pc), time: frames[i]?.time })).reverse()
  }

  origin(watch: Watch): OriginView[] {
    const { history, program, symbols, hostName } = this.#opened
    // A range may have been written in parts: then the newest write is the answer, and the chain goes on from it.
    if (lastWrite(history, watch) === undefined) return []
    return writeChain(history, watch).map(({ time, pc, call, target, text }) => ({
      time,
      pc,
      what: watchedText(target),
      instruction: call === undefined ? text : `host call ${call.name ?? hostName(call.index) ?? call.index}`,
      place: placeText(program, pc, symbols),
    }))
  }

  async survey(): Promise<Survey> {
    const { history } = this.#opened
    const known = this.#known()
    if (known !== undefined && known.survey.frontier === history.frontier) return known.survey
    const { edits } = history
    const found = await survey(this.#opened, time => this.#pause('looking at the run', time))
    if (found === undefined) throw new Error('cancelled')
    this.#surveyed = found
    this.#surveyedEdits = edits
    return found.survey
  }

  async compare(engine: EngineKind): Promise<Comparison> {
    createEngine({ kind: engine }).kind // says so when it does not work here
    const { history } = this.#opened
    const { frontier } = history
    if (history.edits > 0) throw new Error('the run was changed by hand, so another engine would run another program')
    const other = open({ ...this.#source, start: { ...this.#source.start, engine } })
    try {
      while (other.history.end === undefined && other.history.time < frontier) {
        other.history.goto(Math.min(frontier, other.history.time + SLICE))
        if (!(await this.#pause(`running on ${engine}`, other.history.time))) throw new Error('cancelled')
      }
      const parting = bisect(history, other.history)
      return { engine, time: parting?.time, fields: parting?.fields ?? [], instructions: other.history.time }
    } finally {
      other.history.dispose()
    }
  }

  pipeline(pc: number): string {
    const { program } = this.#opened
    return renderTimeline(pipelineTimeline(program, pc))
  }
}
