// What differs between PolkaVM 0.35 and 0.37, each rule in both forms, on every engine. memset's address is in test/suite/heap.ts, numbers
// in files in test/blob-polkavm.test.ts.
import { describe, expect, it } from 'vitest'
import {
  assemble,
  availableEngines,
  createEngine,
  Exit,
  loadProgram,
  type Profile,
  type Program,
  profile,
} from '../../src/index.ts'

function programOf(text: string, rules: Profile): Program {
  const assembled = assemble(`.isa ${rules.instructionSet}\n.format raw\n${text}`)
  return loadProgram(assembled.bytes, { kind: 'raw', profile: rules })
}

describe.each(availableEngines())('the rules of PolkaVM 0.35 and 0.37 on %s', kind => {
  const engine = createEngine({ kind })

  it('a cmov’s old destination is a source in the gas model of 0.37', () => {
    const text = 'load_imm r1, 1\nmul_64 r2, r3, r4\ndiv_u_64 r1, r2, r2\ncmov_iz r1, r5, r6\ntrap'
    const costs = (['polkavm', 'polkavm-0.37'] as const).map(name => {
      const vm = engine.instantiate(programOf(text, profile(name, { gasModel: 'pipeline' })), { gas: 1000n })
      vm.run()
      expect(1000n - vm.gas).toBe(BigInt(vm.program.costAt(0)))
      return 1000n - vm.gas
    })
    expect(costs[1]).toBeGreaterThan(costs[0]!)
  })

  it('a branch needs two good successors in both, taken or not', () => {
    const text = 'load_imm r1, 1\nbranch_eq_imm r1, 5, 1\ntrap'
    for (const name of ['polkavm', 'polkavm-0.37'] as const) {
      const vm = engine.instantiate(programOf(text, profile(name)), { gas: 1000n })
      expect([vm.run(), vm.pc], name).toEqual([Exit.Panic, 3])
    }
  })

  it('a profile of PolkaVM 0.37 reads files of the other sets by their version byte', () => {
    const { bytes } = assemble('.isa gp-0.8.0\n.format polkavm\nload_imm r7, 5\njump_ind r0')
    const program = loadProgram(bytes, { profile: 'polkavm-0.37' })
    expect(program.profile).toMatchObject({
      instructionSet: 'gp-0.8.0',
      memsetAddress: '32-bit',
      cmovReadsDestination: true,
    })
    const vm = engine.instantiate(program, { gas: 1000n, regs: [0xffff0000n] })
    expect([vm.run(), vm.regs[7]]).toEqual([Exit.Halt, 5n])
  })
})
