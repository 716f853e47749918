/* The PVM core: a library that runs PVM programs. It is C11. It never aborts the process. All memory comes from one
 * allocator: calloc and free, or the two functions that the host passes. This header is all that a host needs, in C or over
 * any foreign-function interface. docs/c-library.md says how to build, install and bind the library.
 *
 * Life of a machine that is made from its parts:
 *     pvm *vm = pvm_create(7, blob, blob_len, regs, 13, 0);      // a program blob (GP A.2), copied
 *     pvm_set_memory_bounds(vm, &bounds);                        // guest addresses of the regions ...
 *     pvm_set_memory_regions(vm, ro, rw, args, stack);           // ... and the host's memory for them, borrowed
 *     pvm_set_host_callback(vm, my_host, my_data);
 *     pvm_set_gas(vm, 1000000);
 *     int exit = pvm_execute(vm, 0, 0);                          // runs until the machine stops
 *     exit = pvm_resume(vm);                                     // goes on after PVM_HOST, PVM_BREAK, ...
 *     pvm_destroy(vm);
 * Life of a machine that runs a program file (`.jam`, standard program, `.polkavm`):
 *     pvm_parse(bytes, length, PVM_KIND_ANY, &file, &problem);   // on failure problem says what is wrong, and where
 *     pvm *vm = pvm_create_program(7, &file, &problem);
 *     pvm_start(vm, &file, entry, args, args_len);               // memory and registers as the format has them (GP A.7)
 *
 * What a guest does is answered by an exit code, misuse by a negative error code. The answer to misuse is PVM_BAD, and
 * nothing is changed. It is misuse to pass
 *   - a null machine, or a null pointer where bytes are to be read or written
 *   - a register above 12, a page or a range beyond the address space
 *   - regions that overlap, wrap or are not page aligned (their order does not matter)
 *   - an unknown profile, rule or right.
 * A function without an error code does nothing then, or returns 0. No machine is made from a null blob, nor from null
 * registers with a count. A machine without callback stops at ecalli with PVM_HOST. test/native/misuse.c tests all of this.
 * Three things are undefined: to use a machine that was destroyed, to pass fewer bytes than the length says, and to destroy
 * a machine inside its callback.
 *
 * One thread at a time may use a vm. All integers are little-endian. Sections of the Gray Paper (GP) are those of version
 * 0.7.2 unless said otherwise.
 */
#ifndef PVM_H
#define PVM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this header, which is also that of the npm package. pvm_version() is the version of the library. */
#define PVM_VERSION "0.1.0"

/* Marks the public functions. The shared library hides all others. */
#if defined(__GNUC__) && !defined(__wasm__)
#define PVM_API __attribute__((visibility("default")))
#else
#define PVM_API
#endif

/* Why pvm_execute returned (src/engine/exit.ts has the same numbers). The first five are the codes of GP B.8. */
enum {
  PVM_HALT = 0,
  PVM_PANIC = 1,
  PVM_PAGE_FAULT = 2, /* exit_arg: address of the page; executing again retries the instruction */
  PVM_HOST = 3,       /* exit_arg: index of the host call, pc: the ecalli; executing again continues behind it */
  PVM_OUT_OF_GAS = 4, /* executing again retries */
  PVM_BREAK = 5,      /* the host callback asked to stop; pc: where it continues */
  PVM_STEP = 6,       /* pvm_step did its steps */
  PVM_PAUSED = 7,     /* never returned by the native library: a bound of the TypeScript package's run() was reached */
  PVM_RUNNING = 255   /* not stopped yet */
};

/* What functions return that do not run a machine; and why one that does could not run it. */
enum {
  PVM_OK = 0,
  PVM_OOB = -1,       /* a byte of the range is not accessible */
  PVM_BAD = -2,       /* an argument is out of range */
  PVM_NO_MEMORY = -3, /* the allocator gave nothing */
  PVM_BUSY = -4,      /* the machine is inside its own host callback */
  PVM_ABORTED = -5    /* the tracer failed (wasm build) */
};

/* Rights of a page, as bits. Writable pages are readable. */
enum { PVM_NONE = 0, PVM_READ = 1, PVM_WRITE = 3 };

/* What a host callback answers. */
enum {
  PVM_HOST_CONTINUE = 0,
  PVM_HOST_HALT = 1,
  PVM_HOST_PANIC = 2,
  PVM_HOST_STOP = 3,   /* exit PVM_BREAK, the call is done */
  PVM_HOST_EXIT = 4,   /* exit PVM_HOST, the call is not done: no such function */
  PVM_HOST_STOPPED = 16 /* plus an exit from PVM_HALT to PVM_BREAK: the machine stops with it, the callback has set pc and gas */
};

/* The gas models: how instructions are paid. */
enum {
  PVM_GAS_INSTRUCTION = 0, /* 1 before each instruction (GP A.1) */
  PVM_GAS_BLOCK = 1,       /* the instruction count of a basic block on entering it */
  PVM_GAS_PIPELINE = 2     /* the simulated cycles of a basic block on entering it (GP 0.8.0 A.9) */
};

/* Rules that differ between protocol versions, as bits of `rules`. */
enum {
  PVM_RULE_CHECK_BOTH = 1,              /* branches check both successors, fallthrough its own (GP 0.8.0 A.5) */
  PVM_RULE_READ_ONLY_PANIC = 2,         /* a store to a read-only page panics instead of faulting */
  PVM_RULE_FAULT_PANIC = 4,             /* an inaccessible address panics instead of faulting */
  PVM_RULE_DRAIN = 8,                   /* out of gas empties the counter */
  PVM_RULE_SBRK_NEW = 16,               /* sbrk returns the new end of the heap */
  PVM_RULE_CMOV_READS = 32,             /* pipeline model: cmov reads its old destination */
  PVM_RULE_STRICT = 64,                 /* a pc where no instruction begins panics, and is not paid (GP 0.8.0 A.2) */
  PVM_RULE_MEMSET_NARROW = 128,         /* memset makes its address register one of 32 bits (PolkaVM 0.37) */
  PVM_RULE_SBRK_NARROW = 256,           /* sbrk takes a size beyond 32 bits as 0 and sign-extends its result from 32 bits (PolkaVM) */
  PVM_RULE_JUMP_BEHIND_UNDEFINED = 512, /* what follows an undefined opcode can be jumped to, in the sets of PolkaVM (0.37) */
  PVM_RULE_LOW_FAULTS = 1024,           /* below 2^16, accesses from 2^14 on fault (PolkaVM 0.35 with dynamic paging) */
  PVM_RULE_PAGES = 2048                 /* times 0 to 4: sbrk maps pages of 4 to 64 KiB */
};

/* Instruction sets: which opcode stands for which instruction.
 * PVM_SET_EXTENDED is an encoding where the opcode says how long its instruction is, so the bitmask follows from the code
 * (src/isa/extended.ts). Where a bitmask says something else, the instruction is a trap.
 * PVM_SET_LATEST32 is the set of 32-bit programs. Their registers hold 32 bits, sign-extended to 64. */
enum {
  PVM_SET_GP_072 = 0,
  PVM_SET_GP_080 = 1,
  PVM_SET_LATEST64 = 2,
  PVM_SET_REVIVE_V1 = 3,
  PVM_SET_EXTENDED = 4,
  PVM_SET_REVIVE_V1_STRICT = 5,
  PVM_SET_LATEST32 = 6
};

typedef struct pvm pvm;

/* Gives memory for a machine, zeroed and aligned as calloc does it, or 0 when there is none. The other one takes it back. */
typedef void *(*pvm_allocate_function)(size_t size);
typedef void (*pvm_release_function)(void *memory, size_t size);

/* A host function. The machine calls it at an ecalli, with pc already behind that, and it returns one of PVM_HOST_*. It may
 * change registers, memory, gas and, by pvm_set_pc, the place where the machine goes on. It may not run the machine.
 * `user` is what was given with the callback. If the function leaves the gas below zero, or if pvm_charge_gas failed in it,
 * the machine runs out of gas behind the call. */
typedef int32_t (*pvm_host_callback)(pvm *vm, int32_t index, void *user);

/* Returns the price of a host call in gas. It is called before the callback, with pc at the ecalli, and may look at the
 * registers. */
typedef uint64_t (*pvm_price_callback)(pvm *vm, int32_t index, void *user);

/* What an instruction does to memory, in an event. */
enum { PVM_ACCESS_NONE = 0, PVM_ACCESS_LOAD = 1, PVM_ACCESS_STORE = 2 };

/* This says what an executed instruction did. The tracer gets one of these per instruction while vm->trace is set. */
typedef struct {
  uint32_t pc;
  uint32_t id;         /* 4 instruction, see opcodes.gen.h; trap where none is defined */
  uint32_t a, b, d;    /* 8 register operands */
  int32_t reg;         /* 20 register written, or -1 */
  uint64_t x, y;       /* 24 immediates */
  int64_t target;      /* 40 jump target */
  int64_t gas_before;  /* 48 */
  int64_t gas_after;   /* 56 */
  uint64_t before;     /* 64 value of that register before */
  uint64_t after;      /* 72 and after */
  uint32_t access;     /* 80 PVM_ACCESS_* */
  uint32_t address;    /* 84 */
  uint32_t width;      /* 88 bytes */
  uint32_t reserved;   /* 92 */
  uint64_t value;      /* 96 loaded or stored */
} pvm_event;

/* The tracer. It is called after every instruction while vm->trace is set, also after the one that ends the run. */
typedef void (*pvm_trace_callback)(pvm *vm, const pvm_event *event, void *user);

/* The part of a machine that hosts and compiled code see. The offsets are part of the interface; core/machine/contract.gen.h
 * asserts them. Hosts write pc, exit and charged by the functions below only. */
struct pvm {
  uint64_t regs[13];   /*   0 live registers */
  int64_t gas;         /* 104 remaining gas */
  uint32_t pc;         /* 112 current instruction */
  uint32_t exit;       /* 116 last exit, PVM_RUNNING before the first and after pc was written */
  int32_t exit_arg;    /* 120 page address, host index, else 0 */
  uint32_t charged;    /* 124 not 0: the basic block that pc is in has been paid; under the instruction model, a memset at pc that has begun */
  uint32_t heap_end;   /* 128 what sbrk moves */
  uint32_t heap_limit; /* 132 */
  uint32_t trace;      /* 136 not 0: every instruction is reported to the tracer; it may be set at any time */
  uint32_t rules;      /* 140 PVM_RULE_* */
  uint32_t gas_model;  /* 144 PVM_GAS_* */
  uint32_t code_len;   /* 148 */
  uint32_t jump_len;   /* 152 entries of the jump table |j| */
  uint32_t jump_size;  /* 156 entries stored; those beyond are 0 */
  uint32_t stride;     /* 160 not 0, with hot: the fast loop gets at most so much gas at once; many new pages end a slice too */
  uint32_t busy;       /* 164 1 while pvm_execute is on the stack */
  uint32_t child;      /* 168 1: ecalli never calls back */
  uint32_t service;    /* 172 service_index; the machine does not use it */
  uint32_t max_pages;  /* 176 how many pages may hold something at a time; 0: as many as there is memory for */
  uint32_t stack;      /* 180 bytes of the host's stack that compiled code may take; the gate passes them to it */
  uint32_t hot;        /* 184 not 0: the length of a slice. env.slice() is called when the fast loop has used so much gas (wasm build) */
  uint32_t hot_left;   /* 188 gas until the next call of env.slice() */
  /* What follows is private. */
};

/* ---- Lifecycle (native build; in the wasm build TypeScript lays the machine out, see core/hosts/wasm.c) ---------------- */

/* The version of the library, in the form of PVM_VERSION. */
PVM_API const char *pvm_version(void);

/* Sets where all memory comes from. calloc and free are taken if it is never called, or called with nulls. Call it only
 * while there is no machine. */
PVM_API void pvm_set_allocator(pvm_allocate_function allocate, pvm_release_function release);

/* Makes a machine for a program blob: E(|j|) E1(z) E(|c|) j c mask (GP A.2). The blob is copied. Registers beyond num_regs
 * are 0. Rules and instruction set are those of GP 0.7.2 until pvm_set_profile. Returns 0 when the blob is malformed or
 * there is no memory. service_index is kept in vm->service for the host. */
PVM_API pvm *pvm_create(uint32_t service_index, const uint8_t *blob, size_t blob_len, const uint64_t *initial_regs,
                        uint32_t num_regs, uint32_t initial_pc);

/* Releases the machine and all its memory. Borrowed memory stays the host's. Do not call it inside the host callback. */
PVM_API void pvm_destroy(pvm *vm);

/* Sets the instruction set (PVM_SET_*), the rules (bits of PVM_RULE_*) and the gas model (PVM_GAS_*). Decoded instructions
 * are forgotten. It returns PVM_BAD for unknown values. */
PVM_API int32_t pvm_set_profile(pvm *vm, uint32_t set, uint32_t rules, uint32_t gas_model);

/* Brings the machine back to its start: no memory, registers, gas and pc 0, no exit. Decoded instructions stay. It
 * returns PVM_BUSY inside a host callback. */
PVM_API int32_t pvm_reset(pvm *vm);

/* ---- Memory ------------------------------------------------------------------------------------------------------ */

/* Ranges of guest addresses. `from` is the first address of a range and `to` is the first behind it. Both are multiples of
 * 4096. A region whose range is empty does not exist. By sbrk the heap grows from heap_start up to heap_limit. */
typedef struct {
  uint32_t ro_from, ro_to;       /* read-only data */
  uint32_t rw_from, rw_to;       /* read-write data and initial heap */
  uint32_t args_from, args_to;   /* arguments, read-only, and output */
  uint32_t stack_from, stack_to;
  uint32_t heap_start, heap_limit;
} pvm_bounds;

/* Says where the regions are. It returns PVM_BAD when they overlap, are not page aligned, or wrap. */
PVM_API int32_t pvm_set_memory_bounds(pvm *vm, const pvm_bounds *bounds);

/* Lends the machine host memory for its regions, until pvm_reset or pvm_destroy. Each piece is as long as its range. For a
 * null pointer the guest gets zeroed memory of its own. Call pvm_set_memory_bounds first. */
PVM_API int32_t pvm_set_memory_regions(pvm *vm, uint8_t *ro, uint8_t *rw, uint8_t *args, uint8_t *stack);

/* Maps `length` bytes of host memory at a guest address. The length and the address are multiples of 4096. */
PVM_API int32_t pvm_map(pvm *vm, uint32_t address, uint8_t *bytes, uint32_t length, uint32_t access);

/* Sets the rights of `count` pages. Their contents stay, but PVM_NONE drops them. It returns PVM_BAD beyond page 2^20. */
PVM_API int32_t pvm_protect(pvm *vm, uint32_t page, uint32_t count, uint32_t access);

/* Zeroes pages, whatever their rights are. */
PVM_API int32_t pvm_zero(pvm *vm, uint32_t page, uint32_t count);

/* Returns the rights of a page: PVM_NONE, PVM_READ or PVM_WRITE. */
PVM_API uint32_t pvm_access(const pvm *vm, uint32_t page);

/* Returns the first page from `page` on that has rights, or 2^20 when there is none. */
PVM_API uint32_t pvm_next_mapped(const pvm *vm, uint32_t page);

/* Read and write where the guest itself could. They return PVM_OK, or PVM_OOB when some byte is not accessible, and then
 * nothing was done. A range never wraps. */
PVM_API int32_t pvm_read_ram_bytes_8(pvm *vm, uint32_t address, uint8_t *value);
PVM_API int32_t pvm_read_ram_bytes_16(pvm *vm, uint32_t address, uint16_t *value);
PVM_API int32_t pvm_read_ram_bytes_32(pvm *vm, uint32_t address, uint32_t *value);
PVM_API int32_t pvm_read_ram_bytes_64(pvm *vm, uint32_t address, uint64_t *value);
PVM_API int32_t pvm_write_ram_bytes_8(pvm *vm, uint32_t address, uint8_t value);
PVM_API int32_t pvm_write_ram_bytes_16(pvm *vm, uint32_t address, uint16_t value);
PVM_API int32_t pvm_write_ram_bytes_32(pvm *vm, uint32_t address, uint32_t value);
PVM_API int32_t pvm_write_ram_bytes_64(pvm *vm, uint32_t address, uint64_t value);
PVM_API int32_t pvm_read_ram_bytes(pvm *vm, uint32_t address, uint8_t *into, uint32_t length);
PVM_API int32_t pvm_write_ram_bytes(pvm *vm, uint32_t address, const uint8_t *bytes, uint32_t length);

/* Writes into memory that is mapped, also where the guest may only read: for loaders and debuggers. */
PVM_API int32_t pvm_load_ram_bytes(pvm *vm, uint32_t address, const uint8_t *bytes, uint32_t length);

/* ---- Registers, pc, gas ------------------------------------------------------------------------------------------ */

PVM_API uint64_t *pvm_registers(pvm *vm);                                    /* 13 live registers */
PVM_API int32_t pvm_get_register(const pvm *vm, uint32_t index, uint64_t *value);
PVM_API int32_t pvm_set_register(pvm *vm, uint32_t index, uint64_t value);
PVM_API uint32_t pvm_get_pc(const pvm *vm);
PVM_API void pvm_set_pc(pvm *vm, uint32_t pc);                               /* re-arms a stopped machine, a new block payment */
PVM_API int64_t pvm_get_gas(const pvm *vm);
PVM_API void pvm_set_gas(pvm *vm, int64_t gas);
PVM_API int32_t pvm_charge_gas(pvm *vm, uint64_t amount);                    /* PVM_OUT_OF_GAS and gas 0 when there is too little */

/* ---- Execution --------------------------------------------------------------------------------------------------- */

/* Runs from entry_point on. If is_child is not 0, ecalli never calls the callback, but stops with PVM_HOST. Returns an exit
 * or an error. */
PVM_API int32_t pvm_execute(pvm *vm, uint32_t entry_point, int32_t is_child);

/* Goes on: behind the ecalli after PVM_HOST, otherwise at pc. A machine that halted or panicked stays so. */
PVM_API int32_t pvm_resume(pvm *vm);

/* Goes on for at most `count` instructions. Returns PVM_STEP when all were executed. */
PVM_API int32_t pvm_step(pvm *vm, uint32_t count);

PVM_API void pvm_set_host_callback(pvm *vm, pvm_host_callback callback, void *user);

/* Sets what host calls cost: prices[index] where index is below count, otherwise `other`. The array is borrowed. The price
 * is taken before the callback (GP A.36). If there is too little gas, the machine stops at the ecalli with PVM_OUT_OF_GAS
 * and gas 0, and resuming makes the call. PVM_HOST_EXIT gives the price back. Without prices calls are free. */
PVM_API int32_t pvm_set_host_prices(pvm *vm, const uint64_t *prices, uint32_t count, uint64_t other);

/* Sets a function that computes the price of each call. A null callback takes it away again. */
PVM_API void pvm_set_price_callback(pvm *vm, pvm_price_callback callback, void *user);

/* Call it after longjmp or an exception has left a callback. The machine then counts as stopped with PVM_BREAK, with pc
 * behind the instruction that was executed last. It may be resumed, reset or destroyed. Nothing happens to a machine that is
 * not running. */
PVM_API void pvm_abandon(pvm *vm);

/* Switches tracing on or off, at any time, also inside callbacks. The next instruction is the first that is reported. While
 * it is off, it costs nothing. Without a trace callback each instruction is written to stderr as a line of pvm_format_event.
 * Freestanding builds print nothing. */
PVM_API void pvm_set_trace(pvm *vm, int32_t flag);
PVM_API void pvm_set_trace_callback(pvm *vm, pvm_trace_callback callback, void *user);

/* Writes an event as a line without a newline: pc, mnemonic, operands, gas left, the changed register before and after, the
 * memory access. It writes at most `size` bytes, the closing 0 included, and returns the length of the whole line, as
 * snprintf does. */
PVM_API size_t pvm_format_event(const pvm_event *event, char *text, size_t size);

/* ---- Names. A function returns 0 where there is none. ------------------------------------------------------------ */

PVM_API const char *pvm_exit_name(int32_t exit);             /* "halt", "panic", "page-fault", ... */
PVM_API const char *pvm_instruction_name(uint32_t id);       /* "add_64"; ids are those of pvm_event */
PVM_API uint32_t pvm_instruction_at(const pvm *vm, uint32_t pc); /* id of the instruction there; that of trap where none is */
/* The name of a host call, such as "fetch". `set` is PVM_SET_GP_072 or PVM_SET_GP_080: the two versions number their calls
 * differently. The numbers of the profile gp-main are not here. */
PVM_API const char *pvm_host_call_name(int32_t index, uint32_t set);

/* ---- Program files ----------------------------------------------------------------------------------------------- */

/* What is wrong with the bytes of a file: a code that stays the same over versions ("truncated", "bad-varint", ...; all are
 * in docs/formats.md), the offset in the bytes, and what the format asks for there. The codes "bad-argument" and "no-memory"
 * are about the call, not about the bytes. The strings are constants. */
typedef struct {
  const char *code;
  uint64_t offset;
  const char *expected;
} pvm_problem;

typedef struct {
  const uint8_t *bytes;
  size_t length;
} pvm_bytes;

enum { PVM_KIND_ANY = 0, PVM_KIND_RAW = 1, PVM_KIND_STANDARD = 2, PVM_KIND_JAM = 3, PVM_KIND_POLKAVM = 4 };

/* What was read of a program file. Everything points into the bytes that were parsed, so keep them. */
typedef struct {
  uint32_t kind;              /* PVM_KIND_* */
  uint32_t version;           /* .polkavm: 0 ReviveV1, 1 Latest32, 2 Latest64, 3 JamV1 */
  pvm_bytes metadata;         /* .jam */
  pvm_bytes ro_data, rw_data; /* what the two regions begin with; the rest of a region is zero */
  uint32_t ro_size, rw_size, stack_size; /* bytes of the areas as the file asks for them; rw_size includes the heap's pages */
  pvm_bytes jump_table, code, mask;
  uint64_t jump_len;          /* entries of the jump table */
  uint32_t jump_bytes;        /* bytes per entry */
  uint32_t stack_top;         /* what register 1 holds at the start; 0 where there is no stack */
  pvm_bounds bounds;          /* where the areas are; args_to is where arguments may end at the latest */
  uint32_t import_count, export_count; /* .polkavm */
  pvm_bytes import_offsets, import_symbols, exports; /* read by the functions below */
} pvm_file;

/* Reads a program file. PVM_KIND_ANY finds out which kind it is. Returns PVM_BAD when it is none; `problem`, which may be
 * null, then says why. */
PVM_API int32_t pvm_parse(const uint8_t *bytes, size_t length, uint32_t kind, pvm_file *file, pvm_problem *problem);

/* Makes a machine for a file, but does not start it. It gets the file's instruction set and rules: those of PolkaVM for a
 * .polkavm file, otherwise those of GP 0.7.2. Returns 0 when it cannot; `problem` then says why. The code is copied. Data is
 * taken from the file by pvm_start. */
PVM_API pvm *pvm_create_program(uint32_t service_index, const pvm_file *file, pvm_problem *problem);

/* Makes a machine from code, bitmask (a bit for each byte of code, least significant bit first) and jump table. All three
 * are copied. */
PVM_API pvm *pvm_create_parts(uint32_t service_index, const uint8_t *code, uint32_t code_len, const uint8_t *mask,
                              const uint32_t *jump_table, uint32_t jump_len, const uint64_t *initial_regs, uint32_t num_regs,
                              uint32_t initial_pc, pvm_problem *problem);

/* Starts a program: resets the machine, maps and fills memory as the file's format wants it, places the arguments, sets
 * registers and pc (GP A.7). Gas is 0 afterwards. The callbacks stay. To lend memory for a region, call pvm_map for it
 * afterwards and copy the data there. */
PVM_API int32_t pvm_start(pvm *vm, const pvm_file *file, uint32_t entry, const uint8_t *args, uint32_t args_len);

/* Sets instruction set, rules and gas model by the name of a profile: "gp-0.7.2", "gp-0.8.0", "polkavm", ... docs/gas.md
 * lists them. It returns PVM_BAD for other names. */
PVM_API int32_t pvm_set_rules(pvm *vm, const char *profile);

/* These find the name of host call `index`, and the name and the code offset of an export. They return PVM_BAD beyond the
 * last one. */
PVM_API int32_t pvm_import(const pvm_file *file, uint32_t index, pvm_bytes *name);
PVM_API int32_t pvm_export(const pvm_file *file, uint32_t index, pvm_bytes *name, uint32_t *pc);
PVM_API int32_t pvm_find_export(const pvm_file *file, const char *name, uint32_t *pc);

/* ---- Compiled code (the recompiler's modules; wasm build only) -------------------------------------------------
 * Compiled functions have the wasm type (gas: i64, stack: i32) -> (target: i32, gas: i64). They stand in one funcref table
 * that all modules of a machine share. C cannot express that type, so the core calls a gate:
 *     gate(table_index: i32) -> target: i32
 * The gate stands at index 1 of the core's own exported table, __indirect_function_table. TypeScript puts it there before
 * any entry is set. It loads gas and stack from struct pvm, does the call_indirect, and stores the gas back.
 *
 * pvm_set_entry(vm, pc, table_index) makes the interpreter enter compiled code wherever it enters the basic block at pc.
 * It patches the block's first record, so a block without compiled code costs nothing. When compiled code starts, the block
 * has not been paid. When it returns, registers, pc and gas are in struct pvm, and they are exact unless said otherwise.
 * What the interpreter does then depends on the target:
 *     an even number    It jumps to that address, as jump_ind does (0xFFFF0000 halts). vm->pc is the pc of the jump.
 *     PVM_TO_CONTINUE   It goes on at vm->pc. The block there is not paid, except if vm->charged says so (block models).
 *     PVM_TO_REFUND     It goes on at vm->pc, in a segment that has been paid whole. Under the instruction model it gives back the
 *                       instructions from vm->pc to the segment's end. Under block models it sets vm->charged.
 *     PVM_TO_EXIT       The machine stops; vm->exit and vm->exit_arg are set.
 * After PVM_TO_CONTINUE and PVM_TO_REFUND at least one instruction is interpreted before compiled code is entered again.
 *
 * The code is written by the core too: pvm_decode and pvm_compile in core/hosts/wasm.c, which need no machine.
 */
enum { PVM_TO_CONTINUE = 1, PVM_TO_REFUND = 3, PVM_TO_EXIT = 5 };

PVM_API int32_t pvm_set_entry(pvm *vm, uint32_t pc, uint32_t table_index); /* 0 removes */
PVM_API void pvm_clear_entries(pvm *vm);                                   /* removes all */

#ifdef __cplusplus
}
#endif
#endif
