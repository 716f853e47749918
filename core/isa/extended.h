/* The extended encoding: which instruction starts at a code offset. Where they start is the bitmask's here too, see
 * src/isa/extended.ts, which makes it. */
#ifndef PVM_EXTENDED_H
#define PVM_EXTENDED_H

#include "opcodes.gen.h"

/* In front of opcodes from 255 on. */
#define EXTENDED_PREFIX 255u
/* No instruction lies across a multiple of it, and what ends there is a terminator. */
#define MACRO_BLOCK 1024u

/* The id of the instruction of `length` bytes at pc whose first bytes are these; OP_TRAP where it may not stand there. */
static inline uint32_t pvm_extended_id(uint32_t first, uint32_t second, uint32_t pc, uint32_t length, uint32_t code_len) {
  uint32_t wide = first == EXTENDED_PREFIX, raw = wide ? EXTENDED_PREFIX + second : first;
  uint32_t id = pvm_extended_ids[raw], end = pc + length;
  if (id == OP_UNDEFINED || 1 + wide + pvm_extended_args[raw] != length) return OP_TRAP;
  return (end % MACRO_BLOCK == 0 || end == code_len) && pvm_kind_of[id] < KIND_TRAP ? OP_TRAP : id;
}

#endif
