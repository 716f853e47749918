// How a node ends: calls, returns, host calls, dynamic jumps, exits. Where control goes inside the function is structure.ts.
import { AT_ARENA, AT_VM, VM } from '../machine/layout.ts'
import { forgetRanges } from './emit-loops.ts'
import {
  type Emitter,
  exit,
  exitIf,
  flush,
  Import,
  Local,
  loadRegisters,
  prepareExit,
  storePc,
  unwindIf,
  Why,
} from './emitter.ts'
import { emitAssignment } from './lower.ts'
import { Op } from './wasm-op.ts'
import { AT_RESERVE } from './words.ts'

/** Pushes gas and the depth left for a callee. */
function pushArguments(emitter: Emitter): void {
  const { code } = emitter
  code.get(Local.gas)
  code.get(Local.depth)
  code.i32(1)
  code.byte(Op.i32Sub)
}

/** Calls the root at a segment: directly in this module, else through the table, where its index is segment + 1. */
function callRoot(emitter: Emitter, segment: number): void {
  const { code, decoded } = emitter
  const index = emitter.rootIndex(segment)
  if (index !== undefined) {
    pushArguments(emitter)
    code.op(Op.call, index)
    return
  }
  emitter.externals.add(segment)
  storePc(emitter, decoded.pc[decoded.segmentStart[segment]!]!) // for the stub that stands there while it is not compiled
  pushArguments(emitter)
  code.i32(segment + 1)
  code.op(Op.callIndirect, 0)
  code.byte(0)
}

/** Takes a callee's results: leaves unless it returned to `address`. */
function expectReturn(emitter: Emitter, address: number): void {
  const { code } = emitter
  code.set(Local.gas)
  code.tee(Local.target)
  code.i32(address)
  code.byte(Op.i32Ne)
  unwindIf(emitter)
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
  code.get(Local.register + (isLoadImm ? decoded.b[i]! : decoded.a[i]!))
  code.byte(Op.i32WrapI64)
  if (offset !== 0) {
    code.i32(offset)
    code.byte(Op.i32Add)
  }
  code.set(Local.target)
}

/** Pushes the jump-table index of the target local: odd and zero addresses give huge ones. */
function pushIndex(emitter: Emitter): void {
  const { code } = emitter
  code.get(Local.target)
  code.i32(2)
  code.byte(Op.i32Sub)
  code.i32(1)
  code.byte(Op.i32Rotr)
}

/** Replaces the target local by the table index of the code there; takes the prepared exit when there is none. */
function lookUp(emitter: Emitter): void {
  const { code, decoded } = emitter
  pushIndex(emitter)
  code.tee(Local.target)
  code.i32(decoded.jumpTable.length)
  code.byte(Op.i32GeU)
  exitIf(emitter)
  code.get(Local.target)
  code.i32(2)
  code.byte(Op.i32Shl)
  code.memory(Op.i32Load, 2, AT_ARENA)
  code.tee(Local.target)
  code.byte(Op.i32Eqz)
  exitIf(emitter)
}

/** Calls the table entry in the target local. */
function callTarget(emitter: Emitter): void {
  const { code } = emitter
  pushArguments(emitter)
  code.get(Local.target)
  code.op(Op.callIndirect, 0)
  code.byte(0)
}

/** Direct call; the link register has been assigned. */
export function emitCall(emitter: Emitter, callee: number, address: number, back: number): void {
  flush(emitter)
  callRoot(emitter, callee)
  expectReturn(emitter, address)
  reload(emitter, back)
}

/** Indirect call by `i`, a load_imm_jump_ind. Its own register is written behind the point where it may exit. */
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

/** Pushes the hub's index: that of the target among the labels, from 0. */
export function emitHubIndex(emitter: Emitter, firstLabel: number): void {
  const { code } = emitter
  pushIndex(emitter)
  if (firstLabel !== 0) {
    code.i32(firstLabel)
    code.byte(Op.i32Sub)
  }
}

/** Return by `i`: the address goes to the caller; pc stays behind for the case that nobody expects it. */
export function emitReturn(emitter: Emitter, i: number): void {
  const { code, decoded } = emitter
  flush(emitter)
  storePc(emitter, decoded.pc[i]!)
  code.get(Local.register + decoded.a[i]!)
  code.byte(Op.i32WrapI64)
  code.get(Local.gas)
  code.byte(Op.return)
}

/** Return of an inlined callee by `i`; falls through when the address is the expected one. */
export function emitInlineReturn(emitter: Emitter, i: number, address: number): void {
  const { code, decoded } = emitter
  prepareExit(emitter, decoded.pc[i]!, Why.Paid)
  code.get(Local.register + decoded.a[i]!)
  code.byte(Op.i32WrapI64)
  code.i32(address)
  code.byte(Op.i32Ne)
  exitIf(emitter)
}

/** Tail call of a root; in an inlined context a call that returns to `back`. */
export function emitTail(emitter: Emitter, callee: number, address: number, back: number): void {
  flush(emitter)
  callRoot(emitter, callee)
  if (back < 0) {
    emitter.code.byte(Op.return)
    return
  }
  expectReturn(emitter, address)
  reload(emitter, back)
}

/**
 * Host call by `i`, with the state in memory: pc is already behind it, gas is all there is. The import answers 0 to go
 * on here; otherwise the state in memory is complete and all frames are left.
 */
export function emitHost(emitter: Emitter, i: number, back: number): void {
  const { code, decoded } = emitter
  flush(emitter)
  code.i32(0)
  code.i32(decoded.pc[i]!)
  code.memory(Op.i32Store, 2, AT_VM + VM.hostPc)
  storePc(emitter, decoded.pc[i + 1]!) // a host call without next instruction is left to the core
  code.i32(0)
  code.get(Local.gas)
  code.i32(0)
  code.memory(Op.i64Load, 3, AT_RESERVE)
  code.byte(Op.i64Add)
  code.memory(Op.i64Store, 3, AT_VM + VM.gas)
  code.i32(decoded.x[i]!)
  code.op(Op.call, Import.host)
  code.set(Local.target)
  code.i32(0)
  code.memory(Op.i64Load, 3, AT_VM + VM.gas)
  code.i32(0)
  code.memory(Op.i64Load, 3, AT_RESERVE)
  code.byte(Op.i64Sub)
  code.set(Local.gas)
  code.get(Local.target)
  unwindIf(emitter)
  reload(emitter, back)
}

/** Hands over to the core at `i`. */
export function emitExit(emitter: Emitter, i: number): void {
  prepareExit(emitter, emitter.decoded.pc[i]!, Why.Paid)
  exit(emitter)
}

/** Takes the prepared exit unless there is that much gas. */
function requireGas(emitter: Emitter, path: number): void {
  const { code } = emitter
  code.get(Local.gas)
  code.i64((path % 2 ** 32) | 0, Math.floor(path / 2 ** 32))
  code.byte(Op.i64LtS)
  exitIf(emitter)
}

/** The check of a checkpoint: exits unless the gas covers the path. Depth is checked at the root only. */
export function emitCheckpoint(emitter: Emitter, node: number): void {
  const { decoded, graph, gas } = emitter
  const seg = graph.seg[node]!
  const within = decoded.isBlock[seg] === 0
  prepareExit(emitter, decoded.pc[decoded.segmentStart[seg]!]!, within ? Why.UnpaidWithin : Why.Unpaid)
  requireGas(emitter, gas.path[node]!)
}

/** The check of a hub that is a loop header: the exit prepared by the switch repeats the jump. */
export function emitHubCheck(emitter: Emitter, node: number): void {
  if (emitter.gas.path[node]! > 0) requireGas(emitter, emitter.gas.path[node]!)
}

/** At the root: exits when no call depth is left. */
export function emitDepthCheck(emitter: Emitter, pc: number, within: boolean): void {
  prepareExit(emitter, pc, within ? Why.UnpaidWithin : Why.Unpaid)
  emitter.code.get(Local.depth)
  emitter.code.byte(Op.i32Eqz)
  exitIf(emitter)
}
