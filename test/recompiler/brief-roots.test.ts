// Roots that are left as soon as they are entered are entered no more, and what they do stays the same.
import { describe, expect, it } from 'vitest'
import { BriefRoots } from '../../src/engine/recompiler/brief-roots.ts'
import { BRIEF_ENTRIES, BRIEF_GAS } from '../../src/engine/recompiler/policy.ts'
import { machine, programOf, stateOf } from './programs.ts'

describe('brief roots', () => {
  it('are those that were left after little gas so many times in a row', () => {
    const brief = new BriefRoots(4)
    const enter = (times: number, spent: number): number =>
      Array.from({ length: times }, () => brief.isTooBrief(2, spent)).filter(Boolean).length
    expect(enter(BRIEF_ENTRIES, BRIEF_GAS)).toBe(0)
    expect(enter(1, BRIEF_GAS + 1)).toBe(0) // a longer stay: from the beginning
    expect(enter(BRIEF_ENTRIES, 0)).toBe(0)
    expect(enter(1, 0)).toBe(1)
    expect(enter(BRIEF_ENTRIES, 1)).toBe(0)
    expect(enter(1, -5)).toBe(0) // the host gave gas
    expect(brief.isTooBrief(3, 0)).toBe(false)
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
