/* Unrolls loops that search. Such a loop is one segment, and its condition depends on what it loads. It has no fast version (fast.c).
 *
 * Its node gets copies: each goes on at the next copy, the last at the node itself. So a round of the loop is several turns of the
 * search. Only the node itself is the head of a loop, so gas is compared once a round. What gains most is the processor: it
 * predicts the end of each copy by itself, and its history of branches that were taken reaches back several times as far. */
#include "passes.h"

/* How many turns a round has at most, and how many instructions. */
#define MAX_ROUND_TURNS 4u
#define MAX_ROUND_INSTRUCTIONS 64u

/* How many turns a round of the loop at `node` gets. It is 1 for what is no such loop. */
CORE u32 turns_of_round(const program_tables *p, const graph_tables *g, u32 node) {
  s32 taken = g->succ_a[node], fall = g->succ_b[node];
  if (g->end[node] != END_BRANCH || taken < 0 || fall < 0 || (taken == (s32)node) == (fall == (s32)node)) return 1;
  u32 segment = (u32)g->seg[node], size = p->segment_start[segment + 1] - p->segment_start[segment];
  if (size > MAX_ROUND_INSTRUCTIONS / 2 || !searches(p, segment)) return 1;
  u32 turns = MAX_ROUND_INSTRUCTIONS / size;
  return turns < MAX_ROUND_TURNS ? turns : MAX_ROUND_TURNS;
}

/* Adds a copy of the loop's node, which goes on at the node where the loop goes round. */
CORE u32 add_turn(graph_tables *g, u32 node) {
  u32 copy = (u32)add_node(g, g->seg[node], (u32)g->context_of[node]);
  end_node(g, (s32)copy, END_BRANCH, g->succ_a[node], g->succ_b[node]);
  return copy;
}

/* Unrolls the searching loops of a graph that is not ordered yet. */
STEP void unroll_searches(const program_tables *p, graph_tables *g) {
  u32 count = g->count;
  for (u32 n = 0; n < count; n++) {
    u32 turns = turns_of_round(p, g, n), last = n;
    s32 *succ = g->succ_a[n] == (s32)n ? g->succ_a : g->succ_b;
    for (u32 k = 1; k < turns && g->count < MAX_NODES; k++) {
      u32 copy = add_turn(g, n);
      succ[copy] = (s32)n;
      succ[last] = (s32)copy;
      last = copy;
    }
  }
  if (g->count > count) list_successors(p, g);
}
