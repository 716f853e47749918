// The code map of a program: where instructions and basic blocks start (GP A.3, A.5). It is built on first use. The core in C finds
// these places by itself.

import type { ProgramParts } from '../blob/raw.ts'
import { extendedId } from '../isa/extended.ts'
import type { InstructionSet } from '../isa/set.ts'
import { INSTRUCTIONS } from '../isa/table.ts'

/** The longest skip (GP A.3). */
export const MAX_SKIP = 24

/** Whether bit `pc` of a bitmask is set. It is false outside of the code. */
export function maskBit(bitmask: Uint8Array, length: number, pc: number): boolean {
  return pc >= 0 && pc < length && (bitmask[pc >>> 3]! & (1 << (pc & 7))) !== 0
}

/** skip(pc): how many operand bytes the instruction at `pc` has. Bits behind the end of the code count as set (GP A.3). */
export function skipAt(bitmask: Uint8Array, length: number, pc: number): number {
  let skip = 0
  while (skip < MAX_SKIP && pc + 1 + skip < length && !maskBit(bitmask, length, pc + 1 + skip)) skip += 1
  return skip
}

/** What is known of each code offset. */
export interface CodeMap {
  /** 1 where an instruction with a defined opcode starts. In PolkaVM's sets an undefined opcode counts too: it is a trap. */
  readonly instruction: Uint8Array
  /** 1 where a jump may lead: where a basic block starts, the set ϖ (GP A.5). */
  readonly blockStart: Uint8Array
  /** The offsets of all set bits of the mask, ascending, also of those with undefined opcodes. */
  readonly offsets: Uint32Array
  /** The block starts, ascending. Those behind undefined opcodes are among them, also where no jump may lead there. */
  readonly blocks: Uint32Array
}

/** The offsets of the set bits, ascending. */
export function offsetsOf(bitmask: Uint8Array, length: number): Uint32Array {
  const found = new Uint32Array(length + 8)
  let count = 0
  for (let i = 0; 8 * i < length; i++) {
    for (let bits = bitmask[i]!; bits !== 0; bits &= bits - 1) found[count++] = 8 * i + 31 - Math.clz32(bits & -bits)
  }
  while (count > 0 && found[count - 1]! >= length) count -= 1 // bits behind the end of the code
  return found.slice(0, count)
}

/** What ends a block: a jump may lead to what is behind it, or only a host. */
const [OPEN, CLOSED] = [1, 2] as const

/** Marks the offsets whose opcode is in the table. */
function markInstructions(instruction: Uint8Array, offsets: Uint32Array, code: Uint8Array, table: Uint8Array): void {
  for (let i = 0; i < offsets.length; i++) instruction[offsets[i]!] = table[code[offsets[i]!]!]!
}

/**
 * Marks and returns the starts of blocks: the first instruction, and those behind a terminator, which are at the next
 * offset or, at most, behind the longest skip. Behind a terminator that is `CLOSED` they are not marked. `behindGap` says
 * whether one starts at a mark that is further away, or before which there is none.
 */
function findBlocks(
  blockStart: Uint8Array,
  offsets: Uint32Array,
  code: Uint8Array,
  terminators: Uint8Array,
  instruction: Uint8Array,
  behindGap: 0 | typeof OPEN,
): Uint32Array {
  const blocks = new Uint32Array(offsets.length)
  let count = 0
  for (let i = 0; i < offsets.length; i++) {
    const pc = offsets[i]!
    const before = i === 0 ? -1 : offsets[i - 1]!
    const isGap = i === 0 ? pc !== 0 : pc - before > MAX_SKIP + 1
    const end = isGap ? behindGap : i === 0 ? OPEN : terminators[code[before]!]!
    if (end === 0 || instruction[pc] === 0) continue
    if (end === OPEN) blockStart[pc] = 1
    blocks[count++] = pc
  }
  return blocks.slice(0, count)
}

/** The map of code in the extended encoding. Every marked byte is an instruction. One that is undefined or misplaced is a trap. */
function mapExtended(code: Uint8Array, offsets: Uint32Array): CodeMap {
  const instruction = new Uint8Array(code.length)
  const blockStart = new Uint8Array(code.length)
  const blocks = new Uint32Array(offsets.length)
  let count = 0
  let open = true
  for (let i = 0; i < offsets.length; i++) {
    const pc = offsets[i]!
    instruction[pc] = 1
    if (open) {
      blockStart[pc] = 1
      blocks[count++] = pc
    }
    open = INSTRUCTIONS[extendedId(code, pc, (offsets[i + 1] ?? code.length) - pc)]!.terminator
  }
  return { instruction, blockStart, offsets, blocks: blocks.slice(0, count) }
}

/** Makes the code map, in one walk over the code. `jumpBehindUndefined` is the rule of a profile. */
export function createCodeMap(parts: ProgramParts, set: InstructionSet, jumpBehindUndefined = true): CodeMap {
  const { code, bitmask } = parts
  const offsets = offsetsOf(bitmask, code.length)
  if (set.encoding === 'extended') return mapExtended(code, offsets)
  const undefinedTraps = set.undefinedTraps ? 1 : 0
  const defined = Uint8Array.from(set.byOpcode, instruction => (instruction === undefined ? undefinedTraps : 1))
  const behindUndefined = undefinedTraps === 0 ? 0 : jumpBehindUndefined ? OPEN : CLOSED
  const terminators = Uint8Array.from(set.byOpcode, instruction =>
    instruction === undefined ? behindUndefined : instruction.terminator ? OPEN : 0,
  )
  const instruction = new Uint8Array(code.length)
  const blockStart = new Uint8Array(code.length)
  markInstructions(instruction, offsets, code, defined)
  const blocks = findBlocks(blockStart, offsets, code, terminators, instruction, set.undefinedTraps ? OPEN : 0)
  return { instruction, blockStart, offsets, blocks }
}
