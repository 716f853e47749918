/* The order of a graph's nodes: reverse postorder, dominators, loop headers, merge nodes, reducibility. Not the graph: graph.c. */
#include "passes.h"

/* Reverse postorder by an explicit stack. A branch's not-taken side is visited first, so that it comes last. */
STEP void order_nodes(graph_tables *g) {
  u32 depth = 1, at = g->count;
  for (u32 n = 0; n < g->count; n++) {
    g->next[n] = g->succ_start[n];
    g->seen[n] = 0;
  }
  g->seen[0] = 1;
  g->stack[0] = 0;
  while (depth > 0) {
    s32 node = g->stack[depth - 1];
    if (g->next[node] < g->succ_start[node + 1]) {
      s32 to = g->succs[g->next[node]++];
      if (g->seen[to]) continue;
      g->seen[to] = 1;
      g->stack[depth++] = to;
    } else {
      depth -= 1;
      g->sequence[--at] = node;
      g->position[node] = (s32)at;
    }
  }
  if (at != 0) __builtin_trap(); /* every node is reachable from the root */
}

/* Turns counts by key, in start[key + 1], into where each key begins, in `next` too. */
CORE void begin_groups(graph_tables *g, s32 *start) {
  for (u32 n = 0; n < g->count; n++) {
    g->next[n] = start[n];
    start[n + 1] += start[n];
  }
}

/* Predecessors by node: a counting sort of the edges. */
STEP void find_predecessors(graph_tables *g) {
  s32 edges = g->succ_start[g->count];
  for (u32 n = 0; n <= g->count; n++) g->pred_start[n] = 0;
  for (s32 e = 0; e < edges; e++) g->pred_start[g->succs[e] + 1] += 1;
  begin_groups(g, g->pred_start);
  for (u32 n = 0; n < g->count; n++) {
    for (s32 e = g->succ_start[n]; e < g->succ_start[n + 1]; e++) g->preds[g->next[g->succs[e]]++] = (s32)n;
  }
}

/* Immediate dominators by iteration over the reverse postorder (Cooper, Harvey, Kennedy); the root's is itself. */
STEP void find_dominators(graph_tables *g) {
  s32 *dominator = g->dominator;
  const s32 *position = g->position;
  for (u32 n = 0; n < g->count; n++) dominator[n] = -1;
  dominator[0] = 0;
  for (int changed = 1; changed;) {
    changed = 0;
    for (u32 i = 1; i < g->count; i++) {
      s32 node = g->sequence[i], best = -1;
      for (s32 p = g->pred_start[node]; p < g->pred_start[node + 1]; p++) {
        s32 other = g->preds[p];
        if (dominator[other] == -1) continue;
        if (best == -1) best = other;
        while (best != other) {
          while (position[best] > position[other]) best = dominator[best];
          while (position[other] > position[best]) other = dominator[other];
        }
      }
      if (dominator[node] == best) continue;
      dominator[node] = best;
      changed = 1;
    }
  }
}

CORE int dominates(const graph_tables *g, s32 a, s32 b) {
  while (g->position[b] > g->position[a]) b = g->dominator[b];
  return a == b;
}

/* Loops are where an edge comes back from a node the target dominates; merges where more than one edge comes forward, or
 * a table leads to. A graph is reducible when every edge back goes to a dominator. */
STEP void classify_edges(graph_tables *g) {
  g->reducible = 1;
  for (u32 n = 0; n < g->count; n++) {
    u32 forward = 0;
    g->is_loop[n] = g->is_merge[n] = 0;
    for (s32 p = g->pred_start[n]; p < g->pred_start[n + 1]; p++) {
      s32 from = g->preds[p];
      if (HAS(TABLES, g->end[from])) g->is_merge[n] = 1;
      if (g->position[from] < g->position[n]) forward += 1;
      else if (dominates(g, (s32)n, from)) g->is_loop[n] = 1;
      else g->reducible = 0;
    }
    if (forward > 1) g->is_merge[n] = 1;
  }
}

/* Lists each node's children in the dominator tree, by descending position. */
STEP void find_children(graph_tables *g) {
  for (u32 n = 0; n <= g->count; n++) g->child_start[n] = 0;
  for (u32 n = 1; n < g->count; n++) g->child_start[g->dominator[g->sequence[n]] + 1] += 1;
  begin_groups(g, g->child_start);
  for (u32 i = g->count - 1; i > 0; i--) {
    s32 node = g->sequence[i];
    g->children[g->next[g->dominator[node]]++] = node;
  }
}

STEP void order_graph(graph_tables *g) {
  order_nodes(g);
  find_predecessors(g);
  find_dominators(g);
  classify_edges(g);
  find_children(g);
}
