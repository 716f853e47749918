// Decodes a whole program into typed arrays and cuts it into segments. Not control flow: see functions.ts and graph.ts.
//
// A segment is a straight run of instructions that ends with a terminator, a host call or a step (sbrk, memset). A basic
// block is one or more segments; only its first segment is a jump target.
import { PAGE_COUNT } from '../../program/layout.ts'
import type { Program } from '../../program/program.ts'
import { type Columns, decodeColumns } from '../machine/decoder.ts'
import { CLASS, Class } from './facts.ts'

/** A decoded program. Arrays without other word are indexed by instruction. */
export interface Decoded extends Omit<Columns, 'target'> {
  readonly program: Program
  readonly count: number
  readonly pc: Uint32Array
  /** Segment of a static jump target, -1 where it is no block start. */
  readonly target: Int32Array
  /** Code offset to instruction, -1 where none starts. */
  readonly indexOf: Int32Array
  readonly segments: number
  /** First instruction of each segment; one more entry for the end. Segments tile the instructions. */
  readonly segmentStart: Uint32Array
  /** Segment of each instruction. */
  readonly segmentOf: Uint32Array
  /** Whether a segment starts a basic block, and so is a legal jump target. */
  readonly isBlock: Uint8Array
  /** Loads and stores of each segment, 255 when there are more. */
  readonly accesses: Uint8Array
  /** Segment control falls into, -1 where none: there the last instruction of the segment exits to the core. */
  readonly nextSegment: Int32Array
  /** What is paid on entering the segment; -1 not computed yet, see `segmentCost`. */
  readonly cost: Int32Array
  /** Jump table entry (from 0) to segment, -1 where the entry is no block start. */
  readonly jumpTable: Int32Array
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

/** Code offset to instruction. */
function indexInstructions(pc: Uint32Array, length: number): Int32Array {
  const indexOf = new Int32Array(length).fill(-1)
  for (let i = 0; i < pc.length; i++) indexOf[pc[i]!] = i
  return indexOf
}

/** First instruction of each segment, and one more entry for the end; `segmentOf` and `accesses` are filled. */
function findSegments(program: Program, id: Uint8Array, segmentOf: Uint32Array, accesses: Uint8Array): Uint32Array {
  const { blockStart, offsets: pc } = program.map
  const count = pc.length
  const starts = new Uint32Array(count + 1)
  let segments = 0
  for (let i = 0; i < count; i++) {
    const at = pc[i]!
    const fresh = i === 0 || blockStart[at] === 1 || CLASS[id[i - 1]!]! >= Class.Host || at - pc[i - 1]! > 25 // a gap: control does not flow over it
    if (fresh) starts[segments++] = i
    segmentOf[i] = segments - 1
    const kind = CLASS[id[i]!]!
    if ((kind === Class.Load || kind === Class.Store) && accesses[segments - 1]! < 0xff) accesses[segments - 1]! += 1
  }
  starts[segments] = count
  return starts.slice(0, segments + 1)
}

type Segments = Pick<Decoded, 'pc' | 'id' | 'segmentStart' | 'segmentOf' | 'indexOf'>

/** Which segments start blocks, and where control falls into the next one. */
function linkSegments(
  { pc, id, segmentStart }: Segments,
  blockStart: Uint8Array,
): Pick<Decoded, 'isBlock' | 'nextSegment'> {
  const segments = segmentStart.length - 1
  const isBlock = new Uint8Array(segments)
  const nextSegment = new Int32Array(segments).fill(-1)
  for (let s = 0; s < segments; s++) {
    isBlock[s] = blockStart[pc[segmentStart[s]!]!]!
    const last = segmentStart[s + 1]! - 1
    const adjacent = s + 1 < segments && pc[last + 1]! - pc[last]! <= 25
    // Behind an undefined opcode no block starts; it is a trap anyway. A terminator goes on to a block start or nowhere.
    if (adjacent && (CLASS[id[last]!]! < Class.Jump || blockStart[pc[last + 1]!] === 1)) nextSegment[s] = s + 1
  }
  return { isBlock, nextSegment }
}

/** Segments of static jump targets: only the last instruction of a segment has one. */
function findTargets(
  { id, segmentStart, segmentOf, indexOf }: Segments,
  blockStart: Uint8Array,
  targetPc: Int32Array,
): Int32Array {
  const target = new Int32Array(id.length).fill(-1)
  for (let s = 0; s + 1 < segmentStart.length; s++) {
    const last = segmentStart[s + 1]! - 1
    const kind = CLASS[id[last]!]!
    if (kind !== Class.Jump && kind !== Class.Branch) continue
    const at = targetPc[last]!
    if (at >= 0 && at < blockStart.length && blockStart[at] === 1) target[last] = segmentOf[indexOf[at]!]!
  }
  return target
}

/** Segments of jump-table entries. */
function findEntries({ segmentOf, indexOf }: Segments, blockStart: Uint8Array, jumpTable: Uint32Array): Int32Array {
  const entries = new Int32Array(Math.min(jumpTable.length, PAGE_COUNT)).fill(-1)
  for (let j = 0; j < entries.length; j++) {
    const at = jumpTable[j]!
    if (at < blockStart.length && blockStart[at] === 1) entries[j] = segmentOf[indexOf[at]!]!
  }
  return entries
}

/** Decodes every instruction and finds every segment. Linear in the code size. */
export function decodeProgram(program: Program): Decoded {
  const { blockStart, offsets: pc } = program.map
  const count = pc.length
  const { target: targetPc, ...columns } = decodeColumns(program)
  const { id } = columns
  const segmentOf = new Uint32Array(count)
  const accesses = new Uint8Array(count) // a segment has at least one instruction
  const segmentStart = findSegments(program, id, segmentOf, accesses)
  const segments = segmentStart.length - 1
  const indexOf = indexInstructions(pc, program.code.length)
  const known = { pc, id, segmentStart, segmentOf, indexOf }
  return {
    program,
    count,
    pc,
    ...columns,
    target: findTargets(known, blockStart, targetPc),
    indexOf,
    segments,
    segmentStart,
    segmentOf,
    ...linkSegments(known, blockStart),
    accesses,
    cost: new Int32Array(segments).fill(-1),
    jumpTable: findEntries(known, blockStart, program.jumpTable),
  }
}
