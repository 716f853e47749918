// Bugs in what instructions do (core/isa), which all engines but the reference machine share. bug.mjs says what the fields are.
/** @type {import('./bug.mjs').Bug[]} */
export const ISA_BUGS = [
  {
    name: 'sign_extend_8 does not',
    file: 'core/isa/ops.h',
    search: '(u64)(s64)(int8_t)(uint8_t)a',
    replace: '(uint8_t)a',
  },
  {
    name: 'shift mask of 64-bit shifts',
    file: 'core/isa/ops.h',
    search: 'a << (b & 63); }',
    replace: 'a << (b & 31); }',
  },
  {
    name: 'mul_upper_s_s looks at one sign twice',
    file: 'core/isa/ops.h',
    search: '((s64)b < 0 ? a : 0)',
    replace: '((s64)a < 0 ? a : 0)',
  },
  {
    name: 'cmov inverted',
    file: 'core/isa/ops.h',
    search: 'OPS u32 op_eqz(u64 a) { return a == 0; }',
    replace: 'OPS u32 op_eqz(u64 a) { return a != 0; }',
  },
]
