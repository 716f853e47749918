// How much of the host's stack is left. A run asks before it begins.
//
// JavaScript cannot see its stack. If it ran out in the middle of compiled code, what that holds in locals would be lost. So a run
// asks first: it calls a function of WebAssembly that calls itself several times, with a frame of 16 KB each. If there is not so much
// stack, the runtime throws, and nothing of the machine has changed.
import { joined } from './joined.ts'
import { ResourceError } from './resource-error.ts'

/** How many bytes a frame of the probe has at least: it has 2,048 values that are alive at the same time, of 8 bytes each. */
const PROBE_FRAME = 16 * 1024
const VALUES = PROBE_FRAME / 8

/** More than the core, the calls between it and JavaScript, and the beginning of a host call ever take. */
const RESERVE = 64 * 1024

/** How many bytes of the host's stack compiled code may get. */
export const MAX_STACK: number = 256 * 1024
/** The sizes that are tried. Compiled code gets the largest that is there. If none is, it is not entered, and the core interprets. */
const BUDGETS = [MAX_STACK, 128 * 1024, 64 * 1024, 32 * 1024]

/** So many runs take the size of the last time, before one asks for the largest again. */
const RUNS_BEFORE_MORE = 256

/** How many results one call of `many` has. */
const RESULTS = 256

/**
 * Makes the module of the probe. It has two functions. `many()` returns 256 numbers. `f(n)` calls `f(n - 1)` while n is not 0. Behind
 * that it has eight calls of `many`, and keeps all their results before it uses them. They are never reached, but no compiler knows
 * that. So the frame of `f` has 2,048 slots in every compiler. There is little to compile: V8's first compiler takes less than a
 * millisecond.
 */
function probeModule(): Uint8Array {
  // Lists of thousands of numbers would take a cold process 3 to 7 ms to put together.
  const many = joined([0], repeated(RESULTS, 0x42, 0), [0x0b])
  const f = joined(
    [0, 0x20, 0, 0x45, 0x04, 0x40, 0x42, 0, 0x0f, 0x0b], // if n = 0 return 0
    [0x20, 0, 0x41, 1, 0x6b, 0x10, 1, 0x50, 0x04, 0x40, 0x42, 0, 0x0f, 0x0b], // if f(n - 1) = 0 return 0
    repeated(VALUES / RESULTS, 0x10, 0), // many()
    repeated(VALUES - 1, 0x85), // xor
    [0x0b],
  )
  const probe = [0, 0x20, 0, 0x10, 1, 0x1a, 0x0b] // the export; it has no result, because one of 64 bits would be a bigint
  const results = joined(unsigned(RESULTS), repeated(RESULTS, 0x7e))
  const types = joined([3, 0x60, 0], results, [0x60, 1, 0x7f, 1, 0x7e, 0x60, 1, 0x7f, 0])
  return joined(
    [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    section(1, types),
    section(3, [3, 0, 1, 2]),
    section(7, [1, 1, 0x70, 0, 2]), // "p"
    section(10, joined([3], sized(many), sized(f), sized(probe))),
  )
}

/** The same bytes, `count` times. */
function repeated(count: number, first: number, second?: number): Uint8Array {
  const bytes = new Uint8Array(second === undefined ? count : 2 * count).fill(first)
  if (second !== undefined) for (let at = 1; at < bytes.length; at += 2) bytes[at] = second
  return bytes
}

/** Bytes behind their number. */
function sized(bytes: ArrayLike<number>): Uint8Array {
  return joined(unsigned(bytes.length), bytes)
}

function section(id: number, contents: ArrayLike<number>): Uint8Array {
  return joined([id], sized(contents))
}

function unsigned(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  bytes.push(rest)
  return bytes
}

type Probe = (frames: number) => void
let probe: Probe | undefined

/** How many bytes a frame of `descend` has at least, in any runtime that is known. */
const LEAST_FRAME = 48

/** Calls itself. It is the probe where no module can be made, so that only the reference machine works. */
function descend(calls: number): number {
  return calls === 0 ? 0 : descend(calls - 1) + 1
}

function createProbe(): Probe {
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(probeModule() as BufferSource)).exports.p as Probe
  } catch (error) {
    if (error instanceof RangeError) throw error
    return frames => void descend(Math.ceil((frames * PROBE_FRAME) / LEAST_FRAME))
  }
}

/** Whether the stack has so many bytes left. */
export function hasStack(bytes: number): boolean {
  try {
    probe ??= createProbe()
    probe(Math.ceil(bytes / PROBE_FRAME))
    return true
  } catch {
    return false
  }
}

/** The number of the size that was there the last time, and how many runs have taken it since. */
let first = 0
let runs = 0

/**
 * How many bytes of the host's stack compiled code may take in the run that begins now. 0 means that it must not be entered.
 *
 * @param what names the caller in the message
 * @param compiled whether there may be compiled code at all
 * @throws ResourceError when there is too little stack even to interpret.
 */
export function takeStack(what: string, compiled: boolean): number {
  if (compiled) {
    if (first > 0 && ++runs >= RUNS_BEFORE_MORE) first = runs = 0
    for (; first < BUDGETS.length; first++) if (hasStack(RESERVE + BUDGETS[first]!)) return BUDGETS[first]!
  }
  if (hasStack(RESERVE)) return 0
  throw new ResourceError('stack', `${what}: too little of the host's stack is left to run a machine`)
}
