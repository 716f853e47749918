// Turns one RISC-V instruction into one PVM instruction (or none). No peephole: what clang emitted is what runs.
// Control flow and relocations are link.ts's; here are only instructions that go on to the next one.

import type { EmitOperands } from './emit.ts'
import type { RiscV } from './riscv.ts'

/** x0…x15 to PVM registers: ra r0, sp r1, t0-t2 r2-r4, s0-s1 r5-r6, a0-a5 r7-r12. x0 has none, gp and tp are not used. */
const REGISTER: readonly number[] = [-1, 0, 1, -1, -1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
const ZERO = 0

/** A PVM instruction by name, with its operands. */
export type Lowered = readonly [name: string, operands: EmitOperands]

export function register(x: number): number {
  const r = REGISTER[x] ?? -1
  if (r < 0) throw new Error(`x${x} has no PVM register`)
  return r
}

const LOAD: Readonly<Record<string, string>> = {
  lb: 'i8',
  lh: 'i16',
  lw: 'i32',
  ld: 'u64',
  lbu: 'u8',
  lhu: 'u16',
  lwu: 'u32',
}
const STORE: Readonly<Record<string, string>> = { sb: 'u8', sh: 'u16', sw: 'u32', sd: 'u64' }

const WITH_IMMEDIATE: Readonly<Record<string, string>> = {
  addi: 'add_imm_64',
  addiw: 'add_imm_32',
  slti: 'set_lt_s_imm',
  sltiu: 'set_lt_u_imm',
  xori: 'xor_imm',
  ori: 'or_imm',
  andi: 'and_imm',
  slli: 'shlo_l_imm_64',
  srli: 'shlo_r_imm_64',
  srai: 'shar_r_imm_64',
  slliw: 'shlo_l_imm_32',
  srliw: 'shlo_r_imm_32',
  sraiw: 'shar_r_imm_32',
  rori: 'rot_r_64_imm',
  roriw: 'rot_r_32_imm',
}
const UNARY: Readonly<Record<string, string>> = {
  clz: 'leading_zero_bits_64',
  clzw: 'leading_zero_bits_32',
  ctz: 'trailing_zero_bits_64',
  ctzw: 'trailing_zero_bits_32',
  cpop: 'count_set_bits_64',
  cpopw: 'count_set_bits_32',
  'sext.b': 'sign_extend_8',
  'sext.h': 'sign_extend_16',
  'zext.h': 'zero_extend_16',
  rev8: 'reverse_bytes',
}
const THREE: Readonly<Record<string, string>> = {
  add: 'add_64',
  sub: 'sub_64',
  sll: 'shlo_l_64',
  srl: 'shlo_r_64',
  sra: 'shar_r_64',
  slt: 'set_lt_s',
  sltu: 'set_lt_u',
  xor: 'xor',
  or: 'or',
  and: 'and',
  addw: 'add_32',
  subw: 'sub_32',
  sllw: 'shlo_l_32',
  srlw: 'shlo_r_32',
  sraw: 'shar_r_32',
  mul: 'mul_64',
  mulw: 'mul_32',
  mulh: 'mul_upper_s_s',
  mulhsu: 'mul_upper_s_u',
  mulhu: 'mul_upper_u_u',
  div: 'div_s_64',
  divu: 'div_u_64',
  rem: 'rem_s_64',
  remu: 'rem_u_64',
  divw: 'div_s_32',
  divuw: 'div_u_32',
  remw: 'rem_s_32',
  remuw: 'rem_u_32',
  andn: 'and_inv',
  orn: 'or_inv',
  xnor: 'xnor',
  min: 'min',
  minu: 'min_u',
  max: 'max',
  maxu: 'max_u',
  rol: 'rot_l_64',
  ror: 'rot_r_64',
  rolw: 'rot_l_32',
  rorw: 'rot_r_32',
}
/** Register instructions whose first source is x0, as an immediate form over the second source. */
const ZERO_FIRST: Readonly<Record<string, string>> = {
  add: 'move',
  or: 'move',
  xor: 'move',
  addw: 'add_imm_32',
  sub: 'neg_add_imm_64',
  subw: 'neg_add_imm_32',
  slt: 'set_gt_s_imm',
  sltu: 'set_gt_u_imm',
}
/** The same with x0 as the second source. `set_lt_u_imm` with 0 is never true, as it should be. */
const ZERO_SECOND: Readonly<Record<string, string>> = {
  add: 'move',
  or: 'move',
  xor: 'move',
  sub: 'move',
  addw: 'add_imm_32',
  subw: 'add_imm_32',
  slt: 'set_lt_s_imm',
  sltu: 'set_lt_u_imm',
  and: 'and_imm',
}

/** The PVM instruction for `i`; undefined where it has no effect. `imm` is its immediate after relocation. */
export function lower(i: RiscV, imm: number): Lowered | undefined {
  if (i.name === 'ebreak') return ['trap', {}]
  if (i.name === 'fence') return undefined
  if (i.name in STORE) return lowerStore(i, imm)
  // What writes x0 only has no effect: RISC-V's hints and nop.
  if (i.rd === ZERO) return undefined
  const d = register(i.rd)
  if (i.name === 'lui') return ['load_imm', { a: d, x: imm }]
  if (i.name in LOAD) {
    if (i.rs1 === ZERO) return [`load_${LOAD[i.name]}`, { a: d, x: imm }]
    return [`load_ind_${LOAD[i.name]}`, { a: d, b: register(i.rs1), x: imm }]
  }
  if (i.name in WITH_IMMEDIATE) return lowerImmediate(i, imm, d)
  if (i.name in UNARY) return [UNARY[i.name]!, { d, a: register(i.rs1) }]
  if (i.name in THREE) return lowerThree(i, d)
  throw new Error(`no PVM instruction for ${i.name}`)
}

function lowerStore(i: RiscV, imm: number): Lowered {
  const width = STORE[i.name]
  if (i.rs2 === ZERO) {
    if (i.rs1 === ZERO) return [`store_imm_${width}`, { x: imm, y: 0 }]
    return [`store_imm_ind_${width}`, { a: register(i.rs1), x: imm, y: 0 }]
  }
  if (i.rs1 === ZERO) return [`store_${width}`, { a: register(i.rs2), x: imm }]
  return [`store_ind_${width}`, { a: register(i.rs2), b: register(i.rs1), x: imm }]
}

function lowerImmediate(i: RiscV, imm: number, d: number): Lowered {
  if (i.rs1 === ZERO) {
    // Only li is ever written with x0 as the source.
    if (i.name !== 'addi' && i.name !== 'addiw') throw new Error(`${i.name} of x0`)
    return ['load_imm', { a: d, x: imm }]
  }
  if (i.name === 'addi' && imm === 0) return ['move_reg', { d, a: register(i.rs1) }]
  return [WITH_IMMEDIATE[i.name]!, { a: d, b: register(i.rs1), x: imm }]
}

function lowerThree(i: RiscV, d: number): Lowered {
  if (i.rs1 !== ZERO && i.rs2 !== ZERO) return [THREE[i.name]!, { d, a: register(i.rs1), b: register(i.rs2) }]
  const name = i.rs1 === ZERO ? ZERO_FIRST[i.name] : ZERO_SECOND[i.name]
  if (name === undefined || (i.rs1 === ZERO && i.rs2 === ZERO)) throw new Error(`${i.name} of x0`)
  const source = register(i.rs1 === ZERO ? i.rs2 : i.rs1)
  return name === 'move' ? ['move_reg', { d, a: source }] : [name, { a: d, b: source, x: 0 }]
}
