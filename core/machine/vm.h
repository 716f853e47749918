/* The whole struct pvm and the functions the core's files share. Private: hosts include pvm.h only. */
#ifndef PVM_VM_H
#define PVM_VM_H

#include "../isa/opcodes.gen.h"
#include "../isa/fused.gen.h"
#include "../isa/ops.h"
#include "../pvm.h"
#include "contract.gen.h"

#ifdef __wasm__
#define WASM 1
#else
#define WASM 0
#define PVM_ROTATION 0u
#endif

/* Debuggers and profiles: in the wasm build with all passes. */
#ifndef PVM_PASSES
#define PVM_PASSES 1
#endif
#define PVM_WATCHING (WASM && PVM_PASSES)

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define CORE static __attribute__((unused))
#define COLD CORE __attribute__((noinline, cold))

#define PAGE_BITS 12
#define PAGE_SIZE 4096u
#define PAGE_COUNT 0x100000u
#define CHUNK_BITS 9 /* pages per chunk of the summary of used pages */
#define CHUNK_COUNT (PAGE_COUNT >> CHUNK_BITS)
#define ZONE_SIZE 0x10000u
#define HALT_ADDRESS 0xFFFF0000u
#define MAX_SKIP 24u

/* A decoded instruction. a, b, d are addresses of registers (wasm) or their offsets in struct pvm (native). For
 * memory instructions x has PVM_ROTATION added. Some instructions have one or two more slots, see decode.c. */
typedef struct {
  uint16_t op, a, b, d;
  int32_t x;
  uint32_t pc;
} record;

/* The slot before the first record of a decoded sequence. */
typedef struct {
  uint32_t cost;   /* what entering here costs: of the block, or of the first run (see decode.c) */
  uint32_t pc;     /* where the sequence starts */
  uint16_t op;     /* op of the first record, also while that one is patched to OP_ENTER */
  uint16_t count;  /* instructions decoded, for statistics */
  uint32_t entry;  /* table index of compiled code, 0 none */
} header;

/* Where control goes on: offset of a record or stub, and what entering it costs. */
typedef struct {
  uint32_t at, cost;
} link;

/* Stands in for a record that has not been decoded: 8 bytes, read like the beginning of a record. */
typedef struct {
  uint16_t op, side;
  uint32_t pc;
} stub;

/* Second slots. */
typedef struct {
  link to;
  stub stub;
} jump_slot;
typedef struct {
  link taken, fall;
  stub taken_stub, fall_stub;
} branch_slots;
typedef struct {
  uint32_t next_pc, cost; /* behind ecalli and memset: what follows, and what its run costs */
  uint32_t at, first;     /* OP_GLUE: the record that follows, 0 not known; whether nothing stands before it */
} pause_slot;
typedef struct {
  int32_t y;
  uint32_t reserved0, reserved1, reserved2;
} second_slot; /* the second immediate, or the upper half of a 64-bit one */

/* Operations beside the instructions' ids. The internal ones are last: V8 puts the handler of the last operation in front
 * of the loop's head, which then is not aligned, unless that handler ends in a branch. Measured: 1.0 to 1.35 times. */
enum {
  OP_FUSED = OP_COUNT, /* and FUSED_COUNT more: superinstructions, fused.gen.h */
  OP_ENTER = OP_FUSED + FUSED_COUNT, /* the block has compiled code */
  OP_BAD_TARGET,       /* a stub whose target is no block start: panic */
#if PVM_WATCHING
  OP_TALLY,            /* counts that control comes here, see tally.c */
  OP_STEPS,            /* takes the instructions of the run behind it from what is left of many steps, see marks.c */
  OP_FOUND,            /* a search stops here, see marks.c */
#endif
  OP_GLUE,             /* a long sequence goes on elsewhere; pause_slot */
  OP_STUB              /* decode the target, link it, go there */
};

/* What a search stops before: an instruction at one of these places, one that writes one of these registers, one that reads
 * or writes this memory. For debuggers, in the wasm build with all passes. */
#define MOST_PCS 16
typedef struct {
  uint32_t memory;       /* 1: reads, 2: writes of from to last, guest addresses */
  uint32_t from, last;
  uint32_t registers;    /* a bit for each */
  uint32_t pc_count;
  uint32_t left;         /* steps of the last pvm_step that were not made, where it paused or broke off */
  uint32_t pcs[MOST_PCS];
} pvm_guard_words;

typedef struct {
  uint64_t zero; /* 192 base register of loads and stores at absolute addresses */
  /* Memory. */
  uint8_t *rights;       /* by physical page */
#if WASM
  uint32_t *frames;
#else
  uint8_t **frames;      /* where each page is */
#endif
  uint32_t frames_next, frames_end; /* wasm: unused frames at the end of the memory */
  uint8_t *spare;        /* native: rest of the last chunk of frames */
  uint32_t spare_pages;
  void *chunks;          /* native: list of chunks to free */
  uint32_t touched;      /* pages that may hold something */
  /* Program. */
  uint8_t *arena;
  uint32_t first;        /* offset of the arena itself */
  uint32_t *dispatch;    /* compiled code by jump-table entry, for compiled code only */
  uint32_t *jump_link;   /* record by jump-table entry */
  uint32_t *jump_table;
  uint8_t *code;         /* code_len bytes and 32 zeros */
  uint8_t *mask;         /* bits behind the end are set */
  uint32_t *index;       /* record by pc, 0 not decoded */
  uint32_t *entries;     /* compiled code by pc */
  uint32_t records, records_next, records_end; /* offsets in the arena */
  uint32_t used;         /* arena bytes that earlier programs may have made other than zero */
  uint32_t set;          /* PVM_SET_* */
  uint32_t flushes;      /* how often all records were thrown away */
  uint32_t entry_count;
  int64_t reserve;       /* gas of this run that is not in the present slice */
  int64_t compiled_gas;  /* wasm: what compiled code used since run_fast began */
  pvm_host_callback host;
  pvm_trace_callback tracer;
#if !WASM /* there TypeScript has all of this */
  pvm_price_callback price_of;
  const uint64_t *prices; /* of price_count host calls, all others cost other_price */
  uint64_t other_price;
  uint32_t price_count;
  uint32_t overdrawn;    /* a charge failed since gas was last set */
  uint32_t unpaid;       /* the host call at pc was too dear; the ecalli itself is paid */
  void *host_user, *trace_user, *price_user;
#endif
  pvm_bounds bounds;
  pvm_event event;
#if WASM
  pvm_guard_words guard;
  int64_t *tally;        /* where runs are counted, 0 where nobody asks: tally.c */
  int64_t steps;         /* what is left of many steps: marks.c */
  uint32_t counting;     /* records count instructions in `steps`, and do not enter compiled code */
  uint32_t searching;    /* records stop before what `guard` says, and do not enter compiled code */
#endif
  uint8_t summary[CHUNK_COUNT]; /* of the pages of a chunk, see memory.c */
} private_part;

typedef struct {
  pvm pub;
  private_part own;
} machine;

#define OWN(vm) (&((machine *)(vm))->own)
/* Whether it runs a 32-bit program: registers hold 32 bits sign-extended. */
#define IS_NARROW(vm) (PVM_NARROW && OWN(vm)->set == PVM_SET_LATEST32)
#define RULE(vm, rule) (((vm)->rules & (rule)) != 0)

#if WASM
#define MACHINE(vm) ((void)(vm), (pvm *)PVM_AT_VM) /* one machine in each memory: its address is a constant */
#define REG(o) (*(u64 *)(uintptr_t)(o))
#define REG_BASE PVM_AT_VM
#define AT(vm, offset) ((void *)(uintptr_t)(offset))
#define OFFSET(vm, pointer) ((u32)(uintptr_t)(pointer))
#else
#define MACHINE(vm) (vm)
#define REG(o) (*(u64 *)((char *)vm + (o)))
#define REG_BASE 0u
#define AT(vm, offset) ((void *)(OWN(vm)->arena + (offset)))
#define OFFSET(vm, pointer) ((u32)((uint8_t *)(pointer) - OWN(vm)->arena))
#endif
#define REG_OF(n) ((uint16_t)(REG_BASE + 8u * (n)))
#define ZERO_REG ((uint16_t)(REG_BASE + offsetof(machine, own)))

/* Operands of one instruction (GP A.5.1 to A.5.13): register numbers, 64-bit immediates, target. */
typedef struct {
  uint32_t a, b, d;
  uint64_t x, y;
  int64_t target;
} operands;

#if WASM
/* What the wasm build imports. */
#define IMPORT(name) __attribute__((import_module("env"), import_name(name)))
IMPORT("host") int32_t env_host(int32_t index, uint32_t pc, uint32_t next);
IMPORT("trace") int32_t env_trace(void);
IMPORT("slice") void env_slice(uint32_t gas);

/* The gate to compiled code, see pvm.h, "Compiled code": in the first place of the core's own table, where it is put before any
 * block has an entry. Not an import: it is WebAssembly that needs the machine's memory, and a way through JavaScript costs more. */
typedef uint32_t (*gate_function)(uint32_t table_index);
#define GATE ((gate_function)1)
#endif

/* memory.c: all addresses here are physical. */
CORE int pvm_slow_read(pvm *vm, u32 at, u32 size, u64 *value);
CORE int pvm_slow_write(pvm *vm, u32 at, u32 size, u64 value);
CORE u64 pvm_sbrk(pvm *vm, u64 bytes);
CORE int pvm_memset(pvm *vm);

/* What the loops return besides exits: what to do next. */
enum {
  GO_AGAIN = 256, /* state is in vm: choose a loop and continue */
  GO_SHORT,       /* gas is short of the run or block at pc, or pc is outside of the code: step */
  GO_STEP,        /* compiled code gave back at pc: one instruction here first */
  GO_WATCHED,     /* a search stops: the instruction at pc is paid and not executed */
  GO_FOUND,       /* a search stops before the instruction at pc */
  GO_COUNTED      /* the run at pc has more instructions than steps are left */
};

/* In PolkaVM's own instruction sets an undefined opcode is a trap like any other: it can be jumped to, and a block follows. */
#define UNDEFINED_TRAPS(set) ((set) >= PVM_SET_LATEST64)

/* decode.c */
CORE int pvm_is_instruction(const pvm *vm, u32 pc);
CORE int pvm_is_block_start(const pvm *vm, int64_t pc);
CORE u32 pvm_skip(const pvm *vm, u32 pc);
CORE u32 pvm_id_at(const pvm *vm, u32 pc);
CORE void pvm_operands(const pvm *vm, u32 id, u32 pc, operands *out);
CORE u32 pvm_block_cost(const pvm *vm, u32 pc);

/* interpreter.c, step.c */
CORE int run_fast(pvm *vm);
CORE int run_steps(pvm *vm, u64 count, int traced);

/* Exported functions. */
#if WASM
#define EXPORT(name) __attribute__((export_name(name)))
#else
#define EXPORT(name)
#endif

/* A null machine is refused natively; in the wasm build there is exactly one, at a constant address. */
#if WASM
#define NEED(vm, otherwise)
#else
#define NEED(vm, otherwise) \
  if ((vm) == 0) return otherwise
#endif

#endif
