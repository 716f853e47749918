/* How a node ends: calls, returns, host calls, dynamic jumps, exits. Where control goes inside of the function is
 * structure.c. */
#include "generator.h"

CORE u32 segment_pc(const generator *w, u32 segment) { return w->p->pc[w->p->segment_start[segment]]; }

/* The local of a pair: the low end of its range, and behind it how many offsets from there the span fits at. 0 is no range: no
 * offset is below it, also not that of physical address 0, which a guest can name. */
CORE u32 pair_local(u32 pair) { return LOCAL_PAIRS + 2 * pair; }

/* Forgets all ranges: behind calls, which may change rights. */
PUTS void forget_ranges(generator *w) {
  for (u32 pair = 0; pair < w->pairs; pair++) PUT(w, FORGET, (s32)pair_local(pair), (s32)pair_local(pair) + 1);
}

/* Calls the root at a segment: directly in this module, else through the table, where its index is segment + 1. */
PUTS void call_root(generator *w, u32 segment) {
  u32 index = w->p->root_index[segment];
  if (index != 0) {
    PUT(w, CALL, (s32)index);
    return;
  }
  w->external[segment] = 1;
  PUT(w, CALL_TABLE, (s32)segment_pc(w, segment), (s32)segment + 1);
}

/* Takes a callee's results: leaves unless it returned to `address`. */
PUTS void expect_return(generator *w, s32 address) { PUT(w, EXPECT_RETURN, address, (s32)w->depth); }

/* Loads what a node behind a call needs, and forgets what the callee may have changed. */
PUTS void reload(generator *w, s32 node) {
  forget_ranges(w);
  load_registers(w, w->g->live_in[node]);
}

/* Computes the address of the dynamic jump `i` into the target local. For load_imm_jump_ind the offset is Y. */
PUTS void put_target(generator *w, u32 i, int is_load_imm) {
  const program_tables *p = w->p;
  s32 offset = is_load_imm ? p->y[i] : p->x[i], base = LOCAL_REGISTER + (is_load_imm ? p->b[i] : p->a[i]);
  if (offset == 0) PUT(w, TARGET, base);
  else PUT(w, TARGET_PLUS, base, offset);
}

/* Replaces the target local by the table index of the code there; takes the prepared exit when there is none. */
PUTS void look_up(generator *w) { PUT(w, LOOK_UP, (s32)w->p->jumps, (s32)exit_label(w, 0)); }

/* Calls the table entry in the target local. */
PUTS void call_target(generator *w) { PUT(w, CALL_TARGET, 0); }

/* The registers stored, the call of what is in the target local, and back. */
PUTS void call_and_return(generator *w, u32 i, s32 back) {
  flush_registers(w);
  call_target(w);
  expect_return(w, w->p->x[i]);
  reload(w, back);
}

/* Direct call; the link register has been assigned. */
PUTS void end_call(generator *w, u32 callee, s32 address, s32 back) {
  flush_registers(w);
  call_root(w, callee);
  expect_return(w, address);
  reload(w, back);
}

/* Indirect call by `i`, a load_imm_jump_ind. Its own register is written behind the point where it may exit. */
PUTS void end_call_indirect(generator *w, u32 i, s32 back) {
  prepare_exit(w, w->p->pc[i], WHY_PAID);
  put_target(w, i, 1);
  look_up(w);
  put_assignment(w, i);
  call_and_return(w, i, back);
}

/* The beginning of an indirect call by `i` with inlined callees: computes the target, keeps the link register's value in
 * case that the call has to exit, and assigns it. The branch table is structure.c's. */
PUTS void end_call_table(generator *w, u32 i, s32 elsewhere) {
  put_target(w, i, 1);
  w->g->dirty_before[elsewhere] = (uint16_t)w->dirty;
  w->g->valid_before[elsewhere] = (uint16_t)w->valid;
  PUT(w, MOVE, LOCAL_REGISTER + w->p->a[i], LOCAL_BEFORE);
  put_assignment(w, i);
}

/* The same indirect call when its callee is none of those: as end_call_indirect, with the target computed. */
PUTS void end_call_elsewhere(generator *w, s32 node, u32 i, s32 back) {
  PUT(w, MOVE, LOCAL_BEFORE, LOCAL_REGISTER + w->p->a[i]);
  w->dirty = w->g->dirty_before[node];
  w->valid = w->g->valid_before[node];
  prepare_exit(w, w->p->pc[i], WHY_PAID);
  look_up(w);
  put_assignment(w, i);
  w->dirty = w->g->dirty_in[node];
  call_and_return(w, i, back);
}

/* Indirect tail call by `i`. */
PUTS void end_tail_indirect(generator *w, u32 i, int is_load_imm) {
  prepare_exit(w, w->p->pc[i], WHY_PAID);
  put_target(w, i, is_load_imm);
  look_up(w);
  put_assignment(w, i);
  flush_registers(w);
  call_target(w);
  put_byte(w, WASM_RETURN);
}

/* The end of a hub: the target is none of the labels; pc and why are prepared by the switch. */
PUTS void end_hub(generator *w) {
  look_up(w);
  flush_registers(w);
  call_target(w);
  put_byte(w, WASM_RETURN);
}

/* Pushes the index of the target among the labels of a table, from 0. */
PUTS void put_table_index(generator *w, s32 first_label) {
  PUT(w, PUSH_INDEX, 0);
  if (first_label == 0) return;
  put_i32(w, first_label);
  put_byte(w, WASM_I32_SUB);
}

/* Return by `i`: the address goes to the caller; pc stays behind for the case that nobody expects it. */
PUTS void end_return(generator *w, u32 i) {
  flush_registers(w);
  PUT(w, RETURN, (s32)w->p->pc[i], LOCAL_REGISTER + w->p->a[i]);
}

/* Return of an inlined callee by `i`; falls through when the address is the expected one. */
PUTS void end_inline_return(generator *w, u32 i, s32 address) {
  PUT(w, INLINE_RETURN, (s32)w->p->pc[i], LOCAL_REGISTER + w->p->a[i], address, (s32)exit_label(w, 0));
}

/* Tail call of a root; in an inlined context a call that returns to `back`. What is in the middle of a block cannot be a
 * root with a stub before it: the core goes on there. */
PUTS void end_tail(generator *w, u32 callee, s32 address, s32 back) {
  u32 pc = segment_pc(w, callee);
  if (!w->p->is_block[callee]) {
    prepare_exit(w, pc, WHY_UNPAID_WITHIN);
    take_exit(w);
    return;
  }
  if (back < 0 && w->p->root_index[callee] == 0) {
    w->external[callee] = 1;
    PUT(w, PREPARE_TABLE, (s32)pc, (s32)callee + 1);
    put_op(w, WASM_BR, exit_label(w, GOES_ON));
    return;
  }
  flush_registers(w);
  call_root(w, callee);
  if (back < 0) {
    put_byte(w, WASM_RETURN);
    return;
  }
  expect_return(w, address);
  reload(w, back);
}

/* Host call by `i`, with the state in memory: pc is already behind it, gas is all there is. The import answers 0 to go
 * on here; otherwise the state in memory is complete and all frames are left. A host call without next instruction is left
 * to the core, so there is one. */
PUTS void end_host(generator *w, u32 i, s32 back) {
  const program_tables *p = w->p;
  flush_registers(w);
  w->valid = 0; /* memory has the registers now, and an exit must leave them there */
  const s32 words[PIECE_WORDS] = {(s32)p->pc[i], (s32)p->pc[i + 1], p->x[i], (s32)exit_label(w, 0)};
  put_piece(w, p->paid_whole ? PIECE_HOST_IN_BLOCK : PIECE_HOST, words);
  reload(w, back);
}

/* Hands over to the core at `i`. */
PUTS void end_exit(generator *w, u32 i) {
  prepare_exit(w, w->p->pc[i], WHY_PAID);
  take_exit(w);
}

CORE s32 low_half(u64 value) { return (s32)(u32)value; }
CORE s32 high_half(u64 value) { return (s32)(u32)(value >> 32); }

/* The check of a checkpoint: exits unless the gas covers the path. The stack is checked at the root only. */
PUTS void put_checkpoint(generator *w, s32 node) {
  u32 segment = (u32)w->g->seg[node];
  u64 path = w->g->path[node];
  PUT(w, CHECKPOINT, (s32)segment_pc(w, segment), w->p->is_block[segment] ? WHY_UNPAID : WHY_UNPAID_WITHIN, low_half(path),
      high_half(path), (s32)exit_label(w, 0));
}

/* The check of a hub that is a loop header: the exit prepared by the switch repeats the jump. */
PUTS void put_hub_check(generator *w, s32 node) {
  u64 path = w->g->path[node];
  if (path > 0) PUT(w, REQUIRE_GAS, low_half(path), high_half(path), (s32)exit_label(w, 0));
}
