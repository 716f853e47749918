// A program as the core decodes it for the recompiler (core/recompiler/program.c), and what its segments cost.
//
// A segment is a straight run of instructions that ends with a terminator, a host call or a step (sbrk, memset). A basic
// block is one or more segments. A jump can lead only to the first of them.

import { decodeColumns, type ProgramColumns } from '../../core/decoder.ts'
import type { Program } from '../../program/program.ts'

/** A decoded program. */
export interface Decoded extends ProgramColumns {
  readonly program: Program
  /** A number that no other decoded program of the process has. */
  readonly serial: number
  /** How many instructions there are. */
  readonly count: number
  readonly segments: number
  /** What is paid on entering each segment, or -1 while that is not computed; see `segmentCost`. */
  readonly cost: Int32Array
}

/**
 * What is paid on entering a segment. Under the instruction model it is as much as the segment has instructions. Under block
 * models the first segment of a block pays for the whole block, and the others pay nothing. It is computed on first use,
 * because the pipeline model takes time.
 */
export function segmentCost(decoded: Decoded, segment: number): number {
  const known = decoded.cost[segment]!
  if (known >= 0) return known
  const { program, segmentStart } = decoded
  const first = segmentStart[segment]!
  let cost = 0
  if (program.profile.gasModel === 'instruction') cost = segmentStart[segment + 1]! - first
  else if (decoded.isBlock[segment] === 1) cost = program.costAt(decoded.pc[first]!)
  decoded.cost[segment] = cost
  return cost
}

let serial = 0

/** Decodes every instruction and finds every segment, in time proportional to the code. */
export function decodeProgram(program: Program): Decoded {
  const columns = decodeColumns(program)
  const segments = columns.isBlock.length
  const cost = new Int32Array(segments).fill(-1)
  serial += 1
  return { program, serial, count: columns.id.length, segments, ...columns, cost }
}
