// Gaps of a bitmask: marks that are further apart than an instruction is long, or none at the first byte. No linker makes them. The Gray
// Paper says what they mean in its own sets, and PolkaVM 0.35 and 0.37 each say something else in theirs. Engines have one rule for
// PolkaVM's sets: a mark behind a gap is the start of a block. What a version has beside that is made of the bytes here, before.

import type { ProgramParts } from '../blob/raw.ts'
import type { InstructionSet } from '../isa/set.ts'
import { MAX_SKIP, offsetsOf } from './code-map.ts'

/** The most bytes of an instruction. */
const LONGEST = MAX_SKIP + 1

/** Whether there is a gap. It has at least two bytes of the mask without a mark, or begins with the code. */
function hasGaps({ bitmask, code: { length } }: ProgramParts): boolean {
  if (length === 0) return false
  if ((bitmask[0]! & 1) === 0) return true
  for (let i = 1; 8 * i < length; i++) {
    if (bitmask[i] === 0 && bitmask[i - 1] === 0) return true
  }
  return false
}

/** A copy in which there may be more traps. */
function copyWithTraps(parts: ProgramParts, { byOpcode }: InstructionSet) {
  const [code, bitmask] = [parts.code.slice(), parts.bitmask.slice()]
  const trap = byOpcode.findIndex(instruction => instruction?.name === 'trap')
  const put = (pc: number): void => {
    code[pc] = trap
    bitmask[pc >>> 3]! |= 1 << (pc & 7)
  }
  return { settled: { ...parts, code, bitmask }, put }
}

/** As PolkaVM 0.37 has it: a trap at the first byte, if it is not marked, and one at the first byte of each gap. */
function withTraps(parts: ProgramParts, set: InstructionSet): ProgramParts {
  const { settled, put } = copyWithTraps(parts, set)
  const offsets = offsetsOf(parts.bitmask, parts.code.length)
  if (offsets[0] !== 0) put(0)
  for (let i = 0; i < offsets.length; i++) {
    const end = offsets[i]! + LONGEST
    if (end < (offsets[i + 1] ?? parts.code.length)) put(end)
  }
  return settled
}

/**
 * As PolkaVM 0.35 has it: from a mark behind a gap to the end of its block there is nothing, because it finds no block there to be in. Only
 * a `fallthrough` goes on to a trap.
 */
function withoutLost(parts: ProgramParts, set: InstructionSet): ProgramParts {
  const { settled, put } = copyWithTraps(parts, set)
  const { byOpcode } = set
  const offsets = offsetsOf(parts.bitmask, parts.code.length)
  let isLost = offsets[0] !== 0
  for (let i = 0; i < offsets.length; i++) {
    const pc = offsets[i]!
    const instruction = byOpcode[parts.code[pc]!]
    if (isLost) settled.bitmask[pc >>> 3]! &= ~(1 << (pc & 7))
    const isBeforeGap = (offsets[i + 1] ?? parts.code.length) - pc > LONGEST
    if (isBeforeGap && !isLost && instruction?.name === 'fallthrough') put(pc + LONGEST)
    isLost = isBeforeGap || (isLost && instruction?.terminator === false)
  }
  return settled
}

/** The code and the bitmask that engines work on. They are those of the file, unless PolkaVM gives a gap a meaning of its own. */
export function settleGaps(parts: ProgramParts, set: InstructionSet, behindGap: 'nothing' | 'block'): ProgramParts {
  if (!set.undefinedTraps || set.encoding === 'extended' || !hasGaps(parts)) return parts
  return behindGap === 'block' ? withTraps(parts, set) : withoutLost(parts, set)
}
