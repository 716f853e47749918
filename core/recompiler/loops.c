/* Loops of one segment in two versions. The generic one checks everything. After each of its turns it asks how many
 * turns ahead are safe: enough gas, and all streams inside ranges of pages with the right. That many run in the fast
 * version, which has no page checks, and compares its gas once for several turns. Exactness is the generic version's.
 *
 * Turn i of the fast version starts with gas g - i * c, so "i < n and the gas covers the path" is one comparison:
 * gas >= floor, floor = max(path, g - n * c + 1).
 * The range of a stream is kept in a pair of locals over entries of the loop, until something may change rights. */
#include "generator.h"

/* Instructions the fast version is unrolled to, and turns at most. */
#define UNROLLED_INSTRUCTIONS 32u
#define MAX_TURNS 8u
/* Fast turns that count as a while: then the loop asks sooner the next time. */
#define WHILE 16u

/* Branch depth of a node that has a label. */
PUTS u32 label_of(const generator *w, s32 node) { return w->depth - (u32)w->g->label_depth[node]; }

/* Puts the offset of the stream's next access from its range's low end into the target local; asks for a new range if it is
 * outside. */
PUTS void put_offset(generator *w, u32 s) {
  const graph_tables *g = w->g;
  u32 low = pair_local(s);
  say_range(w, s, low);
  const s32 words[PIECE_WORDS] = {
      LOCAL_REGISTER + g->stream_base[s], plus(g->stream_low[s], (s32)PVM_ROTATION),
      (s32)low, (s32)low + 1,
      g->stream_span[s], g->stream_store[s] ? RIGHT_FAST_WRITE : RIGHT_FAST_READ,
  };
  put_piece(w, g->stream_base[s] < 0 ? PIECE_OFFSET_OF_CONSTANT : PIECE_OFFSET, words);
}

/* Lowers the count local to how many turns the stream stays in its range, at least 1; the offset is in the target local
 * and inside. */
PUTS void put_turns(generator *w, u32 s) {
  const graph_tables *g = w->g;
  s32 stride = g->stream_stride[s], size = (s32)pair_local(s) + 1;
  if (g->stream_register[s] >= 0) PUT(w, TURNS_BY_REGISTER, size, LOCAL_REGISTER + g->stream_register[s]);
  else if (stride > 0) PUT(w, TURNS_UP, size, stride);
  else PUT(w, TURNS_DOWN, size, (s32)(0u - (u32)stride));
}

/* The local that says how many generic turns less come first, set behind the fast version. */
CORE s32 eager_local(const generator *w, u32 loop) { return (s32)(pair_local(w->pairs) + loop); }

/* Before the loop: so many generic turns come first. */
PUTS void put_loop_entry(generator *w, u32 loop) { PUT(w, LOOP_ENTRY, eager_local(w, loop)); }

/* Leaves in the count local how many turns all streams stay in range; branches to the label `again` when it is none. */
PUTS void put_count(generator *w, u32 loop, u32 again) {
  const graph_tables *g = w->g;
  PUT(w, COUNT_FIRST, 0);
  for (s32 k = 0; k < g->loop_streams[loop]; k++) {
    u32 s = (u32)(g->loop_first[loop] + k);
    put_offset(w, s);
    PUT(w, UNLESS_INSIDE, (s32)pair_local(s) + 1, (s32)again + 1);
    if (g->stream_stride[s] != 0 || g->stream_register[s] >= 0) put_turns(w, s);
  }
}

/* Sets floor = max(path, gas - count * cost + 1) + ahead. */
PUTS void put_floor(generator *w, s32 cost, u64 path, s32 ahead) {
  const s32 words[PIECE_WORDS] = {cost, 0, low_half(path), high_half(path), ahead, 0};
  put_piece(w, ahead > 0 ? PIECE_FLOOR_AHEAD : PIECE_FLOOR, words);
}

/* Pushes whether the loop at a node goes on (or, negated, ends). */
PUTS void push_continues(generator *w, u32 last, s32 node, int negated) {
  put_condition(w, last);
  if ((w->g->succ_a[node] == node) == negated) put_byte(w, WASM_I32_EQZ);
}

/* Whether the fast version may leave in the middle of a turn: some accesses are checked there too. */
PUTS int leaves_in_turns(const generator *w, u32 segment, u32 loop) {
  const program_tables *p = w->p;
  u32 k = 0;
  for (u32 i = p->segment_start[segment]; i < p->segment_start[segment + 1]; i++) {
    if (!is_access(p->id[i])) continue;
    if (p->way[i] < WAY_MEMBER && (w->g->loop_unchecked[loop] >> k & 1) == 0) return 1;
    k += 1;
  }
  return 0;
}

/* Has the checks left out that the fast version does not need, or puts them back. `checked`: how they are done, by access. */
PUTS void leave_out(const generator *w, u32 segment, u32 loop, uint8_t *checked, int back) {
  const program_tables *p = w->p;
  u32 k = 0;
  for (u32 i = p->segment_start[segment]; i < p->segment_start[segment + 1]; i++) {
    if (!is_access(p->id[i])) continue;
    if (back) p->way[i] = checked[k];
    else {
      checked[k] = p->way[i];
      if ((w->g->loop_unchecked[loop] >> k & 1) != 0 && p->way[i] != WAY_MEMBER) p->way[i] = WAY_UNCHECKED;
    }
    k += 1;
  }
}

/* The turns of the fast version, one after the other. */
PUTS void put_fast_turns(generator *w, s32 node, u32 loop, u32 turns, int tallied) {
  u32 segment = (u32)w->g->seg[node], last = last_of(w->p, segment);
  for (u32 turn = 0; turn < turns; turn++) {
    int final = turn + 1 == turns;
    PUT(w, PAY, w->g->cost[node]);
    w->dirty = w->g->dirty_in[node];
    w->valid = w->g->valid_in[node];
    say_turn(w, loop, turn);
    say_instructions(w, segment, last + 1);
    if (tallied) tally_segment(w, segment);
    put_instructions(w, segment, last + 1);
    push_continues(w, last, node, !final);
    put_op(w, WASM_BR_IF, final ? 0 : 1);
  }
}

/* What follows the generic body of the loop at `node`: its branch and the fast version. */
PUTS void put_fast_loop(generator *w, s32 node, u32 loop) {
  const program_tables *p = w->p;
  const graph_tables *g = w->g;
  u32 segment = (u32)g->seg[node], last = last_of(p, segment), count = last + 1 - p->segment_start[segment];
  s32 cost = g->cost[node], out = g->loop_exit[loop];
  uint8_t checked[MAX_LOOP_INSTRUCTIONS];
  push_continues(w, last, node, 1);
  PUT(w, COUNT_DOWN, (s32)label_of(w, out), (s32)label_of(w, node));
  /* Counted together behind the turns, unless code may leave in the middle of one. */
  int in_turns = leaves_in_turns(w, segment, loop), together = !in_turns && w->tally_at != 0;
  if (together) open_frame(w, WASM_BLOCK);
  put_count(w, loop, label_of(w, node));
  u32 turns = UNROLLED_INSTRUCTIONS / count;
  turns = turns < 1 ? 1 : turns > MAX_TURNS ? MAX_TURNS : turns;
  put_floor(w, cost, g->path[node], (s32)((turns - 1) * (u32)cost));
  leave_out(w, segment, loop, checked, 0);
  w->depth += 2;
  PUT(w, FAST_HEAD, together ? 2 : (s32)label_of(w, node));
  put_fast_turns(w, node, loop, turns, in_turns);
  leave_out(w, segment, loop, checked, 1);
  w->depth -= 2;
  PUT(w, FAST_CLOSE, 0);
  if (together) tally_turns(w, segment, cost);
  PUT(w, FAST_END, (s32)(WHILE * (u32)cost), 0, eager_local(w, loop), (s32)label_of(w, out));
  if (!together) return;
  close_frame(w);
  tally_turns(w, segment, cost);
  put_op(w, WASM_BR, label_of(w, node));
}
