/* Marks: records in front of others that say where a search stops, and count executed instructions. For debuggers, in the wasm build
 * with all passes. Not exact counts by place: tally.c.
 *
 * A search (pvm_guard) stops before certain instructions. In records such an instruction is OP_FOUND, and its sequence ends there: all
 * others run at full speed. Many steps under a block gas model (pvm_step) are counted by runs, as gas is under the instruction model:
 * OP_STEPS stands in front of each run. While there are marks, no record enters compiled code, which knows nothing of them. Who
 * switches marks on or off throws all records away. */
#include "../machine/vm.h"

CORE void flush_records(pvm *vm);
CORE u32 op_of(const record *r);
CORE u32 run_cost(const record *r);
COLD u32 unexecuted_after(const record *r);

#if PVM_WATCHING
#define IS_MARK(r) (op_of(r) == OP_TALLY || op_of(r) == OP_STEPS)
/* Whether a run ends in front of the record. */
#define ENDS_RUN(r) ((r)->op == OP_GLUE || (r)->op == OP_FOUND)
#define MAY_ENTER(vm) (!OWN(vm)->counting && !OWN(vm)->searching)

COLD int stops_at(pvm *vm, u32 pc);

/* Whether a search stops before the instruction at pc. Only searches that work by marks count. */
CORE int is_sought(pvm *vm, u32 pc) { return OWN(vm)->searching && stops_at(vm, pc); }

/* Puts a mark that counts in front of a run. The run's length is filled in later. */
CORE record *count_run(pvm *vm, record *r, u32 pc) {
  if (!OWN(vm)->counting) return r;
  r->op = OP_STEPS;
  r->pc = pc;
  return r + 1;
}

CORE record *emit_found(record *r, u32 pc) {
  r->op = OP_FOUND;
  r->pc = pc;
  return r + 1;
}

/* What the runs of a sequence have of instructions. */
CORE void size_run(record *r) {
  if (r->op == OP_STEPS) r->x = (s32)run_cost(r + 1);
}

/* The fast loop starts at a record. Those in the middle of a run have no mark in front. */
CORE void count_start(pvm *vm, const record *r) {
  if (OWN(vm)->counting && !IS_MARK(r)) OWN(vm)->steps -= run_cost(r);
}

/* A sequence goes on at a record, which may be in the middle of another one, without a mark. 0: too few steps are left. */
CORE int count_glued(pvm *vm, const record *r) {
  if (!OWN(vm)->counting || IS_MARK(r)) return 1;
  s64 steps = OWN(vm)->steps - run_cost(r);
  if (steps < 0) return 0;
  OWN(vm)->steps = steps;
  return 1;
}

/* The fast loop stops at an instruction in the middle of a run. */
CORE void count_stop(pvm *vm, const record *r) {
  if (OWN(vm)->counting) OWN(vm)->steps += unexecuted_after(r);
}

/* The fast loop has come to pc and executes nothing there. Returns what it paid for a block that begins there. */
COLD s64 stop_before(pvm *vm, u32 pc) {
  vm->charged = vm->gas_model != PVM_GAS_INSTRUCTION && !pvm_is_block_start(vm, pc);
  tally_unreached(vm, pc);
  return vm->gas_model != PVM_GAS_INSTRUCTION && !vm->charged ? pvm_block_cost(vm, pc) : 0;
}

/* From now on records are as they have to be for steps, or for runs. */
CORE void set_counting(pvm *vm, u32 counting) {
  if (OWN(vm)->counting == counting) return;
  OWN(vm)->counting = counting;
  flush_records(vm);
}

/* Whether the machine stands before what a search stops at. */
CORE int stands_at_sought(pvm *vm) { return is_sought(vm, vm->pc); }
#else
#define IS_MARK(r) 0
#define ENDS_RUN(r) ((r)->op == OP_GLUE)
#define MAY_ENTER(vm) 1
#define is_sought(vm, pc) 0
#define count_run(vm, r, pc) (r)
#define emit_found(r, pc) (r)
#define size_run(r)
#define count_start(vm, r)
#define count_glued(vm, r) 1
#define count_stop(vm, r)
#define set_counting(vm, counting)
#define stands_at_sought(vm) 0
#endif
