/* Writes the code of straight instructions, and of the checks of their memory accesses. That code consists of templates, whose
 * holes are filled from the words of each instruction. A template is a list of numbers made by `npm run core`; what one looks
 * like is in scripts/templates/template.ts. The ends of nodes and the fast loops are in ends.c and loops.c. */
#include "passes.h"

/* The list of templates begins with an index that says where each one is. Its first parts have an entry for each instruction
 * id: the instruction's code, then its condition. The next part has one for each id and way to check its access. The last part
 * has one for each PIECE_*. */
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

/* Writes a template with its holes filled from these words. Returns where the code ends. A template begins with the number of
 * values that its code makes, because each may need a slot in the frame of the function. */
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

/* Writes a template with its holes filled from the words of instruction `i`. */
CORE uint8_t *fill_template(const program_tables *p, graph_tables *g, u32 i, u32 which, uint8_t *at) {
  return fill_elements(p, g, (const s32 *)&p->records[i], which, at);
}

/* An exit that stores all dirty registers, and beside them only valid ones. It is one that exists already, if there is one
 * that fits. An exit with exactly the mask of the dirty registers always fits, so no two exits have the same mask, and
 * EXIT_CAPACITY is enough for all masks. */
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

/* Whether the access `i` leads loads and stores. */
CORE int is_mixed(const program_tables *p, u32 i) { return p->check[i] == CHECK_LEADER && p->base[i] != 0; }

/* The check of both rights for the group that the access `i` leads. If all accesses of the group are to the same word, one look
 * at the rotated address is enough, until that is often misaligned. */
STEP u32 mixed_check(const program_tables *p, u32 i) {
  u32 second = (pvm_access_base[p->id[i]] & 1) != 0 ? 0 : 1, bytes = 1u << pvm_access_log2[p->id[i]];
  if (p->span[i] == 1) return PIECES + PIECE_LEADER_OF_BYTE_A + second;
  if ((u32)p->span[i] == bytes && !p->tolerant[i]) return PIECES + PIECE_LEADER_OF_WORD_A + second;
  return PIECES + PIECE_LEADER_OF_MANY_A + second;
}

/* Writes the straight instructions from `i` up to `stop`, or as many as there is room for. `emitted` becomes the first that is
 * not written. The masks of dirty and valid registers hold for the place before the instructions when it begins, and for the
 * place behind them when it is done. Returns where the code ends. */
STEP uint8_t *emit_straight(const program_tables *p, graph_tables *g, u32 i, u32 stop, uint8_t *at, const uint8_t *end) {
  u32 dirty = g->dirty_now, valid = g->valid_now;
  for (; i < stop && (u32)(end - at) >= INSTRUCTION_ROOM; i++) {
    u32 id = p->id[i], way = p->way[i];
    if (pvm_kind_of[id] > KIND_NOP) continue;
    if (is_access(id)) {
      if (way < WAY_MEMBER) p->records[i].label = (s32)(g->depth_now + 1 + exit_for(g, dirty, valid));
      at = fill_template(p, g, i, way < WAY_MEMBER && is_mixed(p, i) ? mixed_check(p, i) : CHECK_OF + WAY_COUNT * id + way, at);
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

/* Writes the condition of the branch `i`, or what the terminator `i` assigns. Returns where the code ends. */
STEP uint8_t *emit_part(const program_tables *p, graph_tables *g, u32 i, u32 condition, uint8_t *at) {
  return fill_template(p, g, i, (condition ? CONDITION_OF : CODE_OF) + p->id[i], at);
}
