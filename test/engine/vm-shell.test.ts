// One machine for all engines: what a host function can reach of it, and that it is the same everywhere.
import { describe, expect, it } from 'vitest'
import { Access, assemble, createEngine, ENGINE_KINDS, Exit, loadProgram, type Vm } from '../../src/index.ts'

const PROGRAM = loadProgram(assemble('.format raw\n ecalli 1\n trap').bytes)

/** The names of everything that can be reached from an object by a name, but for what all objects have. */
function namesOf(object: object): string[] {
  const names = new Set<string>()
  for (let at = object; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) names.add(name)
  }
  return [...names].sort()
}

/** What `Vm` and `Memory` promise. A record, so that TypeScript names what is missing and what is too much. */
const VM: Record<Exclude<keyof Vm, symbol>, true> = {
  ...{ program: true, kind: true, regs: true, regs32: true, memory: true, pc: true, paperPc: true, gas: true },
  ...{ gasUsed: true, chargeGas: true, charged: true, heapEnd: true, status: true, isDisposed: true, toJSON: true },
  ...{ exit: true, exitArg: true, hostError: true, stats: true, tracer: true, run: true, runAsync: true },
  ...{ remainingMs: true, step: true, reset: true, switchTo: true, dispose: true },
}
const MEMORY: Record<keyof Vm['memory'], true> = {
  ...{ readable: true, writable: true, failing: true, view: true, readU8: true, readU16: true, readU32: true },
  ...{ readU64: true, writeU8: true, writeU16: true, writeU32: true, writeU64: true, read: true, write: true },
  ...{ load: true, access: true, protect: true, zero: true, pages: true, written: true },
}

describe.each(ENGINE_KINDS)('%s', kind => {
  it('a host function gets the machine and nothing of the inside of its engine', () => {
    let vmNames: string[] = []
    let memoryNames: string[] = []
    const call = (vm: Vm): void => {
      vmNames = namesOf(vm)
      memoryNames = namesOf(vm.memory)
    }
    const host = { entry: () => ({ name: 'look', price: 0, call }) }
    const vm = createEngine({ kind }).instantiate(PROGRAM, { gas: 100n, host })
    expect(vm.run()).toBe(Exit.Panic)
    vm.dispose()
    expect(vmNames.filter(name => name !== 'constructor')).toEqual(Object.keys(VM).sort())
    // What only the machine itself calls: it ends the memory, starts it anew, and maps what it starts with.
    const own = ['constructor', 'close', 'clear', 'map']
    expect(memoryNames.filter(name => !own.includes(name))).toEqual(Object.keys(MEMORY).sort())
  })

  it('a reset with contents for memory that is not mapped leaves the machine at its start without them', () => {
    const vm = createEngine({ kind }).instantiate(PROGRAM, { gas: 100n })
    vm.run()
    const bytes = Uint8Array.of(1)
    const pages = [{ address: 0x20000, length: 4096, access: Access.Write }]
    const memory = [{ address: 0x40000, bytes }]
    expect(() => vm.reset({ gas: 7n, regs: [5n], pages, memory })).toThrow(
      'memory: 1 bytes at 262144 are not all mapped',
    )
    expect([vm.pc, vm.gas, vm.regs[0], vm.exit, vm.exitArg, vm.memory.pages()]).toEqual([
      ...[0, 7n, 5n, undefined, 0],
      [{ page: 0x20, count: 1, access: Access.Write }],
    ])
    vm.dispose()
  })

  it('a tracer that throws leaves no argument of an exit, whatever the machine stopped for before', () => {
    const vm = createEngine({ kind }).instantiate(PROGRAM, { gas: 100n })
    expect([vm.run(), vm.exitArg]).toEqual([Exit.Host, 1])
    vm.tracer = () => {
      throw new Error('enough')
    }
    expect(() => vm.run()).toThrow('enough')
    expect(vm.exitArg).toBe(0)
    vm.dispose()
  })
})
