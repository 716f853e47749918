/* Coverage-guided fuzzing of the native core, for libFuzzer. It makes a program of each input and executes it in three ways: in
 * the fast loop, in the traced loop, and step by step with tracing switched on and off. All of them have to end alike. Some
 * inputs are also read as program files. Sanitizers find what is wrong besides. `npm run fuzz:core` builds and runs this. With
 * -DREPLAY it is a plain program that runs files.
 *
 * An input is 32 bytes of settings, and then a program blob, or bytes from which one is made. */
#include "../pvm.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { SETTINGS = 32, EXITS = 12 };

typedef struct {
  uint8_t form, set, rules, model, gas, host, heap, steps;
  uint8_t regs[13], jumps[8], pad[3];
} settings;

_Static_assert(sizeof(settings) == SETTINGS, "settings are the first bytes of the input");

static const settings *now;
static uint64_t seen; /* a digest of what host callbacks saw, in order */

/* A machine has ten megabytes, most of which are never touched, and clearing them took most of the time. So it gets pages from the
 * system, with a page behind that nobody may touch. All other memory comes from the sanitizer's heap. */
enum { LARGE = 1 << 22, GUARD = 4096 };

static void *allocate(size_t size) {
  if (size < LARGE) return calloc(1, size);
  uint8_t *memory = mmap(0, size + GUARD, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return 0;
  return size % GUARD == 0 && mprotect(memory + size, GUARD, PROT_NONE) == 0 ? memory : 0;
}

static void release(void *memory, size_t size) {
  if (size < LARGE) free(memory);
  else if (munmap(memory, size + GUARD) != 0) abort();
}

static const uint64_t prices[] = {0, 1, 2, 3, 100, UINT64_MAX, INT64_MAX, 0};

static void mix(uint64_t value) { seen = (seen ^ value) * UINT64_C(0x9e3779b97f4a7c15) + (seen >> 29); }

/* A host function that does everything one may do. What it does in a call depends on the settings and the index. */
static int32_t host(pvm *vm, int32_t index, void *user) {
  (void)user;
  uint64_t *regs = pvm_registers(vm);
  mix((uint32_t)index);
  mix(pvm_get_pc(vm));
  mix((uint64_t)pvm_get_gas(vm));
  for (int i = 0; i < 13; i++) mix(regs[i]);
  uint8_t what = (uint8_t)(now->host + (uint32_t)index * 7);
  uint64_t value = 0;
  if (what & 1) regs[what % 13] += (uint64_t)index;
  if (what & 2) pvm_write_ram_bytes_32(vm, (uint32_t)regs[7], (uint32_t)seen);
  if (what & 4) pvm_protect(vm, 0x20 + (what & 3), 1, what & 16 ? PVM_WRITE : what & 32 ? PVM_READ : PVM_NONE);
  if (what & 8) pvm_charge_gas(vm, what & 15);
  if (what & 64) mix(pvm_read_ram_bytes_64(vm, (uint32_t)regs[8], &value) == PVM_OK ? value : 1);
  if ((what & 0x90) == 0x90) pvm_set_pc(vm, pvm_get_pc(vm) % 64);
  /* A running machine refuses to be run again, and goes on afterwards. */
  if (pvm_resume(vm) != PVM_BUSY || pvm_step(vm, 1) != PVM_BUSY || pvm_execute(vm, 0, 0) != PVM_BUSY) abort();
  static const int32_t answers[] = {PVM_HOST_CONTINUE, PVM_HOST_CONTINUE, PVM_HOST_CONTINUE, PVM_HOST_CONTINUE,
                                    PVM_HOST_HALT,     PVM_HOST_PANIC,    PVM_HOST_STOP,     PVM_HOST_EXIT};
  return answers[(what >> 3) & 7];
}

static void traced(pvm *vm, const pvm_event *event, void *user) {
  (void)user;
  (void)vm;
  if (event->access > PVM_ACCESS_STORE || event->width > 8 || event->reg > 12) abort();
}

static uint64_t value_of(uint8_t seed) {
  static const uint64_t values[] = {0, 1, 0x10000, 0x20000, 0x20ffc, 0x22ff8, 0xfffffffc, UINT64_C(0x8000000000000000),
                                    UINT64_MAX, 0x7fffffff, 0x80000000, 2, 0xffff0000, 0xfeff0000, 63, 4};
  return values[seed & 15] + (seed >> 4);
}

/* Brings the machine to the start that the input says, whatever it did before. */
static void prepare(pvm *vm) {
  if (pvm_reset(vm) != PVM_OK) abort();
  for (uint32_t i = 0; i < 13; i++) {
    if (pvm_set_register(vm, i, value_of(now->regs[i])) != PVM_OK) abort();
  }
  if (pvm_set_profile(vm, now->set & 3, now->rules & 127, now->model % 3) != PVM_OK) abort();
  pvm_bounds bounds = {0x10000, 0x11000, 0x20000, 0x23000, 0xfeff0000, 0xfeff1000, 0xfefde000, 0xfefdf000, 0x22100, 0};
  bounds.heap_limit = 0x23000 + now->heap * 0x1000u;
  if (pvm_set_memory_bounds(vm, &bounds) != PVM_OK) abort();
  if (pvm_set_memory_regions(vm, 0, 0, 0, 0) != PVM_OK) abort();
  if (pvm_protect(vm, 0xfffff, 1, PVM_WRITE) != PVM_OK || pvm_protect(vm, 0, 1, PVM_WRITE) != PVM_OK) abort();
  pvm_set_host_callback(vm, host, 0);
  pvm_set_host_prices(vm, prices, now->pad[0] & 7, now->pad[1] & 31);
  pvm_set_trace_callback(vm, traced, 0);
  pvm_set_gas(vm, now->gas * 4);
}

#ifdef __clang__
#define UNTRACED __attribute__((no_sanitize("coverage"))) /* its comparisons say nothing about the core */
#else
#define UNTRACED
#endif

UNTRACED static uint64_t state(pvm *vm, int exit) {
  uint64_t hash = (uint64_t)(uint32_t)exit;
#define ADD(value) hash = (hash ^ (uint64_t)(value)) * UINT64_C(0x100000001b3) + (hash >> 31)
  ADD(vm->pc);
  ADD(vm->gas);
  ADD(vm->exit_arg);
  ADD(vm->charged);
  ADD(vm->heap_end);
  for (int i = 0; i < 13; i++) ADD(vm->regs[i]);
  return hash;
}

UNTRACED static uint64_t memory(pvm *vm) {
  static uint8_t page[4096];
  uint64_t hash = 0;
  for (uint32_t number = 0; (number = pvm_next_mapped(vm, number)) < 1u << 20; number++) {
    ADD(number);
    ADD(pvm_access(vm, number));
    if (pvm_read_ram_bytes(vm, number << 12, page, sizeof page) != PVM_OK) abort();
    for (size_t i = 0; i < sizeof page; i += 8) {
      uint64_t word;
      memcpy(&word, page + i, 8);
      if (word != 0) ADD(word ^ i << 48);
    }
  }
  return hash;
}

typedef enum { FAST, TRACED, STEPS } manner;

/* Runs a machine to its end, or through a dozen exits. Returns a digest of all of them and of the memory. */
static uint64_t run(pvm *vm, manner how) {
  seen = 0;
  prepare(vm);
  if (how == TRACED) pvm_set_trace(vm, 1);
  uint64_t digest = 1;
  int started = 0;
  for (int exits = 0; exits < EXITS; exits++) {
    int exit;
    if (how == STEPS) {
      uint32_t count = 1 + (now->steps & 7);
      do {
        pvm_set_trace(vm, (now->steps >> (exits & 7)) & 1);
        exit = pvm_step(vm, count);
      } while (exit == PVM_STEP);
    } else if (!started) {
      exit = pvm_execute(vm, 0, 0);
    } else {
      exit = pvm_resume(vm);
    }
    started = 1;
    digest = (digest ^ state(vm, exit) ^ seen) * UINT64_C(0x9e3779b97f4a7c15);
    if (exit < 0) abort();
    if (exit == PVM_HALT || exit == PVM_PANIC) break;
    if (exit == PVM_OUT_OF_GAS) pvm_set_gas(vm, exits < 3 ? 9 : exits);
    if (exit == PVM_PAGE_FAULT) pvm_protect(vm, (uint32_t)vm->exit_arg >> 12, 1, PVM_WRITE);
  }
  return digest ^ memory(vm);
}

/* Makes a program blob, E(|j|) E1(1) E(|c|) j c mask, with code and mask from the input. */
static size_t make_blob(const uint8_t *bytes, size_t size, uint8_t *blob) {
  size_t code = size * 8 / 9, mask = (code + 7) / 8, at = 0;
  if (code > 8000) code = 8000, mask = 1000;
  blob[at++] = 8;
  blob[at++] = 1;
  if (code < 128) {
    blob[at++] = (uint8_t)code;
  } else {
    blob[at++] = (uint8_t)(0x80 | code >> 8);
    blob[at++] = (uint8_t)code;
  }
  memcpy(blob + at, now->jumps, 8);
  memcpy(blob + at + 8, bytes, code);
  for (size_t i = 0; i < mask; i++) blob[at + 8 + code + i] = code + i < size ? bytes[code + i] : 0xff;
  if (code & 7) blob[at + 8 + code + mask - 1] &= (uint8_t)((1u << (code & 7)) - 1);
  return at + 8 + code + mask;
}

/* Parses the input as a program file of each kind, and reads all that is found in it. */
static void parse(const uint8_t *data, size_t size) {
  for (uint32_t kind = PVM_KIND_ANY; kind <= PVM_KIND_POLKAVM; kind++) {
    pvm_file file;
    pvm_bytes name;
    uint32_t pc;
    if (pvm_parse(data, size, kind, &file, 0) != PVM_OK) continue;
    for (uint32_t i = 0; pvm_import(&file, i, &name) == PVM_OK; i++) mix(name.length == 0 ? 0 : name.bytes[name.length - 1]);
    for (uint32_t i = 0; i < 64 && pvm_export(&file, i, &name, &pc) == PVM_OK; i++) mix(name.length);
    mix((uint64_t)pvm_find_export(&file, "main", &pc));
    pvm *vm = pvm_create_program(0, &file, 0);
    if (vm == 0) continue;
    if (pvm_start(vm, &file, 0, data, size < 64 && file.bounds.args_to != 0 ? (uint32_t)size : 0) < 0) abort();
    pvm_destroy(vm);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static uint8_t made[9200];
  static settings chosen;
  if (size > 0 && size % 4 == 1) parse(data, size);
  if (size < SETTINGS) return 0;
  memcpy(&chosen, data, SETTINGS);
  now = &chosen;
  pvm_set_allocator(allocate, release);
  const uint8_t *blob = data + SETTINGS;
  size_t length = size - SETTINGS;
  if (chosen.form & 1) {
    length = make_blob(blob, length, made);
    blob = made;
  }
  /* The same machine runs all of them: making one takes most of the time. Decoded instructions have to survive a reset. */
  pvm *vm = pvm_create(7, blob, length, 0, 0, 0);
  if (vm == 0) return 0;
  uint64_t fast = run(vm, FAST);
  if (fast != run(vm, TRACED)) abort();
  if (fast != run(vm, STEPS)) abort();
  if (fast != run(vm, FAST)) abort();
  pvm_destroy(vm);
  return 0;
}

#ifdef REPLAY
#include <stdio.h>

int main(int count, char **files) {
  static uint8_t bytes[1 << 20];
  for (int i = 1; i < count; i++) {
    FILE *file = fopen(files[i], "rb");
    if (file == 0) return 2;
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    uint8_t *exact = malloc(size + 1); /* a buffer of the input's own size lets the sanitizer see reads behind it */
    memcpy(exact, bytes, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
  }
  printf("%d inputs\n", count - 1);
  return 0;
}
#endif
