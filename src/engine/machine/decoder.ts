// Decodes a whole program with the core's decoder (core/program.c) into typed arrays: operands, segments, functions. Not a
// machine: the core has an instance of its own for it, see workspace.ts.
import { PAGE_COUNT } from '../../program/layout.ts'
import type { Program } from '../../program/program.ts'
import { AT_DECODED } from './layout.ts'
import { coreSet } from './rules.ts'
import { Areas } from './workspace.ts'

/** A program in columns. The first are by instruction. */
export interface Columns {
  /** Code offset. */
  readonly pc: Uint32Array
  /** Instruction id; `trap` for undefined opcodes. */
  readonly id: Uint8Array
  readonly a: Uint8Array
  readonly b: Uint8Array
  readonly d: Uint8Array
  readonly x: Int32Array
  /** Upper half of X. */
  readonly xHigh: Int32Array
  readonly y: Int32Array
  /** Segment of a static jump target, -1 where it is no block start. */
  readonly target: Int32Array
  /** Registers read and written, as bit masks. */
  readonly uses: Uint16Array
  readonly defs: Uint16Array
  /** Segment of each instruction. */
  readonly segmentOf: Uint32Array
  /** Code offset to instruction, -1 where none starts. */
  readonly indexOf: Int32Array
  /** First instruction of each segment; one more entry for the end. Segments tile the instructions. */
  readonly segmentStart: Uint32Array
  /** Whether a segment starts a basic block, and so is a legal jump target. */
  readonly isBlock: Uint8Array
  /** Loads and stores of each segment, 255 when there are more. */
  readonly accesses: Uint8Array
  /** Segment control falls into, -1 where none: there the last instruction of the segment exits to the core. */
  readonly nextSegment: Int32Array
  /** Function of each segment, see recompiler/functions.ts. */
  readonly functionOf: Int32Array
  /** Jump table entry (from 0) to segment, -1 where the entry is no block start. */
  readonly jumpTable: Int32Array
  /** First segment of each function, ascending; one more entry for the end. */
  readonly functionStart: Int32Array
  /** First label of each function in `labels`; one more entry for the end. */
  readonly labelStart: Int32Array
  /** Jump-table entries (from 0) that are switch labels, by function, ascending. */
  readonly labels: Int32Array
  /** Registers that some call uses for its return address, as a mask. */
  readonly links: number
}

/** What operands may reach behind the code, and what skips look at behind the mask. */
const CODE_AHEAD = 32
const MASK_AHEAD = 8
/** Words of `decode_tables` before the pointers: set, length, jumps; then what is found. */
const FOUND = 3
const POINTERS = 7

/** Decodes every instruction of the program, and finds its segments and functions. Linear in the code size. */
export function decodeColumns(program: Program): Columns {
  const { code, bitmask } = program
  const { length } = code
  const maskLength = Math.ceil(length / 8)
  const areas = new Areas()
  const codeAt = areas.take(length + CODE_AHEAD)
  const maskAt = areas.take(maskLength + MASK_AHEAD)
  const staged = areas.open()
  const bytes = new Uint8Array(staged.buffer)
  bytes.set(code, codeAt)
  bytes.fill(0, codeAt + length, codeAt + length + CODE_AHEAD) // GP A.4: behind its end the code is zeros
  bytes.set(bitmask.subarray(0, maskLength), maskAt)
  const count = staged.core.pvm_count(maskAt, length)
  const jumps = Math.min(program.jumpTable.length, PAGE_COUNT)
  // In the order of `decode_tables`: bytes per entry, and entries.
  const each = count + 1
  const sizes: readonly (readonly [number, number])[] = [
    ...[4, 1, 1, 1, 1, 4, 4, 4, 4, 2, 2, 4].map(size => [size, each] as const),
    [4, length],
    ...[4, 1, 1, 4, 4].map(size => [size, each] as const),
    [4, jumps],
    ...[4, 4].map(size => [size, each] as const),
    [4, jumps],
    ...[1, 1].map(size => [size, each] as const),
    [1, jumps],
  ]
  const at = sizes.map(([size, entries]) => areas.take(size * entries))
  const { buffer, core } = areas.open()
  const words = new Uint32Array(buffer, AT_DECODED, POINTERS + 2 + at.length)
  words.set([coreSet(program), length, jumps, 0, 0, 0, 0, codeAt, maskAt, ...at])
  const int32 = (part: number, entries: number): Int32Array => new Int32Array(buffer, at[part]!, entries).slice()
  const uint32 = (part: number, entries: number): Uint32Array => new Uint32Array(buffer, at[part]!, entries).slice()
  const uint16 = (part: number, entries: number): Uint16Array => new Uint16Array(buffer, at[part]!, entries).slice()
  const uint8 = (part: number, entries: number): Uint8Array => new Uint8Array(buffer, at[part]!, entries).slice()
  new Uint32Array(buffer, at[18]!, jumps).set(program.jumpTable.subarray(0, jumps))
  core.pvm_decode()
  const [, segments, functions, links] = words.subarray(FOUND, POINTERS) as unknown as [number, number, number, number]
  const labelStart = int32(20, functions + 1)
  return {
    pc: uint32(0, count),
    id: uint8(1, count),
    a: uint8(2, count),
    b: uint8(3, count),
    d: uint8(4, count),
    x: int32(5, count),
    xHigh: int32(6, count),
    y: int32(7, count),
    target: int32(8, count),
    uses: uint16(9, count),
    defs: uint16(10, count),
    segmentOf: uint32(11, count),
    indexOf: int32(12, length),
    segmentStart: uint32(13, segments + 1),
    isBlock: uint8(14, segments),
    accesses: uint8(15, segments),
    nextSegment: int32(16, segments),
    functionOf: int32(17, segments),
    jumpTable: int32(18, jumps),
    functionStart: int32(19, functions + 1),
    labelStart,
    labels: int32(21, labelStart[functions]!),
    links,
  }
}
