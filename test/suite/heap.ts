// sbrk (GP 0.7.2) and memset (PolkaVM). Every engine; what is not settled is in spec pvm-isa.md sections 13 and 15.
import { describe, expect, it } from 'vitest'
import { Access, Exit, profile, type StartOptions, type Vm } from '../../src/index.ts'
import { type CreateVm, programOf } from './cases.ts'

const HEAP = 0x20000
const PAGE = 4096

/** The suite. */
export function heapSuite(createVm: CreateVm): void {
  describe('sbrk', () => {
    const text = 'sbrk r7, r8\necalli 0\nsbrk r7, r8\necalli 0\nsbrk r7, r8\ntrap'
    const start = (options: StartOptions, rules = profile('gp-0.7.2')): Vm =>
      createVm(programOf(text, rules).program, { gas: 100n, ...options })
    const heap = { start: HEAP, limit: HEAP + 4 * PAGE }
    const grow = (vm: Vm, bytes: bigint): bigint => {
      vm.regs[8] = bytes
      vm.run()
      return vm.regs[7]!
    }

    it('0 asks for the end of the heap and changes nothing', () => {
      const vm = start({ heap })
      expect([grow(vm, 0n), vm.heapEnd, vm.memory.pages(), vm.gas]).toEqual([BigInt(HEAP), HEAP, [], 98n])
    })

    it('answers the old end, maps whole pages up to the new one, zero filled', () => {
      const vm = start({ heap })
      expect([grow(vm, 100n), vm.heapEnd]).toEqual([BigInt(HEAP), HEAP + 100])
      expect(vm.memory.pages()).toEqual([{ page: HEAP / PAGE, count: 1, access: Access.Write }])
      vm.memory.writeU8(HEAP + PAGE - 1, 7)
      expect([grow(vm, BigInt(PAGE)), vm.heapEnd]).toEqual([BigInt(HEAP + 100), HEAP + 100 + PAGE])
      expect(vm.memory.pages()).toEqual([{ page: HEAP / PAGE, count: 2, access: Access.Write }])
      expect([vm.memory.readU8(HEAP + PAGE - 1), vm.memory.readU8(HEAP + PAGE)]).toEqual([7, 0])
    })

    it('answers the new end under the other convention', () => {
      const vm = start({ heap }, profile('gp-0.7.2', { sbrkResult: 'new' }))
      expect([grow(vm, 0n), grow(vm, 100n)]).toEqual([BigInt(HEAP), BigInt(HEAP + 100)])
    })

    it('reaches the limit exactly and answers 0 beyond it, nothing changed', () => {
      const vm = start({ heap })
      expect([grow(vm, BigInt(4 * PAGE + 1)), vm.heapEnd, vm.memory.pages()]).toEqual([0n, HEAP, []])
      expect([grow(vm, BigInt(4 * PAGE)), vm.heapEnd]).toEqual([BigInt(HEAP), HEAP + 4 * PAGE])
      expect(grow(vm, 1n)).toBe(0n)
    })

    it.each([2n ** 32n, 2n ** 63n, 2n ** 64n - 1n])('all 64 bits count: %d is too much', bytes => {
      const vm = start({ heap })
      expect([grow(vm, bytes), vm.heapEnd]).toEqual([0n, HEAP])
    })

    it('an end inside a page grows within it first', () => {
      const pages = [{ address: HEAP, length: PAGE, access: Access.Write }]
      const vm = start({ heap: { start: HEAP + 10, limit: HEAP + 4 * PAGE }, pages })
      expect([grow(vm, 100n), vm.memory.pages()[0]!.count]).toEqual([BigInt(HEAP + 10), 1])
      expect([grow(vm, BigInt(PAGE)), vm.memory.pages()[0]!.count]).toEqual([BigInt(HEAP + 110), 2])
    })

    it('pages on its way that were mapped already become writable and zero', () => {
      const pages = [{ address: HEAP + PAGE, length: PAGE, access: Access.Read }]
      const vm = start({ heap, pages, memory: [{ address: HEAP + PAGE, bytes: Uint8Array.of(1, 2) }] })
      expect(grow(vm, BigInt(2 * PAGE))).toBe(BigInt(HEAP))
      expect(vm.memory.pages()).toEqual([{ page: HEAP / PAGE, count: 2, access: Access.Write }])
      expect(vm.memory.readU16(HEAP + PAGE)).toBe(0)
    })

    it('a plain program without a heap has none', () => {
      const vm = start({})
      expect([grow(vm, 0n), grow(vm, 1n), vm.heapEnd]).toEqual([0n, 0n, 0])
    })

    it('the destination may be the operand', () => {
      const vm = createVm(programOf('sbrk r8, r8\ntrap').program, {
        gas: 9n,
        heap,
        regs: [0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 5n],
      })
      vm.run()
      expect([vm.regs[8], vm.heapEnd]).toEqual([BigInt(HEAP), HEAP + 5])
    })

    it('a host can move the end', () => {
      const vm = start({ heap })
      vm.heapEnd = HEAP + PAGE
      expect(grow(vm, 1n)).toBe(BigInt(HEAP + PAGE))
      expect(vm.memory.pages()).toEqual([{ page: HEAP / PAGE + 1, count: 1, access: Access.Write }])
    })

    it('256 MiB in one instruction are there to the last byte, and gone after reset', () => {
      const standard = programOf('.format standard\n.rw_size 8\n.stack 4096\nsbrk r7, r8\ntrap').program
      const size = 256 * 2 ** 20
      const options = { gas: 9n, regs: [0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, BigInt(size)] }
      const vm = createVm(standard, options)
      expect(vm.heapEnd).toBe(0x21000)
      vm.run()
      expect([vm.regs[7], vm.heapEnd]).toEqual([0x21000n, 0x21000 + size])
      expect(vm.memory.writable(0x20000, size + PAGE)).toBe(true)
      expect(vm.memory.writable(0x20000, size + PAGE + 1)).toBe(false)
      expect([vm.memory.readU64(0x21000 + size - 8), vm.memory.writeU64(0x21000 + size - 8, 5n)]).toEqual([0n, 0])
      expect(vm.memory.readU64(0x21000 + size - 8)).toBe(5n)
      vm.reset(options)
      expect([vm.heapEnd, vm.memory.readable(0x21000, 1)]).toEqual([0x21000, false])
      vm.run()
      expect(vm.memory.readU64(0x21000 + size - 8)).toBe(0n)
    })

    it('the heap of a standard program ends at its stack (GP A.7)', () => {
      const standard = programOf('.format standard\n.rw_size 8\n.stack 4096\nsbrk r7, r8\ntrap').program
      const limit = 0xfefdf000
      const vm = createVm(standard, { gas: 9n, regs: [0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, BigInt(limit - 0x21000 + 1)] })
      vm.run()
      expect([vm.regs[7], vm.heapEnd]).toEqual([0n, 0x21000])
    })
  })

  describe('memset', () => {
    const rules = profile('gp-0.7.2', { name: 'memset', instructionSet: 'latest64' })
    const block = profile('polkavm', { inaccessible: 'fault' })
    const { program, labels } = programOf('load_imm r0, 1\nat: memset\nend: trap', rules)
    const W = 0x20000
    const regs = (address: bigint, value: bigint, count: bigint): bigint[] => [
      ...new Array<bigint>(7).fill(0n),
      address,
      value,
      count,
    ]
    const pages = [{ address: W, length: PAGE, access: Access.Write }]
    const start = (options: StartOptions, profiled = rules): Vm =>
      createVm(profiled === rules ? program : programOf('load_imm r0, 1\nat: memset\nend: trap', profiled).program, {
        gas: 100n,
        pages,
        ...options,
      })

    it('fills, 1 gas per byte beside its own, and moves A0 and A2', () => {
      const vm = start({ regs: regs(BigInt(W + 3), 0x1234n, 5n) })
      expect([vm.run(), vm.pc, vm.gas]).toEqual([Exit.Panic, labels.get('end'), 92n])
      expect([...vm.memory.view(W, 10)!]).toEqual([0, 0, 0, 0x34, 0x34, 0x34, 0x34, 0x34, 0, 0])
      expect([...vm.regs.slice(7, 10)]).toEqual([BigInt(W + 8), 0x1234n, 0n])
    })

    it('nothing to fill costs only itself; of A2 the low half counts and stays', () => {
      const vm = start({ regs: regs(5n, 0n, 2n ** 40n) })
      expect([vm.run(), vm.pc, vm.gas, vm.regs[9], vm.regs[7]]).toEqual([Exit.Panic, labels.get('end'), 97n, 0n, 5n])
    })

    it('A0 counts in 64 bits, addresses in 32', () => {
      const vm = start({ regs: regs(2n ** 32n * 7n + BigInt(W), 1n, 2n ** 32n + 2n) })
      vm.run()
      expect([...vm.memory.view(W, 3)!]).toEqual([1, 1, 0])
      expect([vm.regs[7], vm.regs[9]]).toEqual([2n ** 32n * 7n + BigInt(W + 2), 0n])
    })

    it('under the rules of PolkaVM 0.37 A0 becomes an address of 32 bits, also for no bytes and where it stops', () => {
      const narrow = profile(rules, { memsetAddress: '32-bit' })
      const upper = 2n ** 63n + 2n ** 32n * 7n
      const full = start({ regs: regs(upper + BigInt(W), 1n, 2n) }, narrow)
      full.run()
      expect([full.regs[7], full.regs[9]]).toEqual([BigInt(W + 2), 0n])
      const empty = start({ regs: regs(2n ** 64n - 1n, 1n, 0n) }, narrow)
      empty.run()
      expect(empty.regs[7]).toBe(0xffffffffn)
      const stopped = start({ regs: regs(upper + BigInt(W + PAGE - 1), 1n, 3n) }, narrow)
      expect([stopped.run(), stopped.exitArg, stopped.regs[7]]).toEqual([Exit.PageFault, W + PAGE, BigInt(W + PAGE)])
    })

    it('stops where gas ends and goes on there; where instructions are paid it does not pay itself again', () => {
      const vm = start({ regs: regs(BigInt(W), 9n, 6n), gas: 4n })
      expect([vm.run(), vm.pc, vm.gas, vm.charged]).toEqual([Exit.OutOfGas, labels.get('at'), 0n, true])
      expect([vm.regs[7], vm.regs[9]]).toEqual([BigInt(W + 2), 4n])
      vm.gas = 10n
      expect([vm.run(), vm.pc, vm.gas, vm.regs[9], vm.charged]).toEqual([Exit.Panic, labels.get('end'), 5n, 0n, false])
      expect([...vm.memory.view(W, 7)!]).toEqual([9, 9, 9, 9, 9, 9, 0])
    })

    it('where blocks are paid it goes on without', () => {
      const vm = start({ regs: regs(BigInt(W), 9n, 6n), gas: 5n }, block)
      expect([vm.run(), vm.pc, vm.gas, vm.charged]).toEqual([Exit.OutOfGas, labels.get('at'), 0n, true])
      expect([vm.regs[7], vm.regs[9]]).toEqual([BigInt(W + 2), 4n])
      vm.gas = 10n
      expect([vm.run(), vm.pc, vm.gas, vm.regs[9]]).toEqual([Exit.Panic, labels.get('end'), 6n, 0n])
    })

    it('stops at the first byte it may not write, that byte not paid, and goes on once it may', () => {
      const vm = start({ regs: regs(BigInt(W + PAGE - 2), 9n, 4n) })
      expect([vm.run(), vm.exitArg, vm.pc, vm.gas]).toEqual([Exit.PageFault, W + PAGE, labels.get('at'), 96n])
      expect([vm.regs[7], vm.regs[9]]).toEqual([BigInt(W + PAGE), 2n])
      expect([...vm.memory.view(W + PAGE - 3, 3)!]).toEqual([0, 9, 9])
      vm.memory.protect(W / PAGE + 1, 1, Access.Write)
      expect([vm.run(), vm.gas, vm.regs[9]]).toEqual([Exit.Panic, 92n, 0n])
      expect([...vm.memory.view(W + PAGE, 3)!]).toEqual([9, 9, 0])
    })

    it('below 2^16 it panics, what it did before stays', () => {
      const vm = start({ regs: regs(5n, 9n, 4n) })
      expect([vm.run(), vm.pc, vm.regs[7], vm.regs[9]]).toEqual([Exit.Panic, labels.get('at'), 5n, 4n])
    })

    // A loop of short memsets and arithmetic, which engines compile.
    const LOOP = `load_imm r6, 12
  fallthrough
loop: load_imm r7, ${W}
  add_64 r7, r7, r6
  load_imm r9, 5
  memset
  add_imm_64 r8, r8, 1
  add_imm_64 r6, r6, -1
  branch_ne_imm r6, 0, @loop
  trap`

    describe.each(['instruction', 'block', 'pipeline'] as const)(
      'in pieces costs what it costs whole: %s',
      gasModel => {
        const rule = profile('gp-0.7.2', {
          name: `pieces ${gasModel}`,
          gasModel,
          instructionSet: 'latest64',
          outOfGas: 'keep',
        })
        const looping = programOf(LOOP, rule).program
        const begin = (gas: bigint): Vm => createVm(looping, { gas, pages })
        const state = (vm: Vm): unknown[] => [vm.pc, vm.gasUsed, vm.charged, ...vm.regs, ...vm.memory.view(W, 32)!]
        const whole = begin(10_000n)
        const end = [whole.run(), ...state(whole)]
        const least = gasModel === 'instruction' ? 1 : Math.max(looping.costAt(0), looping.costAt(looping.next(0) + 1))
        const sizes = Array.from({ length: 40 }, (_, k) => BigInt(least + k))

        it.each(sizes)('of %d gas each by maxGas', maxGas => {
          const vm = begin(10_000n)
          let exit = vm.run({ maxGas })
          for (let pieces = 0; exit === Exit.Paused && pieces < 1000; pieces++) exit = vm.run({ maxGas })
          expect([exit, ...state(vm)]).toEqual(end)
        })

        it.each(sizes)('of %d gas each, and out of gas between them', gas => {
          const vm = begin(0n)
          let [given, exit] = [0n, Exit.OutOfGas as Exit]
          for (let pieces = 0; exit === Exit.OutOfGas && pieces < 1000; pieces++) {
            vm.gas += gas
            given += gas
            vm.tracer = pieces % 3 === 2 ? () => {} : undefined
            exit = pieces % 4 === 3 ? vm.step(100) : vm.run()
            if (exit === Exit.Step) exit = Exit.OutOfGas
          }
          expect([exit, vm.pc, given - vm.gas, vm.charged, ...state(vm).slice(3)]).toEqual(end)
        })

        it('of no time, and of single steps', () => {
          for (const go of [(vm: Vm) => vm.run({ maxMs: 0 }), (vm: Vm) => vm.step(1), (vm: Vm) => vm.step(3)]) {
            const vm = begin(10_000n)
            let exit = go(vm)
            for (let n = 0; (exit === Exit.Paused || exit === Exit.Step) && n < 1000; n++) exit = go(vm)
            expect([exit, ...state(vm)]).toEqual(end)
          }
        })
      },
    )

    it('that has begun is the only thing that is paid where instructions are paid: nothing else can be made so', () => {
      const vm = start({ regs: regs(BigInt(W), 9n, 6n), gas: 4n })
      vm.charged = true
      expect(vm.charged).toBe(false)
      vm.run()
      vm.pc = labels.get('at')!
      expect(vm.charged).toBe(false)
      vm.gas = 3n
      expect([vm.run(), vm.gas, vm.regs[9]]).toEqual([Exit.OutOfGas, 0n, 2n])
      vm.charged = false
      vm.gas = 2n
      expect([vm.run(), vm.gas, vm.regs[9]]).toEqual([Exit.OutOfGas, 0n, 1n])
    })

    it('that goes on and then faults is paid again, as every instruction that faulted', () => {
      const vm = start({ regs: regs(BigInt(W + PAGE - 2), 9n, 4n), gas: 3n })
      expect([vm.run(), vm.charged]).toEqual([Exit.OutOfGas, true])
      vm.gas = 100n
      expect([vm.run(), vm.exitArg, vm.gas, vm.charged]).toEqual([Exit.PageFault, W + PAGE, 99n, false])
      vm.memory.protect(W / PAGE + 1, 1, Access.Write)
      expect([vm.run(), vm.gas, vm.regs[9]]).toEqual([Exit.Panic, 95n, 0n])
    })

    it('is one step', () => {
      const vm = start({ regs: regs(BigInt(W), 9n, 6n) })
      expect([vm.step(2), vm.pc]).toEqual([Exit.Step, labels.get('end')])
    })
  })
}
