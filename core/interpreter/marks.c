/* Marks: records that are no instructions, for debuggers. Some say where a search stops, others count executed instructions. Only
 * the wasm build has them, and not the small core. Counts by place are something else: tally.c.
 *
 * A search (pvm_guard) stops before certain instructions. The record of such an instruction is OP_FOUND, and its sequence ends
 * there; all other instructions run at full speed. Many steps at once (pvm_step) are counted by runs, just as gas is paid by runs
 * under the instruction model: in front of each run stands OP_STEPS. While there are marks, no record enters compiled code, because
 * that knows nothing of them. Switching marks on or off throws all records away. */
#include "../machine/vm.h"

#if PVM_WATCHING

/* Whether a search stops before the instruction at pc, because of its place or of the register that it writes. */
COLD int stops_at(pvm *vm, u32 pc) {
  const pvm_guard_words *guard = &OWN(vm)->guard;
  for (u32 i = 0; i < guard->pc_count; i++) {
    if (guard->pcs[i] == pc) return 1;
  }
  if (guard->registers == 0 || pc >= vm->code_len) return 0;
  operands o;
  u32 id = pvm_id_at(vm, pc);
  pvm_operands(vm, id, pc, &o);
  s32 written = written_register(id, &o);
  if (id == OP_MEMSET && (guard->registers >> 9 & 1) != 0) return 1;
  return written >= 0 && (guard->registers >> written & 1) != 0;
}

/* Whether a search that works by marks stops before the instruction at pc. Searches for accesses work by page rights. */
CORE int is_sought(pvm *vm, u32 pc) { return OWN(vm)->searching && stops_at(vm, pc); }

/* Writes the mark that counts a run, if steps are counted. size_run fills in how long the run is. */
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

/* If the record is a mark that counts, fills in how many instructions its run has. */
CORE void size_run(record *r) {
  if (r->op == OP_STEPS) r->x = (s32)run_cost(r + 1);
}

/* Called when the fast loop starts at a record. In the middle of a run no mark counts what is left of it, so this does. */
CORE void count_start(pvm *vm, const record *r) {
  if (OWN(vm)->counting && !IS_MARK(r)) OWN(vm)->steps -= run_cost(r);
}

/* Called when a glued sequence goes on at a record. That may be in the middle of another sequence, behind its mark; then this
 * counts. Returns 0 when too few steps are left. */
CORE int count_glued(pvm *vm, const record *r) {
  if (!OWN(vm)->counting || IS_MARK(r)) return 1;
  s64 steps = OWN(vm)->steps - run_cost(r);
  if (steps < 0) return 0;
  OWN(vm)->steps = steps;
  return 1;
}

/* Called when the fast loop stops in the middle of a run: what was not executed is not counted. */
CORE void count_stop(pvm *vm, const record *r) {
  if (OWN(vm)->counting) OWN(vm)->steps += unexecuted_after(r);
}

/* Called when the fast loop has come to pc and stops there before it executes anything. Returns what was paid for a block that
 * begins there, which has to be given back. */
COLD s64 stop_before(pvm *vm, u32 pc) {
  vm->charged = vm->gas_model != PVM_GAS_INSTRUCTION && !starts_block(vm, pc, 0);
  tally_unreached(vm, pc);
  return vm->gas_model != PVM_GAS_INSTRUCTION && !vm->charged ? pvm_block_cost(vm, pc) : 0;
}

/* From now on records count steps, or do not. */
CORE void set_counting(pvm *vm, u32 counting) {
  if (OWN(vm)->counting == counting) return;
  OWN(vm)->counting = counting;
  flush_records(vm);
}

/* Whether a search stops before the instruction that the machine is at. */
CORE int stands_at_sought(pvm *vm) { return is_sought(vm, vm->pc); }
#else
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
