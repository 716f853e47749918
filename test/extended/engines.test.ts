// The extended encoding on all engines: what the reference machine decodes by the rules, macro block by macro block, is what all
// others make of a bitmask.
import { describe, expect, it } from 'vitest'
import { extendedInstructionAt, isExtendedTarget } from '../../src/engine/reference/extended.ts'
import type { FuzzCase } from '../../src/fuzz/case.ts'
import { driveCase } from '../../src/fuzz/drive.ts'
import { Random } from '../../src/fuzz/random.ts'
import { edge64 } from '../../src/fuzz/values.ts'
import { Access, availableEngines, profile } from '../../src/index.ts'
import { markExtended } from '../../src/isa/extended.ts'
import { instructionSet } from '../../src/isa/set.ts'
import { createCodeMap } from '../../src/program/code-map.ts'
import { randomExtended } from './code.ts'

const RULES = [
  profile('gp-0.7.2', { instructionSet: 'latest64-0.37' }),
  profile('gp-0.8.0', { instructionSet: 'latest64-0.37', hostCalls: 'free' }),
  profile('w3f-vectors', { instructionSet: 'latest64-0.37', branchCheck: 'both' }),
  profile('gas-model-vectors', { instructionSet: 'latest64-0.37', cmovReadsDestination: true }),
  profile('polkavm', { instructionSet: 'latest64-0.37' }),
]

function partsOf(code: Uint8Array, jumpTable: Uint32Array): FuzzCase['container'] {
  const parts = {
    code,
    bitmask: markExtended(code),
    jumpTable,
    jumpTableLength: jumpTable.length,
    jumpTableEntrySize: 4,
  }
  return { kind: 'raw', parts: { ...parts, encoding: 'extended' } }
}

/** A case that starts at several places of the code, in the middle of blocks and of instructions too. */
function caseOf(index: number): FuzzCase {
  const random = new Random('extended', index)
  const code = randomExtended(random, random.pick([1, 5, 40, 200, 200, 600, 1030, 2100]))
  const { blocks, offsets } = createCodeMap(
    { code, bitmask: markExtended(code), jumpTable: new Uint32Array(0), jumpTableLength: 0, jumpTableEntrySize: 0 },
    instructionSet('latest64-0.37'),
  )
  const table = Uint32Array.from({ length: 8 }, () => random.pick(blocks))
  const entry = (pc: number): FuzzCase['entries'][number] => {
    const regs = new Uint32Array(26)
    for (let r = 0; r < 13; r++) {
      if (r < 3) regs[2 * r] = 0x20000 + random.below(8192)
      else if (r === 3) regs[2 * r] = 2 * random.below(9)
      else edge64(random, regs, 2 * r)
    }
    return { pc, gas: random.pick([0, 1, 30, 200, 3000]), regs }
  }
  const pcs = [0, random.pick(blocks), random.pick(offsets), random.below(code.length + 2)]
  return {
    label: `extended:${index}`,
    container: partsOf(code, table),
    profile: random.pick(RULES),
    entries: pcs.map(entry),
    programs: 1,
    pages: [
      { address: 0x10000, length: 4096, access: Access.Read },
      { address: 0x20000, length: 12288, access: Access.Write },
    ],
    heap: { start: 0x23000, limit: 0x26000 },
    schedule: [-1, random.below(40), random.below(400)],
    salt: index,
    hostCalls: random.pick(['exit', 'call']),
    tiers: random.pick(['usual', 'eager']),
    exits: 12,
  }
}

describe('the extended encoding', () => {
  it('is the same instructions by the rules and by the bitmask made of them', () => {
    for (let index = 0; index < 300; index++) {
      const random = new Random('decoded', index)
      const code = randomExtended(random, random.between(1, 2500))
      const { bitmask, ...rest } = (partsOf(code, new Uint32Array(0)) as { parts: { bitmask: Uint8Array } }).parts
      const map = createCodeMap({ ...rest, code, bitmask } as never, instructionSet('latest64-0.37'))
      const wrong: number[] = []
      for (let pc = -1; pc < code.length + 2; pc++) {
        if ((map.instruction[pc] === 1) !== (extendedInstructionAt(code, pc) !== undefined)) wrong.push(pc)
        if ((map.blockStart[pc] === 1) !== isExtendedTarget(code, pc)) wrong.push(pc)
      }
      expect(wrong, `code ${index}`).toEqual([])
    }
  })

  it('runs alike on all engines, from any offset', { timeout: 120_000 }, () => {
    const kinds = ['reference', ...availableEngines().filter(kind => kind !== 'reference')] as const
    let instructions = 0
    for (let index = 0; index < Number(process.env.COULIS_EXTENDED_CASES ?? 400); index++) {
      const { finding, rejected } = driveCase(caseOf(index), kinds)
      expect(finding, `case ${index}`).toBeUndefined()
      if (!rejected) instructions += 1
    }
    expect(instructions).toBeGreaterThan(300)
  })
})
