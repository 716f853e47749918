/* Turns a graph into structured WebAssembly. A reducible graph becomes nested blocks and loops along its dominator tree (Ramsey,
 * "Beyond Relooper"). Any other graph becomes one loop around a branch table. The code inside of nodes is written by emit.c, and
 * that of their ends by ends.c. */
#include "generator.h"

/* The branch table of a hub has at most so many entries. Jumps to labels beyond go through the dispatch table. */
#define MAX_HUB 4096u
/* How many frames are open where the dispatch loop begins. */
#define DISPATCH_DEPTH 1u

/* The agenda is the list of what is still to be written, the next thing last. With it deeply nested code needs no recursion. An
 * entry is twice the number of a node, plus 1 if a frame has to be closed before the node; or it is CLOSE, which closes a frame.
 * Each node is put there once, and CLOSE once for each loop. The list is kept in `edges`, which nobody needs any more. */
#define AGENDA(g) ((g)->edges)
#define CLOSE (-1)
_Static_assert(2 * NODE_CAPACITY <= EDGE_CAPACITY, "all nodes and all loops fit");

typedef struct {
  generator *w;
  u32 todo; /* how many entries the agenda has */
} structure;

PUTS void push_agenda(structure *t, s32 entry) {
  if (t->todo == EDGE_CAPACITY) __builtin_trap(); /* cannot happen: see the assertion above */
  AGENDA(t->w->g)[t->todo++] = entry;
}
CORE void push_node(structure *t, s32 node, int closes) { push_agenda(t, 2 * node + closes); }

/* Writes the instructions of a node. Before them come the check, if it is a checkpoint, and the payment. */
PUTS void put_body(generator *w, s32 node) {
  const graph_tables *g = w->g;
  u32 end = g->end[node];
  w->dirty = g->dirty_in[node];
  w->valid = g->valid_in[node];
  if (HAS(BARE, end)) return;
  s32 cost = g->cost[node];
  if (g->checkpoint[node] && g->path[node] != 0) put_checkpoint(w, node);
  if (cost > 0) PUT(w, PAY, cost);
  /* A node that ends with an exit leaves its last instruction to the core. */
  u32 segment = (u32)g->seg[node], stop = w->p->segment_start[segment + 1] - (end == END_EXIT ? 1 : 0);
  say_instructions(w, segment, stop);
  tally_segment(w, segment);
  put_framed(w, node, stop);
}

/* Whether a node is reached by a branch to its label. Otherwise its code is written in the place where control comes to it. */
CORE int has_label(const graph_tables *g, s32 from, s32 to) {
  return g->position[to] <= g->position[from] || g->is_merge[to];
}

/* Writes the way to a node. A node without a label is put on the agenda, and its code comes next. So this must be the last thing
 * that is written for the end of a node. */
PUTS void go(structure *t, s32 from, s32 to) {
  generator *w = t->w;
  if (!w->g->reducible) PUT(w, GO_TO_STATE, to, (s32)(w->depth - DISPATCH_DEPTH));
  else if (has_label(w->g, from, to)) put_op(w, WASM_BR, label_of(w, to));
  else push_node(t, to, 0);
}

/* Writes a branch to a node that is taken when the i32 on the stack is not 0. If the node has no label, it writes nothing and
 * returns 0. */
PUTS int go_if(structure *t, s32 from, s32 to) {
  if (!t->w->g->reducible || !has_label(t->w->g, from, to)) return 0;
  put_op(t->w, WASM_BR_IF, label_of(t->w, to));
  return 1;
}

/* Writes a branch of which one side has no node, because its target is no block start. That side exits. */
PUTS void put_half_branch(structure *t, s32 node, u32 last) {
  generator *w = t->w;
  s32 taken = w->g->succ_a[node], fall = w->g->succ_b[node];
  prepare_exit(w, w->p->pc[last], WHY_PAID);
  put_condition(w, last);
  if (fall < 0) put_byte(w, WASM_I32_EQZ);
  open_frame(w, WASM_IF);
  take_exit(w);
  close_frame(w);
  go(t, node, taken < 0 ? fall : taken);
}

PUTS void put_branch(structure *t, s32 node) {
  generator *w = t->w;
  const graph_tables *g = w->g;
  u32 last = last_of(w->p, (u32)g->seg[node]);
  s32 taken = g->succ_a[node], fall = g->succ_b[node];
  if (taken < 0 && fall < 0) {
    end_exit(w, last);
    return;
  }
  if (taken < 0 || fall < 0) {
    put_half_branch(t, node, last);
    return;
  }
  put_condition(w, last);
  if (go_if(t, node, taken)) {
    go(t, node, fall);
    return;
  }
  put_byte(w, WASM_I32_EQZ);
  if (go_if(t, node, fall)) {
    go(t, node, taken);
    return;
  }
  if (!g->reducible) {
    put_byte(w, WASM_I32_EQZ);
    open_frame(w, WASM_IF);
    go(t, node, taken);
    close_frame(w);
    go(t, node, fall);
    return;
  }
  /* Neither side has a label, so both go on the agenda. The side that is taken stands inside of the `if`. */
  put_byte(w, WASM_I32_EQZ);
  open_frame(w, WASM_IF);
  push_node(t, fall, 1);
  push_node(t, taken, 0);
}

/* Writes a branch table on the address in the target local. It leads to a node for each jump-table entry of a list, and to the
 * branch depth `elsewhere` for all other addresses. */
PUTS void put_table(generator *w, const s32 *entries, u32 count, const s32 *nodes, u32 elsewhere) {
  s32 first = entries[0];
  u32 size = (u32)(entries[count - 1] - first) + 1, k = 0;
  if (size > MAX_HUB) size = MAX_HUB;
  put_table_index(w, first);
  put_byte(w, WASM_BR_TABLE);
  if (!has_room(w, 5 * (size + 2))) return;
  w->at = put_unsigned(w->at, size);
  for (u32 entry = 0; entry < size; entry++) {
    int is_label = k < count && (u32)(entries[k] - first) == entry;
    w->at = put_unsigned(w->at, is_label ? label_of(w, nodes[k]) : elsewhere);
    k += is_label ? 1 : 0;
  }
  w->at = put_unsigned(w->at, elsewhere);
}

/* Does the same in a dispatch loop, where nodes have no labels: compares the address with each entry in turn. That is slow, and
 * rare. Falls through for all other addresses. */
PUTS void put_comparisons(structure *t, s32 node, const s32 *entries, u32 count, const s32 *nodes) {
  generator *w = t->w;
  for (u32 k = 0; k < count; k++) {
    put_table_index(w, entries[k]);
    put_byte(w, WASM_I32_EQZ);
    open_frame(w, WASM_IF);
    go(t, node, nodes[k]);
    close_frame(w);
  }
}

/* The jump-table entries that the hub has labels for: those of the function that the graph belongs to. */
CORE const s32 *labels_of(const generator *w) {
  return w->p->labels + w->p->label_start[w->p->function_of[w->g->seg[0]]];
}

/* Writes a hub: its branch table, and then the way to all other targets. */
PUTS void put_hub(generator *w, s32 node) {
  const graph_tables *g = w->g;
  if (w->says) say(w, SAID_END + END_HUB);
  if (g->checkpoint[node]) put_hub_check(w, node);
  open_frame(w, WASM_BLOCK);
  put_table(w, labels_of(w), g->switches, g->switch_nodes, 0);
  close_frame(w);
  end_hub(w);
}

/* Writes the branch of a node that ends with END_CALL_TABLE. */
PUTS void put_callees(structure *t, s32 node) {
  generator *w = t->w;
  const graph_tables *g = w->g;
  const s32 *nodes = g->callee_nodes + g->callee[node];
  s32 elsewhere = g->succ_a[node];
  if (g->reducible) put_table(w, w->p->callees, w->p->indirect, nodes, label_of(w, elsewhere));
  else {
    put_comparisons(t, node, w->p->callees, w->p->indirect, nodes);
    go(t, node, elsewhere);
  }
}

/* Writes the end of a node that goes on at `succ_a` or nowhere. Returns whether it goes on. */
PUTS int put_plain_end(generator *w, s32 node, u32 last) {
  const program_tables *p = w->p;
  const graph_tables *g = w->g;
  s32 a = g->succ_a[node];
  switch (g->end[node]) {
    case END_GOTO:
      if (pvm_kind_of[p->id[last]] == KIND_JUMP) put_assignment(w, last); /* an inlined call keeps its link */
      return 1;
    case END_CALL:
      put_assignment(w, last);
      end_call(w, (u32)g->callee[node], p->x[last], a);
      return 1;
    case END_CALL_INDIRECT:
      end_call_indirect(w, last, a);
      return 1;
    case END_CALL_ELSEWHERE:
      end_call_elsewhere(w, node, last, a);
      return 1;
    case END_SWITCH:
      prepare_exit(w, p->pc[last], WHY_PAID);
      put_target(w, last, 0);
      return 1;
    case END_HOST:
      end_host(w, last, a);
      return 1;
    case END_INLINE_RETURN:
      end_inline_return(w, last, g->expected[node]);
      return 1;
    case END_RETURN:
      end_return(w, last);
      return 0;
    case END_TAIL_INDIRECT:
      end_tail_indirect(w, last, p->defs[last] != 0);
      return 0;
    case END_EXIT:
      end_exit(w, last);
      return 0;
    default:
      __builtin_trap(); /* cannot happen: put_end writes the other ends */
  }
}

PUTS void put_end(structure *t, s32 node) {
  generator *w = t->w;
  const graph_tables *g = w->g;
  u32 end = g->end[node];
  s32 a = g->succ_a[node];
  if (w->says) say(w, SAID_END + end);
  if (end == END_BRANCH) put_branch(t, node);
  else if (end == END_TAIL) {
    end_tail(w, (u32)g->callee[node], g->expected[node], a);
    if (a >= 0) go(t, node, a);
  } else if (end == END_CALL_TABLE) {
    end_call_table(w, last_of(w->p, (u32)g->seg[node]), a);
    put_callees(t, node);
  } else if (put_plain_end(w, node, last_of(w->p, (u32)g->seg[node]))) go(t, node, a);
}

/* Writes a node. If it is a loop header, its loop is opened first. Then a block is opened for each merge node that it dominates
 * directly, the last in the order outermost. Then comes the node itself. */
PUTS void put_node(structure *t, s32 node) {
  generator *w = t->w;
  graph_tables *g = w->g;
  s32 loop = g->is_loop[node] ? fast_loop_at(g, node) : -1;
  if (g->is_loop[node]) {
    store_registers(w, g->stored_before[node]);
    if (loop >= 0) put_loop_entry(w, (u32)loop);
    open_frame(w, WASM_LOOP);
    g->label_depth[node] = (s32)w->depth;
    push_agenda(t, CLOSE);
  }
  for (s32 child = g->child_start[node]; child < g->child_start[node + 1]; child++) {
    s32 merge = g->children[child];
    if (!g->is_merge[merge]) continue;
    open_frame(w, WASM_BLOCK);
    g->label_depth[merge] = (s32)w->depth;
    push_node(t, merge, 1);
  }
  put_body(w, node);
  if (loop >= 0) put_fast_loop(w, node, (u32)loop);
  else if (g->end[node] == END_HUB) put_hub(w, node);
  else put_end(t, node);
}

/* Writes a reducible graph along its dominator tree. */
PUTS void put_tree(structure *t) {
  push_node(t, 0, 0);
  while (t->todo > 0) {
    s32 next = AGENDA(t->w->g)[--t->todo];
    if (next == CLOSE || (next & 1) != 0) close_frame(t->w);
    if (next != CLOSE) put_node(t, next >> 1);
  }
}

/* Writes any graph as a loop around a branch table. A local holds the number of the node to go to. */
PUTS void put_dispatch_loop(structure *t) {
  generator *w = t->w;
  const graph_tables *g = w->g;
  put_i32(w, 0);
  put_op(w, WASM_LOCAL_SET, LOCAL_STATE);
  open_frame(w, WASM_LOOP);
  for (u32 n = 0; n < g->count; n++) open_frame(w, WASM_BLOCK);
  put_op(w, WASM_LOCAL_GET, LOCAL_STATE);
  put_byte(w, WASM_BR_TABLE);
  if (has_room(w, 5 * (g->count + 1))) {
    w->at = put_unsigned(w->at, g->count - 1);
    for (u32 n = 0; n < g->count; n++) w->at = put_unsigned(w->at, n);
  }
  for (u32 n = 0; n < g->count; n++) {
    close_frame(w);
    put_body(w, (s32)n);
    if (g->end[n] != END_HUB) {
      put_end(t, (s32)n);
      continue;
    }
    put_comparisons(t, (s32)n, labels_of(w), g->switches, g->switch_nodes);
    end_hub(w);
  }
  close_frame(w);
}

/* Writes the whole body of a function. Control never gets behind it. */
PUTS void put_structure(generator *w) {
  structure t = {w, 0};
  if (w->says) say(w, w->g->reducible ? SAID_BLOCKS : SAID_DISPATCH);
  if (w->g->reducible) put_tree(&t);
  else put_dispatch_loop(&t);
}
