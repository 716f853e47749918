// The extended encoding of PolkaVM 0.37 (`latest64-0.37`; proposed for the Gray Paper in pull request #555): the opcode says how
// long an instruction is, so there is no bitmask. Not the operands, which are as everywhere: see decode.ts.
import { INSTRUCTIONS, TRAP_ID } from './table.ts'

// Raw opcodes from 0 on, in order: an instruction and the numbers of argument bytes it comes with (a is 10).
const ONE_BYTE = `
  trap 0, fallthrough 0, unlikely 0, jump_ind 1, load_imm 12345, load_u8 5, load_i8 4, load_u16 5, load_i16 5,
  load_i32 45, load_u32 5, load_u64 45, store_u8 5, store_u16 5, store_u32 5, store_u64 45, load_imm_jump 45678,
  branch_eq_imm 234569, branch_ne_imm 2346, branch_lt_u_imm 3459, branch_lt_s_imm 2349, branch_ge_u_imm 345,
  branch_ge_s_imm 239, branch_le_s_imm 236, branch_le_u_imm 346, branch_gt_s_imm 3459, branch_gt_u_imm 3459,
  store_imm_ind_u8 12345, store_imm_ind_u16 2345, store_imm_ind_u32 123469, store_imm_ind_u64 1234567,
  store_ind_u8 123, store_ind_u16 123, store_ind_u32 123, store_ind_u64 123, load_ind_u8 123, load_ind_i8 123,
  load_ind_u16 123, load_ind_i16 123, load_ind_i32 123, load_ind_u32 123, load_ind_u64 123, add_imm_32 1235,
  add_imm_64 2345, and_imm 235, xor_imm 235, or_imm 235, mul_imm_32 5, mul_imm_64 235, set_lt_u_imm 235,
  set_lt_s_imm 12, shlo_l_imm_32 2, shlo_l_imm_64 2, shlo_r_imm_32 2, shlo_r_imm_64 2, shar_r_imm_32 2,
  shar_r_imm_64 2, neg_add_imm_32 13, neg_add_imm_64 125, set_gt_u_imm 15, set_gt_s_imm 1, shlo_r_imm_alt_64 25,
  shlo_l_imm_alt_32 5, shlo_l_imm_alt_64 2, cmov_iz_imm 125, cmov_nz_imm 125, rot_r_32_imm 2, rot_r_64_imm 2,
  branch_eq 235, branch_ne 235, branch_lt_u 23, branch_lt_s 23, branch_ge_u 23, branch_ge_s 23, add_32 2, add_64 2,
  sub_32 2, sub_64 2, and 2, xor 2, or 2, mul_32 2, mul_64 2, mul_upper_u_u 2, set_lt_u 2, set_lt_s 2, shlo_l_32 2,
  shlo_l_64 2, shlo_r_32 2, shlo_r_64 2, div_u_32 2, div_u_64 2, div_s_32 2, rem_u_32 2, rem_u_64 2, rem_s_32 2,
  cmov_iz 2, cmov_nz 2, and_inv 2, or_inv 2, xnor 2, max_u 2, min_u 2, rot_l_64 2, jump 1234, ecalli 1,
  store_imm_u8 6, store_imm_u32 569, store_imm_u64 5, move_reg 1, leading_zero_bits_32 1, leading_zero_bits_64 1,
  trailing_zero_bits_64 1, count_set_bits_32 1, count_set_bits_64 1, sign_extend_8 1, sign_extend_16 1,
  zero_extend_16 1, reverse_bytes 1, load_imm_jump_ind 45, load_imm_64 9`

// From 255 on: written as the byte 255 and the rest.
const TWO_BYTES = `
  jump_ind 5, load_i8 5, load_imm_jump 9, branch_ne_imm 9, branch_ge_u_imm 9, branch_le_s_imm 9, branch_le_u_imm 9,
  store_imm_ind_u8 9, store_imm_ind_u16 9, store_imm_ind_u64 9, store_ind_u8 5, store_ind_u16 5, store_ind_u32 5,
  store_ind_u64 5, load_ind_u8 5, load_ind_i8 5, load_ind_u16 5, load_ind_i16 5, load_ind_i32 5, load_ind_u32 5,
  load_ind_u64 5, set_lt_s_imm 5, shlo_l_imm_32 5, shlo_l_imm_64 5, shlo_r_imm_32 5, shlo_r_imm_64 5,
  shar_r_imm_32 5, shar_r_imm_64 5, neg_add_imm_32 5, set_gt_s_imm 5, shlo_r_imm_alt_32 5, shar_r_imm_alt_32 5,
  shar_r_imm_alt_64 5, shlo_l_imm_alt_64 5, rot_r_32_imm 5, rot_r_32_imm_alt 5, rot_r_64_imm 5, rot_r_64_imm_alt 5,
  branch_lt_u 5, branch_lt_s 5, branch_ge_u 5, branch_ge_s 5, mul_upper_s_s 2, mul_upper_s_u 2, shar_r_32 2,
  shar_r_64 2, div_s_64 2, rem_s_64 2, max 2, min 2, rot_l_32 2, rot_r_32 2, rot_r_64 2, ecalli 4, store_imm_u8 9,
  store_imm_u16 9, store_imm_u64 9, trailing_zero_bits_32 1, load_imm_jump_ind a`

/** The byte in front of a raw opcode of 255 and more, which is this byte plus the next one. */
export const PREFIX = 255
/** Raw opcodes are below it. */
const RAW_OPCODES = 2 * PREFIX + 1
/**
 * Code is cut into macro blocks of so many bytes. Each starts with a basic block and ends with a terminator; no instruction lies
 * across its end, so that each can be decoded without the others.
 */
export const MACRO_BLOCK = 1024

/** One way to write an instruction. */
export interface ExtendedForm {
  readonly raw: number
  /** Bytes behind the opcode. */
  readonly args: number
}

/** Marks a raw opcode without an instruction. */
const NONE = 255
/** Instruction id by raw opcode, 255 where there is none. */
export const RAW_IDS: Uint8Array = new Uint8Array(RAW_OPCODES).fill(NONE)
/** Argument bytes by raw opcode. */
export const RAW_ARGS: Uint8Array = new Uint8Array(RAW_OPCODES)
/** By instruction id: its forms, shortest first as in the tables; empty where the encoding does not have it. */
export const EXTENDED_FORMS: readonly (readonly ExtendedForm[])[] = readForms()

function readForms(): readonly (readonly ExtendedForm[])[] {
  const ids = new Map(INSTRUCTIONS.map(({ name, id }) => [name, id]))
  const forms: ExtendedForm[][] = INSTRUCTIONS.map(() => [])
  const read = (first: number, lines: string): void => {
    let raw = first
    for (const line of lines.trim().split(/,\s*/)) {
      const [name, sizes] = line.split(' ')
      for (const size of sizes!) {
        const args = Number.parseInt(size, 36)
        const id = ids.get(name!)!
        RAW_IDS[raw] = id
        RAW_ARGS[raw] = args
        forms[id]!.push({ raw, args })
        raw += 1
      }
    }
  }
  read(0, ONE_BYTE)
  read(PREFIX, TWO_BYTES)
  // PolkaVM's own, which it keeps at the end.
  read(RAW_OPCODES - 2, 'sbrk 1, memset 0')
  return forms
}

/** The raw opcode at `pc`; code is zeros behind its end. */
function rawAt(code: Uint8Array, pc: number): number {
  const first = code[pc] ?? 0
  return first === PREFIX ? PREFIX + (code[pc + 1] ?? 0) : first
}

/** Bytes of an instruction with this raw opcode. What is undefined has no arguments. */
function lengthOf(raw: number): number {
  return (raw < PREFIX ? 1 : 2) + RAW_ARGS[raw]!
}

/**
 * The instruction at `pc`, where one starts: its id, `trap` for what is undefined and for what may not stand there, which is what
 * does not end a basic block at the end of a macro block, or has less than its bytes.
 *
 * @param length its bytes, to the next instruction.
 */
export function extendedId(code: Uint8Array, pc: number, length: number): number {
  const raw = rawAt(code, pc)
  const id = RAW_IDS[raw]!
  if (id === NONE || lengthOf(raw) !== length) return TRAP_ID
  const end = pc + length
  const isLast = end % MACRO_BLOCK === 0 || end === code.length
  return isLast && !INSTRUCTIONS[id]!.terminator ? TRAP_ID : id
}

/** Where instructions start, as a bitmask: what follows from the code. Linear. */
export function markExtended(code: Uint8Array): Uint8Array {
  const bitmask = new Uint8Array(Math.ceil(code.length / 8))
  for (let pc = 0; pc < code.length; ) {
    bitmask[pc >>> 3]! |= 1 << (pc & 7)
    const end = Math.min(pc - (pc % MACRO_BLOCK) + MACRO_BLOCK, code.length)
    pc = Math.min(pc + lengthOf(rawAt(code, pc)), end)
  }
  return bitmask
}
