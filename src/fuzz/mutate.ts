// Nearly valid programs: a few bytes, mask bits or table entries of a good one changed, or everything at random.
import type { ProgramParts } from '../blob/raw.ts'
import type { Random } from './random.ts'

/** This makes other bytes of the same length, with every bit by chance. */
function noise(random: Random, parts: ProgramParts): ProgramParts {
  const code = parts.code.map(() => random.below(256))
  const density = random.between(10, 90)
  const bitmask = new Uint8Array(parts.bitmask.length)
  for (let pc = 0; pc < code.length; pc++) if (random.chance(density)) bitmask[pc >> 3]! |= 1 << (pc & 7)
  return { ...parts, code, bitmask }
}

/** A jump table of entries without bytes, each of which is 0: as many as jumps can name, or few. */
function endlessTable(random: Random, parts: ProgramParts): ProgramParts {
  const jumpTableLength = random.pick([0, 1, 2, 2 ** 31 - 1, 2 ** 31 - 1])
  return { ...parts, jumpTable: new Uint32Array(0), jumpTableLength, jumpTableEntrySize: 0 }
}

/** This makes a program with something wrong in it. */
export function mutate(random: Random, parts: ProgramParts): ProgramParts {
  if (random.chance(10)) return noise(random, parts)
  if (random.chance(10)) return endlessTable(random, parts)
  const code = parts.code.slice()
  const bitmask = parts.bitmask.slice()
  const jumpTable = parts.jumpTable.slice()
  for (let i = random.between(1, 8); i > 0; i--) {
    const at = random.below(code.length)
    switch (random.below(6)) {
      case 0:
        bitmask[at >> 3]! ^= 1 << (at & 7)
        break
      case 1:
        code[at]! ^= 1 << random.below(8)
        break
      case 2:
        if (jumpTable.length > 0) jumpTable[random.below(jumpTable.length)] = random.below(code.length + 2)
        break
      case 3: {
        // A stretch without instructions: longer than any skip (GP A.3).
        const end = Math.min(at + random.below(40), code.length)
        for (let pc = at; pc < end; pc++) bitmask[pc >> 3]! &= ~(1 << (pc & 7))
        break
      }
      default:
        code[at] = random.below(256)
    }
  }
  return { ...parts, code, bitmask, jumpTable }
}
