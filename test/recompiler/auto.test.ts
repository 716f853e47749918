// The tiers with a threshold of nothing: everything the interpreter is seen at is compiled at once, and nothing changes.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compile } from '../../src/engine/auto.ts'
import { createEngine } from '../../src/engine/create.ts'
import { Exit } from '../../src/engine/exit.ts'
import { runtimeOf } from '../../src/engine/recompiler/attach.ts'
import { tierPolicy } from '../../src/engine/recompiler/policy.ts'
import { exitSuite } from '../suite/exits.ts'
import { gasSuite } from '../suite/gas.ts'
import { memorySuite } from '../suite/memory.ts'
import { coreOf, MIXED, machine, programOf, stateOf } from './programs.ts'

describe('auto with threshold 1', () => {
  const { samplePeriod, patience } = tierPolicy
  beforeAll(() => {
    tierPolicy.samplePeriod = 20
    tierPolicy.patience = 0
  })
  afterAll(() => {
    tierPolicy.samplePeriod = samplePeriod
    tierPolicy.patience = patience
  })

  const engine = createEngine({ kind: 'auto' })
  for (const suite of [exitSuite, gasSuite, memorySuite]) {
    suite((program, options) => engine.instantiate(program, options))
  }

  it('compiles what runs', () => {
    const vm = machine('auto', programOf(MIXED), { gas: 100_000n })
    const reference = machine('reference', programOf(MIXED), { gas: 100_000n })
    expect([vm.run(), stateOf(vm)]).toEqual([reference.run(), stateOf(reference)])
    expect(runtimeOf(coreOf(vm).cell)!.entered).toBeGreaterThan(0)
    vm.dispose()
  })
})

describe('compile', () => {
  it('compiles ahead: a machine made later is compiled from its first instruction', () => {
    const program = programOf(`${MIXED}\n    load_imm r9, 77\n    trap`)
    const { modules, functions, instructions, bytes } = compile(program)
    expect([modules, functions]).toEqual([1, 2])
    expect(instructions).toBeGreaterThan(30)
    expect(bytes).toBeGreaterThan(500)
    const vm = machine('auto', program, { gas: 100_000n })
    const reference = machine('reference', program, { gas: 100_000n })
    expect([vm.run(), stateOf(vm)]).toEqual([reference.run(), stateOf(reference)])
    expect(vm.stats!.entered).toBeGreaterThan(0)
    expect(reference.stats).toBe(undefined)
    vm.dispose()
  })
})

describe('auto', () => {
  it('leaves short runs alone', () => {
    const vm = machine('auto', programOf(`${MIXED}\n    trap`), { gas: 100_000n })
    expect(vm.run()).toBe(Exit.Panic)
    expect(runtimeOf(coreOf(vm).cell)!.entered).toBe(0)
    vm.dispose()
  })

  it('compiles a loop that lasts, while it runs', () => {
    const program = programOf(`
    load_imm_64 r8, 0x4000000
    fallthrough
@loop:
    xor r7, r7, r8
    add_imm_64 r8, r8, -1
    branch_ne_imm r8, 0, @loop
    trap`)
    const vm = machine('auto', program, { gas: 1_000_000_000n })
    expect(vm.run()).toBe(Exit.Panic)
    expect(runtimeOf(coreOf(vm).cell)!.entered).toBeGreaterThan(0)
    expect(vm.gasUsed).toBe(3n * 0x4000000n + 3n)
    vm.dispose()
  })
})
