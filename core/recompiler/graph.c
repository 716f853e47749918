/* Builds the control-flow graph of one compiled function: all that the root can reach inside of its own function of the
 * program. An edge that leaves that function ends in a tail node. Small callees are inlined: they get nodes and a calling
 * context of their own. order.c puts the nodes in order. */
#include "passes.h"

/* A callee is inlined if it has at most MAX_INLINE instructions, if it is at most MAX_INLINE_DEPTH calls deep, and if all inlined
 * callees of the graph have at most MAX_INLINED instructions together. */
#define MAX_INLINE 40u
#define MAX_INLINE_DEPTH 2
#define MAX_INLINED 400u
/* Recursion is unrolled deeper: fib(33) 41 ms with 0, 25 with 2, 22 with 3, 20 with 4 (bench, fib33). */
#define MAX_RECURSION_DEPTH 4
#define MAX_RECURSION_INLINED 1000u
/* An indirect call inlines functions only if all of them have at most so many instructions together, and if their jump-table
 * entries are at most so far apart. */
#define MAX_INDIRECT_INSTRUCTIONS 160u
#define MAX_INDIRECT_ENTRIES 256u

_Static_assert(MAX_RECURSION_INLINED <= POOL_CAPACITY, "inlined callees have at most a segment for each instruction");
_Static_assert(MAX_RECURSION_INLINED < CONTEXT_CAPACITY, "inlined callees have at most a context for each instruction");

/* Whether the last instruction of a segment is a call. */
CORE int is_call(const program_tables *p, u32 segment) {
  return call_entry(p->id, p->x, p->jump_table, p->jumps, last_of(p, segment), p->next_segment[segment]) != 0;
}

/* Whether a dynamic jump is a return: it goes to the address in a register that some call puts its return address into, without
 * an offset. */
CORE int is_return(const program_tables *p, u32 i) {
  return p->id[i] != OP_LOAD_IMM_JUMP_IND && p->x[i] == 0 && (p->links >> p->a[i] & 1) == 1;
}

/* Whether the segment starts a function. */
CORE int is_entry(const program_tables *p, s32 segment) {
  return p->function_start[p->function_of[segment]] == segment;
}

/* How many instructions a callee has, if it can be inlined, otherwise 0. It can be if it is small, if all its jumps stay inside
 * or return, and if it has no host call. With a host call nothing would be gained, because its frame is left so often. */
CORE u32 inline_size(const program_tables *p, s32 callee) {
  if (!is_entry(p, callee)) return 0;
  s32 end = p->function_start[p->function_of[callee] + 1];
  u32 size = p->segment_start[end] - p->segment_start[callee];
  if (size > MAX_INLINE) return 0;
  for (s32 s = callee; s < end; s++) {
    u32 last = last_of(p, (u32)s), kind = pvm_kind_of[p->id[last]];
    if (kind == KIND_HOST || kind == KIND_SBRK || kind == KIND_MEMSET) return 0;
    if (is_call(p, (u32)s)) continue;
    if (kind == KIND_DJUMP) {
      if (!is_return(p, last)) return 0;
      continue;
    }
    s32 target = p->target[last], next = kind == KIND_JUMP ? -1 : p->next_segment[s];
    if (target >= 0 && (target < callee || target >= end)) return 0;
    if (next >= 0 && (next < callee || next >= end)) return 0;
  }
  return size;
}

CORE int is_leaf(const program_tables *p, s32 callee) {
  s32 end = p->function_start[p->function_of[callee] + 1];
  for (s32 s = callee; s < end; s++) {
    if (is_call(p, (u32)s)) return 0;
  }
  return 1;
}

/* Finds the functions that every indirect call of the program inlines, and writes their jump-table entries to `callees`.
 * Returns how many there are. They are the small functions that call nothing, if there are few of them, and if they are at least
 * half of the functions in the jump table. The handlers of an interpreter look like that, and the methods of a few small types.
 * In any other program it is none, because only running it would tell which of many functions a call means. (A service with one
 * small function among large ones grew by 11 %.) */
STEP u32 find_callees(const program_tables *p) {
  u32 found = 0, instructions = 0, others = 0;
  for (u32 j = 0; j < p->jumps; j++) {
    s32 s = p->jump_table[j];
    if (s < 0 || !is_entry(p, s)) continue;
    u32 size = inline_size(p, s);
    if (size == 0 || !is_leaf(p, s)) {
      others += 1;
      continue;
    }
    if (found == MAX_INDIRECT) return 0;
    p->callees[found++] = (s32)j;
    instructions += size;
  }
  if (instructions > MAX_INDIRECT_INSTRUCTIONS || found < others) return 0;
  if (found > 0 && (u32)(p->callees[found - 1] - p->callees[0]) >= MAX_INDIRECT_ENTRIES) return 0;
  return found;
}

CORE s32 add_node(graph_tables *g, s32 seg, u32 context) {
  if (g->count == NODE_CAPACITY - 1) __builtin_trap(); /* cannot happen: MAX_NODES bounds the nodes */
  u32 node = g->count++;
  g->seg[node] = seg;
  g->end[node] = END_GOTO;
  g->succ_a[node] = g->succ_b[node] = g->callee[node] = -1;
  g->expected[node] = 0;
  g->context_of[node] = (s32)context;
  return (s32)node;
}

CORE u32 add_context(const program_tables *p, graph_tables *g, s32 function, s32 depth, s32 back, s32 address) {
  if (g->context_count == CONTEXT_CAPACITY) __builtin_trap(); /* cannot happen: see the assertion above */
  s32 first = p->function_start[function], end = p->function_start[function + 1];
  context *c = &g->contexts[g->context_count];
  *c = (context){first, end, depth, back, address, g->pool};
  for (s32 s = first; s < end; s++) p->node_pool[g->pool++] = -1;
  return g->context_count++;
}

CORE s32 add_tail(graph_tables *g, s32 seg, u32 context) {
  s32 node = add_node(g, seg, context);
  g->end[node] = END_TAIL;
  g->callee[node] = seg;
  g->succ_a[node] = g->contexts[context].return_node;
  g->expected[node] = g->contexts[context].return_address;
  return node;
}

/* The node of a segment in a context, which is made if it is not there yet. For a segment outside of the context's function it is
 * a new tail node each time. */
CORE s32 node_for(const program_tables *p, graph_tables *g, s32 seg, u32 index) {
  const context *c = &g->contexts[index];
  if (seg < c->first || seg >= c->end) return add_tail(g, seg, index);
  s32 *known = &p->node_pool[c->pool + (u32)(seg - c->first)];
  if (*known < 0) {
    int leave = p->leave[seg] == LEAVE_ALWAYS || g->count >= g->most;
    *known = leave ? add_tail(g, seg, index) : add_node(g, seg, index);
  }
  return *known;
}

CORE void end_node(graph_tables *g, s32 node, u32 how, s32 a, s32 b) {
  g->end[node] = (uint8_t)how;
  g->succ_a[node] = a;
  g->succ_b[node] = b;
}

CORE int may_inline(const program_tables *p, graph_tables *g, s32 callee, const context *c, u32 options) {
  if ((options & GRAPH_INLINE) == 0 || p->leave[callee] == LEAVE_ALWAYS) return 0;
  int recursive = (options & GRAPH_UNROLL) != 0 && callee == c->first;
  if (c->depth >= (recursive ? MAX_RECURSION_DEPTH : MAX_INLINE_DEPTH)) return 0;
  u32 size = inline_size(p, callee);
  if (size == 0 || g->inlined + size > (recursive ? MAX_RECURSION_INLINED : MAX_INLINED)) return 0;
  g->inlined += size;
  return 1;
}

/* Whether an indirect call in this context inlines the functions that find_callees has found. It is all of them or none. */
CORE int may_inline_indirect(const program_tables *p, graph_tables *g, const context *c, u32 options) {
  if ((options & GRAPH_INDIRECT) == 0 || p->indirect == 0 || c->depth >= MAX_INLINE_DEPTH) return 0;
  u32 size = 0;
  for (u32 k = 0; k < p->indirect; k++) size += inline_size(p, p->jump_table[p->callees[k]]);
  if (g->inlined + size > MAX_INLINED) return 0;
  g->inlined += size;
  return 1;
}

/* Makes the indirect call of `node` a branch to its callees. Each of them gets a context of its own. */
CORE void inline_indirect(const program_tables *p, graph_tables *g, s32 node, s32 back, s32 address) {
  u32 index = (u32)g->context_of[node];
  s32 elsewhere = add_node(g, g->seg[node], index);
  end_node(g, elsewhere, END_CALL_ELSEWHERE, back, -1);
  end_node(g, node, END_CALL_TABLE, elsewhere, -1);
  g->callee[node] = (s32)g->callee_count;
  for (u32 k = 0; k < p->indirect; k++) {
    s32 callee = p->jump_table[p->callees[k]];
    u32 inner = add_context(p, g, p->function_of[callee], g->contexts[index].depth + 1, back, address);
    g->callee_nodes[g->callee_count++] = node_for(p, g, callee, inner);
  }
}

/* The hub is the node that branches on the address which a switch has computed. A graph has one for all its switches. */
CORE s32 hub_node(const program_tables *p, graph_tables *g, s32 own) {
  if (g->hub >= 0) return g->hub;
  g->hub = add_node(g, -1, 0);
  g->end[g->hub] = END_HUB;
  for (s32 l = p->label_start[own]; l < p->label_start[own + 1]; l++) {
    g->switch_nodes[g->switches++] = node_for(p, g, p->jump_table[p->labels[l]], 0);
  }
  return g->hub;
}

STEP void connect_jump(const program_tables *p, graph_tables *g, s32 node, u32 last, u32 options) {
  u32 seg = (u32)g->seg[node], index = (u32)g->context_of[node];
  s32 to = p->target[last];
  if (to < 0) {
    end_node(g, node, END_EXIT, -1, -1);
    return;
  }
  if (!is_call(p, seg)) {
    end_node(g, node, END_GOTO, node_for(p, g, to, index), -1);
    return;
  }
  const context *c = &g->contexts[index];
  int inlined = may_inline(p, g, to, c, options);
  s32 back = node_for(p, g, p->next_segment[seg], index);
  if (inlined) {
    u32 inner = add_context(p, g, p->function_of[to], c->depth + 1, back, p->x[last]);
    end_node(g, node, END_GOTO, node_for(p, g, to, inner), -1);
    return;
  }
  end_node(g, node, END_CALL, back, -1);
  g->callee[node] = to;
}

STEP void connect_dynamic_jump(const program_tables *p, graph_tables *g, s32 node, u32 last, u32 options) {
  u32 seg = (u32)g->seg[node], index = (u32)g->context_of[node];
  const context *c = &g->contexts[index];
  s32 own = p->function_of[g->seg[0]];
  if (is_call(p, seg)) {
    s32 back = node_for(p, g, p->next_segment[seg], index);
    if (may_inline_indirect(p, g, c, options)) inline_indirect(p, g, node, back, p->x[last]);
    else end_node(g, node, END_CALL_INDIRECT, back, -1);
  } else if (is_return(p, last)) {
    if (c->return_node < 0) {
      end_node(g, node, END_RETURN, -1, -1);
      return;
    }
    end_node(g, node, END_INLINE_RETURN, c->return_node, -1);
    g->expected[node] = c->return_address;
  } else if (index == 0 && p->id[last] != OP_LOAD_IMM_JUMP_IND && p->label_start[own] < p->label_start[own + 1]) {
    end_node(g, node, END_SWITCH, hub_node(p, g, own), -1);
  } else end_node(g, node, END_TAIL_INDIRECT, -1, -1);
}

STEP void connect_node(const program_tables *p, graph_tables *g, s32 node, u32 options) {
  u32 seg = (u32)g->seg[node], index = (u32)g->context_of[node], last = last_of(p, seg);
  s32 next = p->next_segment[seg], to = p->target[last], taken, fall;
  u32 kind = pvm_kind_of[p->id[last]];
  switch (kind) {
    case KIND_TRAP:
    case KIND_SBRK:
    case KIND_MEMSET: /* these three are rare, so the core executes them */
      end_node(g, node, END_EXIT, -1, -1);
      return;
    case KIND_JUMP:
      connect_jump(p, g, node, last, options);
      return;
    case KIND_BRANCH:
      if (p->both && (to < 0 || next < 0)) {
        end_node(g, node, END_EXIT, -1, -1);
        return;
      }
      taken = to < 0 ? -1 : node_for(p, g, to, index);
      fall = next < 0 ? -1 : node_for(p, g, next, index);
      end_node(g, node, END_BRANCH, taken, fall);
      return;
    case KIND_DJUMP:
      connect_dynamic_jump(p, g, node, last, options);
      return;
    default:
      if (next < 0) end_node(g, node, END_EXIT, -1, -1);
      else end_node(g, node, kind == KIND_HOST ? END_HOST : END_GOTO, node_for(p, g, next, index), -1);
  }
}

/* Lists the successors of all nodes. */
STEP void list_successors(const program_tables *p, graph_tables *g) {
  u32 at = 0;
  for (u32 n = 0; n < g->count; n++) {
    g->succ_start[n] = (s32)at;
    if (at > EDGE_CAPACITY - LIST_CAPACITY) __builtin_trap(); /* cannot happen: nodes have two successors, lists are bounded */
    if (g->end[n] == END_CALL_TABLE) {
      for (u32 k = 0; k < p->indirect; k++) g->succs[at++] = g->callee_nodes[(u32)g->callee[n] + k];
    }
    if (g->end[n] == END_HUB) {
      for (u32 k = 0; k < g->switches; k++) g->succs[at++] = g->switch_nodes[k];
    }
    if (g->succ_a[n] >= 0) g->succs[at++] = g->succ_a[n];
    if (g->succ_b[n] >= 0) g->succs[at++] = g->succ_b[n];
  }
  g->succ_start[g->count] = (s32)at;
}

/* Gives the nodes that can be reached new numbers, and the others -1, in `spare`. Returns how many can be reached. */
STEP u32 number_reached(graph_tables *g) {
  u32 depth = 1, kept = 0;
  for (u32 n = 0; n < g->count; n++) g->seen[n] = 0;
  g->seen[0] = 1;
  g->stack[0] = 0;
  while (depth > 0) {
    s32 node = g->stack[--depth];
    for (s32 e = g->succ_start[node]; e < g->succ_start[node + 1]; e++) {
      s32 to = g->succs[e];
      if (g->seen[to]) continue;
      g->seen[to] = 1;
      g->stack[depth++] = to;
    }
  }
  for (u32 n = 0; n < g->count; n++) g->spare[n] = g->seen[n] ? (s32)kept++ : -1;
  return kept;
}

CORE s32 moved(const graph_tables *g, s32 node) { return node < 0 ? -1 : g->spare[node]; }

/* Removes the nodes that cannot be reached, such as the place behind an inlined callee that never returns. */
STEP void drop_unreachable(const program_tables *p, graph_tables *g) {
  u32 kept = number_reached(g);
  if (kept == g->count) return;
  for (u32 n = 0; n < g->count; n++) {
    s32 to = g->spare[n];
    if (to < 0) continue;
    g->seg[to] = g->seg[n];
    g->end[to] = g->end[n];
    g->succ_a[to] = moved(g, g->succ_a[n]);
    g->succ_b[to] = moved(g, g->succ_b[n]);
    g->callee[to] = g->callee[n];
    g->expected[to] = g->expected[n];
  }
  g->count = kept;
  for (u32 k = 0; k < g->switches; k++) g->switch_nodes[k] = moved(g, g->switch_nodes[k]);
  for (u32 k = 0; k < g->callee_count; k++) g->callee_nodes[k] = moved(g, g->callee_nodes[k]);
  list_successors(p, g);
}

/* Builds the graph of the root, with about so many nodes at most. It takes time in proportion to the graph's size. */
STEP void build_graph(const program_tables *p, graph_tables *g, s32 root, u32 options, u32 nodes) {
  g->most = nodes < MAX_NODES ? nodes : MAX_NODES;
  g->count = g->context_count = g->pool = g->inlined = g->switches = g->callee_count = 0;
  g->hub = -1;
  add_context(p, g, p->function_of[root], 0, -1, 0);
  p->node_pool[root - g->contexts[0].first] = add_node(g, root, 0);
  for (u32 n = 0; n < g->count; n++) {
    if (!HAS(BARE, g->end[n])) connect_node(p, g, (s32)n, options);
  }
  list_successors(p, g);
  if (g->context_count > 1) drop_unreachable(p, g);
}
