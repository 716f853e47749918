// Machines that share few cells: whatever is done with many of them in turn, each is what it would be alone. The cells themselves are in
// machine.test.ts.
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Access } from '../../src/blob/address-space.ts'
import type { Engine, EngineKind, HostTable, Vm } from '../../src/engine/engine.ts'
import { poolState } from '../../src/engine/machine/residence.ts'
import { assemble, copyMemory, createEngine, loadProgram } from '../../src/index.ts'
import type { Program } from '../../src/program/program.ts'

const MACHINES = 12
const ACTIONS = 400
/** More of them: COULIS_SEEDS=100. */
const SEEDS = Array.from({ length: Number(process.env.COULIS_SEEDS ?? 3) }, (_, i) => i + 1)

/** Counts in registers and memory, in the window on guest memory and outside, and calls the host at every turn. */
const programOf = (step: number): Program =>
  loadProgram(
    assemble(`.format raw
    fallthrough
@loop:
    add_imm_64 r2, r2, ${step}
    add_64 r3, r3, r2
    store_u64 [0x20008], r2
    store_u64 [0x80000010], r3
    add_imm_64 r5, r5, 8
    and_imm r6, r5, 0xff8
    add_imm_64 r6, r6, 0x21000
    store_ind_u64 [r6], r3
    ecalli 7
    jump @loop
  `).bytes,
    { kind: 'raw' },
  )

const PROGRAMS = [1, 2, 3, 4].map(programOf)
const PAGES = [
  { address: 0x20000, length: 0x4000, access: Access.Write },
  { address: 0x80000000, length: 0x2000, access: Access.Write },
]

/** Numbers 0…n - 1 in a fixed order. */
function dice(seed: number): (n: number) => number {
  let state = seed
  return n => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return (state >>> 8) % n
  }
}

interface World {
  readonly kind: EngineKind
  readonly engine: Engine
  readonly hosts: readonly HostTable[]
  readonly machines: Vm[]
  /** What somebody kept of them. */
  readonly kept: Map<Vm, { regs?: BigUint64Array; halves?: Uint32Array; view?: Uint8Array | undefined }>
}

/** Machines whose host function uses another one of them. */
function worldOf(kind: EngineKind): World {
  const machines: Vm[] = []
  const hosts: HostTable[] = []
  const engine = createEngine({ kind })
  for (let i = 0; i < MACHINES; i++) {
    const entry = {
      name: 'other',
      price: 3,
      call: (vm: Vm) => {
        const other = machines[(i + 5) % MACHINES]!
        vm.regs32[2 * 9] = vm.regs32[2 * 9]! + 1
        if (vm.regs[2]! % 7n !== 0n || other === vm || other.exit === undefined) return
        vm.memory.writeU32(0x20100, other.memory.readU32(0x20008))
        vm.regs[8] = other.gas
      },
    }
    const program = PROGRAMS[i % PROGRAMS.length]!
    hosts.push({ entry: () => entry })
    machines.push(engine.instantiate(program, { gas: BigInt(100 * i), pages: PAGES, host: hosts[i]! }))
  }
  return { kind, engine, hosts, machines, kept: new Map(machines.map(vm => [vm, {}])) }
}

function stateOf({ machines, kept }: World, i: number): unknown {
  const vm = machines[i]!
  const into = new Uint8Array(0)
  const bytes = new Uint8Array(0x4000)
  const far = new Uint8Array(0x2000)
  vm.memory.read(0x20000, bytes)
  vm.memory.read(0x80000000, far)
  const { regs, halves, view } = kept.get(vm)!
  const { pc, gas, exit, exitArg, gasUsed, heapEnd } = vm
  const digest = (data: Uint8Array = into): string => createHash('sha1').update(data).digest('hex')
  const views = [regs, halves].map(found => found && new Uint8Array(found.buffer, found.byteOffset, 104))
  const seen = [bytes, far, ...views, view].map(digest)
  return { pc, gas, exit, exitArg, gasUsed, heapEnd, pages: vm.memory.pages(), seen }
}

/** One thing that is done with a machine. */
function act(world: World, roll: (n: number) => number): number {
  const i = roll(MACHINES)
  const vm = world.machines[i]!
  const kept = world.kept.get(vm)!
  const value = roll(1 << 16)
  switch (roll(20)) {
    case 0:
      kept.regs ??= vm.regs
      break
    case 1:
      kept.halves ??= vm.regs32
      break
    case 2:
      kept.view ??= vm.memory.view(0x20000 + 8 * (value % 8), 0x200)
      break
    case 3:
      vm.memory.writeU32(0x22000 + 4 * (value % 64), value)
      break
    case 4:
      if (kept.regs !== undefined) kept.regs[3] = BigInt(value)
      break
    case 5:
      if (kept.view !== undefined) kept.view[8 + (value % 8)] = value
      break
    case 6:
      vm.memory.protect(0x23, 1, value % 2 === 0 ? Access.Read : Access.Write)
      break
    case 7:
      vm.step(1 + (value % 5))
      break
    case 8:
      if (world.kind !== 'reference') vm.switchTo((['reference', world.kind] as const)[value % 2]!)
      break
    case 9:
      vm.reset({ gas: BigInt(value % 300), pages: PAGES, host: world.hosts[i]! })
      kept.view = undefined
      break
    case 10: {
      const fresh = world.engine.instantiate(vm.program, { gas: 50n, pages: PAGES, host: world.hosts[i]! })
      if (value % 2 === 0) vm.dispose()
      world.machines[i] = fresh
      world.kept.delete(vm)
      world.kept.set(fresh, {})
      break
    }
    case 11:
      vm.memory.protect(0x20 + (value % 4), 1, ([Access.None, Access.Read, Access.Write] as const)[value % 3]!)
      break
    case 12:
      vm.pc = 0
      break
    case 13: {
      let seen = 0
      vm.tracer = event => {
        seen += 1
        if (seen % 7 === 0 && event.access === 'store') vm.regs[9] = BigInt(seen)
      }
      vm.gas += 30n
      vm.run()
      vm.tracer = undefined
      break
    }
    case 14:
      vm.gas += BigInt(value % 400)
      vm.run({ maxGas: BigInt(value % 100) })
      break
    case 15:
      copyMemory(vm.memory, world.machines[(i + 1) % MACHINES]!.memory)
      break
    default:
      vm.gas += BigInt(value % 400)
      vm.run()
  }
  return i
}

/** More than one view of a machine: of the same page they are the same bytes. */
const secondView = (vm: Vm): Uint8Array => vm.memory.view(0x20080, 0x100)!

describe.each(['interpreter', 'recompiler', 'auto'] as const)('%s', kind => {
  it.each(SEEDS)('twelve machines in few cells are what they are alone, seed %i', seed => {
    const worlds = [worldOf('reference'), worldOf(kind)] as const
    const rolls = worlds.map(() => dice(seed))
    for (let n = 0; n < ACTIONS; n++) {
      const [i, same] = worlds.map((world, w) => act(world, rolls[w]!))
      expect(same).toBe(i)
      expect(stateOf(worlds[1], i!), `action ${n}, machine ${i}`).toEqual(stateOf(worlds[0], i!))
    }
    for (let i = 0; i < MACHINES; i++) expect(stateOf(worlds[1], i)).toEqual(stateOf(worlds[0], i))
    expect(poolState().resident).toBeLessThanOrEqual(8) // two more where machines run inside each other
    for (const vm of worlds[1].machines) vm.dispose()
  })

  it('registers that somebody keeps are the machine’s, however many do', () => {
    const engine = createEngine({ kind })
    const machines = Array.from({ length: 10 }, () => engine.instantiate(PROGRAMS[0]!, { gas: 500n, pages: PAGES }))
    const views = machines.map(vm => vm.regs)
    for (const [i, view] of views.entries()) view[2] = BigInt(100 * i)
    for (const vm of machines) vm.run()
    for (const [i, vm] of machines.entries()) {
      expect(views[i]![2]).toBe(BigInt(100 * i + 1))
      expect(vm.regs).toBe(views[i])
      expect(vm.regs32[4]).toBe(100 * i + 1)
    }
    for (const vm of machines) vm.dispose()
    expect(() => machines[9]!.regs).toThrow('vm: used after dispose()')
  })

  it('views that somebody keeps are the guest’s memory, however many machines have them', () => {
    const engine = createEngine({ kind })
    const machines = Array.from({ length: 10 }, () => engine.instantiate(PROGRAMS[0]!, { gas: 7n, pages: PAGES }))
    const kept = machines.map(vm => [vm.memory.view(0x20000, 0x100)!, secondView(vm)] as const)
    for (const [i, [first, second]] of kept.entries()) {
      first[0x90] = i + 1
      expect([second[0x10], machines[i]!.memory.readU8(0x20090)]).toEqual([i + 1, i + 1])
      machines[i]!.memory.writeU8(0x20091, 40 + i)
      expect([first[0x91], second[0x11]]).toEqual([40 + i, 40 + i])
    }
    for (const vm of machines) vm.run()
    for (const [i, [first]] of kept.entries()) expect([first[8], first[0x90]]).toEqual([1, i + 1])
    // Several pages, the last of which the host has already; a machine that starts over has none of the old views.
    const last = machines[9]!
    expect(last.memory.view(0x1fff8 + 8, 0x1000)!.length).toBe(0x1000)
    const wide = last.memory.view(0x21ff0, 0x20)!
    wide[0x1f] = 9
    expect(last.memory.readU8(0x2200f)).toBe(9)
    last.reset({ gas: 7n, pages: PAGES })
    kept[9]![0][8] = 77
    expect(last.memory.readU8(0x20008)).toBe(0)
    last.run()
    expect(kept[9]![0][8]).toBe(77)
    for (const vm of machines) vm.dispose()
  })

  it('many pages, here and there, in the window and outside, come back', () => {
    const engine = createEngine({ kind })
    const pages = [0x20000, 0x5000000, 0x80000000, 0xf0000000].map(address => ({
      address,
      length: 0x40000,
      access: Access.Write,
    }))
    const machines = Array.from({ length: 9 }, () => engine.instantiate(PROGRAMS[0]!, { gas: 0n, pages }))
    const roll = dice(5)
    const written = machines.map(() => new Map<number, number>())
    for (let n = 0; n < 1500; n++) {
      const i = roll(machines.length)
      const address = pages[roll(4)]!.address + roll(0x40000)
      machines[i]!.memory.writeU8(address, n)
      written[i]!.set(address, n & 255)
    }
    for (const [i, values] of written.entries()) {
      const { memory } = machines[i]!
      for (const [address, value] of values) expect(memory.readU8(address)).toBe(value)
      const touched = new Set([...values.keys()].map(address => Math.floor(address / 4096)))
      expect(memory.written()).toEqual([...touched].sort((a, b) => a - b))
    }
    for (const vm of machines) vm.dispose()
  })

  it('a machine with more memory than others has a cell of its own, and is not moved', () => {
    const engine = createEngine({ kind, maxMemory: 2 ** 30 })
    const before = poolState().resident
    const vm = engine.instantiate(PROGRAMS[0]!, { gas: 100n, pages: PAGES })
    expect(poolState().resident).toBe(before)
    vm.run()
    const view = vm.memory.view(0x20000, 0x2000)!
    expect([view[8], vm.regs[2]]).toEqual([vm.memory.readU8(0x20008), BigInt(view[8]!)])
    vm.dispose()
  })

  it('a machine that comes to its end makes room at once for the next one with its code', () => {
    const engine = createEngine({ kind })
    const program = loadProgram(assemble('.format raw\nload_imm r7, 5\njump_ind r0').bytes, { kind: 'raw' })
    const options = { gas: 10n, regs: [0xffff0000n] }
    const first = engine.instantiate(program, options)
    first.run()
    const { resident } = poolState()
    const later = Array.from({ length: 50 }, () => {
      const vm = engine.instantiate(program, options)
      vm.run()
      return vm
    })
    expect(poolState().resident).toBe(resident)
    for (const vm of [first, ...later]) expect([vm.regs32[14], vm.gas, vm.pc]).toEqual([5, 8n, 3])
    for (const vm of [first, ...later]) vm.dispose()
  })
})

it.each(['reference', 'interpreter', 'auto'] as const)('%s: `using` disposes', kind => {
  let kept: Vm
  {
    using vm = createEngine({ kind }).instantiate(PROGRAMS[0]!, { gas: 5n })
    kept = vm
  }
  expect(() => kept.run()).toThrow('dispose')
})
