// What all parts of code generation share for one function: the code so far, exits, flushes, labels. Not what is emitted where.

import { ADDRESS_LOCALS, WIDE_GROUPS } from '../../../src/engine/machine/contract.gen.ts'
import type { CoreExports } from '../../../src/engine/machine/core.ts'
import { AT_VM, VM } from '../../../src/engine/machine/layout.ts'
import type { Decoded } from '../../../src/engine/recompiler/decode.ts'
import { Local } from '../../../src/engine/recompiler/local.ts'
import type { RootPasses } from '../../../src/engine/recompiler/passes.ts'
import { L, S, type Template, template, unsigned } from '../../../src/engine/recompiler/template.ts'
import { I32, I64, Op } from '../../../src/engine/recompiler/wasm-op.ts'
import type { FunctionCode } from './function-code.ts'

/** Runs of locals after the parameters, for the function's header. */
export function localsOf(pairs: number, loops: number): readonly (readonly [number, number])[] {
  return [
    [13, I64],
    [6 + ADDRESS_LOCALS, I32],
    [2, I64],
    [WIDE_GROUPS + 2 * pairs + loops, I32],
  ]
}

/** The state in which compiled code is left. The head of glue.ts says what becomes of it. */
export const Why = {
  /** The segment at pc has not been paid, and starts a block. */
  Unpaid: 1,
  /** The segment that contains pc has been paid whole. */
  Paid: 3,
  /** The machine stops: exit and its argument are set. */
  Exit: 5,
  /** The segment at pc has not been paid; it is in the middle of a block that counts as paid under block models. */
  UnpaidWithin: 7,
  /** A host function left another pc, or switched tracing on: pc and whether its block is paid are in the machine. */
  Moved: 9,
  /** As Unpaid: a root that is not compiled. */
  Missing: 11,
} as const

/** Function indices every module begins with, see compile.ts. */
export const Import = { host: 0 } as const
export const Helper = { range: 1 } as const
/** Their types, numbers of compile.ts. */
export const HELPER_TYPES: readonly number[] = [2]
export const FIRST_ROOT = 2

/** What `call` needs to reach another root: its function index, or undefined when it is in another module. */
export type RootIndex = (segment: number) => number | undefined

/** State of the generation of one function. */
export interface Emitter extends RootPasses {
  readonly code: FunctionCode
  /** Writes a part of it: core/recompiler/emit.c. */
  readonly core: CoreExports
  readonly decoded: Decoded
  readonly rootIndex: RootIndex
  /** Segments of roots in other modules that this one calls. */
  readonly externals: Set<number>
  /** Where code counts what it executes; undefined: it does not. */
  readonly tallyAt: number | undefined
  /** 1 per instruction whose access is often misaligned: checked without the rotate trick. */
  readonly tolerant: Uint8Array
  /** Control frames open in the body; the frame for unwinding is just outside of them, then come the exits. */
  depth: number
  /** Per node: `depth` just after its label was opened. */
  readonly labelDepth: Int32Array
  /** What structure.ts has still to write. */
  readonly agenda: number[]
  /** See `GraphWord`: those from `dirtyNow` on are for the generator. */
  readonly words: Uint32Array
  /** Masks of the exits (see GOES_ON), in the order they were first needed; exit i is i + 1 frames outside of the body. */
  readonly exits: Uint16Array
  /** Dirty and valid registers at the point of emission. */
  dirty: number
  valid: number
  /** The same two masks before the link register of a CallTable was assigned, for each CallElsewhere. */
  readonly dirtyBefore: Uint16Array
  readonly validBefore: Uint16Array
}

function registers(piece: (local: number, at: readonly number[]) => readonly number[]): readonly Template[] {
  return Array.from({ length: 13 }, (_, r) => template(piece(Local.register + r, unsigned(AT_VM + VM.regs + 8 * r))))
}

/** Prepares a side exit at a pc, a hole. V8 makes the constants phi inputs, they cost nothing. */
export function preparePaid(pc: number): readonly number[] {
  return [Op.i32Const, pc, Op.localSet, Local.pc, Op.i32Const, Why.Paid, Op.localSet, Local.why]
}
const PREPARE = template(Op.i32Const, S(0), Op.localSet, Local.pc, Op.i32Const, S(1), Op.localSet, Local.why)
/** Takes the cost L(0) from the gas. */
export const PAY: Template = template(Op.localGet, Local.gas, Op.i64Const, L(0), Op.i64Sub, Op.localSet, Local.gas)
/** Stores and loads of each register, without holes. */
const STORE_REGISTER = registers((local, at) => [Op.i32Const, 0, Op.localGet, local, Op.i64Store, 3, ...at])
const LOAD_REGISTER = registers((local, at) => [Op.i32Const, 0, Op.i64Load, 3, ...at, Op.localSet, local])
/** Stores a constant pc S(0) in the machine. */
export const STORE_PC: readonly number[] = [
  ...[Op.i32Const, 0, Op.i32Const, S(0)],
  ...[Op.i32Store, 2, ...unsigned(AT_VM + VM.pc)],
]

/**
 * Branch depth of an exit that stores what is dirty now, plain or of the kind `GOES_ON`: an exit made before, if its mask
 * fits, else a new one.
 */
export function exitLabel({ core, depth, dirty, valid }: Emitter, kind = 0): number {
  return depth + 1 + core.pvm_exit(dirty | kind, valid | kind)
}

/** Prepares a side exit at pc: call before the condition is computed. */
export function prepareExit(emitter: Emitter, pc: number, why: number): void {
  emitter.code.put(PREPARE, pc, why)
}

/** Takes the prepared exit. */
export function exit(emitter: Emitter): void {
  emitter.code.op(Op.br, exitLabel(emitter))
}

function putRegisters(code: FunctionCode, pieces: readonly Template[], mask: number): void {
  for (let r = 0, rest = mask; rest !== 0; r++, rest >>= 1) {
    if ((rest & 1) === 1) code.put(pieces[r]!)
  }
}

/** Stores the registers of a mask from their locals. */
export function storeRegisters(code: FunctionCode, mask: number): void {
  putRegisters(code, STORE_REGISTER, mask)
}

/** Loads the registers of a mask into their locals. */
export function loadRegisters(code: FunctionCode, mask: number): void {
  putRegisters(code, LOAD_REGISTER, mask)
}

/** Stores everything dirty; nothing is dirty afterwards. */
export function flush(emitter: Emitter): void {
  storeRegisters(emitter.code, emitter.dirty)
  emitter.dirty = 0
}

/** Notes that an instruction wrote registers. */
export function wrote(emitter: Emitter, mask: number): void {
  emitter.dirty |= mask
  emitter.valid |= mask
}
