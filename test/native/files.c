/* Parses program files and prints what it found, for comparison with src/blob/. Input, little-endian, one after the other:
 * u32 kind, u32 length, bytes. Each file is parsed from an allocation of exactly its length, so that a sanitizer sees every
 * byte read too many. */
#include "../../core/pvm.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Machines are ten megabytes, mostly never touched: pages from the system need no clearing. */
static void *allocate(size_t size) {
  void *memory = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? 0 : memory;
}

static void release(void *memory, size_t size) {
  if (munmap(memory, size) != 0) abort();
}

static uint32_t mix(uint32_t hash, const uint8_t *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) hash = (hash ^ bytes[i]) * 0x01000193u;
  return (hash ^ (uint32_t)length) * 0x01000193u;
}

/* Everything the file has, and the memory a machine starts with. */
static void describe(const pvm_file *file) {
  uint32_t hash = 0x811c9dc5u;
  const pvm_bytes parts[] = {file->metadata, file->ro_data, file->rw_data, file->code, file->mask};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) hash = mix(hash, parts[i].bytes, parts[i].length);
  pvm_bytes name;
  uint32_t pc, found;
  for (uint32_t i = 0; pvm_import(file, i, &name) == PVM_OK; i++) hash = mix(hash, name.bytes, name.length);
  for (uint32_t i = 0; pvm_export(file, i, &name, &pc) == PVM_OK; i++) {
    char text[64];
    hash = mix(hash, name.bytes, name.length);
    hash = mix(hash, (const uint8_t *)&pc, 4);
    if (name.length >= sizeof text || memchr(name.bytes, 0, name.length) != 0) continue;
    memcpy(text, name.bytes, name.length);
    text[name.length] = 0;
    if (pvm_find_export(file, text, &found) != PVM_OK) printf("lost %s ", text);
  }
  printf("%" PRIu32 " %" PRIu32 " %" PRIx32, file->kind, file->version, hash);
  pvm_problem problem;
  pvm *vm = pvm_create_program(0, file, &problem);
  if (vm == 0) {
    printf(" %s %" PRIu64 "\n", problem.code, problem.offset);
    return;
  }
  static const uint8_t args[] = {1, 2, 3};
  int32_t started = pvm_start(vm, file, 0, args, file->bounds.args_to > file->bounds.args_from ? 3 : 0);
  hash = 0x811c9dc5u;
  static uint8_t page[4096];
  uint64_t mapped = 0;
  for (uint32_t number = 0; (number = pvm_next_mapped(vm, number)) < 1u << 20; number++, mapped++) {
    if (mapped >= 8) continue; /* contents of the first pages are enough */
    uint8_t access = (uint8_t)pvm_access(vm, number);
    pvm_read_ram_bytes(vm, number << 12, page, sizeof page);
    hash = mix(mix(mix(hash, (const uint8_t *)&number, 4), &access, 1), page, sizeof page);
  }
  printf(" %" PRId32 " %" PRIu64 " %" PRIx32 " %" PRIu32 " %" PRIu32, started, mapped, hash, vm->heap_end, vm->heap_limit);
  printf(" %" PRIu32 " %" PRIu32, vm->rules, vm->gas_model);
  for (int i = 0; i < 13; i++) printf(" %" PRIx64, vm->regs[i]);
  printf("\n");
  pvm_destroy(vm);
}

int main(void) {
  uint32_t head[2];
  pvm_set_allocator(allocate, release);
  while (fread(head, 4, 2, stdin) == 2) {
    uint8_t *bytes = malloc(head[1] == 0 ? 1 : head[1]);
    if (bytes == 0 || fread(bytes, 1, head[1], stdin) != head[1]) return 2;
    pvm_file file;
    pvm_problem problem;
    if (pvm_parse(bytes, head[1], head[0], &file, &problem) == PVM_OK) describe(&file);
    else printf("%s %" PRIu64 "\n", problem.code, problem.offset);
    free(bytes);
  }
  return 0;
}
