// A run that can be gone through in both directions: checkpoints, a journal of host calls, and execution again between them. Not the
// questions that are asked of it: history-search.ts, call-stack.ts.
import { checkCount } from '../engine/check.ts'
import type { EngineKind, HostTable, Vm } from '../engine/engine.ts'
import { Exit } from '../engine/exit.ts'
import { canGuard } from '../engine/guard.ts'
import { stepsByGas } from '../engine/steps.ts'
import type { Program } from '../program/program.ts'
import { Checkpoints } from './checkpoints.ts'
import { countSteps } from './count-steps.ts'
import { Entered } from './entered.ts'
import { HistoryError } from './history-error.ts'
import { type CallRecord, type CallSource, gasByInstructions, isSameAnswer, Journal } from './journal.ts'
import { Pace } from './pace.ts'
import type { Probe, Probed, Sighting, Sought } from './probe.ts'
import { Seeker } from './seeker.ts'
import { restore, type Snapshot, snapshot } from './snapshot.ts'

/** How a run stopped. */
export interface HistoryEnd {
  /** So many instructions were executed by then. The one that failed is among them. */
  readonly time: number
  readonly exit: Exit
  readonly exitArg: number
  /** This is what a host function threw. */
  readonly error: unknown
}

/** Bytes that checkpoints may hold, by default. */
export const MAX_BYTES: number = 128 * 2 ** 20
/** Where a step back ends, a state is kept this many instructions before it, so that the next one is quick. */
const STEPS_BACK = 8192
/** Such states that are kept. */
const MOST_NEAR = 8
const STOPPED = Symbol('stopped by the probe')

/**
 * A run and the machine in it. Time is the number of instructions executed: at time 0 the machine is at its start, and the
 * instruction at its pc is executed from time t to t + 1, an `ecalli` with its host call. One that fails counts, one that cannot
 * be paid does not.
 *
 * The host is asked once for each call: when the machine gets there again, what the call did is done again. A host that writes
 * through a view after its function has returned is not seen, and HistoryError may say so.
 */
export class History {
  readonly #vm: Vm
  readonly #journal: Journal
  readonly #checkpoints: Checkpoints
  readonly #near: Checkpoints
  #time = 0
  /** The machine is not where the time says, for example behind what a probe stopped. */
  #lost = false
  /** How far the run has come. */
  #frontier = 0
  #end: HistoryEnd | undefined
  #edits = 0
  /** Times of instructions that failed: what they meant to write they have not. */
  readonly #failed = new Set<number>()
  readonly #entered = new Entered()

  readonly #pace: Pace

  /**
   * @param instantiate makes the machine with that host.
   * @param ownEngine whether each stretch is executed by the machine's own engine.
   */
  constructor(
    instantiate: (host: HostTable) => Vm,
    source: CallSource,
    maxBytes: number = MAX_BYTES,
    ownEngine = false,
  ) {
    this.#journal = new Journal(source)
    this.#checkpoints = new Checkpoints(maxBytes)
    this.#near = new Checkpoints(maxBytes)
    this.#vm = instantiate(this.#journal)
    this.#pace = new Pace(this.#vm, ownEngine)
    this.#keep(true)
  }

  /**
   * The machine, at `time`. To be looked at; what changes it goes through `edit`. It is the same object at all times, and so are
   * its registers and memory. Running it by hand is not seen.
   */
  get vm(): Vm {
    if (this.#lost) this.goto(this.#time)
    return this.#vm
  }

  get program(): Program {
    return this.#vm.program
  }

  /** The engine that was asked for. `vm.kind` is the one that executed last: short stretches are interpreted. */
  get kind(): EngineKind {
    return this.#pace.kind
  }

  get time(): number {
    return this.#time
  }

  /** How far the run has been executed. Moves within are repetitions; behind it hosts are asked. */
  get frontier(): number {
    return this.#frontier
  }

  /** How the run stopped at its frontier; undefined while nobody has gone there. */
  get end(): HistoryEnd | undefined {
    return this.#end
  }

  /** How often it was changed by hand: what is remembered of the run holds for one past. */
  get edits(): number {
    return this.#edits
  }

  /** Host calls until the frontier, in order. */
  get calls(): readonly CallRecord[] {
    return this.#journal.calls
  }

  /** Host calls before the present time. */
  get callCount(): number {
    if (this.#lost) this.goto(this.#time)
    return this.#journal.at
  }

  /** Bytes of memory contents that are held for all checkpoints. */
  get bytes(): number {
    return this.#checkpoints.bytes
  }

  /** Times from which execution can go on without repeating anything, ascending. For searches. */
  get checkpoints(): readonly number[] {
    return this.#checkpoints.times
  }

  /** Whether the instruction executed at `time` failed: a fault, a panic. It has written nothing. */
  failedAt(time: number): boolean {
    return this.#failed.has(time)
  }

  #keep(pinned: boolean, into: Checkpoints = this.#checkpoints): void {
    const state = snapshot(this.#vm, this.#checkpoints.before(this.#time)?.state)
    const host = this.#time === this.#frontier ? this.#journal.hostState() : undefined
    into.add({ time: this.#time, calls: this.#journal.at, state, pinned, host })
  }

  #restore(time: number): void {
    let from = this.#checkpoints.before(time)!
    const near = this.#near.before(time)
    if (near !== undefined && near.time > from.time) from = near
    this.#lost = true // until it is there
    restore(this.#vm, from.state)
    this.#journal.rewind(from.calls)
    this.#time = from.time
    this.#lost = false
  }

  /** Executes again, from the present time. At the end the machine stops, or would go on: there is a checkpoint. */
  #repeat(until: number): void {
    for (let time = this.#entered.behind(this.#time); time <= until; time = this.#entered.behind(time)) {
      this.#execute(time, this.#entered.stops(time))
      this.#restore(time)
    }
    this.#execute(until, false)
  }

  /** @param stops the machine stops there by itself, and somebody went on from there. */
  #execute(until: number, stops: boolean): void {
    const from = this.#time
    if (until === from) return
    this.#lost = true
    this.#journal.frozen = true
    try {
      this.#pace.choose(this.#vm, from, until - from, false)
      const exit = this.#vm.step(until - from)
      if (until === this.#end?.time) {
        this.#restore(until)
        return
      }
      if (exit !== Exit.Step && !stops) {
        throw new HistoryError(
          from,
          `executed again from ${from}, the machine did not get to ${until}: something changed it`,
        )
      }
      this.#lost = false
      this.#time = until
    } finally {
      this.#journal.frozen = false
    }
  }

  /** This goes on from the frontier, for the first time. */
  #advance(until: number, probed: Probed | undefined): void {
    while (this.#time < until && this.#end === undefined) {
      const from = this.#checkpoints.before(this.#time)!
      const room = from.time + this.#checkpoints.gap - this.#time
      if (room <= 0) {
        this.#keep(false)
        continue
      }
      const count = Math.min(until - this.#time, room)
      this.#pace.choose(this.#vm, this.#time, count, true)
      this.#lost = true
      const exit = this.#vm.step(count)
      if (exit === Exit.Step) this.#arrive(this.#time + count)
      else this.#stopped(exit, from.time, probed)
    }
  }

  #arrive(time: number): void {
    this.#lost = false
    this.#time = time
    this.#frontier = Math.max(this.#frontier, time)
  }

  /** The machine has stopped by itself: when was that? */
  #stopped(exit: Exit, from: number, probed: Probed | undefined): void {
    const vm = this.#vm
    const { exitArg, hostError } = vm
    const state = snapshot(vm, this.#checkpoints.before(from)!.state)
    const host = this.#journal.hostState()
    this.#journal.addUnpaid(vm)
    const time = probed === undefined ? from + this.#count(from, state) : probed.time
    if (probed === undefined) restore(vm, state)
    this.#journal.rewind(this.#journal.calls.length)
    if (exit === Exit.Host) this.#journal.addUnanswered(vm)
    this.#arrive(time)
    this.#end = { time, exit, exitArg, error: exit === Exit.Panic ? hostError : undefined }
    if (exit === Exit.PageFault || exit === Exit.Panic) this.#failed.add(time - 1)
    this.#checkpoints.add({ time, calls: this.#journal.at, state, pinned: true, host })
  }

  /** Instructions from a checkpoint until the machine stops again, where it is in `state`. */
  #count(from: number, state: Snapshot): number {
    this.#journal.frozen = 'counting'
    try {
      const most = this.#checkpoints.gap + 1
      return countSteps(this.#vm, () => this.#restore(from), this.#estimate(from, state), most)
    } finally {
      this.#journal.frozen = false
    }
  }

  /** About how many that is, where the gas tells. */
  #estimate(from: number, { gas }: Snapshot): number | undefined {
    if (!stepsByGas(this.program)) return undefined
    const { calls, state } = this.#checkpoints.before(from)!
    return Number(gasByInstructions(this.#journal.calls.slice(calls), state.gas - gas))
  }

  /**
   * Goes to a time, backwards or forwards. Behind the frontier the program runs on, as far as it does.
   *
   * @param time 0 or more; what is behind the end is the end.
   * @returns the time it got to.
   * @throws RangeError when `time` is no number of instructions.
   * @throws HistoryError when the past cannot be repeated, because something changed the machine outside of host calls.
   */
  goto(time: number): number {
    checkCount(time)
    const target = this.#end === undefined ? time : Math.min(time, this.#end.time)
    const within = Math.min(target, this.#frontier)
    const isBack = this.#lost || within < this.#time
    if (isBack || this.#checkpoints.before(within)!.time > this.#time) {
      this.#leave()
      this.#restore(within)
    }
    if (isBack && within - this.#time > 2 * STEPS_BACK) {
      this.#repeat(within - STEPS_BACK)
      if (this.#near.times.length >= MOST_NEAR) this.#near.cut(-1)
      this.#keep(false, this.#near)
    }
    this.#repeat(within)
    if (target > within) this.#advance(target, undefined)
    return this.#time
  }

  /** At the frontier, before going back: the way there need not be made again. */
  #leave(): void {
    if (!this.#lost && this.#time === this.#frontier && this.#end === undefined) this.#keep(false)
  }

  /**
   * Runs to where the program stops.
   *
   * @param until at most to this time; default: without bound.
   */
  toEnd(until: number = Number.MAX_SAFE_INTEGER): HistoryEnd | undefined {
    this.goto(until)
    return this.#end
  }

  /** After a stop that is not final (host call without answer, break, out of gas, page fault): the next move goes on. */
  goOn(): boolean {
    const { exit } = this.#end ?? {}
    if (exit === Exit.Halt || exit === Exit.Panic) return false
    if (this.#end !== undefined) this.#entered.add(this.#end.time, true)
    this.#end = undefined
    return true
  }

  /**
   * Executes from one time to another and shows every instruction and host call, as slowly as any tracer. Ends earlier where the
   * probe says so, or the run stops.
   *
   * @returns true when it came to `to`. Else the time is where the run stopped, or as it was before, when the probe stopped it.
   */
  scan(from: number, to: number, probe: Probe): boolean {
    if (this.goto(from) < from) return false
    const { time: back } = this
    const probed: Probed = { time: from, stop: false }
    const vm = this.#vm
    this.#journal.listener = call => {
      if (probe.call?.(call, probed.time - 1) === true) probed.stop = true
    }
    vm.tracer = event => {
      const { time, stop } = probed
      if (stop) throw STOPPED
      probed.time = time + 1
      if (probe.event?.(event, time) === true) throw STOPPED
    }
    try {
      this.#repeat(Math.max(from, Math.min(to, this.#frontier)))
      if (to > this.#time) this.#advance(to, probed)
      return this.#time === to
    } catch (error) {
      if (error !== STOPPED) throw error
      this.#time = Math.min(back, this.#frontier)
      return false
    } finally {
      vm.tracer = undefined
      this.#journal.listener = undefined
    }
  }

  /**
   * Executes from one time to another until the machine stands before an instruction, or behind a host call, that is sought; many
   * times as fast as a `scan`. The history is there then: at `time`, or for a call at `time + 1`. Registers written by an
   * instruction that then fails count as written.
   *
   * @returns undefined when it came to `to`, or to the end of the run.
   * @throws TypeError where the machine cannot: see `canSeek`.
   */
  seek(from: number, to: number, sought: Sought): Sighting | undefined {
    if (!this.canSeek(sought)) throw new TypeError('sought: this machine is looked at by scan only')
    if (this.goto(from) < from) return undefined
    const seeker = new Seeker(this.#vm, this.#journal, sought)
    try {
      while (this.#time < to) {
        const isLive = this.#time === this.#frontier
        const next = Math.min(this.#entered.behind(this.#time), this.#frontier)
        const room = isLive ? this.#room() : next - this.#time
        if (room === 0) return undefined
        const count = seeker.atOnce(Math.min(to - this.#time, room))
        this.#lost = true
        const executed = seeker.step(count, isLive)
        if (executed === undefined && (isLive || !this.#entered.has(next))) {
          seeker.end()
          this.#endSeek(seeker.exit!, isLive)
          return seeker.call && { time: this.#time - 1, call: seeker.call } // with it the machine stopped
        }
        this.#arrive(executed === undefined ? next : this.#time + executed)
        if (!isLive && this.#time === next && this.#entered.has(next)) seeker.unguarded(() => this.#restore(next))
        if (seeker.call !== undefined) return { time: this.#time - 1, call: seeker.call }
        if (executed !== undefined && executed < count) return this.#sighted()
      }
      return undefined
    } finally {
      seeker.end()
    }
  }

  /** Whether `seek` works: not on the reference machine, and with few places. */
  canSeek(sought: Sought): boolean {
    return canGuard(this.#vm, sought)
  }

  /** Instructions from the frontier to the next checkpoint; 0 at the end of the run. */
  #room(): number {
    if (this.#end !== undefined) return 0
    const { gap } = this.#checkpoints
    const from = this.#checkpoints.before(this.#time)!.time
    if (from + gap > this.#time) return from + gap - this.#time
    this.#keep(false)
    return gap
  }

  #endSeek(exit: Exit, isLive: boolean): void {
    if (isLive) this.#stopped(exit, this.#checkpoints.before(this.#time)!.time, undefined)
    else this.#restore(this.#frontier)
  }

  /** Where a guard has stopped the machine. `memset` may have begun. */
  #sighted(): Sighting {
    const { program, pc } = this.#vm
    const { kind } = program.instructionSet.byOpcode[program.code[pc]!] ?? {}
    if (kind === 'memset') this.#lost = true
    return { time: this.#time, call: undefined }
  }

  /**
   * Changes the machine at the present time. What came behind it is forgotten and will run anew. A host that has `snapshot` and
   * `restore` is put to what it was at that time: calls since the last checkpoint before it are made again. Others stay as they are.
   *
   * @throws HistoryError when the host, asked again, answers otherwise.
   * @example history.edit(vm => { vm.regs[7] = 0n })
   */
  edit(change: (vm: Vm) => void): void {
    const { vm } = this
    this.#returnHost()
    try {
      change(vm)
    } catch (error) {
      this.#lost = true // half a change is none: the machine goes back to what it was
      throw error
    }
    this.#edits += 1
    this.#journal.cut()
    const stops = this.#end?.time === this.#time
    this.#forget(this.#time)
    this.#entered.add(this.#time, stops)
    this.#keep(true)
  }

  /** Forgets all that came behind a time. */
  #forget(time: number): void {
    this.#checkpoints.cut(time)
    this.#near.cut(time - 1)
    this.#frontier = time
    this.#end = undefined
    for (const failed of this.#failed) if (failed >= time) this.#failed.delete(failed)
    this.#entered.cut(time)
  }

  /** Puts the host to where the machine is. */
  #returnHost(): void {
    const time = this.#time
    const from = this.#checkpoints.before(time)!
    const { at, calls } = this.#journal
    if (from.host === undefined || at === calls.length) return
    this.#journal.restoreHost(from.host)
    if (at === from.calls) return
    const before = calls.slice(from.calls, at)
    const { gas, pc } = this.#vm
    this.#restore(from.time)
    this.#journal.cut()
    this.#forget(from.time)
    this.#advance(time, undefined)
    const isSame = before.every((call, i) => isSameAnswer(call, this.#journal.calls[from.calls + i]))
    if (this.#time === time && this.#vm.gas === gas && this.#vm.pc === pc && isSame) return
    throw new HistoryError(from.time, `asked again from ${from.time} on, the host did not answer as before`)
  }

  /** Gives the machine's memory back. */
  dispose(): void {
    this.#vm.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}
