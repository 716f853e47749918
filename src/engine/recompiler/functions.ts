// The functions of a program: address ranges, found by who calls, who returns, which jump-table entries are labels
// (core/recompiler/program.c).
// A guess that costs speed when wrong, never correctness: the dispatcher reaches any block (docs/how-the-recompiler-works.md).
import { INSTRUCTIONS } from '../../isa/table.ts'
import type { Decoded } from './decode.ts'

const LOAD_IMM_JUMP = INSTRUCTIONS.find(i => i.name === 'load_imm_jump')!.id
export const LOAD_IMM_JUMP_IND: number = INSTRUCTIONS.find(i => i.name === 'load_imm_jump_ind')!.id

/** The functions of a program. A function is the segments from its entry up to the next entry. */
export interface Functions {
  /** First segment of each function, ascending; one more entry for the end. */
  readonly start: Int32Array
  /** Function of each segment. */
  readonly of: Int32Array
  /** Registers that some call uses for its return address, as a mask. */
  readonly links: number
  /** Per function: jump-table entries (from 0) that are switch labels inside it, ascending. */
  readonly labels: ReadonlyMap<number, readonly number[]>
}

/**
 * Whether the last instruction of a segment is a call: it puts the jump-table address of the segment behind it into a
 * register and jumps, directly or indirectly.
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

/** Whether a dynamic jump is a return: through a link register, without offset. */
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
