/* A host for PVM programs in C: loads a program blob from a file, answers its host calls, prints how it ended.
 *
 *     make -C core && gcc -std=c11 -Icore examples/c/host.c core/libpvm.a -o host && ./host program.pvmblob 20
 *
 * For services and .polkavm files: service.c.
 */
#include "pvm.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Host call 1 prints the bytes at r7, r8 of them; host call 2 adds r7 and r8; there are no others. */
static int32_t host(pvm *vm, int32_t index, void *user) {
  (void)user;
  uint64_t *regs = pvm_registers(vm);
  uint8_t text[256];
  switch (index) {
    case 1:
      if (regs[8] > sizeof text) return PVM_HOST_PANIC;
      if (pvm_read_ram_bytes(vm, (uint32_t)regs[7], text, (uint32_t)regs[8]) != PVM_OK) return PVM_HOST_PANIC;
      fwrite(text, 1, (size_t)regs[8], stdout);
      return PVM_HOST_CONTINUE;
    case 2:
      regs[7] += regs[8];
      return PVM_HOST_CONTINUE;
    default:
      return PVM_HOST_EXIT;
  }
}

int main(int argc, char **argv) {
  static uint8_t blob[1 << 20], memory[65536];
  FILE *file = argc > 1 ? fopen(argv[1], "rb") : 0;
  if (file == 0) return fprintf(stderr, "usage: host program [r7]\n"), 2;
  size_t length = fread(blob, 1, sizeof blob, file);
  fclose(file);

  uint64_t regs[8] = {0xFFFF0000, [7] = argc > 2 ? strtoull(argv[2], 0, 0) : 0}; /* r0: where returning halts */
  pvm *vm = pvm_create(0, blob, length, regs, 8, 0);
  if (vm == 0) return fprintf(stderr, "host: not a program blob\n"), 1;

  pvm_bounds bounds = {.rw_from = 0x20000, .rw_to = 0x20000 + sizeof memory};
  pvm_set_memory_bounds(vm, &bounds);
  pvm_set_memory_regions(vm, 0, memory, 0, 0); /* the guest works in our array */
  pvm_set_host_callback(vm, host, 0);
  pvm_set_gas(vm, 1000000);
  int32_t stopped = pvm_execute(vm, 0, 0);

  printf("%s at %" PRIu32 ", r7 = %" PRIu64 ", gas left %" PRId64 ", first word of memory %d\n", pvm_exit_name(stopped),
         pvm_get_pc(vm), pvm_registers(vm)[7], pvm_get_gas(vm), memory[0]);
  pvm_destroy(vm);
  return stopped == PVM_HALT ? 0 : 1;
}
