// When workers that share the cores compile: what they have before them decides.
import { expect, it } from 'vitest'
import { createPatience } from '../../src/cli/patience.ts'

const patient = (): { patience: number } => ({ patience: 2.5 })

it('compiles as ever where nothing is known of what is left', () => {
  const policy = patient()
  createPatience(policy).begin(undefined)
  expect(policy.patience).toBe(2.5)
})

it('interprets while little is left, and compiles while much is', () => {
  const policy = patient()
  const patience = createPatience(policy)
  patience.begin(1000)
  expect(policy.patience).toBeGreaterThan(1e6) // no run has ended: how long one takes is not known
  patience.ran(400_000n)
  patience.begin(1000) // 0.4 billion gas
  expect(policy.patience).toBeGreaterThan(1e6)
  patience.begin(10_000) // 4 billion
  expect(policy.patience).toBe(2.5)
  patience.begin(100)
  expect(policy.patience).toBeGreaterThan(1e6)
})

it('judges by the average run', () => {
  const policy = patient()
  const patience = createPatience(policy)
  patience.ran(10_000_000_000n)
  patience.ran(0n)
  patience.begin(1)
  expect(policy.patience).toBe(2.5)
  for (let i = 0; i < 998; i++) patience.ran(0n)
  patience.begin(1) // ten million
  expect(policy.patience).toBeGreaterThan(1e6)
})
