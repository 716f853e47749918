// Where instructions and basic blocks start (GP A.3). Built on first use; the native core has its own, for speed.

import type { ProgramParts } from '../blob/raw.ts'
import type { InstructionSet } from '../isa/set.ts'

/** GP A.3: skips are capped. */
export const MAX_SKIP = 24

/** Whether bit `pc` of a packed bitmask is set; false outside of the code. */
export function maskBit(bitmask: Uint8Array, length: number, pc: number): boolean {
  return pc >= 0 && pc < length && (bitmask[pc >>> 3]! & (1 << (pc & 7))) !== 0
}

/** skip(pc): operand bytes of the instruction at `pc`; bits past the end count as set (GP A.3). */
export function skipAt(bitmask: Uint8Array, length: number, pc: number): number {
  let skip = 0
  while (skip < MAX_SKIP && pc + 1 + skip < length && !maskBit(bitmask, length, pc + 1 + skip)) skip += 1
  return skip
}

/** Facts about each code offset. */
export interface CodeMap {
  /** 1 where an instruction with a defined opcode starts. */
  readonly instruction: Uint8Array
  /** 1 where a basic block starts, the set ϖ (GP A.5). */
  readonly blockStart: Uint8Array
  /** Offsets of all set mask bits, ascending; those with undefined opcodes too. */
  readonly offsets: Uint32Array
  /** Block starts, ascending. */
  readonly blocks: Uint32Array
}

/** Walks the code once. */
export function createCodeMap(parts: ProgramParts, set: InstructionSet): CodeMap {
  const { code, bitmask } = parts
  const length = code.length
  const instruction = new Uint8Array(length)
  const blockStart = new Uint8Array(length)
  const offsets: number[] = []
  for (let pc = 0; pc < length; pc++) if (maskBit(bitmask, length, pc)) offsets.push(pc)
  for (const pc of offsets) if (set.byOpcode[code[pc]!] !== undefined) instruction[pc] = 1
  if (instruction[0] === 1) blockStart[0] = 1
  for (const pc of offsets) {
    if (set.byOpcode[code[pc]!]?.terminator !== true) continue
    const next = pc + 1 + skipAt(bitmask, length, pc)
    if (instruction[next] === 1) blockStart[next] = 1
  }
  const blocks: number[] = []
  for (let pc = 0; pc < length; pc++) if (blockStart[pc] === 1) blocks.push(pc)
  return { instruction, blockStart, offsets: Uint32Array.from(offsets), blocks: Uint32Array.from(blocks) }
}
