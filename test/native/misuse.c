/* Wrong use of the native core has a defined outcome: an error code, nothing leaked, nothing broken. Prints what is not
 * as it should be, and then exits with 1. */
#include "../../core/pvm.h"
#include "check.h"

#include <stdlib.h>
#include <string.h>

static int allocations_left = 1000;

static size_t bytes_held;

static void *allocate(size_t size) {
  if (allocations_left-- <= 0) return 0;
  bytes_held += size;
  return calloc(1, size);
}

static void release(void *memory, size_t size) {
  bytes_held -= size;
  free(memory);
}

/* store_u8 [0x20000], r0; ecalli 1; trap */
static const uint8_t blob[] = {0, 0, 8, 59, 0, 0, 0, 2, 10, 1, 0, 0xA1};

static int32_t nosy(pvm *vm, int32_t index, void *user) {
  uint64_t value;
  (void)index;
  (void)user;
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

static int32_t answers_nonsense(pvm *vm, int32_t index, void *user) {
  (void)vm;
  (void)user;
  return 100 + index;
}

static void silent(pvm *vm, const pvm_event *event, void *user) {
  (void)vm;
  (void)event;
  (void)user;
}

static pvm *create(void) { return pvm_create(0, blob, sizeof blob, 0, 0, 0); }

/* Where nothing is paid for a pc that is no instruction, all loops have to agree on it: behind the code, and in it. */
static void strict_rule(void) {
  static const uint8_t runs_off[] = {0, 0, 5, 0x95, 0x88, 0xfe, 0xd7, 0x02, 0x09}; /* add_imm_64; mul_upper_u_u; end */
  static const uint8_t falls_off[] = {0, 0, 1, 1, 1};                               /* fallthrough; end */
  static const uint8_t undefined[] = {0, 0, 3, 1, 0xff, 0, 7};                      /* fallthrough; no opcode; trap */
  const struct {
    const uint8_t *blob;
    size_t length;
    int64_t paid;
    uint32_t pc;
  } programs[] = {{runs_off, sizeof runs_off, 2, 5}, {falls_off, sizeof falls_off, 1, 1}, {undefined, sizeof undefined, 1, 1}};
  for (int i = 0; i < 3; i++) {
    for (uint32_t model = PVM_GAS_INSTRUCTION; model <= PVM_GAS_PIPELINE; model++) {
      int64_t gas[4];
      uint32_t charged[4];
      for (int how = 0; how < 4; how++) { /* fast, traced, by steps, fast again with what was decoded */
        static pvm *vm;
        if (how == 0) vm = pvm_create(0, programs[i].blob, programs[i].length, 0, 0, 0);
        CHECK(pvm_reset(vm) == PVM_OK);
        CHECK(pvm_set_profile(vm, PVM_SET_GP_080, PVM_RULE_STRICT, model) == PVM_OK);
        pvm_set_gas(vm, 1000);
        pvm_set_trace_callback(vm, silent, 0);
        pvm_set_trace(vm, how == 1);
        int exit = how == 2 ? pvm_step(vm, 1) : pvm_execute(vm, 0, 0);
        while (exit == PVM_STEP) exit = pvm_step(vm, 1);
        CHECK(exit == PVM_PANIC && pvm_get_pc(vm) == programs[i].pc);
        gas[how] = pvm_get_gas(vm);
        charged[how] = vm->charged;
        CHECK(gas[how] == gas[0] && charged[how] == charged[0]);
        if (model == PVM_GAS_INSTRUCTION) CHECK(gas[how] == 1000 - programs[i].paid);
        if (how == 3) pvm_destroy(vm);
      }
    }
  }
}

/* Null machines, null pointers, numbers out of range. */
static void abuse(void) {
  uint64_t value = 0;
  uint8_t byte = 0;
  const pvm_bounds none = {0};
  CHECK(pvm_create(0, 0, 0, 0, 0, 0) == 0 && pvm_create(0, 0, 100, 0, 0, 0) == 0);
  CHECK(pvm_create(0, blob, sizeof blob, 0, 13, 0) == 0);
  CHECK(pvm_execute(0, 0, 0) == PVM_BAD && pvm_resume(0) == PVM_BAD && pvm_step(0, 1) == PVM_BAD);
  CHECK(pvm_reset(0) == PVM_BAD && pvm_set_profile(0, 0, 0, 0) == PVM_BAD);
  CHECK(pvm_set_memory_bounds(0, &none) == PVM_BAD && pvm_set_memory_regions(0, 0, 0, 0, 0) == PVM_BAD);
  CHECK(pvm_map(0, 0, 0, 0, PVM_READ) == PVM_BAD && pvm_protect(0, 0, 1, PVM_READ) == PVM_BAD);
  CHECK(pvm_zero(0, 0, 1) == PVM_BAD && pvm_access(0, 1) == PVM_NONE && pvm_next_mapped(0, 0) == 1u << 20);
  CHECK(pvm_read_ram_bytes(0, 0, &byte, 1) == PVM_BAD && pvm_write_ram_bytes(0, 0, &byte, 1) == PVM_BAD);
  CHECK(pvm_load_ram_bytes(0, 0, &byte, 1) == PVM_BAD && pvm_read_ram_bytes_64(0, 0, &value) == PVM_BAD);
  CHECK(pvm_registers(0) == 0 && pvm_get_register(0, 0, &value) == PVM_BAD && pvm_set_register(0, 0, 1) == PVM_BAD);
  CHECK(pvm_get_pc(0) == 0 && pvm_get_gas(0) == 0 && pvm_charge_gas(0, 1) == PVM_BAD);
  CHECK(pvm_set_entry(0, 0, 1) == PVM_BAD);
  pvm_set_pc(0, 1);
  pvm_set_gas(0, 1);
  pvm_set_trace(0, 1);
  pvm_set_host_callback(0, nosy, 0);
  pvm_set_trace_callback(0, 0, 0);
  pvm_clear_entries(0);

  pvm *vm = create();
  CHECK(pvm_set_memory_bounds(vm, 0) == PVM_BAD);
  CHECK(pvm_protect(vm, 0x20, 1, PVM_WRITE) == PVM_OK);
  CHECK(pvm_read_ram_bytes(vm, 0x20000, 0, 1) == PVM_BAD && pvm_write_ram_bytes(vm, 0x20000, 0, 1) == PVM_BAD);
  CHECK(pvm_read_ram_bytes(vm, 0x20000, 0, 0) == PVM_OK);
  CHECK(pvm_read_ram_bytes_32(vm, 0x20000, 0) == PVM_BAD && pvm_get_register(vm, 0, 0) == PVM_BAD);
  CHECK(pvm_set_profile(vm, 0, 5 * PVM_RULE_PAGES, 0) == PVM_BAD && pvm_set_profile(vm, 0, 0, 3) == PVM_BAD);
  CHECK(pvm_set_profile(vm, UINT32_MAX, UINT32_MAX, UINT32_MAX) == PVM_BAD);
  CHECK(pvm_set_entry(vm, 1, 1) == PVM_BAD && pvm_set_entry(vm, UINT32_MAX, 1) == PVM_BAD);
  pvm_set_host_callback(vm, 0, 0);
  pvm_set_gas(vm, 10);
  CHECK(pvm_execute(vm, 0, 0) == PVM_HOST); /* nobody there: stops at the ecalli */
  pvm_set_gas(vm, INT64_MIN);
  CHECK(pvm_resume(vm) == PVM_OUT_OF_GAS && pvm_charge_gas(vm, UINT64_MAX) == PVM_OUT_OF_GAS);
  CHECK(pvm_step(vm, 0) == PVM_STEP); /* no instruction is no step */
  /* Regions in another order than their addresses; with a hole of nothing; that end at the top. */
  pvm_bounds bounds = {.stack_from = 0x10000, .stack_to = 0x12000, .ro_from = 0xFFFFE000, .ro_to = 0xFFFFF000};
  CHECK(pvm_set_memory_bounds(vm, &bounds) == PVM_OK && pvm_set_memory_regions(vm, 0, 0, 0, 0) == PVM_OK);
  CHECK(pvm_access(vm, 0x10) == PVM_WRITE && pvm_access(vm, 0xFFFFE) == PVM_READ && pvm_access(vm, 0x12) == PVM_NONE);
  bounds = (pvm_bounds){.rw_from = 0x3000, .rw_to = 0x2000};
  CHECK(pvm_set_memory_bounds(vm, &bounds) == PVM_BAD); /* wraps */
  bounds = (pvm_bounds){.heap_start = 0x3000, .heap_limit = 0x2000};
  CHECK(pvm_set_memory_bounds(vm, &bounds) == PVM_BAD);
  bounds = (pvm_bounds){.args_from = 0x1000, .args_to = 0x2001};
  CHECK(pvm_set_memory_bounds(vm, &bounds) == PVM_BAD);
  pvm_destroy(vm);

  const uint8_t empty[] = {0, 0, 0}; /* no code at all */
  vm = pvm_create(0, empty, sizeof empty, 0, 0, 0);
  CHECK(vm != 0);
  pvm_set_gas(vm, 5);
  CHECK(pvm_resume(vm) == PVM_PANIC && pvm_get_gas(vm) == 4); /* the implicit trap is paid */
  CHECK(pvm_execute(vm, UINT32_MAX, 0) == PVM_PANIC);
  pvm_destroy(vm);
}

/* Machines made, used and destroyed over and over: whatever was allocated is released, with the size it was asked for. */
static void churn(void) {
  for (int i = 0; i < 200; i++) {
    pvm *vm = create();
    CHECK(vm != 0 && pvm_protect(vm, 0x20, 1 + (uint32_t)i, PVM_WRITE) == PVM_OK);
    for (uint32_t page = 0; page <= (uint32_t)i; page++) CHECK(pvm_write_ram_bytes_32(vm, (0x20 + page) << 12, page) == PVM_OK);
    pvm_set_gas(vm, 100);
    CHECK(pvm_execute(vm, 0, 1) == PVM_HOST);
    if (i & 1) CHECK(pvm_reset(vm) == PVM_OK);
    if (i & 2) pvm_destroy(create());
    pvm_destroy(vm);
    CHECK(bytes_held == 0);
  }
}

int main(void) {
  pvm *first = create(); /* with the C library's memory */
  CHECK(first != 0);
  pvm_destroy(first);
  pvm_set_allocator(allocate, release);

  allocations_left = 100000;
  strict_rule();
  abuse();
  churn();
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
  pvm_set_host_callback(vm, nosy, 0);
  CHECK(pvm_execute(vm, 0, 0) == PVM_PANIC); /* the trap, after the call */
  CHECK(pvm_registers(vm)[3] == 5);
  CHECK(pvm_resume(vm) == PVM_PANIC); /* and stays so */
  pvm_set_host_callback(vm, answers_nonsense, 0);
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
  CHECK(bytes_held == 0);
  return failures != 0;
}
