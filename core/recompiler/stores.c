/* Which registers can be stored once, before a loop, instead of at every call in it: those that nothing in the loop writes.
 * Not which of them need it: flow.c knows what is dirty. Without this every call in a loop stored, and loaded again for the
 * next one to store, whatever the code before the loop had left dirty. */
#include "passes.h"

/* The header of the outermost loop known so far that a node belongs to; the node itself where there is none. */
CORE s32 outermost(s32 *header, s32 node) {
  while (header[node] != node) {
    header[node] = header[header[node]]; /* halves the way for the next search */
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

/* Adds the parts of a loop to its header: which registers they write, and which pass through all of them. */
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

/* Per loop header: the registers that no node of the loop writes, if the loop has a node behind which registers are in
 * memory; 0 elsewhere. Loops from the inside out; each node is looked at once, as a part of the innermost loop around it,
 * and each loop once as a part of the next: every edge is put on the stack once at most. A header that follows a call gets
 * 0: what is loaded there is for the loop, not for a store before it. */
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

/* Keeps, of the registers that a loop does not write, those that are dirty on some way into it. */
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
