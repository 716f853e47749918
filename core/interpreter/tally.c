/* Exact counts of a run, by code offset: how often what was executed, which blocks were paid, what else took gas. For profiles and
 * coverage, in the wasm build with all passes. Not the sums: src/engine/machine/cell-tally.ts.
 *
 * Three tables of code_len + 1 signed words stand where pvm_tally is told. The first says where control came in other than by going
 * on from the instruction before (+1), and where it stopped going on (-1); what goes on behind an instruction is what was executed
 * there. So a run of instructions costs one increment, by a record OP_TALLY in front of it: behind a terminator, an ecalli, sbrk and
 * memset control always counts as coming in. The second is how often a block was paid beyond how often its first instruction was
 * executed. The third is gas beside prices of instructions and blocks: bytes of memset, what running out of gas took.
 * Compiled code does the same with the first table (recompiler/generator.h). */
#include "../machine/vm.h"

CORE u32 start_of_block(const pvm *vm, u32 pc);
CORE void flush_records(pvm *vm);
CORE u32 op_of(const record *r);

enum { TALLY_EXECUTED, TALLY_PAID, TALLY_MORE };

#if PVM_WATCHING
/* The word of a code offset; all beyond the code share one. */
CORE s64 *tally_word(pvm *vm, u32 table, u32 pc) {
  u32 count = vm->code_len + 1;
  return OWN(vm)->tally + table * count + (pc < count ? pc : count - 1);
}

/* Writes the record that counts; returns where the next one goes. */
CORE record *emit_tally(pvm *vm, record *r, u32 table, u32 pc) {
  r->op = OP_TALLY;
  r->x = (s32)OFFSET(vm, tally_word(vm, table, pc));
  r->pc = pc;
  return r + 1;
}

/* In front of a sequence. What is no block start and is paid by itself is a trap where no instruction is. */
CORE record *tally_sequence(pvm *vm, record *r, u32 pc) {
  if (OWN(vm)->tally == 0) return r;
  r = emit_tally(vm, r, TALLY_EXECUTED, pc);
  int paid = vm->gas_model != PVM_GAS_INSTRUCTION && !(RULE(vm, PVM_RULE_STRICT) && !pvm_is_instruction(vm, pc));
  return paid && start_of_block(vm, pc) == pc && !pvm_is_block_start(vm, pc) ? emit_tally(vm, r, TALLY_PAID, pc) : r;
}

/* Behind an instruction that does not go on to `next` by itself. */
CORE record *tally_pause(pvm *vm, record *r, u32 next) {
  return OWN(vm)->tally == 0 ? r : emit_tally(vm, r, TALLY_EXECUTED, next);
}

/* Where records are glued control goes on: nothing is counted again. */
CORE u32 behind_tally(pvm *vm, u32 at) {
  const record *r = AT(vm, at);
  (void)vm;
  while (at != 0 && r->op == OP_TALLY) r += 1;
  return at == 0 ? 0 : OFFSET(vm, r);
}

/* Control was counted as coming to pc and did not go on; a block that begins there is not paid. */
COLD void tally_unreached(pvm *vm, u32 pc) {
  if (OWN(vm)->tally != 0) *tally_word(vm, TALLY_EXECUTED, pc) -= 1;
}

/* What counts as executed from pc on is not. */
COLD void tally_undo(pvm *vm, u32 pc) {
  if (OWN(vm)->tally == 0) return;
  *tally_word(vm, TALLY_EXECUTED, pc) -= 1;
  if (vm->gas_model != PVM_GAS_INSTRUCTION && pvm_is_block_start(vm, pc)) *tally_word(vm, TALLY_PAID, pc) += 1;
}

/* The fast loop starts at pc, with this record. */
COLD void tally_start(pvm *vm, u32 pc, const record *rec) {
  if (OWN(vm)->tally == 0) return;
  u32 counts = rec->op == OP_TALLY || rec->op == OP_ENTER;
  if (!counts) *tally_word(vm, TALLY_EXECUTED, pc) += 1;
  if (vm->gas_model == PVM_GAS_INSTRUCTION) return;
  u32 start = start_of_block(vm, pc), implied = start == pc && (counts || pvm_is_block_start(vm, pc));
  *tally_word(vm, TALLY_PAID, start) += (s64)(vm->charged == 0) - (s64)implied;
}

/* The fast loop stops at an instruction in the middle. */
COLD void tally_stop(pvm *vm, u32 pc, int result) {
  if (OWN(vm)->tally == 0) return;
  int executed = result != PVM_NO_MEMORY && result != GO_WATCHED;
  tally_undo(vm, executed ? pc + 1 + (pc < vm->code_len ? pvm_skip(vm, pc) : 0) : pc);
}

/* One instruction was executed alone, or could not be; `charged` is whether its block had been paid before. */
COLD void tally_step(pvm *vm, u32 pc, u32 id, u32 next, u32 charged, int result) {
  if (OWN(vm)->tally == 0) return;
  int executed = result != PVM_NO_MEMORY && result != GO_WATCHED;
  if (executed) {
    *tally_word(vm, TALLY_EXECUTED, pc) += 1;
    if (pvm_kind_of[id] < KIND_SBRK) *tally_word(vm, TALLY_EXECUTED, next) -= 1;
  }
  if (vm->gas_model == PVM_GAS_INSTRUCTION) return;
  *tally_word(vm, TALLY_PAID, start_of_block(vm, pc)) += charged == 0;
  if (executed && pvm_is_block_start(vm, pc)) *tally_word(vm, TALLY_PAID, pc) -= 1;
}

/* Gas was taken at pc for something else. A counter below 0 that is emptied has taken nothing. */
COLD void tally_more(pvm *vm, u32 pc, s64 gas) {
  if (OWN(vm)->tally != 0 && gas > 0) *tally_word(vm, TALLY_MORE, pc) += gas;
}

/* Counts from now on in the tables at an address, 0: no longer. */
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

/* memset at pc: it takes gas of its own. */
CORE int memset_at(pvm *vm, u32 pc) {
  s64 before = vm->gas;
  int result = pvm_memset(vm);
  tally_more(vm, pc, before - vm->gas);
  (void)before;
  if (result == GO_AGAIN) { /* it is begun again */
    tally_undo(vm, pc);
    if (vm->gas_model == PVM_GAS_INSTRUCTION) vm->gas += 1;
  }
  (void)pc;
  return result;
}
