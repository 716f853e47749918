// Loops of one segment in two versions. The generic one checks everything. After each of its turns it asks how many
// turns ahead are safe: enough gas, and all streams inside ranges of pages with the right. That many run in the fast
// version, which has no page checks, and compares its gas once for several turns. Exactness is the generic version's.
//
// Turn i of the fast version starts with gas g - i * c, so "i < n and the gas covers the path" is one comparison:
// gas >= floor, floor = max(path, g - n * c + 1).
// The range of a stream is kept in a pair of locals over entries of the loop, until something may change rights.
import { Right, ROTATION, Way } from '../../../src/engine/machine/contract.gen.ts'
import { Local } from '../../../src/engine/recompiler/local.ts'
import { accessesOf } from '../../../src/engine/recompiler/memory-plan.ts'
import { pathOf } from '../../../src/engine/recompiler/passes.ts'
import { L, S, signed, type Template, template, U } from '../../../src/engine/recompiler/template.ts'
import { Op, VOID } from '../../../src/engine/recompiler/wasm-op.ts'
import { tallySegment, tallyTurns } from './emit-tally.ts'
import { type Emitter, Helper, PAY } from './emitter.ts'
import type { FastLoop, Stream } from './fast-loops.ts'
import { emitCondition, emitInstructions } from './lower.ts'

/** How many instructions the unrolled fast version has at most, and how many turns. */
const UNROLLED_INSTRUCTIONS = 32
const MAX_TURNS = 8
/**
 * Generic turns before the question how many are safe: most entries of most loops run a few turns only (quicksort's
 * scans: two), and asking costs as much as ten turns (quicksort 35 ms with 1, 27 ms with 8). A loop whose fast version
 * ran for a while the last time asks after the first turn.
 */
const TURNS_BEFORE = 8
/** So many fast turns count as a while. */
const WHILE = 16
/** The number of turns when only gas limits them. */
const UNLIMITED = 0x7fffffff

const FORGET = template(Op.i32Const, 0, Op.localTee, U(0), Op.localSet, U(1))
const TARGET_LESS_LOW = [Op.localGet, U(2), Op.i32Sub]
/** U(0) register, S(1) constant, U(2) and U(3) the pair, S(4) span, S(5) right. */
const [OFFSET_OF_CONSTANT, OFFSET] = [
  [Op.i32Const, S(1)],
  [Op.localGet, U(0), Op.i32WrapI64, Op.i32Const, S(1), Op.i32Add],
].map(address =>
  template(
    address,
    [Op.localTee, Local.address, ...TARGET_LESS_LOW, Op.localTee, Local.target],
    [Op.localGet, U(3), Op.i32GeU, Op.if, VOID],
    [Op.localGet, Local.address, Op.i32Const, S(4), Op.i32Const, S(5), Op.call, Helper.range],
    [Op.localSet, U(3), Op.localSet, U(2)],
    [Op.localGet, Local.address, ...TARGET_LESS_LOW, Op.localSet, Local.target],
    [Op.end],
  ),
) as [Template, Template]
/** Room up to the last of U(0) offsets. */
const ROOM = [Op.localGet, U(0), Op.i32Const, 1, Op.i32Sub, Op.localGet, Local.target, Op.i32Sub]
/** The quotient on the stack, plus 1, into the count if it is lower. */
const LOWER_COUNT = [
  ...[Op.i32Const, 1, Op.i32Add, Op.localTee, Local.target, Op.localGet, Local.count],
  ...[Op.localGet, Local.target, Op.localGet, Local.count, Op.i32LtU, Op.select, Op.localSet, Local.count],
]
const TURNS_UP = template(ROOM, Op.i32Const, S(1), Op.i32DivU, LOWER_COUNT)
const TURNS_DOWN = template(Op.localGet, Local.target, Op.i32Const, S(1), Op.i32DivU, LOWER_COUNT)
/** As unsigned and at least 1: a negative step gives no turn ahead but the next, a step of 0 as many as a step of 1. */
const TURNS_BY_REGISTER = template(
  ROOM,
  [Op.localGet, U(1), Op.i32WrapI64, Op.i32Const, 1, Op.localGet, U(1), Op.i32WrapI64, Op.select, Op.i32DivU],
  LOWER_COUNT,
)
const ENTRY = template([Op.i32Const, ...signed(TURNS_BEFORE), Op.localGet, U(0), Op.i32Sub], [Op.localSet, Local.count])
const COUNT_FIRST = template(Op.i32Const, signed(UNLIMITED), Op.localSet, Local.count)
const UNLESS_INSIDE = template(
  [Op.localGet, Local.target, Op.localGet, U(0), Op.i32GeU, Op.if, VOID],
  [Op.i32Const, ...signed(TURNS_BEFORE), Op.localSet, Local.count, Op.br, U(1), Op.end],
)
/** max(L(2), gas - count * L(0) + 1) */
const LIMIT = [
  ...[Op.localGet, Local.gas, Op.localGet, Local.count, Op.i64ExtendI32U, Op.i64Const, L(0), Op.i64Mul, Op.i64Sub],
  ...[Op.i64Const, 1, Op.i64Add, Op.localTee, Local.floor, Op.i64Const, L(2)],
  ...[Op.localGet, Local.floor, Op.i64Const, L(2), Op.i64GtS, Op.select],
]
const FLOOR = template(LIMIT, Op.localSet, Local.floor)
const FLOOR_AHEAD = template(LIMIT, Op.i64Const, L(4), Op.i64Add, Op.localSet, Local.floor)
/** Leaves to U(0), else goes on in the generic version, U(1), while it is its turn. */
const COUNT_DOWN = template(
  [Op.brIf, U(0)],
  [Op.localGet, Local.count, Op.i32Const, 1, Op.i32Sub, Op.localTee, Local.count, Op.brIf, U(1)],
)
/** Back in the generic version: asks again after one turn. */
const FAST_HEAD = template(
  [Op.i32Const, 1, Op.localSet, Local.count, Op.localGet, Local.gas, Op.localSet, Local.before],
  [Op.block, VOID, Op.loop, VOID, Op.localGet, Local.gas, Op.localGet, Local.floor, Op.i64LtS, Op.brIf, U(0)],
)
const FAST_CLOSE = template(Op.end, Op.end)
const FAST_END = template(
  [Op.i32Const, ...signed(TURNS_BEFORE - 1), Op.i32Const, 0],
  [Op.localGet, Local.before, Op.localGet, Local.gas, Op.i64Sub, Op.i64Const, L(0), Op.i64GeS],
  [Op.select, Op.localSet, U(2), Op.br, U(3)],
)

/**
 * Local of a pair: the low end of its range, and behind it how many offsets from there the span fits at. 0 is no range: no
 * offset is below it, also not that of physical address 0, which a guest can name.
 */
export function pairLocal(pair: number): number {
  return Local.pairs + 2 * pair
}

/** Forgets all ranges: behind calls, which may change rights. */
export function forgetRanges(emitter: Emitter): void {
  for (let pair = 0; pair < emitter.pairs; pair++) {
    emitter.code.put(FORGET, pairLocal(pair), pairLocal(pair) + 1)
  }
}

/** Puts offset of the stream's next access from its range's low end into the target local; asks for a new range if outside. */
function emitOffset(emitter: Emitter, stream: Stream): void {
  const low = pairLocal(stream.pair)
  emitter.code.putMany(
    stream.base < 0 ? OFFSET_OF_CONSTANT : OFFSET,
    Local.register + stream.base,
    (stream.low + ROTATION) | 0,
    low,
    low + 1,
    stream.span,
    stream.isStore ? Right.FastWrite : Right.FastRead,
  )
}

/**
 * Lowers the count local to how many turns the stream stays in its range, at least 1; the offset is in the target local
 * and inside.
 */
function emitTurns(emitter: Emitter, stream: Stream): void {
  const { stride, strideRegister } = stream
  const size = pairLocal(stream.pair) + 1
  if (strideRegister >= 0) emitter.code.put(TURNS_BY_REGISTER, size, Local.register + strideRegister)
  else if (stride > 0) emitter.code.put(TURNS_UP, size, stride)
  else emitter.code.put(TURNS_DOWN, size, -stride)
}

/** The local that says by how many the generic turns that come first are reduced. It is set behind the fast version. */
function eagerLocal(emitter: Emitter, loop: FastLoop): number {
  return Local.pairs + 2 * emitter.pairs + loop.number
}

/** Before the loop: sets how many generic turns come first. */
export function emitLoopEntry(emitter: Emitter, loop: FastLoop): void {
  emitter.code.put(ENTRY, eagerLocal(emitter, loop))
}

/** Leaves in the count local how many turns all streams stay in range; branches to the label `again` when it is none. */
function emitCount(emitter: Emitter, loop: FastLoop, again: number): void {
  emitter.code.put(COUNT_FIRST)
  for (const stream of loop.streams) {
    emitOffset(emitter, stream)
    emitter.code.put(UNLESS_INSIDE, pairLocal(stream.pair) + 1, again + 1)
    if (stream.stride !== 0 || stream.strideRegister >= 0) emitTurns(emitter, stream)
  }
}

/** Sets floor = max(path, gas - count * cost + 1) + ahead. */
function emitFloor(emitter: Emitter, cost: number, path: number, ahead: number): void {
  const [low, high] = [path | 0, Math.floor(path / 2 ** 32)]
  emitter.code.putMany(ahead > 0 ? FLOOR_AHEAD : FLOOR, cost, 0, low, high, ahead, 0)
}

/** Pushes whether the loop goes on (or, negated, ends). */
function pushContinues(emitter: Emitter, last: number, loop: FastLoop, negated: boolean): void {
  emitCondition(emitter, last)
  if (loop.continuesWhenTaken === negated) emitter.code.byte(Op.i32Eqz)
}

/** Whether the fast version may leave in the middle of a turn: some accesses are checked there too. */
function leavesInTurns({ decoded, plan }: Emitter, segment: number, loop: FastLoop): boolean {
  return accessesOf(decoded, segment).some((i, k) => plan.way[i]! < Way.Member && loop.unchecked[k] === 0)
}

/** Leaves out the checks that the fast version does not need. Returns how each access was checked before. */
function leaveOut({ decoded, plan }: Emitter, segment: number, loop: FastLoop): number[] {
  const { way } = plan
  return accessesOf(decoded, segment).map((i, k) => {
    const before = way[i]!
    if (loop.unchecked[k] === 1 && before !== Way.Member) way[i] = Way.Unchecked
    return before
  })
}

/**
 * Emits what follows the generic body of the loop at `node`: its branch and the fast version.
 * `label` gives the branch depth of a node that has a label.
 */
export function emitFastLoop(
  emitter: Emitter,
  node: number,
  loop: FastLoop,
  label: (emitter: Emitter, node: number) => number,
): void {
  const { code, decoded, flow, gas, graph } = emitter
  const segment = graph.seg[node]!
  const begin = decoded.segmentStart[segment]!
  const last = decoded.segmentStart[segment + 1]! - 1
  const cost = gas.cost[node]!
  pushContinues(emitter, last, loop, true)
  code.put(COUNT_DOWN, label(emitter, loop.exit), label(emitter, node))
  // The turns are counted together behind them, unless code may leave in the middle of a turn.
  const inTurns = leavesInTurns(emitter, segment, loop)
  const together = !inTurns && emitter.tallyAt !== undefined
  if (together) {
    code.open(Op.block, VOID)
    emitter.depth += 1
  }
  emitCount(emitter, loop, label(emitter, node))
  const turns = Math.max(1, Math.min(MAX_TURNS, Math.floor(UNROLLED_INSTRUCTIONS / (last - begin + 1))))
  emitFloor(emitter, cost, pathOf(gas, node), (turns - 1) * cost)
  const checked = leaveOut(emitter, segment, loop)
  emitter.depth += 2
  code.put(FAST_HEAD, together ? 2 : label(emitter, node))
  for (let turn = 0; turn < turns; turn++) {
    code.put(PAY, cost, 0)
    emitter.dirty = flow.dirtyIn[node]!
    emitter.valid = flow.validIn[node]!
    if (inTurns) tallySegment(emitter, segment)
    emitInstructions(emitter, segment, last + 1)
    const final = turn + 1 === turns
    pushContinues(emitter, last, loop, !final)
    code.op(Op.brIf, final ? 0 : 1)
  }
  for (const [k, i] of accessesOf(decoded, segment).entries()) emitter.plan.way[i] = checked[k]!
  emitter.depth -= 2
  code.put(FAST_CLOSE)
  if (together) tallyTurns(emitter, segment, cost)
  code.putMany(FAST_END, WHILE * cost, 0, eagerLocal(emitter, loop), label(emitter, loop.exit))
  if (!together) return
  code.byte(Op.end)
  emitter.depth -= 1
  tallyTurns(emitter, segment, cost)
  code.op(Op.br, label(emitter, node))
}
