/* Runs one program on the C core built natively and prints the times of its runs. Not a general host: the program comes
 * in the flat form that core-native.mjs writes.
 *
 * Little-endian: i64 gas, 13 u64 registers, u32 pc, u32 runs, u32 length + blob, u32 count + (u32 address, length, access) pages,
 * u32 count + (u32 address, u32 length, bytes) chunks. */
#define _DEFAULT_SOURCE
#include "../../core/pvm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

static const uint8_t *at, *end;

static const uint8_t *take(size_t count) {
  if ((size_t)(end - at) < count) {
    fprintf(stderr, "core-native: the input ends early\n");
    exit(2);
  }
  const uint8_t *p = at;
  at += count;
  return p;
}

static uint32_t take32(void) {
  uint32_t value;
  memcpy(&value, take(4), 4);
  return value;
}

static uint64_t take64(void) {
  uint64_t value;
  memcpy(&value, take(8), 8);
  return value;
}

static void *allocate(size_t size) {
  void *p = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return p == MAP_FAILED ? 0 : p;
}

static void release(void *memory, size_t size) { munmap(memory, size); }

/* Processor time of this thread: what others do on the core does not count. */
static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Host call 1 adds 1 to r7; host call 2 reads 32 bytes at r7 and writes the sum of their words at r8. */
static int32_t host(pvm *vm, int32_t index, void *user) {
  (void)user;
  uint64_t *regs = pvm_registers(vm), sum = 0, words[4];
  if (index == 1) {
    regs[7]++;
    return PVM_HOST_CONTINUE;
  }
  if (index != 2 || pvm_read_ram_bytes(vm, (uint32_t)regs[7], (uint8_t *)words, 32) != PVM_OK) return PVM_HOST_PANIC;
  for (int i = 0; i < 4; i++) sum += words[i];
  return pvm_write_ram_bytes_64(vm, (uint32_t)regs[8], sum) == PVM_OK ? PVM_HOST_CONTINUE : PVM_HOST_PANIC;
}

int main(void) {
  size_t size = 0, room = 1 << 20, got;
  uint8_t *input = malloc(room);
  while (input && (got = fread(input + size, 1, room - size, stdin)) > 0) {
    size += got;
    if (size == room) input = realloc(input, room *= 2);
  }
  if (!input) return 2;
  at = input, end = input + size;

  int64_t gas = (int64_t)take64();
  uint64_t regs[13];
  for (int i = 0; i < 13; i++) regs[i] = take64();
  uint32_t pc = take32(), runs = take32(), blob_len = take32();
  const uint8_t *blob = take(blob_len), *rest = at;

  pvm_set_allocator(allocate, release);
  for (uint32_t run = 0; run < runs; run++) {
    pvm *vm = pvm_create(0, blob, blob_len, regs, 13, pc);
    if (!vm) return fprintf(stderr, "core-native: pvm_create failed\n"), 1;
    at = rest;
    for (uint32_t n = take32(); n > 0; n--) {
      uint32_t address = take32(), length = take32(), access = take32();
      if (pvm_protect(vm, address / 4096, length / 4096, access) != PVM_OK) return 1;
    }
    for (uint32_t n = take32(); n > 0; n--) {
      uint32_t address = take32(), length = take32();
      if (pvm_load_ram_bytes(vm, address, take(length), length) != PVM_OK) return 1;
    }
    pvm_set_host_callback(vm, host, 0);
    pvm_set_gas(vm, gas);
    double begun = now();
    int32_t stopped = pvm_execute(vm, pc, 0);
    double ms = now() - begun;
    uint64_t *r = pvm_registers(vm);
    printf("%.6f %d %llu %llu %lld\n", ms, stopped, (unsigned long long)r[7], (unsigned long long)r[8],
           (long long)(gas - pvm_get_gas(vm)));
    pvm_destroy(vm);
  }
  return 0;
}
