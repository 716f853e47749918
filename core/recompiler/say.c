/* Writes code that says what it does, for the fuzzer's report of what its programs reach. Such code sets a byte in memory for
 * each kind of thing (SAID_*) that it does. It is written only if asked for. What the kinds are called is in
 * src/engine/recompiler/exercise.ts. */
#include "generator.h"

PUTS void say(generator *w, u32 what) {
  put_i32(w, 0);
  put_i32(w, 1);
  put_memory(w, WASM_I32_STORE8, 0, PVM_AT_PROBES + what);
}

/* Written in front of straight instructions: says from which templates they are made, each once. */
PUTS void say_instructions(generator *w, u32 segment, u32 stop) {
  u32 said[(SAID_END + 31) / 32] = {0};
  if (!w->says) return;
  for (u32 i = w->p->segment_start[segment]; i < stop; i++) {
    u32 id = w->p->id[i], more = SAID_CHECK + w->p->way[i] + (pvm_kind_of[id] == KIND_STORE ? MORE_CHECK_STORE : 0);
    if ((said[id / 32] >> id % 32 & 1) == 0) say(w, SAID_TEMPLATE + id);
    said[id / 32] |= 1u << id % 32;
    if (!is_access(id)) continue;
    if ((said[more / 32] >> more % 32 & 1) == 0) say(w, more);
    said[more / 32] |= 1u << more % 32;
  }
}
_Static_assert(OP_COUNT <= SAID_CHECK, "a number for each template");
_Static_assert(WAY_COUNT <= MORE_CHECK_STORE, "a number for each check");

/* The form of a stream: how it moves, how far, and whether it stores. */
CORE u32 form_of(const graph_tables *g, u32 s) {
  s32 stride = g->stream_stride[s];
  u32 way = g->stream_register[s] >= 0 ? FORM_BY_REGISTER
            : stride > 0               ? FORM_UP
            : stride < 0               ? FORM_DOWN
            : g->stream_base[s] < 0    ? FORM_CONSTANT
                                       : FORM_IN_PLACE;
  s64 far = stride < 0 ? -(s64)stride : stride;
  return way | (g->stream_store[s] ? FORM_STORES : 0u) | (far > PAGE_SIZE ? FORM_FAR : 0u);
}

/* Written before a stream's range is looked at: says whether a new range is asked for, or the old one will do. `low` is the local
 * of its low end. */
PUTS void say_range(generator *w, u32 s, u32 low) {
  const graph_tables *g = w->g;
  if (!w->says) return;
  s32 constant = (s32)((u32)g->stream_low[s] + PVM_ROTATION);
  if (g->stream_base[s] < 0) put_i32(w, constant);
  else {
    put_op(w, WASM_LOCAL_GET, LOCAL_REGISTER + (u32)g->stream_base[s]);
    put_byte(w, WASM_I32_WRAP_I64);
    put_i32(w, constant);
    put_byte(w, WASM_I32_ADD);
  }
  put_op(w, WASM_LOCAL_GET, low);
  put_byte(w, WASM_I32_SUB);
  put_op(w, WASM_LOCAL_GET, low + 1);
  put_byte(w, WASM_I32_GE_U);
  put_byte(w, WASM_IF);
  put_byte(w, WASM_VOID);
  say(w, SAID_ASKED + form_of(g, s));
  put_byte(w, WASM_ELSE);
  say(w, SAID_REMEMBERED + form_of(g, s));
  put_byte(w, WASM_END);
}

/* Written in a turn of a fast version: says how the streams move, and which turn it is. */
PUTS void say_turn(generator *w, u32 loop, u32 turn) {
  const graph_tables *g = w->g;
  if (!w->says) return;
  int moves = 0;
  for (s32 k = 0; k < g->loop_streams[loop]; k++) {
    u32 s = (u32)(g->loop_first[loop] + k);
    say(w, SAID_TURN + form_of(g, s));
    moves |= g->stream_stride[s] != 0 || g->stream_register[s] >= 0;
  }
  if (!moves) say(w, SAID_LIMITED);
  say(w, turn == 0 ? SAID_FIRST_TURN : SAID_FURTHER_TURN);
}
