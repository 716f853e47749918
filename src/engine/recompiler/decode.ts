// Decodes a whole program into typed arrays and cuts it into segments. Not control flow: see functions.ts and graph.ts.
//
// A segment is a straight run of instructions that ends with a terminator, a host call or a step (sbrk, memset). A basic
// block is one or more segments; only its first segment is a jump target.
import { createOperands, decodeOperands, type Format, type Operands } from '../../isa/format.ts'
import { UNDEFINED_OPCODE } from '../../isa/set.ts'
import { INSTRUCTIONS, TRAP_ID } from '../../isa/table.ts'
import { PAGE_COUNT } from '../../program/layout.ts'
import type { Program } from '../../program/program.ts'
import { CLASS, Class, READS, WRITES } from './facts.ts'

/** A decoded program. Arrays without other word are indexed by instruction. */
export interface Decoded {
  readonly program: Program
  readonly count: number
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

const FORMATS: readonly Format[] = INSTRUCTIONS.map(instruction => instruction.format)

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

/** Operand bytes of an instruction that reaches beyond the code are 0: so many that no operand ends behind them. */
const PADDING = 32

/** Operands and masks of every instruction. */
function decodeInstructions(program: Program) {
  const { map } = program
  const { ids } = program.instructionSet
  const { length } = program.code
  const code = new Uint8Array(length + PADDING)
  code.set(program.code)
  const count = map.offsets.length
  const pc = map.offsets
  const id = new Uint8Array(count)
  const a = new Uint8Array(count)
  const b = new Uint8Array(count)
  const d = new Uint8Array(count)
  const x = new Int32Array(count)
  const y = new Int32Array(count)
  const xHigh = new Int32Array(count)
  const targetPc = new Int32Array(count)
  const uses = new Uint16Array(count)
  const defs = new Uint16Array(count)
  const indexOf = new Int32Array(length).fill(-1)
  const found = createOperands()
  for (let i = 0; i < count; i++) {
    const at = pc[i]!
    indexOf[at] = i
    const known = ids[code[at]!]!
    const is = known === UNDEFINED_OPCODE ? TRAP_ID : known
    id[i] = is
    const distance = (i + 1 < count ? pc[i + 1]! : length) - at - 1
    decodeOperands(FORMATS[is]!, code, at, distance > 24 ? 24 : distance, found)
    a[i] = found.a
    b[i] = found.b
    d[i] = found.d
    x[i] = found.x
    y[i] = found.y
    xHigh[i] = found.xHigh
    targetPc[i] = found.target
    uses[i] = maskOf(READS[is]!, found)
    defs[i] = maskOf(WRITES[is]!, found)
  }
  return { count, pc, id, a, b, d, x, xHigh, y, targetPc, uses, defs, indexOf }
}

/** Registers of operand letters, as a mask. */
function maskOf(letters: number, { a, b, d }: Operands): number {
  return ((letters & 1) << a) | (((letters >> 1) & 1) << b) | (((letters >> 2) & 1) << d)
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

/** Decodes every instruction and finds every segment. Linear in the code size. */
export function decodeProgram(program: Program): Decoded {
  const { code, map } = program
  const { targetPc, ...instructions } = decodeInstructions(program)
  const { count, pc, id, indexOf } = instructions
  const { blockStart } = map
  const segmentOf = new Uint32Array(count)
  const accesses = new Uint8Array(count) // a segment has at least one instruction
  const segmentStart = findSegments(program, id, segmentOf, accesses)
  const segments = segmentStart.length - 1
  const isBlock = new Uint8Array(segments)
  const nextSegment = new Int32Array(segments).fill(-1)
  const cost = new Int32Array(segments).fill(-1)
  for (let s = 0; s < segments; s++) {
    const first = segmentStart[s]!
    const last = segmentStart[s + 1]! - 1
    isBlock[s] = blockStart[pc[first]!]!
    const adjacent = s + 1 < segments && pc[last + 1]! - pc[last]! <= 25
    // Behind an undefined opcode no block starts; it is a trap anyway. A terminator goes on to a block start or nowhere.
    if (adjacent && (CLASS[id[last]!]! < Class.Jump || blockStart[pc[last + 1]!] === 1)) nextSegment[s] = s + 1
  }
  const segmentAt = (at: number): number =>
    at >= 0 && at < code.length && blockStart[at] === 1 ? segmentOf[indexOf[at]!]! : -1
  // Only the last instruction of a segment has a target.
  const target = new Int32Array(count).fill(-1)
  for (let s = 0; s < segments; s++) {
    const last = segmentStart[s + 1]! - 1
    const kind = CLASS[id[last]!]!
    if (kind === Class.Jump || kind === Class.Branch) target[last] = segmentAt(targetPc[last]!)
  }
  const entries = Math.min(program.jumpTable.length, PAGE_COUNT)
  const jumpTable = new Int32Array(entries)
  for (let i = 0; i < entries; i++) jumpTable[i] = segmentAt(program.jumpTable[i]!)
  return {
    program,
    ...instructions,
    target,
    segments,
    segmentStart,
    segmentOf,
    isBlock,
    accesses,
    nextSegment,
    cost,
    jumpTable,
  }
}
