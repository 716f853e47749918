/* Decodes a whole program into columns, and finds its segments and functions. A column is an array with an entry for each
 * instruction, segment or function. The graphs of functions are built by graph.c.
 *
 * A segment is a straight run of instructions that ends with a terminator, a host call or a step (sbrk, memset). A basic
 * block is one or more segments. A jump can lead only to the first of them. */
#include "passes.h"

/* The most bytes of an instruction. Where the next one is further away, control does not go on to it. */
#define MAX_LENGTH (MAX_SKIP + 1)
/* If a function has more labels than this, they are not taken as labels of a switch, but as functions. */
#define MAX_LABELS 1024u

/* The registers that operand letters stand for (A 1, B 2, D 4), as a mask. */
CORE uint16_t registers_of(u32 letters, const operands *o) {
  return (uint16_t)((letters & 1) << o->a | (letters >> 1 & 1) << o->b | (letters >> 2 & 1) << o->d);
}

/* Decodes the instruction at pc as number `i`. Bit 0 of the result says whether it counts as an instruction: its opcode is defined, or
 * the set takes undefined opcodes as traps. Bit 1 says that no jump may lead to what follows, though a terminator is here. */
CORE int decode_instruction(const decode_tables *t, u32 i, u32 pc) {
  u32 id, skip = skip_in(t->mask, pc);
  if (t->set == PVM_SET_EXTENDED) id = extended_at(t->code, t->mask, pc, t->code_length);
  else id = pvm_ids[256 * t->set + t->code[pc]];
  int defined = UNDEFINED_TRAPS(t->set) || id != OP_UNDEFINED, is_closed = id == OP_UNDEFINED && t->closed;
  operands o;
  if (id == OP_UNDEFINED) id = OP_TRAP;
  if (skip > t->code_length - pc - 1) skip = t->code_length - pc - 1;
  operands_in(t->set, t->code + pc, id, pc, (s32)skip, &o);
  t->pc[i] = pc;
  t->index_of[pc] = (s32)i;
  t->id[i] = (uint8_t)id;
  t->a[i] = (uint8_t)o.a;
  t->b[i] = (uint8_t)o.b;
  t->d[i] = (uint8_t)o.d;
  t->x[i] = (s32)o.x;
  t->x_high[i] = (s32)(o.x >> 32);
  t->y[i] = (s32)o.y;
  t->target[i] = (s32)o.target;
  t->uses[i] = registers_of(pvm_reads_of[id], &o);
  t->defs[i] = registers_of(pvm_writes_of[id], &o);
  return defined | is_closed << 1;
}

/* Decodes all instructions and finds where segments start. A block starts at 0 and behind a terminator, if an instruction is
 * there (GP A.5), in the sets of PolkaVM also behind a gap. A segment starts where a block does, behind a host call or a step, and
 * behind a gap. */
STEP void decode_columns(decode_tables *t) {
  int found_before = 0;
  for (u32 byte = 0; 8 * byte < t->code_length; byte++) {
    for (u32 bits = t->mask[byte]; bits != 0; bits &= bits - 1) {
      u32 pc = 8 * byte + (u32)__builtin_ctz(bits), i = t->count;
      if (pc >= t->code_length) return; /* the mask may have bits behind the end of the code */
      u32 kind_before = i == 0 ? KIND_TRAP : pvm_kind_of[t->id[i - 1]], gap = i == 0 ? 0 : pc - t->pc[i - 1];
      int found = decode_instruction(t, i, pc), defined = found & 1;
      int is_gap = i == 0 ? pc != 0 : gap > MAX_LENGTH, ended = i == 0 || (found_before == 1 && kind_before >= KIND_TRAP);
      int behind = is_gap ? BLOCKS_BEHIND_GAPS(t->set) : ended;
      if ((behind && defined) || kind_before >= KIND_SBRK || gap > MAX_LENGTH) {
        t->segment_start[t->segments] = i;
        t->is_block[t->segments] = behind && defined;
        t->accesses[t->segments] = 0;
        t->segments += 1;
      }
      u32 segment = t->segments - 1;
      t->segment_of[i] = segment;
      if (is_access(t->id[i]) && t->accesses[segment] < 0xff) t->accesses[segment] += 1;
      t->count += 1;
      found_before = found;
    }
  }
}

/* The segment at a code offset if a block starts there, otherwise -1. */
CORE s32 block_at(const decode_tables *t, u32 pc) {
  if (pc >= t->code_length || t->index_of[pc] < 0) return -1;
  u32 i = (u32)t->index_of[pc], segment = t->segment_of[i];
  return t->segment_start[segment] == i && t->is_block[segment] ? (s32)segment : -1;
}

/* Finds which segment follows each one, and replaces the code offsets of jump targets and jump-table entries by segments. It is
 * -1 where there is none. */
STEP void link_segments(decode_tables *t) {
  for (u32 s = 0; s < t->segments; s++) {
    u32 last = t->segment_start[s + 1] - 1, kind = pvm_kind_of[t->id[last]];
    int adjacent = s + 1 < t->segments && t->pc[last + 1] - t->pc[last] <= MAX_LENGTH;
    /* A terminator goes on to the start of a block or nowhere. */
    t->next_segment[s] = adjacent && (kind < KIND_TRAP || t->is_block[s + 1]) ? (s32)s + 1 : -1;
    for (u32 i = t->segment_start[s]; i < last; i++) t->target[i] = -1;
    t->target[last] = kind == KIND_JUMP || kind == KIND_BRANCH ? block_at(t, (u32)t->target[last]) : -1;
  }
  for (u32 j = 0; j < t->jumps; j++) t->jump_table[j] = block_at(t, (u32)t->jump_table[j]);
}

/* Whether `last`, the last instruction of a segment, is a call. It is one if it jumps, directly or not, and puts the jump-table
 * address of `next`, the segment behind, into a register. Returns the number of the jump-table entry, counted from 1, or 0. */
CORE u32 call_entry(const uint8_t *id, const s32 *x, const s32 *jump_table, u32 jumps, u32 last, s32 next) {
  if (id[last] != OP_LOAD_IMM_JUMP && id[last] != OP_LOAD_IMM_JUMP_IND) return 0;
  u32 address = (u32)x[last], entry = address / 2;
  if (address == 0 || address % 2 != 0 || entry > jumps) return 0;
  return next >= 0 && jump_table[entry - 1] == next ? entry : 0;
}

CORE u32 call_of(const decode_tables *t, u32 s) {
  return call_entry(t->id, t->x, t->jump_table, t->jumps, t->segment_start[s + 1] - 1, t->next_segment[s]);
}

/* Marks the segments that are called as entries of functions, and the jump-table entries that calls return to. Collects the
 * registers that hold return addresses. */
STEP void find_calls(decode_tables *t) {
  if (t->segments > 0) t->entry[0] = 1;
  if (t->code_length > 5 && t->index_of[5] >= 0) { /* GP B.9: accumulate enters at 5 */
    u32 accumulate = t->segment_of[t->index_of[5]];
    if (t->is_block[accumulate]) t->entry[accumulate] = 1;
  }
  for (u32 s = 0; s < t->segments; s++) {
    u32 call = call_of(t, s), last = t->segment_start[s + 1] - 1;
    if (call == 0) continue;
    t->links |= 1u << t->a[last];
    t->returns_to[call - 1] = 1;
    if (t->target[last] >= 0) t->entry[t->target[last]] = 1;
  }
}

/* Whether a segment begins by making room on the stack (r1). Functions do that, cases of a switch do not. */
CORE int makes_frame(const decode_tables *t, u32 s) {
  u32 first = t->segment_start[s];
  return t->id[first] == OP_ADD_IMM_64 && t->a[first] == 1 && t->b[first] == 1 && t->x[first] < 0;
}

/* Decides which jump-table entries are labels of a switch. The others, except those that calls return to, are entries of
 * functions. So far only what is called directly is known as a function. An entry is a label if its function has a dynamic jump
 * that is neither a call nor a return, if it does not make a frame, and if there are not too many. */
STEP void find_label_entries(decode_tables *t) {
  s32 *owner = t->function_of, *labels = t->label_start; /* both are filled in later */
  for (u32 s = 0, f = 0; s < t->segments; s++) {
    u32 last = t->segment_start[s + 1] - 1;
    if (t->entry[s]) f = s;
    owner[s] = (s32)f;
    labels[s] = 0;
    t->switches[s] = 0;
    if (pvm_kind_of[t->id[last]] != KIND_DJUMP || call_of(t, s) != 0) continue;
    int returns = t->id[last] != OP_LOAD_IMM_JUMP_IND && t->x[last] == 0 && (t->links >> t->a[last] & 1) == 1;
    if (!returns) t->switches[f] = 1;
  }
  for (u32 j = 0; j < t->jumps; j++) {
    s32 s = t->jump_table[j];
    if (s >= 0 && !t->returns_to[j] && !t->entry[s]) labels[owner[s]] += 1;
  }
  for (u32 j = 0; j < t->jumps; j++) {
    s32 s = t->jump_table[j];
    if (s < 0 || t->returns_to[j]) continue;
    if (!t->switches[owner[s]] || (u32)labels[owner[s]] > MAX_LABELS || makes_frame(t, (u32)s)) t->entry[s] = 1;
  }
}

/* Numbers the functions, and sorts the labels by function. */
STEP void list_functions(decode_tables *t) {
  for (u32 s = 0; s < t->segments; s++) {
    if (t->entry[s]) t->function_start[t->functions++] = (s32)s;
    t->function_of[s] = (s32)t->functions - 1;
  }
  t->function_start[t->functions] = (s32)t->segments;
  s32 *start = t->label_start;
  for (u32 f = 0; f <= t->functions; f++) start[f] = 0;
  for (int pass = 0; pass < 2; pass++) {
    for (u32 j = 0; j < t->jumps; j++) {
      s32 s = t->jump_table[j];
      if (s < 0 || t->returns_to[j] || t->entry[s]) continue;
      if (pass == 0) start[t->function_of[s] + 1] += 1;
      else t->labels[start[t->function_of[s]]++] = (s32)j;
    }
    if (pass == 0) {
      for (u32 f = 0; f < t->functions; f++) start[f + 1] += start[f];
    }
  }
  for (u32 f = t->functions; f > 0; f--) start[f] = start[f - 1];
  start[0] = 0;
}

/* Decodes the program and finds its segments and functions, in time proportional to its size. */
CORE void decode_program(decode_tables *t) {
  t->count = t->segments = t->functions = t->links = 0;
  __builtin_memset(t->index_of, 0xff, 4 * t->code_length); /* -1 everywhere */
  for (u32 j = 0; j < t->jumps; j++) t->returns_to[j] = 0;
  decode_columns(t);
  t->segment_start[t->segments] = t->count;
  for (u32 s = 0; s < t->segments; s++) t->entry[s] = 0;
  link_segments(t);
  find_calls(t);
  find_label_entries(t);
  list_functions(t);
}
