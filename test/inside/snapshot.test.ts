// Snapshots: a restored machine goes on exactly as the one it was taken of, on any engine, whatever it was about to do.
import { describe, expect, it } from 'vitest'
import { programOfCase } from '../../src/fuzz/case.ts'
import { difference } from '../../src/fuzz/compare.ts'
import { generateCase } from '../../src/fuzz/generate.ts'
import { attempt, enter, optionsOf } from '../../src/fuzz/machines.ts'
import { withTiers } from '../../src/fuzz/tiers.ts'
import {
  Access,
  availableEngines,
  BlobError,
  createEngine,
  type EngineKind,
  Exit,
  type HostTable,
  type Program,
  profile,
  type StartOptions,
  type Vm,
} from '../../src/index.ts'
import {
  changedPages,
  decodeSnapshot,
  encodeSnapshot,
  fork,
  restore,
  type Snapshot,
  snapshot,
} from '../../src/inside/index.ts'
import { programOf } from '../suite/cases.ts'

const ENGINES = availableEngines()
const W = 0x20000
const PAGES = [{ address: W, length: 8192, access: Access.Write }]

function machine(kind: EngineKind, program: Program, options: StartOptions = {}): Vm {
  return createEngine({ kind }).instantiate(program, { gas: 1000n, pages: PAGES, ...options })
}

/** All that can be seen of a machine. */
function stateOf(vm: Vm): object {
  const { exit, exitArg, pc, paperPc, gas, gasUsed, charged, heapEnd, status } = vm
  const { rights, pages, inner } = snapshot(vm)
  return {
    exit,
    exitArg,
    pc,
    paperPc,
    gas,
    gasUsed,
    charged,
    heapEnd,
    status,
    regs: [...vm.regs],
    rights,
    pages,
    inner,
  }
}

const COUNT = '@a: add_imm_64 r7, r7, 1\nstore_u64 [0x20008], r7\nbranch_lt_u_imm r7, 50, @a\ntrap'

describe.each(ENGINES)('snapshots of %s', kind => {
  it('bring a machine back to where it was, and it goes on from there', () => {
    const vm = machine(kind, programOf(COUNT).program)
    vm.run({ maxGas: 31n })
    const [before, seen] = [snapshot(vm), stateOf(vm)]
    vm.run()
    const end = stateOf(vm)
    vm.memory.protect(W / 4096 + 1, 1, Access.Read)
    vm.regs.fill(99n)
    restore(vm, before)
    expect(stateOf(vm)).toEqual(seen)
    vm.run()
    expect(stateOf(vm)).toEqual(end)
    expect(vm.gasUsed).toBe(151n)
    vm.dispose()
  })

  it('go on on every other engine', () => {
    for (const other of ENGINES) {
      const vm = machine(kind, programOf(COUNT).program)
      vm.step(20)
      const twin = machine(other, programOf(COUNT).program, { gas: 5n, pages: [] })
      restore(twin, snapshot(vm))
      expect(stateOf(twin)).toEqual(stateOf(vm))
      vm.run()
      twin.run()
      expect(stateOf(twin)).toEqual(stateOf(vm))
      expect(twin.kind).toBe(other)
    }
  })

  it('are forked: neither machine sees what the other does', () => {
    const vm = machine(kind, programOf(COUNT).program)
    vm.step(10)
    const twin = fork(vm)
    expect([twin.kind, twin.regs[7]]).toEqual([vm.kind, vm.regs[7]])
    twin.memory.writeU64(W, 5n)
    twin.run()
    expect(vm.memory.readU64(W)).toBe(0n)
    expect(vm.regs[7]).toBe(4n)
    vm.run()
    expect([vm.gas, vm.regs[7]]).toEqual([twin.gas, twin.regs[7]])
  })

  it('keep a host call that somebody outside has answered, and one that could not be paid', () => {
    const text = 'load_imm r8, 1\necalli 3\nload_imm r9, 2\ntrap'
    const outside = machine(kind, programOf(text).program)
    expect(outside.run()).toBe(Exit.Host)
    const twin = fork(outside)
    expect([twin.exit, twin.exitArg, twin.run(), twin.regs[9], twin.gas]).toEqual([Exit.Host, 3, Exit.Panic, 2n, 996n])

    let calls = 0
    const host: HostTable = { entry: () => ({ name: 'three', price: 50, call: () => void (calls += 1) }) }
    const vm = machine(kind, programOf(text).program, { gas: 20n, host })
    expect(vm.run()).toBe(Exit.OutOfGas)
    const other = fork(vm)
    other.gas = 100n
    expect([other.run(), calls, other.gas]).toEqual([Exit.Panic, 1, 48n]) // the ecalli itself was paid before
  })

  it('keep that a block is paid', () => {
    const rules = profile('gp-0.7.2', { gasModel: 'block' })
    const vm = machine(kind, programOf('load_imm r8, 1\nload_imm r9, 2\ntrap', rules).program)
    vm.step(1)
    const twin = fork(vm)
    expect([twin.charged, twin.run(), twin.gas]).toEqual([true, Exit.Panic, 997n])
  })

  it('keep that a memset has begun, where instructions are paid', () => {
    const rules = profile('gp-0.7.2', { instructionSet: 'latest64', outOfGas: 'keep' })
    const { program } = programOf('load_imm r7, 0x20000\nload_imm r9, 9\nmemset\ntrap', rules)
    const vm = machine(kind, program, { gas: 5n })
    expect([vm.run(), vm.regs[9]]).toEqual([Exit.OutOfGas, 7n])
    const twin = fork(vm)
    twin.gas = 100n
    expect([twin.charged, twin.run(), twin.gas]).toEqual([true, Exit.Panic, 92n])
    const read = decodeSnapshot(encodeSnapshot(snapshot(vm)), program)
    expect(read.charged).toBe(true)
  })

  it('know which pages changed since, in contents or rights', () => {
    const vm = machine(kind, programOf(COUNT).program)
    const before = snapshot(vm)
    expect(changedPages(vm, before)).toEqual([])
    vm.step(3)
    expect(changedPages(vm, before)).toEqual([0x20])
    vm.memory.protect(0x30, 2, Access.Read)
    vm.memory.protect(0x21, 1, Access.None)
    expect(changedPages(vm, before)).toEqual([0x20, 0x21, 0x30, 0x31])
    restore(vm, before)
    expect(changedPages(vm, before)).toEqual([])
  })

  it('keep pages that are the same once', () => {
    const vm = machine(kind, programOf(COUNT).program)
    vm.memory.writeU8(W + 4096, 1)
    vm.step(2)
    const first = snapshot(vm)
    vm.run()
    const second = snapshot(vm, first)
    expect(second.pages.get(0x21)).toBe(first.pages.get(0x21))
    expect(second.pages.get(0x20)).not.toBe(first.pages.get(0x20))
    expect(first.pages.get(0x20)![8]).toBe(1)
  })

  it('are refused inside a host function, after dispose, and for other programs', () => {
    const errors: unknown[] = []
    const take = (vm: Vm): void => {
      for (const action of [() => snapshot(vm), () => fork(vm), () => restore(vm, empty)]) {
        try {
          action()
        } catch (error) {
          errors.push(error)
        }
      }
    }
    const { program } = programOf('ecalli 3\ntrap')
    const empty = snapshot(machine(kind, program))
    const host: HostTable = { entry: () => ({ name: 'take', price: 0, call: take }) }
    const vm = machine(kind, program, { host })
    vm.run()
    expect(vm.exit).toBe(Exit.Panic)
    expect(() => restore(vm, snapshot(machine(kind, programOf('trap').program)))).toThrow(RangeError)
    const rules = profile('gp-0.7.2', { sbrkResult: 'new' })
    expect(() => restore(vm, snapshot(machine(kind, programOf('ecalli 3\ntrap', rules).program)))).toThrow(RangeError)
    vm.dispose()
    take(vm)
    expect(errors).toHaveLength(6)
    for (const error of errors) expect(error).toBeInstanceOf(TypeError)
    expect(() => snapshot({} as Vm)).toThrow('vm: no machine')
    expect(() => snapshot(null as unknown as Vm)).toThrow(TypeError)
  })

  it('do not lose to what a host wrote through a view of a page without rights', () => {
    const vm = machine(kind, programOf(COUNT).program)
    const before = snapshot(vm)
    const view = vm.memory.view(W, 4096)!
    vm.memory.protect(W / 4096, 1, Access.None)
    view.fill(7)
    restore(vm, before)
    expect(vm.memory.readU8(W)).toBe(0)
    expect(stateOf(vm).valueOf()).toMatchObject({ rights: before.rights, pages: before.pages })
  })

  it('know a machine that was given no gas', () => {
    const vm = createEngine({ kind }).instantiate(programOf(COUNT).program)
    const twin = fork(vm)
    expect(() => twin.run()).toThrow()
    twin.gas = 9n
    expect(twin.run()).toBe(Exit.PageFault)
  })
})

describe('snapshots of generated programs', () => {
  it('go on on the next engine as the machine itself does', { timeout: 120_000 }, () => {
    let restored = 0
    for (let index = 0; index < 120; index++) {
      const fuzz = {
        ...generateCase('snapshots', index, { plain: true, entries: 4, gas: 900 }),
        hostCalls: 'exit' as const,
      }
      withTiers(fuzz, () => {
        const vms: Vm[] = []
        try {
          const program = programOfCase(fuzz)
          const options = optionsOf(fuzz, { calls: 0, sinceStart: 0, digest: 0 })
          for (const kind of ENGINES) vms.push(createEngine({ kind }).instantiate(program, options))
        } catch (error) {
          if (error instanceof BlobError) return
          throw error
        }
        // The first machine runs on its own; the others take turns, each from a snapshot of the one before.
        const [first, ...others] = vms
        let held: Snapshot | undefined
        let turn = 0
        for (const entry of fuzz.entries) {
          enter(first!, entry)
          for (let exits = 0; exits < 6; exits++) {
            const next = others[turn % others.length]!
            turn += 1
            if (held !== undefined) restore(next, held)
            else enter(next, entry)
            if (exits === 0) enter(next, entry)
            const steps = 1 + ((turn * 7) % 40)
            attempt(first!, steps)
            attempt(next, steps)
            expect(difference(first!, next, true), `${fuzz.label}, turn ${turn}, ${next.kind}`).toBeUndefined()
            expect(next.gasUsed, fuzz.label).toBe(first!.gasUsed)
            held = snapshot(next, held)
            restored += 1
          }
        }
        for (const vm of vms) vm.dispose()
      })
    }
    expect(restored).toBeGreaterThan(1500)
  })
})
