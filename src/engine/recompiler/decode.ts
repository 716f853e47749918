// A program as the core decodes it, and what its segments cost. Not control flow: see functions.ts and graph.ts.
//
// A segment is a straight run of instructions that ends with a terminator, a host call or a step (sbrk, memset). A basic
// block is one or more segments; only its first segment is a jump target.
import type { Program } from '../../program/program.ts'
import { decodeColumns, type ProgramColumns } from '../machine/decoder.ts'

/** A decoded program. */
export interface Decoded extends ProgramColumns {
  readonly program: Program
  /** A number of its own, different from that of any other decoded program of the process. */
  readonly serial: number
  /** Instructions. */
  readonly count: number
  readonly segments: number
  /** What is paid on entering the segment; -1 not computed yet, see `segmentCost`. */
  readonly cost: Int32Array
}

/**
 * What is paid on entering a segment. Instruction model: its instruction count. Block models: the price of the whole
 * block in its first segment, nothing in the others. Computed on first use, the pipeline model is not cheap.
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

/** Decodes every instruction and finds every segment. Linear in the code size. */
export function decodeProgram(program: Program): Decoded {
  const columns = decodeColumns(program)
  const segments = columns.isBlock.length
  const cost = new Int32Array(segments).fill(-1)
  serial += 1
  return { program, serial, count: columns.id.length, segments, ...columns, cost }
}
