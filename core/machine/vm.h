/* The whole struct of a machine, and the functions that the core's files share. It is private: hosts include pvm.h only. */
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
#ifndef PVM_ROTATION /* the generator writes code for the other build, also in fuzz/compile.c */
#define PVM_ROTATION 0u
#endif
#endif

/* Whether the build has what debuggers and profiles need: only the wasm build has it, and not the small core. */
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
#define CHUNK_BITS 9 /* a chunk is 2^9 pages, see memory.c */
#define CHUNK_COUNT (PAGE_COUNT >> CHUNK_BITS)
#define ZONE_SIZE 0x10000u
#define LOW_ZONE 0x4000u /* the zone under PVM_RULE_LOW_FAULTS */
#define HALT_ADDRESS 0xFFFF0000u
#define MAX_SKIP 24u

/* A decoded instruction, one slot of 16 bytes. a, b, d say where its registers are: by address in the wasm build, by offset
 * in struct pvm in the native one. x is an immediate; that of a load or store has PVM_ROTATION added. Some instructions take
 * one or two more slots, see interpreter/decode.c. */
typedef struct {
  uint16_t op, a, b, d;
  int32_t x;
  uint32_t pc;
} record;

/* The slot in front of the first record of a decoded sequence. */
typedef struct {
  uint32_t cost;   /* what entering here costs: the price of the block, or of its first run (see interpreter/decode.c) */
  uint32_t pc;     /* where the sequence starts */
  uint16_t op;     /* op of the first record, also while that one is patched to OP_ENTER */
  uint16_t count;  /* how many instructions the sequence has; nothing but statistics reads it */
  uint32_t entry;  /* table index of compiled code, 0 none */
} header;

/* Where control goes on: offset of a record or stub, and what entering it costs. */
typedef struct {
  uint32_t at, cost;
} link;

/* Stands for a sequence that has not been decoded. The loop reads its 8 bytes like the beginning of a record. */
typedef struct {
  uint16_t op, side;
  uint32_t pc;
} stub;

/* The slots behind a record. */
typedef struct {
  link to;
  stub stub;
} jump_slot;
typedef struct {
  link taken, fall;
  stub taken_stub, fall_stub;
} branch_slots;
typedef struct {
  uint32_t next_pc, cost; /* of ecalli and memset: where the next instruction is, and what the run that begins there costs */
  uint32_t at, first;     /* of OP_GLUE: the next record, 0 while it is not known; whether the sequence has no instruction before */
} pause_slot;
typedef struct {
  int32_t y;
  uint32_t reserved0, reserved1, reserved2;
} second_slot; /* the second immediate, or the upper half of a 64-bit one */

#define SLOT sizeof(record)
#define MAX_SEQUENCE 1024u /* a sequence with more instructions goes on in another one, to which it is glued */
/* Bytes that a sequence takes at most. The two slots of a memset can be followed by one of interpreter/marks.c and one of
 * interpreter/tally.c, so an instruction takes three slots, or four in a build that has these. */
#define MAX_RECORDS ((MAX_SEQUENCE + 2) * (3 + PVM_WATCHING) * (u32)SLOT)

/* Operations of records that are no instructions. They come last for a reason: V8 puts the handler of the last operation in
 * front of the loop's head. If that handler does not end in a branch, the head is not aligned, and loops take 1.0 to 1.35
 * times as long. */
enum {
  OP_FUSED = OP_COUNT, /* the first of FUSED_COUNT superinstructions, see isa/fused.gen.h */
  OP_ENTER = OP_FUSED + FUSED_COUNT, /* enters compiled code; patched over the op of a block's first record */
  OP_BAD_TARGET,       /* panics: a stub whose target is no block start */
#if PVM_WATCHING
  OP_TALLY,            /* counts that control comes here, see interpreter/tally.c */
  OP_STEPS,            /* counts the instructions of the run behind it as steps, see interpreter/marks.c */
  OP_FOUND,            /* stops here, because a search looks for this instruction; see interpreter/marks.c */
#endif
  OP_GLUE,             /* goes on with the sequence that continues a long one; has a pause_slot */
  OP_STUB              /* decodes the target, links it, and goes there */
};

/* What a debugger's search looks for: an instruction at one of these places, one that writes one of these registers, or one
 * that accesses this memory. The machine stops before it. */
#define MOST_PCS 16
typedef struct {
  uint32_t memory;       /* bits: 1 for reads, 2 for writes of the guest addresses from `from` to `last` */
  uint32_t from, last;
  uint32_t registers;    /* a bit for each register */
  uint32_t pc_count;
  uint32_t left;         /* how many steps the last pvm_step did not make, because it stopped early */
  uint32_t pcs[MOST_PCS];
} pvm_guard_words;

typedef struct {
  uint64_t zero; /* always 0: the base register of loads and stores that have no base register */
  /* Memory. */
  uint8_t *rights;       /* RIGHT_* of each physical page, see memory.c */
#if WASM
  uint32_t *frames;
#else
  uint8_t **frames;      /* where the bytes of each page are */
#endif
  uint32_t frames_next, frames_end; /* wasm: unused frames at the end of the memory */
  uint8_t *spare;        /* native: the frames of the last batch that are not used yet */
  uint32_t spare_pages;
  void *chunks;          /* native: the list of batches, to be freed */
  uint32_t touched;      /* pages that may hold something */
  /* Program. */
  uint8_t *arena;
  uint32_t first;        /* where the arena begins, in the same measure as the offsets below */
  uint32_t *dispatch;    /* table index of compiled code by jump-table entry; only compiled code reads it */
  uint32_t *jump_link;   /* offset of the record by jump-table entry, 0 while it is not known */
  uint32_t *jump_table;
  uint8_t *code;         /* code_len bytes, then 32 zeros */
  uint8_t *mask;         /* the bits behind the end of the code are set */
  uint32_t *index;       /* offset of the record by pc, 0 where none is decoded */
  uint32_t *entries;     /* table index of compiled code by pc, 0 where there is none */
  uint32_t records, records_next, records_end; /* offsets in the arena */
  uint32_t used;         /* behind so many bytes the arena is certainly zero */
  uint32_t set;          /* PVM_SET_* */
  uint32_t flushes;      /* how often all records were thrown away */
  uint32_t entry_count;
  int64_t reserve;       /* gas that the fast loop keeps back while it runs a slice */
  int64_t compiled_gas;  /* wasm: gas that compiled code used since run_fast began */
  pvm_host_callback host;
  pvm_trace_callback tracer;
#if !WASM /* in the wasm build TypeScript does all of this: src/engine/host-call.ts */
  pvm_price_callback price_of;
  const uint64_t *prices; /* of price_count host calls, all others cost other_price */
  uint64_t other_price;
  uint32_t price_count;
  uint32_t overdrawn;    /* 1: pvm_charge_gas has failed since gas was last set */
  uint32_t unpaid;       /* 1: the gas was short of the price of the host call at pc; the ecalli itself is paid */
  void *host_user, *trace_user, *price_user;
#endif
  pvm_bounds bounds;
  pvm_event event;
#if WASM
  pvm_guard_words guard;
  int64_t *tally;        /* where interpreter/tally.c counts executed instructions, 0 where nobody asks for that */
  int64_t steps;         /* how many steps are left, while interpreter/marks.c counts them */
  uint32_t counting;     /* 1: records count steps, and none enters compiled code */
  uint32_t searching;    /* 1: records stop before what `guard` says, and none enters compiled code */
#endif
  uint8_t summary[CHUNK_COUNT]; /* what all pages of a chunk have in common, see memory.c */
} private_part;

typedef struct {
  pvm pub;
  private_part own;
} machine;

#define OWN(vm) (&((machine *)(vm))->own)
/* Whether the machine runs a 32-bit program. The registers of such a program hold 32 bits, sign-extended. */
#define IS_NARROW(vm) (PVM_NARROW && OWN(vm)->set == PVM_SET_LATEST32)
#define RULE(vm, rule) (((vm)->rules & (rule)) != 0)

/* Whether records may enter compiled code. That knows nothing of searches, and counts no steps. */
#if PVM_WATCHING
#define MAY_ENTER(vm) (!OWN(vm)->counting && !OWN(vm)->searching)
#else
#define MAY_ENTER(vm) 1
#endif

#if WASM
#define MACHINE(vm) ((void)(vm), (pvm *)PVM_AT_VM) /* a memory has one machine, at a constant address */
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

/* The operands of one instruction (GP A.5.1 to A.5.13): register numbers, immediates of 64 bits, the target of a jump. */
typedef struct {
  uint32_t a, b, d;
  uint64_t x, y;
  int64_t target;
} operands;

#if WASM
/* The functions that the wasm build imports from TypeScript. */
#define IMPORT(name) __attribute__((import_module("env"), import_name(name)))
IMPORT("host") int32_t env_host(int32_t index, uint32_t pc, uint32_t next);
IMPORT("trace") int32_t env_trace(void);
IMPORT("slice") void env_slice(uint32_t gas);

/* The gate to compiled code, see "Compiled code" in pvm.h. It stands at index 1 of the core's own table, where TypeScript puts it
 * before any block has an entry. It cannot be an import: it is a WebAssembly function that needs the memory of a machine which is
 * not made yet, and a call by way of JavaScript would cost more. */
typedef uint32_t (*gate_function)(uint32_t table_index);
#define GATE ((gate_function)1)
#endif

/* What the two loops return besides exits. Each says what has to be done next; the codes never leave the core. */
enum {
  GO_AGAIN = 256, /* choose a loop again and go on: all state is in vm */
  GO_SHORT,       /* step, because the gas does not cover the run or block at pc, or pc is outside of the code */
  GO_STEP,        /* execute one instruction before compiled code is entered again: compiled code was left at pc */
  GO_WATCHED,     /* stop for a search: the instruction at pc is paid, but was not executed */
  GO_FOUND,       /* stop for a search: the instruction at pc is neither paid nor executed */
  GO_COUNTED      /* step one by one: the run at pc has more instructions than steps are left */
};

/* In PolkaVM's own instruction sets an undefined opcode is a trap like any other: a jump may lead to it, and a block begins
 * behind it. */
#define UNDEFINED_TRAPS(set) ((set) >= PVM_SET_LATEST64)
/* Whether a block begins at a mark more than 25 bytes behind the one before, or without one before. */
#define BLOCKS_BEHIND_GAPS(set) UNDEFINED_TRAPS(set)

/* Marks what the wasm build exports. */
#if WASM
#define EXPORT(name) __attribute__((export_name(name)))
#else
#define EXPORT(name)
#endif

/* The native build refuses a null machine. The wasm build has exactly one machine, at a constant address. */
#if WASM
#define NEED(vm, otherwise)
#else
#define NEED(vm, otherwise) \
  if ((vm) == 0) return otherwise
#endif

#endif
