// The tiers with a threshold of nothing: everything the interpreter is seen at is compiled at once, and nothing changes.

import { afterEach, describe, expect, it } from 'vitest'
import { compile, compileAsync } from '../../../src/engine/auto.ts'
import { createEngine } from '../../../src/engine/create.ts'
import { Exit } from '../../../src/engine/exit.ts'
import { runtimeOf } from '../../../src/engine/recompiler/runtime/attach.ts'
import { GATE, Gate } from '../../../src/engine/recompiler/runtime/gate.ts'
import { tierPolicy } from '../../../src/engine/recompiler/tiers/policy.ts'
import { createTotals, runCampaign } from '../../../src/fuzz/campaign.ts'
import type { Program } from '../../../src/program/program.ts'
import { cellOf } from '../../core-body.ts'
import { exitSuite } from '../../suite/exits.ts'
import { gasSuite } from '../../suite/gas.ts'
import { memorySuite } from '../../suite/memory.ts'
import { compileAtOnce, MIXED, machine, PAGES, programOf, stateOf } from './programs.ts'

describe('auto with threshold 1', () => {
  compileAtOnce()

  const engine = createEngine({ kind: 'auto' })
  for (const suite of [exitSuite, gasSuite, memorySuite]) {
    suite((program, options) => engine.instantiate(program, options))
  }

  // A sample after every block, blocks dearer than the period, everything missed compiled at once: no stall, no difference.
  it.each([1, 7, 20])('random programs, sampled every %i gas, end as on the interpreter', period => {
    tierPolicy.samplePeriod = period
    const totals = createTotals()
    const found = runCampaign(
      { seed: 'tiers', engines: ['interpreter', 'auto'], from: period, enough: ({ programs }) => programs >= 60 },
      totals,
    )
    tierPolicy.samplePeriod = 20
    expect(found?.finding).toBe(undefined)
    expect(totals.exits).toBeGreaterThan(100)
  })

  it('compiles what runs', () => {
    const vm = machine('auto', programOf(MIXED), { gas: 100_000n })
    const reference = machine('reference', programOf(MIXED), { gas: 100_000n })
    expect([vm.run(), stateOf(vm)]).toEqual([reference.run(), stateOf(reference)])
    expect(runtimeOf(cellOf(vm))!.entered).toBeGreaterThan(0)
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

describe('compilation in the background', () => {
  const bounds = { ...tierPolicy }
  afterEach(() => Object.assign(tierPolicy, bounds))

  /** A program of its own, so that nothing has been compiled of it. */
  const fresh = (number: number) => programOf(`${MIXED}\n    load_imm r9, ${number}\n    trap`)
  const expectedOf = (program: Program) => {
    const vm = machine('reference', program, { gas: 100_000n })
    return [vm.run(), stateOf(vm)]
  }

  it.each(['recompiler', 'auto'] as const)(
    'a machine of kind %s goes on interpreted until the code is there',
    async kind => {
      tierPolicy.maxSyncBytes = 0
      tierPolicy.samplePeriod = 20
      tierPolicy.patience = 0
      const program = fresh(kind === 'auto' ? 101 : 102)
      const vm = machine(kind, program, { gas: 100_000n })
      expect([vm.run(), stateOf(vm)]).toEqual(expectedOf(program))
      expect([vm.stats!.modules, vm.stats!.entered]).toEqual([0, 0])
      expect(vm.stats!.bytes).toBeGreaterThan(500)
      const { modules } = await compileAsync(program)
      expect(modules).toBeGreaterThan(0)
      vm.reset({ pages: PAGES, gas: 100_000n })
      expect([vm.run(), stateOf(vm)]).toEqual(expectedOf(program))
      expect(vm.stats!.entered).toBeGreaterThan(0)
      vm.dispose()
    },
  )

  it('a host that refuses to compile at once gets the module in the background', async () => {
    const { Module } = WebAssembly
    const program = fresh(103)
    const vm = machine('recompiler', program, { gas: 100_000n })
    vm.dispose() // the glue has been compiled
    WebAssembly.Module = class {
      constructor() {
        throw new RangeError(
          'WebAssembly.Compile is disallowed on the main thread, if the buffer size is larger than 8MB',
        )
      }
    } as unknown as typeof Module
    try {
      expect(compile(program).modules).toBe(0)
    } finally {
      WebAssembly.Module = Module
    }
    expect((await compileAsync(program)).modules).toBe(1)
  })

  it('code the host refuses in the background too stays interpreted', async () => {
    const { compile: original } = WebAssembly
    const program = fresh(104)
    WebAssembly.compile = async () => {
      throw new WebAssembly.CompileError('too large')
    }
    try {
      expect((await compileAsync(program)).modules).toBe(0)
    } finally {
      WebAssembly.compile = original
    }
    const vm = machine('auto', program, { gas: 100_000n })
    expect([vm.run(), stateOf(vm)]).toEqual(expectedOf(program))
    vm.dispose()
  })
})

describe('auto', () => {
  it('counts entries of its own program, where another one has been in the cell', () => {
    const vm = machine('auto', programOf(`${MIXED}\n    fallthrough\n    trap`), { gas: 100_000n })
    const cell = cellOf(vm)
    cell.u32[GATE.entered >>> 2] = 7
    cell.u32[GATE.left >>> 2] = 5
    const { entered, left } = new Gate(cell)
    expect([entered, left]).toEqual([0, 0])
    vm.dispose()
  })

  it('leaves short runs alone', () => {
    const vm = machine('auto', programOf(`${MIXED}\n    trap`), { gas: 100_000n })
    expect(vm.run()).toBe(Exit.Panic)
    expect(runtimeOf(cellOf(vm))!.entered).toBe(0)
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
    expect(runtimeOf(cellOf(vm))!.entered).toBeGreaterThan(0)
    expect(vm.gasUsed).toBe(3n * 0x4000000n + 3n)
    // The loop alone: not the function around it a second time.
    expect(vm.stats).toMatchObject({ functions: 1, instructions: 3 })
    vm.dispose()
  })
})
