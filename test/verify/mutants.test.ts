// Of mutated modules the verifier accepts none that a run shows to touch what it must not. `npm run mutants` does many.
import { expect, it } from 'vitest'
import { judgeMutants } from './mutants.ts'

it('no mutant that is accepted touches what it must not', () => {
  const counts = judgeMutants('mutants', 400)
  expect(counts.unsafe).toEqual([])
  expect(counts.mutants).toBe(400)
  expect([...counts.refused.values()].reduce((sum, n) => sum + n, 0) + counts.accepted).toBe(400)
  expect(counts.traps).toEqual([])
  expect(counts.accesses).toBeGreaterThan(2000)
})
