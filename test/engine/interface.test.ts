// What people met when they put coulis into their clients: each a small thing of the interface. Not the engines' rules.
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Vm } from '../../src/engine/engine.ts'
import { invokeProgram } from '../../src/host/index.ts'
import {
  Access,
  assemble,
  copyMemory,
  createEngine,
  createMemory,
  ENGINE_KINDS,
  Exit,
  engineLimits,
  engineStats,
  guestAddress,
  loadProgram,
  OOB,
  profile,
} from '../../src/index.ts'

const TEXT = `.format raw
    load_imm r7, 5
    store_u64 [0x20008], r7
    ecalli 3
    trap
`
const PROGRAM = loadProgram(assemble(TEXT).bytes)
const PAGES = [
  { address: 0x20000, length: 0x2000, access: Access.Write },
  { address: 0x22000, length: 0x1000, access: Access.Read },
]
const make = (kind: (typeof ENGINE_KINDS)[number] = 'auto'): Vm =>
  createEngine({ kind }).instantiate(PROGRAM, { gas: 100n, pages: PAGES })

describe('programs', () => {
  it('are made of code, bitmask and jump table', () => {
    const { code, bitmask } = PROGRAM
    const program = loadProgram({ code, bitmask: bitmask.slice(0, 1).fill(0xff), jumpTable: [0] })
    expect([program.kind, program.jumpTableLength, program.isInstruction(9), program.isInstruction(3)]).toEqual([
      'raw',
      1,
      false,
      true,
    ])
    expect(() => loadProgram({ code, bitmask, jumpTable: [-1] })).toThrow('jumpTable: entry 0 is no code offset')
    expect(() => loadProgram({ code: [1] as never, bitmask })).toThrow(TypeError)
    expect(() => loadProgram(5 as never)).toThrow('bytes: expected a Uint8Array')
    const changed = code.slice()
    const own = loadProgram({ code: changed, bitmask })
    changed.fill(0)
    expect(own.code).toEqual(code)
  })

  it('cross postMessage as parts, under their rules', () => {
    const rules = profile('gp-0.7.2', { gasModel: 'block' })
    for (const format of ['raw', 'standard', 'jam']) {
      const program = loadProgram(assemble(TEXT.replace('raw', format)).bytes, { profile: rules })
      const there = loadProgram(structuredClone(program.toParts()))
      expect([there.kind, there.profile, there.code]).toEqual([program.kind, rules, program.code])
    }
  })

  it('are found again by content, with what was compiled of them', () => {
    const before = engineStats().codes
    for (let i = 0; i < 3; i++) {
      const vm = createEngine({ kind: 'recompiler' }).instantiate(loadProgram(assemble(`${TEXT} trap`).bytes), {
        gas: 9n,
      })
      vm.run()
      vm.dispose()
    }
    expect(engineStats().codes - before).toBeLessThanOrEqual(1)
  })

  it('profiles that are changed have another name', () => {
    expect(profile('gp-0.7.2', { sbrkResult: 'new', gasModel: 'block' }).name).toBe(
      'gp-0.7.2 with gasModel block, sbrkResult new',
    )
    expect(profile(profile('gp-0.7.2', { sbrkResult: 'new' }), { loader: 'lenient' }).name).toBe(
      'gp-0.7.2 with sbrkResult new',
    )
    expect(profile('gp-0.7.2', { name: 'mine', gasModel: 'block' }).name).toBe('mine')
    expect(profile('gp-0.7.2', { sbrkResult: 'old' })).toBe(profile('gp-0.7.2'))
  })
})

describe('memory', () => {
  it.each(ENGINE_KINDS)('%s: says which page failed', kind => {
    const { memory } = make(kind)
    expect(memory.write(0x21ff8, new Uint8Array(16))).toBe(OOB)
    expect(memory.failing(0x21ff8, 16, Access.Write)).toBe(0x22000)
    expect(memory.failing(0x21ff8, 16, Access.Read)).toBeUndefined()
    expect(memory.failing(0x1fffc, 8, Access.Read)).toBe(0x1fffc)
    expect(memory.failing(0x22ffc, 0x10000, Access.Read)).toBe(0x23000)
    expect(memory.failing(0xfffffff0, 32, Access.Read)).toBe(0xfffffff0)
    memory.protect(0xfffff, 1, Access.Read)
    expect(memory.failing(0xfffffff0, 32, Access.Read)).toBe(2 ** 32)
    expect(memory.failing(0, 0, Access.Read)).toBeUndefined()
  })

  it.each(ENGINE_KINDS)('%s: refuses addresses that are no numbers', kind => {
    const { memory } = make(kind)
    const address = 0x20000n as never
    for (const use of [
      () => memory.view(address, 8),
      () => memory.readU8(address),
      () => memory.readU64(address),
      () => memory.writeU32(address, 1),
      () => memory.read(address, new Uint8Array(1)),
      () => memory.readable(address, 1),
      () => memory.failing(address, 1, Access.Read),
    ]) {
      expect(use).toThrow('address: expected a number, found a bigint; guestAddress(value) makes one of a register')
    }
  })

  it.each(ENGINE_KINDS)('%s: refuses values that are no numbers, whatever the address', kind => {
    const { memory } = make(kind)
    for (const address of [0x20000, 0x90000]) {
      expect(() => memory.writeU8(address, 1n as never)).toThrow(TypeError)
      expect(() => memory.writeU32(address, 1n as never)).toThrow(TypeError)
    }
  })

  it('addresses of registers', () => {
    expect([guestAddress(0xffffffff80000010n), guestAddress(0x20000n), guestAddress(-1)]).toEqual([
      0x80000010, 0x20000, 0xffffffff,
    ])
    expect(() => guestAddress('5' as never)).toThrow(TypeError)
  })

  it.each(ENGINE_KINDS)('%s: is there before its machine, and is cloned', kind => {
    const memory = createMemory()
    memory.protect(0x20, 2, Access.Write)
    memory.writeU32(0x20ffe, 0x01020304)
    memory.protect(0x80000, 1, Access.Read)
    memory.load(0x80000000, Uint8Array.of(9))
    const vm = make(kind)
    vm.memory.writeU8(0x22fff, 1) // refused: read-only
    vm.memory.load(0x22fff, Uint8Array.of(7))
    copyMemory(memory, vm.memory)
    expect(vm.memory.pages()).toEqual(memory.pages())
    expect([vm.memory.readU32(0x20ffe), vm.memory.readU8(0x80000000), vm.memory.readU8(0x22fff)]).toEqual([
      0x01020304, 9, -1,
    ])
    vm.memory.protect(0x22, 1, Access.Read)
    expect(vm.memory.readU8(0x22fff)).toBe(0)
    const clone = make(kind)
    copyMemory(vm.memory, clone.memory)
    clone.memory.writeU8(0x20ffe, 0)
    expect([vm.memory.readU8(0x20ffe), clone.memory.readU8(0x20fff)]).toEqual([4, 3])
    copyMemory(vm.memory, vm.memory)
    expect(vm.memory.readU8(0x20ffe)).toBe(4)
  })
})

describe('machines', () => {
  it.each(ENGINE_KINDS)('%s: say how they are, to people and to logs', kind => {
    const vm = make(kind)
    expect([vm.status, vm.isDisposed]).toEqual(['ready', false])
    vm.run()
    expect(vm.status).toBe('host')
    const json = JSON.parse(JSON.stringify(vm)) as Record<string, unknown>
    expect(json).toMatchObject({ engine: kind, status: 'host', exitArg: 3, gas: '97', gasUsed: '3' })
    expect((json.registers as string[])[7]).toBe('0x5')
    expect(json.memory).toEqual([
      { address: '0x20000', length: 0x2000, access: 'write' },
      { address: '0x22000', length: 0x1000, access: 'read' },
    ])
    expect(inspect(vm)).toMatch(/^Vm\(\w+, host, pc \d+, gas 97, used 3\)\n {2}r0 0x0 +r1/)
    vm.dispose()
    expect([vm.status, vm.isDisposed, inspect(vm), JSON.stringify(vm)]).toEqual([
      'disposed',
      true,
      `Vm(${kind}, disposed)`,
      `{"engine":"${kind}","status":"disposed"}`,
    ])
  })

  it.each(ENGINE_KINDS)('%s: say that nobody gave them gas', kind => {
    const vm = createEngine({ kind }).instantiate(PROGRAM)
    expect(() => vm.run()).toThrow('gas: the machine was given none; instantiate(program, { gas })')
    expect(() => vm.step()).toThrow(TypeError)
    vm.gas = 0n
    expect(vm.run()).toBe(Exit.OutOfGas)
    vm.reset({ gas: 0n })
    expect(vm.run()).toBe(Exit.OutOfGas)
    vm.reset()
    vm.gas = 2n
    expect(vm.run()).not.toBe(Exit.Halt)
  })

  it('refuse options that there are not, by name', () => {
    const engine = createEngine()
    expect(() => engine.instantiate(PROGRAM, { gaz: 5n } as never)).toThrow(
      'gaz: no option; there are args, entry, gas',
    )
    expect(() => createEngine({ knd: 'auto' } as never)).toThrow('knd: no option; there are kind, maxMemory')
    expect(() => loadProgram(assemble(TEXT).bytes, { profil: 'gp-0.8.0' } as never)).toThrow('profil: no option')
    expect(() => invokeProgram(PROGRAM, { gass: 1n } as never)).toThrow('gass: no option')
  })

  it('invokeProgram says why', () => {
    expect(invokeProgram(Uint8Array.of(1, 2, 3), { gas: 5n }).reason).toMatch(/at offset/)
    expect(invokeProgram(PROGRAM, { gas: 50n }).reason).toBe('page-fault at pc 3, address 0x20000')
    expect(invokeProgram(PROGRAM, { gas: 1n }).reason).toBe('out-of-gas at pc 3')
    const halt = loadProgram(assemble('jump_ind r0').bytes)
    expect(invokeProgram(halt, { gas: 50n }).reason).not.toBe('')
  })
})

it('what the process keeps is bounded, and can be bounded more', () => {
  const before = { ...engineLimits }
  try {
    engineLimits.codes = 3
    engineLimits.cells = 2
    for (let i = 0; i < 12; i++) {
      const program = loadProgram(assemble(`.format raw\nload_imm r7, ${i}\n${'fallthrough\n'.repeat(i)}trap`).bytes)
      createEngine({ kind: 'recompiler' }).instantiate(program, { gas: 50n }).run()
    }
    const stats = engineStats()
    expect(stats.codes).toBeLessThanOrEqual(3)
    expect(stats.modules).toBeGreaterThan(0)
    expect(stats.moduleBytes).toBeGreaterThan(100)
    expect(stats.codeBytes).toBeGreaterThan(0)
  } finally {
    Object.assign(engineLimits, before)
  }
})

it('a machine with many ranges of pages prints the first of them', () => {
  const pages = Array.from({ length: 20 }, (_, k) => ({
    address: 0x20000 + k * 0x2000,
    length: 4096,
    access: Access.Read,
  }))
  const vm = createEngine({ kind: 'reference' }).instantiate(loadProgram(assemble('trap').bytes), { gas: 1n, pages })
  expect(inspect(vm)).toContain(', and 12 more')
  vm.dispose()
})
