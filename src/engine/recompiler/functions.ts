// Splits a program into functions by address ranges: who calls, who returns, which jump-table entries are labels.
// A guess that costs speed when wrong, never correctness: the dispatcher reaches any block (docs/how-the-recompiler-works.md).
import { INSTRUCTIONS } from '../../isa/table.ts'
import type { Decoded } from './decode.ts'
import { CLASS, Class } from './facts.ts'

const LOAD_IMM_JUMP = INSTRUCTIONS.find(i => i.name === 'load_imm_jump')!.id
export const LOAD_IMM_JUMP_IND: number = INSTRUCTIONS.find(i => i.name === 'load_imm_jump_ind')!.id

/** A range with more labels than this is no switch; its labels become functions. */
const MAX_LABELS = 1024

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

/** Finds the functions. Linear. */
export function findFunctions(decoded: Decoded): Functions {
  const { segments, segmentStart, jumpTable } = decoded
  const entry = new Uint8Array(segments + 1)
  const returnsTo = new Uint8Array(jumpTable.length)
  let links = 0
  if (segments > 0) entry[0] = 1
  const accumulate = decoded.indexOf[5] ?? -1 // GP B.9: accumulate enters at 5
  if (accumulate >= 0 && decoded.isBlock[decoded.segmentOf[accumulate]!] === 1) {
    entry[decoded.segmentOf[accumulate]!] = 1
  }
  for (let s = 0; s < segments; s++) {
    if (!isCall(decoded, s)) continue
    const last = segmentStart[s + 1]! - 1
    links |= 1 << decoded.a[last]!
    returnsTo[jumpTableIndex(decoded, decoded.x[last]!)] = 1
    if (decoded.target[last]! >= 0) entry[decoded.target[last]!] = 1
  }
  // Ranges by direct calls only; those with a dynamic jump that is no return hold switch labels.
  const owner = new Int32Array(segments)
  const switches = new Uint8Array(segments)
  for (let s = 0, f = 0; s < segments; s++) {
    if (entry[s] === 1) f = s
    owner[s] = f
    const last = segmentStart[s + 1]! - 1
    if (CLASS[decoded.id[last]!] === Class.DynamicJump && !isCall(decoded, s) && !isReturn(decoded, links, last)) {
      switches[f] = 1
    }
  }
  const labelCount = new Int32Array(segments)
  for (let j = 0; j < jumpTable.length; j++) {
    const s = jumpTable[j]!
    if (s >= 0 && returnsTo[j] === 0 && entry[s] === 0) labelCount[owner[s]!]! += 1
  }
  for (let j = 0; j < jumpTable.length; j++) {
    const s = jumpTable[j]!
    if (s < 0 || returnsTo[j] === 1) continue
    const f = owner[s]!
    if (switches[f] === 0 || labelCount[f]! > MAX_LABELS) entry[s] = 1
  }
  let count = 0
  for (let s = 0; s < segments; s++) count += entry[s]!
  const start = new Int32Array(count + 1)
  const of = new Int32Array(segments)
  for (let s = 0, f = -1; s < segments; s++) {
    if (entry[s] === 1) start[++f] = s
    of[s] = f
  }
  start[count] = segments
  const labels = new Map<number, number[]>()
  for (let j = 0; j < jumpTable.length; j++) {
    const s = jumpTable[j]!
    if (s < 0 || returnsTo[j] === 1 || entry[s] === 1) continue
    const list = labels.get(of[s]!)
    if (list === undefined) labels.set(of[s]!, [j])
    else list.push(j)
  }
  return { start, of, links, labels }
}
