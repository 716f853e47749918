// The rules of GP 0.8.0 that are not an instruction's: paying blocks, checked successors, valid programs. On every engine.
import { describe, expect, it } from 'vitest'
import { Access } from '../../src/blob/address-space.ts'
import { BlobError } from '../../src/blob/error.ts'
import { availableEngines, createEngine } from '../../src/engine/create.ts'
import type { HostFunction, HostTable, StartOptions, Vm } from '../../src/engine/engine.ts'
import { Exit, exitName } from '../../src/engine/exit.ts'
import { instructionSet } from '../../src/isa/set.ts'
import { instructionNamed } from '../../src/isa/table.ts'
import { type Profile, type ProfileName, profile } from '../../src/program/profile.ts'
import { createProgram, type Program } from '../../src/program/program.ts'

/** An instruction: its name, then its operand bytes. */
type Line = readonly [name: string, ...operands: number[]]

function assemble(lines: readonly Line[], rules: Profile | ProfileName = 'gp-0.8.0', table: number[] = []): Program {
  const resolved = profile(rules)
  const set = instructionSet(resolved.instructionSet)
  const code: number[] = []
  const mask: number[] = []
  for (const [name, ...operands] of lines) {
    const opcode = name.startsWith('0x') ? Number(name) : set.opcodes[instructionNamed(name)!.id]!
    mask.push(code.length)
    code.push(opcode, ...operands)
  }
  const bitmask = new Uint8Array(Math.ceil(code.length / 8))
  for (const at of mask) bitmask[at >> 3]! |= 1 << (at & 7)
  const parts = {
    code: Uint8Array.from(code),
    bitmask,
    jumpTable: Uint32Array.from(table),
    jumpTableLength: table.length,
    jumpTableEntrySize: 1,
  }
  return createProgram({ container: { kind: 'raw', parts }, profile: resolved })
}

/** What a machine looks like from outside. */
function seen(vm: Vm): { exit: string; pc: number; gas: bigint; charged: boolean } {
  return { exit: vm.exit === undefined ? '' : exitName(vm.exit), pc: vm.pc, gas: vm.gas, charged: vm.charged }
}

const TRAP: Line = ['trap'] // cost 2 on its own
const HOST = (call: HostFunction): HostTable => ({ entry: () => ({ name: 'test', price: 0, call }) })

describe.each(availableEngines())('GP 0.8.0 on %s', kind => {
  const start = (program: Program, options: StartOptions = {}): Vm =>
    createEngine({ kind }).instantiate(program, options)

  describe('paying (A.6)', () => {
    it('a block is paid whole on entering it', () => {
      const vm = start(assemble([['load_imm', 7, 1], ['load_imm', 8, 2], TRAP]), { gas: 100n })
      expect(vm.step(1)).toBe(Exit.Step)
      expect(seen(vm)).toEqual({ exit: 'step', pc: 3, gas: 98n, charged: true })
      expect(vm.run()).toBe(Exit.Panic)
      expect(seen(vm)).toEqual({ exit: 'panic', pc: 6, gas: 98n, charged: true })
    })

    it('out of gas at block entry leaves counter, pc and registers alone, and the same run goes on with more', () => {
      const vm = start(assemble([['load_imm', 7, 1], TRAP]), { gas: 1n })
      expect(vm.run()).toBe(Exit.OutOfGas)
      expect(seen(vm)).toEqual({ exit: 'out-of-gas', pc: 0, gas: 1n, charged: false })
      expect(vm.regs[7]).toBe(0n)
      vm.gas = 2n
      expect(vm.run()).toBe(Exit.Panic)
      expect(seen(vm)).toEqual({ exit: 'panic', pc: 3, gas: 0n, charged: true })
    })

    it('gas equal to the price suffices', () => {
      const program = assemble([TRAP])
      expect(start(program, { gas: 2n }).run()).toBe(Exit.Panic)
      expect(start(program, { gas: 1n }).run()).toBe(Exit.OutOfGas)
    })

    it('out of gas comes before whatever the first instruction would do', () => {
      const vm = start(assemble([['jump', 100]]), { gas: 0n })
      expect(vm.run()).toBe(Exit.OutOfGas)
      expect(vm.pc).toBe(0)
    })

    it('a machine that starts in the middle of a block pays the whole block', () => {
      const lines: Line[] = [['div_u_64', 0x98, 7], ['load_imm', 8, 2], TRAP]
      const program = assemble(lines)
      expect(program.costAt(3)).toBe(program.costAt(0))
      expect(program.costAt(3)).toBe(60)
      const vm = start(program, { gas: 60n, entry: 3 })
      expect(vm.run()).toBe(Exit.Panic)
      expect(seen(vm)).toEqual({ exit: 'panic', pc: 6, gas: 0n, charged: true })
      const poor = start(program, { gas: 59n, entry: 3 })
      expect(poor.run()).toBe(Exit.OutOfGas)
      expect(seen(poor)).toEqual({ exit: 'out-of-gas', pc: 3, gas: 59n, charged: false })
    })

    it('a block that jumps to itself is paid each time round', () => {
      const vm = start(assemble([['jump', 0]]), { gas: 15n * 7n + 3n })
      expect(vm.run()).toBe(Exit.OutOfGas)
      expect(seen(vm)).toEqual({ exit: 'out-of-gas', pc: 0, gas: 3n, charged: false })
    })

    it('the flag is cleared by a terminator that goes on, and set again by paying', () => {
      const vm = start(assemble([['fallthrough'], TRAP]), { gas: 100n })
      expect(vm.step(1)).toBe(Exit.Step)
      expect(seen(vm)).toEqual({ exit: 'step', pc: 1, gas: 98n, charged: false })
      vm.run()
      expect(seen(vm)).toEqual({ exit: 'panic', pc: 1, gas: 96n, charged: true })
    })

    it('the flag survives a host call that nobody answers: the block is not paid again', () => {
      const program = assemble([['ecalli', 5], ['load_imm', 7, 1], TRAP])
      const cost = BigInt(program.costAt(0))
      const vm = start(program, { gas: cost })
      expect(vm.run()).toBe(Exit.Host)
      expect(seen(vm)).toEqual({ exit: 'host', pc: 0, gas: 0n, charged: true })
      expect(vm.exitArg).toBe(5)
      expect(vm.run()).toBe(Exit.Panic)
      expect(seen(vm)).toEqual({ exit: 'panic', pc: 5, gas: 0n, charged: true })
      expect(vm.regs[7]).toBe(1n)
    })

    it('the flag survives a host function, and one that stops the machine', () => {
      const program = assemble([['ecalli', 5], ['ecalli', 6], TRAP])
      const vm = start(program, {
        gas: BigInt(program.costAt(0)),
        host: HOST((_, index) => (index === 6 ? 3 : undefined)),
      })
      expect(vm.run()).toBe(Exit.Break)
      expect(seen(vm)).toEqual({ exit: 'break', pc: 4, gas: 0n, charged: true })
      expect(vm.run()).toBe(Exit.Panic)
      expect(vm.gas).toBe(0n)
    })

    it('the flag survives a page fault: mapping the page and running again costs nothing', () => {
      // r7 = u8[0x20000]; trap
      const program = assemble([['load_u8', 7, 0, 0, 2], TRAP])
      const vm = start(program, { gas: 25n })
      expect(vm.run()).toBe(Exit.PageFault)
      expect(vm.exitArg).toBe(0x20000)
      expect(seen(vm)).toEqual({ exit: 'page-fault', pc: 0, gas: 0n, charged: true })
      vm.memory.protect(0x20, 1, Access.Read)
      expect(vm.run()).toBe(Exit.Panic)
      expect(seen(vm)).toEqual({ exit: 'panic', pc: 5, gas: 0n, charged: true })
    })

    it('writing pc starts a new payment; a restored flag does not', () => {
      const program = assemble([['load_imm', 7, 1], TRAP])
      const vm = start(program, { gas: 4n })
      vm.run()
      expect(seen(vm)).toEqual({ exit: 'panic', pc: 3, gas: 2n, charged: true })
      vm.pc = 0
      expect(vm.charged).toBe(false)
      vm.run()
      expect(vm.gas).toBe(0n)
      vm.pc = 0
      vm.charged = true // what expunge and invoke of an inner machine amount to (GP B.8)
      expect(vm.run()).toBe(Exit.Panic)
      expect(vm.gas).toBe(0n)
    })

    it('stepping through a block pays it once', () => {
      const program = assemble([['load_imm', 7, 1], ['load_imm', 8, 1], ['fallthrough'], TRAP])
      const vm = start(program, { gas: 100n })
      const gas: bigint[] = []
      for (let i = 0; i < 4; i++) {
        vm.step(1)
        gas.push(vm.gas)
      }
      expect(gas).toEqual([98n, 98n, 98n, 96n])
    })

    it('unlikely does nothing but cost: 40 itself, and 1 instead of 20 for a branch to it', () => {
      const lines: Line[] = [['branch_eq_imm', 7, 4], ['fallthrough'], ['unlikely'], TRAP]
      const program = assemble(lines)
      expect([0, 3, 4].map(pc => program.costAt(pc))).toEqual([1, 2, 40])
      const vm = start(program, { gas: 41n })
      expect(vm.run()).toBe(Exit.Panic)
      expect(seen(vm)).toEqual({ exit: 'panic', pc: 5, gas: 0n, charged: true })
    })
  })

  describe('successors (A.5)', () => {
    // branch_eq_imm r7, X=1 (one byte), target +4: the length nibble is 1
    const branchTo = (offset: number): Line => ['branch_eq_imm', 0x17, 1, offset]

    it('a branch not taken panics when its target is no block start', () => {
      const vm = start(assemble([branchTo(5), ['load_imm', 7, 1], TRAP]), { gas: 100n })
      expect(vm.run()).toBe(Exit.Panic)
      expect(vm.pc).toBe(0)
      const old = start(assemble([branchTo(5), ['load_imm', 7, 1], TRAP], 'gp-0.7.2'), { gas: 100n })
      expect(old.run()).toBe(Exit.Panic)
      expect(old.pc).toBe(7) // 0.7.2 checks the target only when it goes there
    })

    it('a branch taken panics when what follows it is not there: the last instruction of the code', () => {
      const lines: Line[] = [['fallthrough'], ['branch_eq_imm', 7, 0xff]]
      const vm = start(assemble(lines), { gas: 1000n })
      expect(vm.run()).toBe(Exit.Panic)
      expect(vm.pc).toBe(1)
      expect(start(assemble(lines, 'gp-0.7.2'), { gas: 1000n }).run()).toBe(Exit.OutOfGas)
    })

    it('fallthrough as the last instruction panics', () => {
      const vm = start(assemble([['fallthrough']]), { gas: 100n })
      expect(vm.run()).toBe(Exit.Panic)
      expect(seen(vm)).toEqual({ exit: 'panic', pc: 0, gas: 98n, charged: true })
    })

    it('good successors on both sides go on', () => {
      const vm = start(assemble([branchTo(4), TRAP]), { gas: 100n })
      expect(vm.run()).toBe(Exit.Panic)
      expect(vm.pc).toBe(4)
    })
  })

  describe('valid programs (A.2)', () => {
    it('a start in the middle of an instruction panics, and nothing is paid', () => {
      const vm = start(assemble([['load_imm', 7, 1], TRAP]), { gas: 100n, entry: 1 })
      expect(vm.run()).toBe(Exit.Panic)
      expect(vm.gas).toBe(100n)
      const behind = start(assemble([['load_imm', 7, 1], TRAP]), { gas: 100n, entry: 4 })
      expect(behind.run()).toBe(Exit.Panic)
      expect(behind.gas).toBe(100n)
    })
  })
})

describe('GP 0.8.0 loading (A.2)', () => {
  function codeOf(load: () => unknown): string {
    try {
      load()
    } catch (error) {
      if (error instanceof BlobError) return `${error.code} at ${error.offset}`
      throw error
    }
    return 'valid'
  }

  it('says what makes a program invalid, and where', () => {
    expect(codeOf(() => assemble([]))).toBe('empty-code at 0')
    expect(codeOf(() => assemble([['load_imm', 7, 1]]))).toBe('no-terminator at 0')
    expect(codeOf(() => assemble([['0xff'], TRAP]))).toBe('undefined-opcode at 0')
    expect(codeOf(() => assemble([TRAP, ['0x6f', 0], TRAP]))).toBe('undefined-opcode at 1')
    expect(codeOf(() => assemble([['load_imm', ...new Array(24).fill(0)], TRAP]))).toBe('valid')
    expect(codeOf(() => assemble([['load_imm', ...new Array(25).fill(0)], TRAP]))).toBe('skip-too-long at 25')
    expect(codeOf(() => assemble([['trap', ...new Array(25).fill(0)]]))).toBe('skip-too-long at 25')
    expect(codeOf(() => assemble([['ecalli', 0], ['fallthrough']]))).toBe('valid')
  })

  it('has no sbrk, and opcode 101 is count_set_bits_64', () => {
    const set = instructionSet('gp-0.8.0')
    expect(set.opcodes[instructionNamed('sbrk')!.id]).toBe(-1)
    expect(set.byOpcode[101]?.name).toBe('count_set_bits_64')
    expect(set.byOpcode[111]).toBe(undefined)
    expect(set.byOpcode[2]?.name).toBe('unlikely')
  })

  it('a static jump into nowhere is valid until it is executed', () => {
    expect(codeOf(() => assemble([['jump', 100]]))).toBe('valid')
  })
})
