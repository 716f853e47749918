// Roots that are left as soon as they are entered are entered no more, and what they do stays the same.
import { describe, expect, it } from 'vitest'
import { BriefRoots } from '../../../src/engine/recompiler/tiers/brief-roots.ts'
import { BRIEF_ENTRIES, BRIEF_GAS } from '../../../src/engine/recompiler/tiers/policy.ts'
import { machine, programOf, stateOf } from './programs.ts'

describe('brief roots', () => {
  it('are those that were left after little gas on average', () => {
    const brief = new BriefRoots(4)
    const enter = (times: number, spent: number): number =>
      Array.from({ length: times }, () => brief.isTooBrief(2, spent)).filter(Boolean).length
    expect(enter(BRIEF_ENTRIES - 1, BRIEF_GAS)).toBe(0)
    expect(enter(1, BRIEF_GAS)).toBe(1) // and it begins again
    expect(enter(BRIEF_ENTRIES - 1, BRIEF_GAS) + enter(1, BRIEF_GAS + 1)).toBe(0)
    expect(enter(BRIEF_ENTRIES - 1, 0) + enter(1, BRIEF_GAS * BRIEF_ENTRIES)).toBe(1)
    expect(enter(BRIEF_ENTRIES - 1, 1) + enter(1, BRIEF_GAS * BRIEF_ENTRIES)).toBe(0) // one stay that is long enough for all
    expect(enter(BRIEF_ENTRIES, -5)).toBe(1) // the host gave gas: neither long nor short
    expect(brief.isTooBrief(3, 0)).toBe(false)
  })

  it('a longer stay now and then does not hide them', () => {
    // 100 turns of 10,000 go on for 100 gas; the others leave at once.
    const text = `
    load_imm r3, 0
    fallthrough
@l:
    add_imm_64 r4, r4, 1
    sbrk r2, r3
    rem_u_64 r5, r4, r6
    branch_ne_imm r5, 0, @l
    load_imm r7, 100
    fallthrough
@long:
    add_imm_64 r7, r7, -1
    branch_ne_imm r7, 0, @long
    jump @l`
    const program = programOf(text)
    const options = {
      gas: 400_000n,
      heap: { start: 0x30000, limit: 0x40000 },
      regs: [0n, 0n, 0n, 0n, 0n, 0n, 100n],
    }
    const vm = machine('recompiler', program, options)
    const reference = machine('reference', program, options)
    expect(vm.run()).toBe(reference.run())
    expect(stateOf(vm)).toEqual(stateOf(reference))
    expect(vm.stats!.entered).toBeGreaterThan(BRIEF_ENTRIES)
    expect(vm.stats!.entered).toBeLessThan(4 * BRIEF_ENTRIES)
  })

  it.each([
    ['sbrk', 'load_imm r3, 0\n    fallthrough\n@l:\n    sbrk r2, r3\n    jump @l'],
    [
      'stores beyond the window',
      'load_imm r2, 0x20000000\n    fallthrough\n@l:\n    store_ind_u64 [r2], r3\n    jump @l',
    ],
  ])('%s: a loop that leaves every turn is interpreted after some thousand turns', (_, text) => {
    const program = programOf(text)
    const pages = [{ address: 0x20000000, length: 4096, access: 3 as const }]
    const options = { gas: 200_000n, pages, heap: { start: 0x30000, limit: 0x40000 } }
    const vm = machine('recompiler', program, options)
    const reference = machine('reference', program, options)
    expect(vm.run()).toBe(reference.run())
    expect(stateOf(vm)).toEqual(stateOf(reference))
    expect(vm.stats!.entered).toBeGreaterThan(BRIEF_ENTRIES)
    expect(vm.stats!.entered).toBeLessThan(3 * BRIEF_ENTRIES)
  })
})
