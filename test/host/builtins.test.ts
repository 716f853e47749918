// gas, grow_heap, log.
import { describe, expect, it } from 'vitest'
import { createHost, gasCall, growHeapCall, HostResult, type LogMessage, logCall } from '../../src/host/index.ts'
import { Access, createEngine, Exit, type HostTable, profile, type StartOptions, type Vm } from '../../src/index.ts'
import { programOf } from '../suite/cases.ts'

const engine = createEngine({ kind: 'reference' })
/** 0.8.0 host calls, but 1 gas per instruction: prices are easier to see. */
const rules = profile('gp-0.8.0', { name: 'plain 0.8.0', gasModel: 'instruction' })
const released = profile(rules, { name: 'released 0.8.0', growHeap: 'released' })

function start(text: string, host: HostTable, options: StartOptions = {}, used = rules): Vm {
  return engine.instantiate(programOf(text, used).program, { gas: 1_000_000n, host, ...options })
}

describe('gas', () => {
  it('answers what is left after paying for the call', () => {
    const vm = start('ecalli 0\ntrap', createHost({ gas: gasCall }, { profile: rules }), { gas: 100n })
    vm.run()
    expect(vm.regs[7]).toBe(100n - 1n - 48n)
  })
})

describe('grow_heap (GP 0.8.0 B.6)', () => {
  // Read-write area from page 0x20: one page of data, one of heap. Stack of 5000 bytes.
  const text = '.format standard\n.rw_size 10\n.heap 1\n.stack 5000\n.code\necalli 1\necalli 1\ntrap'
  const FIRST = 0x20
  const END = FIRST + 2
  const grow = (wanted: bigint, gas = 1_000_000n, used = rules): Vm => {
    const host = createHost({ grow_heap: growHeapCall }, { profile: used })
    const vm = start(text, host, { gas }, used)
    vm.regs[7] = wanted
    vm.step(1)
    return vm
  }

  it.each([0n, BigInt(END - 1), BigInt(END)])('asked for %d pages it answers the end and costs 275', wanted => {
    const vm = grow(wanted)
    expect([vm.regs[7], vm.gas]).toEqual([BigInt(END), 1_000_000n - 276n])
    expect(vm.memory.access(END)).toBe(Access.None)
  })

  it('maps new pages, zero and writable, and costs 121 each', () => {
    const vm = grow(BigInt(END + 3))
    expect([vm.regs[7], vm.gas]).toEqual([BigInt(END + 3), 1_000_000n - 1n - 275n - 363n])
    expect(vm.memory.pages()[0]).toEqual({ page: FIRST, count: 5, access: Access.Write })
    expect(vm.memory.readU32((END + 3) * 4096 - 4)).toBe(0)
    expect(vm.heapEnd).toBe((END + 3) * 4096)
    vm.regs[7] = BigInt(END + 4)
    vm.step(1)
    expect(vm.regs[7]).toBe(BigInt(END + 4))
  })

  it('more than there can be changes nothing and costs 275: the limit uses Z(s), as released P(s)', () => {
    const corrected = (2 ** 32 - 3 * 65536 - 2 ** 24 - 65536) / 4096
    expect(grow(BigInt(corrected + 1)).regs[7]).toBe(BigInt(END))
    expect(grow(2n ** 64n - 1n).regs[7]).toBe(BigInt(END))
    // Between the limits it is a growth, which cannot be paid: out of gas as released, a query as corrected.
    const between = BigInt(corrected + 1)
    expect(grow(between, 1_000_000n, released).exit).toBe(Exit.OutOfGas)
    expect(grow(between).exit).toBe(Exit.Step)
  })

  it('a growth that cannot be paid takes all gas; as released it takes none', () => {
    const corrected = grow(BigInt(END + 1), 1n + 275n + 120n)
    expect([corrected.exit, corrected.gas, corrected.pc, corrected.regs[7]]).toEqual([
      Exit.OutOfGas,
      0n,
      0,
      BigInt(END + 1),
    ])
    const kept = grow(BigInt(END + 1), 1n + 275n + 120n, released)
    expect([kept.exit, kept.gas, kept.pc, kept.regs[7]]).toEqual([Exit.OutOfGas, 395n, 0, BigInt(END + 1)])
    kept.gas = 396n
    expect([kept.step(1), kept.regs[7], kept.gas]).toEqual([Exit.OutOfGas, BigInt(END + 1), 0n])
    const exact = grow(BigInt(END + 1), 1n + 275n + 121n, released)
    expect([exact.exit, exact.gas, exact.regs[7]]).toEqual([Exit.Step, 0n, BigInt(END + 1)])
  })

  it('a query that cannot be paid is out of gas', () => {
    for (const used of [rules, released]) {
      const vm = grow(0n, 200n, used)
      expect([vm.exit, vm.gas]).toEqual([Exit.OutOfGas, 0n])
    }
  })

  it('a plain program has no heap to grow', () => {
    const vm = start('ecalli 1\ntrap', createHost({ grow_heap: growHeapCall }, { profile: rules }))
    vm.regs[7] = 50n
    vm.step(1)
    expect([vm.regs[7], vm.memory.pages()]).toEqual([0n, []])
  })
})

describe('log (JIP-1)', () => {
  const W = 0x20000
  const text = 'ecalli 100\ntrap'
  const run = (regs: bigint[]): { vm: Vm; logged: LogMessage[] } => {
    const logged: LogMessage[] = []
    const host = createHost({ log: logCall(message => void logged.push(message)) }, { profile: rules })
    const vm = start(text, host, {
      regs,
      pages: [{ address: W, length: 4096, access: Access.Read }],
      memory: [{ address: W, bytes: new TextEncoder().encode('targetmessage ü') }],
    })
    vm.run()
    return { vm, logged }
  }
  const at = (level: number, target: [number, number], message: [number, number]): bigint[] =>
    [0, 0, 0, 0, 0, 0, 0, level, ...target, ...message].map(BigInt)

  it('hands level, target and message over, answers WHAT and costs 1000', () => {
    const { vm, logged } = run(at(2, [W, 6], [W + 6, 10]))
    expect(logged).toEqual([{ level: 2, target: 'target', message: 'message ü' }])
    expect([vm.regs[7], vm.gas]).toEqual([HostResult.WHAT, 1_000_000n - 1002n])
  })

  it('target 0, 0 is none', () => {
    expect(run(at(4, [0, 0], [W + 6, 7])).logged).toEqual([{ level: 4, target: undefined, message: 'message' }])
  })

  it('an empty target that is somewhere is a target', () => {
    expect(run(at(4, [W, 0], [W + 6, 7])).logged).toEqual([{ level: 4, target: '', message: 'message' }])
  })

  it('what is not readable is not logged, and nothing else happens', () => {
    for (const regs of [at(0, [5, 5], [W, 4]), at(0, [W, 4], [W + 4090, 10])]) {
      const { vm, logged } = run(regs)
      expect(logged).toEqual([])
      expect([vm.exit, vm.regs[7]]).toEqual([Exit.Panic, HostResult.WHAT])
    }
  })
})
