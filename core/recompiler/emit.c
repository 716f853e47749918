/* Writes the code of straight instructions and of the checks of their accesses: templates (src/engine/recompiler/
 * template.ts), filled from the words of each instruction. Not of ends and loops: those are ends.c and loops.c; nor what
 * templates there are: effects.ts, emit-memory.ts and pieces.ts. */
#include "passes.h"

/* The templates begin with where each is: by id the code and the condition of the instruction, by id and way the check of
 * its access; then the others, PIECE_*. */
enum { CODE_OF, CONDITION_OF = OP_COUNT, CHECK_OF = 2 * OP_COUNT, PIECES = (2 + WAY_COUNT) * OP_COUNT };

CORE uint8_t *put_unsigned(uint8_t *at, u32 value) {
  for (; value > 0x7f; value >>= 7) *at++ = (uint8_t)(value | 0x80);
  *at++ = (uint8_t)value;
  return at;
}

CORE uint8_t *put_signed(uint8_t *at, s64 value) {
  for (; value > 63 || value < -64; value >>= 7) *at++ = (uint8_t)(value | 0x80);
  *at++ = (uint8_t)(value & 0x7f);
  return at;
}

/* Writes a template, its holes filled from these words; returns where it ends. A template begins with how many values its
 * code makes: each may need a slot of the function's frame. */
STEP uint8_t *fill_elements(const program_tables *p, graph_tables *g, const s32 *word, u32 which, uint8_t *at) {
  const uint16_t *element = p->templates + p->templates[which];
  g->values += *element++;
  for (; *element != TEMPLATE_END; element++) {
    u32 hole = *element, k = hole & 15;
    if (hole < HOLE_UNSIGNED) *at++ = (uint8_t)hole;
    else if (hole < HOLE_SIGNED) at = put_unsigned(at, (u32)word[k]);
    else if (hole < HOLE_LONG) at = put_signed(at, word[k]);
    else at = put_signed(at, (s64)((u64)(u32)word[k + 1] << 32 | (u32)word[k]));
  }
  return at;
}

/* A template of the instruction `i`, filled from the words of that. */
CORE uint8_t *fill_template(const program_tables *p, graph_tables *g, u32 i, u32 which, uint8_t *at) {
  return fill_elements(p, g, (const s32 *)&p->records[i], which, at);
}

/* An exit that stores what is dirty, and more only of what is valid: one that is there, if its mask fits, else a new one.
 * The same mask always fits, so masks differ and EXIT_CAPACITY is enough for all, whatever is dirty but not valid. */
STEP u32 exit_for(graph_tables *g, u32 dirty, u32 valid) {
  u32 count = g->exit_count;
  for (u32 e = 0; e < count; e++) {
    u32 mask = g->exits[e];
    if (mask == dirty || ((dirty & ~mask) == 0 && (mask & ~valid) == 0)) return e;
  }
  g->exits[count] = (uint16_t)dirty;
  g->exit_count = count + 1;
  return count;
}

/* Writes the straight instructions from `i` on before `stop`, or as many as there is room for: `emitted` is the first that
 * is not. What is dirty and valid is where they begin, and becomes that behind them. Returns where the code ends. */
STEP uint8_t *emit_straight(const program_tables *p, graph_tables *g, u32 i, u32 stop, uint8_t *at, const uint8_t *end) {
  u32 dirty = g->dirty_now, valid = g->valid_now;
  for (; i < stop && (u32)(end - at) >= INSTRUCTION_ROOM; i++) {
    u32 id = p->id[i], way = p->way[i];
    if (pvm_kind_of[id] > KIND_NOP) continue;
    if (is_access(id)) {
      if (way < WAY_MEMBER) p->records[i].label = (s32)(g->depth_now + 1 + exit_for(g, dirty, valid));
      at = fill_template(p, g, i, CHECK_OF + WAY_COUNT * id + way, at);
    }
    at = fill_template(p, g, i, CODE_OF + id, at);
    dirty |= p->defs[i];
    valid |= p->defs[i];
  }
  g->dirty_now = dirty;
  g->valid_now = valid;
  g->emitted = i;
  return at;
}

/* Writes the condition of the branch `i`, or the assignment of a terminator. Returns where the code ends. */
STEP uint8_t *emit_part(const program_tables *p, graph_tables *g, u32 i, u32 condition, uint8_t *at) {
  return fill_template(p, g, i, (condition ? CONDITION_OF : CODE_OF) + p->id[i], at);
}
