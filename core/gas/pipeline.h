/* What the pipeline gas model needs to know of a program. It is not part of the library's interface. */
#ifndef PVM_PIPELINE_H
#define PVM_PIPELINE_H

#include <stdint.h>

typedef struct {
  const uint8_t *code; /* `length` bytes */
  const uint8_t *mask; /* (length + 7) / 8 bytes, least significant bit first; bits behind the end do not matter */
  uint32_t length;
  const uint8_t *ids;  /* the instruction id of each opcode byte, OP_UNDEFINED where there is none: a row of pvm_ids */
  uint32_t unlikely;   /* the opcode byte of `unlikely`, or more than 255 where the set does not have it */
  uint32_t extended;   /* 1: the code is in the extended encoding (isa/extended.h), and `ids` is not used */
  uint32_t cmov_reads; /* 1: a cmov waits for the old value of its destination too (PVM_RULE_CMOV_READS) */
} pvm_cost_input;

/* The price of the block that starts at `start`. Where no instruction starts, it is that of a trap. */
uint64_t pvm_pipeline_cost(const pvm_cost_input *in, uint32_t start);

#endif
