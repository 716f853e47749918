/* Finds out where the registers are at each node, and how much gas is needed from there.
 *
 * Inside of a function registers are in wasm locals, between functions in memory. Three masks of 13 bits say more. A register
 * is dirty where its local is newer than memory. It is live where the local is read later. It is valid where the local holds
 * its present value.
 *
 * Side exits, calls and returns store the dirty registers to memory. So they read those registers, and no others. Registers
 * that are live are loaded at the root and behind calls. Nothing is loaded anywhere else.
 *
 * Gas is subtracted in each node, but compared only at checkpoints. When it covers the dearest path to the next checkpoint,
 * it cannot run out before that. */
#include "passes.h"

/* Finds the checkpoints: the root, loop headers, and the nodes behind calls and host calls. */
STEP void find_checkpoints(graph_tables *g, int every_node) {
  for (u32 n = 0; n < g->count; n++) g->checkpoint[n] = every_node || n == 0 || g->is_loop[n];
  for (u32 n = 0; n < g->count; n++) {
    if (HAS(IN_MEMORY, g->end[n]) && g->succ_a[n] >= 0) g->checkpoint[g->succ_a[n]] = 1;
  }
}

/* Finds what each node does by itself: which registers it reads before it writes them, and which it writes; whether it has a
 * place that stores dirty registers; whether registers stay in locals behind it. */
STEP void find_own(const program_tables *p, graph_tables *g) {
  for (u32 n = 0; n < g->count; n++) {
    u32 end = g->end[n], reads = 0, writes = 0, leaves = HAS(FLUSHES, end) || end == END_EXIT || g->checkpoint[n];
    /* A branch has an exit where one side has no node. */
    if (end == END_BRANCH && (g->succ_a[n] < 0 || g->succ_b[n] < 0)) leaves = 1;
    g->cost[n] = 0;
    if (!HAS(BARE, end)) {
      s32 s = g->seg[n];
      u32 stop = p->segment_start[s + 1] - (end == END_EXIT ? 1 : 0); /* an exit leaves the last instruction to the core */
      g->cost[n] = p->paid_whole ? p->cost[s] : (s32)(p->segment_start[s + 1] - p->segment_start[s]);
      for (u32 i = p->segment_start[s]; i < stop; i++) {
        leaves |= is_access(p->id[i]);
        reads |= p->uses[i] & ~writes;
        writes |= p->defs[i];
      }
    }
    g->reads[n] = (uint16_t)reads;
    g->writes[n] = (uint16_t)writes;
    g->leaves[n] = leaves != 0;
    g->passes[n] = HAS(IN_MEMORY, end) ? 0 : ALL_REGISTERS;
  }
}

/* Goes forward: a register is dirty at a node if some way to the node has made it dirty. A register that is stored before a loop
 * is not dirty when the loop begins, and the loop does not write it. */
STEP void find_dirty(graph_tables *g) {
  for (u32 n = 0; n < g->count; n++) g->dirty_in[n] = 0;
  for (int changed = 1; changed;) {
    changed = 0;
    for (u32 i = 0; i < g->count; i++) {
      s32 n = g->sequence[i];
      u32 mask = 0;
      for (s32 p = g->pred_start[n]; p < g->pred_start[n + 1]; p++) {
        s32 from = g->preds[p];
        mask |= (u32)(g->dirty_in[from] | g->writes[from]) & g->passes[from];
      }
      mask &= ~(u32)g->stored_before[n];
      if (mask == g->dirty_in[n]) continue;
      g->dirty_in[n] = (uint16_t)mask;
      changed = 1;
    }
  }
}

/* Goes backward: a register is live at a node if it is read on some way from there. A node that stores dirty registers reads those
 * that earlier nodes have made dirty, also the ones that it writes itself, because it may store them before that. */
STEP void find_live(graph_tables *g) {
  for (u32 n = 0; n < g->count; n++) g->live_in[n] = 0;
  for (int changed = 1; changed;) {
    changed = 0;
    for (u32 i = g->count; i-- > 0;) {
      s32 n = g->sequence[i];
      u32 out = 0;
      for (s32 e = g->succ_start[n]; e < g->succ_start[n + 1]; e++) {
        s32 to = g->succs[e];
        out |= g->live_in[to];
        if (g->position[to] > (s32)i) out |= g->stored_before[to];
      }
      u32 mask = g->reads[n] | (out & g->passes[n] & ~(u32)g->writes[n]) | (g->leaves[n] ? g->dirty_in[n] : 0u);
      if (mask == g->live_in[n]) continue;
      g->live_in[n] = (uint16_t)mask;
      changed = 1;
    }
  }
}

/* Goes forward: a register is valid at a node if it was loaded or written on every way to the node. */
STEP void find_valid(graph_tables *g) {
  for (u32 n = 0; n < g->count; n++) g->valid_in[n] = ALL_REGISTERS;
  for (int changed = 1; changed;) {
    changed = 0;
    for (u32 i = 0; i < g->count; i++) {
      s32 n = g->sequence[i];
      u32 mask = i == 0 ? g->live_in[0] : ALL_REGISTERS; /* the entry loads what is live */
      for (s32 p = g->pred_start[n]; p < g->pred_start[n + 1]; p++) {
        s32 from = g->preds[p];
        mask &= g->passes[from] == 0 ? g->live_in[n] : (u32)(g->valid_in[from] | g->writes[from]);
      }
      if (mask == g->valid_in[n]) continue;
      g->valid_in[n] = (uint16_t)mask;
      changed = 1;
    }
  }
}

/* Finds the dearest path from each node to the next checkpoint. One pass against the order is enough, because there is a
 * checkpoint in every cycle. */
STEP void find_paths(graph_tables *g) {
  for (u32 n = 0; n < g->count; n++) g->path[n] = 0;
  for (u32 i = g->count; i-- > 0;) {
    s32 n = g->sequence[i];
    u64 rest = 0;
    for (s32 e = g->succ_start[n]; e < g->succ_start[n + 1]; e++) {
      s32 to = g->succs[e];
      if (!g->checkpoint[to] && g->path[to] > rest) rest = g->path[to];
    }
    g->path[n] = (u64)g->cost[n] + rest;
  }
}

/* Runs all of this. `every_node` makes each node a checkpoint. `loop_stores` says whether stores.c is asked. */
STEP void compute_flow(const program_tables *p, graph_tables *g, int every_node, int loop_stores) {
  find_checkpoints(g, every_node);
  find_own(p, g);
  if (loop_stores) find_unwritten(g);
  else for (u32 n = 0; n < g->count; n++) g->stored_before[n] = 0;
  find_dirty(g);
  find_stored_before(g);
  find_live(g);
  find_valid(g);
  find_paths(g);
}
