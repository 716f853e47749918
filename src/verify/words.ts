// The addresses and locals that compiled code may name. They are stated here once more, so that a mistake in the generator's
// (core/contract.gen.ts) is not repeated. test/verify/words.test.ts compares the two. The rules are in function.ts.

/** Where struct pvm is, and where the registers, the gas and the words beside them are in it (core/pvm.h). */
const VM = 0x400
export const REGISTERS: number = VM
export const REGISTERS_END: number = VM + 8 * 13
export const GAS: number = VM + 104
export const PC: number = VM + 112
export const CHARGED: number = VM + 124
export const TRACE: number = VM + 136
/** Two words below it: the gas beyond the slice, and the reason why compiled code left. */
export const RESERVE = 0x3e8
export const WHY = 0x3f0
/**
 * The table of rights, with a byte for each page of the machine's memory. Its indices are below 2^23, and all its bytes from 1 MiB on
 * are 0. READ and WRITE are the bits that fast code asks for.
 */
export const RIGHTS = 0x800000
export const READ = 1
export const WRITE = 2
/** The dispatch table. It has a u32 for each jump-table entry: the index of compiled code in the table of functions, or 0. */
export const DISPATCH = 0x1000000

/** These and the next are locals with a meaning of their own. The parameters are gas and stack. */
export const GAS_LOCAL = 0
export const STACK_LOCAL = 1
/** The locals of where and why an exit leaves. The reasons are Paid, Unpaid and UnpaidWithin. A host call has its own. */
export const PC_LOCAL = 15
export const WHY_LOCAL = 16
export const PAID = 3
export const UNPAID: readonly number[] = [1, 7]
/** The local with the table index of the code at which an exit goes on. */
export const TARGET_LOCAL = 17
/** The local whose check holds across labels. It keeps the address of the lowest byte of a frame. */
export const FRAME_LOCAL = 35
/** The gas local is never above this. Host calls see to it. */
export const MOST_GAS = 0x7fffffff
/** The number of turns that stands for no limit but the gas. */
export const UNLIMITED = 0x7fffffff

/** How many bytes a function's frame on the host's stack has beside its slots, and how many a slot has. */
export const FRAME_BASE = 256
export const SLOT = 8

/** The indices of functions in a module: of the import `host`, of the helper `range`, of the first root. */
export const HOST_FUNCTION = 0
export const RANGE_FUNCTION = 1
export const FIRST_ROOT = 2
