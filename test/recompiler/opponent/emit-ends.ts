// How a node ends: calls, returns, host calls, dynamic jumps, exits. Where control goes inside the function is structure.ts.

import { AT_RESERVE, GOES_ON } from '../../../src/engine/machine/contract.gen.ts'
import { AT_ARENA, AT_VM, VM } from '../../../src/engine/machine/layout.ts'
import { Local } from '../../../src/engine/recompiler/local.ts'
import { pathOf } from '../../../src/engine/recompiler/passes.ts'
import { L, S, signed, type Template, template, U, unsigned } from '../../../src/engine/recompiler/template.ts'
import type { WasmCode } from '../../../src/engine/recompiler/wasm-code.ts'
import { Op } from '../../../src/engine/recompiler/wasm-op.ts'
import { forgetRanges } from './emit-loops.ts'
import {
  type Emitter,
  exit,
  exitLabel,
  flush,
  Import,
  loadRegisters,
  prepareExit,
  preparePaid,
  STORE_PC,
  Why,
} from './emitter.ts'
import type { FunctionCode } from './function-code.ts'
import { emitAssignment } from './lower.ts'

/** Why code leaves at a checkpoint: by whether its segment starts a block. */
const UNPAID = [Why.UnpaidWithin, Why.Unpaid]
/** Leaves to the core at pc S(0), unpaid, why S(1), unless there is as much gas as L(2). */
const CHECKPOINT = template(
  [Op.i32Const, S(0), Op.localSet, Local.pc, Op.i32Const, S(1), Op.localSet, Local.why],
  [Op.localGet, Local.gas, Op.i64Const, L(2), Op.i64LtS, Op.brIf, U(4)],
)
const REQUIRE_GAS = template(Op.localGet, Local.gas, Op.i64Const, L(0), Op.i64LtS, Op.brIf, U(2))
/** The arguments of a callee: gas, and how much stack is left. */
const ARGUMENTS = [Op.localGet, Local.gas, Op.localGet, Local.stack]
const CALL = template(ARGUMENTS, Op.call, U(0))
/** A call through the table. It stores pc for the stub that stands in the table while the callee is not compiled. */
const CALL_TABLE = template(STORE_PC, ARGUMENTS, Op.i32Const, S(1), Op.callIndirect, 0, 0)
/** The same with pc and index in locals, for an exit that goes on. */
const PREPARE_TABLE = template(Op.i32Const, S(0), Op.localSet, Local.pc, Op.i32Const, S(1), Op.localSet, Local.target)
const GO_ON = template(
  [Op.i32Const, 0, Op.localGet, Local.pc, Op.i32Store, 2, ...unsigned(AT_VM + VM.pc)],
  [...ARGUMENTS, Op.localGet, Local.target, Op.callIndirect, 0, 0, Op.return],
)
const CALL_TARGET = template(ARGUMENTS, Op.localGet, Local.target, Op.callIndirect, 0, 0)
const EXPECT_RETURN = template(
  [Op.localSet, Local.gas, Op.localTee, Local.target, Op.i32Const, S(0), Op.i32Ne],
  [Op.brIf, U(1)],
)
const TARGET = template(Op.localGet, U(0), Op.i32WrapI64, Op.localSet, Local.target)
const TARGET_PLUS = template(
  [Op.localGet, U(0), Op.i32WrapI64, Op.i32Const, S(1), Op.i32Add],
  [Op.localSet, Local.target],
)
/** The jump-table index of the target local: odd and zero addresses give huge ones. */
const INDEX = [Op.localGet, Local.target, Op.i32Const, 2, Op.i32Sub, Op.i32Const, 1, Op.i32Rotr]
const PUSH_INDEX = template(INDEX)
const LOOK_UP = template(
  INDEX,
  [Op.localTee, Local.target, Op.i32Const, S(0), Op.i32GeU, Op.brIf, U(1)],
  [Op.localGet, Local.target, Op.i32Const, 2, Op.i32Shl, Op.i32Load, 2, ...unsigned(AT_ARENA)],
  [Op.localTee, Local.target, Op.i32Eqz, Op.brIf, U(1)],
)
const RETURN = template(STORE_PC, [Op.localGet, U(1), Op.i32WrapI64, Op.localGet, Local.gas, Op.return])
const INLINE_RETURN = template(preparePaid(S(0)), [
  Op.localGet,
  U(1),
  Op.i32WrapI64,
  Op.i32Const,
  S(2),
  Op.i32Ne,
  Op.brIf,
  U(3),
])
/** The gas is loaded by halves: the host writes the lower half, and a load of both would wait until that store is in the cache. */
const GAS_WORD = [
  ...[Op.i32Const, 0, Op.i64Load32U, 2, ...unsigned(AT_VM + VM.gas)],
  ...[Op.i32Const, 0, Op.i64Load32U, 2, ...unsigned(AT_VM + VM.gas + 4), Op.i64Const, 32, Op.i64Shl, Op.i64Or],
]
const RESERVE_WORD = [Op.i64Load, 3, ...unsigned(AT_RESERVE)]
/**
 * Compiled code has less gas than 2^31 in its local, whatever a host function writes: it leaves when there is more, and is
 * entered again with a slice of it. So no sum of gas and costs can overflow.
 */
const MOST_GAS = 0x7fffffff
/**
 * S(0) its own pc, S(1) that behind it, S(2) the number of the host call, U(3) an exit that stores no registers. It is
 * taken when the import says so, or the function left another pc, more gas than compiled code may have, or switched tracing
 * on, or (`charged` is how the block models have it) wrote pc and left it the same: one comparison of all, which is cheaper
 * here than in JavaScript.
 */
const [HOST, HOST_IN_BLOCK] = [0, 1].map(charged =>
  template(
    [Op.i32Const, 0, Op.i32Const, S(1), Op.i32Store, 2, ...unsigned(AT_VM + VM.pc)],
    charged === 0 ? [] : [Op.i32Const, 0, Op.i32Const, 1, Op.i32Store, 2, ...unsigned(AT_VM + VM.charged)],
    [Op.i32Const, 0, Op.localGet, Local.gas, Op.i32Const, 0, ...RESERVE_WORD, Op.i64Add],
    [Op.i64Store, 3, ...unsigned(AT_VM + VM.gas)],
    [Op.i32Const, S(2), Op.i32Const, S(0), Op.i32Const, S(1), Op.call, Import.host, Op.localTee, Local.target],
    [Op.i32Const, ...signed(Why.Moved), Op.localGet, Local.target, Op.select, Op.localSet, Local.why],
    [...GAS_WORD, Op.i32Const, 0, ...RESERVE_WORD, Op.i64Sub, Op.localSet, Local.gas],
    [Op.i32Const, 0, Op.i32Load, 2, ...unsigned(AT_VM + VM.pc), Op.localTee, Local.pc, Op.i32Const, S(1), Op.i32Xor],
    [Op.i32Const, 0, Op.i32Load, 2, ...unsigned(AT_VM + VM.trace), Op.i32Or, Op.localGet, Local.target, Op.i32Or],
    charged === 0
      ? []
      : [Op.i32Const, 0, Op.i32Load, 2, ...unsigned(AT_VM + VM.charged), Op.i32Const, 1, Op.i32Xor, Op.i32Or],
    [Op.localGet, Local.gas, Op.i64Const, ...signed(MOST_GAS), Op.i64GtU, Op.i32Or],
    [Op.brIf, U(3)],
  ),
) as [Template, Template]
const MOVE = template(Op.localGet, U(0), Op.localSet, U(1))
/** Takes the frame from the stack that is left, and leaves unless there was enough. The size is filled in later: five bytes. */
const TAKE_FRAME = template(
  [Op.localGet, Local.stack, Op.i32Const, 0x80, 0x80, 0x80, 0x80, 0x00, Op.i32Sub, Op.localTee, Local.stack],
  [Op.i32Const, 0, Op.i32LtS, Op.brIf, U(0)],
)
/** Where those five bytes are in the template. */
const FRAME_BYTES_AT = 3

/** Calls the root at a segment: directly in this module, else through the table, where its index is segment + 1. */
function callRoot(emitter: Emitter, segment: number): void {
  const { code, decoded } = emitter
  const index = emitter.rootIndex(segment)
  if (index !== undefined) {
    code.put(CALL, index)
    return
  }
  emitter.externals.add(segment)
  code.put(CALL_TABLE, decoded.pc[decoded.segmentStart[segment]!]!, segment + 1)
}

/** Takes what a callee returned, and leaves unless that is `address`. */
function expectReturn(emitter: Emitter, address: number): void {
  emitter.code.put(EXPECT_RETURN, address, emitter.depth)
}

/** Loads what a node behind a call needs, and forgets what the callee may have changed. */
function reload(emitter: Emitter, node: number): void {
  forgetRanges(emitter)
  loadRegisters(emitter.code, emitter.flow.liveIn[node]!)
}

/** Computes the address of the dynamic jump `i` into the target local. For load_imm_jump_ind the offset is Y. */
export function emitTarget(emitter: Emitter, i: number, isLoadImm: boolean): void {
  const { code, decoded } = emitter
  const offset = isLoadImm ? decoded.y[i]! : decoded.x[i]!
  const base = Local.register + (isLoadImm ? decoded.b[i]! : decoded.a[i]!)
  code.put(offset === 0 ? TARGET : TARGET_PLUS, base, offset)
}

/** Replaces the target local by the table index of the code there; takes the prepared exit when there is none. */
function lookUp(emitter: Emitter): void {
  emitter.code.put(LOOK_UP, emitter.decoded.jumpTable.length, exitLabel(emitter))
}

/** Calls the table entry in the target local. */
function callTarget(emitter: Emitter): void {
  emitter.code.put(CALL_TARGET)
}

/** A direct call. The link register has been assigned already. */
export function emitCall(emitter: Emitter, callee: number, address: number, back: number): void {
  flush(emitter)
  callRoot(emitter, callee)
  expectReturn(emitter, address)
  reload(emitter, back)
}

/** An indirect call by `i`, a load_imm_jump_ind. It writes its register only behind the point where it may exit. */
export function emitCallIndirect(emitter: Emitter, i: number, back: number): void {
  prepareExit(emitter, emitter.decoded.pc[i]!, Why.Paid)
  emitTarget(emitter, i, true)
  lookUp(emitter)
  emitAssignment(emitter, i)
  flush(emitter)
  callTarget(emitter)
  expectReturn(emitter, emitter.decoded.x[i]!)
  reload(emitter, back)
}

/**
 * The beginning of an indirect call by `i` with inlined callees: computes the target, keeps the link register's value in
 * case that the call has to exit, and assigns it. The branch table is structure.ts's.
 */
export function emitCallTable(emitter: Emitter, i: number, elsewhere: number): void {
  const { code, decoded } = emitter
  emitTarget(emitter, i, true)
  emitter.dirtyBefore[elsewhere] = emitter.dirty
  emitter.validBefore[elsewhere] = emitter.valid
  code.put(MOVE, Local.register + decoded.a[i]!, Local.before)
  emitAssignment(emitter, i)
}

/** The indirect call of that node when its callee is not inlined: as emitCallIndirect, but the target is computed already. */
export function emitCallElsewhere(emitter: Emitter, node: number, i: number, back: number): void {
  const { code, decoded, flow } = emitter
  code.put(MOVE, Local.before, Local.register + decoded.a[i]!)
  emitter.dirty = emitter.dirtyBefore[node]!
  emitter.valid = emitter.validBefore[node]!
  prepareExit(emitter, decoded.pc[i]!, Why.Paid)
  lookUp(emitter)
  emitAssignment(emitter, i)
  emitter.dirty = flow.dirtyIn[node]!
  flush(emitter)
  callTarget(emitter)
  expectReturn(emitter, decoded.x[i]!)
  reload(emitter, back)
}

/** Indirect tail call by `i`. */
export function emitTailIndirect(emitter: Emitter, i: number, isLoadImm: boolean): void {
  prepareExit(emitter, emitter.decoded.pc[i]!, Why.Paid)
  emitTarget(emitter, i, isLoadImm)
  lookUp(emitter)
  emitAssignment(emitter, i)
  flush(emitter)
  callTarget(emitter)
  emitter.code.byte(Op.return)
}

/** The end of a hub: the target is none of the labels; pc and why are prepared by the switch. */
export function emitHubElsewhere(emitter: Emitter): void {
  lookUp(emitter)
  flush(emitter)
  callTarget(emitter)
  emitter.code.byte(Op.return)
}

/** Pushes the index of the target among the labels of a table, from 0. */
export function emitTableIndex(emitter: Emitter, firstLabel: number): void {
  const { code } = emitter
  code.put(PUSH_INDEX)
  if (firstLabel !== 0) {
    code.i32(firstLabel)
    code.byte(Op.i32Sub)
  }
}

/** A return by `i`: it returns the address to the caller, and stores pc in case no caller expects that address. */
export function emitReturn(emitter: Emitter, i: number): void {
  const { code, decoded } = emitter
  flush(emitter)
  code.put(RETURN, decoded.pc[i]!, Local.register + decoded.a[i]!)
}

/** Return of an inlined callee by `i`; falls through when the address is the expected one. */
export function emitInlineReturn(emitter: Emitter, i: number, address: number): void {
  const { code, decoded } = emitter
  code.putMany(INLINE_RETURN, decoded.pc[i]!, Local.register + decoded.a[i]!, address, exitLabel(emitter))
}

/**
 * Tail call of a root; in an inlined context a call that returns to `back`. What is in the middle of a block cannot be a
 * root with a stub before it: the core goes on there.
 */
export function emitTail(emitter: Emitter, callee: number, address: number, back: number): void {
  const { code, decoded } = emitter
  const pc = decoded.pc[decoded.segmentStart[callee]!]!
  if (decoded.isBlock[callee] === 0) {
    prepareExit(emitter, pc, Why.UnpaidWithin)
    exit(emitter)
    return
  }
  if (back < 0 && emitter.rootIndex(callee) === undefined) {
    emitter.externals.add(callee)
    code.put(PREPARE_TABLE, pc, callee + 1)
    code.op(Op.br, exitLabel(emitter, GOES_ON))
    return
  }
  flush(emitter)
  callRoot(emitter, callee)
  if (back < 0) {
    code.byte(Op.return)
    return
  }
  expectReturn(emitter, address)
  reload(emitter, back)
}

/** The end of an exit that goes on at another root, registers stored. */
export function putGoOn(code: FunctionCode): void {
  code.put(GO_ON)
}

/**
 * Host call by `i`, with the state in memory: pc is already behind it, gas is all there is. The import answers 0 to go
 * on here; otherwise the state in memory is complete and all frames are left.
 */
export function emitHost(emitter: Emitter, i: number, back: number): void {
  const { code, decoded } = emitter
  flush(emitter)
  emitter.valid = 0 // memory has the registers now, and an exit must leave them there
  const inBlock = decoded.program.profile.gasModel !== 'instruction'
  // A host call without next instruction is left to the core.
  code.putMany(inBlock ? HOST_IN_BLOCK : HOST, decoded.pc[i]!, decoded.pc[i + 1]!, decoded.x[i]!, exitLabel(emitter))
  reload(emitter, back)
}

/** Leaves for the core at `i`. */
export function emitExit(emitter: Emitter, i: number): void {
  prepareExit(emitter, emitter.decoded.pc[i]!, Why.Paid)
  exit(emitter)
}

/** Takes the prepared exit unless there is that much gas. */
function requireGas(emitter: Emitter, path: number): void {
  emitter.code.putMany(REQUIRE_GAS, (path % 2 ** 32) | 0, Math.floor(path / 2 ** 32), exitLabel(emitter), 0)
}

/** The check of a checkpoint: exits unless the gas covers the path. The stack is checked at the root only. */
export function emitCheckpoint(emitter: Emitter, node: number): void {
  const { decoded, graph, gas } = emitter
  const seg = graph.seg[node]!
  const { path } = gas
  emitter.code.putMany(
    CHECKPOINT,
    decoded.pc[decoded.segmentStart[seg]!]!,
    UNPAID[decoded.isBlock[seg]!]!,
    path[2 * node]!,
    path[2 * node + 1]!,
    exitLabel(emitter),
  )
}

/** The gas check of a hub that is a loop header. Its exit was prepared by the switch, and repeats the jump. */
export function emitHubCheck(emitter: Emitter, node: number): void {
  const path = pathOf(emitter.gas, node)
  if (path > 0) requireGas(emitter, path)
}

/** At the root: exits when the stack that is left has no room for the frame. Returns where `putFrameBytes` fills in its size. */
export function emitStackCheck(emitter: Emitter, pc: number, within: boolean): number {
  prepareExit(emitter, pc, within ? Why.UnpaidWithin : Why.Unpaid)
  const at = emitter.code.length + FRAME_BYTES_AT
  emitter.code.put(TAKE_FRAME, exitLabel(emitter))
  return at
}

/** Fills in the size of the frame. */
export function putFrameBytes({ bytes }: WasmCode, at: number, size: number): void {
  for (let k = 0; k < 4; k++) bytes[at + k] = (size >>> (7 * k)) | 0x80
  bytes[at + 4] = size >>> 28
}
