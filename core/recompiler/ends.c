/* Writes how a node ends: calls, returns, host calls, dynamic jumps, exits. Branches and jumps inside of the function are in
 * structure.c. */
#include "generator.h"

CORE u32 segment_pc(const generator *w, u32 segment) { return w->p->pc[w->p->segment_start[segment]]; }

/* The first local of a pair, which keeps the range of a stream (see loops.c). It holds the low end of the range. The second
 * local holds at how many offsets from there the stream's bytes still lie in the range. If that is 0 there is no range: no
 * offset is below 0, not even that of physical address 0, which a guest can name. */
CORE u32 pair_local(u32 pair) { return LOCAL_PAIRS + 2 * pair; }

/* Forgets all ranges. This is done behind calls, because they may change the rights of pages. */
PUTS void forget_ranges(generator *w) {
  for (u32 pair = 0; pair < w->pairs; pair++) PUT(w, FORGET, (s32)pair_local(pair), (s32)pair_local(pair) + 1);
}

/* Calls the root at a segment. A root of this module is called directly, any other one through the table, at the index
 * segment + 1. */
PUTS void call_root(generator *w, u32 segment) {
  u32 index = w->p->root_index[segment];
  if (index != 0) {
    PUT(w, CALL, (s32)index);
    return;
  }
  w->external[segment] = 1;
  PUT(w, CALL_TABLE, (s32)segment_pc(w, segment), (s32)segment + 1);
}

/* Takes the results of a callee. If it did not return to `address`, this function is left too. */
PUTS void expect_return(generator *w, s32 address) { PUT(w, EXPECT_RETURN, address, (s32)w->depth); }

/* Loads the registers that the node behind a call needs, and forgets the ranges and the frame. */
PUTS void reload(generator *w, s32 node) {
  forget_ranges(w);
  if (w->g->frame_looped) PUT(w, FORGET_FRAME, 0);
  load_registers(w, w->g->live_in[node]);
}

/* Puts the address of the dynamic jump `i` into the target local. The offset is X, or Y for load_imm_jump_ind. */
PUTS void put_target(generator *w, u32 i, int is_load_imm) {
  const program_tables *p = w->p;
  s32 offset = is_load_imm ? p->y[i] : p->x[i], base = LOCAL_REGISTER + (is_load_imm ? p->b[i] : p->a[i]);
  if (offset == 0) PUT(w, TARGET, base);
  else PUT(w, TARGET_PLUS, base, offset);
}

/* Replaces the address in the target local by the table index of the compiled code there. Takes the prepared exit when there is
 * none. */
PUTS void look_up(generator *w) { PUT(w, LOOK_UP, (s32)w->p->jumps, (s32)exit_label(w, 0)); }

/* Calls the table entry in the target local. */
PUTS void call_target(generator *w) { PUT(w, CALL_TARGET, 0); }

/* Stores the registers, calls the table entry in the target local, and comes back to the node `back`. */
PUTS void call_and_return(generator *w, u32 i, s32 back) {
  flush_registers(w);
  call_target(w);
  expect_return(w, w->p->x[i]);
  reload(w, back);
}

/* Writes a direct call. The link register has been assigned already. */
PUTS void end_call(generator *w, u32 callee, s32 address, s32 back) {
  flush_registers(w);
  call_root(w, callee);
  expect_return(w, address);
  reload(w, back);
}

/* Writes the indirect call by `i`, a load_imm_jump_ind. Its link register is assigned only when the call cannot exit any more. */
PUTS void end_call_indirect(generator *w, u32 i, s32 back) {
  prepare_exit(w, w->p->pc[i], WHY_PAID);
  put_target(w, i, 1);
  look_up(w);
  put_assignment(w, i);
  call_and_return(w, i, back);
}

/* Writes the beginning of an indirect call by `i` with inlined callees. It computes the target and assigns the link register.
 * The old value of that register is kept, because the call may have to exit. structure.c writes the branch table. */
PUTS void end_call_table(generator *w, u32 i, s32 elsewhere) {
  put_target(w, i, 1);
  w->g->dirty_before[elsewhere] = (uint16_t)w->dirty;
  w->g->valid_before[elsewhere] = (uint16_t)w->valid;
  PUT(w, MOVE, LOCAL_REGISTER + w->p->a[i], LOCAL_BEFORE);
  put_assignment(w, i);
}

/* Writes the same call for the case that its target is none of the inlined callees. It is like end_call_indirect, but the
 * target has been computed already. */
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

/* Writes the dynamic jump `i`, which leaves the function and is no return, as a call that is followed by a return. */
PUTS void end_tail_indirect(generator *w, u32 i, int is_load_imm) {
  prepare_exit(w, w->p->pc[i], WHY_PAID);
  put_target(w, i, is_load_imm);
  look_up(w);
  put_assignment(w, i);
  flush_registers(w);
  call_target(w);
  put_byte(w, WASM_RETURN);
}

/* Writes the end of a hub, for a target that is none of its labels. The switch that came here has prepared pc and why. */
PUTS void end_hub(generator *w) {
  look_up(w);
  flush_registers(w);
  call_target(w);
  put_byte(w, WASM_RETURN);
}

/* Pushes the index that the target has in a branch table whose first jump-table entry is `first_label`. The address of entry k is
 * 2 * (k + 1). */
PUTS void put_table_index(generator *w, s32 first_label) { PUT(w, PUSH_INDEX, 2 + 2 * first_label); }

/* Writes the return by `i`. The address goes to the caller. pc is written too, for the case that no caller expects the
 * address. */
PUTS void end_return(generator *w, u32 i) {
  flush_registers(w);
  PUT(w, RETURN, (s32)w->p->pc[i], LOCAL_REGISTER + w->p->a[i]);
}

/* Writes the return by `i` of an inlined callee. It falls through when the address is the expected one, and exits otherwise. */
PUTS void end_inline_return(generator *w, u32 i, s32 address) {
  PUT(w, INLINE_RETURN, (s32)w->p->pc[i], LOCAL_REGISTER + w->p->a[i], address, (s32)exit_label(w, 0));
}

/* Writes the end of a tail node, which goes on at a root: by a tail call, or in an inlined context by a call that returns to
 * `back`. A segment in the middle of a block cannot have a stub while it is not compiled, so the core goes on there. */
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

/* Writes the host call by `i`. The host sees the state in the machine's memory: the registers, pc behind the call, and all
 * gas. If the import answers 0, code goes on here. Otherwise the state in memory is complete, and all frames are left. A host
 * call that no instruction follows is left to the core, so there is always a next pc. */
PUTS void end_host(generator *w, u32 i, s32 back) {
  const program_tables *p = w->p;
  flush_registers(w);
  w->valid = 0; /* the host may have changed registers in memory, so an exit must not store locals over them */
  const s32 words[PIECE_WORDS] = {(s32)p->pc[i], (s32)p->pc[i + 1], p->x[i], (s32)exit_label(w, 0)};
  put_piece(w, p->paid_whole ? PIECE_HOST_IN_BLOCK : PIECE_HOST, words);
  reload(w, back);
}

/* Writes an exit: the core goes on at instruction `i`. */
PUTS void end_exit(generator *w, u32 i) {
  prepare_exit(w, w->p->pc[i], WHY_PAID);
  take_exit(w);
}

CORE s32 low_half(u64 value) { return (s32)(u32)value; }
CORE s32 high_half(u64 value) { return (s32)(u32)(value >> 32); }

/* Writes the check of a checkpoint, which exits unless the gas covers the path to the next checkpoint. */
PUTS void put_checkpoint(generator *w, s32 node) {
  u32 segment = (u32)w->g->seg[node];
  u64 path = w->g->path[node];
  PUT(w, CHECKPOINT, (s32)segment_pc(w, segment), w->p->is_block[segment] ? WHY_UNPAID : WHY_UNPAID_WITHIN, low_half(path),
      high_half(path), (s32)exit_label(w, 0));
}

/* Writes the check of a hub that is a checkpoint. It takes the exit that the switch has prepared, which repeats the jump. */
PUTS void put_hub_check(generator *w, s32 node) {
  u64 path = w->g->path[node];
  if (path > 0) PUT(w, REQUIRE_GAS, low_half(path), high_half(path), (s32)exit_label(w, 0));
}
