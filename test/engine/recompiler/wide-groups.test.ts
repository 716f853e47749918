// Accesses to a base plus a bounded index: which share a check, and that all of them end as on the reference machine.

import { describe, expect, it } from 'vitest'
import { Check } from '../../../src/core/contract.gen.ts'
import { Exit } from '../../../src/engine/exit.ts'
import { accessesOf } from '../../../src/engine/recompiler/memory-plan.ts'
import { planSegment } from '../../../src/engine/recompiler/passes.ts'
import { runtimeOf } from '../../../src/engine/recompiler/runtime/attach.ts'
import { Random } from '../../../src/fuzz/random.ts'
import { cellOf } from '../../core-body.ts'
import { analysisOf, machine, programOf, stateOf, TABLES } from './programs.ts'

const checks = (text: string, segment: number): number[] => {
  const analysis = analysisOf(text)
  const { check } = planSegment(analysis, segment)
  return accessesOf(analysis.decoded, segment).map(i => check[i]!)
}

/** Six loads from a table, its index made by the line given. */
const lookUps = (index: string, more = ''): string =>
  Array.from(
    { length: 6 },
    () => `    load_ind_u8 r2, [r8]\n${index}\n    add_64 r3, r9, r2\n    load_ind_u8 r4, [r3]`,
  ).join(`\n${more}\n`)
const isWide = (text: string): boolean => checks(`${text}\n    trap`, 0).includes(Check.WideLeader)

describe('wide groups', () => {
  it('loads and stores with a byte as index form one group each', () => {
    const found = checks(TABLES, 1)
    expect(found.filter(check => check === Check.WideLeader).length).toBe(2)
    expect(found.filter(check => check === Check.WideMember).length).toBe(10)
  })

  it('the base is the register that holds it, not one that holds an address in the group', () => {
    const analysis = analysisOf(TABLES)
    const { check, base } = planSegment(analysis, 1)
    const leaders = accessesOf(analysis.decoded, 1).filter(i => check[i] === Check.WideLeader)
    expect(leaders.map(i => base[i])).toEqual(leaders.map(() => 9))
  })

  it('an index without bound, a base that is lost, and too wide a reach have none', () => {
    expect(isWide(lookUps('    shlo_l_imm_64 r2, r2, 3'))).toBe(true)
    expect(isWide(lookUps('    shlo_l_imm_64 r2, r2, 4'))).toBe(true)
    expect(isWide(lookUps('    shlo_l_imm_64 r2, r2, 5'))).toBe(false)
    expect(isWide(lookUps('    and_imm r2, r6, 0xfff'))).toBe(true)
    expect(isWide(lookUps('    and_imm r2, r6, 0xfff').replaceAll('u8 r4', 'u64 r4'))).toBe(false) // three pages
    expect(isWide(lookUps('    add_64 r2, r2, r6'))).toBe(false)
    expect(isWide(lookUps('    and_imm r2, r6, -8'))).toBe(false)
    expect(isWide(lookUps('    and_imm r2, r6, 0xff'))).toBe(true)
    expect(isWide(lookUps('    shlo_r_imm_64 r2, r6, 56'))).toBe(true)
    expect(isWide(lookUps('    shlo_r_imm_64 r2, r6, 44'))).toBe(false)
    expect(isWide(lookUps('    shlo_l_imm_64 r2, r2, 3', '    load_ind_u64 r9, [r8 + 8]'))).toBe(false)
  })

  it('pages without right fault at the same instruction, wherever the group begins', () => {
    const program = programOf(TABLES)
    const random = new Random('tables', 1)
    let faults = 0
    for (let i = 0; i < 60; i++) {
      const pages = []
      for (let page = 0; page < 10; page++) {
        const right = page === 0 ? 3 : random.pick([0, 1, 3, 3, 3, 3] as const)
        if (right !== 0) pages.push({ address: 0x20000 + page * 4096, length: 4096, access: right })
      }
      const options = { gas: BigInt(random.between(1000, 4000)), pages }
      const vm = machine('recompiler', program, options)
      const reference = machine('reference', program, options)
      for (let turn = 0; turn < 8; turn++) {
        expect([vm.run(), stateOf(vm)]).toEqual([reference.run(), stateOf(reference)])
        if (reference.exit !== Exit.PageFault) break
        faults += 1
        for (const one of [reference, vm]) one.memory.protect(one.exitArg / 4096, 1, 3)
      }
      vm.dispose()
    }
    expect(faults).toBeGreaterThan(60)
  })

  it('an access over the end of the last page with the right faults, one before it does not', () => {
    for (let at = 0; at < 16; at++) {
      const program = programOf(`
    load_imm r8, 0x20000
    load_imm r9, 0x20f00
    load_imm r6, 4
    fallthrough
@loop:
${lookUps('').replaceAll('u8 r4', 'u64 r4')}
    store_imm_ind_u8 [r8], ${0xf0 + at}
    add_imm_64 r6, r6, -1
    branch_ne_imm r6, 0, @loop
    trap`)
      const options = { gas: 200n, pages: [{ address: 0x20000, length: 4096, access: 3 as const }] }
      const vm = machine('recompiler', program, options)
      const reference = machine('reference', program, options)
      expect([at, vm.run(), stateOf(vm)]).toEqual([at, reference.run(), stateOf(reference)])
      expect(vm.exit).toBe(at > 8 ? Exit.PageFault : Exit.Panic)
      vm.dispose()
    }
  })

  it('a base before a page with the right stops costing exits', () => {
    const program = programOf(`
    load_imm r8, 0x20000
    load_imm r9, 0x1fff0
    load_imm r6, 4000
    fallthrough
@loop:
    store_ind_u8 [r8], r6
${lookUps('    and_imm r2, r6, 0x3f\n    or_imm r2, r2, 0x20\n    and_imm r2, r2, 0x7f')}
    add_64 r7, r7, r4
    add_imm_64 r6, r6, -1
    branch_ne_imm r6, 0, @loop
    trap`)
    const vm = machine('recompiler', program, { gas: 1_000_000n })
    const reference = machine('reference', program, { gas: 1_000_000n })
    expect([vm.run(), stateOf(vm)]).toEqual([reference.run(), stateOf(reference)])
    expect(runtimeOf(cellOf(vm))!.left).toBeLessThan(1200)
    vm.dispose()
  })
})
