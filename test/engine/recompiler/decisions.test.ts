// What `auto` decides is a function of what it was told: a recorded series of samples and stops gives the same modules, whatever the
// process has done before.
import { describe, expect, it } from 'vitest'
import { HotCode } from '../../../src/engine/recompiler/tiers/hot-code.ts'
import { ENOUGH_SAMPLES, SAMPLE_STRETCH } from '../../../src/engine/recompiler/tiers/policy.ts'
import { SharedCode } from '../../../src/engine/recompiler/tiers/shared-code.ts'
import { Warmth } from '../../../src/engine/recompiler/tiers/warmth.ts'
import type { Program } from '../../../src/program/program.ts'
import { cellOf } from '../../core-body.ts'
import { machine, programOf } from './programs.ts'

/** Two functions, each with a loop: `work` is hot, `helper` warm. */
const TEXT = `
    load_imm r5, 40
    fallthrough
@again:
    load_imm_jump r0, &back, @work
@back:
    load_imm_jump r0, &behind, @helper
@behind:
    add_imm_64 r5, r5, -1
    branch_ne_imm r5, 0, @again
    trap
@work:
    load_imm r6, 50
    fallthrough
@turn:
    add_64 r7, r7, r6
    xor r8, r8, r7
    add_imm_64 r6, r6, -1
    branch_ne_imm r6, 0, @turn
    jump_ind r0
@helper:
    load_imm r6, 10
    fallthrough
@round:
    add_64 r9, r9, r6
    add_imm_64 r6, r6, -1
    branch_ne_imm r6, 0, @round
    jump_ind r0`

/** A sample at a pc, with what stands in the register for return addresses; or a number of stops before the segment there. */
type Told = readonly [what: 'sample' | 'stop', pc: number, times: number, returns?: number]

/** What was decided: after how much that was told, and the pcs of the roots. */
function decisions(program: Program, series: readonly Told[], warmth: Warmth): [number, number[]][] {
  const shared = new SharedCode(program)
  const hot = new HotCode(shared, warmth)
  const vm = machine('interpreter', program, { gas: 100_000n })
  vm.run()
  const compiled = new Set<number>()
  const decided: [number, number[]][] = []
  let told = 0
  const note = (roots: readonly number[]): void => {
    if (roots.length === 0) return
    const { decoded } = shared.analysis
    for (const root of roots) compiled.add(root)
    decided.push([told, roots.map(root => decoded.pc[decoded.segmentStart[root]!]!)])
    warmth.compiled += 20
  }
  for (const [what, pc, times, returns = 0] of series) {
    cellOf(vm).regs32[0] = returns
    for (let i = 0; i < times; i++) {
      told += 1
      if (what === 'sample') {
        if (!warmth.isFirstSlice()) note(hot.sample(cellOf(vm), pc, segment => compiled.has(segment)))
      } else {
        const { decoded } = shared.analysis
        note(hot.missed(decoded.segmentOf[decoded.indexOf[pc]!]!, segment => compiled.has(segment), 16))
      }
    }
  }
  vm.dispose()
  return decided
}

describe('decisions', () => {
  const program = programOf(TEXT)
  const pcs = [...new SharedCode(program).analysis.decoded.pc]
  // The caller is never seen.
  const [start, turn, round] = [pcs[0]!, pcs[9]!, pcs[16]!]
  const services: readonly Told[] = Array.from({ length: 300 }, (_, i) => [
    'sample',
    [turn, turn, round, turn, round][i % 5]!,
    3,
  ])
  const series: readonly Told[] = [...services, ['stop', start, 500]]

  it('are the same for the same series, in a process that has done other things too', () => {
    const first = decisions(program, series, new Warmth())
    for (let i = 0; i < 3; i++) {
      const busy = machine('auto', programOf(`${TEXT}\n    load_imm r1, ${i}`), { gas: 3_000_000n })
      busy.run()
      busy.dispose()
    }
    expect(decisions(program, series, new Warmth())).toEqual(first)
    expect(first.length).toBeGreaterThan(0)
    expect(first[0]![1]).toContain(turn)
  })

  it('wait longer in a process that has not compiled yet', () => {
    const warm = new Warmth()
    warm.samples = 1000
    warm.compiled = 100_000
    const cold = new Warmth()
    cold.samples = 1000
    const at = (warmth: Warmth): number => decisions(program, series, warmth)[0]![0]
    expect(at(warm)).toBeLessThan(at(cold))
  })

  it('what returns to a function takes it along, unless the address leads nowhere', () => {
    const roots = (returns: number): number[] => {
      const warm = new Warmth()
      warm.compiled = 100_000
      const seen: readonly Told[] = services.map(([what, pc, times]) => [what, pc, times, returns])
      return decisions(program, seen, warm)[0]![1]
    }
    const back = 2 * (1 + program.jumpTable.indexOf(pcs[3]!))
    expect(back).toBeGreaterThan(0)
    expect(roots(0)).not.toContain(start)
    expect(roots(back)).toContain(start)
    expect(roots(back)).toContain(turn)
    for (const nowhere of [1, 2 * program.jumpTable.length + 2, 0xffff0000, 0xffffffff, 0x80000000]) {
      expect(roots(nowhere)).toEqual(roots(0))
    }
  })

  it('one stop is no reason, many are', () => {
    const warm = new Warmth()
    warm.compiled = 100_000
    const seldom = decisions(program, [...services.slice(0, 30), ['stop', start, 1]], warm)
    expect(seldom.flatMap(([, roots]) => roots)).not.toContain(start)
    const often = decisions(program, [...services.slice(0, 30), ['stop', start, 2000]], warm)
    expect(often.flatMap(([, roots]) => roots)).toContain(start)
  })

  it('need fewer samples where the heat is spread, each of which stands for more', () => {
    const shared = new SharedCode(program)
    const hot = new HotCode(shared, new Warmth())
    const vm = machine('interpreter', program, { gas: 100_000n })
    const take = (times: number, pcs: readonly number[]): void => {
      for (let i = 0; i < times; i++) hot.sample(cellOf(vm), pcs[i % pcs.length]!, () => false, hot.stretch)
    }
    expect(hot.stretch).toBe(1)
    take(ENOUGH_SAMPLES - 1, [turn, round])
    expect(hot.stretch).toBe(1)
    take(2, [turn, round])
    expect(hot.stretch).toBe(SAMPLE_STRETCH)
    take(2, [turn]) // a loop: its next samples have to come soon
    expect(hot.stretch).toBe(1)
    take(2, [round, start])
    expect(hot.stretch).toBe(SAMPLE_STRETCH)
    vm.dispose()
  })

  it('come after as much time, however many samples say so', () => {
    const decidedAt = (stretch: number): number => {
      const warm = new Warmth()
      warm.samples = 1000
      const hot = new HotCode(new SharedCode(program), warm)
      const vm = machine('interpreter', program, { gas: 100_000n })
      vm.run()
      for (let samples = 1; samples < 100_000; samples++) {
        const roots = hot.sample(cellOf(vm), [turn, round, start][samples % 3]!, () => false, stretch)
        if (roots.length > 0) return samples * stretch
      }
      return Number.NaN
    }
    expect(decidedAt(SAMPLE_STRETCH) / decidedAt(1)).toBeCloseTo(1, 0)
  })
})
