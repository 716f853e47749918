/* The PVM core: a library that runs PVM programs. Freestanding C11: no libc, no allocation but through the allocator
 * that the host passes, nothing aborts. This header is all a host needs, in C or over any foreign-function interface.
 *
 * Life of a machine:
 *     pvm_set_allocator(my_alloc, my_free);                      // once; not in the wasm build
 *     pvm *vm = pvm_create(7, code, code_len, regs, 13, 0);      // or pvm_create_blob() with a program blob
 *     pvm_set_memory_regions(vm, ro, rw, args, stack);           // borrowed pointers ...
 *     pvm_set_memory_bounds(vm, &bounds);                        // ... and what guest addresses they are
 *     pvm_set_host_callback(vm, my_host);
 *     pvm_set_gas(vm, 1000000);
 *     int exit = pvm_execute(vm, 0, 0);
 *     pvm_destroy(vm);
 *
 * Rules: a vm is used by one thread at a time. All integers are little-endian. Guest outcomes are exit codes, misuse
 * is a negative error code. Sections of the Gray Paper (GP) are those of version 0.7.2 unless said otherwise.
 */
#ifndef PVM_H
#define PVM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
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
  PVM_RUNNING = 255   /* not stopped yet */
};

/* Results of functions that are not exits. */
enum {
  PVM_OK = 0,
  PVM_OOB = -1,       /* a byte of the range is not accessible */
  PVM_BAD = -2,       /* an argument is out of range */
  PVM_NO_MEMORY = -3, /* the allocator gave nothing */
  PVM_BUSY = -4       /* the machine is inside its own host callback */
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
  PVM_HOST_NO_GAS = 5  /* exit PVM_OUT_OF_GAS, the call is not done and is repeated by the next pvm_execute */
};

/* How instructions are paid. */
enum {
  PVM_GAS_INSTRUCTION = 0, /* 1 before each instruction (GP A.1) */
  PVM_GAS_BLOCK = 1,       /* the instruction count of a basic block on entering it */
  PVM_GAS_PIPELINE = 2     /* the simulated cycles of a basic block on entering it (GP 0.8.0 A.9) */
};

/* Rules that differ between protocol versions, as bits of `rules`. */
enum {
  PVM_RULE_CHECK_BOTH = 1,      /* branches check both successors, fallthrough its own (GP 0.8.0 A.5) */
  PVM_RULE_READ_ONLY_PANIC = 2, /* a store to a read-only page panics instead of faulting */
  PVM_RULE_FAULT_PANIC = 4,     /* an inaccessible address panics instead of faulting */
  PVM_RULE_DRAIN = 8,           /* out of gas empties the counter */
  PVM_RULE_SBRK_NEW = 16,       /* sbrk returns the new end of the heap */
  PVM_RULE_CMOV_READS = 32      /* pipeline model: cmov reads its old destination */
};

/* Numberings of the opcodes. */
enum { PVM_SET_GP_072 = 0, PVM_SET_GP_080 = 1, PVM_SET_LATEST64 = 2, PVM_SET_REVIVE_V1 = 3 };

typedef struct pvm pvm;

/* Called inline on ecalli with pc already behind it; returns PVM_HOST_*. It may change everything but run the vm. */
typedef int32_t (*pvm_host_callback)(pvm *vm, int32_t index);

/* The part of a machine that hosts and compiled code see. Offsets are part of the interface: src/engine/machine/layout.ts
 * and core/api.c assert them. Do not write pc, exit or charged but through the functions, compiled code excepted. */
struct pvm {
  uint64_t regs[13];   /*   0 live registers */
  int64_t gas;         /* 104 remaining gas */
  uint32_t pc;         /* 112 current instruction */
  uint32_t exit;       /* 116 last exit, PVM_RUNNING before the first and after pc was written */
  int32_t exit_arg;    /* 120 page address, host index, else 0 */
  uint32_t charged;    /* 124 the basic block at pc has been paid (block models) */
  uint32_t heap_end;   /* 128 what sbrk moves */
  uint32_t heap_limit; /* 132 */
  uint32_t trace;      /* 136 not 0: the traced loop runs and reports every instruction; set it at any time */
  uint32_t rules;      /* 140 PVM_RULE_* */
  uint32_t gas_model;  /* 144 PVM_GAS_* */
  uint32_t code_len;   /* 148 */
  uint32_t jump_len;   /* 152 entries of the jump table |j| */
  uint32_t jump_size;  /* 156 entries stored; those beyond are 0 */
  uint32_t resume;     /* 160 1: pc is an ecalli that has been answered by the host, continue behind it */
  uint32_t busy;       /* 164 1 while pvm_execute is on the stack */
  uint32_t child;      /* 168 1: ecalli never calls back */
  uint32_t service;    /* 172 service_index, for the host's use */
  uint32_t host_pc;    /* 176 pc of the ecalli whose callback runs */
  uint32_t depth;      /* 180 nested compiled calls allowed, given to compiled code */
  uint32_t hot;        /* 184 countdown of entries to watched blocks, see pvm_watch */
  uint32_t flags;      /* 188 reserved, 0 */
  /* From here on private. */
};

/* ---- Compiled code (the recompiler's modules; wasm build only) -------------------------------------------------
 * Compiled functions have the wasm type (gas: i64, depth: i32) -> (target: i32, gas: i64) and stand in one funcref
 * table shared by all modules of a machine. C cannot express that type, so the core calls the imported glue
 *     env.enter(table_index: i32) -> target: i32
 * which loads gas and depth from struct pvm, does the call_indirect, and stores the gas back.
 *
 * pvm_set_entry(vm, pc, table_index) makes the interpreter enter compiled code wherever it enters the basic block at
 * pc: the block's first record is patched, so a block without compiled code costs nothing. Gas of the block has not
 * been charged when compiled code starts. Registers, gas (exact, unless said otherwise) and pc are in struct pvm when it
 * returns. target is
 *     even              jump-table address to continue at as by jump_ind (0xFFFF0000 halts); vm->pc is that jump's pc
 *     PVM_TO_CONTINUE   continue at vm->pc in the interpreter; the block there is not paid (vm->charged is obeyed
 *                       under block models)
 *     PVM_TO_REFUND     the same, but the basic block that contains vm->pc has been paid whole: under the instruction
 *                       model the core gives back the instructions from vm->pc to its end, under block models it is charged
 *     PVM_TO_EXIT       the machine stops: vm->exit and vm->exit_arg are set
 * After PVM_TO_CONTINUE and PVM_TO_REFUND at least one instruction is interpreted before compiled code is entered again.
 */
enum { PVM_TO_CONTINUE = 1, PVM_TO_REFUND = 3, PVM_TO_EXIT = 5 };

int32_t pvm_set_entry(pvm *vm, uint32_t pc, uint32_t table_index); /* 0 removes */

#ifdef __cplusplus
}
#endif
#endif
