// The benchmark's translator from RISC-V to PVM: decoding, lowering, blocks and the jump table.
import { describe, expect, it } from 'vitest'
import { createEmitter } from '../../bench/workloads/translator/emit.ts'
import { lower } from '../../bench/workloads/translator/lower.ts'
import { decode } from '../../bench/workloads/translator/riscv.ts'
import { createEngine } from '../../src/engine/create.ts'
import { Exit } from '../../src/engine/exit.ts'
import { loadProgram } from '../../src/program/program.ts'

/** Runs a blob on the reference machine and answers r7. */
function result(blob: Uint8Array, regs: readonly bigint[] = []): bigint {
  const program = loadProgram(blob, { kind: 'raw' })
  const vm = createEngine({ kind: 'reference' }).instantiate(program, { regs: [0xffff0000n, ...regs], gas: 1000n })
  expect(vm.run()).toBe(Exit.Halt)
  return vm.regs[7]!
}

describe('the RISC-V decoder', () => {
  it('reads every instruction form (words from clang)', () => {
    expect(decode(0xff010113 | 0)).toMatchObject({ name: 'addi', rd: 2, rs1: 2, imm: -16 })
    expect(decode(0x00c58533)).toMatchObject({ name: 'add', rd: 10, rs1: 11, rs2: 12 })
    expect(decode(0x02c5d53b)).toMatchObject({ name: 'divuw', rd: 10, rs1: 11, rs2: 12 })
    expect(decode(0xfec5bc23 | 0)).toMatchObject({ name: 'sd', rs1: 11, rs2: 12, imm: -8 })
    expect(decode(0x0185c503)).toMatchObject({ name: 'lbu', rd: 10, rs1: 11, imm: 24 })
    expect(decode(0x12345537)).toMatchObject({ name: 'lui', rd: 10, imm: 0x12345000 })
    expect(decode(0xfeb568e3 | 0)).toMatchObject({ name: 'bltu', rs1: 10, rs2: 11, imm: -16 })
    expect(decode(0x0540006f)).toMatchObject({ name: 'jal', rd: 0, imm: 84 })
    expect(decode(0x6075d513)).toMatchObject({ name: 'rori', rd: 10, rs1: 11, imm: 7 })
    expect(decode(0x6b85d513)).toMatchObject({ name: 'rev8', rd: 10, rs1: 11 })
    expect(decode(0x60059513)).toMatchObject({ name: 'clz', rd: 10, rs1: 11 })
    expect(decode(0x4055d51b)).toMatchObject({ name: 'sraiw', rd: 10, rs1: 11, imm: 5 })
  })

  it('refuses what is not RV64EM_Zbb', () => {
    expect(() => decode(0x00000001)).toThrow('not RV64EM_Zbb') // compressed
    expect(() => decode(0x02a58553 | 0)).toThrow('not RV64EM_Zbb') // fadd.d
    expect(() => decode(0x2875d513)).toThrow('not RV64EM_Zbb') // orc.b
  })
})

describe('lowering', () => {
  const lowered = (name: string, rd: number, rs1: number, rs2: number, imm = 0): unknown =>
    lower({ name, rd, rs1, rs2, imm }, imm)

  it('gives x0 as a source the immediate form that means the same', () => {
    expect(lowered('sub', 10, 0, 11)).toEqual(['neg_add_imm_64', { a: 7, b: 8, x: 0 }])
    expect(lowered('sltu', 10, 0, 11)).toEqual(['set_gt_u_imm', { a: 7, b: 8, x: 0 }])
    expect(lowered('sd', 0, 2, 0, 8)).toEqual(['store_imm_ind_u64', { a: 1, x: 8, y: 0 }])
    expect(lowered('addi', 10, 0, 0, -5)).toEqual(['load_imm', { a: 7, x: -5 }])
  })

  it('drops what writes only x0, and refuses the registers that RV64E code does not use', () => {
    expect(lowered('addi', 0, 0, 0)).toBeUndefined()
    expect(() => lowered('add', 10, 3, 11)).toThrow('x3 has no PVM register')
  })
})

describe('the emitter', () => {
  it('puts a fallthrough before a block that is jumped to and not behind a terminator (GP A.3)', () => {
    const out = createEmitter()
    out.op('load_imm', { a: 7, x: 3 })
    out.label(1)
    out.op('add_imm_64', { a: 7, b: 7, x: -1 })
    out.op('branch_ne_imm', { a: 7, x: 0, target: 1 })
    out.op('jump_ind', { a: 0 })
    const { blob, instructions } = out.finish()
    expect(instructions).toBe(5)
    expect(result(blob)).toBe(0n)
  })

  it('calls and returns through jump table addresses, 2 × (index + 1) (GP A.4)', () => {
    const out = createEmitter()
    expect(out.jumpTableAddress(7)).toBe(2)
    expect(out.jumpTableAddress(8)).toBe(4)
    expect(out.jumpTableAddress(7)).toBe(2)
    out.op('move_reg', { d: 1, a: 0 })
    out.op('load_imm_jump', { a: 0, x: 2, target: 8 })
    out.label(7)
    out.op('add_imm_64', { a: 7, b: 7, x: 1 })
    out.op('jump_ind', { a: 1 })
    out.label(8)
    out.op('load_imm', { a: 7, x: 41 })
    out.op('jump_ind', { a: 0 })
    expect(result(out.finish().blob)).toBe(42n)
  })

  it('widens jump offsets until all of them reach', () => {
    const out = createEmitter()
    out.op('jump', { target: 1 })
    for (let i = 0; i < 20_000; i++) out.op('add_imm_64', { a: 7, b: 7, x: 1 })
    out.op('trap')
    out.label(1)
    out.op('load_imm', { a: 7, x: 5 })
    out.op('jump_ind', { a: 0 })
    expect(result(out.finish().blob)).toBe(5n)
  })
})
