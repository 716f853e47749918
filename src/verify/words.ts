// The addresses that compiled code may name, and what it may do there, stated on their own: the generator's are in
// core/contract.gen.ts, and test/verify/words.test.ts compares. Not the rules: function.ts.

/** Where struct pvm is, and in it the registers, gas and the words beside them (core/pvm.h). */
const VM = 0x400
export const REGISTERS: number = VM
export const REGISTERS_END: number = VM + 8 * 13
export const GAS: number = VM + 104
export const PC: number = VM + 112
export const CHARGED: number = VM + 124
export const TRACE: number = VM + 136
/** Words below it: gas beyond the slice, why compiled code left. */
export const RESERVE = 0x3e8
export const WHY = 0x3f0
/**
 * A byte of rights for each physical page: 8 MiB of them, for indices below 2^23, and zero from 1 MiB on. The bits that fast
 * code asks for.
 */
export const RIGHTS = 0x800000
export const READ = 1
export const WRITE = 2
/** u32 per jump-table entry: table index of compiled code, 0 for none. */
export const DISPATCH = 0x1000000

/** Locals with a meaning of their own: gas and stack are the parameters. */
export const GAS_LOCAL = 0
export const STACK_LOCAL = 1
/** Where an exit hands over, and in what state: Unpaid, Paid, UnpaidWithin; a host call has its own. */
export const PC_LOCAL = 15
export const WHY_LOCAL = 16
export const PAID = 3
export const UNPAID: readonly number[] = [1, 7]
/** The local that an exit which goes on has the table index in. */
export const TARGET_LOCAL = 17
/** The local whose check holds across labels: the lowest byte of a function's stack. */
export const FRAME_LOCAL = 35
/** No gas local is ever above this; host calls see to it. */
export const MOST_GAS = 0x7fffffff
/** Turns that nothing but gas limits. */
export const UNLIMITED = 0x7fffffff

/** Bytes of a frame beside its slots, and bytes of a slot. */
export const FRAME_BASE = 256
export const SLOT = 8

/** Function indices: the import `host`, the helper `range`, the first root. */
export const HOST_FUNCTION = 0
export const RANGE_FUNCTION = 1
export const FIRST_ROOT = 2
