/* What a record says: which instruction it is of, how many slots it takes, where its run ends. How records are made is told in
 * decode.c. */
#include "../machine/vm.h"

#if PVM_WATCHING
#define IS_MARK(r) (op_of(r) == OP_TALLY || op_of(r) == OP_STEPS)
/* Whether a run ends in front of this record. */
#define ENDS_RUN(r) ((r)->op == OP_GLUE || (r)->op == OP_FOUND)
#else
#define IS_MARK(r) 0
#define ENDS_RUN(r) ((r)->op == OP_GLUE)
#endif

/* The op of the record's own instruction. The record itself may have another: OP_ENTER where compiled code is entered, or a
 * superinstruction that begins with it. */
CORE u32 op_of(const record *r) {
  u32 op = r->op == OP_ENTER ? ((const header *)r)[-1].op : r->op;
  return op >= OP_FUSED && op < OP_ENTER ? pvm_fused_first[op - OP_FUSED] : op;
}

CORE u32 slots_of(u32 op) {
  switch (op) {
    case OP_LOAD_IMM_64:
    case OP_ECALLI:
    case OP_MEMSET:
    case OP_GLUE:
      return 2;
    case OP_LOAD_IMM_JUMP_IND:
      return 2;
    default:
      break;
  }
  if (op >= OP_COUNT) return 1;
  switch (pvm_kind_of[op]) {
    case KIND_STORE:
      return pvm_format_of[op] == FORMAT_IMM_IMM || pvm_format_of[op] == FORMAT_REG_IMM_IMM ? 2 : 1;
    case KIND_JUMP:
    case KIND_FALLTHROUGH:
      return 2;
    case KIND_BRANCH:
      return 3;
    default:
      return 1;
  }
}

/* How many instructions behind r belong to the same run, and were paid together with it (instruction model). */
COLD u32 unexecuted_after(const record *r) {
  u32 count = 0;
  for (;;) {
    u32 op = op_of(r);
    if (op == OP_ECALLI || op == OP_MEMSET || pvm_kind_of[op] >= KIND_TRAP) return count;
    r += slots_of(op);
    if (IS_MARK(r)) r += 1;
    if (ENDS_RUN(r)) return count;
    count += 1;
  }
}

/* What the run that starts with r costs: 1 for each of its instructions. */
CORE u32 run_cost(const record *r) {
  while (IS_MARK(r)) r += 1;
  return ENDS_RUN(r) ? 0 : 1 + unexecuted_after(r);
}
