/* The operators that the effect column of src/isa/table.ts uses, in C. They have the names of WebAssembly, with op_ in front.
 * The instructions themselves are generated from the table. Operands are unsigned and shifts are masked, so the behaviour is
 * defined for every operand. */
#ifndef PVM_OPS_H
#define PVM_OPS_H

#include <stdint.h>

typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

#define OPS static inline __attribute__((always_inline))

OPS u32 op_w(u64 a) { return (u32)a; }
OPS u64 op_sx(u32 a) { return (u64)(s64)(s32)a; }
OPS u64 op_zx(u32 a) { return a; }
OPS u64 op_ext8(u64 a) { return (u64)(s64)(int8_t)(uint8_t)a; }
OPS u64 op_ext16(u64 a) { return (u64)(s64)(int16_t)(uint16_t)a; }

OPS u64 op_add(u64 a, u64 b) { return a + b; }
OPS u64 op_sub(u64 a, u64 b) { return a - b; }
OPS u64 op_mul(u64 a, u64 b) { return a * b; }
OPS u64 op_and(u64 a, u64 b) { return a & b; }
OPS u64 op_or(u64 a, u64 b) { return a | b; }
OPS u64 op_xor(u64 a, u64 b) { return a ^ b; }
OPS u64 op_not(u64 a) { return ~a; }
OPS u64 op_shl(u64 a, u64 b) { return a << (b & 63); }
OPS u64 op_shr_u(u64 a, u64 b) { return a >> (b & 63); }
OPS u64 op_shr_s(u64 a, u64 b) { return (u64)((s64)a >> (b & 63)); }
OPS u64 op_rotl(u64 a, u64 b) { return (a << (b & 63)) | (a >> ((0 - b) & 63)); }
OPS u64 op_rotr(u64 a, u64 b) { return (a >> (b & 63)) | (a << ((0 - b) & 63)); }

OPS u32 op_add32(u32 a, u32 b) { return a + b; }
OPS u32 op_sub32(u32 a, u32 b) { return a - b; }
OPS u32 op_mul32(u32 a, u32 b) { return a * b; }
OPS u32 op_shl32(u32 a, u32 b) { return a << (b & 31); }
OPS u32 op_shr_u32(u32 a, u32 b) { return a >> (b & 31); }
OPS u32 op_shr_s32(u32 a, u32 b) { return (u32)((s32)a >> (b & 31)); }
OPS u32 op_rotl32(u32 a, u32 b) { return (a << (b & 31)) | (a >> ((0 - b) & 31)); }
OPS u32 op_rotr32(u32 a, u32 b) { return (a >> (b & 31)) | (a << ((0 - b) & 31)); }

OPS u32 op_eqz(u64 a) { return a == 0; }
OPS u32 op_eq(u64 a, u64 b) { return a == b; }
OPS u32 op_ne(u64 a, u64 b) { return a != b; }
OPS u32 op_lt_u(u64 a, u64 b) { return a < b; }
OPS u32 op_le_u(u64 a, u64 b) { return a <= b; }
OPS u32 op_ge_u(u64 a, u64 b) { return a >= b; }
OPS u32 op_gt_u(u64 a, u64 b) { return a > b; }
OPS u32 op_lt_s(u64 a, u64 b) { return (s64)a < (s64)b; }
OPS u32 op_le_s(u64 a, u64 b) { return (s64)a <= (s64)b; }
OPS u32 op_ge_s(u64 a, u64 b) { return (s64)a >= (s64)b; }
OPS u32 op_gt_s(u64 a, u64 b) { return (s64)a > (s64)b; }
OPS u64 op_select(u32 condition, u64 a, u64 b) { return condition ? a : b; }

OPS u64 op_popcnt(u64 a) { return (u64)__builtin_popcountll(a); }
OPS u32 op_popcnt32(u32 a) { return (u32)__builtin_popcount(a); }
OPS u64 op_clz(u64 a) { return a == 0 ? 64 : (u64)__builtin_clzll(a); }
OPS u32 op_clz32(u32 a) { return a == 0 ? 32 : (u32)__builtin_clz(a); }
OPS u64 op_ctz(u64 a) { return a == 0 ? 64 : (u64)__builtin_ctzll(a); }
OPS u32 op_ctz32(u32 a) { return a == 0 ? 32 : (u32)__builtin_ctz(a); }
OPS u64 op_bswap(u64 a) { return __builtin_bswap64(a); }

/* Division by zero gives a quotient of all ones and the dividend as remainder. The smallest number divided by -1 gives itself,
 * with remainder 0 (GP A.5.13). */
#define ALL_ONES (~(u64)0)
OPS u64 op_divu(u64 a, u64 b) { return b == 0 ? ALL_ONES : a / b; }
OPS u64 op_remu(u64 a, u64 b) { return b == 0 ? a : a % b; }
OPS u64 op_divs(u64 a, u64 b) {
  if (b == 0) return ALL_ONES;
  return b == ALL_ONES ? 0 - a : (u64)((s64)a / (s64)b);
}
OPS u64 op_rems(u64 a, u64 b) {
  if (b == 0) return a;
  return b == ALL_ONES ? 0 : (u64)((s64)a % (s64)b);
}
OPS u32 op_divu32(u32 a, u32 b) { return b == 0 ? ~(u32)0 : a / b; }
OPS u32 op_remu32(u32 a, u32 b) { return b == 0 ? a : a % b; }
OPS u32 op_divs32(u32 a, u32 b) {
  if (b == 0) return ~(u32)0;
  return b == ~(u32)0 ? 0 - a : (u32)((s32)a / (s32)b);
}
OPS u32 op_rems32(u32 a, u32 b) {
  if (b == 0) return a;
  return b == ~(u32)0 ? 0 : (u32)((s32)a % (s32)b);
}

/* Bits 64 to 127 of the product, made of products of 32-bit halves, because wasm has no wider multiplication. */
OPS u64 op_mulh_uu(u64 a, u64 b) {
  u64 a0 = (u32)a, a1 = a >> 32, b0 = (u32)b, b1 = b >> 32;
  u64 low = a0 * b0;
  u64 middle = a1 * b0 + (low >> 32);
  u64 other = a0 * b1 + (u32)middle;
  return a1 * b1 + (middle >> 32) + (other >> 32);
}
/* A negative a stands for a - 2^64, so b has to be subtracted from the upper half. The same holds for a negative b. */
OPS u64 op_mulh_su(u64 a, u64 b) { return op_mulh_uu(a, b) - ((s64)a < 0 ? b : 0); }
OPS u64 op_mulh_ss(u64 a, u64 b) { return op_mulh_su(a, b) - ((s64)b < 0 ? a : 0); }

#endif
