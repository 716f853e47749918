/* Finds the loops that get a fast version: loops of one segment whose memory accesses move by the same step in each turn, so
 * that they can be checked for many turns ahead. Their code is written by loops.c.
 *
 * A stream is a group of accesses of such a loop. Its step is a constant, or a register that the loop does not write. */
#include "passes.h"

/* A loop with more instructions gets no fast version. */
#define MAX_LOOP_INSTRUCTIONS 64u
/* How many streams a loop has at most. MAX_LOOPS bounds the fast loops of a function, because V8's optimizing compiler takes
 * time for every local at every loop: a function of 400 loops took it 0.6 s. */
#define MAX_LOOP_STREAMS 8
/* The most turns that are written one after the other. */
#define MAX_TURNS 8u

/* By how much each register changes in one turn: by a constant, by a register that the loop does not write, or by something
 * unknown. `by` is the constant or the number of the register. */
enum { STEP_CONSTANT, STEP_REGISTER, STEP_UNKNOWN };
typedef struct {
  uint8_t is[13];
  s32 by[13];
} register_steps;

/* Finds the steps of all registers in a segment. Only addresses matter, and those count modulo 2^32, so a 32-bit addition is as
 * good as one of 64 bits. */
STEP void find_steps(const program_tables *p, u32 segment, register_steps *steps) {
  u32 written = 0;
  for (u32 r = 0; r < 13; r++) {
    steps->is[r] = STEP_CONSTANT;
    steps->by[r] = 0;
  }
  for (u32 i = p->segment_start[segment]; i < p->segment_start[segment + 1]; i++) {
    u32 mask = p->defs[i], id = p->id[i];
    if (mask == 0) continue;
    u32 r = 31 - (u32)__builtin_clz(mask);
    int again = (written & mask) != 0;
    written |= mask;
    if ((id == OP_ADD_IMM_64 || id == OP_ADD_IMM_32) && p->b[i] == r && steps->is[r] == STEP_CONSTANT) {
      steps->by[r] = plus(steps->by[r], p->x[i]);
    } else if (id == OP_ADD_64 && (p->a[i] == r) != (p->b[i] == r) && !again) {
      steps->is[r] = STEP_REGISTER;
      steps->by[r] = p->d[i] == p->a[i] ? p->b[i] : p->a[i];
    } else steps->is[r] = STEP_UNKNOWN;
  }
  for (u32 r = 0; r < 13; r++) {
    if (steps->is[r] == STEP_REGISTER && (written >> steps->by[r] & 1) == 1) steps->is[r] = STEP_UNKNOWN;
  }
}

/* Whether the loop's condition depends on something that the loop has loaded, in this turn or an earlier one. Such a loop
 * searches, and most searches are short. A fast version does not pay for itself there, and its locals and code make the loop
 * slower (quicksort's scans took 46 ms with, 38 without; the search for brackets in bytecode 96 and 77). */
STEP int searches(const program_tables *p, u32 segment) {
  u32 last = last_of(p, segment), loaded = 0;
  for (u32 above = 0;; above = loaded) {
    for (u32 i = p->segment_start[segment]; i < last; i++) {
      if (pvm_kind_of[p->id[i]] == KIND_LOAD || (p->uses[i] & loaded) != 0) loaded |= p->defs[i];
      else loaded &= ~(u32)p->defs[i];
    }
    if ((p->uses[last] & loaded) != 0) return 1;
    if ((loaded & ~above) == 0) return 0;
    loaded |= above;
  }
}

/* The node to which the loop at `node` is left, or -1 if it cannot have a fast version. */
STEP s32 exit_of_fast_loop(const program_tables *p, const graph_tables *g, s32 node) {
  s32 taken = g->succ_a[node], fall = g->succ_b[node];
  if (taken < 0 || fall < 0 || (taken == node) == (fall == node)) return -1;
  u32 segment = (u32)g->seg[node];
  if (g->cost[node] == 0) return -1; /* turns are counted in gas, so each has to cost some */
  if (p->segment_start[segment + 1] - p->segment_start[segment] > MAX_LOOP_INSTRUCTIONS) return -1;
  if (searches(p, segment)) return -1;
  return taken == node ? fall : taken;
}

/* Makes the access `i` a stream of the loop, if its step is known and there is room. Returns whether it did. */
STEP int add_stream(const program_tables *p, graph_tables *g, u32 loop, u32 i, const register_steps *steps) {
  s32 root = p->root[i];
  if (root > CONSTANT_ROOT) return 0;
  u32 step = root == CONSTANT_ROOT ? STEP_CONSTANT : steps->is[root], s = g->streams;
  s32 by = root == CONSTANT_ROOT ? 0 : steps->by[root];
  if (step == STEP_UNKNOWN || g->loop_streams[loop] >= MAX_LOOP_STREAMS || s >= MAX_STREAMS) return 0;
  g->stream_base[s] = root == CONSTANT_ROOT ? -1 : root;
  g->stream_low[s] = p->low[i];
  g->stream_span[s] = p->check[i] == CHECK_LEADER ? p->span[i] : (s32)bytes_of(p, i);
  g->stream_stride[s] = step == STEP_CONSTANT ? by : 0;
  g->stream_register[s] = step == STEP_REGISTER ? by : -1;
  g->stream_store[s] = is_store(p, i);
  g->loop_streams[loop] += 1;
  g->streams += 1;
  return 1;
}

/* Finds the streams of a loop, and which of its accesses the fast version does not check: a bit for each access. 64 bits are
 * enough, because the loop has at most 64 instructions. */
STEP void find_streams(const program_tables *p, graph_tables *g, u32 loop, u32 segment) {
  register_steps steps;
  u32 heads[ADDRESS_LOCALS] = {0}, k = 0;
  u64 unchecked = 0;
  find_steps(p, segment, &steps);
  for (u32 i = p->segment_start[segment]; i < p->segment_start[segment + 1]; i++) {
    if (!is_access(p->id[i])) continue;
    if (p->check[i] == CHECK_MEMBER) unchecked |= (unchecked >> heads[p->local[i]] & 1) << k;
    else {
      if (p->check[i] == CHECK_LEADER) heads[p->local[i]] = k;
      if (add_stream(p, g, loop, i, &steps)) unchecked |= UINT64_C(1) << k;
    }
    k += 1;
  }
  g->loop_unchecked[loop] = unchecked;
}

/* Finds all fast loops of a graph. The nodes to which they are left become merge nodes, so that both versions can branch there. */
STEP void find_fast_loops(const program_tables *p, graph_tables *g) {
  g->loops = g->streams = 0;
  if (!g->reducible) return;
  for (u32 n = 0; n < g->count && g->loops < MAX_LOOPS; n++) {
    if (!g->is_loop[n] || g->end[n] != END_BRANCH) continue;
    s32 out = exit_of_fast_loop(p, g, (s32)n);
    if (out < 0) continue;
    u32 loop = g->loops++;
    g->loop_node[loop] = (s32)n;
    g->loop_exit[loop] = out;
    g->loop_first[loop] = (s32)g->streams;
    g->loop_streams[loop] = 0;
    find_streams(p, g, loop, (u32)g->seg[n]);
    g->is_merge[out] = 1;
  }
}

/* The fast loop at a node, or -1 where there is none. */
CORE s32 fast_loop_at(const graph_tables *g, s32 node) {
  for (u32 loop = 0; loop < g->loops; loop++) {
    if (g->loop_node[loop] == node) return (s32)loop;
  }
  return -1;
}
