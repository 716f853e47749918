/* Runs many cases on the native core and prints how each ended. Not a host to copy: see examples/c/.
 *
 * Input, little-endian, cases one after the other: u32 set, rules, gas model, heap end, heap limit, pc, steps (0: run);
 * i64 gas; 13 u64 registers; u32 length + blob; u32 count + regions (u32 address, length, access, u32 size + bytes);
 * u32 count + chunks (u32 address, u32 length + bytes). Every case runs twice: on memory of the core's own, and with
 * all regions borrowed from here. Host calls are exits; the machine goes on behind them up to 16 times.
 * With an argument every case runs once, traced, and its instructions are printed too. */
#include "../../core/pvm.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t *at, *end;

static void fail(const char *what) {
  fprintf(stderr, "runner: %s\n", what);
  exit(2);
}

static const uint8_t *take(size_t count) {
  if ((size_t)(end - at) < count) fail("the input ends early");
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

static void *allocate(size_t size) { return calloc(1, size); }

static void release(void *memory, size_t size) {
  (void)size;
  free(memory);
}

/* FNV-1a over the rights and contents of all mapped pages. */
static uint64_t digest(pvm *vm) {
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  static uint8_t page[4096];
  for (uint32_t number = 0; (number = pvm_next_mapped(vm, number)) < 1u << 20; number++) {
    uint32_t access = pvm_access(vm, number);
    hash = (hash ^ number) * UINT64_C(0x100000001b3);
    hash = (hash ^ access) * UINT64_C(0x100000001b3);
    if (pvm_read_ram_bytes(vm, number << 12, page, sizeof page) != PVM_OK) fail("a mapped page is not readable");
    for (size_t i = 0; i < sizeof page; i++) {
      if (page[i] != 0) hash = (hash ^ (i << 8 | page[i])) * UINT64_C(0x100000001b3);
    }
  }
  return hash;
}

static void print_event(pvm *vm, const pvm_event *event, void *user) {
  char text[200], copy[200];
  (void)vm;
  (void)user;
  size_t length = pvm_format_event(event, text, sizeof text);
  if (length >= sizeof text || strlen(text) != length) fail("a line's length");
  for (size_t room = 0; room < 60; room += 7) { /* shorter ones are its beginning */
    memset(copy, 'x', sizeof copy);
    if (pvm_format_event(event, copy, room) != length) fail("a short line's length");
    size_t kept = room - 1 < length ? room - 1 : length;
    if (room > 0 && (strlen(copy) != kept || memcmp(copy, text, kept) != 0)) fail("a short line");
    if (copy[room] != 'x') fail("a line beyond its room");
  }
  puts(text);
}

static void run_case(int borrowed, int traced) {
  uint32_t set = take32(), rules = take32(), model = take32(), heap_end = take32(), heap_limit = take32();
  uint32_t pc = take32(), steps = take32();
  int64_t gas = (int64_t)take64();
  uint64_t regs[13];
  for (int i = 0; i < 13; i++) regs[i] = take64();
  uint32_t length = take32();
  pvm *vm = pvm_create(0, take(length), length, regs, 13, pc);
  if (vm == 0) fail("pvm_create");
  if (pvm_set_profile(vm, set, rules, model) != PVM_OK) fail("pvm_set_profile");
  pvm_bounds bounds = {.heap_start = heap_end, .heap_limit = heap_limit};
  if (pvm_set_memory_bounds(vm, &bounds) != PVM_OK) fail("pvm_set_memory_bounds");
  void *lent[64];
  uint32_t count = take32();
  if (count > 64) fail("too many regions");
  for (uint32_t i = 0; i < count; i++) {
    uint32_t address = take32(), bytes = take32(), access = take32(), size = take32();
    lent[i] = borrowed ? allocate(bytes + 4096u) : 0;
    if (pvm_map(vm, address, lent[i], bytes, access) != PVM_OK) fail("pvm_map");
    if (pvm_load_ram_bytes(vm, address, take(size), size) != PVM_OK) fail("pvm_load_ram_bytes of a region");
  }
  for (uint32_t chunks = take32(); chunks > 0; chunks--) {
    uint32_t address = take32(), size = take32();
    if (pvm_load_ram_bytes(vm, address, take(size), size) != PVM_OK) fail("pvm_load_ram_bytes of a chunk");
  }
  pvm_set_gas(vm, gas);
  pvm_set_trace_callback(vm, print_event, 0);
  pvm_set_trace(vm, traced);
  int exit_code = PVM_HOST;
  for (int turns = 0; exit_code == PVM_HOST && turns < 16; turns++) {
    do exit_code = steps != 0 ? pvm_step(vm, steps) : pvm_resume(vm);
    while (exit_code == PVM_STEP);
  }
  printf("%d %" PRId32 " %" PRIu32 " %" PRId64 " %" PRIu32 " %" PRIu32, exit_code, vm->exit_arg, pvm_get_pc(vm),
         pvm_get_gas(vm), vm->charged, vm->heap_end);
  for (int i = 0; i < 13; i++) printf(" %" PRIx64, pvm_registers(vm)[i]);
  printf(" %" PRIx64 "\n", digest(vm));
  pvm_destroy(vm);
  for (uint32_t i = 0; i < count; i++) free(lent[i]);
}

int main(int count, char **arguments) {
  (void)arguments;
  size_t size = 0, room = 1 << 20, got;
  uint8_t *input = malloc(room);
  while (input != 0 && (got = fread(input + size, 1, room - size, stdin)) > 0) {
    size += got;
    if (size == room) input = realloc(input, room *= 2);
  }
  if (input == 0) return 2;
  at = input;
  end = input + size;
  pvm_set_allocator(allocate, release);
  while (at != end) {
    const uint8_t *begin = at;
    run_case(0, count > 1);
    if (count > 1) continue;
    at = begin;
    run_case(1, 0);
  }
  free(input);
  return 0;
}
