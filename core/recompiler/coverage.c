/* Finds which segments of a program have run, and which are left out of a module that has only those. Most of a service never runs. The
 * interpreter decodes a block when control first comes to it, so what it has decoded has run. What has run is collected over many
 * machines in src/engine/recompiler/coverage.ts. */
#include "passes.h"

/* Adds the blocks that a machine has decoded, by its records, and counts anew how many instructions have run before each segment. A
 * segment that starts no block has run if the one before has. */
STEP void cover_segments(const program_tables *p) {
  u32 total = 0, first = 0;
  uint8_t last = 0;
  for (u32 s = 0; s < p->segments; s++) {
    u32 end = p->segment_start[s + 1];
    if (p->is_block[s]) last = p->ran[s] | (p->decoded_at[p->pc[first]] != 0);
    p->ran[s] = last;
    p->ran_before[s] = total;
    if (last) total += end - first;
    first = end;
  }
  p->ran_before[p->segments] = total;
}

/* Leaves out of the next module what has not run. A block that only traps stays, because it costs less than an exit before it. */
STEP void leave_unrun(const program_tables *p) {
  for (u32 s = 0; s < p->segments; s++) {
    u32 first = p->segment_start[s];
    int traps = p->segment_start[s + 1] == first + 1 && pvm_kind_of[p->id[first]] == KIND_TRAP;
    p->leave[s] = p->ran[s] || !p->is_block[s] || traps ? LEAVE_IF_FULL : LEAVE_ALWAYS;
  }
}
