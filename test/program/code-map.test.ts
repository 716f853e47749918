// Instruction and block starts of random bytes, against their definition (GP A.3, A.5), bits past the end of the code included.
import { describe, expect, it } from 'vitest'
import { Random } from '../../src/fuzz/random.ts'
import { INSTRUCTION_SETS, instructionSet } from '../../src/isa/set.ts'
import { createCodeMap, maskBit, skipAt } from '../../src/program/code-map.ts'

describe('createCodeMap', () => {
  it.each(INSTRUCTION_SETS.filter(name => instructionSet(name).encoding === 'bitmask'))(
    'is what the definition says, %s',
    name => {
      const set = instructionSet(name)
      const random = new Random(`code map ${name}`)
      for (let round = 0; round < 500; round++) {
        const length = random.below(120)
        const density = 1 + random.below(round % 5 === 0 ? 60 : 8)
        const code = Uint8Array.from({ length }, () => random.below(256))
        const bitmask = Uint8Array.from({ length: Math.ceil(length / 8) }, () => {
          let bits = 0
          for (let k = 0; k < 8; k++) if (random.below(density) === 0) bits |= 1 << k
          return bits
        })
        const pcs = Array.from({ length }, (_, pc) => pc)
        const offsets = pcs.filter(pc => maskBit(bitmask, length, pc))
        // In PolkaVM's own sets what is undefined is a trap like any other; in the Gray Paper it neither starts nor ends a block.
        const isPaper = name.startsWith('gp-')
        const starts = offsets.filter(pc => !isPaper || set.byOpcode[code[pc]!] !== undefined)
        const behind = offsets
          .filter(pc => set.byOpcode[code[pc]!]?.terminator ?? !isPaper)
          .map(pc => pc + 1 + skipAt(bitmask, length, pc))
        // A mark that no instruction before reaches begins a block in PolkaVM's own sets.
        const isBehindGap = (pc: number): boolean => !offsets.some(before => before < pc && pc - before <= 25)
        const blocks = starts.filter(pc => pc === 0 || behind.includes(pc) || (!isPaper && isBehindGap(pc)))
        const map = createCodeMap(
          { code, bitmask, jumpTable: new Uint32Array(0), jumpTableLength: 0, jumpTableEntrySize: 0 },
          set,
        )
        expect([...map.offsets]).toEqual(offsets)
        expect(pcs.filter(pc => map.instruction[pc] === 1)).toEqual(starts)
        expect([...map.blocks]).toEqual(blocks)
        expect(pcs.filter(pc => map.blockStart[pc] === 1)).toEqual(blocks)
      }
    },
  )
})
