// The limit on memory that a guest may have anything in: the same place on every engine, and machines go on where it is lifted.
import { describe, expect, it } from 'vitest'
import type { EngineKind, Vm } from '../../src/engine/engine.ts'
import {
  Access,
  assemble,
  createEngine,
  ENGINE_KINDS,
  loadProgram,
  type Program,
  profile,
  ResourceError,
} from '../../src/index.ts'

const MODELS = ['instruction', 'block', 'pipeline'] as const
const PAGES = 20

/** Writes to a page each, in the window or outside, also across pages. */
const TEXT = `.format raw
    fallthrough
@loop:
    add_imm_64 r4, r4, 1
    store_ind_u64 [r1], r4
    add_imm_64 r1, r1, 4096
    branch_ne_imm r4, 100, @loop
    jump_ind r0
`

const programOf = (gasModel: (typeof MODELS)[number]): Program =>
  loadProgram(assemble(TEXT).bytes, { kind: 'raw', profile: profile('gp-0.7.2', { gasModel }) })

function stateOf(vm: Vm): unknown {
  const { pc, gas, gasUsed, charged, exit, exitArg } = vm
  return { pc, gas, gasUsed, charged, exit, exitArg, regs: [...vm.regs], written: vm.memory.written() }
}

function bytesOf(vm: Vm, page: number): Buffer {
  const bytes = Buffer.alloc(4096)
  vm.memory.read(page * 4096, bytes)
  return bytes
}

function codeOf(action: () => unknown): string | undefined {
  try {
    action()
  } catch (error) {
    return error instanceof ResourceError ? error.code : String(error)
  }
  return undefined
}

const starts = [
  ['in the window', 0x20000],
  ['outside', 0x80000000],
  ['across pages outside', 0x80000ffc],
  ['across pages in the window', 0x20ffc],
] as const

it.each(ENGINE_KINDS)('the error names the limit, of the guest and of the host, on %s', kind => {
  const start = {
    gas: 10_000n,
    regs: [0n, 0x20000n],
    pages: [{ address: 0x20000, length: 2 ** 20, access: Access.Write }],
  }
  const vm = createEngine({ kind, maxMemory: 8 * 4096 }).instantiate(programOf('instruction'), start)
  expect(() => vm.run()).toThrow(/ \(maxMemory is 32768 bytes\)$/)
  expect(() => vm.memory.write(0x90000, Uint8Array.of(1))).toThrow(/ \(maxMemory is 32768 bytes\)$/)
})

it('gas beyond the counter is refused with the name of what counts further', () => {
  const instantiate = (): Vm => createEngine().instantiate(programOf('instruction'), { gas: 2n ** 63n })
  expect(instantiate).toThrow(/^gas: 9223372036854775808 is not within .*coulis\/typeberry has WideGas/)
})

describe.each(MODELS)('gas by %s', gasModel => {
  it('a memset stops at the byte that there is no memory for, and goes on there', () => {
    const rules = profile('gp-0.7.2', { name: `memset by ${gasModel}`, gasModel, instructionSet: 'latest64' })
    const text = `.isa latest64\nload_imm r7, 0x20ff0\nload_imm r8, 7\nload_imm_64 r9, ${PAGES * 4096}\nmemset\nload_imm r3, 5\ntrap`
    const program = loadProgram(assemble(text).bytes, { profile: rules })
    const options = { gas: 200_000n, pages: [{ address: 0x20000, length: 0x100000, access: Access.Write }] }
    const states = ENGINE_KINDS.map(kind => {
      const vm = createEngine({ kind, maxMemory: PAGES * 4096 }).instantiate(program, options)
      expect(codeOf(() => vm.run())).toBe('memory')
      const stopped = stateOf(vm)
      expect([vm.pc, vm.regs[7], vm.regs[3]], kind).toEqual([
        program.code.length - 5,
        BigInt(0x20000 + PAGES * 4096),
        0n,
      ])
      expect(codeOf(() => vm.run())).toBe('memory')
      expect(stateOf(vm), kind).toEqual(stopped)
      vm.memory.zero(0x20, 2)
      vm.run()
      return [stopped, stateOf(vm)]
    })
    const whole = createEngine().instantiate(program, options)
    whole.run()
    expect(whole.regs[3]).toBe(5n)
    expect(states[0]![1]).toMatchObject({ pc: whole.pc, gas: whole.gas, regs: [...whole.regs] })
    for (const state of states) expect(state).toEqual(states[0])
  })

  it.each(starts)('a guest stops at the instruction that has no memory, %s', (_, address) => {
    const make = (kind: EngineKind): Vm =>
      createEngine({ kind, maxMemory: PAGES * 4096 + 5 }).instantiate(programOf(gasModel), {
        gas: 10_000n,
        regs: [0xffff0000n, BigInt(address)],
        pages: [{ address: address - (address % 4096), length: 0x100000, access: Access.Write }],
      })
    const reference = make('reference')
    expect(codeOf(() => reference.run())).toBe('memory')
    expect(reference.memory.written().length).toBe(PAGES)
    const stopped = stateOf(reference)
    for (const kind of ENGINE_KINDS) {
      const vm = make(kind)
      expect(codeOf(() => vm.run())).toBe('memory')
      expect(stateOf(vm), kind).toEqual(stopped)
      expect(codeOf(() => vm.run())).toBe('memory') // nothing has changed
      expect(stateOf(vm), kind).toEqual(stopped)
      expect(codeOf(() => vm.memory.writeU8(address + 50 * 4096, 1))).toBe('memory')
      expect(vm.memory.readU8(address + 50 * 4096)).toBe(0)
      // The host makes room: it goes on as if nothing had been.
      vm.memory.zero(Math.floor(address / 4096), PAGES - 2)
      expect(codeOf(() => vm.run())).toBe('memory')
      expect(vm.memory.written().length).toBe(PAGES)
      vm.dispose()
    }
    reference.memory.zero(Math.floor(address / 4096), PAGES - 2)
    expect(codeOf(() => reference.run())).toBe('memory')
    const further = stateOf(reference)
    for (const kind of ENGINE_KINDS) {
      const vm = make(kind)
      codeOf(() => vm.run())
      vm.memory.zero(Math.floor(address / 4096), PAGES - 2)
      codeOf(() => vm.run())
      expect(stateOf(vm), kind).toEqual(further)
      for (const page of vm.memory.written()) expect(bytesOf(vm, page)).toEqual(bytesOf(reference, page))
      vm.dispose()
    }
  })
})

it.each(ENGINE_KINDS)('%s: more than the default where the host allows it', kind => {
  const program = loadProgram(assemble(TEXT.replace('r4, 100', 'r4, 140000')).bytes, { kind: 'raw' })
  const options = {
    gas: 10_000_000n,
    regs: [0xffff0000n, 0x40000000n],
    pages: [{ address: 0x40000000, length: 140_000 * 4096, access: Access.Write }],
  }
  if (kind === 'reference') return // it would take as many objects
  const usual = createEngine({ kind }).instantiate(program, options)
  expect(codeOf(() => usual.run())).toBe('memory')
  expect(usual.memory.written().length).toBe(131_072)
  usual.dispose()
  const large = createEngine({ kind, maxMemory: 2 ** 30 }).instantiate(program, options)
  const { regs } = large
  expect(large.run()).toBe(0)
  expect(regs[4]).toBe(140_000n)
  large.dispose()
})

it.each(['interpreter', 'auto'] as const)('%s: all the memory there is', kind => {
  for (const maxMemory of [2 ** 31, 2 ** 32 - 4096, 2 ** 32]) {
    const program = loadProgram(assemble(TEXT).bytes, { kind: 'raw' })
    const pages = [{ address: 0xc0000000, length: 0x100000, access: Access.Write }]
    const vm = createEngine({ kind, maxMemory }).instantiate(program, {
      gas: 10_000n,
      regs: [0xffff0000n, 0xc0000000n],
      pages,
    })
    expect(vm.run(), `${maxMemory}`).toBe(0)
    expect(vm.memory.written().length).toBe(100)
    vm.dispose()
  }
})

it('the option is checked', () => {
  expect(() => createEngine({ maxMemory: 4095 })).toThrow('maxMemory: 4095 is not within 4096…2^32')
  expect(() => createEngine({ maxMemory: 2 ** 32 + 1 })).toThrow(RangeError)
  expect(() => createEngine({ maxMemory: Number.NaN })).toThrow(RangeError)
  expect(() => createEngine({ maxMemory: '1' as never })).toThrow(TypeError)
})
