/* What the parts of the code generator share: the code that is written so far, what is known at the place where code is being
 * written, and functions that write there. What is written is decided in emit.c, ends.c, loops.c, structure.c and module.c. */
#ifndef PVM_GENERATOR_H
#define PVM_GENERATOR_H

#include "passes.h"

/* The WebAssembly opcodes that are written one by one. All others come with templates. */
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

/* How many words a template PIECE_* has at most to fill its holes from. */
#define PIECE_WORDS 6

/* Marks a function of the generator. It is never inlined, as a STEP is not, and it is made small rather than fast: most code is
 * straight and is written by emit.c. */
#define PUTS CORE __attribute__((noinline, minsize))

/* The generation of one function. */
typedef struct {
  const program_tables *p;
  graph_tables *g;
  uint8_t *at;        /* where the next byte of code goes */
  const uint8_t *end; /* where the room for code ends */
  int full;           /* 1: something was not written, because there was no room */
  u32 depth;          /* how many frames are open in the body; around them is the frame for unwinding, then those of the exits */
  u32 dirty, valid;   /* masks of the registers that are dirty and valid at this place */
  u32 pairs;          /* how many pairs of locals there are for ranges */
  u32 tally_at;
  int says, bulk, counts;
  uint8_t *external;  /* by segment */
} generator;

PUTS int has_room(generator *w, u32 bytes) {
  if ((u32)(w->end - w->at) >= bytes) return 1;
  w->full = 1;
  return 0;
}

/* Writes an opcode or another single byte. Each counts as if its code made a value, which may be too many but never too few. */
PUTS void put_byte(generator *w, u32 byte) {
  w->g->values += 1;
  if (has_room(w, 1)) *w->at++ = (uint8_t)byte;
}

/* Writes an instruction with one index, of a local or a label. */
PUTS void put_op(generator *w, u32 opcode, u32 index) {
  if (!has_room(w, 6)) return;
  *w->at++ = (uint8_t)opcode;
  w->at = put_unsigned(w->at, index);
}

PUTS void put_i32(generator *w, s32 value) {
  put_byte(w, WASM_I32_CONST);
  if (has_room(w, 5)) w->at = put_signed(w->at, value);
}

/* Writes a store with alignment 2^align to the address on the stack plus `offset`. */
PUTS void put_memory(generator *w, u32 opcode, u32 align, u32 offset) {
  put_byte(w, opcode);
  put_byte(w, align);
  if (has_room(w, 5)) w->at = put_unsigned(w->at, offset);
}

/* Writes a template PIECE_* with its holes filled from these words. */
PUTS void put_piece(generator *w, u32 piece, const s32 *words) {
  if (has_room(w, INSTRUCTION_ROOM)) w->at = fill_elements(w->p, w->g, words, PIECES + piece, w->at);
}
#define PUT(w, piece, ...) put_piece(w, PIECE_##piece, (const s32[PIECE_WORDS]){__VA_ARGS__})

/* Opens a frame: a block, a loop or an if. close_frame closes it. */
PUTS void open_frame(generator *w, u32 opcode) {
  put_byte(w, opcode);
  put_byte(w, WASM_VOID);
  w->depth += 1;
}

PUTS void close_frame(generator *w) {
  put_byte(w, WASM_END);
  w->depth -= 1;
}

/* The branch depth of an exit that stores what is dirty now. `more` is 0, or GOES_ON for an exit that goes on at another root. */
PUTS u32 exit_label(generator *w, u32 more) { return w->depth + 1 + exit_for(w->g, w->dirty | more, w->valid | more); }

/* Prepares a side exit at pc. This comes before the condition of the exit. */
PUTS void prepare_exit(generator *w, u32 pc, u32 why) { PUT(w, PREPARE, (s32)pc, (s32)why); }

/* Takes the prepared exit. */
PUTS void take_exit(generator *w) { put_op(w, WASM_BR, exit_label(w, 0)); }

CORE s32 register_address(u32 r) { return (s32)(PVM_AT_VM + offsetof(pvm, regs) + 8 * r); }

/* Stores the registers of a mask from their locals into memory. load_registers does the opposite. */
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

/* Stores all dirty registers. None is dirty afterwards. */
PUTS void flush_registers(generator *w) {
  store_registers(w, w->dirty);
  w->dirty = 0;
}

/* Writes what the terminator `i` assigns: load_imm_jump and load_imm_jump_ind put an immediate into a register. */
PUTS void put_assignment(generator *w, u32 i) {
  if (has_room(w, INSTRUCTION_ROOM)) w->at = emit_part(w->p, w->g, i, 0, w->at);
  w->dirty |= w->p->defs[i];
  w->valid |= w->p->defs[i];
}

/* Writes the condition of the branch `i`, which leaves an i32 on the stack. */
PUTS void put_condition(generator *w, u32 i) {
  if (has_room(w, INSTRUCTION_ROOM)) w->at = emit_part(w->p, w->g, i, 1, w->at);
}

/* Writes the straight instructions of a segment up to `stop`. Terminators, host calls and steps are skipped. */
PUTS void put_instructions_from(generator *w, u32 first, u32 stop) {
  graph_tables *g = w->g;
  g->dirty_now = w->dirty;
  g->valid_now = w->valid;
  g->depth_now = w->depth;
  w->at = emit_straight(w->p, g, first, stop, w->at, w->end);
  w->dirty = g->dirty_now;
  w->valid = g->valid_now;
  if (g->emitted < stop) w->full = 1;
}

PUTS void put_instructions(generator *w, u32 segment, u32 stop) {
  put_instructions_from(w, w->p->segment_start[segment], stop);
}

/* The word that counts a segment, in the first table of interpreter/tally.c. */
CORE u32 tally_address(const generator *w, u32 segment) {
  return w->tally_at + 8 * w->p->pc[w->p->segment_start[segment]];
}

/* Counts the segment as executed, where counts were asked for. */
PUTS void tally_segment(generator *w, u32 segment) {
  if (w->tally_at != 0) PUT(w, TALLY, (s32)tally_address(w, segment));
}

/* Counts the turns of a fast loop, behind them. There were as many as the gas that they took, divided by the cost of one. */
PUTS void tally_turns(generator *w, u32 segment, s32 cost) {
  if (w->tally_at != 0) PUT(w, TALLY_TURNS, (s32)tally_address(w, segment), cost);
}

#endif
