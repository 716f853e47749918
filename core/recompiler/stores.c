/* Finds the registers that are stored once, before a loop, and not at every call in the loop. They are those that are dirty
 * before the loop and that nothing in the loop writes. Without this every call in the loop would store such a register, and the
 * code behind it would load it again, only for the next call to store it. */
#include "passes.h"

/* The header of the outermost loop known so far that a node belongs to, or the node itself if there is none. */
CORE s32 outermost(s32 *header, s32 node) {
  while (header[node] != node) {
    header[node] = header[header[node]]; /* so the next search has half the way */
    node = header[node];
  }
  return node;
}

CORE int some_node_ends_in_memory(const graph_tables *g) {
  for (u32 n = 0; n < g->count; n++) {
    if (g->passes[n] == 0) return 1;
  }
  return 0;
}

/* Collects at the header of a loop what all its nodes do: which registers they write, and which stay in locals through all of
 * them. `edges` holds, up to `depth`, nodes that are known to be in the loop. */
STEP void join_parts(graph_tables *g, s32 loop, u32 depth) {
  s32 *header = g->spare;
  while (depth > 0) {
    s32 part = outermost(header, g->edges[--depth]);
    if (part == loop) continue;
    header[part] = loop;
    g->written[loop] |= g->written[part];
    g->through[loop] &= g->through[part];
    for (s32 p = g->pred_start[part]; p < g->pred_start[part + 1]; p++) {
      if (outermost(header, g->preds[p]) != loop) g->edges[depth++] = g->preds[p];
    }
  }
}

/* Finds for each loop header the registers that no node of the loop writes, if the loop has a call or a host call. Other nodes
 * get 0. So does a header that follows a call, because registers are in memory there already.
 *
 * Loops are looked at from the inside out. A node counts as a part of the innermost loop around it, and a loop as a part of the
 * next one. So every edge is looked at once. */
STEP void find_unwritten(graph_tables *g) {
  for (u32 n = 0; n < g->count; n++) g->stored_before[n] = 0;
  if (!g->reducible || !some_node_ends_in_memory(g)) return;
  for (u32 n = 0; n < g->count; n++) {
    g->spare[n] = (s32)n;
    g->written[n] = g->writes[n];
    g->through[n] = g->passes[n];
  }
  for (u32 i = g->count; i-- > 0;) {
    s32 loop = g->sequence[i];
    if (!g->is_loop[loop]) continue;
    u32 depth = 0;
    int after_call = 0;
    for (s32 p = g->pred_start[loop]; p < g->pred_start[loop + 1]; p++) {
      s32 from = g->preds[p];
      if ((u32)g->position[from] >= i) g->edges[depth++] = from;
      else if (g->passes[from] == 0) after_call = 1;
    }
    join_parts(g, loop, depth);
    if (g->through[loop] == 0 && !after_call) g->stored_before[loop] = (uint16_t)(ALL_REGISTERS & ~g->written[loop]);
  }
}

/* Of the registers that a loop does not write, keeps those that are dirty on some way into it. */
STEP void find_stored_before(graph_tables *g) {
  for (u32 n = 0; n < g->count; n++) {
    if (g->stored_before[n] == 0) continue;
    u32 mask = 0;
    for (s32 p = g->pred_start[n]; p < g->pred_start[n + 1]; p++) {
      s32 from = g->preds[p];
      if (g->position[from] < g->position[n]) mask |= (u32)(g->dirty_in[from] | g->writes[from]) & g->passes[from];
    }
    g->stored_before[n] &= (uint16_t)mask;
  }
}
