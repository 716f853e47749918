// Templates of WebAssembly code: opcodes and constants, with holes for numbers. They are made at build time. The core fills the holes
// (core/recompiler/emit.c). This file knows the encoding of WebAssembly and nothing of the PVM.
//
// All code is written by templates for a reason. A code generator mostly runs cold, and one loop that copies a template is all that
// the JavaScript engine has to optimize of it.
import { HOLE_LONG, HOLE_SIGNED, HOLE_UNSIGNED } from '../../src/core/contract.gen.ts'
import { Op } from './wasm-op.ts'

/**
 * A template begins with how many values its code makes; see `countValues`. Then come its elements. Those below 0x100 are bytes,
 * the others are holes.
 */
export type Template = Int32Array

/** A hole for parameter `k` as unsigned LEB128: an index or an offset. */
export function U(k: number): number {
  return HOLE_UNSIGNED + k
}

/** A hole for parameter `k` as signed LEB128 of 32 bits. */
export function S(k: number): number {
  return HOLE_SIGNED + k
}

/** A hole for parameters `k` and `k + 1`, the low and the high half of a number, as signed LEB128 of 64 bits. */
export function L(k: number): number {
  return HOLE_LONG + k
}

/** How many numbers follow an opcode: constants, indices, alignment and offset of an access, the type of a block. */
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

/** How many values an instruction makes that a compiler may have to keep in a slot of the frame. It is two for a call. */
function valuesOf(opcode: number): number {
  if (opcode === Op.call || opcode === Op.callIndirect) return 2
  if (opcode >= Op.i32Store && opcode <= Op.i64Store32) return 0
  return opcode === Op.select || (opcode >= Op.i32Load && opcode !== Op.i32Const && opcode !== Op.i64Const) ? 1 : 0
}

/**
 * How many values the code of these elements makes. Constants and copies of locals do not count, because a compiler makes them
 * again or has them in the slot of the local.
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

/** Makes a template of elements and of lists of elements. */
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
