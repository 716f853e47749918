/* What only the wasm build has: a machine whose parts stand at the addresses of layout.h, laid out by TypeScript
 * (src/engine/machine/). One machine per memory. */
#include "vm.h"

#if WASM

static machine *const the_machine = (machine *)PVM_AT_VM;

_Static_assert(sizeof(machine) <= PVM_AT_DATA - PVM_AT_VM, "struct pvm fits below the core's data");

/* Once per memory. Returns the machine. */
EXPORT("pvm_init") pvm *pvm_init(void) {
  private_part *own = &the_machine->own;
  own->rights = (uint8_t *)PVM_AT_RIGHTS;
  own->frames = (uint32_t *)PVM_AT_FRAMES;
  own->frames_next = PVM_WINDOW_END;
  own->frames_end = PVM_MEMORY_SIZE;
  own->host = (pvm_host_callback)1; /* call_host imports it */
  the_machine->pub.exit = PVM_RUNNING;
  return &the_machine->pub;
}

/* Room for a program in an arena. PVM_NO_MEMORY when it does not fit. The caller then writes code, mask and jump
 * table where pvm_part says, and calls pvm_loaded. */
EXPORT("pvm_load") int32_t pvm_load(pvm *vm, u32 arena, u32 size, u32 code_len, u32 jump_len, u32 jump_size) {
  return lay_out(vm, (uint8_t *)(uintptr_t)arena, size, code_len, jump_len, jump_size);
}

/* Address of a part of the machine: 0 code, 1 mask, 2 jump table, 3 dispatch table, 4 trace event, 5 entries by pc. */
EXPORT("pvm_part") u32 pvm_part(pvm *vm, u32 part) {
  const private_part *own = OWN(vm);
  const void *parts[] = {own->code, own->mask, own->jump_table, own->dispatch, &own->event, own->entries};
  return part < 6 ? (u32)(uintptr_t)parts[part] : 0;
}

EXPORT("pvm_loaded") int32_t pvm_loaded(pvm *vm) {
  pad_mask(vm);
  return PVM_OK;
}

/* Bytes of the arena in use, pages touched since the reset: what a pooled machine costs. */
EXPORT("pvm_used") u32 pvm_used(pvm *vm, u32 what) {
  const private_part *own = OWN(vm);
  return what == 0 ? own->records_next - own->first : what == 1 ? own->touched : own->flushes;
}

#endif
