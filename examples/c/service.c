/* Runs a JAM service in C: reads its file, lends it memory, answers its host calls, prints what it costs.
 *
 *     make -C core install PREFIX=$HOME/.local
 *     gcc examples/c/service.c $(pkg-config --cflags --libs pvm) -o service && ./service examples/counter.jam
 */
#include <pvm.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The service's storage: one value, whatever its key. */
typedef struct {
  uint8_t value[64];
  uint64_t length;
} storage;

/* Host calls of GP 0.7.2: 3 read, 4 write, 100 log. */
static int32_t host(pvm *vm, int32_t index, void *user) {
  storage *s = user;
  uint64_t *r = pvm_registers(vm); /* the live registers */
  uint8_t text[256];
  switch (index) {
    case 3:
      if (s->length > 0) pvm_write_ram_bytes(vm, (uint32_t)r[10], s->value, (uint32_t)s->length);
      r[7] = s->length > 0 ? s->length : UINT64_MAX; /* NONE */
      return PVM_HOST_CONTINUE;
    case 4:
      if (r[10] > sizeof s->value) return PVM_HOST_PANIC;
      if (pvm_read_ram_bytes(vm, (uint32_t)r[9], s->value, (uint32_t)r[10]) != PVM_OK) return PVM_HOST_PANIC;
      s->length = r[10];
      return PVM_HOST_CONTINUE;
    case 100:
      if (r[11] > sizeof text || pvm_read_ram_bytes(vm, (uint32_t)r[10], text, (uint32_t)r[11]) != PVM_OK) return PVM_HOST_PANIC;
      printf("log: %.*s\n", (int)r[11], (const char *)text);
      return PVM_HOST_CONTINUE;
    default:
      r[7] = UINT64_MAX - 1; /* WHAT */
      return PVM_HOST_CONTINUE;
  }
}

int main(int argc, char **argv) {
  static uint8_t bytes[1 << 20], memory[1 << 16];
  static const uint8_t args[] = {42, 0, 3}; /* time slot, service, number of inputs */
  FILE *in = argc > 1 ? fopen(argv[1], "rb") : 0;
  if (in == 0) return fprintf(stderr, "usage: service file.jam\n"), 2;
  size_t length = fread(bytes, 1, sizeof bytes, in);
  fclose(in);

  pvm_file file;
  pvm_problem problem;
  if (pvm_parse(bytes, length, PVM_KIND_ANY, &file, &problem) != PVM_OK) {
    return fprintf(stderr, "%s at offset %" PRIu64 ": expected %s\n", problem.code, problem.offset, problem.expected), 1;
  }
  pvm *vm = pvm_create_program(0, &file, &problem);
  if (vm == 0) return fprintf(stderr, "%s\n", problem.expected), 1;
  storage store = {{0}, 0};
  pvm_set_host_callback(vm, host, &store);
  pvm_set_host_prices(vm, 0, 0, 10); /* GP 0.7.2: 10 each */
  for (int run = 0; run < 2; run++) {
    pvm_start(vm, &file, 5, args, sizeof args); /* accumulate starts at 5 */
    uint32_t rw = file.bounds.rw_from, size = file.bounds.rw_to - rw;
    if (size > sizeof memory) return 1;
    memset(memory, 0, sizeof memory);
    memcpy(memory, file.rw_data.bytes, file.rw_data.length);
    pvm_map(vm, rw, memory, size, PVM_WRITE); /* from here on the service works in our array */
    pvm_set_gas(vm, 100000);
    int32_t stopped = pvm_resume(vm);
    uint64_t count = 0;
    if (stopped == PVM_HALT) memcpy(&count, memory + (pvm_registers(vm)[7] - rw), 8);
    printf("%s, counter %" PRIu64 ", gas used %" PRId64 "\n", pvm_exit_name(stopped), count, 100000 - pvm_get_gas(vm));
  }
  pvm_destroy(vm);
  return 0;
}
