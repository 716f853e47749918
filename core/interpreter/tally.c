/* Exact counts by code offset, for profiles and coverage: how often each instruction was executed, how often each block was paid,
 * and what else took gas. Only the wasm build has them, and not the small core. The sums are made in TypeScript
 * (src/core/cell-tally.ts).
 *
 * There are three tables of code_len + 1 signed words, at the address that pvm_tally gets.
 *
 * TALLY_EXECUTED holds differences. A word counts +1 for each time that control came in at this place, and -1 for each time that it
 * did not go on to this place from the instruction before. An instruction was executed as often as its own word says, plus as often
 * as the instruction before it. So a run of instructions costs one increment, by a record OP_TALLY in front of it. Behind a
 * terminator, an ecalli, an sbrk and a memset control always counts as coming in anew.
 *
 * TALLY_PAID says how much more often a block was paid than its first instruction was executed.
 *
 * TALLY_MORE is gas that was taken for neither instructions nor blocks: for bytes of memset, and by running out of gas.
 *
 * Compiled code counts in the first table too (tally_segment in recompiler/generator.h). */
#include "../machine/vm.h"

enum { TALLY_EXECUTED, TALLY_PAID, TALLY_MORE };

#if PVM_WATCHING
/* The word of a code offset. All offsets beyond the code share one. */
CORE s64 *tally_word(pvm *vm, u32 table, u32 pc) {
  u32 count = vm->code_len + 1;
  return OWN(vm)->tally + table * count + (pc < count ? pc : count - 1);
}

/* Writes a record that counts. Returns where the next record goes. */
CORE record *emit_tally(pvm *vm, record *r, u32 table, u32 pc) {
  r->op = OP_TALLY;
  r->x = (s32)OFFSET(vm, tally_word(vm, table, pc));
  r->pc = pc;
  return r + 1;
}

/* Writes the records that count in front of a sequence. The second one is for a trap where no instruction is: that is paid like a
 * block, although no block starts there. */
CORE record *tally_sequence(pvm *vm, record *r, u32 pc) {
  if (OWN(vm)->tally == 0) return r;
  r = emit_tally(vm, r, TALLY_EXECUTED, pc);
  int paid = vm->gas_model != PVM_GAS_INSTRUCTION && !(RULE(vm, PVM_RULE_STRICT) && !pvm_is_instruction(vm, pc));
  return paid && start_of_block(vm, pc) == pc && !pvm_is_block_start(vm, pc) ? emit_tally(vm, r, TALLY_PAID, pc) : r;
}

/* Writes the record that counts behind an ecalli, an sbrk or a memset. */
CORE record *tally_pause(pvm *vm, record *r, u32 next) {
  return OWN(vm)->tally == 0 ? r : emit_tally(vm, r, TALLY_EXECUTED, next);
}

/* Where a glued sequence goes on. Control does not come in anew there, so records that count are left out. */
CORE u32 behind_tally(pvm *vm, u32 at) {
  const record *r = AT(vm, at);
  (void)vm;
  while (at != 0 && r->op == OP_TALLY) r += 1;
  return at == 0 ? 0 : OFFSET(vm, r);
}

/* Takes back that control came to pc, where no block was paid. */
COLD void tally_unreached(pvm *vm, u32 pc) {
  if (OWN(vm)->tally != 0) *tally_word(vm, TALLY_EXECUTED, pc) -= 1;
}

/* Takes back that the instructions from pc on were executed. A block that begins at pc stays paid. */
COLD void tally_undo(pvm *vm, u32 pc) {
  if (OWN(vm)->tally == 0) return;
  *tally_word(vm, TALLY_EXECUTED, pc) -= 1;
  if (vm->gas_model != PVM_GAS_INSTRUCTION && pvm_is_block_start(vm, pc)) *tally_word(vm, TALLY_PAID, pc) += 1;
}

/* Called when the fast loop starts at pc, with this record. */
COLD void tally_start(pvm *vm, u32 pc, const record *rec) {
  if (OWN(vm)->tally == 0) return;
  u32 counts = rec->op == OP_TALLY || rec->op == OP_ENTER;
  if (!counts) *tally_word(vm, TALLY_EXECUTED, pc) += 1;
  if (vm->gas_model == PVM_GAS_INSTRUCTION) return;
  u32 start = start_of_block(vm, pc), implied = start == pc && (counts || pvm_is_block_start(vm, pc));
  *tally_word(vm, TALLY_PAID, start) += (s64)(vm->charged == 0) - (s64)implied;
}

/* Called when the fast loop stops at the instruction at pc, in the middle of a run. */
COLD void tally_stop(pvm *vm, u32 pc, int result) {
  if (OWN(vm)->tally == 0) return;
  int executed = result != PVM_NO_MEMORY && result != GO_WATCHED;
  tally_undo(vm, executed ? pc + 1 + (pc < vm->code_len ? pvm_skip(vm, pc) : 0) : pc);
}

/* Called when an instruction was executed alone, or could not be. `charged` says whether its block had been paid before. */
COLD void tally_step(pvm *vm, u32 pc, u32 id, u32 next, u32 charged, int result) {
  if (OWN(vm)->tally == 0) return;
  int executed = result != PVM_NO_MEMORY && result != GO_WATCHED;
  if (id == OP_MEMSET) executed = vm->gas_model != PVM_GAS_INSTRUCTION || charged == 0; /* see memset_at */
  if (executed) {
    *tally_word(vm, TALLY_EXECUTED, pc) += 1;
    if (pvm_kind_of[id] < KIND_SBRK) *tally_word(vm, TALLY_EXECUTED, next) -= 1;
  }
  if (vm->gas_model == PVM_GAS_INSTRUCTION) return;
  *tally_word(vm, TALLY_PAID, start_of_block(vm, pc)) += charged == 0;
  if (executed && pvm_is_block_start(vm, pc)) *tally_word(vm, TALLY_PAID, pc) -= 1;
}

/* Counts gas that was taken at pc for something else. Emptying a counter that is below 0 takes nothing. */
COLD void tally_more(pvm *vm, u32 pc, s64 gas) {
  if (OWN(vm)->tally != 0 && gas > 0) *tally_word(vm, TALLY_MORE, pc) += gas;
}

/* Counts from now on in the tables at this address, or no longer if it is 0. */
__attribute__((export_name("pvm_tally"))) void pvm_tally(pvm *vm, u32 at) {
  OWN(vm)->tally = (s64 *)(uintptr_t)at;
  flush_records(vm);
}
#else
#define tally_sequence(vm, r, pc) (r)
#define tally_pause(vm, r, next) (r)
#define behind_tally(vm, at) (at)
#define tally_undo(vm, pc)
#define tally_start(vm, pc, rec)
#define tally_stop(vm, pc, result)
#define tally_step(vm, pc, id, next, charged, result)
#define tally_more(vm, pc, gas)
#endif

/* Executes the memset at pc, and counts the gas that its bytes take. A memset can stop in the middle: for gas, time, memory that the
 * host does not have, or a search. Then the machine goes on in the middle of it. Under the instruction model it was counted when
 * it was paid, and `charged` says meanwhile that it is paid. Under block models it counts where it ends. */
CORE int memset_at(pvm *vm, u32 pc) {
  s64 before = vm->gas;
  int result = pvm_memset(vm);
  tally_more(vm, pc, before - vm->gas);
  (void)before;
  if (result != PVM_RUNNING && result != PVM_PAGE_FAULT && result != PVM_PANIC) {
    if (vm->gas_model != PVM_GAS_INSTRUCTION) {
      tally_undo(vm, pc);
    }
    vm->charged = 1;
  }
  (void)pc;
  return result;
}
