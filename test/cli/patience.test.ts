// When workers that share the cores compile: what they have before them decides.
import { expect, it } from 'vitest'
import { createPatience } from '../../src/cli/patience.ts'
import { tierPolicy } from '../../src/engine/auto.ts'
import { createEngine } from '../../src/engine/create.ts'
import { loadProgram } from '../../src/program/program.ts'

/** Late, not never: a long run among short ones has to be compiled. */
const LATE = 40
/** Somewhat later than where a core is idle for V8's compilers. */
const BUSY = 4

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
  expect(policy.patience).toBe(LATE) // no run has ended: how long one takes is not known
  patience.ran(400_000n) // and 999 times as much before it
  expect(policy.patience).toBe(BUSY)
  patience.begin(400) // 0.16 billion gas
  expect(policy.patience).toBe(LATE)
  patience.begin(1000) // 0.4 billion
  expect(policy.patience).toBe(BUSY)
  patience.begin(100)
  expect(policy.patience).toBe(LATE)
})

it('judges by the average run', () => {
  const policy = patient()
  const patience = createPatience(policy)
  patience.ran(10_000_000_000n)
  patience.ran(0n)
  patience.begin(1)
  expect(policy.patience).toBe(BUSY)
  for (let i = 0; i < 998; i++) patience.ran(0n)
  patience.begin(1) // ten million
  expect(policy.patience).toBe(LATE)
})

it('a run that goes on is compiled although little was thought to be left', () => {
  const before = tierPolicy.patience
  createPatience(tierPolicy).begin(1)
  // add_imm_64 r7, r7, 1; jump back to it.
  const loop = { code: Uint8Array.of(149, 119, 1, 40, 253), bitmask: Uint8Array.of(0b01001), jumpTable: [] }
  const vm = createEngine({ kind: 'auto' }).instantiate(loadProgram(loop), { gas: 800_000_000n })
  try {
    vm.run()
    expect(vm.stats?.functions).toBeGreaterThan(0)
  } finally {
    vm.dispose()
    tierPolicy.patience = before
  }
})
