// Indirect calls whose callees are inlined end everywhere as on the reference machine. Which are inlined: core/recompiler/graph.c.

import { describe, expect, it } from 'vitest'
import { End } from '../../../src/core/contract.gen.ts'
import { Exit } from '../../../src/engine/exit.ts'

import { runPasses } from '../../../src/engine/recompiler/passes.ts'
import { Random } from '../../../src/fuzz/random.ts'
import { analysisOf, HANDLERS, machine, programOf, stateOf } from './programs.ts'

/** Its outer loop is entered at two places. */
const IRREDUCIBLE = HANDLERS.replace(
  '    fallthrough\n@round:',
  '    load_imm r6, 5\n    branch_eq_imm r9, 0x20100, @loop\n@round:',
)

describe('indirect calls', () => {
  it('take in the small leaf functions of the jump table', () => {
    expect(analysisOf(HANDLERS).indirect).toEqual([1, 2, 4])
  })

  it('are in both shapes of code', () => {
    for (const [text, reducible] of [
      [HANDLERS, true],
      [IRREDUCIBLE, false],
    ] as const) {
      const { graph, order } = runPasses(analysisOf(text), 0)
      expect([...graph.end.subarray(0, graph.count)]).toContain(End.CallTable)
      expect(order.reducible).toBe(reducible)
    }
  })

  it('take in none where the jump table has many functions', () => {
    const many = Array.from({ length: 40 }, (_, k) => k)
    const { indirect } = analysisOf(`
.jump_table ${['back', ...many.map(k => `f${k}`)].map(name => `@${name}`).join(', ')}
    load_imm_jump_ind r0, &back, r8
@back:
    trap
${many.map(k => `@f${k}:\n    add_imm_64 r7, r7, ${k}\n    jump_ind r0`).join('\n')}`)
    expect(indirect).toEqual([])
  })

  it.each([
    ['nested blocks', HANDLERS],
    ['a dispatch loop', IRREDUCIBLE],
  ])('gas ends at every position as on the reference machine: %s', (_, text) => {
    const program = programOf(text)
    for (let gas = 0n; gas < 360n; gas++) {
      const vm = machine('recompiler', program, { gas })
      const reference = machine('reference', program, { gas })
      expect([gas, vm.run(), stateOf(vm)]).toEqual([gas, reference.run(), stateOf(reference)])
      vm.dispose()
    }
  })

  it('a callee that faults does so at the same instruction', () => {
    const program = programOf(HANDLERS)
    const random = new Random('handlers', 1)
    const exits = new Set<number>()
    for (let i = 0; i < 60; i++) {
      const pages = []
      for (let page = 0; page < 8; page++) {
        const right = random.pick([0, 1, 3, 3, 3, 3] as const)
        if (right !== 0) pages.push({ address: 0x20000 + page * 4096, length: 4096, access: right })
      }
      const options = { gas: 10_000n, pages }
      const vm = machine('recompiler', program, options)
      const reference = machine('reference', program, options)
      exits.add(reference.run())
      vm.run()
      expect(stateOf(vm)).toEqual(stateOf(reference))
      vm.dispose()
    }
    expect([...exits].sort()).toEqual([Exit.Panic, Exit.PageFault].sort())
  })
})
