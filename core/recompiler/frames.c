/* Finds the frame of a function, and writes the accesses to it. A frame is what the function accesses relative to one register. All
 * these accesses, in all blocks and inlined callees, share one check: of the pages of the lowest and of the highest byte, which are
 * at most 4,096 bytes apart.
 *
 * The register is the stack pointer, r1, or that of a loop (below). At each node it is as far from where it was at the root, or
 * where it was assigned last, as all ways to the node say. A local keeps the address of the lowest byte. It is computed and checked
 * at the first access on a way, from the register as it is there. It stays right while the register moves by constants. A call, a
 * host call and another assignment end it: rights may have changed, or the register has. The next access checks again.
 *
 * The head of a loop ends it too, unless the frame is one of a loop. Such a frame starts from a register that an innermost loop does
 * not assign, and that at least two of the loop's checks start from. The local is 0 where such a frame has to be checked, and code
 * asks whether it is. So a loop checks in its first turn, and behind calls. */
#include "generator.h"

#define STACK_POINTER 1
/* A frame of a loop saves at least so many checks in a turn. */
#define LOOP_CHECKS 2u
/* A turn has at most so many instructions for each check that it saves. In longer loops the local costs a register of the processor,
 * which is more than it saves: blake2b took 1.08 times as long. */
#define LOOP_INSTRUCTIONS 64u
/* The most bytes of a frame. So few lie on the pages of the first byte and of the last, and on no other. */
#define MOST_FRAME 4096

/* What is known of how far the register is from where it was. */
enum { STACK_UNSEEN, STACK_KNOWN, STACK_UNKNOWN };

/* Whether the access `i` starts from the register of the frame. Those of wide groups are checked together already. */
CORE int is_on_stack(const program_tables *p, const graph_tables *g, u32 i) {
  return is_access(p->id[i]) && p->root[i] == (s32)g->frame_base && p->check[i] <= CHECK_MEMBER;
}

/* The register to which instruction `i` assigns something else than that register plus a constant, as a mask. */
CORE u32 assigned_by(const program_tables *p, u32 i) {
  int steps = p->id[i] == OP_ADD_IMM_64 || p->id[i] == OP_ADD_IMM_32;
  return steps && p->a[i] == p->b[i] ? 0 : p->defs[i];
}

/* Whether the accesses of a node are those of a frame. A fast loop has its own checks. */
CORE int takes_part(const graph_tables *g, u32 node) {
  return !HAS(BARE, g->end[node]) && g->stack_known[node] == STACK_KNOWN && fast_loop_at(g, (s32)node) < 0;
}

/* Behind the last instruction that the code of a node executes. */
CORE u32 stop_of(const program_tables *p, const graph_tables *g, u32 node) {
  return p->segment_start[g->seg[node] + 1] - (g->end[node] == END_EXIT ? 1 : 0);
}

/* How far a node moves the register of the frame. If the node assigns it, what counts is the way behind the last assignment. Returns
 * whether it assigns it. */
STEP int moves_stack(const program_tables *p, const graph_tables *g, u32 node, s32 *by) {
  int assigns = 0;
  *by = 0;
  if (HAS(BARE, g->end[node])) return 0;
  u32 segment = (u32)g->seg[node];
  for (u32 i = p->segment_start[segment]; i < p->segment_start[segment + 1]; i++) {
    if ((p->defs[i] >> g->frame_base & 1) == 0) continue;
    if (assigned_by(p, i) != 0) {
      assigns = 1;
      *by = 0;
    } else *by = plus(*by, p->x[i]);
  }
  return assigns;
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

/* Forward: the offset of a node is what all ways to it agree on. A callee is taken to give the register back as it was. If it does
 * not, the check behind the call starts from what the register really is. */
STEP void find_stack_offsets(const program_tables *p, graph_tables *g) {
  for (u32 n = 0; n < g->count; n++) g->stack_known[n] = STACK_UNSEEN;
  g->stack_known[0] = STACK_KNOWN;
  g->stack_offset[0] = 0;
  for (int changed = 1; changed;) {
    changed = 0;
    for (u32 i = 0; i < g->count; i++) {
      u32 n = (u32)g->sequence[i];
      s32 by;
      if (g->stack_known[n] == STACK_UNSEEN) continue;
      int assigns = moves_stack(p, g, n, &by), known = assigns || g->stack_known[n] == STACK_KNOWN;
      s32 offset = assigns ? by : known ? plus(g->stack_offset[n], by) : 0;
      for (s32 e = g->succ_start[n]; e < g->succ_start[n + 1]; e++) changed |= reach_offset(g, g->succs[e], known, offset);
    }
  }
}

/* Finds the lowest and the highest byte of the accesses of all nodes. Returns how many checks these have without a frame, or 0 if
 * there can be no frame. */
STEP u32 measure_frame(const program_tables *p, graph_tables *g) {
  s64 low = INT32_MAX, high = INT32_MIN;
  u32 checks = 0;
  for (u32 n = 0; n < g->count; n++) {
    if (!takes_part(g, n)) continue;
    u32 stop = stop_of(p, g, n);
    for (u32 i = p->segment_start[g->seg[n]]; i < stop; i++) {
      if (!is_on_stack(p, g, i)) continue;
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
    if (is_on_stack(p, g, i)) return 1;
  }
  return 0;
}

/* Forward: the frame is ready at a node if it has been checked on all ways to it. It never counts as ready at the head of a loop. */
STEP void find_ready(const program_tables *p, graph_tables *g) {
  for (u32 i = 0; i < g->count; i++) {
    u32 n = (u32)g->sequence[i];
    int ready = i > 0 && !g->is_loop[n] && g->stack_known[n] == STACK_KNOWN;
    for (s32 k = g->pred_start[n]; ready && k < g->pred_start[n + 1]; k++) {
      u32 from = (u32)g->preds[k];
      s32 by;
      ready = g->passes[from] != 0 && !moves_stack(p, g, from, &by) && (g->frame_ready[from] || accesses_stack(p, g, from));
    }
    g->frame_ready[n] = (uint8_t)ready;
  }
}

/* What is known of an innermost loop: how many checks start from each register, masks of the registers that stores start from and
 * of those that the loop assigns, and how many instructions it has. */
typedef struct {
  u32 checks[13], stored, assigned, instructions;
} loop_bases;

/* Puts into `spare` for each loop header the position of the last node that goes back to it, and for other nodes -1. */
STEP void find_loop_ends(graph_tables *g) {
  for (u32 n = 0; n < g->count; n++) {
    g->spare[n] = -1;
    for (s32 k = g->pred_start[n]; g->is_loop[n] && k < g->pred_start[n + 1]; k++) {
      s32 last = g->position[g->preds[k]];
      if (last >= g->position[n] && last > g->spare[n]) g->spare[n] = last;
    }
  }
}

/* Adds the checks of a node of the loop. */
STEP void add_bases(const program_tables *p, const graph_tables *g, u32 node, loop_bases *loop) {
  if (HAS(BARE, g->end[node])) return;
  u32 segment = (u32)g->seg[node];
  for (u32 i = p->segment_start[segment]; i < p->segment_start[segment + 1]; i++) {
    loop->assigned |= assigned_by(p, i);
    loop->instructions += 1;
    if (!is_access(p->id[i]) || p->root[i] >= CONSTANT_ROOT || p->check[i] > CHECK_MEMBER) continue;
    if (is_store(p, i)) loop->stored |= 1u << p->root[i];
    if (p->check[i] != CHECK_MEMBER && fast_loop_at(g, (s32)node) < 0) loop->checks[p->root[i]] += 1;
  }
}

/* The register that most checks in innermost loops start from, of those that the loops do not assign. It is NO_BASE if none saves
 * enough. A frame asks for both rights, so something has to be stored to it. Nodes that stand between those of a loop in the order
 * count as nodes of the loop. */
STEP u32 base_of_loops(const program_tables *p, graph_tables *g) {
  u32 checks[13] = {0}, best = NO_BASE;
  s32 end = -1;
  loop_bases loop;
  find_loop_ends(g);
  for (s32 i = 0; i < (s32)g->count; i++) {
    u32 n = (u32)g->sequence[i];
    if (g->spare[n] >= 0) { /* a loop begins, and is the innermost so far */
      end = g->spare[n];
      __builtin_memset(&loop, 0, sizeof loop);
    }
    if (i > end) continue;
    add_bases(p, g, n, &loop);
    for (u32 r = 0; i == end && r < 13; r++) {
      int saves = loop.checks[r] >= LOOP_CHECKS && loop.checks[r] * LOOP_INSTRUCTIONS >= loop.instructions;
      if (saves && ((loop.stored & ~loop.assigned) >> r & 1) != 0) checks[r] += loop.checks[r];
    }
  }
  for (u32 r = 0; r < 13; r++) {
    if (checks[r] > (best == NO_BASE ? 0 : checks[best])) best = r;
  }
  return best;
}

/* Finds the frame of a loop. Returns whether there is one. */
STEP int find_looped_frame(const program_tables *p, graph_tables *g) {
  u32 base = base_of_loops(p, g);
  if (base == NO_BASE) return 0;
  g->frame_base = base;
  find_stack_offsets(p, g);
  if (measure_frame(p, g) < LOOP_CHECKS) return 0;
  find_ready(p, g);
  g->frame_looped = 1;
  return 1;
}

/* Finds the frame of a graph, if it saves checks. */
STEP void find_frame(const program_tables *p, graph_tables *g, int wanted) {
  g->frame_span = 0;
  g->frame_looped = 0;
  if (!wanted || !g->reducible || find_looped_frame(p, g)) return;
  g->frame_base = STACK_POINTER;
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

/* Has the accesses of a node that start from the frame's register written as members of the frame. Returns the first of them, or
 * `stop` if there is none. */
STEP u32 frame_accesses(const program_tables *p, const graph_tables *g, u32 node, u32 stop) {
  u32 first = stop;
  for (u32 i = p->segment_start[g->seg[node]]; i < stop; i++) {
    if (!is_on_stack(p, g, i)) continue;
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
  int asks = w->g->frame_looped != 0;
  if (asks) {
    PUT(w, UNLESS_FRAMED, 0);
    open_frame(w, WASM_IF);
  }
  PUT(w, CHECK_FRAME, base, at, w->g->frame_span - 1, (s32)exit_label(w, 0), (s32)p->pc[i]);
  if (asks) close_frame(w);
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
  s32 by;
  if (g->frame_looped && moves_stack(p, g, (u32)node, &by)) PUT(w, FORGET_FRAME, 0);
}
