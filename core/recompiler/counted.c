/* Writes the turns of a fast loop that are counted: behind all of them the loop surely goes on, because its condition compares a
 * register that moves by a constant with a value that stays (rooms.c). No turn has to look at the condition, so several turns are
 * one piece of straight code. It pays once, and computes the address of each stream once: the accesses of later turns are at
 * fixed distances from there. Registers that only such accesses and the condition read are stepped once.
 *
 * The last turns, fewer than a piece has, are done by the generic version. It also finds out that the loop has ended. */
#include "generator.h"

/* The streams of a piece reach over fewer bytes than this in its turns. */
#define LONGEST_REACH (INT64_C(1) << 20)

typedef struct {
  turn_steps turn;
  countdown until;
  u32 lazy; /* a mask: registers that are stepped once in a piece */
} counted;

/* The registers that instruction `i` reads, other than as the base of an access. A step of a register by itself reads none. */
STEP u32 values_read(const program_tables *p, u32 i) {
  u32 id = p->id[i], base = pvm_access_base[id];
  if (id == OP_ADD_IMM_64 && p->a[i] == p->b[i]) return 0;
  if (!is_access(id) || base == 0) return p->uses[i];
  if (!is_store(p, i) || (base & 1) != 0) return 0; /* a load, or a store of a constant */
  return 1u << p->a[i];
}

STEP void read_steps(const program_tables *p, counted *c, u32 segment) {
  u32 last = last_of(p, segment), read = 0;
  for (u32 i = p->segment_start[segment]; i < last; i++) {
    u32 mask = p->defs[i], r = p->a[i];
    read |= values_read(p, i);
    if (mask == 0) continue;
    if (p->id[i] != OP_ADD_IMM_64 || p->b[i] != r) {
      c->turn.written |= mask;
      continue;
    }
    c->turn.stepped |= mask;
    c->turn.step[r] += p->x[i];
    if (magnitude(c->turn.step[r]) >= LONGEST_STEP) c->turn.written |= mask;
  }
  c->lazy = c->turn.stepped & ~c->turn.written & ~read;
  for (u32 r = 0; r < 13; r++) { /* the step of a piece has 32 bits */
    if (magnitude(c->turn.step[r]) > INT32_MAX / MAX_TURNS) c->lazy &= ~(1u << r);
  }
}

/* Whether the turns of a fast loop can be counted, when none of its accesses is checked in the turns. Then `c` says how. */
STEP int find_counted(const program_tables *p, const graph_tables *g, s32 node, u32 loop, counted *c) {
  u32 segment = (u32)g->seg[node];
  __builtin_memset(c, 0, sizeof *c);
  for (s32 k = 0; k < g->loop_streams[loop]; k++) {
    s32 s = g->loop_first[loop] + k;
    if (g->stream_register[s] >= 0 || magnitude(g->stream_stride[s]) * MAX_TURNS >= LONGEST_REACH) return 0;
  }
  read_steps(p, c, segment);
  return read_condition(p, &c->turn, &c->until, last_of(p, segment), g->succ_a[node] == node);
}

/* Writes code that puts the lowest address of each stream in a piece into a local. */
PUTS void put_addresses(generator *w, u32 loop, u32 turns) {
  const graph_tables *g = w->g;
  for (s32 k = 0; k < g->loop_streams[loop]; k++) {
    s32 s = g->loop_first[loop] + k, stride = g->stream_stride[s], at = plus(g->stream_low[s], (s32)PVM_ROTATION);
    if (stride < 0) at = plus(at, stride * (s32)(turns - 1));
    if (g->stream_base[s] < 0) put_i32(w, at);
    else PUT(w, BULK_AT, LOCAL_REGISTER + g->stream_base[s], at);
    put_op(w, WASM_LOCAL_SET, LOCAL_GROUP + (u32)k);
  }
}
_Static_assert(MAX_LOOP_STREAMS <= ADDRESS_LOCALS, "a local for each stream");

/* Has the accesses of one turn of a piece written as members of their streams. */
STEP void place_accesses(const program_tables *p, const graph_tables *g, u32 segment, u32 loop, u32 turn, u32 turns) {
  s32 leader[ADDRESS_LOCALS] = {0}, found = 0;
  for (u32 i = p->segment_start[segment]; i < p->segment_start[segment + 1]; i++) {
    if (!is_access(p->id[i])) continue;
    s32 k = p->check[i] == CHECK_MEMBER ? leader[p->local[i]] : found++;
    if (p->check[i] == CHECK_LEADER) leader[p->local[i]] = k;
    s32 s = g->loop_first[loop] + k, stride = g->stream_stride[s];
    s32 moved = stride < 0 ? -stride * (s32)(turns - 1 - turn) : stride * (s32)turn;
    p->way[i] = WAY_MEMBER;
    p->records[i].local = LOCAL_GROUP + k;
    p->records[i].offset = plus(plus(offset_of(p, i), -g->stream_low[s]), moved);
  }
}

/* Writes the straight instructions of a turn, without the steps of lazy registers. */
PUTS void put_counted_turn(generator *w, u32 segment, u32 lazy) {
  const program_tables *p = w->p;
  u32 first = p->segment_start[segment], last = last_of(p, segment);
  for (u32 i = first; i < last; i++) {
    if ((p->defs[i] & lazy) == 0) continue;
    put_instructions_from(w, first, i);
    first = i + 1;
  }
  put_instructions_from(w, first, last);
}

/* Writes a piece of so many turns. */
PUTS void put_counted_turns(generator *w, s32 node, u32 loop, u32 turns, const counted *c) {
  const program_tables *p = w->p;
  const graph_tables *g = w->g;
  u32 segment = (u32)g->seg[node];
  PUT(w, PAY, (s32)((u32)g->cost[node] * turns));
  w->dirty = g->dirty_in[node];
  w->valid = g->valid_in[node];
  if (w->says) say(w, SAID_COUNTED_TURNS);
  say_instructions(w, segment, last_of(p, segment));
  put_addresses(w, loop, turns);
  for (u32 turn = 0; turn < turns; turn++) {
    place_accesses(p, g, segment, loop, turn, turns);
    put_counted_turn(w, segment, c->lazy);
  }
  record_segment(p, segment);
  for (u32 r = 0; r < 13; r++) {
    if ((c->lazy >> r & 1) != 0) PUT(w, STEP_REGISTER, (s32)(LOCAL_REGISTER + r), (s32)(c->turn.step[r] * turns));
  }
}
