// Loops of one segment in two versions. The generic one checks everything. After each of its turns it asks how many
// turns ahead are safe: enough gas, and all streams inside ranges of pages with the right. That many run in the fast
// version, which has no page checks, and compares its gas once for several turns. Exactness is the generic version's.
//
// Turn i of the fast version starts with gas g - i * c, so "i < n and the gas covers the path" is one comparison:
// gas >= floor, floor = max(path, g - n * c + 1).
// The range of a stream is kept in a pair of locals over entries of the loop, until something may change rights.
import { RIGHT_FAST_READ, RIGHT_FAST_WRITE, ROTATION } from '../machine/layout.ts'
import { type Emitter, Helper, Local } from './emitter.ts'
import type { FastLoop, Stream } from './fast-loops.ts'
import { emitCondition, emitInstructions } from './lower.ts'
import { Op, VOID } from './wasm-op.ts'

/** Instructions the fast version is unrolled to, and turns at most. */
const UNROLLED_INSTRUCTIONS = 32
const MAX_TURNS = 8
/**
 * Generic turns before the question how many are safe: most entries of most loops run a few turns only (quicksort's
 * scans: two), and asking costs as much as ten turns (quicksort 35 ms with 1, 27 ms with 8). A loop whose fast version
 * ran for a while the last time asks after the first turn.
 */
const TURNS_BEFORE = 8
/** Fast turns that count as a while. */
const WHILE = 16
/** Turns when nothing but gas limits them. */
const UNLIMITED = 0x7fffffff

/** Local of a pair: the low end of its range, and behind it the last offset where the span still fits. */
export function pairLocal(pair: number): number {
  return Local.pairs + 2 * pair
}

/** Forgets all ranges: behind calls, which may change rights. */
export function forgetRanges(emitter: Emitter): void {
  const { code } = emitter
  for (let pair = 0; pair < emitter.pairs; pair++) {
    code.i32(0)
    code.tee(pairLocal(pair))
    code.set(pairLocal(pair) + 1)
  }
}

/** Puts offset of the stream's next access from its range's low end into the target local; asks for a new range if outside. */
function emitOffset(emitter: Emitter, stream: Stream): void {
  const { code } = emitter
  const low = pairLocal(stream.pair)
  const last = low + 1
  const constant = (stream.low + ROTATION) | 0
  if (stream.base < 0) {
    code.i32(constant)
  } else {
    code.get(Local.register + stream.base)
    code.byte(Op.i32WrapI64)
    code.i32(constant)
    code.byte(Op.i32Add)
  }
  code.tee(Local.address)
  code.get(low)
  code.byte(Op.i32Sub)
  code.tee(Local.target)
  code.get(last)
  code.byte(Op.i32GtU)
  code.open(Op.if, VOID)
  code.get(Local.address)
  code.i32(stream.span)
  code.i32(stream.isStore ? RIGHT_FAST_WRITE : RIGHT_FAST_READ)
  code.op(Op.call, Helper.range)
  code.set(last)
  code.set(low)
  code.get(Local.address)
  code.get(low)
  code.byte(Op.i32Sub)
  code.set(Local.target)
  code.byte(Op.end)
}

/** Pushes how many turns the stream stays in its range, at least 1; the offset is in the target local and inside. */
function pushTurns(emitter: Emitter, stream: Stream): void {
  const { code } = emitter
  const { stride, strideRegister } = stream
  const last = pairLocal(stream.pair) + 1
  const room = (): void => {
    code.get(last)
    code.get(Local.target)
    code.byte(Op.i32Sub)
  }
  const divide = (by: number): void => {
    code.i32(by)
    code.byte(Op.i32DivU)
  }
  if (strideRegister >= 0) {
    // As unsigned and at least 1: a negative step gives no turn ahead but the next, a step of 0 as many as a step of 1.
    room()
    code.get(Local.register + strideRegister)
    code.byte(Op.i32WrapI64)
    code.i32(1)
    code.get(Local.register + strideRegister)
    code.byte(Op.i32WrapI64)
    code.byte(Op.select)
    code.byte(Op.i32DivU)
  } else if (stride > 0) {
    room()
    divide(stride)
  } else {
    code.get(Local.target)
    divide(-stride)
  }
  code.i32(1)
  code.byte(Op.i32Add)
}

/** The local that says how many generic turns less come first, set behind the fast version. */
function eagerLocal(emitter: Emitter, loop: FastLoop): number {
  return Local.pairs + 2 * emitter.pairs + loop.number
}

/** Before the loop: so many generic turns come first. */
export function emitLoopEntry(emitter: Emitter, loop: FastLoop): void {
  const { code } = emitter
  code.i32(TURNS_BEFORE)
  code.get(eagerLocal(emitter, loop))
  code.byte(Op.i32Sub)
  code.set(Local.count)
}

/** Leaves in the count local how many turns all streams stay in range; branches to `again` when it is none. */
function emitCount(emitter: Emitter, loop: FastLoop, again: () => number): void {
  const { code } = emitter
  code.i32(UNLIMITED)
  code.set(Local.count)
  for (const stream of loop.streams) {
    emitOffset(emitter, stream)
    code.get(Local.target)
    code.get(pairLocal(stream.pair) + 1)
    code.byte(Op.i32GtU)
    code.open(Op.if, VOID)
    emitter.depth += 1
    code.i32(TURNS_BEFORE)
    code.set(Local.count)
    code.op(Op.br, again())
    emitter.depth -= 1
    code.byte(Op.end)
    if (stream.stride === 0 && stream.strideRegister < 0) continue
    pushTurns(emitter, stream)
    code.tee(Local.target)
    code.get(Local.count)
    code.get(Local.target)
    code.get(Local.count)
    code.byte(Op.i32LtU)
    code.byte(Op.select)
    code.set(Local.count)
  }
}

/** Sets floor = max(path, gas - count * cost + 1) + ahead. */
function emitFloor(emitter: Emitter, cost: number, path: number, ahead: number): void {
  const { code } = emitter
  code.get(Local.gas)
  code.get(Local.count)
  code.byte(Op.i64ExtendI32U)
  code.i64(cost, 0)
  code.byte(Op.i64Mul)
  code.byte(Op.i64Sub)
  code.i64(1, 0)
  code.byte(Op.i64Add)
  code.tee(Local.floor)
  code.i64(path | 0, Math.floor(path / 2 ** 32))
  code.get(Local.floor)
  code.i64(path | 0, Math.floor(path / 2 ** 32))
  code.byte(Op.i64GtS)
  code.byte(Op.select)
  if (ahead > 0) {
    code.i64(ahead, 0)
    code.byte(Op.i64Add)
  }
  code.set(Local.floor)
}

/** Pushes whether the loop goes on (or, negated, ends). */
function pushContinues(emitter: Emitter, last: number, loop: FastLoop, negated: boolean): void {
  emitCondition(emitter, last)
  if (loop.continuesWhenTaken === negated) emitter.code.byte(Op.i32Eqz)
}

/**
 * Emits what follows the generic body of the loop at `node`: its branch and the fast version.
 * `label` gives the branch depth of a node that has a label.
 */
export function emitFastLoop(emitter: Emitter, node: number, loop: FastLoop, label: (node: number) => number): void {
  const { code, decoded, flow, gas, graph } = emitter
  const segment = graph.seg[node]!
  const begin = decoded.segmentStart[segment]!
  const last = decoded.segmentStart[segment + 1]! - 1
  const cost = gas.cost[node]!
  pushContinues(emitter, last, loop, true)
  code.op(Op.brIf, label(loop.exit))
  code.get(Local.count)
  code.i32(1)
  code.byte(Op.i32Sub)
  code.tee(Local.count)
  code.op(Op.brIf, label(node))
  emitCount(emitter, loop, () => label(node))
  const turns = Math.max(1, Math.min(MAX_TURNS, Math.floor(UNROLLED_INSTRUCTIONS / (last - begin + 1))))
  emitFloor(emitter, cost, gas.path[node]!, (turns - 1) * cost)
  code.i32(1)
  code.set(Local.count) // back in the generic version, ask again after one turn
  code.get(Local.gas)
  code.set(Local.before)
  code.open(Op.block, VOID)
  code.open(Op.loop, VOID)
  emitter.depth += 2
  code.get(Local.gas)
  code.get(Local.floor)
  code.byte(Op.i64LtS)
  code.op(Op.brIf, label(node))
  for (let turn = 0; turn < turns; turn++) {
    code.get(Local.gas)
    code.i64(cost, 0)
    code.byte(Op.i64Sub)
    code.set(Local.gas)
    emitter.dirty = flow.dirtyIn[node]!
    emitter.valid = flow.validIn[node]!
    emitInstructions(emitter, segment, last + 1, loop.unchecked)
    if (turn + 1 < turns) {
      pushContinues(emitter, last, loop, true)
      code.op(Op.brIf, 1)
    }
  }
  pushContinues(emitter, last, loop, false)
  code.op(Op.brIf, 0)
  code.byte(Op.end)
  code.byte(Op.end)
  emitter.depth -= 2
  code.i32(TURNS_BEFORE - 1)
  code.i32(0)
  code.get(Local.before)
  code.get(Local.gas)
  code.byte(Op.i64Sub)
  code.i64(WHILE * cost, 0)
  code.byte(Op.i64GeS)
  code.byte(Op.select)
  code.set(eagerLocal(emitter, loop))
  code.op(Op.br, label(loop.exit))
}
