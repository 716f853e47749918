// The arithmetic of the reference machine: one line per instruction, straight from GP A.5. decode.ts says where operands come from.
// A result may be any integer, because the register array reduces it modulo 2^64.

/** rD := f(rA, rB) (GP A.5.13), or rA := f(rB, X) (GP A.5.10). The last argument is the old value of the register that is written. */
export type Binary = (left: bigint, right: bigint, old: bigint) => bigint

/** rD := f(rA) (GP A.5.9). */
export type Unary = (value: bigint) => bigint

const ALL_ONES = 2n ** 64n - 1n

const u32 = (value: bigint): bigint => BigInt.asUintN(32, value)
const s32 = (value: bigint): bigint => BigInt.asIntN(32, value)
const u64 = (value: bigint): bigint => BigInt.asUintN(64, value)
const s64 = (value: bigint): bigint => BigInt.asIntN(64, value)
/** The count of a shift or rotation, which counts modulo the width. A sign-extended immediate counts in the same way. */
const mod32 = (count: bigint): bigint => BigInt.asUintN(5, count)
const mod64 = (count: bigint): bigint => BigInt.asUintN(6, count)
const bit = (condition: boolean): bigint => (condition ? 1n : 0n)

function rotateRight64(value: bigint, count: bigint): bigint {
  const by = mod64(count)
  return u64((value >> by) | (value << (64n - by)))
}

function rotateRight32(value: bigint, count: bigint): bigint {
  const by = mod32(count)
  const low = u32(value)
  return s32((low >> by) | (low << (32n - by)))
}

function countOnes(value: bigint): bigint {
  let count = 0n
  for (let rest = value; rest > 0n; rest >>= 1n) count += rest & 1n
  return count
}

function leadingZeros(value: bigint, width: bigint): bigint {
  let count = width
  for (let rest = value; rest > 0n; rest >>= 1n) count -= 1n
  return count
}

function trailingZeros(value: bigint, width: bigint): bigint {
  if (value === 0n) return width
  let count = 0n
  for (let rest = value; (rest & 1n) === 0n; rest >>= 1n) count += 1n
  return count
}

function reverseBytes(value: bigint): bigint {
  let reversed = 0n
  for (let i = 0n; i < 8n; i++) reversed = (reversed << 8n) | ((value >> (8n * i)) & 0xffn)
  return reversed
}

// Division by zero gives all ones, and the remainder is the dividend. The smallest number divided by -1 gives itself, with remainder 0.
// That needs no case of its own here: the quotient 2^31 or 2^63 is reduced to the smallest number.
const divideS32 = (a: bigint, b: bigint): bigint => (s32(b) === 0n ? ALL_ONES : s32(s32(a) / s32(b)))
const divideU32 = (a: bigint, b: bigint): bigint => (u32(b) === 0n ? ALL_ONES : s32(u32(a) / u32(b)))
const remainderS32 = (a: bigint, b: bigint): bigint => (s32(b) === 0n ? s32(a) : s32(s32(a) % s32(b)))
const remainderU32 = (a: bigint, b: bigint): bigint => (u32(b) === 0n ? s32(a) : s32(u32(a) % u32(b)))

/** The instructions of GP A.5.9, with two registers. */
export const UNARY: Readonly<Record<string, Unary>> = {
  move_reg: a => a,
  count_set_bits_64: a => countOnes(a),
  count_set_bits_32: a => countOnes(u32(a)),
  leading_zero_bits_64: a => leadingZeros(a, 64n),
  leading_zero_bits_32: a => leadingZeros(u32(a), 32n),
  trailing_zero_bits_64: a => trailingZeros(a, 64n),
  trailing_zero_bits_32: a => trailingZeros(u32(a), 32n),
  sign_extend_8: a => BigInt.asIntN(8, a),
  sign_extend_16: a => BigInt.asIntN(16, a),
  zero_extend_16: a => BigInt.asUintN(16, a),
  reverse_bytes: a => reverseBytes(a),
}

/** The instructions of GP A.5.10, with two registers and an immediate. */
export const WITH_IMMEDIATE: Readonly<Record<string, Binary>> = {
  add_imm_32: (b, x) => s32(b + x),
  and_imm: (b, x) => b & x,
  xor_imm: (b, x) => b ^ x,
  or_imm: (b, x) => b | x,
  mul_imm_32: (b, x) => s32(b * x),
  set_lt_u_imm: (b, x) => bit(b < x),
  set_lt_s_imm: (b, x) => bit(s64(b) < s64(x)),
  shlo_l_imm_32: (b, x) => s32(b << mod32(x)),
  shlo_r_imm_32: (b, x) => s32(u32(b) >> mod32(x)),
  shar_r_imm_32: (b, x) => s32(b) >> mod32(x),
  neg_add_imm_32: (b, x) => s32(x - b),
  set_gt_u_imm: (b, x) => bit(b > x),
  set_gt_s_imm: (b, x) => bit(s64(b) > s64(x)),
  shlo_l_imm_alt_32: (b, x) => s32(x << mod32(b)),
  shlo_r_imm_alt_32: (b, x) => s32(u32(x) >> mod32(b)),
  shar_r_imm_alt_32: (b, x) => s32(x) >> mod32(b),
  cmov_iz_imm: (b, x, old) => (b === 0n ? x : old),
  cmov_nz_imm: (b, x, old) => (b !== 0n ? x : old),
  add_imm_64: (b, x) => b + x,
  mul_imm_64: (b, x) => b * x,
  shlo_l_imm_64: (b, x) => b << mod64(x),
  shlo_r_imm_64: (b, x) => b >> mod64(x),
  shar_r_imm_64: (b, x) => s64(b) >> mod64(x),
  neg_add_imm_64: (b, x) => x - b,
  shlo_l_imm_alt_64: (b, x) => x << mod64(b),
  shlo_r_imm_alt_64: (b, x) => x >> mod64(b),
  shar_r_imm_alt_64: (b, x) => s64(x) >> mod64(b),
  rot_r_64_imm: (b, x) => rotateRight64(b, x),
  rot_r_64_imm_alt: (b, x) => rotateRight64(x, b),
  rot_r_32_imm: (b, x) => rotateRight32(b, x),
  rot_r_32_imm_alt: (b, x) => rotateRight32(x, b),
}

/** The instructions of GP A.5.13, with three registers. */
export const BINARY: Readonly<Record<string, Binary>> = {
  add_32: (a, b) => s32(a + b),
  sub_32: (a, b) => s32(a - b),
  mul_32: (a, b) => s32(a * b),
  div_u_32: (a, b) => divideU32(a, b),
  div_s_32: (a, b) => divideS32(a, b),
  rem_u_32: (a, b) => remainderU32(a, b),
  rem_s_32: (a, b) => remainderS32(a, b),
  shlo_l_32: (a, b) => s32(a << mod32(b)),
  shlo_r_32: (a, b) => s32(u32(a) >> mod32(b)),
  shar_r_32: (a, b) => s32(a) >> mod32(b),
  add_64: (a, b) => a + b,
  sub_64: (a, b) => a - b,
  mul_64: (a, b) => a * b,
  div_u_64: (a, b) => (b === 0n ? ALL_ONES : a / b),
  div_s_64: (a, b) => (b === 0n ? ALL_ONES : s64(a) / s64(b)),
  rem_u_64: (a, b) => (b === 0n ? a : a % b),
  rem_s_64: (a, b) => (b === 0n ? a : s64(a) % s64(b)),
  shlo_l_64: (a, b) => a << mod64(b),
  shlo_r_64: (a, b) => a >> mod64(b),
  shar_r_64: (a, b) => s64(a) >> mod64(b),
  and: (a, b) => a & b,
  xor: (a, b) => a ^ b,
  or: (a, b) => a | b,
  mul_upper_s_s: (a, b) => (s64(a) * s64(b)) >> 64n,
  mul_upper_u_u: (a, b) => (a * b) >> 64n,
  mul_upper_s_u: (a, b) => (s64(a) * b) >> 64n,
  set_lt_u: (a, b) => bit(a < b),
  set_lt_s: (a, b) => bit(s64(a) < s64(b)),
  cmov_iz: (a, b, old) => (b === 0n ? a : old),
  cmov_nz: (a, b, old) => (b !== 0n ? a : old),
  rot_l_64: (a, b) => rotateRight64(a, -b),
  rot_l_32: (a, b) => rotateRight32(a, -b),
  rot_r_64: (a, b) => rotateRight64(a, b),
  rot_r_32: (a, b) => rotateRight32(a, b),
  and_inv: (a, b) => a & ~b,
  or_inv: (a, b) => a | ~b,
  xnor: (a, b) => ~(a ^ b),
  max: (a, b) => (s64(a) > s64(b) ? a : b),
  max_u: (a, b) => (a > b ? a : b),
  min: (a, b) => (s64(a) < s64(b) ? a : b),
  min_u: (a, b) => (a < b ? a : b),
}

/** The conditions of branches, which compare rA with X (GP A.5.8) or with rB (GP A.5.11). */
export const CONDITIONS: Readonly<Record<string, (left: bigint, right: bigint) => boolean>> = {
  branch_eq_imm: (a, x) => a === x,
  branch_ne_imm: (a, x) => a !== x,
  branch_lt_u_imm: (a, x) => a < x,
  branch_le_u_imm: (a, x) => a <= x,
  branch_ge_u_imm: (a, x) => a >= x,
  branch_gt_u_imm: (a, x) => a > x,
  branch_lt_s_imm: (a, x) => s64(a) < s64(x),
  branch_le_s_imm: (a, x) => s64(a) <= s64(x),
  branch_ge_s_imm: (a, x) => s64(a) >= s64(x),
  branch_gt_s_imm: (a, x) => s64(a) > s64(x),
  branch_eq: (a, b) => a === b,
  branch_ne: (a, b) => a !== b,
  branch_lt_u: (a, b) => a < b,
  branch_lt_s: (a, b) => s64(a) < s64(b),
  branch_ge_u: (a, b) => a >= b,
  branch_ge_s: (a, b) => s64(a) >= s64(b),
}
