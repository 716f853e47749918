/* A run from its beginning to its stop: which of the two loops is next, slices, steps, and searches. The loops themselves are in
 * interpreter.c and step.c. */
#include "../machine/vm.h"

/* Under the instruction model: a memset that has begun, and is paid, stands at pc. The fast loop cannot start there. */
#define HAS_BEGUN(vm) ((vm)->gas_model == PVM_GAS_INSTRUCTION && (vm)->charged)
/* Under the same model: what stands at pc is paid when it is executed. */
#define BEGINS_AGAIN(vm) ((vm)->gas_model == PVM_GAS_INSTRUCTION && !(vm)->charged)

/* Writes into the machine how it stopped, and returns that. */
CORE int32_t finish(pvm *vm, int exit) {
  vm->busy = 0;
  /* An instruction that found no memory was not executed, and is paid again when the machine goes on. Under block models its
   * block stays paid, and a memset that has begun stays paid under the other. */
  if (exit == PVM_NO_MEMORY && BEGINS_AGAIN(vm)) vm->gas += 1;
#if PVM_WATCHING
  if (exit == GO_WATCHED && BEGINS_AGAIN(vm)) vm->gas += 1;
  if (exit == GO_WATCHED || exit == GO_FOUND) exit = PVM_PAUSED;
#endif
  if (exit < 0) return exit;
  if (exit != PVM_PAGE_FAULT && exit != PVM_HOST && exit != PVM_BREAK) vm->exit_arg = 0;
  vm->exit = (u32)exit;
  return exit;
}

#if !WASM
/* Makes the host call at pc. Its ecalli is paid already: before, there was enough gas for that and too little for the call. */
COLD int call_unpaid(pvm *vm) {
  operands o;
  u32 pc = vm->pc;
  OWN(vm)->unpaid = 0;
  pvm_operands(vm, OP_ECALLI, pc, &o);
  int result = call_host(vm, pc, pc + 1 + pvm_skip(vm, pc), (s32)o.x);
  return result == PVM_RUNNING ? PVM_RUNNING : finish(vm, result);
}
#endif

/* Makes the machine ready to go on. Returns PVM_RUNNING, or what the caller returns instead of running. */
CORE int begin(pvm *vm) {
  if (vm->busy) return PVM_BUSY;
  if (vm->exit == PVM_HALT || vm->exit == PVM_PANIC) return (int)vm->exit;
  if (vm->exit == PVM_HOST) vm->pc += 1 + (vm->pc < vm->code_len ? pvm_skip(vm, vm->pc) : 0);
  vm->exit = PVM_RUNNING;
  vm->busy = 1;
#if !WASM
  if (OWN(vm)->unpaid) return call_unpaid(vm);
#endif
  return PVM_RUNNING;
}

/* Whether run_fast would enter compiled code at pc before it executes anything itself. */
CORE int has_entry(const pvm *vm, u32 pc) {
  const private_part *own = OWN(vm);
  if (pc > vm->code_len) return 0;
  return own->index[pc] != 0 ? ((const record *)AT(vm, own->index[pc]))->op == OP_ENTER : own->entries[pc] != 0;
}

#if WASM
/* So many new pages end a slice. The first write to a page takes 3 us, as long as some hundred instructions. */
#define SLOW_PAGES 64
#endif

EXPORT("pvm_resume") int32_t pvm_resume(pvm *vm) {
  NEED(vm, PVM_BAD);
  int result = begin(vm);
  if (result != PVM_RUNNING) return result;
#if WASM
  u32 touched = OWN(vm)->touched;
#endif
  set_counting(vm, 0);
  do {
    if (vm->trace) {
      result = run_steps(vm, ~UINT64_C(0), 1);
      continue;
    }
    if (stands_at_sought(vm)) {
      result = GO_FOUND;
      break;
    }
#if WASM
    s64 before = vm->gas;
    OWN(vm)->compiled_gas = 0;
#endif
    result = HAS_BEGUN(vm) ? run_steps(vm, 1, 0) : run_fast(vm);
#if WASM
    if (vm->hot != 0) {
      s64 used = before - vm->gas - OWN(vm)->compiled_gas;
      if (used < 0) used = 0; /* the host has given gas */
      vm->hot_left = used < (s64)vm->hot_left ? vm->hot_left - (u32)used : 0;
      if (vm->hot_left == 0 || (vm->stride != 0 && OWN(vm)->touched - touched >= SLOW_PAGES)) {
        u32 gas = vm->hot - vm->hot_left;
        vm->hot_left = vm->hot;
        touched = OWN(vm)->touched;
        s64 had = vm->gas;
        env_slice(gas);
        /* env_slice took the gas away, because the time of the run is over. What comes next must not be executed: in the
         * middle of a block it is paid already, so no gas would be missed. */
        if (had > 0 && vm->gas == 0 && result >= GO_AGAIN && result <= GO_STEP) return finish(vm, PVM_OUT_OF_GAS);
      }
    }
#endif
    if (result == GO_SHORT) {
      u64 count = vm->gas_model == PVM_GAS_INSTRUCTION && vm->gas > 0 ? (u64)vm->gas + 1 : 1;
      result = run_steps(vm, count, 0);
    } else if (result == GO_STEP) {
      result = has_entry(vm, vm->pc) ? run_steps(vm, 1, vm->trace != 0) : GO_AGAIN;
    }
  } while (result == GO_AGAIN || result == PVM_STEP);
  return finish(vm, result);
}

EXPORT("pvm_execute") int32_t pvm_execute(pvm *vm, uint32_t entry_point, int32_t is_child) {
  NEED(vm, PVM_BAD);
  if (vm->busy) return PVM_BUSY;
  pvm_set_pc(vm, entry_point);
  vm->child = is_child != 0;
  return pvm_resume(vm);
}

#if PVM_WATCHING
/* Fewer steps are made one by one: for so few it does not pay to decode everything anew, with marks. */
#define MANY_STEPS 8192

/* Steps at nearly the speed of a run, until few steps are left or the machine stops. A run has at most MAX_SEQUENCE instructions,
 * so with more steps left the fast loop can always execute the run that it starts with. */
COLD int step_far(pvm *vm, s64 *left) {
  private_part *own = OWN(vm);
  int result = PVM_STEP;
  set_counting(vm, 1);
  own->steps = *left;
  while (own->steps > (s64)MAX_SEQUENCE && !vm->trace && (result == PVM_STEP || result == GO_AGAIN)) {
    if (stands_at_sought(vm)) {
      result = GO_FOUND;
      break;
    }
    result = HAS_BEGUN(vm) ? GO_SHORT : run_fast(vm);
    if (result == GO_COUNTED) {
      result = PVM_STEP;
      break;
    }
    if (result != GO_SHORT && result != GO_STEP) continue;
    result = run_steps(vm, 1, 0);
    if (result != GO_FOUND) own->steps -= 1;
  }
  *left = own->steps;
  return result == GO_AGAIN ? PVM_STEP : result;
}
#endif

EXPORT("pvm_step") int32_t pvm_step(pvm *vm, uint32_t count) {
  NEED(vm, PVM_BAD);
  int result = begin(vm);
  if (result != PVM_RUNNING) return result;
  result = PVM_STEP;
  s64 left = count;
#if PVM_WATCHING
  pvm_guard_words *guard = &OWN(vm)->guard;
  const u32 guarded = guard->registers | guard->pc_count;
  if (count > MANY_STEPS || (OWN(vm)->counting && count > MAX_SEQUENCE)) result = step_far(vm, &left);
#endif
  for (; left > 0 && (result == PVM_STEP || result == GO_AGAIN); left--) {
#if PVM_WATCHING
    if (guarded != 0 && stops_at(vm, vm->pc)) {
      result = GO_FOUND;
      break;
    }
#endif
    result = run_steps(vm, 1, vm->trace != 0);
  }
#if PVM_WATCHING
  if (result == GO_WATCHED) left += 1;
  guard->left = (u32)left;
#endif
  return finish(vm, result);
}

#if PVM_WATCHING
/* The address of the words that say what a search looks for and how far it came. Only pvm_watch may write `memory`. */
EXPORT("pvm_guard") u32 pvm_guard(pvm *vm) { return (u32)(uintptr_t)&OWN(vm)->guard; }

/* Writes the rights bytes of these pages again: with fast bits, or without those that a search takes away. */
CORE void watch_pages(pvm *vm, u32 from, u32 last) {
  for (u32 page = from >> PAGE_BITS; page <= last >> PAGE_BITS; page++) {
    u32 at = PHYSICAL_PAGE(page), rights = rights_of(OWN(vm), at);
    if (rights & RIGHT_READ) set_page_rights(vm, at, rights & RIGHT_WRITE ? PVM_WRITE : PVM_READ);
  }
}

/* Begins or ends a search. `memory` says which accesses to the guest addresses from..last it watches: reads 1, writes 2, both 3,
 * none 0. Records stop at the registers and places that stand in the guard by then. */
EXPORT("pvm_watch") void pvm_watch(pvm *vm, u32 memory, u32 from, u32 last) {
  private_part *own = OWN(vm);
  pvm_guard_words *guard = &own->guard;
  u32 was = guard->memory, was_from = guard->from, was_last = guard->last;
  guard->memory = memory;
  guard->from = from;
  guard->last = last;
  if (was != 0) watch_pages(vm, was_from, was_last);
  if (memory != 0) watch_pages(vm, from, last);
  u32 searching = (guard->registers | guard->pc_count) != 0;
  if (searching || own->searching) flush_records(vm);
  own->searching = searching;
}
#endif
