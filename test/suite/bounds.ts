// Runs with bounds: what is used, where they pause, what host functions see, steps in great numbers. Every engine.
import { describe, expect, it, vi } from 'vitest'
import {
  Access,
  createEngine,
  Exit,
  HostAction,
  profile,
  ResourceError,
  type StartOptions,
  type Vm,
} from '../../src/index.ts'
import { type CreateVm, programOf } from './cases.ts'
import { hostOf } from './host-calls.ts'

const W = 0x20000
const PAGE = { address: W, length: 4096, access: Access.Write }
const ENDLESS = 'loop: add_imm_64 r7, r7, 1\nxor r8, r8, r7\njump @loop'
/** Guests without an end whose gas says little about their time: each by another way past the engines' slices. */
const ENDLESS_KINDS = {
  'one dynamic jump': '.jump_table @loop, @loop\nloop: jump_ind r7',
  'host calls': 'loop: ecalli 1\njump @loop',
  'sbrk of nothing': 'loop: sbrk r8, r9\njump @loop',
  'fast, then stores': `loop: load_imm r10, 30000
  fallthrough
fast: add_imm_64 r10, r10, -1
branch_ne_imm r10, 0, @fast
store_u8 r10, [${W}]
jump @loop`,
}
/** Two loops, stores, a host call now and then: 40,000 instructions. */
const WORK = `
outer: load_imm r9, 0
  fallthrough
inner: add_imm_64 r9, r9, 1
  mul_imm_64 r7, r7, 31
  add_64 r7, r7, r9
  store_ind_u64 [r8 + ${W}], r7
  branch_lt_u_imm r9, 100, @inner
  ecalli 1
  add_imm_64 r10, r10, 1
  branch_lt_u_imm r10, 80, @outer
  trap
`
const BLOCK = profile('gp-0.7.2', { name: 'block', gasModel: 'block' })
const PIPELINE = profile('gp-0.7.2', { name: 'pipeline', gasModel: 'pipeline', outOfGas: 'keep' })

const count = (): StartOptions => ({
  gas: 10n ** 9n,
  pages: [PAGE],
  host: hostOf(vm => {
    vm.regs[11] = vm.regs[11]! + vm.gas
  }, 3),
})

function stateOf(vm: Vm): unknown {
  return { pc: vm.pc, gas: vm.gas, regs: [...vm.regs], charged: vm.charged, memory: [...vm.memory.view(W, 16)!] }
}

/** The suite. */
export function boundsSuite(createVm: CreateVm): void {
  const endless = (options: StartOptions = {}): Vm =>
    createVm(programOf(ENDLESS).program, { gas: 2n ** 63n - 1n, ...options })

  describe('maxGas', () => {
    it('uses so much and keeps the rest', () => {
      const vm = endless()
      for (const used of [0n, 1n, 2n, 1000n, 1_000_000n]) {
        const before = vm.gas
        expect(vm.run({ maxGas: used })).toBe(Exit.Paused)
        expect([before - vm.gas, vm.exit, vm.exitArg]).toEqual([used, Exit.Paused, 0])
      }
    })

    it('a bound that is no bound: out of gas is out of gas', () => {
      for (const maxGas of [100n, 101n, 2n ** 63n - 1n, 2n ** 80n]) {
        const vm = endless({ gas: 100n })
        expect([vm.run({ maxGas }), vm.gas]).toEqual([Exit.OutOfGas, 0n])
      }
      const vm = endless({ gas: 100n })
      expect([vm.run({ maxGas: 99n }), vm.gas]).toEqual([Exit.Paused, 1n])
      expect([vm.run({ maxGas: 99n }), vm.gas]).toEqual([Exit.OutOfGas, 0n])
    })

    it.each([BLOCK, PIPELINE])('a block that costs more is not entered, and nothing is emptied: $name', rules => {
      const { program } = programOf(ENDLESS, rules)
      const cost = BigInt(program.costAt(0))
      const vm = createVm(program, { gas: 10n * cost + 1n })
      expect([vm.run({ maxGas: cost - 1n }), vm.gas, vm.pc]).toEqual([Exit.Paused, 10n * cost + 1n, 0])
      expect([vm.run({ maxGas: 2n * cost - 1n }), vm.gas]).toEqual([Exit.Paused, 9n * cost + 1n])
      expect(vm.run({ maxGas: 100n * cost })).toBe(Exit.OutOfGas)
      expect(vm.gas).toBe(rules.outOfGas === 'drain' ? 0n : 1n)
    })

    it('host functions see the whole gas; what they take counts, and a call is whole', () => {
      const seen: bigint[] = []
      const host = hostOf(vm => {
        seen.push(vm.gas)
        vm.chargeGas(50)
      }, 10)
      const { program } = programOf('loop: ecalli 1\njump @loop')
      const vm = createVm(program, { gas: 1000n, host })
      expect([vm.run({ maxGas: 5n }), vm.gas, vm.pc]).toEqual([Exit.Paused, 939n, 2])
      expect([vm.run({ maxGas: 62n }), vm.gas, vm.pc]).toEqual([Exit.Paused, 877n, 2])
      expect(seen).toEqual([989n, 927n])
    })

    it('gas that a host function gives is kept', () => {
      const host = hostOf(vm => {
        vm.gas += 1_000_000n
      })
      const vm = createVm(programOf('loop: ecalli 1\njump @loop').program, { gas: 100n, host })
      expect([vm.run({ maxGas: 20n }), vm.gas]).toEqual([Exit.Paused, 80n + 10_000_000n])
    })

    it('ends as it would without: halt, panic, fault, host, out of gas by a price', () => {
      const ends = (text: string, options: StartOptions = {}): unknown[] => {
        const vm = createVm(programOf(text).program, { gas: 50n, ...options })
        return [vm.run({ maxGas: 40n }), vm.gas, vm.pc]
      }
      expect(ends('jump_ind r0', { regs: [0xffff0000n] })).toEqual([Exit.Halt, 49n, 0])
      expect(ends('trap')).toEqual([Exit.Panic, 49n, 0])
      expect(ends(`load_u8 r7, [${W}]`)).toEqual([Exit.PageFault, 49n, 0])
      expect(ends('ecalli 9')).toEqual([Exit.Host, 49n, 0])
      expect(ends('ecalli 1', { host: hostOf(() => undefined, 60) })).toEqual([Exit.OutOfGas, 0n, 0])
      expect(ends('ecalli 1', { host: hostOf(() => HostAction.Stop) })).toEqual([Exit.Break, 49n, 2])
    })

    it('with a tracer: events show the whole gas', () => {
      const vm = endless({ gas: 1000n })
      const seen: bigint[][] = []
      vm.tracer = event => seen.push([event.gasBefore, event.gasAfter, vm.gas])
      expect(vm.run({ maxGas: 2n })).toBe(Exit.Paused)
      expect(seen).toEqual([
        [1000n, 999n, 999n],
        [999n, 998n, 998n],
      ])
    })
  })

  describe('maxMs', () => {
    it('leaves what there was no time to compile to the next run', () => {
      const { program } = programOf('loop: add_imm_64 r7, r7, 7351\njump @loop') // nobody else's: compiled code is shared
      const vm = createVm(program, { gas: 10n ** 6n })
      for (let run = 0; run < 5; run++) expect(vm.run({ maxMs: 0 })).toBe(Exit.Paused)
      if (vm.kind === 'recompiler') expect(vm.stats!.modules).toBe(0)
      expect(vm.run()).toBe(Exit.OutOfGas)
      if (vm.kind === 'recompiler') expect(vm.stats!.entered).toBeGreaterThan(0)
    })

    it('stops what does not end, at a state that gas can find again', () => {
      const vm = endless()
      expect(vm.run({ maxMs: 3 })).toBe(Exit.Paused)
      const used = vm.gasUsed
      expect(used).toBeGreaterThan(0n)
      const same = createEngine({ kind: 'interpreter' }).instantiate(vm.program, { gas: 2n ** 63n - 1n })
      expect(same.run({ maxGas: used })).toBe(Exit.Paused)
      expect([vm.pc, vm.gas, ...vm.regs]).toEqual([same.pc, same.gas, ...same.regs])
    })

    it('gets somewhere with no time at all', () => {
      const vm = endless()
      expect(vm.run({ maxMs: 0 })).toBe(Exit.Paused)
      expect(vm.gasUsed).toBeGreaterThan(0n)
    })

    it('looks at the clock behind each host call', () => {
      let calls = 0
      const host = hostOf(vm => {
        calls += 1
        expect(vm.remainingMs).toBeLessThanOrEqual(5)
        for (const until = performance.now() + 6; performance.now() < until; );
      })
      const vm = createVm(programOf('loop: ecalli 1\njump @loop').program, { gas: 10_000n, host })
      expect([vm.run({ maxMs: 5 }), calls, vm.pc, vm.gas]).toEqual([Exit.Paused, 1, 2, 9999n])
      expect(vm.remainingMs).toBe(Number.POSITIVE_INFINITY)
    })

    /** Runs with a clock that moves by 0.1 ms at each look, and by `gap` more at the first one behind `at`. Returns what it shows then. */
    const endOf = (vm: Vm, maxMs: number, at = Number.POSITIVE_INFINITY, gap = 0): number => {
      const begun = performance.now() + 1e6 // the process is no longer young
      let time = begun
      let isOver = false
      const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
        if (time - begun > at && !isOver) {
          isOver = true
          time += gap
        }
        time += 0.1
        return time
      })
      try {
        expect(vm.run({ maxMs })).toBe(Exit.Paused)
        return time - begun
      } finally {
        clock.mockRestore()
      }
    }
    const guests = { loop: ENDLESS, 'host calls': 'loop: ecalli 1\njump @loop' }
    it.each(Object.entries(guests))('returns earlier where the system gave the processor to others: %s', (_, text) => {
      const { program } = programOf(text)
      const vm = createVm(program, { gas: 2n ** 62n, host: hostOf(() => undefined) })
      const between = (ms: number, from: number, to: number): void => {
        expect(ms).toBeGreaterThan(from)
        expect(ms).toBeLessThan(to)
      }
      endOf(vm, 10) // what is compiled once has been
      between(endOf(vm, 10), 9.9, 10.9)
      between(endOf(vm, 10, 3, 0.7), 9.9, 10.9)
      between(endOf(vm, 10, 3, 3), 7.4, 8.4)
      between(endOf(vm, 10, 8, 1.5), 9.5, 10.5)
      between(endOf(vm, 2, 0.4, 1.05), 1.4, 2.4)
      between(endOf(vm, 40, 3, 5), 39.9, 40.9)
      between(endOf(vm, 40, 30, 5), 37.4, 38.4)
    })

    it('says so to host functions: what they have left is the time to the earlier end', () => {
      const left: number[] = []
      const host = hostOf(vm => {
        left.push(vm.remainingMs)
      })
      const vm = createVm(programOf('loop: ecalli 1\njump @loop').program, { gas: 2n ** 62n, host })
      endOf(vm, 10)
      left.length = 0
      endOf(vm, 10, 3, 3)
      expect(left.filter(ms => ms > 6).length).toBeGreaterThan(0)
      expect(left.filter(ms => ms > 1.7 && ms < 6.3)).toEqual([])
      expect(left.filter(ms => ms < 1.7).length).toBeGreaterThan(0)
    })

    it('host functions see the whole gas, and what they give is kept', () => {
      const seen: bigint[] = []
      const host = hostOf(vm => {
        seen.push(vm.gas)
        vm.gas += 5n
      }, 10)
      const vm = createVm(programOf('ecalli 1\necalli 1\ntrap').program, { gas: 1000n, host })
      expect([vm.run({ maxMs: 1e6 }), vm.gas, seen]).toEqual([Exit.Panic, 987n, [989n, 983n]])
    })

    it.each(Object.entries(ENDLESS_KINDS))('stops what is slow or never used up: %s', (_, text) => {
      const vm = createVm(programOf(text).program, {
        gas: 2n ** 62n,
        pages: [PAGE],
        regs: [0n, 0n, 0n, 0n, 0n, 0n, 0n, 4n],
        host: hostOf(() => undefined, 0),
      })
      // Some runs: compiled code, where there is any, gets its turn.
      for (let run = 0; run < 8; run++) {
        const begun = performance.now()
        expect(vm.run({ maxMs: 20 })).toBe(Exit.Paused)
        expect(performance.now() - begun).toBeLessThan(1000)
      }
    })

    it('stops what is traced', () => {
      const vm = endless()
      let events = 0
      vm.tracer = () => void (events += 1)
      expect(vm.run({ maxMs: 2 })).toBe(Exit.Paused)
      expect(vm.gasUsed).toBe(BigInt(events))
    })

    it.each(['instruction', 'block'] as const)(
      'stops within a memset, which costs what it costs whole: %s',
      gasModel => {
        const rules = profile('gp-0.7.2', { name: `memset ${gasModel}`, gasModel, instructionSet: 'latest64' })
        const { program } = programOf(`load_imm r7, ${W}\nload_imm r9, 60000\nmemset\ntrap`, rules)
        const options = { gas: 100_000n, pages: [{ ...PAGE, length: 65536 }] }
        const whole = createVm(program, options)
        const vm = createVm(program, options)
        let pauses = 0
        while (vm.run({ maxMs: 0 }) === Exit.Paused) pauses += 1
        expect(pauses).toBeGreaterThan(2)
        expect([whole.run(), stateOf(vm)]).toEqual([Exit.Panic, stateOf(whole)])
      },
    )

    it('a memset of much ends in time', () => {
      const rules = profile('gp-0.7.2', { name: 'memset', instructionSet: 'latest64' })
      const { program } = programOf(`load_imm r7, ${W}\nload_imm_64 r9, ${2 ** 29}\nmemset\ntrap`, rules)
      const vm = createVm(program, { gas: 2n ** 40n, pages: [{ ...PAGE, length: 2 ** 29 }] })
      const begun = performance.now()
      expect(vm.run({ maxMs: 5 })).toBe(Exit.Paused)
      expect(performance.now() - begun).toBeLessThan(500)
      expect(vm.regs[9]).toBeGreaterThan(0n)
      const own = vm.charged ? 1n : 0n // its own price, paid when it begins
      expect(vm.gasUsed).toBe(2n + own + BigInt(2 ** 29) - vm.regs[9]!)
    })

    it('in pieces the work is the same', () => {
      const whole = createVm(programOf(WORK).program, count())
      expect(whole.run()).toBe(Exit.Panic)
      const vm = createVm(programOf(WORK).program, count())
      while (vm.run({ maxMs: 0 }) === Exit.Paused);
      expect(stateOf(vm)).toEqual(stateOf(whole))
    })
  })

  describe('step', () => {
    it.each([1001, 1500, 4099, 39_999, 100_000])('%i at a time is as many single steps', size => {
      const { program } = programOf(WORK)
      const many = createVm(program, count())
      const single = createEngine({ kind: 'interpreter' }).instantiate(program, count())
      for (;;) {
        const exit = many.step(size)
        let last: Exit = Exit.Step
        for (let left = size; left > 0 && last === Exit.Step; left -= 1000) last = single.step(Math.min(left, 1000))
        expect(exit).toBe(last)
        expect(stateOf(many)).toEqual(stateOf(single))
        if (exit !== Exit.Step) break
      }
    })

    it('stops behind a host call that was the last one, wherever that leads', () => {
      const host = hostOf(vm => {
        if (vm.regs[7] === 700n) vm.pc = 0xffffff
      }, 7)
      const { program } = programOf('loop: add_imm_64 r7, r7, 1\necalli 1\njump @loop')
      const vm = createVm(program, { gas: 100_000n, host })
      expect([vm.step(2099), vm.pc, vm.gas]).toEqual([Exit.Step, 0xffffff, 100_000n - 2099n - 4900n])
    })

    it('gas that ends with the last step is no end', () => {
      const vm = endless({ gas: 2000n })
      expect([vm.step(2000), vm.gas]).toEqual([Exit.Step, 0n])
      expect(vm.step(2000)).toBe(Exit.OutOfGas)
    })
  })

  describe('misuse', () => {
    it.each([
      [{ maxGas: 5 }, TypeError, /^maxGas/],
      [{ maxGas: -1n }, RangeError, /^maxGas/],
      [{ maxMs: 5n }, TypeError, /^maxMs/],
      [{ maxMs: Number.NaN }, RangeError, /^maxMs/],
      [{ maxMs: -1 }, RangeError, /^maxMs/],
      [{ maxgas: 5n }, RangeError, /^maxgas/],
      [7, TypeError, /^options/],
      [null, TypeError, /^options/],
    ])('%o is refused, and nothing has changed', (options, type, message) => {
      const vm = endless({ gas: 5n })
      expect(() => vm.run(options as never)).toThrow(type)
      expect(() => vm.run(options as never)).toThrow(message)
      expect([vm.gas, vm.exit]).toEqual([5n, undefined])
    })
  })

  describe('a host call that is made again', () => {
    const again = (first: () => unknown, price: number | (() => bigint)): { vm: Vm; calls: () => number } => {
      let calls = 0
      const host = hostOf(vm => {
        calls += 1
        if (calls === 1) return first() as never
        vm.regs[7] = 9n
        return undefined
      }, price)
      const { program } = programOf('ecalli 1\ntrap')
      return { vm: createVm(program, { gas: 100n, host, hostErrors: 'panic' }), calls: () => calls }
    }

    it.each([10, () => 10n])('for HostAction.Again: the price is given back', price => {
      const { vm, calls } = again(() => HostAction.Again, price)
      expect([vm.run(), vm.pc, vm.gas, calls()]).toEqual([Exit.Paused, 0, 99n, 1])
      expect([vm.run(), vm.pc, vm.gas, calls(), vm.regs[7]]).toEqual([Exit.Panic, 2, 88n, 2, 9n])
    })

    it.each([10, () => 10n])('for a ResourceError, which leaves run all the same', price => {
      const { vm, calls } = again(() => {
        throw new ResourceError('memory', 'none for the inner machine')
      }, price)
      expect(() => vm.run()).toThrow(/none for the inner/)
      expect([vm.exit, vm.pc, vm.gas, calls()]).toEqual([Exit.Paused, 0, 99n, 1])
      expect([vm.run(), vm.pc, vm.gas, calls(), vm.regs[7]]).toEqual([Exit.Panic, 2, 88n, 2, 9n])
    })

    it('steps count it as none when it is made at last', () => {
      const { vm } = again(() => HostAction.Again, 10)
      expect([vm.step(1), vm.pc]).toEqual([Exit.Paused, 0])
      expect([vm.step(1), vm.pc, vm.gas]).toEqual([Exit.Panic, 2, 88n])
    })
  })
}
