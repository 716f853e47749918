// Templates of WebAssembly code: opcodes and constants with holes for numbers. Made at build time and filled by the core
// (core/recompiler/emit.c). Knows the encoding, not PVM.
//
// All code is written this way: one loop over a template is all that a runtime has to optimize, while the generator mostly runs
// cold.
import { HOLE_LONG, HOLE_SIGNED, HOLE_UNSIGNED } from '../machine/contract.gen.ts'
import { Op } from './wasm-op.ts'

/**
 * A template: first how many values its code makes, see `countValues`; then elements, of which those below 0x100 are bytes
 * as they stand and the others holes.
 */
export type Template = Int32Array

/** Hole for parameter `k` as unsigned LEB128: an index, an offset, an opcode. */
export function U(k: number): number {
  return HOLE_UNSIGNED + k
}

/** Hole for parameter `k` as signed LEB128 of 32 bits. */
export function S(k: number): number {
  return HOLE_SIGNED + k
}

/** Hole for parameters `k` and `k + 1`, low and high half, as signed LEB128 of 64 bits. */
export function L(k: number): number {
  return HOLE_LONG + k
}

/** Numbers behind an opcode: constants, indices, alignment and offset of an access, the type of a block. */
function immediatesOf(opcode: number): number {
  if (opcode >= Op.i32Load && opcode <= Op.i64Store32) return 2
  switch (opcode) {
    case Op.callIndirect:
      return 2
    case Op.i32Const:
    case Op.i64Const:
    case Op.localGet:
    case Op.localSet:
    case Op.localTee:
    case Op.br:
    case Op.brIf:
    case Op.call:
    case Op.block:
    case Op.loop:
    case Op.if:
      return 1
    default:
      return 0
  }
}

/** Values that an instruction makes and that a compiler may have to keep in a slot of the frame; two for a call. */
function valuesOf(opcode: number): number {
  if (opcode === Op.call || opcode === Op.callIndirect) return 2
  if (opcode >= Op.i32Store && opcode <= Op.i64Store32) return 0
  return opcode === Op.select || (opcode >= Op.i32Load && opcode !== Op.i32Const && opcode !== Op.i64Const) ? 1 : 0
}

/**
 * How many values the code of these elements makes. Constants and copies of locals do not count: a compiler makes them
 * again, or has them in the local's slot.
 */
function countValues(elements: readonly number[]): number {
  let values = 0
  for (let at = 0; at < elements.length; ) {
    const opcode = elements[at++]!
    values += valuesOf(opcode)
    for (let left = immediatesOf(opcode); left > 0; left--) {
      while (elements[at]! < HOLE_UNSIGNED && (elements[at]! & 0x80) !== 0) at += 1
      at += 1
    }
  }
  return values
}

/** A template of elements and of pieces of templates. */
export function template(...parts: readonly (number | readonly number[])[]): Template {
  const elements = parts.flat()
  return Int32Array.from([countValues(elements), ...elements])
}

/** Signed LEB128 of a constant. */
export function signed(value: number): readonly number[] {
  const bytes: number[] = []
  let rest = value | 0
  for (; rest > 63 || rest < -64; rest >>= 7) bytes.push((rest & 0x7f) | 0x80)
  bytes.push(rest & 0x7f)
  return bytes
}

/** Unsigned LEB128 of a constant. */
export function unsigned(value: number): readonly number[] {
  const bytes: number[] = []
  let rest = value >>> 0
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  bytes.push(rest)
  return bytes
}
