/* Puts the nodes of a graph in order: reverse postorder, dominators, loop headers, merge nodes, reducibility. The graph itself is
 * built by graph.c. */
#include "passes.h"

/* Finds the reverse postorder, with a stack of its own. The last successor of a node comes first in the order. */
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
  if (at != 0) __builtin_trap(); /* cannot happen: every node can be reached from the root */
}

/* A step of a counting sort: start[key + 1] holds how many there are of each key. Afterwards start[key] and next[key] say where
 * those of that key begin. */
CORE void begin_groups(graph_tables *g, s32 *start) {
  for (u32 n = 0; n < g->count; n++) {
    g->next[n] = start[n];
    start[n + 1] += start[n];
  }
}

/* Lists the predecessors of each node, by a counting sort of the edges. */
STEP void find_predecessors(graph_tables *g) {
  s32 edges = g->succ_start[g->count];
  for (u32 n = 0; n <= g->count; n++) g->pred_start[n] = 0;
  for (s32 e = 0; e < edges; e++) g->pred_start[g->succs[e] + 1] += 1;
  begin_groups(g, g->pred_start);
  for (u32 n = 0; n < g->count; n++) {
    for (s32 e = g->succ_start[n]; e < g->succ_start[n + 1]; e++) g->preds[g->next[g->succs[e]]++] = (s32)n;
  }
}

/* Finds the immediate dominator of each node, by iteration over the reverse postorder (Cooper, Harvey and Kennedy, "A Simple, Fast
 * Dominance Algorithm"). The root's is the root itself. */
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

/* Finds loop headers and merge nodes, and whether the graph is reducible. A node is a loop header if an edge comes back to it
 * from a node that it dominates. It is a merge node if more than one edge comes to it from before, or if a branch table leads to
 * it. A graph is reducible if every edge that goes back goes to a node that dominates its origin. */
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

/* Lists the children of each node in the dominator tree, the last in the order first. */
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
