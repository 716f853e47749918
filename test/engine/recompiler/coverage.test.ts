// What `auto` leaves out of its modules because it has not run, and what is cut because a function is too large: the rest
// is reached all the same, exactly. The passes: core/recompiler/graph.c.

import { describe, expect, it } from 'vitest'
import { assemble } from '../../../src/blob/assembly.ts'
import { End } from '../../../src/core/contract.gen.ts'
import { compile } from '../../../src/engine/auto.ts'
import { Exit } from '../../../src/engine/exit.ts'
import { analyseProgram, compileRoots } from '../../../src/engine/recompiler/compile.ts'
import { Coverage } from '../../../src/engine/recompiler/coverage.ts'
import { runPasses } from '../../../src/engine/recompiler/passes.ts'
import { profile } from '../../../src/program/profile.ts'
import { loadProgram, type Program } from '../../../src/program/program.ts'
import { cellOf } from '../../core-body.ts'
import { analysisOf, compileAtOnce, machine, programOf, stateOf } from './programs.ts'

/** Turns of a loop that goes three ways, by r9; the small callee is inlined where it is compiled. */
const WAYS = `
    load_imm r10, 0
    fallthrough
@loop:
    branch_eq_imm r9, 0, @even
    branch_eq_imm r9, 1, @odd
    add_imm_64 r10, r10, 5
    load_imm_jump r0, &back, @callee
@back:
    jump @next
@even:
    add_imm_64 r10, r10, 1
    fallthrough
@next:
    add_imm_64 r8, r8, -1
    branch_ne_imm r8, 0, @loop
    trap
@odd:
    xor_imm r10, r10, 0x155
    add_64 r10, r10, r8
    jump @next
@callee:
    branch_eq_imm r11, 0, @zero
    add_imm_64 r10, r10, 100
    jump_ind r0
@zero:
    shlo_l_imm_64 r10, r10, 1
    jump_ind r0
.jump_table @back
`

const regs = (turns: bigint, way: bigint, inner = 0n): bigint[] => {
  const all = new Array<bigint>(13).fill(0n)
  ;[all[8], all[9], all[11]] = [turns, way, inner]
  return all
}

describe('what has not run', () => {
  compileAtOnce()

  it('is left out of the module, and the module is smaller for it', () => {
    const vm = machine('interpreter', programOf(WAYS), { gas: 1000n, regs: regs(3n, 0n) })
    expect(vm.run()).toBe(Exit.Panic)
    const analysis = analysisOf(WAYS)
    const coverage = new Coverage(analysis)
    coverage.add(cellOf(vm))
    const whole = compileRoots(analysis, [0])
    const partial = compileRoots(analysis, [0], {}, coverage)
    expect(partial.instructions).toBe(8)
    expect(whole.instructions).toBeGreaterThan(12)
    expect(partial.bytes.length).toBeLessThan(whole.bytes.length)
    expect(whole.externals).toEqual([])
    expect(partial.externals.length).toBe(1) // the branch on r9 that has never been come to
    // All of it is compiled again where nobody asks for less.
    expect(compileRoots(analysis, [0]).bytes).toEqual(whole.bytes)
    vm.dispose()
  })

  it('is reached all the same, whichever way was compiled first, at every gas', () => {
    const orders: (readonly (readonly [way: bigint, inner: bigint])[])[] = [
      [
        [0n, 0n],
        [1n, 0n],
        [2n, 0n],
        [2n, 1n],
      ],
      [
        [2n, 1n],
        [2n, 0n],
        [0n, 0n],
        [1n, 0n],
      ],
      [
        [1n, 0n],
        [2n, 1n],
        [0n, 0n],
        [2n, 0n],
      ],
    ]
    for (const [number, order] of orders.entries()) {
      const own = loadProgram(assemble(`${WAYS}    load_imm r9, ${number}\n`).bytes)
      for (const [way, inner] of order) {
        for (let gas = 0n; gas < 120n; gas++) {
          const options = { gas, regs: regs(12n, way, inner) }
          const vm = machine('auto', own, options)
          const reference = machine('reference', own, options)
          expect([way, gas, vm.run(), stateOf(vm)]).toEqual([way, gas, reference.run(), stateOf(reference)])
          vm.dispose()
        }
      }
      const { stats } = machine('auto', own, { gas: 1n })
      expect(stats!.modules).toBeGreaterThan(1)
    }
  })
})

describe('functions too large for one graph', () => {
  /** More blocks than a graph has nodes, then a block of host calls: what is cut there is in the middle of a block. */
  const text = `${'    fallthrough\n'.repeat(2998)}    add_imm_64 r8, r8, 1\n${'    ecalli 7\n    add_imm_64 r8, r8, 3\n'.repeat(40)}    trap`

  it.each(['instruction', 'block', 'pipeline'] as const)('cost the same: %s', gasModel => {
    const { bytes } = assemble(text)
    const program: Program = loadProgram(bytes, { profile: profile('gp-0.7.2', { gasModel }) })
    const host = { entry: () => ({ name: 'nothing', price: 0, call: () => undefined }) }
    compile(program)
    for (const gas of [10n ** 6n, 3000n, 3010n, 3050n, 3079n, 3080n, 3081n]) {
      const vm = machine('auto', program, { gas, host })
      const reference = machine('reference', program, { gas, host })
      expect([gas, vm.run(), stateOf(vm)]).toEqual([gas, reference.run(), stateOf(reference)])
      vm.dispose()
    }
  })

  it('from their middle are compiled with what is near, and go on exactly', () => {
    const blocks = Array.from(
      { length: 1300 },
      (_, k) => `@b${k}:
    add_imm_64 r7, r7, ${k}
    xor r8, r8, r7
    rot_r_64_imm r8, r8, ${k % 63}
    branch_eq_imm r9, ${k}, @b${(k * 7 + 3) % 1300}`,
    )
    const program = programOf(`    fallthrough
${blocks.join('\n')}
    add_imm_64 r9, r9, 17
    branch_lt_u_imm r9, 1500, @b600
    trap`)
    const analysis = analyseProgram(program)
    const middle = 700
    const { graph } = runPasses(analysis, middle, {}, 40)
    expect(graph.count).toBeLessThan(100)
    expect([...graph.end.subarray(0, graph.count)]).toContain(End.Tail)
    expect(compileRoots(analysis, [middle]).bytes.length).toBeLessThan(compileRoots(analysis, [0]).bytes.length / 2)
    // Entered wherever the gas was over.
    const vm = machine('recompiler', program, { gas: 0n })
    const reference = machine('reference', program, { gas: 0n })
    for (let stop = 0; stop < 25; stop++) {
      for (const one of [vm, reference]) one.gas += 3571n
      expect([stop, vm.run(), stateOf(vm)]).toEqual([stop, reference.run(), stateOf(reference)])
    }
    expect(vm.stats!.functions).toBeGreaterThan(3)
    vm.dispose()
  })
})

describe('what is compiled ahead', () => {
  it('counts as run: a loop that is left at the end of a slice is entered again whole', () => {
    const program = programOf(WAYS.replace('.jump_table', '    load_imm r9, 4711\n.jump_table'))
    compile(program)
    const vm = machine('auto', program, { gas: 10n ** 9n, regs: regs(2_000_000n, 0n) })
    expect(vm.run()).toBe(Exit.Panic)
    // Block by block it was entered 300 times, and as often left for the interpreter.
    expect(vm.stats!.left).toBeLessThan(20)
    vm.dispose()
  })
})
