/* What the recompiler's passes share, beside their tables. The tables are in contract.gen.h, because TypeScript fills some of them
 * in. A pass looks at a whole program or at the graph of one function. The code is written afterwards: generator.h and the files
 * that include it.
 *
 * A segment is a straight run of instructions that ends with a terminator, a host call or a step. A step is an instruction that
 * the core executes alone: sbrk or memset. A function is a range of segments. A graph is what is compiled as one function of
 * WebAssembly. Its nodes are segments in a calling context, and node 0 is the root. */
#ifndef PVM_PASSES_H
#define PVM_PASSES_H

#include "../machine/vm.h"

/* Marks a function that is never inlined. V8 optimizes whole functions and takes long for large ones, while the guest runs beside
 * it. With all of the memory plan in one function, one segment of 2,400 instructions took 23 ms. */
#define STEP CORE __attribute__((noinline))

#define ALL_REGISTERS 0x1fffu

#define HAS(set, value) ((1u << (value) & (set)) != 0)
/* The ends of nodes that have no instructions, and of nodes that branch by a table. */
#define BARE (1u << END_TAIL | 1u << END_HUB | 1u << END_CALL_ELSEWHERE)
#define TABLES (1u << END_HUB | 1u << END_CALL_TABLE)
/* The ends behind which all registers are in memory. What follows such a node loads what it needs, and nothing is dirty there. */
#define IN_MEMORY (1u << END_CALL | 1u << END_CALL_INDIRECT | 1u << END_CALL_ELSEWHERE | 1u << END_HOST | 1u << END_TAIL)
/* The ends that store the dirty registers. */
#define FLUSHES (IN_MEMORY | 1u << END_RETURN | 1u << END_TAIL_INDIRECT | 1u << END_HUB | 1u << END_INLINE_RETURN)

CORE int is_access(u32 id) { return pvm_kind_of[id] == KIND_LOAD || pvm_kind_of[id] == KIND_STORE; }

CORE u32 last_of(const program_tables *p, u32 segment) { return p->segment_start[segment + 1] - 1; }

#endif
