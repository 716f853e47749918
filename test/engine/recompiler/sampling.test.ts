// Samples of the interpreter come at even distances of gas, over machines that are shorter than the distance too, and not at all where
// nothing is compiled.
import { expect, it } from 'vitest'
import { hotCodeOf } from '../../../src/engine/recompiler/tiers/hot-code.ts'
import { FIRST_SLICES, tierPolicy } from '../../../src/engine/recompiler/tiers/policy.ts'
import { sharedCode } from '../../../src/engine/recompiler/tiers/shared-code.ts'
import { processWarmth } from '../../../src/engine/recompiler/tiers/warmth.ts'
import type { RunOptions } from '../../../src/engine/run-options.ts'
import { machine, programOf } from './programs.ts'

const TURNS = 5000
/** A loop of three instructions, which is over before a sample is due. */
const text = (number: number): string => `
    load_imm r6, ${TURNS}
    load_imm r9, ${number}
    fallthrough
@loop:
    xor r8, r8, r6
    add_imm_64 r6, r6, -1
    branch_ne_imm r6, 0, @loop
    trap`
const GAS = 3 * TURNS

/** How many samples there are of the code after so many machines. */
function samplesOf(kind: 'auto' | 'interpreter', number: number, machines: number, bounds: RunOptions = {}): number {
  const program = programOf(text(number))
  for (let k = 0; k < machines; k++) {
    using vm = machine(kind, program, { gas: 1_000_000n })
    vm.run(bounds)
  }
  return hotCodeOf(sharedCode(program)).count
}

it.each([
  ['without a bound', 1, {}],
  ['with a bound of time', 3, { maxMs: 60_000 }],
] as const)('short machines are sampled together, %s', (_, number, bounds) => {
  processWarmth.samples = FIRST_SLICES
  expect(GAS).toBeLessThan(tierPolicy.samplePeriod / 3)
  const machines = 40
  const periods = (machines * GAS) / tierPolicy.samplePeriod
  const samples = samplesOf('auto', number, machines, bounds)
  expect(samples).toBeGreaterThan(periods / 2)
  expect(samples).toBeLessThan(1.2 * periods)
})

it('an engine that compiles nothing takes none', () => {
  expect(samplesOf('interpreter', 2, 40)).toBe(0)
})

it('a timed run of an engine that takes none leaves none for the next machine of the cell', () => {
  processWarmth.samples = FIRST_SLICES
  const program = programOf(text(4))
  for (let k = 0; k < 40; k++) {
    for (const kind of ['interpreter', 'auto'] as const) {
      using vm = machine(kind, program, { gas: 100n })
      vm.run(kind === 'interpreter' ? { maxMs: 60_000 } : {})
    }
  }
  expect(40 * 100).toBeLessThan(tierPolicy.samplePeriod)
  expect(hotCodeOf(sharedCode(program)).count).toBe(0)
})
