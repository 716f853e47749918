import { describe, expect, it } from 'vitest'
import { CODE_ROOM, GraphWord } from '../../src/engine/machine/contract.gen.ts'
import { compileRoots } from '../../src/engine/recompiler/compile.ts'
import { tablesOf } from '../../src/engine/recompiler/tables.ts'
import { FunctionCode } from './opponent/function-code.ts'
import { analysisOf, machine, programOf, stateOf } from './programs.ts'

describe('the code of a function', () => {
  it('has one exit for each mask, also for registers that are dirty and not valid', () => {
    const { core, graph } = tablesOf(analysisOf('    trap'))
    graph.words.fill(0, GraphWord.dirtyNow)
    expect([core.pvm_exit(3, 1), core.pvm_exit(3, 1), core.pvm_exit(1, 1), core.pvm_exit(1, 3)]).toEqual([0, 0, 1, 0])
    expect(graph.words[GraphWord.exitCount]).toBe(2)
  })

  it('that does not fit where it is written is all there, in order', () => {
    const code = new FunctionCode()
    for (const size of [7, 64]) {
      code.begin(new Uint8Array(size))
      for (let i = 0; i < 100; i++) {
        code.reserve(3)
        code.byte(i)
      }
      const whole = code.whole()
      expect([...whole.bytes.subarray(0, whole.length)], `in ${size} bytes`).toEqual([...Array(100).keys()])
    }
  })

  it('is larger than the workspace has room for, and still the same code', () => {
    // 2,500 high products, of two factors each: 100 bytes and more of WebAssembly for each of them, in one block.
    const text = `
    load_imm_64 r8, 0x9e3779b97f4a7c15
    load_imm_64 r9, 0x5851f42d4c957f2d
    load_imm r10, 0x20000
    ${'mul_upper_s_s r7, r8, r9\n    store_ind_u64 [r10 + 8], r7\n    xor r8, r9, r7\n    add_64 r9, r9, r8\n    '.repeat(2500)}
    trap`
    expect(compileRoots(analysisOf(text), [0]).bytes.length).toBeGreaterThan(1.2 * CODE_ROOM)
    const [expected, found] = (['reference', 'recompiler'] as const).map(kind => {
      const vm = machine(kind, programOf(text), { gas: 1_000_000n })
      vm.run()
      const state = stateOf(vm)
      vm.dispose()
      return state
    })
    expect(found).toEqual(expected)
  })
})
