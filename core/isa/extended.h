/* The extended encoding: which instruction starts at a code offset. Where instructions start is said by the bitmask here too.
 * src/isa/extended.ts makes that bitmask from the code. */
#ifndef PVM_EXTENDED_H
#define PVM_EXTENDED_H

#include "opcodes.gen.h"

/* The byte that stands in front of opcodes from 255 on. */
#define EXTENDED_PREFIX 255u
/* No instruction may lie across a multiple of this, and only a terminator may end there. */
#define MACRO_BLOCK 1024u

/* The id of the instruction at pc that has `length` bytes and begins with these two. It is OP_TRAP if that instruction may not
 * stand there. */
static inline uint32_t pvm_extended_id(uint32_t first, uint32_t second, uint32_t pc, uint32_t length, uint32_t code_len) {
  uint32_t wide = first == EXTENDED_PREFIX, raw = wide ? EXTENDED_PREFIX + second : first;
  uint32_t id = pvm_extended_ids[raw], end = pc + length;
  if (id == OP_UNDEFINED || 1 + wide + pvm_extended_args[raw] != length) return OP_TRAP;
  return (end % MACRO_BLOCK == 0 || end == code_len) && pvm_kind_of[id] < KIND_TRAP ? OP_TRAP : id;
}

#endif
