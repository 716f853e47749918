/* Finds what a function accesses on its stack, and writes the accesses to it. All of them, in all blocks and inlined callees,
 * share one check: of the pages of the lowest and of the highest byte, which are at most 4,096 bytes apart.
 *
 * The stack pointer is r1. At each node it is as far from where it was at the root as all ways to the node say. A local keeps
 * the address of the lowest byte. It is computed and checked at the first access on a way, from the stack pointer as it is
 * there. It stays right while the stack pointer moves by constants. A call, a host call and the head of a loop end it: rights
 * may have changed, and the next access checks again. */
#include "generator.h"

#define STACK_POINTER 1
/* Bytes of a frame at most: then the pages of the first and of the last are all there are. */
#define MOST_FRAME 4096

/* How an edge finds the stack offset of a node. */
enum { STACK_UNSEEN, STACK_KNOWN, STACK_UNKNOWN };

/* Whether the access `i` is one to the stack. Those of wide groups are checked together already. */
CORE int is_on_stack(const program_tables *p, u32 i) {
  return is_access(p->id[i]) && p->root[i] == STACK_POINTER && p->check[i] <= CHECK_MEMBER;
}

/* Whether the accesses of a node are those of a frame. A fast loop has its own checks. */
CORE int takes_part(const graph_tables *g, u32 node) {
  return !HAS(BARE, g->end[node]) && g->stack_known[node] == STACK_KNOWN && fast_loop_at(g, (s32)node) < 0;
}

/* Behind the last instruction that the code of a node executes. */
CORE u32 stop_of(const program_tables *p, const graph_tables *g, u32 node) {
  return p->segment_start[g->seg[node] + 1] - (g->end[node] == END_EXIT ? 1 : 0);
}

/* How far a node moves the stack pointer; returns whether that is known. */
STEP int moves_stack(const program_tables *p, const graph_tables *g, u32 node, s32 *by) {
  *by = 0;
  if (HAS(BARE, g->end[node])) return 1;
  u32 segment = (u32)g->seg[node];
  for (u32 i = p->segment_start[segment]; i < p->segment_start[segment + 1]; i++) {
    if ((p->defs[i] >> STACK_POINTER & 1) == 0) continue;
    int steps = p->id[i] == OP_ADD_IMM_64 || p->id[i] == OP_ADD_IMM_32;
    if (!steps || p->b[i] != STACK_POINTER) return 0;
    *by = plus(*by, p->x[i]);
  }
  return 1;
}

/* Takes an offset over to a node; returns whether that is news. */
CORE int reach_offset(graph_tables *g, s32 node, int known, s32 offset) {
  if (g->stack_known[node] == STACK_UNKNOWN) return 0;
  if (g->stack_known[node] == STACK_UNSEEN) {
    g->stack_known[node] = known ? STACK_KNOWN : STACK_UNKNOWN;
    g->stack_offset[node] = offset;
    return 1;
  }
  if (known && g->stack_offset[node] == offset) return 0;
  g->stack_known[node] = STACK_UNKNOWN;
  return 1;
}

/* Forward: the offset of a node is what all ways to it agree on. A callee is taken to give the stack pointer back; the check
 * behind it starts from what it really gave. */
STEP void find_stack_offsets(const program_tables *p, graph_tables *g) {
  for (u32 n = 0; n < g->count; n++) g->stack_known[n] = STACK_UNSEEN;
  g->stack_known[0] = STACK_KNOWN;
  g->stack_offset[0] = 0;
  for (int changed = 1; changed;) {
    changed = 0;
    for (u32 i = 0; i < g->count; i++) {
      u32 n = (u32)g->sequence[i];
      s32 by;
      int known = moves_stack(p, g, n, &by) && g->stack_known[n] == STACK_KNOWN;
      if (g->stack_known[n] == STACK_UNSEEN) continue;
      for (s32 e = g->succ_start[n]; e < g->succ_start[n + 1]; e++) {
        changed |= reach_offset(g, g->succs[e], known, known ? plus(g->stack_offset[n], by) : 0);
      }
    }
  }
}

/* What the accesses of all nodes take in. Returns how many checks they have without a frame, 0 where there can be none. */
STEP u32 measure_frame(const program_tables *p, graph_tables *g) {
  s64 low = INT32_MAX, high = INT32_MIN;
  u32 checks = 0;
  for (u32 n = 0; n < g->count; n++) {
    if (!takes_part(g, n)) continue;
    u32 stop = stop_of(p, g, n);
    for (u32 i = p->segment_start[g->seg[n]]; i < stop; i++) {
      if (!is_on_stack(p, i)) continue;
      if (p->tolerant[i]) return 0; /* the check failed too often */
      s64 at = (s64)g->stack_offset[n] + offset_of(p, i), end = at + bytes_of(p, i);
      if (at < low) low = at;
      if (end > high) high = end;
      if (p->check[i] != CHECK_MEMBER) checks += 1;
    }
  }
  if (high - low > MOST_FRAME) return 0;
  g->frame_low = (s32)low;
  g->frame_span = (s32)(high - low);
  return checks;
}

CORE int accesses_stack(const program_tables *p, const graph_tables *g, u32 node) {
  if (!takes_part(g, node)) return 0;
  u32 stop = stop_of(p, g, node);
  for (u32 i = p->segment_start[g->seg[node]]; i < stop; i++) {
    if (is_on_stack(p, i)) return 1;
  }
  return 0;
}

/* Forward: the frame is ready at a node if it is ready on all ways to it. Loops begin without. */
STEP void find_ready(const program_tables *p, graph_tables *g) {
  for (u32 i = 0; i < g->count; i++) {
    u32 n = (u32)g->sequence[i];
    int ready = i > 0 && !g->is_loop[n] && g->stack_known[n] == STACK_KNOWN;
    for (s32 k = g->pred_start[n]; ready && k < g->pred_start[n + 1]; k++) {
      u32 from = (u32)g->preds[k];
      ready = g->passes[from] != 0 && (g->frame_ready[from] || accesses_stack(p, g, from));
    }
    g->frame_ready[n] = (uint8_t)ready;
  }
}

/* Finds the frame of a graph, if it saves checks. */
STEP void find_frame(const program_tables *p, graph_tables *g, int wanted) {
  g->frame_span = 0;
  if (!wanted || !g->reducible) return;
  find_stack_offsets(p, g);
  u32 checks = measure_frame(p, g), left = 0;
  if (checks == 0) {
    g->frame_span = 0;
    return;
  }
  find_ready(p, g);
  for (u32 n = 0; n < g->count; n++) left += !g->frame_ready[n] && accesses_stack(p, g, n);
  if (left >= checks) g->frame_span = 0;
}

/* Has the accesses of a node to the stack written as members of the frame. Returns the first of them, `stop` if there is none. */
STEP u32 frame_accesses(const program_tables *p, const graph_tables *g, u32 node, u32 stop) {
  u32 first = stop;
  for (u32 i = p->segment_start[g->seg[node]]; i < stop; i++) {
    if (!is_on_stack(p, i)) continue;
    if (first == stop) first = i;
    p->way[i] = WAY_MEMBER;
    p->records[i].local = LOCAL_FRAME;
    p->records[i].offset = plus(plus(g->stack_offset[node], offset_of(p, i)), -g->frame_low);
  }
  return first;
}

/* Writes code that computes the frame's address from the access `i`, and checks it. */
PUTS void put_frame_check(generator *w, u32 i) {
  const program_tables *p = w->p;
  s32 base = (s32)(LOCAL_REGISTER + base_of(p, i)), at = plus(plus(p->x[i], (s32)PVM_ROTATION), -p->records[i].offset);
  PUT(w, CHECK_FRAME, base, at, w->g->frame_span - 1, (s32)exit_label(w, 0), (s32)p->pc[i]);
}

/* Writes the straight instructions of a node, before `stop`. */
PUTS void put_framed(generator *w, s32 node, u32 stop) {
  const program_tables *p = w->p;
  const graph_tables *g = w->g;
  u32 segment = (u32)g->seg[node], first = stop;
  int framed = g->frame_span > 0 && takes_part(g, (u32)node);
  if (framed) first = frame_accesses(p, g, (u32)node, stop);
  if (first == stop || g->frame_ready[node]) first = p->segment_start[segment];
  else {
    put_instructions_from(w, p->segment_start[segment], first);
    put_frame_check(w, first);
  }
  put_instructions_from(w, first, stop);
  if (framed) record_segment(p, segment);
}
