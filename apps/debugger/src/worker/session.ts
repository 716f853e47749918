// Answers what the page asks about one opened program. Not the messages: worker.ts.
import { type CodeLine, listCode, pipelineTimeline, renderTimeline } from 'coulis'
import { hostResultName } from 'coulis/host'
import {
  type Breakpoint,
  type CallRecord,
  type History,
  lastWrite,
  Session,
  type Stop,
  writeChain,
} from 'coulis/inside'
import type {
  Access,
  CallView,
  Change,
  Comparison,
  Edit,
  Facts,
  FrameView,
  MemoryView,
  Move,
  OriginView,
  Other,
  PagesView,
  Pair,
  Row,
  SideView,
  Source,
  StorageView,
  Survey,
  View,
  Watch,
} from '../protocol.ts'
import { aboutText } from './about.ts'
import { Beside } from './beside.ts'
import { changeOf, changes, changeText } from './changes.ts'
import { type Opened, open } from './open.ts'
import { endOf, pagesOf, placeText, pointOf, stopText, watchedText } from './show.ts'
import { type Surveyed, survey } from './survey.ts'

/** Instructions between two looks at whether somebody wants to stop. */
const SLICE = 1_000_000
const FIRST_SLICE = 10_000
/** So far a program that was opened runs by itself. */
const AHEAD = 2_000_000
/** Lines of code shown before and behind pc, where two runs are side by side. */
const AROUND = 4
const MOST_MEMORY = 64 * 1024
const MOST_ROWS = 2000
const SPACE = 2 ** 32

/** Says how far a long move has come. False: somebody wants it to end. */
export type Pause = (doing: string, time: number) => Promise<boolean>

function checkNumber(name: string, value: unknown, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most) return value
  throw new RangeError(`${name}: ${String(value)} is not within 0…${most}`)
}

/** One program under the debugger. */
export class Bench {
  readonly #source: Source
  readonly #pause: Pause
  readonly #code: readonly CodeLine[]
  #opened: Opened
  #session: Session
  #edits: readonly Edit[] = []
  /** Grows when the past became another one: what was found out about it holds no more. */
  #revision = 0
  #surveyed: Surveyed | undefined
  #surveyedRevision = -1
  #beside: Beside | undefined

  private constructor(source: Source, pause: Pause, other: Source | undefined) {
    this.#source = source
    this.#pause = pause
    this.#opened = open(source, other)
    const { history, program, symbols } = this.#opened
    this.#session = new Session(history, symbols)
    this.#code = listCode(program, symbols === undefined ? {} : { names: symbols.names })
  }

  /**
   * Opens a program, with the changes and stops that its source says.
   *
   * @param other for a recorded run: another program to run in place of the recorded one.
   */
  static async open(source: Source, pause: Pause, other?: Source): Promise<Bench> {
    const bench = new Bench(source, pause, other)
    try {
      await bench.#repeat(source.edits ?? [])
      for (const stop of source.points ?? []) {
        if ('pc' in stop) bench.#session.breakAt(stop.pc)
        else bench.#session.watch(stop.watch, stop.access)
      }
      return bench
    } catch (error) {
      bench.dispose()
      throw error
    }
  }

  /** Makes changes again, each at its time. */
  async #repeat(edits: readonly Edit[]): Promise<void> {
    for (const edit of edits) {
      await this.#goOnTo(checkNumber('time', edit.time, Number.MAX_SAFE_INTEGER))
      const { history } = this.#opened
      if (history.time !== edit.time)
        throw new Error(`the run does not come to time ${edit.time}, where it was changed`)
      history.edit(changeOf(edit, history.vm))
      this.#edits = [...this.#edits, edit]
      this.#revision += 1
    }
  }

  /** Begins anew, with other answers from the host: it remembers what the old run told it. */
  async #restart(edits: readonly Edit[], time: number): Promise<void> {
    const points = this.#session.breakpoints
    this.#opened.history.dispose()
    this.#opened = open(this.#source)
    this.#session = new Session(this.#opened.history, this.#opened.symbols)
    for (const { pc, watched, access } of points) {
      if (pc !== undefined) this.#session.breakAt(pc)
      else this.#session.watch(watched!, access)
    }
    this.#edits = []
    this.#beside?.dispose()
    this.#beside = undefined
    await this.#repeat(edits)
    await this.#goOnTo(time)
  }

  facts(): Facts {
    const { history, program, what, isTrace, entries, warnings } = this.#opened
    return {
      name: this.#source.name,
      what,
      engine: history.vm.kind,
      profile: program.profile.name,
      isTrace,
      hasState: this.#opened.surroundings !== undefined,
      codeBytes: program.code.length,
      rows: this.#code.length,
      about: aboutText(program, this.#code, this.#opened.hostName),
      entries,
      warnings,
    }
  }

  get history(): History {
    return this.#opened.history
  }

  get isTrace(): boolean {
    return this.#opened.isTrace
  }

  dispose(): void {
    this.#beside?.dispose()
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
      edits: this.#edits,
      revision: this.#revision,
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
    return this.#surveyedRevision === this.#revision ? this.#surveyed : undefined
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

  /** Forwards, behind stops that are not final too: whoever was there before went on behind them. False: cancelled. */
  async #goOnTo(time: number): Promise<boolean> {
    const { history } = this.#opened
    while (history.frontier < time) {
      const from = history.goto(history.frontier)
      if (history.end !== undefined && !history.goOn()) break
      history.goto(Math.min(time, from + SLICE))
      if (history.time === from) break
      if (!(await this.#pause('running', history.time))) return false
    }
    history.goto(Math.min(time, history.frontier))
    return true
  }

  async reach(time: number): Promise<View> {
    checkNumber('time', time, Number.MAX_SAFE_INTEGER)
    const arrived = await this.#goOnTo(time)
    return this.view(arrived ? '' : 'Stopped where you cancelled it.')
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

  watch(watch: Watch, access: Access): View {
    this.#session.watch(watch, access)
    return this.view(`The run stops at each ${access} of ${watchedText(watch)}.`)
  }

  removePoint(id: number): View {
    this.#session.remove(id)
    return this.view()
  }

  /** Changes the machine here. What came behind is forgotten and runs anew. */
  async change(change: Change): Promise<View> {
    const { history, surroundings } = this.#opened
    const { time } = history
    changeOf(change, history.vm) // wrong ones are refused before anything is forgotten
    const before = this.#edits.filter(edit => edit.time <= time)
    if (surroundings !== undefined && history.calls.length > history.callCount) await this.#restart(before, time)
    const { history: now } = this.#opened
    if (now.time !== time) throw new Error('cancelled')
    this.#beside?.dispose()
    this.#beside = undefined
    now.edit(changeOf(change, now.vm))
    this.#edits = [...before, { ...change, time }]
    this.#revision += 1
    return this.view(`${changeText(change)} changed: what comes behind runs anew.`)
  }

  storage(): StorageView | undefined {
    const { history, surroundings } = this.#opened
    return surroundings?.storageAt(history.callCount)
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
      ...this.#resultOf(call),
      wrote: call.memory.writes.reduce((sum, { bytes }) => sum + bytes.length, 0),
      gas: call.gasBefore - call.gasAfter,
      time: known?.survey.callTimes[from + i],
    }))
  }

  #resultOf({ registers }: CallRecord): { result: bigint | undefined; code: string | undefined } {
    const result = registers.find(({ register }) => register === 7)?.value
    return { result, code: result === undefined ? undefined : hostResultName(result) }
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
    const write = lastWrite(history, watch)
    const edit = this.#edits.findLast(made => made.time <= history.time && changes(made, watch))
    if (edit !== undefined && (write === undefined || write.time < edit.time)) {
      const byHand = { time: edit.time, pc: history.vm.pc, what: watchedText(watch), instruction: 'changed by hand' }
      return [{ ...byHand, place: undefined }]
    }
    if (write === undefined) return []
    return writeChain(history, watch).map(({ time, pc, call, target, text }) => ({
      time,
      pc,
      what: watchedText(target),
      instruction: call === undefined ? text : `host call ${call.name ?? hostName(call.index) ?? call.index}`,
      place: placeText(program, pc, symbols),
    }))
  }

  /** Where the end is not known, the program runs so far by itself, so that there is something to look at. */
  async #ahead(): Promise<boolean> {
    const { history } = this.#opened
    const { time } = history
    try {
      for (let slice = FIRST_SLICE; history.end === undefined && history.frontier < AHEAD; ) {
        const began = performance.now()
        history.goto(Math.min(AHEAD, history.frontier + slice))
        if (performance.now() - began < 50) slice = Math.min(slice * 2, SLICE)
        if (!(await this.#pause('running ahead', history.time))) return false
      }
      return true
    } finally {
      history.goto(time)
    }
  }

  async survey(): Promise<{ survey: Survey; view: View }> {
    if (!(await this.#ahead())) throw new Error('cancelled')
    const { history } = this.#opened
    const known = this.#known()
    if (known !== undefined && known.survey.frontier === history.frontier)
      return { survey: known.survey, view: this.view() }
    const revision = this.#revision
    const found = await survey(this.#opened, this.#code, time => this.#pause('looking at the run', time))
    if (found === undefined) throw new Error('cancelled')
    this.#surveyed = found
    this.#surveyedRevision = revision
    return { survey: found.survey, view: this.view() }
  }

  /** Goes on until the end, or a time. False: cancelled. */
  async runOn(until: number): Promise<boolean> {
    const { history } = this.#opened
    while (history.end === undefined && history.frontier < until) {
      history.goto(Math.min(until, history.frontier + SLICE))
      if (!(await this.#pause('running the other', history.time))) return false
    }
    return true
  }

  async compare(other: Other): Promise<Comparison> {
    this.#beside?.dispose()
    this.#beside = undefined
    const open = (source: Source, program?: Source): Promise<Bench> => Bench.open(source, this.#pause, program)
    const made = await Beside.open(this, { ...this.#source, edits: this.#edits }, other, open)
    this.#beside = made
    return made.comparison
  }

  pair(): Pair | undefined {
    return this.#beside?.pair()
  }

  /** The machine and the code around pc. */
  side(): SideView {
    const view = this.view()
    const from = Math.max(0, view.row - AROUND)
    return { name: this.#source.name, view, rows: this.rows(from, view.row - from + AROUND + 1) }
  }

  pipeline(pc: number): string {
    const { program } = this.#opened
    return renderTimeline(pipelineTimeline(program, pc))
  }
}
