// Which functions can be inlined, at direct calls and at indirect ones. Not where they are: see graph.ts.
import type { Decoded } from './decode.ts'
import { CLASS, Class } from './facts.ts'
import { type Functions, isCall, isReturn } from './functions.ts'

/** Callees of at most this many instructions are inlined. */
const MAX_INLINE = 40
/** Functions that an indirect call takes in, and instructions of all of them. */
const MAX_INDIRECT = 16
const MAX_INDIRECT_INSTRUCTIONS = 160
/** Jump-table entries between the first and the last of them. */
const MAX_INDIRECT_ENTRIES = 256

/**
 * Instructions of the callee if it can be inlined: small, all its jumps stay inside or return, no host calls (their
 * frames must be left often enough for nothing to be gained). Else 0.
 */
export function inlineSize(decoded: Decoded, functions: Functions, callee: number): number {
  const f = functions.of[callee]!
  const first = functions.start[f]!
  if (first !== callee) return 0
  const end = functions.start[f + 1]!
  const size = decoded.segmentStart[end]! - decoded.segmentStart[first]!
  if (size > MAX_INLINE) return 0
  for (let s = first; s < end; s++) {
    const last = decoded.segmentStart[s + 1]! - 1
    const kind = CLASS[decoded.id[last]!]!
    if (kind === Class.Host || kind === Class.Step) return 0
    if (isCall(decoded, s)) continue
    if (kind === Class.DynamicJump && !isReturn(decoded, functions.links, last)) return 0
    for (const target of [decoded.target[last]!, kind === Class.Jump ? -1 : decoded.nextSegment[s]!]) {
      if (target >= 0 && (target < first || target >= end) && kind !== Class.DynamicJump) return 0
    }
  }
  return size
}

/** Whether the function at a segment calls nobody. */
function isLeaf(decoded: Decoded, { of, start }: Functions, callee: number): boolean {
  const end = start[of[callee]! + 1]!
  for (let s = callee; s < end; s++) if (isCall(decoded, s)) return false
  return true
}

/**
 * The jump-table entries (from 0, ascending) of small leaf functions, where they are so few that every indirect call can
 * take them all in, and at least half of the functions in the table: an interpreter's handlers, the methods of a few
 * small types. Else none: which of many a call means would have to be known from running it. (A service with one small
 * function among large ones in its table grew by 11 %.)
 */
export function findIndirectCallees(decoded: Decoded, functions: Functions): readonly number[] {
  const { jumpTable } = decoded
  const { of, start } = functions
  const entries: number[] = []
  let instructions = 0
  let others = 0
  for (let j = 0; j < jumpTable.length; j++) {
    const s = jumpTable[j]!
    if (s < 0 || start[of[s]!] !== s) continue
    const size = inlineSize(decoded, functions, s)
    if (size === 0 || !isLeaf(decoded, functions, s)) {
      others += 1
      continue
    }
    entries.push(j)
    instructions += size
    if (entries.length > MAX_INDIRECT || instructions > MAX_INDIRECT_INSTRUCTIONS) return []
  }
  if (others > entries.length) return []
  return entries.length > 0 && entries[entries.length - 1]! - entries[0]! < MAX_INDIRECT_ENTRIES ? entries : []
}
