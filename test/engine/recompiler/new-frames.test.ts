// The pages of a stack lack the right for writing until they are written, so the check of a frame fails in each new machine. That alone
// is no reason to make all modules again without the frame, however many machines there are in one cell, one after the other.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { tierPolicy } from '../../../src/engine/recompiler/tiers/policy.ts'
import { machine, programOf } from './programs.ts'

/** A frame is read before anything is written in it. */
const text = (turns: number, written: string): string => `
    load_imm r1, 0x23000
    load_imm r6, ${turns}
    load_ind_u64 r5, [r1]
    fallthrough
@loop:
    load_ind_u64 r7, [r1 + 16]
    add_imm_64 r7, r7, 1
    branch_eq_imm r7, 0, @skip
    load_ind_u64 r8, [r1 + 8]
    add_64 r9, r9, r8
    fallthrough
@skip:
${written}
    add_imm_64 r6, r6, -1
    branch_ne_imm r6, 0, @loop
    trap
`
const before = { ...tierPolicy }
beforeEach(() => void (tierPolicy.misalignedLimit = 20))
afterEach(() => void Object.assign(tierPolicy, before))

/** How many modules there are after so many machines. */
function modulesAfter(machines: number, program: ReturnType<typeof programOf>): number {
  let modules = 0
  for (let k = 0; k < machines; k++) {
    using vm = machine('recompiler', program, { gas: 1_000_000n })
    vm.run()
    modules = vm.stats!.modules
  }
  return modules
}

it('many machines that read a frame before they write it keep the module', () => {
  const program = programOf(text(4, '    store_ind_u64 [r1 + 8], r7'))
  const first = modulesAfter(1, program)
  expect(modulesAfter(60, program)).toBe(first)
})

it('one machine that never writes it does not', () => {
  const program = programOf(text(100, '    add_imm_64 r9, r9, 1'))
  expect(modulesAfter(1, program)).toBeGreaterThan(1)
})
