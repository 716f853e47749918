// What comes first in a process: here nothing has been compiled, and the first module costs most.
import { describe, expect, it } from 'vitest'
import { machine, programOf } from './programs.ts'

const GAS = 12_000_000n

/** What is compiled of a loop of that body while it uses up so much gas. */
function compiledOf(body: string): number {
  const vm = machine(
    'auto',
    programOf(
      `    load_imm r6, -1\n    fallthrough\n@turn:\n${body}    add_imm_64 r6, r6, -1\n    branch_ne_imm r6, 0, @turn\n    trap`,
    ),
    {
      gas: GAS,
      host: { entry: () => ({ name: 'nothing', price: 0, call: () => undefined }) },
    },
  )
  vm.run()
  const functions = vm.stats?.functions ?? 0
  vm.dispose()
  return functions
}

describe('the first module of a process', () => {
  // In this order: nothing may be compiled before.
  it('is not hurried for a loop whose time is the host’s', () => {
    expect(compiledOf('    ecalli 1\n')).toBe(0)
    expect(compiledOf('    ecalli 1\n    xor r7, r7, r6\n    ecalli 2\n')).toBe(0)
  })

  it('is made for a loop that lasts', () => {
    expect(compiledOf('    xor r7, r7, r6\n')).toBe(1)
  })
})
