// Samples of the interpreter come at even distances of gas, over machines that are shorter than the distance too, and not at all where
// nothing is compiled.
import { expect, it } from 'vitest'
import { hotCodeOf } from '../../../src/engine/recompiler/tiers/hot-code.ts'
import { FIRST_SLICES, tierPolicy } from '../../../src/engine/recompiler/tiers/policy.ts'
import { sharedCode } from '../../../src/engine/recompiler/tiers/shared-code.ts'
import { processWarmth } from '../../../src/engine/recompiler/tiers/warmth.ts'
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
function samplesOf(kind: 'auto' | 'interpreter', number: number, machines: number): number {
  const program = programOf(text(number))
  for (let k = 0; k < machines; k++) {
    using vm = machine(kind, program, { gas: 1_000_000n })
    vm.run()
  }
  return hotCodeOf(sharedCode(program)).count
}

it('short machines are sampled together', () => {
  processWarmth.samples = FIRST_SLICES
  expect(GAS).toBeLessThan(tierPolicy.samplePeriod / 3)
  const machines = 40
  const periods = (machines * GAS) / tierPolicy.samplePeriod
  const samples = samplesOf('auto', 1, machines)
  expect(samples).toBeGreaterThan(periods / 2)
  expect(samples).toBeLessThan(1.2 * periods)
})

it('an engine that compiles nothing takes none', () => {
  expect(samplesOf('interpreter', 2, 40)).toBe(0)
})
