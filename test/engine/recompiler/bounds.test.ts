// What is compiled of a program is bounded by its size, and what V8 has to do for a function by its loops. Without a clock.
import { expect, it } from 'vitest'
import { runPasses } from '../../../src/engine/recompiler/passes.ts'
import { CODE_BASE, CODE_GROWTH } from '../../../src/engine/recompiler/tiers/policy.ts'
import { sharedCode } from '../../../src/engine/recompiler/tiers/shared-code.ts'
import { analysisOf, machine, programOf } from './programs.ts'

/** Loops that nobody knows the turns of: the step of the counter is no power of two. */
const loops = (count: number): string =>
  Array.from(
    { length: count },
    (_, i) =>
      `load_imm r2, 9\nfallthrough\n@l${i}:\nadd_imm_64 r3, r3, ${i & 63}\nadd_imm_64 r2, r2, -3\nbranch_ne_imm r2, 0, @l${i}`,
  ).join('\n')

it('a function of many loops has a local for a few of them only', () => {
  for (const [count, fast] of [
    [5, 5],
    [24, 24],
    [300, 24],
  ] as const) {
    expect(runPasses(analysisOf(`@again:\n${loops(count)}\njump @again`), 0).loops.size).toBe(fast)
  }
})

it('bytes of WebAssembly are bounded by bytes of code, and what is not compiled then runs interpreted', () => {
  const program = programOf(`@again:\n${loops(1500)}\njump @again`)
  const vm = machine('recompiler', program, { gas: 400_000n })
  const reference = machine('reference', program, { gas: 400_000n })
  expect(vm.run()).toBe(reference.run())
  expect([vm.pc, vm.gas, [...vm.regs]]).toEqual([reference.pc, reference.gas, [...reference.regs]])
  const largest = Math.max(...[...sharedCode(program).modules()].map(({ compiled }) => compiled.bytes.length))
  expect(vm.stats!.bytes).toBeGreaterThan(CODE_BASE)
  expect(vm.stats!.bytes).toBeLessThan(CODE_BASE + CODE_GROWTH * program.code.length + largest)
})
