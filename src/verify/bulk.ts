// Unchecked turns that are done at once: a memory.copy or memory.fill stands in front of a loop with unchecked turns, over the bytes
// that its streams would access. This file reads it byte by byte. docs/verifier.md has the form and says why it is right.
// test/verify/lemmas.ts has the arithmetic.
import { type Form, GET, SET, TEE } from './form.ts'
import type { Stream } from './function-body.ts'
import { GAS_LOCAL, READ, WRITE } from './words.ts'

/**
 * Where a run of bytes is: at a base plus a constant. It begins there if `down` is -1. Otherwise it ends there, and a turn has
 * 2^down bytes.
 */
interface Place {
  readonly base: number
  readonly constant: number
  readonly down: number
}

/**
 * Reads the form up to its end. It begins with `local.get gas`, in front of the block of the turns. At most as many turns are done
 * as the gas above the floor pays for. The floor is at least `most`.
 */
export function readBulk(form: Form, floor: number, cost: number, most: number, streams: readonly Stream[]): void {
  form.local(GET, GAS_LOCAL)
  form.local(GET, floor)
  form.op(0x7d, 0xa7)
  form.i32(cost)
  form.op(0x6d)
  const count = form.scratch(TEE)
  if (form.i32() < 1) form.fail()
  form.op(0x4e, 0x04, 0x40)
  readRoom(form, count)
  if (!form.sees(GET, count)) readApart(form, count)
  else if (form.seesBehind(1, 0x41, 0x00)) readSameBytes(form, count)
  form.local(GET, count)
  if (form.i32() < 1) form.fail()
  form.op(0x4f, 0x04, 0x40)
  readBytes(form, count, streams)
  form.local(GET, GAS_LOCAL)
  readProduct(form, count, cost)
  form.op(0x7d)
  form.local(SET, GAS_LOCAL)
  readSteps(form, count, floor, streams)
  form.op(0x0b, 0x0b)
  // Gas and floor differ by less than 2^31, see the lemma.
  if (most >= 2 ** 31 || cost >= 2 ** 31) form.fail()
  form.verifier.way.target = false
}

/** Reads the count, as 64 bits, times a constant. Returns the constant. */
function readProduct(form: Form, count: number, factor?: number): number {
  form.local(GET, count)
  form.op(0xad)
  const read = form.i64(factor)
  form.op(0x7e)
  return read
}

/**
 * Reads a difference less a constant, shifted. It stands there twice, the same both times, and goes into the count if it is lower.
 * Which difference it is does not matter.
 */
export function readRoom(form: Form, count: number): void {
  const { reader } = form.verifier
  const value = (): unknown => (form.sees(GET) ? form.local(GET) : form.i64())
  const read = (): Uint8Array => {
    const from = reader.at
    value()
    value()
    form.op(0x7d)
    form.i64()
    form.op(0x7d)
    form.i64()
    form.op(0x88)
    return reader.bytes.subarray(from, reader.at)
  }
  const first = read()
  form.op(0xa7)
  form.local(GET, count)
  const second = read()
  if (first.length !== second.length || first.some((byte, k) => byte !== second[k])) form.fail()
  form.local(GET, count)
  form.op(0xad, 0x54, 0x1b)
  form.scratch(SET, count)
}

/** Reads the distance of two registers, which goes into the count if it is lower. */
function readApart(form: Form, count: number): void {
  form.local(GET)
  form.op(0xa7)
  form.local(GET)
  form.op(0xa7, 0x6b)
  form.i32()
  form.op(0x6a)
  form.i32()
  form.op(0x76)
  const apart = form.scratch(TEE)
  if (apart === count) form.fail()
  form.local(GET, count)
  form.local(GET, apart)
  form.local(GET, count)
  form.op(0x49, 0x1b)
  form.scratch(SET, count)
}

/** Reads the question whether a word has the same byte everywhere. If it has not, the count becomes 0. */
function readSameBytes(form: Form, count: number): void {
  form.local(GET, count)
  form.i32(0)
  const value = form.local(GET)
  form.i64()
  form.op(0x83)
  form.i64()
  form.op(0x7e)
  form.local(GET, value)
  form.op(0x85)
  form.i64()
  form.op(0x86, 0x50, 0x1b)
  form.scratch(SET, count)
}

/** Reads the rest of a place. `local.get base` and `i32.wrap_i64` have been read. */
function readPlace(form: Form, count: number, base: number): Place {
  const constant = form.i32()
  form.op(0x6a)
  if (!form.sees(GET, count) || !form.seesBehind(4, 0x6b)) return { base, constant, down: -1 }
  const down = readLength(form, count)
  form.op(0x6b)
  return { base, constant, down }
}

/** Reads the count, shifted. Returns by how much. */
function readLength(form: Form, count: number): number {
  form.local(GET, count)
  const shift = form.i32()
  if (shift < 0 || shift > 12) form.fail()
  form.op(0x74)
  return shift
}

/** Reads the copy or the fill, and accepts it if streams would access all its bytes in so many turns. */
function readBytes(form: Form, count: number, streams: readonly Stream[]): void {
  const to = form.local(GET)
  form.op(0xa7)
  const places = [readPlace(form, count, to)]
  if (form.sees(0x41)) form.i32()
  else {
    const second = form.local(GET)
    form.op(0xa7)
    if (form.sees(0x41)) places.push(readPlace(form, count, second))
  }
  const shift = readLength(form, count)
  form.op(0xfc)
  for (const byte of places.length === 1 ? [0x0b, 0] : [0x0a, 0, 0])
    if (form.verifier.reader.byte() !== byte) form.fail()
  const within = (place: Place, k: number): boolean =>
    streams.some(stream => holds(stream, place, shift, k === 0 ? WRITE : READ))
  if (!places.every(within)) form.verifier.reader.refuse('turns', 'bytes at once that are no stream’s')
}

/** Whether a stream accesses all the bytes at a place, turn by turn, 2^shift bytes in each. */
function holds(stream: Stream, { base, constant, down }: Place, shift: number, right: number): boolean {
  const width = 2 ** shift
  if (stream.base !== base || stream.right !== right || (down >= 0 && down !== shift)) return false
  if (stream.stride !== (down < 0 ? width : -width)) return false
  const from = (constant - (down < 0 ? 0 : width) - stream.constant) | 0
  return from >= 0 && from + width <= stream.span
}

/** Reads the steps of registers, which stand for one step in each turn. All bases have to move by their strides; others may move too. */
function readSteps(form: Form, count: number, floor: number, streams: readonly Stream[]): void {
  const steps = new Map<number, number>()
  while (form.sees(GET)) {
    const local = form.local(GET)
    if (local === floor || steps.has(local)) form.fail()
    steps.set(local, readProduct(form, count))
    form.op(0x7c)
    form.scratch(SET, local)
  }
  for (const { base, stride, strideLocal } of streams) {
    const isRight = strideLocal < 0 && (base < 0 || (steps.get(base) ?? 0) === stride)
    if (!isRight) form.verifier.reader.refuse('turns', 'turns at once that do not move a stream as it was asked')
  }
}
