/* Where the native build gets memory from: the C library, or what the host gives with pvm_set_allocator. A freestanding build
 * (PVM_FREESTANDING) has no C library, so its host must give both functions. The wasm build has a fixed memory and needs none. */
#include "vm.h"

#if !WASM
#ifdef PVM_FREESTANDING
static pvm_allocate_function allocate_memory;
static pvm_release_function release_memory;
#else
#include <stdlib.h>

CORE void *default_allocate(size_t size) { return calloc(1, size); }

CORE void default_release(void *memory, size_t size) {
  (void)size;
  free(memory);
}

static pvm_allocate_function allocate_memory = default_allocate;
static pvm_release_function release_memory = default_release;
#endif
#endif
