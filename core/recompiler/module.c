/* Compiles roots of a program into the bytes of one WebAssembly module. For each root the passes run and its function is
 * written; the sections of the module stand around all functions. Which roots are compiled, and when, is decided in TypeScript
 * (policy.ts). The same roots give the same bytes. */
#include "generator.h"

/* How many bytes a frame has beside its slots: for what the WebAssembly runtime itself puts there, and for arguments of calls. */
#define FRAME_BASE 256u
/* How many operands code has on the wasm stack at once, at most. */
#define OPERANDS 24u
/* At which byte of PIECE_TAKE_FRAME the size of the frame stands. */
#define FRAME_BYTES_AT 3
/* The most bytes of a number of 32 bits in LEB128, the encoding of numbers in WebAssembly. */
#define LONGEST_NUMBER 5u

CORE u32 unsigned_length(u32 value) {
  u32 length = 1;
  for (value >>= 7; value > 0; value >>= 7) length += 1;
  return length;
}

CORE u32 decimal_length(u32 value) {
  u32 length = 1;
  for (value /= 10; value > 0; value /= 10) length += 1;
  return length;
}

/* Written at the root: exits when the stack that is left has no room for the frame. Returns where the frame's size has to be
 * filled in, which is known when the function is written. */
PUTS uint8_t *put_stack_check(generator *w, u32 root) {
  const program_tables *p = w->p;
  prepare_exit(w, p->pc[p->segment_start[root]], p->is_block[root] ? WHY_UNPAID : WHY_UNPAID_WITHIN);
  uint8_t *at = w->at + FRAME_BYTES_AT;
  PUT(w, TAKE_FRAME, (s32)exit_label(w, 0));
  return at;
}

CORE void put_frame_bytes(uint8_t *at, u32 size) {
  for (u32 k = 0; k < 4; k++) at[k] = (uint8_t)(size >> (7 * k) | 0x80);
  at[4] = (uint8_t)(size >> 28);
}

/* Written behind the body: the return of a function that is being left by its callee, the exits, and what all exits share.
 * Their frames have to be opened in front of the body. Returns how many there are. */
PUTS u32 put_exits(generator *w) {
  const graph_tables *g = w->g;
  u32 count = g->exit_count;
  put_byte(w, WASM_END);
  put_op(w, WASM_LOCAL_GET, LOCAL_TARGET);
  put_op(w, WASM_LOCAL_GET, LOCAL_GAS);
  put_byte(w, WASM_RETURN);
  if (count == 0) return 1;
  for (u32 i = 0; i < count; i++) {
    u32 mask = g->exits[i] & ~GOES_ON, goes_on = g->exits[i] & GOES_ON;
    put_byte(w, WASM_END);
    if (w->says) say(w, SAID_LEAVE + (mask != 0 ? MORE_LEAVE_STORES : 0u) + (goes_on ? MORE_LEAVE_ELSEWHERE : 0u));
    store_registers(w, mask);
    if (goes_on) PUT(w, GO_ON, 0);
    else if (i + 1 < count) put_op(w, WASM_BR, count - 1 - i);
  }
  put_byte(w, WASM_END);
  put_i32(w, 0);
  put_op(w, WASM_LOCAL_GET, LOCAL_PC);
  put_memory(w, WASM_I32_STORE, 2, PVM_AT_VM + offsetof(pvm, pc));
  put_i32(w, 0);
  put_op(w, WASM_LOCAL_GET, LOCAL_WHY);
  put_memory(w, WASM_I32_STORE, 2, PVM_AT_WHY);
  put_i32(w, 1);
  put_op(w, WASM_LOCAL_GET, LOCAL_GAS);
  return count + 2;
}

/* The locals of a function behind its parameters, as runs of locals of one type. */
#define LOCAL_RUNS 4
typedef struct {
  u32 count[LOCAL_RUNS];
} local_runs;
static const uint8_t run_types[LOCAL_RUNS] = {WASM_I64, WASM_I32, WASM_I64, WASM_I32};

CORE local_runs locals_of(const generator *w) {
  return (local_runs){{13, LOCAL_TURNS - LOCAL_PC + 1, 2, LOCAL_PAIRS - LOCAL_LIMIT + 2 * w->pairs + w->g->loops}};
}
_Static_assert(LOCAL_PC == LOCAL_REGISTER + 13 && LOCAL_BEFORE == LOCAL_TURNS + 2 && LOCAL_LIMIT == LOCAL_BEFORE + 1, "the runs");
_Static_assert(LOCAL_TURNS == LOCAL_GROUP + ADDRESS_LOCALS && LOCAL_FRAME == LOCAL_LIMIT + WIDE_GROUPS && LOCAL_PAIRS == LOCAL_FRAME + 1, "of locals");

/* How many bytes of the host's stack the frame of a function takes at most. It has a slot for each local, for each operand, and
 * for each value that its code makes. Most values never need a slot, but a guest can write code where they do. */
CORE u32 frame_bytes(const local_runs *runs, u32 values) {
  u32 locals = LOCAL_REGISTER; /* the parameters */
  for (u32 k = 0; k < LOCAL_RUNS; k++) locals += runs->count[k];
  return FRAME_BASE + 8 * (locals + OPERANDS + values);
}

/* Makes a function of the code that stands from `body` on. In front of it come the size, the locals, and the beginnings of
 * `frames` blocks; behind it comes the end. */
PUTS void frame_function(generator *w, uint8_t *body, const local_runs *runs, u32 frames) {
  u32 length = (u32)(w->at - body), size = 1 + 2 * frames + length + 1;
  for (u32 k = 0; k < LOCAL_RUNS; k++) size += unsigned_length(runs->count[k]) + 1;
  u32 before = unsigned_length(size) + size - length - 1;
  if (!has_room(w, before + 1)) return;
  __builtin_memmove(body + before, body, length);
  uint8_t *at = put_unsigned(body, size);
  *at++ = LOCAL_RUNS;
  for (u32 k = 0; k < LOCAL_RUNS; k++) {
    at = put_unsigned(at, runs->count[k]);
    *at++ = run_types[k];
  }
  for (u32 i = 0; i < frames; i++) {
    *at++ = WASM_BLOCK;
    *at++ = WASM_VOID;
  }
  w->at = body + before + length;
  *w->at++ = WASM_END;
}

/* Writes the function of the root whose passes have run. Returns the size of its frame in bytes. */
PUTS u32 put_function(generator *w, u32 root) {
  graph_tables *g = w->g;
  uint8_t *body = w->at;
  g->exit_count = g->values = 0;
  w->depth = w->dirty = w->valid = 0;
  w->pairs = g->streams;
  uint8_t *frame_at = put_stack_check(w, root);
  load_registers(w, g->live_in[0]);
  put_structure(w);
  put_byte(w, 0); /* unreachable */
  u32 frames = put_exits(w);
  local_runs runs = locals_of(w);
  u32 frame = frame_bytes(&runs, g->values);
  if (!w->full) put_frame_bytes(frame_at, frame);
  frame_function(w, body, &runs, frames);
  return frame;
}

/* ---- the sections around the functions ---- */

CORE u32 digits_before(uint8_t *end, u32 value) {
  u32 length = decimal_length(value);
  for (u32 k = length; k-- > 0; value /= 10) end[k] = (uint8_t)('0' + value % 10);
  return length;
}

/* How many bytes the sections take that stand between the constant head and the code. */
PUTS u32 sections_length(const program_tables *p) {
  u32 count = p->root_count, exported = unsigned_length(count), functions = unsigned_length(count + 1) + count + 1;
  for (u32 k = 0; k < count; k++) exported += 2 + decimal_length(p->roots[k]) + unsigned_length(FIRST_ROOT + k);
  return 2 + unsigned_length(functions) + functions + unsigned_length(exported) + exported;
}

/* Writes the function section and the export section. The helper has type 2, all other functions have type 0. The function of a
 * root is exported under the number of its segment, in decimal. */
PUTS void put_sections(generator *w, const program_tables *p) {
  u32 count = p->root_count, exported = unsigned_length(count);
  if (!has_room(w, sections_length(p))) return;
  uint8_t *at = w->at;
  *at++ = 3;
  at = put_unsigned(at, unsigned_length(count + 1) + count + 1);
  at = put_unsigned(at, count + 1);
  *at++ = 2;
  for (u32 k = 0; k < count; k++) *at++ = 0;
  for (u32 k = 0; k < count; k++) exported += 2 + decimal_length(p->roots[k]) + unsigned_length(FIRST_ROOT + k);
  *at++ = 7;
  at = put_unsigned(at, exported);
  at = put_unsigned(at, count);
  for (u32 k = 0; k < count; k++) {
    *at = (uint8_t)decimal_length(p->roots[k]);
    at += 1 + digits_before(at + 1, p->roots[k]);
    *at++ = 0;
    at = put_unsigned(at, FIRST_ROOT + k);
  }
  w->at = at;
}

/* Writes what stands before the functions. The size of their section stays open. */
PUTS void begin_module(generator *w, program_tables *p) {
  PUT(w, HEAD, 0);
  put_sections(w, p);
  p->module_at = (u32)(w->at - p->module); /* here: where the section of the functions begins; end_module changes it */
  if (!has_room(w, 1 + 2 * LONGEST_NUMBER)) return;
  *w->at++ = 10;
  w->at += LONGEST_NUMBER;
  w->at = put_unsigned(w->at, p->root_count + 1);
  PUT(w, HELPERS, 0);
}

/* Closes the section of the functions: writes its size, and moves what stands before it, so that no gap is left. */
PUTS void end_module(program_tables *p) {
  u32 before = p->module_at, size = p->module_end - before - 1 - LONGEST_NUMBER, spare = LONGEST_NUMBER - unsigned_length(size);
  __builtin_memmove(p->module + spare, p->module, before + 1);
  put_unsigned(p->module + before + 1 + spare, size);
  p->module_at = spare;
}

/* Finds what the segments of the graph cost under block models. The first segment of a block pays for all of it, and the others
 * pay nothing. */
PUTS void price_graph(const program_tables *p, const graph_tables *g) {
  code_bytes code = {p->code, p->mask, p->code_length, p->set};
  for (u32 n = 0; p->paid_whole && n < g->count; n++) {
    s32 s = g->seg[n];
    if (s < 0 || p->cost[s] >= 0) continue;
    p->cost[s] = p->is_block[s] ? (s32)block_cost(code, p->gas_model, p->cmov_reads, p->pc[p->segment_start[s]]) : 0;
  }
}

/* Plans the accesses of the graph's segments, and fills in the words that their code is made from. */
PUTS void plan_graph(const program_tables *p, const graph_tables *g, plan_tables *plan, wide_tables *wide, u32 window, int wide_groups) {
  for (u32 n = 0; n < g->count; n++) {
    if (HAS(BARE, g->end[n])) continue;
    plan_segment(p, plan, wide, (u32)g->seg[n], window, wide_groups);
    record_segment(p, (u32)g->seg[n]);
  }
}

/* Writes the module of the roots. `options` are bits GRAPH_*. Returns one of COMPILED_*. */
PUTS u32 compile_module(program_tables *p, graph_tables *g, plan_tables *plan, wide_tables *wide, u32 options) {
  generator w = {.p = p, .g = g, .end = p->module + p->room, .tally_at = p->tally_at, .external = p->external};
  w.says = (options & GRAPH_SAYS) != 0;
  w.bulk = (options & GRAPH_BULK) != 0;
  w.counts = (options & GRAPH_COUNTED) != 0;
  w.at = p->module;
  begin_module(&w, p);
  for (p->roots_done = 0; p->roots_done < p->root_count && !w.full; p->roots_done++) {
    u32 root = p->roots[p->roots_done];
    build_graph(p, g, (s32)root, options, p->root_nodes[p->roots_done]);
    if ((options & GRAPH_SEARCHES) != 0) unroll_searches(p, g);
    order_graph(g);
    price_graph(p, g);
    compute_flow(p, g, (options & GRAPH_EVERY_NODE) != 0 || !g->reducible, (options & GRAPH_LOOP_STORES) != 0);
    plan_graph(p, g, plan, wide, (options & GRAPH_GROUPS) != 0 ? GROUP_WINDOW : 0, (options & GRAPH_WIDE) != 0);
    g->loops = g->streams = 0;
    if ((options & GRAPH_FAST_LOOPS) != 0) find_fast_loops(p, g);
    find_frame(p, g, (options & GRAPH_FRAMES) != 0);
    p->frames[p->roots_done] = put_function(&w, root);
  }
  p->module_end = (u32)(w.at - p->module);
  if (w.full) return COMPILED_FULL;
  end_module(p);
  return COMPILED_WHOLE;
}
