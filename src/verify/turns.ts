// Loops with unchecked turns. They are the one form in which accesses need no check of their own. The question how many turns ahead
// are safe is read byte by byte. Then the turns have to pay the same, each for itself or all together, move their streams as the
// question has it, and stay within their spans. docs/verifier.md has the form and says why it is right. test/verify/lemmas.test.ts has
// the arithmetic proven.
import { readBulk, readRoom } from './bulk.ts'
import { Frame } from './control.ts'
import { Form, GET, SET, TEE } from './form.ts'
import type { FastTurns, FunctionBody, Stream } from './function-body.ts'
import type { Pair } from './locals.ts'
import { GAS_LOCAL, RANGE_FUNCTION, READ, WRITE } from './words.ts'

/** So many turns stand in a row at most. The generator writes eight; an access is looked for in each of them, which takes its time. */
const MOST_TURNS = 64

/**
 * `i32.const UNLIMITED` has been read and `local.set` follows. Reads the rest of the form up to the first unchecked turn. Returns
 * false, and reads nothing, when the constant is the address of an access.
 */
export function matchTurns(verifier: FunctionBody): boolean {
  const { reader, control, operands, way } = verifier
  const local = reader.bytes[reader.at + 1]!
  const next = reader.at + 2
  if (local < 0x80 && reader.bytes[next] === GET && reader.bytes[next + 1] === local) return false
  const form = new Form(verifier)
  if (verifier.turns !== undefined || operands.height !== 0) form.fail()
  const count = form.scratch(SET)
  const streams: Stream[] = []
  while (!form.sees(GET, GAS_LOCAL)) {
    if (form.sees(0x42) || (form.sees(GET) && !form.seesBehind(1, 0xa7))) readRoom(form, count)
    else streams.push(readStream(form, count))
  }
  const { floor, cost, path, ahead } = readFloor(form, count)
  form.i32()
  form.scratch(SET, count)
  form.local(GET, GAS_LOCAL)
  const before = form.scratch(SET)
  // The question must not assign a local that it asks about.
  const isApart = (local: number): boolean => local !== floor && local !== before
  if (floor === before || !streams.every(({ base, strideLocal }) => isApart(base) && isApart(strideLocal))) form.fail()
  if (form.sees(GET, GAS_LOCAL)) readBulk(form, floor, cost, path + ahead, streams)
  for (const [op, construct] of [
    [0x02, Frame.Block],
    [0x03, Frame.Loop],
  ] as const) {
    form.op(op, 0x40)
    control.open(construct, 0, way, reader.at)
  }
  verifier.locals.label()
  form.local(GET, GAS_LOCAL)
  form.local(GET, floor)
  form.op(0x53, 0x0d)
  verifier.branch(reader.unsigned())
  way.gas = path + ahead
  const turns = ahead / cost + 1
  if (!Number.isInteger(turns) || turns > MOST_TURNS) form.fail()
  takeRoots(verifier, streams)
  verifier.turns = { frame: control.depth - 1, floor, cost, turns, turn: 0, at: 0, streams }
  return true
}

/**
 * Reads what is asked of a stream: its offset from the low end of its range, a new range if it is outside, how many turns it stays
 * inside.
 */
function readStream(form: Form, count: number): Stream {
  const { verifier } = form
  const { reader, locals, way } = verifier
  const isConstant = form.sees(0x41)
  const base = isConstant ? -1 : form.local(GET)
  if (!isConstant) form.op(0xa7)
  const constant = form.i32()
  if (!isConstant) form.op(0x6a)
  const address = form.scratch(TEE)
  const low = form.local(GET)
  form.op(0x6b)
  const target = form.scratch(TEE)
  const size = form.local(GET)
  form.op(0x4f, 0x04, 0x40)
  form.local(GET, address)
  const span = form.i32()
  const right = form.i32()
  form.op(0x10)
  if (reader.unsigned() !== RANGE_FUNCTION) form.fail()
  form.local(SET, size)
  form.local(SET, low)
  form.local(GET, address)
  form.local(GET, low)
  form.op(0x6b)
  form.scratch(SET, target)
  form.op(0x0b)
  if (address === target || target === count || address === count) form.fail()
  if (span < 1 || span > 4096 || (right !== READ && right !== WRITE)) form.fail()
  checkPair(form, locals.pair(low, size), span, right)
  form.local(GET, target)
  form.local(GET, size)
  form.op(0x4f, 0x04, 0x40)
  form.i32()
  form.scratch(SET, count)
  form.op(0x0c)
  const label = reader.unsigned()
  if (label === 0) form.fail()
  verifier.branch(label - 1)
  form.op(0x0b)
  const stream: Stream = { base, constant, span, right, stride: 0, strideLocal: -1, root: 0, strideRoot: 0 }
  if (form.sees(GET, target)) {
    form.local(GET, target)
    stream.stride = -readStep(form) | 0
    readLower(form, target, count)
  } else if (form.sees(GET, size)) {
    form.local(GET, size)
    form.i32(1)
    form.op(0x6b)
    form.local(GET, target)
    form.op(0x6b)
    if (form.sees(GET)) stream.strideLocal = readRegisterStep(form)
    else stream.stride = readStep(form)
    readLower(form, target, count)
  }
  way.target = false
  return stream
}

/** Makes sure that the pair which keeps a range has always been for this span and right, and that nothing has changed rights since. */
function checkPair(form: Form, pair: Pair | undefined, span: number, right: number): void {
  if (pair === undefined) form.fail()
  const { reader, way } = form.verifier
  if (pair.span === 0) {
    pair.span = span
    pair.right = right
  }
  if (pair.span !== span || pair.right !== right) reader.refuse('turns', 'a range for another span or right')
  if ((way.fresh & pair.bit) === 0) reader.refuse('turns', 'a range is used where rights may have changed')
}

/** Reads a division by a constant step, which must not be 0. Returns the step. */
function readStep(form: Form): number {
  const step = form.i32()
  form.op(0x6e)
  if (step === 0) form.fail()
  return step
}

/** Reads a division by a register as it is, unsigned, or by 1 if it is 0. Returns the local of the register. */
function readRegisterStep(form: Form): number {
  const local = form.local(GET)
  form.op(0xa7)
  form.i32(1)
  form.local(GET, local)
  form.op(0xa7, 0x1b, 0x6e)
  return local
}

/** Reads how the quotient plus 1 goes into the count, if it is lower. */
function readLower(form: Form, target: number, count: number): void {
  form.i32(1)
  form.op(0x6a)
  form.scratch(TEE, target)
  form.local(GET, count)
  form.local(GET, target)
  form.local(GET, count)
  form.op(0x49, 0x1b)
  form.scratch(SET, count)
}

/** Reads floor = max(path, gas - count * cost + 1) + ahead. */
function readFloor(
  form: Form,
  count: number,
): { readonly floor: number; readonly cost: number; readonly path: number; readonly ahead: number } {
  form.local(GET, GAS_LOCAL)
  form.local(GET, count)
  form.op(0xad)
  const cost = form.i64()
  form.op(0x7e, 0x7d)
  form.i64(1)
  form.op(0x7c)
  const floor = form.scratch(TEE)
  const path = form.i64()
  form.local(GET, floor)
  form.i64(path)
  form.op(0x55, 0x1b)
  let ahead = 0
  if (form.sees(0x42)) {
    ahead = form.i64()
    form.op(0x7c)
  }
  form.scratch(SET, floor)
  if (cost < 1 || cost >= 2 ** 32 || path < 0 || path >= 2 ** 52 || ahead < 0 || ahead >= 2 ** 52) form.fail()
  return { floor, cost, path, ahead }
}

/**
 * Called at a payment in the turns. It pays for the next turn, or for all turns of the code at once. The turns that were paid before
 * must have moved their streams.
 */
export function turnBegins(verifier: FunctionBody, turns: FastTurns, amount: number): void {
  const { reader, locals, control } = verifier
  if (control.depth - 1 !== turns.frame) reader.refuse('turns', 'a payment outside of the turns')
  if (turns.turn > 0) moved(verifier, turns)
  else if (!stand(verifier, turns.streams)) reader.refuse('turns', 'a stream that moves before the first turn')
  turns.at = turns.turn
  turns.turn += amount === turns.cost * turns.turns ? turns.turns : 1
  const begun = turns.turn - turns.at
  if (amount !== turns.cost * begun || turns.turn > turns.turns) reader.refuse('turns', 'a turn that was not asked for')
  locals.label()
  takeRoots(verifier, turns.streams)
}

/** Takes the roots of bases and strides as they are now. */
function takeRoots({ locals }: FunctionBody, streams: readonly Stream[]): void {
  for (const stream of streams) {
    if (stream.base >= 0) stream.root = locals.rootOf(stream.base)
    if (stream.strideLocal >= 0) stream.strideRoot = locals.rootOf(stream.strideLocal)
  }
}

/** Whether bases and strides are still what they were when their roots were taken. */
function stand({ locals }: FunctionBody, streams: readonly Stream[]): boolean {
  const isStill = (local: number, before: number): boolean => {
    if (local < 0) return true
    const root = locals.rootOf(local)
    const { second, shift, extent } = locals
    return root === before && second[local] === -1 && shift[local] === 0 && extent[local] === 0
  }
  return streams.every(stream => isStill(stream.base, stream.root) && isStill(stream.strideLocal, stream.strideRoot))
}

/** Called where code goes back to the first turn. All turns must have been there, and the last must have moved its streams. */
export function turnEnds(verifier: FunctionBody, turns: FastTurns): void {
  if (turns.turn !== turns.turns) verifier.reader.refuse('turns', 'fewer turns than were compared')
  moved(verifier, turns)
}

/** Makes sure that the turns that were paid last have moved their streams, each by its stride. */
function moved({ reader, locals }: FunctionBody, { streams, turn, at }: FastTurns): void {
  const { root, second, shift, extent } = locals
  const begun = turn - at
  for (const { base, stride, strideLocal, root: before, strideRoot } of streams) {
    if (base < 0) continue
    locals.rootOf(base)
    let ok = extent[base] === 0
    if (strideLocal < 0) ok &&= root[base] === before && second[base] === -1 && shift[base] === ((stride * begun) | 0)
    else if (begun !== 1) ok = false
    else {
      locals.rootOf(strideLocal)
      const same = root[strideLocal] === strideRoot && second[strideLocal] === -1
      const sum = root[base] === before && second[base] === strideRoot
      const turned = root[base] === strideRoot && second[base] === before
      ok &&= same && shift[strideLocal] === 0 && extent[strideLocal] === 0 && (sum || turned) && shift[base] === 0
    }
    if (!ok) reader.refuse('turns', 'a stream that does not move as it was asked')
  }
}

/** Whether an access lies within the span of a stream, where that is in one of the turns that were paid last. */
export function turnAccess(
  { locals }: FunctionBody,
  { streams, turn, at }: FastTurns,
  local: number,
  offset: number,
  width: number,
  right: number,
): boolean {
  if (turn === 0 || locals.known[local] !== locals.epoch) return false
  if (locals.extent[local] !== 0 || locals.second[local] !== -1) return false
  return streams.some(stream => {
    if (stream.right !== right || locals.root[local] !== (stream.base < 0 ? 0 : stream.root)) return false
    for (let k = 0; k < turn - at; k++) {
      const from = (locals.shift[local]! + offset - stream.constant - k * stream.stride) | 0
      if (from >= 0 && from + width <= stream.span) return true
    }
    return false
  })
}
