/* The tables of the recompiler's passes over a program and over one function of it (src/engine/recompiler/tables.ts has
 * the same, and fills in the program). Not the code that is made from them: that is TypeScript.
 *
 * A segment is a straight run of instructions that ends with a terminator, a host call or a step. A function is a range
 * of segments. A graph is what is compiled as one: nodes are segments in a calling context, node 0 is the root. */
#ifndef PVM_PASSES_H
#define PVM_PASSES_H

#include "vm.h"

/* A step of a pass, in a function of its own: V8 optimizes whole functions, while the program that is compiled runs beside
 * it. The plan alone took it 23 ms as one function, for one segment of 2,400 instructions. */
#define STEP CORE __attribute__((noinline))

/* Nodes beyond MAX_NODES, or the fewer that are asked for, become tail calls, each with two successors at most; hubs and
 * inlined callees are few. */
#define MAX_NODES 3000u
#define NODE_CAPACITY 0x4000u
#define EDGE_CAPACITY 0xA000u
#define CONTEXT_CAPACITY 0x800u
/* Labels of a function, and callees of all its branch tables. */
#define LIST_CAPACITY 0x1000u
/* Exits of a function: one for each mask of registers, of two kinds. */
#define EXIT_CAPACITY 0x4000u
/* Accesses of a segment that are planned; those behind are checked alone. */
#define ACCESS_CAPACITY 0x1000u

/* What a program is decoded from and into. Who calls the decoder lays it out; arrays by segment or function have an entry
 * for each instruction, and one more. */
typedef struct {
  u32 set, code_len, jumps;
  u32 count, segments, functions, links; /* what is found; links as below */
  const uint8_t *code, *mask;            /* 32 zeros and 8 bytes of anything behind them */
  /* By instruction. */
  u32 *pc;
  uint8_t *id, *a, *b, *d;
  s32 *x, *x_high, *y, *target;
  uint16_t *uses, *defs;
  u32 *segment_of;
  s32 *index; /* by code offset: the instruction there, or -1 */
  /* By segment. */
  u32 *start;
  uint8_t *is_block, *accesses;
  s32 *next, *function_of;
  /* By jump-table entry: code offset before, segment behind. */
  s32 *jump_table;
  /* As in program_tables. */
  s32 *function_start, *label_start, *labels;
  /* Of the decoder itself, the first two by segment, the third by jump-table entry. */
  uint8_t *entry, *switches, *returns_to;
} decode_tables;

/* Words of an instruction that its templates take, see template.ts and emit-memory.ts. */
typedef struct {
  s32 a, b, d; /* numbers of the registers' locals; for the first of a wide group d is its lowest address */
  s32 x, x_high, y, y_high; /* for a wide group x_high is the local of its limit */
  s32 pc;
  s32 constant, label, local, last, offset; /* of an access; the label is the generator's */
  s32 base, reach, widest;                  /* of the first of a wide group */
} record_words;

/* A program, as decoded: who calls the passes has written it. */
typedef struct {
  u32 segments, functions, jumps;
  u32 both;     /* a branch panics when either side is no block start */
  u32 links;    /* registers that some call uses for its return address, as a mask */
  u32 indirect; /* how many functions are inlined at indirect calls */
  u32 paid_whole; /* segments cost what `cost` says, else their instructions */
  s32 local_register, local_address, local_group, local_limit; /* numbers of the first local of each kind, see emitter.ts */
  /* By instruction. */
  const uint8_t *id, *a, *b, *d;
  const s32 *x, *x_high, *y, *target;
  const u32 *pc;
  const uint16_t *uses, *defs;
  const uint8_t *tolerant; /* 1: never in a wide group */
  /* By segment. */
  const u32 *start; /* first instruction, one more entry */
  const s32 *next, *function_of;
  const uint8_t *accesses;
  const s32 *cost;
  /* By function: first segment, first label; each one more entry. */
  const s32 *function_start, *label_start;
  const s32 *labels;     /* jump-table entries that are switch labels */
  const s32 *jump_table; /* segments */
  const uint16_t *templates; /* of code, see emit.c */
  s32 *callees;          /* jump-table entries of the functions that are inlined at indirect calls */
  s32 *node_pool;        /* one per segment, and 1024 */
  /* By instruction: the memory plan, see plan.c. */
  uint8_t *check, *local;
  s32 *offset, *span, *root, *low;
  int8_t *base;
  /* By instruction: what the templates of its code are filled from, and which template checks it. */
  record_words *records;
  uint8_t *way;
  /* By segment: when an edge to it ends in a tail call, LEAVE_*. */
  const uint8_t *leave;
} program_tables;

/* Segments in a graph: those of a function that is too large end it, and, where what is compiled is what has run, those
 * that have not. */
enum { LEAVE_IF_FULL, LEAVE };

typedef struct {
  s32 first, end, depth, return_node, return_address;
  u32 pool; /* where its nodes by segment are */
} context;

/* A graph and what the passes find out about it. By node unless said otherwise. */
typedef struct {
  u64 path[NODE_CAPACITY]; /* cost of the dearest path to the next checkpoint */
  s32 seg[NODE_CAPACITY], succ_a[NODE_CAPACITY], succ_b[NODE_CAPACITY], callee[NODE_CAPACITY], expected[NODE_CAPACITY];
  s32 sequence[NODE_CAPACITY], position[NODE_CAPACITY], dominator[NODE_CAPACITY], cost[NODE_CAPACITY];
  s32 succ_start[NODE_CAPACITY], pred_start[NODE_CAPACITY], child_start[NODE_CAPACITY], children[NODE_CAPACITY];
  s32 succs[EDGE_CAPACITY], preds[EDGE_CAPACITY];
  s32 switch_nodes[LIST_CAPACITY], callee_nodes[LIST_CAPACITY];
  uint16_t dirty[NODE_CAPACITY], live[NODE_CAPACITY], valid[NODE_CAPACITY];
  uint16_t stored_before[NODE_CAPACITY]; /* by loop header, see stores.c */
  uint8_t end[NODE_CAPACITY], is_loop[NODE_CAPACITY], is_merge[NODE_CAPACITY], checkpoint[NODE_CAPACITY];
  u32 count, reducible, switches, callee_count;
  /* Of the code's generator; no pass looks at them. First what is dirty and valid and how many frames are open where it
   * writes, the exits so far, the instruction that emit.c has come to, the values that its code has made so far. */
  u32 dirty_now, valid_now, depth_now, exit_count, emitted, values;
  uint16_t exits[EXIT_CAPACITY]; /* masks, in the order they were first needed */
  s32 label_depth[NODE_CAPACITY];
  uint16_t dirty_before[NODE_CAPACITY], valid_before[NODE_CAPACITY];
  /* Of the passes themselves. */
  s32 spare[NODE_CAPACITY], next[NODE_CAPACITY], stack[NODE_CAPACITY], context_of[NODE_CAPACITY];
  s32 edges[EDGE_CAPACITY];
  uint16_t reads[NODE_CAPACITY], writes[NODE_CAPACITY], passes[NODE_CAPACITY];
  uint16_t written[NODE_CAPACITY], through[NODE_CAPACITY];
  uint8_t leaves[NODE_CAPACITY], seen[NODE_CAPACITY];
  context contexts[CONTEXT_CAPACITY];
  u32 context_count, pool, inlined, most;
  s32 hub;
} graph_tables;

/* How a node ends: src/engine/recompiler/graph.ts says what they mean. */
enum {
  END_GOTO,
  END_BRANCH,
  END_EXIT,
  END_CALL,
  END_CALL_INDIRECT,
  END_RETURN,
  END_SWITCH,
  END_TAIL_INDIRECT,
  END_HOST,
  END_TAIL,
  END_INLINE_RETURN,
  END_HUB,
  END_CALL_TABLE,
  END_CALL_ELSEWHERE
};

/* How an access is checked: its template, as in emit-memory.ts. */
enum { WAY_SINGLE, WAY_FIRST, WAY_BOTH, WAY_WIDE, WAY_WIDE_CONSTANT, WAY_WITHIN, WAY_MEMBER, WAY_UNCHECKED, WAYS };

#define ALL_REGISTERS 0x1fffu

#define HAS(set, value) ((1u << (value) & (set)) != 0)
/* Ends of nodes without instructions, and of nodes that branch by a table. */
#define BARE (1u << END_TAIL | 1u << END_HUB | 1u << END_CALL_ELSEWHERE)
#define TABLES (1u << END_HUB | 1u << END_CALL_TABLE)
/* Ends after which registers are in memory, so that successors start clean and reload. */
#define IN_MEMORY (1u << END_CALL | 1u << END_CALL_INDIRECT | 1u << END_CALL_ELSEWHERE | 1u << END_HOST | 1u << END_TAIL)
/* Ends that store the dirty registers. */
#define FLUSHES (IN_MEMORY | 1u << END_RETURN | 1u << END_TAIL_INDIRECT | 1u << END_HUB | 1u << END_INLINE_RETURN)

CORE int is_access(u32 id) { return pvm_kind_of[id] == KIND_LOAD || pvm_kind_of[id] == KIND_STORE; }

/* The last instruction of a segment. */
CORE u32 last_of(const program_tables *p, u32 segment) { return p->start[segment + 1] - 1; }

#endif
