// What the recompiler knows of a program. It is found once, for all compilations of the program.
import type { Coverage } from './coverage.ts'
import type { Decoded } from './decode.ts'
import type { Functions } from './functions.ts'

/** A program as the recompiler sees it. */
export interface Analysis {
  readonly decoded: Decoded
  readonly functions: Functions
  /** Jump-table entries of the functions that are inlined at indirect calls. */
  readonly indirect: readonly number[]
  /** 1 for each instruction whose access is often misaligned: its check takes any alignment, and costs more. */
  readonly tolerant: Uint8Array
}

/** The segment that starts at pc, or -1. */
export function segmentAt({ decoded }: Analysis, pc: number): number {
  const index = decoded.indexOf[pc] ?? -1
  if (index < 0) return -1
  const segment = decoded.segmentOf[index]!
  return decoded.segmentStart[segment] === index ? segment : -1
}

/** The segment that a dynamic jump to the address leads to, or -1. */
export function segmentOfAddress({ decoded: { jumpTable } }: Analysis, address: number): number {
  return address > 0 && address >>> 1 <= jumpTable.length ? jumpTable[(address >>> 1) - 1]! : -1
}

/** How many instructions the function of a segment has; with coverage, how many of them have run. */
export function functionSize(analysis: Analysis, segment: number, coverage?: Coverage): number {
  const { decoded, functions } = analysis
  const f = functions.of[segment]!
  if (coverage !== undefined) return coverage.size(functions.start[f]!, functions.start[f + 1]!)
  return decoded.segmentStart[functions.start[f + 1]!]! - decoded.segmentStart[functions.start[f]!]!
}
