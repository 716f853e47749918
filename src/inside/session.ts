// Debugging a run: breakpoints, watchpoints and steps, forwards and backwards, the same on every engine. Not a front end: cli/debug.
import type { Vm } from '../engine/engine.ts'
import type { TraceEvent } from '../engine/tracing.ts'
import type { Symbols } from '../program/symbols.ts'
import { CallFollower, callStack, type StackFrame } from './call-stack.ts'
import type { History, HistoryEnd } from './history.ts'
import { type Finder, findAt, findLast, seekLast } from './history-search.ts'
import type { CallRecord } from './journal.ts'
import { placeOf } from './place.ts'
import type { Sighting, Sought } from './probe.ts'
import { checkWatched, readsFrom, soughtIn, type Watched, writesTo } from './watch.ts'

/** What a watchpoint waits for: a write, whatever the value; a load; either. Hosts' reads are not seen. */
export type WatchAccess = 'write' | 'read' | 'access'

/** Where a run is to stop. */
export interface Breakpoint {
  /** It counts from 1, and no number is used again. */
  readonly id: number
  /** This is the code offset of a breakpoint. It is undefined for watchpoints. */
  readonly pc: number | undefined
  readonly watched: Watched | undefined
  readonly access: WatchAccess
  /** It is asked at the breakpoint, with the machine there. Without it, the answer is always yes. */
  readonly condition: ((vm: Vm) => boolean) | undefined
  enabled: boolean
  /** How often the run stopped there. */
  hits: number
}

/** What a breakpoint may be given. */
export interface BreakpointOptions {
  readonly condition?: ((vm: Vm) => boolean) | undefined
}

/** Why a move ended. */
export type Stop =
  | { readonly kind: 'step' | 'start' }
  | { readonly kind: 'breakpoint'; readonly breakpoint: Breakpoint }
  | {
      readonly kind: 'watchpoint'
      readonly breakpoint: Breakpoint
      /** When and where it was written or read; `call`: by that host call. */
      readonly time: number
      readonly pc: number
      readonly call: CallRecord | undefined
      /** Before and behind it, little-endian numbers of as many bytes as are watched; undefined where that is not readable. */
      readonly before: bigint | undefined
      readonly after: bigint | undefined
    }
  | { readonly kind: 'end'; readonly end: HistoryEnd }

/** Something of a stretch of the run that a move stops at. */
interface Hit {
  readonly time: number
  readonly pc: number
  readonly breakpoint: Breakpoint | undefined
  readonly call: CallRecord | undefined
}

/** Where a move looks: it began at `start` and has seen everything before `from`. */
interface Stretch {
  readonly start: number
  readonly from: number
  readonly until: number
  readonly follower: CallFollower | undefined
}

/** Asked of each instruction before it is executed; true: the move ends there. */
type Wanted = (event: TraceEvent, time: number) => boolean

/** How many instructions of its function a step back to the line before goes through at most. */
const MOST_BACK = 100_000

function valueAt(vm: Vm, watched: Watched): bigint | undefined {
  if ('register' in watched) return vm.regs[watched.register]!
  const bytes = new Uint8Array(watched.length)
  if (vm.memory.read(watched.address, bytes) !== 0) return undefined
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
}

/** A breakpoint with its finder, which is made once and asked at every instruction. */
interface Armed {
  readonly breakpoint: Breakpoint
  readonly finder: Finder
}

function armed(breakpoint: Breakpoint): Armed {
  const { pc, watched, access } = breakpoint
  if (watched === undefined) return { breakpoint, finder: { event: event => event.pc === pc } }
  const writes = access === 'read' ? undefined : writesTo(watched)
  const reads = access === 'write' || 'register' in watched ? undefined : readsFrom(watched)
  return {
    breakpoint,
    finder: {
      event: event => writes?.event(event) === true || reads?.event(event) === true,
      call: call => writes?.call(call) === true,
    },
  }
}

/** All of it as one thing to seek; undefined where that cannot be: more than one range of memory, or a long one. */
function soughtBy(points: readonly Armed[]): Sought | undefined {
  const all = points.map(({ breakpoint: { pc, watched, access } }) =>
    watched === undefined
      ? { pcs: [pc!], registers: 0, memory: undefined, call: () => false }
      : soughtIn(watched, access === 'write' ? 2 : access === 'read' ? 1 : 3),
  )
  const known = all.filter(one => one !== undefined)
  const memories = known.flatMap(({ memory }) => memory ?? [])
  if (known.length < all.length || memories.length > 1) return undefined
  return {
    pcs: [...new Set(known.flatMap(({ pcs }) => pcs))],
    registers: known.reduce((bits, { registers }) => bits | registers, 0),
    memory: memories[0],
    call: record => known.some(({ call }) => call(record)),
  }
}

/**
 * A debugger's session over a history. Times, `vm` and the past are the history's own.
 *
 * @example
 * const session = new Session(createHistory({ engine, program, start }))
 * session.breakAt(40)
 * session.continue() // => { kind: 'breakpoint', … }
 */
export class Session {
  readonly history: History
  readonly #symbols: Symbols | undefined
  readonly #breakpoints = new Map<number, Breakpoint>()
  #next = 1

  /** @param symbols names and lines; default: those of the program's own file. */
  constructor(history: History, symbols?: Symbols) {
    this.history = history
    this.#symbols = symbols
  }

  /** The machine as it is now. */
  get vm(): Vm {
    return this.history.vm
  }

  /** In the order in which they were made. */
  get breakpoints(): readonly Breakpoint[] {
    return [...this.#breakpoints.values()]
  }

  #add(given: Pick<Breakpoint, 'pc' | 'watched' | 'access' | 'condition'>): Breakpoint {
    const breakpoint: Breakpoint = { id: this.#next, ...given, enabled: true, hits: 0 }
    this.#next += 1
    this.#breakpoints.set(breakpoint.id, breakpoint)
    return breakpoint
  }

  /**
   * Stops whenever the instruction at `pc` is next.
   *
   * @throws RangeError where no instruction begins.
   */
  breakAt(pc: number, { condition }: BreakpointOptions = {}): Breakpoint {
    if (!this.vm.program.isInstruction(pc)) throw new RangeError(`pc: no instruction begins at ${String(pc)}`)
    return this.#add({ pc, watched: undefined, access: 'write', condition })
  }

  /**
   * Stops behind whatever writes there, or reads.
   *
   * @throws RangeError for what is no register or range; for reads of a register.
   */
  watch(watched: Watched, access: WatchAccess = 'write', { condition }: BreakpointOptions = {}): Breakpoint {
    checkWatched(watched)
    if (access !== 'write' && 'register' in watched)
      throw new RangeError('register: only writes of registers are watched')
    return this.#add({ pc: undefined, watched, access, condition })
  }

  /** Whether there was one. */
  remove(id: number): boolean {
    return this.#breakpoints.delete(id)
  }

  #armed(): Armed[] {
    return this.breakpoints.filter(({ enabled }) => enabled).map(armed)
  }

  /** Whether a condition holds; for what is written, behind the write. */
  #holds({ breakpoint, time }: Hit): boolean {
    const condition = breakpoint?.condition
    if (condition === undefined) return true
    this.history.goto(breakpoint!.watched === undefined ? time : time + 1)
    return condition(this.vm)
  }

  /** Goes to what was found and says so. */
  #arrive({ time, pc, breakpoint, call }: Hit, isBack: boolean): Stop {
    const { history } = this
    if (breakpoint === undefined) {
      history.goto(time)
      return { kind: 'step' }
    }
    breakpoint.hits += 1
    if (breakpoint.watched === undefined) {
      history.goto(time)
      return { kind: 'breakpoint', breakpoint }
    }
    history.goto(isBack ? time + 1 : time)
    const one = valueAt(this.vm, breakpoint.watched)
    history.goto(isBack ? time : time + 1)
    const other = valueAt(this.vm, breakpoint.watched)
    const [before, after] = isBack ? [other, one] : [one, other]
    return { kind: 'watchpoint', breakpoint, time, pc, call, before, after }
  }

  /** Forwards until a breakpoint, what a step wants, or the end. */
  #forward(wanted: Wanted | undefined, until: number = Number.MAX_SAFE_INTEGER, follower?: CallFollower): Stop {
    const { history } = this
    const points = this.#armed()
    const start = history.time
    if (history.end?.time === start && !history.goOn()) return { kind: 'end', end: history.end! }
    if (wanted === undefined && points.length === 0) {
      history.goto(until)
      return this.#ended()
    }
    let from = start
    for (;;) {
      from = this.#skipTo(points, wanted, { start, from, until, follower })
      const isSought = wanted === undefined && this.#canSeek(points)
      const to = isSought ? Math.min(until, from + 1) : until
      const hit = this.#firstHit(points, wanted, { start, from, until: to, follower })
      if (hit === undefined && to === until) return this.#ended()
      if (hit === undefined) {
        from = history.goto(to)
        if (from < to || this.#ended().kind === 'end') return this.#ended()
        continue
      }
      if (this.#holds(hit)) return this.#arrive(hit, false)
      from = history.goto(hit.time + 1)
    }
  }

  /** To the first time at which a hit can be, where that can be found without looking at every instruction. */
  #skipTo(points: readonly Armed[], wanted: Wanted | undefined, { start, from, until }: Stretch): number {
    // What the move starts at is looked at by itself: a breakpoint there does not count.
    if (wanted !== undefined || from === start || !this.#canSeek(points)) return from
    const found = this.history.seek(from, until, soughtBy(points)!)
    return found?.time ?? this.history.time
  }

  #canSeek(points: readonly Armed[]): boolean {
    const sought = soughtBy(points)
    return sought !== undefined && this.history.canSeek(sought)
  }

  #ended(): Stop {
    const { end, time } = this.history
    return end?.time === time ? { kind: 'end', end } : { kind: 'step' }
  }

  #firstHit(
    points: readonly Armed[],
    wanted: Wanted | undefined,
    { start, from, until, follower }: Stretch,
  ): Hit | undefined {
    const { history } = this
    let hit: Hit | undefined
    const look = (time: number, pc: number, call: CallRecord | undefined, found: Armed | undefined): boolean => {
      if (found === undefined) return false
      hit ??= { time, pc, breakpoint: found.breakpoint, call }
      return true
    }
    history.scan(from, until, {
      event: (event, time) => {
        const { pc } = event
        // A breakpoint that the move starts at is not one that it gets to.
        const isNew = (breakpoint: Breakpoint): boolean => breakpoint.watched !== undefined || time > start
        const found = points.find(({ breakpoint, finder }) => isNew(breakpoint) && finder.event!(event, time))
        if (look(time, pc, undefined, found)) return true
        if (wanted !== undefined && time > start && wanted(event, time)) {
          hit = { time, pc, breakpoint: undefined, call: undefined }
          return true
        }
        follower?.see(event, time)
        return false
      },
      call: (call, time) =>
        look(
          time,
          call.pc,
          call,
          points.find(({ finder }) => finder.call?.(call, time) === true),
        ),
    })
    if (hit?.breakpoint?.watched === undefined) return hit
    // What failed has not written: that is the end.
    history.goto(hit.time + 1)
    return history.failedAt(hit.time) && hit.call === undefined ? undefined : hit
  }

  /**
   * To the next breakpoint or watchpoint, or to where the run stops. Goes on behind a stop that is not final.
   *
   * @param until at most to this time, with `step` as the answer; default: without bound.
   */
  continue(until?: number): Stop {
    return this.#forward(undefined, until)
  }

  /** Back to the last breakpoint, or before the last write or read that is watched, or to the start. */
  reverseContinue(): Stop {
    const { history } = this
    const points = this.#armed()
    for (let before = history.time; points.length > 0; ) {
      let breakpoint: Breakpoint | undefined
      const look = (found: Armed | undefined): boolean => {
        if (found !== undefined) breakpoint = found.breakpoint
        return found !== undefined
      }
      const finder: Finder = {
        event: (event, time) => look(points.findLast(({ finder }) => finder.event!(event, time))),
        call: (call, time) => look(points.findLast(({ finder }) => finder.call?.(call, time) === true)),
      }
      const sought = soughtBy(points)
      const sighting = sought !== undefined && history.canSeek(sought) ? seekLast(history, before, sought) : before
      if (sighting === undefined) break
      // Which of them it was, the instruction says, executed again.
      const found =
        typeof sighting === 'number' ? findLast(history, before, finder) : findAt(history, sighting.time, finder)
      if (found === undefined && typeof sighting === 'number') break
      if (found === undefined) {
        before = (sighting as Sighting).time
        continue
      }
      const hit = { ...found, breakpoint }
      if (this.#holds(hit)) return this.#arrive(hit, true)
      before = found.time
    }
    history.goto(0)
    return { kind: 'start' }
  }

  /** Executes instructions, over host calls; ends earlier at breakpoints. */
  stepInstruction(count = 1): Stop {
    const { history } = this
    if (count === 1 && this.#armed().every(({ breakpoint }) => breakpoint.watched === undefined)) {
      if (history.end?.time === history.time && !history.goOn()) return { kind: 'end', end: history.end! }
      history.goto(history.time + 1)
      return this.#ended()
    }
    return this.#forward(undefined, history.time + count)
  }

  /** This is the same backwards, whatever the breakpoints. */
  reverseStepInstruction(count = 1): Stop {
    const { history } = this
    if (history.time === 0) return { kind: 'start' }
    history.goto(Math.max(0, history.time - count))
    return { kind: 'step' }
  }

  /** The source line of a pc; undefined where none is known. */
  lineAt(pc: number): string | undefined {
    const at = placeOf(this.history.program, pc, this.#symbols)?.lines[0]
    return at?.path === undefined || at.line === undefined ? undefined : `${at.path}:${at.line}`
  }

  /** To the next source line, into calls. Where no lines are known: an instruction. */
  stepInto(): Stop {
    const line = this.lineAt(this.vm.pc)
    if (line === undefined) return this.stepInstruction()
    return this.#forward(this.#otherLine(line))
  }

  #otherLine(line: string): Wanted {
    let last = -1
    let known: string | undefined
    return ({ pc }) => {
      if (pc !== last) [last, known] = [pc, this.lineAt(pc)]
      return known !== undefined && known !== line
    }
  }

  /**
   * To the next source line, or instruction, of the function: calls are executed whole.
   *
   * @param byInstruction whatever lines are known; default: by lines.
   */
  stepOver(byInstruction = false): Stop {
    const line = byInstruction ? undefined : this.lineAt(this.vm.pc)
    const isOther = line === undefined ? (): boolean => true : this.#otherLine(line)
    const follower = new CallFollower(this.vm)
    const wanted: Wanted = (event, time) => follower.frames.length === 0 && isOther(event, time)
    return this.#forward(wanted, undefined, follower)
  }

  /** To where the function returns to. In the outermost one: to the end. */
  stepOut(): Stop {
    const frames = callStack(this.history)
    const follower = new CallFollower(this.vm, frames)
    if (frames.length === 0) return this.continue()
    return this.#forward(() => follower.frames.length < frames.length, undefined, follower)
  }

  /** To the instruction that called this function. In the outermost one: to the start. */
  reverseStepOut(): Stop {
    const caller = callStack(this.history).at(-1)
    this.history.goto(caller?.time ?? 0)
    return { kind: caller === undefined ? 'start' : 'step' }
  }

  /** An instruction back in the function: calls as a whole. False at the start. */
  #back(): boolean {
    const { history } = this
    const { pc } = this.vm
    if (history.time === 0) return false
    history.goto(history.time - 1)
    const { kind } = this.vm.program.instructionAt(this.vm.pc) ?? {}
    if (kind !== 'djump') return true
    const frame: StackFrame | undefined = callStack(history).findLast(({ back }) => back === pc)
    if (frame !== undefined) history.goto(frame.time)
    return true
  }

  /** Back to the beginning of the line before, or by an instruction, over calls. */
  reverseStepOver(): Stop {
    if (!this.#back()) return { kind: 'start' }
    this.#toLineStart(() => this.#back())
    return { kind: 'step' }
  }

  /** Back to the beginning of the line before, or by an instruction, into calls. */
  reverseStepInto(): Stop {
    const { history } = this
    const back = (): boolean => {
      if (history.time === 0) return false
      history.goto(history.time - 1)
      return true
    }
    if (!back()) return { kind: 'start' }
    this.#toLineStart(back)
    return { kind: 'step' }
  }

  #toLineStart(back: () => boolean): void {
    const line = this.lineAt(this.vm.pc)
    if (line === undefined) return
    for (let i = 0; i < MOST_BACK; i++) {
      const { time } = this.history
      if (!back()) return
      if (this.lineAt(this.vm.pc) === line) continue
      this.history.goto(time)
      return
    }
  }

  /** The calls that have not returned, outermost first. */
  callStack(): readonly StackFrame[] {
    return callStack(this.history)
  }
}
