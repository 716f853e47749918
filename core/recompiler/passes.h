/* What the recompiler's passes over a program and over one function of it share, beside their tables: those are in contract.gen.h,
 * which TypeScript has too and fills in. Not the code that is made from them: that is generator.h and what includes it.
 *
 * A segment is a straight run of instructions that ends with a terminator, a host call or a step. A function is a range
 * of segments. A graph is what is compiled as one: nodes are segments in a calling context, node 0 is the root. */
#ifndef PVM_PASSES_H
#define PVM_PASSES_H

#include "../machine/vm.h"

/* A step of a pass, in a function of its own: V8 optimizes whole functions, while the program that is compiled runs beside
 * it. The plan alone took it 23 ms as one function, for one segment of 2,400 instructions. */
#define STEP CORE __attribute__((noinline))

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
CORE u32 last_of(const program_tables *p, u32 segment) { return p->segment_start[segment + 1] - 1; }

#endif
