/* Wrong use of the native core has a defined outcome: an error code, nothing leaked, nothing broken. Prints what is not
 * as it should be, and then exits with 1. */
#include "../../core/pvm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

#define CHECK(condition)                                           \
  do {                                                             \
    if (!(condition)) {                                            \
      fprintf(stderr, "line %d: %s\n", __LINE__, #condition);      \
      failures += 1;                                               \
    }                                                              \
  } while (0)

static int allocations_left = 1000;

static void *allocate(size_t size) { return allocations_left-- > 0 ? calloc(1, size) : 0; }

static void release(void *memory, size_t size) {
  (void)size;
  free(memory);
}

/* store_u8 [0x20000], r0; ecalli 1; trap */
static const uint8_t blob[] = {0, 0, 8, 59, 0, 0, 0, 2, 10, 1, 0, 0xA1};

static int32_t nosy(pvm *vm, int32_t index) {
  uint64_t value;
  (void)index;
  CHECK(pvm_resume(vm) == PVM_BUSY);
  CHECK(pvm_step(vm, 1) == PVM_BUSY);
  CHECK(pvm_execute(vm, 0, 0) == PVM_BUSY);
  CHECK(pvm_reset(vm) == PVM_BUSY);
  CHECK(pvm_set_profile(vm, PVM_SET_GP_080, 0, PVM_GAS_BLOCK) == PVM_BUSY);
  CHECK(pvm_get_register(vm, 13, &value) == PVM_BAD);
  CHECK(pvm_set_register(vm, 99, 1) == PVM_BAD);
  CHECK(pvm_set_register(vm, 3, 5) == PVM_OK);
  return PVM_HOST_CONTINUE;
}

static int32_t answers_nonsense(pvm *vm, int32_t index) {
  (void)vm;
  return 100 + index;
}

static pvm *create(void) { return pvm_create(0, blob, sizeof blob, 0, 0, 0); }

int main(void) {
  CHECK(create() == 0); /* no allocator yet */
  pvm_set_allocator(allocate, release);

  for (size_t length = 0; length < sizeof blob; length++) CHECK(pvm_create(0, blob, length, 0, 0, 0) == 0);
  uint8_t longer[sizeof blob + 1] = {0};
  memcpy(longer, blob, sizeof blob);
  CHECK(pvm_create(0, longer, sizeof longer, 0, 0, 0) == 0); /* trailing byte */
  uint8_t huge[] = {0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
  CHECK(pvm_create(0, huge, sizeof huge, 0, 0, 0) == 0);
  uint64_t regs[14] = {0};
  CHECK(pvm_create(0, blob, sizeof blob, regs, 14, 0) == 0);

  for (int enough = 0; enough < 2; enough++) { /* the machine itself is two allocations */
    allocations_left = enough;
    CHECK(create() == 0);
  }

  allocations_left = 2;
  pvm *vm = create();
  CHECK(vm != 0);
  CHECK(pvm_protect(vm, 0x20, 1, PVM_WRITE) == PVM_OK);
  pvm_set_gas(vm, 10);
  CHECK(pvm_resume(vm) == PVM_NO_MEMORY); /* the page for the store */
  uint8_t byte = 7;
  CHECK(pvm_write_ram_bytes(vm, 0x20000, &byte, 1) == PVM_NO_MEMORY);
  allocations_left = 10;
  pvm_set_host_callback(vm, nosy);
  CHECK(pvm_execute(vm, 0, 0) == PVM_PANIC); /* the trap, after the call */
  CHECK(pvm_registers(vm)[3] == 5);
  CHECK(pvm_resume(vm) == PVM_PANIC); /* and stays so */
  pvm_set_host_callback(vm, answers_nonsense);
  CHECK(pvm_execute(vm, 0, 0) == PVM_PANIC && pvm_get_pc(vm) == 5);
  CHECK(pvm_execute(vm, 0, 1) == PVM_HOST && vm->exit_arg == 1); /* a child never calls back */
  CHECK(pvm_execute(vm, 77, 0) == PVM_PANIC);                    /* far behind the code */

  CHECK(pvm_protect(vm, 1u << 20, 1, PVM_READ) == PVM_BAD);
  CHECK(pvm_protect(vm, 5, 0xFFFFFFFF, PVM_READ) == PVM_BAD);
  CHECK(pvm_protect(vm, 5, 1, 2) == PVM_BAD);
  CHECK(pvm_zero(vm, 1u << 20, 1) == PVM_BAD);
  CHECK(pvm_map(vm, 1, 0, 4096, PVM_READ) == PVM_BAD);
  CHECK(pvm_map(vm, 0xFFFFF000, 0, 8192, PVM_READ) == PVM_BAD);
  CHECK(pvm_set_profile(vm, 9, 0, 0) == PVM_BAD);
  pvm_bounds bounds = {.ro_from = 0x1000, .ro_to = 0x3000, .rw_from = 0x2000, .rw_to = 0x4000};
  CHECK(pvm_set_memory_bounds(vm, &bounds) == PVM_BAD); /* they overlap */
  bounds = (pvm_bounds){.stack_from = 5, .stack_to = 4096};
  CHECK(pvm_set_memory_bounds(vm, &bounds) == PVM_BAD);
  uint32_t word;
  CHECK(pvm_read_ram_bytes_32(vm, 0x20FFE, &word) == PVM_OOB);
  CHECK(pvm_read_ram_bytes(vm, 0xFFFFFFFF, &byte, 2) == PVM_OOB);
  CHECK(pvm_write_ram_bytes_64(vm, 0x10000, 1) == PVM_OOB);
  CHECK(pvm_reset(vm) == PVM_OK && pvm_access(vm, 0x20) == PVM_NONE);
  pvm_destroy(vm);
  pvm_destroy(0);
  return failures != 0;
}
