/* What the native library takes from the C library: memory, and stderr for traces without a callback. Freestanding builds
 * (PVM_FREESTANDING) do not have this. Their hosts bring both. */
#include "../machine/vm.h"

#if !WASM && !defined(PVM_FREESTANDING)
#include <stdio.h>
#include <stdlib.h>

CORE void *default_allocate(size_t size) { return calloc(1, size); }

CORE void default_release(void *memory, size_t size) {
  (void)size;
  free(memory);
}

/* Writes a line to stderr for each instruction. */
CORE void default_tracer(pvm *vm, const pvm_event *event, void *user) {
  char line[256];
  (void)vm;
  (void)user;
  pvm_format_event(event, line, sizeof line);
  fprintf(stderr, "%s\n", line);
}
#endif
