// Inner machines: every call, every answer, in every version (spec pvm-invocation.md 8.5). What only GP main has: modules.test.ts.
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import {
  createHost,
  createInnerMachines,
  HostResult,
  hostCallNumber,
  type InnerMachines,
} from '../../src/host/index.ts'
import {
  Access,
  availableEngines,
  createEngine,
  type EngineKind,
  Exit,
  type Profile,
  profile,
  type Vm,
} from '../../src/index.ts'
import { programOf } from '../suite/cases.ts'

const W = 0x20000
const VERSIONS = [
  profile('gp-0.7.2'),
  profile('gp-0.8.0', { name: '0.8.0 counting instructions', gasModel: 'block' }),
  profile('gp-main', { name: 'main counting instructions', gasModel: 'block' }),
] as const
/** Where the inner program, the parameter block and data are, in the outer memory. */
const BLOB = W
const BLOCK = W + 0x1000
const DATA = W + 0x2000

interface Outer {
  readonly vm: Vm
  readonly inner: InnerMachines
  /** Makes one host call; answers r7, or 'panic', 'out-of-gas'. */
  call(name: string, ...args: (number | bigint)[]): bigint | string
}

const cases = availableEngines().flatMap(kind => VERSIONS.map(rules => [kind, rules.hostCalls, rules] as const))

describe.each(cases)('inner machines on %s, %s', (kind: EngineKind, version, rules: Profile) => {
  const isMain = version === 'gp-main'
  const is080 = version === 'gp-0.8.0' || isMain

  function outer(gas = 10_000_000n): Outer {
    const numbers = ['machine', 'peek', 'poke', 'pages', 'invoke', 'expunge', ...(isMain ? ['compile'] : [])]
    const text = numbers.map(name => `${name}: ecalli ${hostCallNumber(name, version as 'gp-0.7.2')}\ntrap`).join('\n')
    const { program, labels } = programOf(text, rules)
    const inner = createInnerMachines({ kind })
    const vm = createEngine({ kind: 'reference' }).instantiate(program, {
      gas,
      host: createHost(isMain ? { ...inner.handlers, compile: inner.compile() } : inner.handlers, { profile: rules }),
      pages: [{ address: W, length: 0x4000, access: Access.Write }],
    })
    function call(name: string, ...args: (number | bigint)[]): bigint | string {
      vm.pc = labels.get(name)!
      args.forEach((value, i) => {
        vm.regs[7 + i] = BigInt(value)
      })
      const exit = vm.step(1)
      if (exit === Exit.Step) return vm.regs[7]!
      return exit === Exit.OutOfGas ? 'out-of-gas' : exit === Exit.Panic ? 'panic' : `exit ${exit}`
    }
    /** A machine of a blob in memory is two calls in GP main; the module is not kept. */
    function machineOf(at: number | bigint, length: number | bigint, pc: number | bigint): bigint | string {
      const module = call('compile', 0, at, length, 0, 0)
      if (typeof module === 'string' || module >= HostResult.HUH) return module
      const number = call('machine', module, pc)
      expect(call('expunge', 1, module)).toBe(HostResult.OK)
      return number
    }
    return {
      vm,
      inner,
      call(name, ...args) {
        if (isMain && name === 'machine') return machineOf(args[0]!, args[1]!, args[2]!)
        if (isMain && name === 'expunge') return call(name, 0, args[0]!)
        return call(name, ...args)
      },
    }
  }

  function put(machine: Outer, text: string): { length: number; labels: ReadonlyMap<string, number> } {
    const { bytes, labels } = assemble(text, { instructionSet: rules.instructionSet, format: 'raw' })
    expect(machine.vm.memory.write(BLOB, bytes)).toBe(0)
    return { length: bytes.length, labels }
  }

  function make(machine: Outer, text: string, pc: number | bigint = 0): ReadonlyMap<string, number> {
    const { length, labels } = put(machine, text)
    expect(machine.call('machine', BLOB, length, pc)).toBe(BigInt(machine.inner.machines.size - 1))
    return labels
  }

  function invoke(
    machine: Outer,
    number: number,
    gas: bigint,
    regs: Readonly<Record<number, bigint>> = {},
  ): bigint | string {
    machine.vm.memory.writeU64(BLOCK, gas)
    for (let i = 0; i < 13; i++) machine.vm.memory.writeU64(BLOCK + 8 + 8 * i, regs[i] ?? 0n)
    return machine.call('invoke', number, BLOCK)
  }

  const gasLeft = (machine: Outer): bigint => machine.vm.memory.readU64(BLOCK)
  const reg = (machine: Outer, index: number): bigint => machine.vm.memory.readU64(BLOCK + 8 + 8 * index)

  describe('machine', () => {
    it('numbers from 0, reusing the smallest free one', () => {
      const machine = outer()
      const { length } = put(machine, 'trap')
      expect([0, 1, 2].map(() => machine.call('machine', BLOB, length, 0))).toEqual([0n, 1n, 2n])
      expect(machine.call('expunge', 1)).toBe(0n)
      expect([0, 1].map(() => machine.call('machine', BLOB, length, 0))).toEqual([1n, 3n])
    })

    it('a blob that is not readable panics, one that is no program is HUH', () => {
      expect(outer().call('machine', W - 1, 5, 0)).toBe('panic')
      const machine = outer()
      expect(machine.call('machine', BLOB, 5, 0)).toBe(HostResult.HUH)
      expect(machine.call('machine', 5, 0, 0)).toBe(HostResult.HUH) // nothing at all: readable, and no program
    })

    it('from 0.8.0 on program and start pc are checked', () => {
      const machine = outer()
      const { length } = put(machine, 'load_imm r7, 1')
      expect(machine.call('machine', BLOB, length, 0)).toBe(is080 ? HostResult.HUH : 0n)
      const next = outer()
      const good = put(next, 'load_imm r7, 1\ntrap').length
      expect(next.call('machine', BLOB, good, 1)).toBe(is080 ? HostResult.HUH : 0n)
      expect(next.call('machine', BLOB, good, 2n ** 40n)).toBe(is080 ? HostResult.HUH : 1n)
      expect(next.call('machine', BLOB, good, 3)).toBe(is080 ? 0n : 2n)
    })

    it('from 0.8.0 on there is a cap, 63, checked before memory', () => {
      const machine = outer()
      const { length } = put(machine, 'trap')
      for (let i = 0; i < 63; i++) expect(machine.call('machine', BLOB, length, 0)).toBe(BigInt(i))
      expect(machine.call('machine', BLOB, length, 0)).toBe(is080 ? HostResult.FULL : 63n)
      // In GP main it is not this call that reads memory.
      expect(machine.call('machine', 0, length, 0)).toBe(isMain || !is080 ? 'panic' : HostResult.FULL)
      machine.inner.dispose()
      expect(machine.inner.machines.size).toBe(0)
    })
  })

  describe('pages, peek, poke', () => {
    it('pages: WHO, then HUH for modes above 4, pages below 16, and the last page of all', () => {
      const machine = outer()
      expect(machine.call('pages', 0, 16, 1, 2)).toBe(HostResult.WHO)
      make(machine, 'trap')
      expect(machine.call('pages', 0, 16, 1, 5)).toBe(HostResult.HUH)
      expect(machine.call('pages', 0, 15, 1, 2)).toBe(HostResult.HUH)
      expect(machine.call('pages', 0, 2 ** 20 - 1, 1, 2)).toBe(HostResult.HUH)
      expect(machine.call('pages', 0, 2 ** 20 - 2, 1, 2)).toBe(HostResult.OK)
      expect(machine.call('pages', 0, 16, 2n ** 63n, 2)).toBe(is080 ? 'out-of-gas' : HostResult.HUH)
    })

    it('pages: modes 3 and 4 want mapped pages and keep them, 0 to 2 zero', () => {
      const machine = outer()
      make(machine, 'trap')
      expect(machine.call('pages', 0, 16, 2, 3)).toBe(HostResult.HUH)
      expect(machine.call('pages', 0, 16, 2, 2)).toBe(HostResult.OK)
      machine.vm.memory.writeU32(DATA, 0x01020304)
      expect(machine.call('poke', 0, DATA, 0x10ffe, 4)).toBe(HostResult.OK)
      expect(machine.call('pages', 0, 16, 2, 3)).toBe(HostResult.OK)
      expect(machine.call('poke', 0, DATA, 0x10000, 4)).toBe(HostResult.OOB) // read-only now
      expect(machine.call('peek', 0, DATA + 8, 0x10ffe, 4)).toBe(HostResult.OK)
      expect(machine.vm.memory.readU32(DATA + 8)).toBe(0x01020304)
      expect(machine.call('pages', 0, 16, 2, 4)).toBe(HostResult.OK)
      expect(machine.call('pages', 0, 16, 1, 1)).toBe(HostResult.OK)
      expect(machine.call('peek', 0, DATA + 8, 0x10ffe, 4)).toBe(HostResult.OK)
      expect(machine.vm.memory.readU32(DATA + 8)).toBe(0x01020000)
      expect(machine.call('pages', 0, 16, 2, 0)).toBe(HostResult.OK)
      expect(machine.call('peek', 0, DATA, 0x10000, 1)).toBe(HostResult.OOB)
      expect(machine.call('pages', 0, 16, 0, 3)).toBe(HostResult.OK)
    })

    it('peek and poke: outer range panics first, then WHO, then OOB', () => {
      expect(outer().call('peek', 9, W + 0x3fff, 0x10000, 2)).toBe('panic')
      expect(outer().call('poke', 9, W + 0x3fff, 0x10000, 2)).toBe('panic')
      const machine = outer()
      expect(machine.call('peek', 9, DATA, 0x10000, 2)).toBe(HostResult.WHO)
      expect(machine.call('poke', 9, DATA, 0x10000, 2)).toBe(HostResult.WHO)
      make(machine, 'trap')
      expect(machine.call('peek', 0, DATA, 0x10000, 2)).toBe(HostResult.OOB)
      expect(machine.call('poke', 0, DATA, 0x10000, 2)).toBe(HostResult.OOB)
      expect(machine.call('peek', 0, DATA, 2n ** 33n, 2)).toBe(HostResult.OOB)
      expect(machine.call('peek', 0, 0, 2n ** 33n, 0)).toBe(HostResult.OK) // nothing is fine anywhere
    })

    it('a range from a mapped into an unmapped page copies nothing', () => {
      const machine = outer()
      make(machine, 'trap')
      machine.call('pages', 0, 16, 1, 2)
      machine.vm.memory.writeU32(DATA, 0xffffffff)
      expect(machine.call('poke', 0, DATA, 0x10ffe, 4)).toBe(HostResult.OOB)
      expect(machine.call('peek', 0, DATA, 0x10ffe, 2)).toBe(HostResult.OK)
      expect(machine.vm.memory.readU32(DATA)).toBe(0xffff0000)
    })
  })

  describe('invoke', () => {
    it('of a machine that does not end is paused with the outer run, and goes on with the next', () => {
      const machine = outer()
      const { bytes } = assemble('loop: add_imm_64 r7, r7, 1\nbranch_lt_u_imm r7, 40000, @loop\ntrap')
      machine.vm.memory.load(BLOB, bytes)
      machine.call('machine', BLOB, bytes.length, 0)
      const whole = outer()
      whole.vm.memory.load(BLOB, bytes)
      whole.call('machine', BLOB, bytes.length, 0)
      const run = machine.vm.run.bind(machine.vm)
      let pauses = 0
      whole.vm.step = () => whole.vm.run()
      machine.vm.step = () => {
        for (;;) {
          const exit = run({ maxMs: 0.02 })
          if (exit !== Exit.Paused) return exit
          pauses += 1
        }
      }
      expect(invoke(machine, 0, 1_000_000n)).toBe(invoke(whole, 0, 1_000_000n))
      expect([machine.vm.gas, ...machine.vm.regs]).toEqual([whole.vm.gas, ...whole.vm.regs])
      expect(machine.vm.memory.view(BLOCK, 112)).toEqual(whole.vm.memory.view(BLOCK, 112))
      expect(pauses).toBeGreaterThan(0)
    })

    it('a parameter block that is not writable panics; an unknown machine is WHO', () => {
      expect(outer().call('invoke', 0, W + 0x4000 - 111)).toBe('panic')
      expect(invoke(outer(), 0, 5n)).toBe(HostResult.WHO)
    })

    it('HALT 0: registers and gas come back', () => {
      const machine = outer()
      make(machine, 'add_imm_64 r7, r7, 1\njump_ind r0')
      expect(invoke(machine, 0, 100n, { 0: 0xffff0000n, 7: 2n ** 64n - 1n, 12: 9n })).toBe(0n)
      expect([gasLeft(machine), reg(machine, 0), reg(machine, 7), reg(machine, 12)]).toEqual([98n, 0xffff0000n, 0n, 9n])
      expect(machine.call('expunge', 0)).toBe(0n)
    })

    it('PANIC 1, and pc is 0 afterwards', () => {
      const machine = outer()
      const labels = make(machine, 'load_imm r7, 1\nfallthrough\nend: trap')
      expect(invoke(machine, 0, 100n)).toBe(1n)
      expect(labels.get('end')).toBeGreaterThan(0)
      expect(machine.call('expunge', 0)).toBe(0n)
    })

    it('FAULT 2: r8 is the page, pc stays; with the page mapped it goes on', () => {
      const machine = outer()
      const labels = make(machine, 'load_imm r9, 1\nfault: load_u32 r7, [0x12345]\njump_ind r0')
      expect(invoke(machine, 0, 100n, { 0: 0xffff0000n })).toBe(2n)
      expect([machine.vm.regs[8], machine.inner.machines.get(0)!.pc]).toEqual([0x12000n, BigInt(labels.get('fault')!)])
      expect(machine.call('pages', 0, 0x12, 1, 1)).toBe(HostResult.OK)
      expect(invoke(machine, 0, gasLeft(machine), { 0: 0xffff0000n, 7: 5n })).toBe(0n)
      expect([reg(machine, 7), gasLeft(machine)]).toEqual([0n, is080 ? 97n : 96n])
    })

    it('HOST 3: r8 is the index, pc is behind the ecalli, also under the numbers of known calls', () => {
      const machine = outer()
      const labels = make(machine, 'ecalli 1\nnext: ecalli -2\nlast: jump_ind r0')
      expect([invoke(machine, 0, 100n), machine.vm.regs[8]]).toEqual([3n, 1n])
      expect(machine.inner.machines.get(0)!.pc).toBe(BigInt(labels.get('next')!))
      expect([invoke(machine, 0, 100n), machine.vm.regs[8]]).toEqual([3n, 2n ** 64n - 2n])
      expect(machine.call('expunge', 0)).toBe(BigInt(labels.get('last')!))
      expect(machine.call('expunge', 0)).toBe(HostResult.WHO)
    })

    it('OOG 4: what is left comes back, 0 in 0.7.2; r8 stays', () => {
      const machine = outer()
      make(machine, 'loop: add_imm_64 r7, r7, 1\njump @loop')
      expect([invoke(machine, 0, 5n), machine.vm.regs[8]]).toEqual([4n, BigInt(BLOCK)])
      expect([gasLeft(machine), reg(machine, 7)]).toEqual(is080 ? [1n, 2n] : [0n, 3n])
      expect([invoke(machine, 0, 4n, { 7: reg(machine, 7) }), reg(machine, 7)]).toEqual([4n, is080 ? 4n : 5n])
    })

    it('0.8.0 keeps the charged flag: behind a host call the block is not paid again, after a halt pc 0 is free', () => {
      if (!is080) return
      const machine = outer()
      make(machine, 'add_imm_64 r7, r7, 1\necalli 1\nadd_imm_64 r7, r7, 1\njump_ind r0')
      expect([invoke(machine, 0, 4n, { 0: 0xffff0000n }), gasLeft(machine)]).toEqual([3n, 0n])
      expect([invoke(machine, 0, 0n, { 0: 0xffff0000n }), gasLeft(machine)]).toEqual([0n, 0n])
      expect([invoke(machine, 0, 0n, { 0: 0xffff0000n }), machine.vm.regs[8]]).toEqual([3n, 1n])
    })

    it('a store to a read-only page is a FAULT (GP A.9)', () => {
      const machine = outer()
      make(machine, 'store_u8 [0x10005], r7\ntrap')
      machine.call('pages', 0, 16, 1, 1)
      expect([invoke(machine, 0, 100n), machine.vm.regs[8]]).toEqual([2n, 0x10000n])
    })

    it('gas of 2^64 - 1 works where it is free', () => {
      if (is080) return
      const machine = outer()
      make(machine, 'add_imm_64 r7, r7, 1\njump_ind r0')
      expect(invoke(machine, 0, 2n ** 64n - 1n, { 0: 0xffff0000n })).toBe(0n)
      expect(gasLeft(machine)).toBe(2n ** 64n - 3n)
    })

    it('memory of a machine stays from one invoke to the next', () => {
      const machine = outer()
      make(machine, 'load_u8 r7, [0x10000]\nadd_imm_64 r7, r7, 1\nstore_u8 [0x10000], r7\njump_ind r0')
      machine.call('pages', 0, 16, 1, 2)
      for (let i = 1n; i <= 3n; i++) {
        expect(invoke(machine, 0, 100n, { 0: 0xffff0000n })).toBe(0n)
        expect(reg(machine, 7)).toBe(i)
      }
    })
  })

  it('machines that nobody touches have no memory, and share their program; freed numbers come back, the smallest first', () => {
    const machine = outer()
    const { length } = put(machine, 'trap')
    const { Memory } = WebAssembly
    let made = 0
    WebAssembly.Memory = new Proxy(Memory, {
      construct(target, [type]: [WebAssembly.MemoryDescriptor]): object {
        made += 1
        return new target(type)
      },
    })
    try {
      for (let i = 0; i < 63; i++) expect(machine.call('machine', BLOB, length, 0)).toBe(BigInt(i))
      for (const number of [9, 40, 7, 8, 3, 41]) expect(machine.call('expunge', number)).toBe(0n)
      for (const number of [3, 7, 8, 9, 40, 41]) expect(machine.call('machine', BLOB, length, 0)).toBe(BigInt(number))
      expect(made).toBe(0)
    } finally {
      WebAssembly.Memory = Memory
    }
    expect(machine.inner.machines.get(0)!.vm.program).toBe(machine.inner.machines.get(40)!.vm.program)
    machine.inner.dispose()
  })

  it('more machines than have memory at a time keep rights and contents while others run', () => {
    const machine = outer()
    // Adds r8 to the byte at r9, answers it.
    const text = 'load_ind_u8 r7, [r9]\nadd_64 r7, r7, r8\nstore_ind_u8 [r9], r7\njump_ind r0'
    const { Memory } = WebAssembly
    let made = 0
    WebAssembly.Memory = new Proxy(Memory, {
      construct(target, [type]: [WebAssembly.MemoryDescriptor]): object {
        made += 1
        return new target(type)
      },
    })
    try {
      const count = 20
      for (let i = 0; i < count; i++) {
        make(machine, text)
        expect(machine.call('pages', i, 16 + i, 2, 2)).toBe(HostResult.OK)
        expect(machine.call('pages', i, 40, 1, 1)).toBe(HostResult.OK)
      }
      const address = (i: number): bigint => BigInt((16 + i) * 4096 + 4095) // the last byte of a page
      for (let round = 1; round <= 3; round++) {
        for (let i = 0; i < count; i++) {
          expect(invoke(machine, i, 100n, { 0: 0xffff0000n, 8: BigInt(i + 1), 9: address(i) })).toBe(0n)
          expect(reg(machine, 7)).toBe(BigInt(round * (i + 1)))
        }
      }
      for (let i = 0; i < count; i++) {
        expect(machine.call('peek', i, DATA, address(i), 1)).toBe(HostResult.OK)
        expect(machine.vm.memory.readU8(DATA)).toBe(3 * (i + 1))
        expect(machine.call('poke', i, DATA, 40 * 4096, 1)).toBe(HostResult.OOB) // readable only
        expect(machine.call('peek', i, DATA, (18 + i) * 4096, 1)).toBe(HostResult.OOB)
        const { vm } = machine.inner.machines.get(i)!
        expect(vm.memory.pages()).toEqual([
          { page: 16 + i, count: 2, access: Access.Write },
          { page: 40, count: 1, access: Access.Read },
        ])
        expect(vm.memory.written()).toEqual([16 + i])
      }
      expect(made).toBeLessThan(10)
    } finally {
      WebAssembly.Memory = Memory
    }
    machine.inner.dispose()
  })

  describe('outer gas', () => {
    const spent = (machine: Outer, run: () => unknown): bigint => {
      const before = machine.vm.gas
      run()
      return before - machine.vm.gas - (is080 ? 2n : 1n) // the ecalli's own, and the trap's of its block
    }

    it('0.7.2 pays 10 and the inner gas is free; 0.8.0 pays 968 and what the inner machine used', () => {
      const machine = outer()
      make(machine, 'add_imm_64 r7, r7, 1\njump_ind r0')
      expect(spent(machine, () => invoke(machine, 0, 1000n, { 0: 0xffff0000n }))).toBe(is080 ? 970n : 10n)
    })

    it('0.8.0: a limit that is not there is out of gas; WHO takes it without refund; a bad block costs 968', () => {
      if (!is080) return
      const machine = outer(5000n)
      expect(spent(machine, () => expect(invoke(machine, 7, 1000n)).toBe(HostResult.WHO))).toBe(1968n)
      expect(invoke(machine, 7, 4000n)).toBe('out-of-gas')
      expect(machine.vm.gas).toBe(0n)
      const bad = outer(5000n)
      expect(spent(bad, () => expect(bad.call('invoke', 0, 5)).toBe('panic'))).toBe(968n)
    })

    it('0.8.0: a limit of 2^64 - 1 is out of gas, not free', () => {
      if (is080) expect(invoke(outer(), 0, 2n ** 64n - 1n)).toBe('out-of-gas')
    })
  })
})
