/* What the parts of the code generator share: the code so far, the state at the point of emission, and how to write there.
 * Not what is written where: ends.c, loops.c, structure.c, module.c; nor straight code: emit.c. */
#ifndef PVM_GENERATOR_H
#define PVM_GENERATOR_H

#include "passes.h"

/* WebAssembly opcodes that are written by themselves; all others come with templates. */
enum {
  WASM_BLOCK = 0x02,
  WASM_LOOP = 0x03,
  WASM_IF = 0x04,
  WASM_ELSE = 0x05,
  WASM_END = 0x0b,
  WASM_BR = 0x0c,
  WASM_BR_IF = 0x0d,
  WASM_BR_TABLE = 0x0e,
  WASM_RETURN = 0x0f,
  WASM_LOCAL_GET = 0x20,
  WASM_LOCAL_SET = 0x21,
  WASM_I32_STORE = 0x36,
  WASM_I32_STORE8 = 0x3a,
  WASM_I32_CONST = 0x41,
  WASM_I32_EQZ = 0x45,
  WASM_I32_GE_U = 0x4f,
  WASM_I32_ADD = 0x6a,
  WASM_I32_SUB = 0x6b,
  WASM_I32_WRAP_I64 = 0xa7,
  WASM_VOID = 0x40,
  WASM_I32 = 0x7f,
  WASM_I64 = 0x7e
};

/* Words that the holes of a template beside those of instructions are filled from. */
#define PIECE_WORDS 6

/* A step of the generator: in a function of its own as a pass's, and small rather than fast. Code is mostly straight, and emit.c
 * writes that. */
#define PUTS CORE __attribute__((noinline, minsize))

/* The generation of one function. */
typedef struct {
  const program_tables *p;
  graph_tables *g;
  uint8_t *at;        /* where code goes, */
  const uint8_t *end; /* what is written before that only, */
  int full;           /* and whether something was not written for want of room */
  u32 depth;          /* frames open in the body; the frame for unwinding is just outside of them, then come the exits */
  u32 dirty, valid;   /* registers at the point of emission */
  u32 pairs;          /* pairs of locals for ranges */
  u32 tally_at;
  int says;
  uint8_t *external;  /* by segment */
} generator;

PUTS int has_room(generator *w, u32 bytes) {
  if ((u32)(w->end - w->at) >= bytes) return 1;
  w->full = 1;
  return 0;
}

/* An opcode, or another byte that may stand for a value: each counts as one. */
PUTS void put_byte(generator *w, u32 byte) {
  w->g->values += 1;
  if (has_room(w, 1)) *w->at++ = (uint8_t)byte;
}

/* An instruction with one index: local, label. */
PUTS void put_op(generator *w, u32 opcode, u32 index) {
  if (!has_room(w, 6)) return;
  *w->at++ = (uint8_t)opcode;
  w->at = put_unsigned(w->at, index);
}

PUTS void put_i32(generator *w, s32 value) {
  put_byte(w, WASM_I32_CONST);
  if (has_room(w, 5)) w->at = put_signed(w->at, value);
}

/* A store with natural alignment 2^align, to the address on the stack plus `offset`. */
PUTS void put_memory(generator *w, u32 opcode, u32 align, u32 offset) {
  put_byte(w, opcode);
  put_byte(w, align);
  if (has_room(w, 5)) w->at = put_unsigned(w->at, offset);
}

/* A template beside those of instructions, PIECE_*, filled from these words. */
PUTS void put_piece(generator *w, u32 piece, const s32 *words) {
  if (has_room(w, INSTRUCTION_ROOM)) w->at = fill_elements(w->p, w->g, words, PIECES + piece, w->at);
}
#define PUT(w, piece, ...) put_piece(w, PIECE_##piece, (const s32[PIECE_WORDS]){__VA_ARGS__})

/* A block, loop or if, counted as a frame, and its end. */
PUTS void open_frame(generator *w, u32 opcode) {
  put_byte(w, opcode);
  put_byte(w, WASM_VOID);
  w->depth += 1;
}

PUTS void close_frame(generator *w) {
  put_byte(w, WASM_END);
  w->depth -= 1;
}

/* Branch depth of an exit that stores what is dirty now, plain or of the kind GOES_ON: an exit made before, if its mask
 * fits, else a new one. */
PUTS u32 exit_label(generator *w, u32 kind) { return w->depth + 1 + exit_for(w->g, w->dirty | kind, w->valid | kind); }

/* Prepares a side exit at pc: before the condition is computed. */
PUTS void prepare_exit(generator *w, u32 pc, u32 why) { PUT(w, PREPARE, (s32)pc, (s32)why); }

/* Takes the prepared exit. */
PUTS void take_exit(generator *w) { put_op(w, WASM_BR, exit_label(w, 0)); }

CORE s32 register_address(u32 r) { return (s32)(PVM_AT_VM + offsetof(pvm, regs) + 8 * r); }

/* Stores the registers of a mask from their locals, or loads them. */
PUTS void store_registers(generator *w, u32 mask) {
  for (u32 r = 0; r < 13; r++) {
    if ((mask >> r & 1) != 0) PUT(w, STORE, (s32)(LOCAL_REGISTER + r), register_address(r));
  }
}

PUTS void load_registers(generator *w, u32 mask) {
  for (u32 r = 0; r < 13; r++) {
    if ((mask >> r & 1) != 0) PUT(w, LOAD, register_address(r), (s32)(LOCAL_REGISTER + r));
  }
}

/* Stores everything dirty; nothing is dirty afterwards. */
PUTS void flush_registers(generator *w) {
  store_registers(w, w->dirty);
  w->dirty = 0;
}

/* Assigns what the terminator `i` assigns: for the immediate of load_imm_jump. */
PUTS void put_assignment(generator *w, u32 i) {
  if (has_room(w, INSTRUCTION_ROOM)) w->at = emit_part(w->p, w->g, i, 0, w->at);
  w->dirty |= w->p->defs[i];
  w->valid |= w->p->defs[i];
}

/* Pushes the condition of the branch `i`, an i32. */
PUTS void put_condition(generator *w, u32 i) {
  if (has_room(w, INSTRUCTION_ROOM)) w->at = emit_part(w->p, w->g, i, 1, w->at);
}

/* The straight instructions of a segment before `stop`; terminators and pauses are skipped. */
PUTS void put_instructions(generator *w, u32 segment, u32 stop) {
  graph_tables *g = w->g;
  g->dirty_now = w->dirty;
  g->valid_now = w->valid;
  g->depth_now = w->depth;
  w->at = emit_straight(w->p, g, w->p->segment_start[segment], stop, w->at, w->end);
  w->dirty = g->dirty_now;
  w->valid = g->valid_now;
  if (g->emitted < stop) w->full = 1;
}

/* Counts the segment in the table of interpreter/tally.c, where somebody asked. */
CORE u32 tally_address(const generator *w, u32 segment) {
  return w->tally_at + 8 * w->p->pc[w->p->segment_start[segment]];
}

PUTS void tally_segment(generator *w, u32 segment) {
  if (w->tally_at != 0) PUT(w, TALLY, (s32)tally_address(w, segment));
}

/* Behind the fast version of a loop of one segment that costs so much: it was executed once for each time that was paid. */
PUTS void tally_turns(generator *w, u32 segment, s32 cost) {
  if (w->tally_at != 0) PUT(w, TALLY_TURNS, (s32)tally_address(w, segment), cost);
}

#endif
