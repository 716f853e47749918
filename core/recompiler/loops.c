/* Writes the fast loops, which have two versions. The generic version checks everything. After each of its turns it asks how
 * many turns ahead are safe: as many as the gas pays for, and as all streams stay inside of pages with the right. That many
 * turns run in the fast version, which has no page checks and compares its gas once for several turns. The fast version never
 * has to stop at an exact instruction. The generic version does that. Loops that copy or fill do most of these turns at once:
 * bulk.c writes the code for that. Where the condition says ahead how often the loop goes on, the turns do not look at it:
 * counted.c writes those.
 *
 * Turn i of n starts with gas g - i * c, where c is the cost of a turn and `path` the gas that the loop's checkpoint asks for.
 * So one comparison says both that i < n and that the gas covers the path: gas >= floor, where
 * floor = max(path, g - n * c + 1).
 *
 * The range of a stream is a run of pages with the right. It is kept in a pair of locals, also when the loop is left and
 * entered again, until something may change rights. */
#include "generator.h"

/* The fast version writes several turns one after the other: as many as have so many instructions together, and at most
 * MAX_TURNS. */
#define UNROLLED_INSTRUCTIONS 32u
/* If so many fast turns ran, they were worth it, and the loop asks sooner the next time. */
#define WHILE 16u

/* The branch depth of a node that has a label. */
PUTS u32 label_of(const generator *w, s32 node) { return w->depth - (u32)w->g->label_depth[node]; }

/* Writes code that puts the offset of the stream's next access from the low end of its range into the target local. If the
 * access is outside of the range, the code asks for a new one. */
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

/* Writes code that lowers the count of turns to how many the stream stays in its range, which is at least 1. The offset is in
 * the target local, and it is inside of the range. */
PUTS void put_turns(generator *w, u32 s) {
  const graph_tables *g = w->g;
  s32 stride = g->stream_stride[s], size = (s32)pair_local(s) + 1;
  if (g->stream_register[s] >= 0) PUT(w, TURNS_BY_REGISTER, size, LOCAL_REGISTER + g->stream_register[s]);
  else if (stride > 0) PUT(w, TURNS_UP, size, stride);
  else PUT(w, TURNS_DOWN, size, (s32)(0u - (u32)stride));
}

/* The local that remembers whether the fast version was worth it the last time. It says how many fewer generic turns come first. */
CORE s32 eager_local(const generator *w, u32 loop) { return (s32)(pair_local(w->pairs) + loop); }

/* Written before the loop: sets how many generic turns come before the first question. */
PUTS void put_loop_entry(generator *w, u32 loop) { PUT(w, LOOP_ENTRY, eager_local(w, loop)); }

/* Writes code that puts into the count local how many turns all streams stay in their ranges. It branches to the label `again`
 * when a stream is in no range. */
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

/* Writes code that sets floor = max(path, gas - count * cost + 1) + ahead. */
PUTS void put_floor(generator *w, s32 cost, u64 path, s32 ahead) {
  const s32 words[PIECE_WORDS] = {cost, 0, low_half(path), high_half(path), ahead, 0};
  put_piece(w, ahead > 0 ? PIECE_FLOOR_AHEAD : PIECE_FLOOR, words);
}

/* Pushes whether the loop at a node goes on, or if `negated` whether it ends. */
PUTS void push_continues(generator *w, u32 last, s32 node, int negated) {
  put_condition(w, last);
  if ((w->g->succ_a[node] == node) == negated) put_byte(w, WASM_I32_EQZ);
}

/* Whether the fast version may leave in the middle of a turn. It may if some access is checked there too. */
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

/* Marks the accesses that the fast version does not check, or (`back`) restores how they are checked in the generic version.
 * `checked` keeps that. */
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

/* Writes the turns of the fast version, one after the other. */
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

/* Writes what follows the generic body of the loop at `node`: the loop's branch, the question, and the fast version. */
PUTS void put_fast_loop(generator *w, s32 node, u32 loop) {
  const program_tables *p = w->p;
  const graph_tables *g = w->g;
  u32 segment = (u32)g->seg[node], last = last_of(p, segment), count = last + 1 - p->segment_start[segment];
  s32 cost = g->cost[node], out = g->loop_exit[loop];
  uint8_t checked[MAX_LOOP_INSTRUCTIONS];
  push_continues(w, last, node, 1);
  PUT(w, COUNT_DOWN, (s32)label_of(w, out), (s32)label_of(w, node));
  /* Turns are counted together behind the last one, unless code may leave in the middle of a turn. */
  counted c;
  bulk b;
  int in_turns = leaves_in_turns(w, segment, loop), at_once = !in_turns && w->bulk && find_bulk(p, g, node, &b);
  int is_counted = !in_turns && !at_once && w->counts && find_counted(p, g, node, loop, &c);
  int together = !in_turns && !is_counted && w->tally_at != 0;
  if (together) open_frame(w, WASM_BLOCK);
  put_count(w, loop, label_of(w, node));
  if (is_counted) put_room(w, &c.until, LOCAL_TURNS);
  u32 turns = UNROLLED_INSTRUCTIONS / count;
  turns = turns < 1 ? 1 : turns > MAX_TURNS ? MAX_TURNS : turns;
  s32 ahead = (s32)((turns - 1) * (u32)cost);
  put_floor(w, cost, g->path[node], ahead);
  if (is_counted) PUT(w, COUNTED_BEGIN, 0);
  else PUT(w, FAST_BEGIN, 0);
  if (at_once) put_bulk(w, node, &b, ahead);
  w->depth += 2;
  PUT(w, FAST_HEAD, is_counted ? 1 : together ? 2 : (s32)label_of(w, node));
  if (is_counted) {
    put_counted_turns(w, node, loop, turns, &c);
    put_op(w, WASM_BR, 0);
  } else {
    leave_out(w, segment, loop, checked, 0);
    put_fast_turns(w, node, loop, turns, in_turns);
    leave_out(w, segment, loop, checked, 1);
  }
  w->depth -= 2;
  PUT(w, FAST_CLOSE, 0);
  if (!in_turns) tally_turns(w, segment, cost);
  PUT(w, FAST_END, (s32)(WHILE * (u32)cost), 0, eager_local(w, loop), (s32)label_of(w, is_counted ? node : out));
  if (!together) return;
  close_frame(w);
  tally_turns(w, segment, cost);
  put_op(w, WASM_BR, label_of(w, node));
}
