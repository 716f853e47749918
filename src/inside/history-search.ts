// Questions about the past of a run: when was this written, what was it there, where did two runs part. Not the run: history.ts.
import type { TraceEvent } from '../engine/tracing.ts'
import type { History } from './history.ts'
import type { CallRecord } from './journal.ts'
import type { Sighting, Sought } from './probe.ts'
import { lookAt, soughtIn, type Watched, writesTo } from './watch.ts'

/** Something happened at this time. */
export interface Moment {
  /** The instruction at pc is executed from this time on: a state from before it. */
  readonly time: number
  readonly pc: number
}

/** This is a write. */
export interface Write extends Moment {
  readonly by: 'instruction' | 'host-call'
  /** The host call, where one did it. */
  readonly call: CallRecord | undefined
}

/** This is a step from a value to where it came from. */
export interface Origin extends Write {
  /** What was written there. */
  readonly target: Watched
  /** The instruction, as the assembler writes it. */
  readonly text: string
}

const FIRST_WINDOW = 2048
const WIDER = 8

/** What a probe of `findLast` says of an instruction or a call. */
export interface Finder {
  event?(event: TraceEvent, time: number): boolean
  call?(call: CallRecord, time: number): boolean
}

/** A time, and whether it was the host call that was found. */
export interface Found extends Moment {
  readonly call: CallRecord | undefined
}

/** The last moment in [from, to) that a finder says yes to. */
function lastOf(history: History, from: number, to: number, finder: Finder): Found | undefined {
  let found: Found | undefined
  history.scan(from, to, {
    event: (event, time) => {
      if (finder.event?.(event, time) === true && !history.failedAt(time))
        found = { time, pc: event.pc, call: undefined }
      return false
    },
    call: (call, time) => {
      if (finder.call?.(call, time) === true) found = { time, pc: call.pc, call }
      return false
    },
  })
  return found
}

/** What a finder says of the instruction at a time. */
export function findAt(history: History, time: number, finder: Finder): Found | undefined {
  return lastOf(history, time, time + 1, finder)
}

/**
 * The last moment before a time that a finder says yes to. Looks at short stretches first, then at longer ones, each from its
 * beginning to its end. Afterwards the history is somewhere.
 */
export function findLast(history: History, before: number, finder: Finder): Found | undefined {
  let end = before
  let window = FIRST_WINDOW
  while (end > 0) {
    const from = startOf(history, end, window)
    const found = lastOf(history, from, end, finder)
    if (found !== undefined) return found
    end = from
    window *= WIDER
  }
  return undefined
}

/** If so many sightings were in a stretch that is not short, what is left of it is cut in two: only the last sighting counts. */
const MANY = 32
const SHORT = 4096
const MOST_WINDOW = 1 << 26

/** The last sighting in [from, to). */
function lastIn(history: History, from: number, to: number, sought: Sought): Sighting | undefined {
  let found: Sighting | undefined
  let at = from
  for (let count = 1; at < to; count++) {
    const next = history.seek(at, to, sought)
    if (next === undefined) break
    if (next.call !== undefined || !history.failedAt(next.time)) found = next
    at = next.time + 1
    if (count < MANY || to - at < SHORT) continue
    const middle = Math.floor((at + to) / 2)
    return lastIn(history, middle, to, sought) ?? lastIn(history, at, middle, sought) ?? found
  }
  return found
}

/** This is as `findLast`, by `seek`. */
export function seekLast(history: History, before: number, sought: Sought): Sighting | undefined {
  let window = FIRST_WINDOW
  for (let end = before; end > 0; ) {
    const from = Math.max(0, end - window)
    const found = lastIn(history, from, end, sought)
    if (found !== undefined) return found
    end = from
    window = Math.min(window * WIDER, MOST_WINDOW)
  }
  return undefined
}

/** Where a stretch begins. A long one begins at a checkpoint, because nothing has to be executed to get there. */
function startOf(history: History, end: number, window: number): number {
  const start = Math.max(0, end - window)
  const { checkpoints } = history
  const at = checkpoints.findLast(time => time < end) ?? 0
  return Math.max(start, at)
}

function seekWrite(history: History, before: number, sought: Sought): Found | undefined {
  const found = seekLast(history, before, sought)
  if (found === undefined) return undefined
  history.goto(found.time)
  return { ...found, pc: history.vm.pc }
}

/** The time a search looks back from: at most as far as the run has been executed. */
function checkBefore(history: History, before: number): number {
  if (typeof before !== 'number') throw new TypeError('before: expected a number, a time')
  if (!(before >= 0) || (before !== Number.POSITIVE_INFINITY && !Number.isInteger(before)))
    throw new RangeError(`before: ${before} is no time`)
  return Math.min(before, history.frontier)
}

/**
 * The last write before the present time: to a register, or to any byte of a range, by an instruction or a host call, whatever
 * the value. A store that failed has written nothing.
 *
 * @param before the time to look back from; what is behind the frontier has not been.
 * @returns undefined when nothing has written there since the start.
 * @throws TypeError, RangeError for what is no time, and for a target that is none.
 * @example lastWrite(history, { address: 0x20008, length: 8 })?.pc
 */
export function lastWrite(history: History, target: Watched, before: number = history.time): Write | undefined {
  const end = checkBefore(history, before)
  const { time } = history
  try {
    const sought = soughtIn(target, 2)
    const found =
      sought !== undefined && history.canSeek(sought)
        ? seekWrite(history, end, sought)
        : findLast(history, end, writesTo(target))
    return found && { ...found, by: found.call === undefined ? 'instruction' : 'host-call' }
  } finally {
    history.goto(time)
  }
}

/**
 * Where a value came from: the write, what that instruction read, the write of that, until an instruction makes it of more
 * than one value or of a constant, or a host call did, or it was there at the start. Newest first.
 *
 * @param most steps at most; default 32.
 */
export function writeChain(history: History, target: Watched, most = 32): readonly Origin[] {
  const { time } = history
  const chain: Origin[] = []
  try {
    let next: Watched | undefined = target
    let before = time
    while (next !== undefined && chain.length < most) {
      const write = lastWrite(history, next, before)
      if (write === undefined) break
      history.goto(write.time)
      const { text, from } = lookAt(history.vm)
      chain.push({ ...write, target: next, text })
      next = write.call === undefined ? from : undefined
      before = write.time
    }
    return chain
  } finally {
    history.goto(time)
  }
}

/** A moment of `logAt`, with what was asked there. */
export interface LogEntry<T> extends Moment {
  readonly value: T
}

/**
 * What would have been printed, had there been a print: evaluates something whenever the machine was about to execute the
 * instruction at `pc`, over the run as far as it has come.
 *
 * @param most entries at most; default 1000.
 * @example logAt(history, 40, vm => vm.regs[7])
 */
export function logAt<T>(
  history: History,
  pc: number,
  evaluate: (vm: History['vm']) => T,
  most = 1000,
): readonly LogEntry<T>[] {
  const { time: back } = history
  const times: number[] = []
  try {
    history.scan(0, history.frontier, {
      event: (event, time) => {
        if (event.pc === pc) times.push(time)
        return times.length >= most
      },
    })
    return times.map(time => {
      history.goto(time)
      return { time, pc, value: evaluate(history.vm) }
    })
  } finally {
    history.goto(back)
  }
}

/** Where two runs part. */
export interface Parting {
  /** The last time at which they are alike. */
  readonly time: number
  /** What of pc, gas, r0 to r12 and memory differs behind the next instruction. */
  readonly fields: readonly string[]
}

/** What differs between the machines of two histories, at the times they are at. */
function differences(a: History, b: History): string[] {
  const [x, y] = [a.vm, b.vm]
  const fields: string[] = []
  if (x.pc !== y.pc) fields.push('pc')
  if (x.gas !== y.gas) fields.push('gas')
  for (let i = 0; i < 13; i++) if (x.regs[i] !== y.regs[i]) fields.push(`r${i}`)
  const pages = new Set([...x.memory.written(), ...y.memory.written()])
  const [here, there] = [new Uint8Array(4096), new Uint8Array(4096)]
  for (const page of [...pages].sort((p, q) => p - q)) {
    const rights = x.memory.access(page)
    if (rights !== y.memory.access(page)) fields.push(`rights of page ${page}`)
    if (rights === 0) continue
    x.memory.read(page * 4096, here)
    y.memory.read(page * 4096, there)
    const at = here.findIndex((byte, i) => byte !== there[i])
    if (at >= 0) fields.push(`memory at 0x${(page * 4096 + at).toString(16)}`)
  }
  return fields
}

/** Of two runs that are alike as far as both have come: whether one has ended there, and the other not, or not so. */
function endsDiffer(a: History, b: History): boolean {
  const until = Math.min(a.frontier, b.frontier)
  const [x, y] = [a, b].map(({ end }) => (end?.time === until ? end : undefined))
  if (x !== undefined && y !== undefined) return x.exit !== y.exit || x.exitArg !== y.exitArg
  return (x !== undefined && b.frontier > until) || (y !== undefined && a.frontier > until)
}

/**
 * Where two runs part: of one program on two engines, or with one thing changed. Looks at states in the middle, and in the middle of
 * what is left: takes for granted that runs that differ do not become alike again.
 *
 * To compare engines, make both with `ownEngine`.
 *
 * @returns undefined when they are alike as far as both have come, and have ended alike or not at all.
 */
export function bisect(a: History, b: History): Parting | undefined {
  const [backA, backB] = [a.time, b.time]
  const differAt = (time: number): string[] => {
    const came = [a.goto(time), b.goto(time)]
    return came[0] === came[1] ? differences(a, b) : ['end']
  }
  try {
    let high = Math.min(a.frontier, b.frontier)
    let fields = differAt(high)
    if (fields.length === 0) return endsDiffer(a, b) ? { time: high, fields: ['end'] } : undefined
    let low = -1
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      const found = differAt(middle)
      if (found.length === 0) low = middle
      else [high, fields] = [middle, found]
    }
    return { time: low, fields }
  } finally {
    a.goto(backA)
    b.goto(backB)
  }
}
