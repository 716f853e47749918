// How machines are started, stepped, resumed, reset; and that every schedule ends in the same state. Every engine.
import { describe, expect, it } from 'vitest'
import { Access, ENGINE_KINDS, type EngineKind, Exit, type StartOptions, type Vm } from '../../src/index.ts'
import { type CreateVm, programOf } from './cases.ts'
import { hostOf } from './host-calls.ts'

const W = 0x20000

/** Loops, memory, calls through the table, host calls: 10 rounds. */
const PROGRAM = `
.jump_table @back
loop: add_imm_64 r7, r7, 3
  store_ind_u32 [r8 + ${W}], r7
  add_imm_64 r8, r8, 5
  load_imm_jump r0, 2, @function
back: ecalli 1
  add_imm_64 r10, r10, 1
  branch_lt_u_imm r10, 10, @loop
end: trap
function: load_ind_u64 r11, [r8 + ${W - 5}]
  xor r9, r9, r11
  jump_ind r0
`

const host = hostOf(vm => {
  vm.regs[12] = vm.regs[12]! * 3n + vm.regs[9]!
})

const START: StartOptions = { gas: 10_000n, host, pages: [{ address: W, length: 4096, access: Access.Write }] }

interface State {
  readonly pc: number
  readonly gas: bigint
  readonly regs: readonly bigint[]
  readonly memory: readonly number[]
}

function stateOf(vm: Vm): State {
  return { pc: vm.pc, gas: vm.gas, regs: [...vm.regs], memory: [...vm.memory.view(W, 4096)!] }
}

/** The suite. */
export function runSuite(createVm: CreateVm): void {
  const { program, labels } = programOf(PROGRAM)

  const whole = (): State => {
    const vm = createVm(program, START)
    expect(vm.run()).toBe(Exit.Panic)
    return stateOf(vm)
  }

  describe('step', () => {
    it('one instruction at a time ends where run ends, with one exit each', () => {
      const vm = createVm(program, START)
      let steps = 0
      while (vm.step() === Exit.Step) steps += 1
      expect(vm.exit).toBe(Exit.Panic)
      expect(stateOf(vm)).toEqual(whole())
      expect(BigInt(steps)).toBe(10_000n - vm.gas - 1n)
    })

    it.each([2, 3, 7, 10, 64])('%i at a time too', count => {
      const vm = createVm(program, START)
      while (vm.step(count) === Exit.Step);
      expect(vm.exit).toBe(Exit.Panic)
      expect(stateOf(vm)).toEqual(whole())
    })

    it('step and run in turns too', () => {
      const vm = createVm(program, START)
      for (let i = 0; i < 33; i++) expect(vm.step(i % 4)).toBe(Exit.Step)
      expect(vm.run()).toBe(Exit.Panic)
      expect(stateOf(vm)).toEqual(whole())
    })

    it('stops behind each instruction, pc at the next', () => {
      const vm = createVm(program, START)
      expect([vm.step(1), vm.pc, vm.regs[7], vm.gas, vm.exitArg]).toEqual([Exit.Step, 3, 3n, 9999n, 0])
      expect([vm.step(2), vm.gas]).toEqual([Exit.Step, 9997n])
    })

    it('0 steps do nothing', () => {
      const vm = createVm(program, START)
      expect([vm.step(0), vm.pc, vm.gas]).toEqual([Exit.Step, 0, 10_000n])
    })

    it('an exit on the last of the steps is that exit', () => {
      const vm = createVm(programOf('load_imm r7, 1\ntrap').program, { gas: 10n })
      expect(vm.step(2)).toBe(Exit.Panic)
      expect([vm.step(1), vm.step(0), vm.run()]).toEqual([Exit.Panic, Exit.Panic, Exit.Panic])
    })

    it('an ecalli and its host function are one step; one without function is the exit', () => {
      const calls = createVm(programOf('ecalli 1\nload_imm r7, 1\ntrap').program, { gas: 10n, host: hostOf(() => {}) })
      expect([calls.step(1), calls.pc]).toEqual([Exit.Step, 2])
      const exits = createVm(programOf('ecalli 1\nload_imm r7, 1\ntrap').program, { gas: 10n })
      expect([exits.step(1), exits.pc]).toEqual([Exit.Host, 0])
      expect([exits.step(1), exits.pc, exits.regs[7]]).toEqual([Exit.Step, 5, 1n])
    })

    it('out of gas in the middle of steps is out of gas', () => {
      const vm = createVm(program, { ...START, gas: 3n })
      expect([vm.step(10), vm.gas]).toEqual([Exit.OutOfGas, 0n])
    })

    it('a count that is no number of instructions is a RangeError', () => {
      const vm = createVm(program, START)
      expect(() => vm.step(-1)).toThrow(RangeError)
      expect(() => vm.step(1.5)).toThrow(RangeError)
      expect(() => vm.step(Number.NaN)).toThrow(RangeError)
    })
  })

  describe('resume', () => {
    it.each([1, 2, 3, 5, 8, 13])('gas in slices of %i ends where all of it at once ends', slice => {
      const vm = createVm(program, { ...START, gas: 0n })
      let given = 0n
      while (vm.run() === Exit.OutOfGas) {
        vm.gas += BigInt(slice)
        given += BigInt(slice)
      }
      const expected = whole()
      expect({ ...stateOf(vm), gas: 0n }).toEqual({ ...expected, gas: 0n })
      expect(given - vm.gas).toBe(10_000n - expected.gas)
    })

    it('host calls answered from outside end where host functions end', () => {
      const { host: _, ...rest } = START
      const vm = createVm(program, rest)
      let calls = 0
      while (vm.run() === Exit.Host) {
        calls += 1
        expect(vm.exitArg).toBe(1)
        vm.regs[12] = vm.regs[12]! * 3n + vm.regs[9]!
      }
      expect(calls).toBe(10)
      expect(stateOf(vm)).toEqual(whole())
    })
  })

  describe('reset', () => {
    it('a machine that is reset runs as a new one', () => {
      const vm = createVm(program, START)
      const { regs, regs32 } = vm
      vm.run()
      const first = stateOf(vm)
      vm.reset(START)
      expect([vm.exit, vm.exitArg, vm.pc, vm.gas, vm.gasUsed]).toEqual([undefined, 0, 0, 10_000n, 0n])
      expect([...vm.regs]).toEqual(new Array(13).fill(0n))
      expect(vm.memory.readU64(W)).toBe(0n)
      vm.run()
      expect(stateOf(vm)).toEqual(first)
      expect(vm.regs).toBe(regs)
      expect(vm.regs32).toBe(regs32)
    })

    it('nothing of the old start is left: memory, host, registers, pending host call', () => {
      const vm = createVm(program, { ...START, regs: [1n, 2n, 3n], memory: [{ address: W, bytes: Uint8Array.of(7) }] })
      vm.memory.protect(100, 5, Access.Read)
      vm.run()
      vm.reset({ gas: 5n })
      expect(vm.memory.pages()).toEqual([])
      expect(vm.memory.readU8(W)).toBe(-1)
      expect([...vm.regs]).toEqual(new Array(13).fill(0n))
      vm.reset({ gas: 5n, entry: labels.get('back')! })
      expect([vm.run(), vm.exitArg]).toEqual([Exit.Host, 1])
      vm.reset({ gas: 5n, entry: labels.get('end')! })
      expect([vm.run(), vm.pc]).toEqual([Exit.Panic, labels.get('end')])
    })
  })

  describe('switching', () => {
    /** Switches, or leaves everything alone with a RangeError where that engine is not to be had. */
    const tryTo = (vm: Vm, kind: EngineKind): void => {
      const before = stateOf(vm)
      try {
        vm.switchTo(kind)
        expect(vm.kind).toBe(kind)
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError)
      }
      expect(stateOf(vm)).toEqual(before)
    }

    it.each(ENGINE_KINDS)('to %s and back at any instruction ends where one engine ends', kind => {
      const vm = createVm(program, START)
      const own = vm.kind
      for (let i = 0; vm.step(1 + (i % 3)) === Exit.Step; i++) tryTo(vm, i % 2 === 0 ? kind : own)
      expect(vm.exit).toBe(Exit.Panic)
      expect(stateOf(vm)).toEqual(whole())
    })

    it.each(ENGINE_KINDS)('to %s with a host call to go on behind, and one to make up for', kind => {
      const { host: _, ...rest } = START
      const answered = createVm(program, rest)
      expect(answered.run()).toBe(Exit.Host)
      tryTo(answered, kind)
      expect([answered.run(), answered.regs[10]]).toEqual([Exit.Host, 1n])
      const unpaid = createVm(program, { ...START, host: hostOf(vm => void (vm.regs[12] = 5n), 20_000) })
      expect(unpaid.run()).toBe(Exit.OutOfGas)
      tryTo(unpaid, kind)
      unpaid.gas = 20_000n
      expect([unpaid.run(), unpaid.regs[12]]).toEqual([Exit.OutOfGas, 5n])
    })

    it('to what is no engine is a RangeError, from inside a host function a TypeError', () => {
      const vm = createVm(program, START)
      expect(() => vm.switchTo('turbo' as EngineKind)).toThrow(RangeError)
      const inside = createVm(program, {
        ...START,
        host: hostOf(machine => {
          expect(() => machine.switchTo(machine.kind)).toThrow(TypeError)
        }),
      })
      expect(inside.run()).toBe(Exit.Panic)
    })
  })

  describe('machines', () => {
    it('two machines of one program do not touch each other', () => {
      const one = createVm(program, START)
      const two = createVm(program, START)
      while (one.step(3) === Exit.Step) two.step(2)
      two.run()
      expect(stateOf(one)).toEqual(whole())
      expect(stateOf(two)).toEqual(whole())
    })

    it('registers are live in both directions, whole and in halves', () => {
      const vm = createVm(programOf('add_imm_64 r7, r7, 1\ntrap').program, { gas: 10n })
      vm.regs[7] = 2n ** 64n - 2n
      expect([vm.regs32[14], vm.regs32[15]]).toEqual([0xfffffffe, 0xffffffff])
      vm.regs32[14] = 0xffffffff
      vm.run()
      expect([vm.regs[7], vm.regs.length, vm.regs32.length]).toEqual([0n, 13, 26])
    })

    it('dispose twice is fine, use afterwards is a TypeError', () => {
      const vm = createVm(program, START)
      vm.dispose()
      vm.dispose()
      expect(() => vm.run()).toThrow(TypeError)
      expect(() => vm.regs).toThrow(TypeError)
    })
  })
}
