/* What the pipeline gas model needs to know of a program. Not part of the library's interface. */
#ifndef PVM_PIPELINE_H
#define PVM_PIPELINE_H

#include <stdint.h>

typedef struct {
  const uint8_t *code; /* `length` bytes */
  const uint8_t *mask; /* packed, least significant bit first, (length + 7) / 8 bytes; bits behind the end do not matter */
  uint32_t length;
  const uint8_t *ids;  /* instruction id by opcode byte, OP_UNDEFINED where not defined: a row of pvm_ids */
  uint32_t unlikely;   /* opcode byte of `unlikely`; more than 255 where the set has none */
  uint32_t extended;   /* 1: the extended encoding (extended.h); `ids` is not used */
  uint32_t cmov_reads; /* 1: a cmov reads its old destination (PVM_RULE_CMOV_READS) */
} pvm_cost_input;

/* The price of the block that starts at `start`; the implicit trap's (2) where no instruction starts there. */
uint64_t pvm_pipeline_cost(const pvm_cost_input *in, uint32_t start);

#endif
