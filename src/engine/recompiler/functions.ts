// The functions of a program, as the core has found them (core/recompiler/program.c): ranges of code, told apart by calls, by
// returns and by which jump-table entries are labels of a switch. They are a guess. A wrong guess costs speed, but never
// correctness, because any block can be reached through the dispatch table (docs/how-the-recompiler-works.md).
import { INSTRUCTIONS } from '../../isa/table.ts'
import type { Decoded } from './decode.ts'

const LOAD_IMM_JUMP = INSTRUCTIONS.find(i => i.name === 'load_imm_jump')!.id
export const LOAD_IMM_JUMP_IND: number = INSTRUCTIONS.find(i => i.name === 'load_imm_jump_ind')!.id

/** The functions of a program. A function is the segments from its entry up to the next entry. */
export interface Functions {
  /** The first segment of each function, ascending, and one more entry for the end. */
  readonly start: Int32Array
  /** The function of each segment. */
  readonly of: Int32Array
  /** The registers that some call puts its return address into, as a mask. */
  readonly links: number
  /** The jump-table entries (from 0) that are labels of a switch in a function, ascending, by function. */
  readonly labels: ReadonlyMap<number, readonly number[]>
}

/**
 * Whether the last instruction of a segment is a call. It is one if it jumps, directly or not, and puts the jump-table address
 * of the segment behind it into a register.
 */
export function isCall(decoded: Decoded, segment: number): boolean {
  const last = decoded.segmentStart[segment + 1]! - 1
  const id = decoded.id[last]!
  if (id !== LOAD_IMM_JUMP && id !== LOAD_IMM_JUMP_IND) return false
  const next = decoded.nextSegment[segment]!
  const entry = jumpTableIndex(decoded, decoded.x[last]!)
  return next >= 0 && entry >= 0 && decoded.jumpTable[entry] === next
}

/** The jump-table entry (from 0) that a dynamic jump to `address` reads, or -1. */
export function jumpTableIndex(decoded: Decoded, address: number): number {
  const unsigned = address >>> 0
  if (unsigned === 0 || unsigned % 2 !== 0) return -1
  const index = unsigned / 2 - 1
  return index < decoded.jumpTable.length ? index : -1
}

/** Whether a dynamic jump is a return: it goes to the address in a link register, without an offset. */
export function isReturn(decoded: Decoded, links: number, instruction: number): boolean {
  return (
    decoded.id[instruction] !== LOAD_IMM_JUMP_IND &&
    decoded.x[instruction] === 0 &&
    ((links >> decoded.a[instruction]!) & 1) === 1
  )
}

/** The functions of a program, which the decoder has found. */
export function findFunctions({ functionStart, functionOf, links, labelStart, labels }: Decoded): Functions {
  const lists = new Map<number, readonly number[]>()
  for (let f = 0; labels.length > 0 && f + 1 < functionStart.length; f++) {
    const list = labels.subarray(labelStart[f], labelStart[f + 1])
    if (list.length > 0) lists.set(f, Array.from(list))
  }
  return { start: functionStart, of: functionOf, links, labels: lists }
}
