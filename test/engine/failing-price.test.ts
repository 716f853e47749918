// A price that cannot be computed for lack of memory: the run throws in front of the call, and nothing is paid or given back.
import { describe, expect, it } from 'vitest'
import { assemble, createEngine, ENGINE_KINDS, Exit, loadProgram, ResourceError } from '../../src/index.ts'

const PROGRAM = loadProgram(
  assemble(`
.isa gp-0.7.2
.format raw
    load_imm r4, 5
    fallthrough
@loop:
    ecalli 0
    add_imm_64 r4, r4, -1
    branch_ne_imm r4, 0, @loop
    trap`).bytes,
)
const GAS = 100_000n
const PRICE = 1000n

describe.each(ENGINE_KINDS)('%s', kind => {
  it.each([
    ['without bounds', {}],
    ['with a bound of time', { maxMs: 10 ** 9 }],
  ])('a run %s', (_, bounds) => {
    let asked = 0
    const price = (): bigint => {
      asked += 1
      if (asked === 2 || asked === 3) throw new ResourceError('memory', 'no room')
      return PRICE
    }
    const host = { entry: () => ({ name: 'priced', price, call: () => undefined }) }
    const vm = createEngine({ kind }).instantiate(PROGRAM, { gas: GAS, host })
    const before: bigint[] = []
    for (let i = 0; i < 2; i++) {
      expect(() => vm.run(bounds)).toThrow('host call 0 at pc 4: no room')
      before.push(vm.gas)
    }
    // The first call, the ecalli of the second, and what is between them.
    expect(before).toEqual([GAS - PRICE - 6n, GAS - PRICE - 6n])
    expect(vm.run(bounds)).toBe(Exit.Panic)
    expect(asked).toBe(7)
  })
})
