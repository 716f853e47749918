// Where things are in the one WebAssembly.Memory of a machine. Not the code that uses them. The same numbers as
// core/layout.h and struct pvm in core/pvm.h, which say what they mean; test/core/layout.test.ts asserts that they agree.

/** Address of struct pvm. */
export const AT_VM = 0x400
/**
 * `decode_tables`, `program_tables`, `graph_tables` of core/passes.h, and where what they point to lies: in the memory of
 * workspace.ts only, no part of a machine.
 */
export const AT_DECODED = 0x100000
export const AT_PROGRAM = 0x120000
export const AT_GRAPH = 0x121000
/** The plan of a segment's accesses; and, when that is done, the code that core/emit.c writes. */
export const AT_PLAN = 0x370000
export const AT_TABLES = 0x400000
/** Rights: a byte per physical page; see RIGHT_*. The table is 8 MiB, only the first MiB is ever written. */
export const AT_RIGHTS = 0x800000
/** u32 per physical page: where a page outside of the window is, 0 where it is in its place or not touched. */
export const AT_FRAMES = 0x400000
/**
 * The arena. It starts with the dispatch table: u32 per jump-table entry, the funcref index of compiled code for that
 * target, 0 for none. The core never reads or writes it but to clear it when another program is loaded.
 */
export const AT_ARENA = 0x1000000
/** The window on guest memory starts here. */
export const AT_WINDOW = 0x4000000
/** Bytes at the top of the guest's address space that lie at the beginning of the window. */
export const TOP_SIZE = 0x2200000
/** Physical address of guest address 0: physical = (guest + ROTATION) mod 2^32. */
export const ROTATION: number = AT_WINDOW + TOP_SIZE
/** Bytes of a machine's memory; lazily backed by the system. */
export const MEMORY_SIZE = 0x19000000
/** Bytes at its end for pages outside of the window. */
export const FRAMES_SIZE = 0x1000000
/** The window ends before this physical address. */
export const WINDOW_END: number = MEMORY_SIZE - FRAMES_SIZE

/**
 * Bits of a rights byte. The low two are what fast paths test: set only when the page is in the window and touched.
 * The true rights are in the next two. A failed fast check is therefore no fault yet: the core decides.
 */
export const RIGHT_FAST_READ = 1
export const RIGHT_FAST_WRITE = 2
export const RIGHT_READ = 4
export const RIGHT_WRITE = 8
/** The page may hold bytes other than zero. */
export const RIGHT_TOUCHED = 16

/** Offsets in struct pvm. */
export const VM = {
  regs: 0,
  gas: 104,
  pc: 112,
  exit: 116,
  exitArg: 120,
  charged: 124,
  heapEnd: 128,
  heapLimit: 132,
  trace: 136,
  rules: 140,
  gasModel: 144,
  codeLength: 148,
  jumpLength: 152,
  jumpSize: 156,
  busy: 164,
  child: 168,
  service: 172,
  stack: 180,
  hot: 184,
  hotLeft: 188,
} as const

/** What compiled code answers when it does not name a jump-table address (which is even); see core/pvm.h. */
export const Target = { Continue: 1, Refund: 3, Exit: 5 } as const

/** How the core names the exit before the first run. */
export const EXIT_RUNNING = 255
