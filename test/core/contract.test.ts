// The two sides of the contract agree, and a field, a number or an element changed on one side only is seen.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { generateContractHeader, generateContractModule } from '../../scripts/contract.ts'
import { compareContract } from './contract.ts'
import { changesOf, missedOf, readContract } from './contract-changes.ts'

const CONTRACT = readContract(join(import.meta.dirname, '../..'))

describe('the contract between C and TypeScript', () => {
  it('is what the schema gives', () => {
    expect(CONTRACT.header).toBe(generateContractHeader())
    expect(CONTRACT.module).toBe(generateContractModule())
  })

  it('is the same on both sides', async () => {
    expect(await compareContract(CONTRACT)).toEqual([])
  })

  it.each(changesOf(CONTRACT, 'some').map(group => [group.what, group] as const))('%s: seen', async (_, group) => {
    expect(await missedOf(CONTRACT, group)).toEqual([])
    expect(group.changes.length).toBeGreaterThan(group.atLeast)
  })
})
