// Inner machines for clients: the table by itself, and typeberry's own six host calls over it beside ours.
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import { createTypeberryPvm, createTypeberryRefine } from '../../src/compat/typeberry.ts'
import { Random } from '../../src/fuzz/random.ts'
import { createInnerMachines, createInnerTable } from '../../src/host/index.ts'
import { createEngine, Exit, HostAction, loadProgram, profile, type Vm } from '../../src/index.ts'
import { hex } from './client.ts'
import { arePeersInstalled, importPeer, unlessInstalled } from './peers.ts'

const ENGINES = ['reference', 'interpreter', 'auto'] as const

function raw(text: string): Uint8Array {
  return assemble(text, { format: 'raw' }).bytes
}

describe.each(ENGINES)('inner machines for clients, on %s', engine => {
  it('are made, given pages, written to, run, read and ended', () => {
    const table = createInnerTable({ engine })
    const code = raw('load_u8 r7, [0x10000]\n add_imm_64 r7, r7, 1\n store_u8 [0x10001], r7\n ecalli -2\n jump_ind r0')
    const number = table.create(code, 0n)!
    expect([number, table.size, table.has(0n), table.has(1)]).toEqual([0, 1, true, false])
    const regs = new BigUint64Array(13)
    regs[0] = 0xffff0000n
    expect(table.invoke(0, 100n, regs)).toEqual({ exit: Exit.PageFault, arg: 0x10000n, gas: 99n })
    expect(table.pages(0, 16, 1, 2)).toBe('ok')
    expect(table.write(0n, 0x10000n, Uint8Array.of(41))).toBe('ok')
    expect(table.invoke(0, 100n, regs)).toEqual({ exit: Exit.Host, arg: 2n ** 64n - 2n, gas: 96n })
    expect(regs[7]).toBe(42n)
    const two = new Uint8Array(2)
    expect([table.read(0, 0x10000, two), hex(two)]).toEqual(['ok', '292a'])
    expect(table.invoke(0, 2n ** 64n - 1n, regs)).toEqual({ exit: Exit.Halt, arg: 0n, gas: 2n ** 64n - 2n })
    expect(table.expunge(0)).toBe(0n)
    expect([table.expunge(0), table.size]).toEqual([undefined, 0])
  })

  it('have the smallest number that is free', () => {
    const table = createInnerTable({ engine })
    const make = (): number | undefined => table.create(raw('trap'), 0)
    expect([make(), make(), make(), make()]).toEqual([0, 1, 2, 3])
    table.expunge(2)
    table.expunge(1n)
    expect([make(), make(), make()]).toEqual([1, 2, 4])
    table.dispose()
    expect(make()).toBe(0)
  })

  it('keep what they hold while others run, and their pc', () => {
    const table = createInnerTable({ engine })
    const code = raw('load_u8 r7, [0x10000]\n add_imm_64 r7, r7, 1\n store_u8 [0x10000], r7\n ecalli 1\n jump 0')
    for (let i = 0; i < 9; i++) {
      table.create(code, 0)
      table.pages(i, 16, 1, 2)
      table.write(i, 0x10000, Uint8Array.of(10 * i))
    }
    for (let round = 1; round <= 3; round++) {
      for (let i = 0; i < 9; i++) {
        const regs = new BigUint64Array(13)
        expect(table.invoke(i, 100n, regs)?.exit).toBe(Exit.Host)
        expect(regs[7]).toBe(BigInt(10 * i + round))
      }
    }
    expect(table.expunge(5)).toBe(15n)
  })

  it('refuse what is not there and what cannot be', () => {
    const table = createInnerTable({ engine })
    expect(table.create(Uint8Array.of(9), 0)).toBeUndefined()
    expect([table.read(0, 0, new Uint8Array(0)), table.write(2n ** 64n - 1n, 0, new Uint8Array(0))]).toEqual([
      'no-machine',
      'no-machine',
    ])
    expect([table.pages(0, 16, 1, 2), table.invoke(0, 1n, new BigUint64Array(13))]).toEqual(['no-machine', undefined])
    const n = table.create(raw('trap'), 2n ** 64n - 1n)!
    expect(table.read(n, 2n ** 64n - 1n, new Uint8Array(1))).toBe('out-of-bounds')
    expect(table.read(n, 2n ** 64n - 1n, new Uint8Array(0))).toBe('ok')
    expect(table.write(n, 0xffffffff, new Uint8Array(2))).toBe('out-of-bounds')
    for (const [first, count, mode] of [
      [15, 1, 2],
      [16, 2 ** 20 - 16, 2],
      [2n ** 64n - 1n, 2, 2],
      [16, 2n ** 63n, 1],
      [16, 1, 3],
      [16, 1, 5],
    ] as const) {
      expect(table.pages(n, first, count, mode as 2)).toBe('invalid')
    }
    expect(table.pages(n, 16, 2 ** 20 - 17, 2)).toBe('ok')
    expect(() => table.create(raw('trap'), -1)).toThrow(/^pc: /)
    expect(() => table.invoke(n, 2n ** 64n, new BigUint64Array(13))).toThrow(/^gas: /)
    expect(() => table.invoke(n, 1n, new BigUint64Array(12))).toThrow(/^regs: /)
    expect(table.invoke(n, 0n, new BigUint64Array(13))?.exit).toBe(Exit.OutOfGas)
    expect(table.expunge(n)).toBe(2n ** 64n - 1n)
  })

  it('start at an instruction only under the rules of 0.8.0', () => {
    const code = assemble('load_imm r7, 1\n trap', { format: 'raw', instructionSet: 'gp-0.8.0' }).bytes
    const table = createInnerTable({ engine, profile: 'gp-0.8.0' })
    expect([table.create(code, 0), table.create(code, 1), table.create(code, 2n ** 40n)]).toEqual([
      0,
      undefined,
      undefined,
    ])
  })
})

const CODE_AT = 0x20000
const BLOCK_AT = 0x22000

/** Codes that inner machines are made of, at their places in the outer memory. */
const CODES = [
  raw('load_u8 r7, [0x10000]\n add_imm_64 r7, r7, 1\n store_u8 [0x10001], r7\n ecalli 5\n jump 0'),
  raw('store_ind_u64 [r8], r9\n ecalli 2\n trap'),
  raw('jump_ind r0'),
  Uint8Array.of(1, 2, 3),
]

function prepare(memory: Vm['memory']): void {
  memory.protect(0x20, 4, 3)
  memory.protect(0x30, 1, 1)
  for (const [i, code] of CODES.entries()) memory.load(CODE_AT + 256 * i, code)
}

/** The six calls, by number: 8 machine, 9 peek, 10 poke, 11 pages, 12 invoke, 13 expunge. */
const NAMES = { 8: 'machine', 9: 'peek', 10: 'poke', 11: 'pages', 12: 'invoke', 13: 'expunge' } as const

interface Call {
  readonly index: keyof typeof NAMES
  readonly regs: bigint[]
  /** What is put into the block of `invoke` first. */
  readonly block: bigint[]
}

function randomCall(random: Random): Call {
  const pick = <T>(...list: T[]): T => list[random.below(list.length)]!
  const index = pick(8, 9, 9, 10, 10, 11, 11, 12, 12, 12, 13) as Call['index']
  const number = pick(0n, 0n, 1n, 1n, 2n, 3n, 9n, 2n ** 64n - 1n)
  const outer = pick(0x20000n, 0x23ff8n, 0x23fffn, 0x30000n, 0x40000n, 0n, 2n ** 32n - 4n, 2n ** 32n + 0x20000n)
  const inner = pick(0x10000n, 0x10ffcn, 0x11000n, 0x20000n, 0n, 2n ** 32n - 1n, 2n ** 40n)
  const length = pick(0n, 1n, 4n, 8n, 16n, 5000n, 2n ** 32n, 2n ** 64n - 1n)
  // More gas makes typeberry's own call throw, before it asks us.
  const block = [pick(0n, 1n, 5n, 100n, 2n ** 63n - 1n)]
  for (let i = 0; i < 13; i++) block.push(pick(0n, 7n, 0x10000n, 0xffff0000n, 2n ** 64n - 1n))
  block[1] = pick(0xffff0000n, 0n)
  const which = random.below(CODES.length)
  const args = {
    8: [BigInt(CODE_AT + 256 * which), BigInt(CODES[which]!.length), pick(0n, 0n, 0n, 3n, 2n ** 64n - 1n)],
    9: [number, outer, inner, length],
    10: [number, outer, inner, length],
    11: [
      number,
      pick(16n, 16n, 17n, 15n, 2n ** 20n),
      pick(1n, 1n, 2n, 0n, 2n ** 20n),
      pick(0n, 1n, 2n, 2n, 3n, 4n, 5n, 2n ** 40n),
    ],
    12: [number, pick(BigInt(BLOCK_AT), BigInt(BLOCK_AT), 0x23ff8n, 0x30000n, 0x50000n)],
    13: [number],
  }[index]
  const regs = new Array<bigint>(13).fill(0n)
  args.forEach((value, i) => {
    regs[7 + i] = value
  })
  return { index, regs, block }
}

/** Our calls, with registers of an outer machine. */
function ours(engine: (typeof ENGINES)[number]): (call: Call) => string {
  const rules = profile('gp-0.7.2', { readOnlyStore: 'panic' })
  const vm = createEngine({ kind: engine }).instantiate(loadProgram(raw('trap'), { kind: 'raw', profile: rules }))
  prepare(vm.memory)
  const { handlers } = createInnerMachines({ kind: engine })
  return ({ index, regs, block }) => {
    vm.memory.load(BLOCK_AT, new Uint8Array(BigUint64Array.from(block).buffer))
    for (let i = 0; i < 13; i++) vm.regs[i] = regs[i]!
    const action = handlers[NAMES[index]](vm, index)
    const all = new Uint8Array(4 * 4096)
    vm.memory.read(0x20000, all)
    return `${action === HostAction.Panic ? 'panic' : [...vm.regs].join()} ${hex(all)}`
  }
}

/** typeberry's host calls over our machines. */
async function theirs(engine: (typeof ENGINES)[number]): Promise<(call: Call) => Promise<string>> {
  const jam = '@typeberry/lib/packages/jam/jam-host-calls/index.js'
  const { refine, NoMachineError } = await importPeer(jam)
  const { HostCallMemory, HostCallRegisters } = await importPeer('@typeberry/lib/packages/core/pvm-host-calls/index.js')
  const { OK } = await importPeer('@typeberry/lib/packages/core/utils/index.js')
  const pvm = createTypeberryPvm({ engine })
  pvm.resetGeneric(raw('trap'), 0, 0n)
  prepare(pvm.vm.memory)
  const machines = createTypeberryRefine({ engine, ok: OK, noMachine: NoMachineError })
  const calls = {
    8: refine.Machine.new(machines),
    9: refine.Peek.new(machines),
    10: refine.Poke.new(machines),
    11: refine.Pages.new(machines),
    12: refine.Invoke.new(machines),
    13: refine.Expunge.new(machines),
  }
  return async ({ index, regs, block }) => {
    pvm.vm.memory.load(BLOCK_AT, new Uint8Array(BigUint64Array.from(block).buffer))
    const registers = HostCallRegisters.fromRaw(new Uint8Array(BigUint64Array.from(regs).buffer))
    const result = await calls[index].execute(pvm.gas, registers, HostCallMemory.new(pvm.memory))
    const all = new Uint8Array(4 * 4096)
    pvm.memory.read(0x20000, all)
    const values = new BigUint64Array(registers.getEncoded().slice().buffer)
    return `${result === 1 ? 'panic' : [...values].join()} ${hex(all)}`
  }
}

describe.skipIf(!arePeersInstalled)(`typeberry's own six calls over our machines${unlessInstalled}`, () => {
  it.each(ENGINES)('answer as ours do, on %s', async engine => {
    const seen = new Map<string, number>()
    for (let seed = 1; seed <= 12; seed++) {
      const random = new Random(seed)
      const [a, b] = [ours(engine), await theirs(engine)]
      for (let i = 0; i < 60; i++) {
        const call = randomCall(random)
        const [first, second] = [a(call), await b(call)]
        expect(second, `seed ${seed}, call ${i}: ${NAMES[call.index]} ${call.regs.slice(7, 11).join()}`).toBe(first)
        const kind = `${call.index} ${first.startsWith('panic') ? 'panic' : first.split(' ')[0]!.split(',')[7]}`
        seen.set(kind, (seen.get(kind) ?? 0) + 1)
      }
    }
    // Every call has been answered in more than one way: there is something to compare.
    for (const index of Object.keys(NAMES)) {
      expect([...seen.keys()].filter(kind => kind.startsWith(`${index} `)).length, index).toBeGreaterThan(1)
    }
  })

  it('void and zero pages, which no call of it uses', async () => {
    const machines = createTypeberryRefine({ ok: 'ok', noMachine: 'none' })
    await machines.machineInit({ raw: raw('trap') }, 0n)
    expect(await machines.machineVoidPages(0n, 16n, 1n)).toMatchObject({ isError: true, error: 1 })
    expect(await machines.machineZeroPages(0n, 16n, 2n)).toMatchObject({ isOk: true, ok: 'ok' })
    expect(machines.table.writable(0, 0x10000, 8192)).toBe(true)
    expect(await machines.machineVoidPages(0n, 16n, 1n)).toMatchObject({ isOk: true })
    expect(machines.table.readable(0, 0x10000, 1)).toBe(false)
    expect(await machines.machineZeroPages(0n, 15n, 1n)).toMatchObject({ isError: true, error: 1 })
    expect(await machines.machineZeroPages(7n, 16n, 1n)).toMatchObject({ isError: true, error: 0 })
    expect(await machines.machineVoidPages(7n, 16n, 1n)).toMatchObject({ isError: true, error: 0 })
  })
})
