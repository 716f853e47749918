/* What only the native build has: machines that the host's allocator gives memory for, program blobs, and borrowed memory. */
#include "../machine/vm.h"

#if !WASM

#define MAX_CODE (1u << 25) /* the limit of GP 0.8.0 with its pull request #559; with it, 32 bits address the whole arena */

#ifdef PVM_FREESTANDING
/* The compiler makes calls of these two functions, and a host without libc may not have them. They are weak, so that those of
 * the host are taken where it has some. */
__attribute__((weak)) void *memset(void *to, int value, size_t length) {
  volatile uint8_t *at = to;
  while (length-- > 0) *at++ = (uint8_t)value;
  return to;
}

__attribute__((weak)) void *memcpy(void *restrict to, const void *restrict from, size_t length) {
  volatile uint8_t *at = to;
  const uint8_t *bytes = from;
  while (length-- > 0) *at++ = *bytes++;
  return to;
}

static const pvm_trace_callback default_tracer = 0;
#else
#include <stdio.h>

/* Writes a line to stderr for each instruction. */
CORE void default_tracer(pvm *vm, const pvm_event *event, void *user) {
  char line[256];
  (void)vm;
  (void)user;
  pvm_format_event(event, line, sizeof line);
  fprintf(stderr, "%s\n", line);
}
#endif

void pvm_set_allocator(pvm_allocate_function allocate, pvm_release_function release) {
#ifndef PVM_FREESTANDING
  if (allocate == 0 || release == 0) allocate = default_allocate, release = default_release;
#endif
  allocate_memory = allocate;
  release_memory = release;
}

/* Reads a number in the encoding E of GP C.5. Returns 0 when it is malformed. A form longer than needed is malformed. */
CORE int read_number(const uint8_t **at, const uint8_t *end, u64 *value) {
  if (*at == end) return 0;
  u32 first = *(*at)++, length = 0;
  while (length < 8 && (first & (0x80u >> length))) length += 1;
  if ((size_t)(end - *at) < length) return 0;
  u64 low = 0;
  for (u32 i = 0; i < length; i++) low |= (u64) * (*at)++ << (8 * i);
  u64 high = length >= 8 ? 0 : first & (0x7Fu >> length);
  *value = length >= 8 ? low : low | high << (8 * length);
  return length == 0 || *value >> (7 * length) != 0;
}

typedef struct {
  const uint8_t *jumps, *code, *mask;
  u64 jump_len, code_len;
  u32 jump_bytes;
} parts;

/* Finds the parts of a program blob, which is `deblob` of GP A.2. It checks lengths and the last bits of the mask. Code may be
 * anything. */
CORE int read_parts(const uint8_t *blob, size_t length, parts *out) {
  const uint8_t *at = blob, *end = blob + length;
  if (!read_number(&at, end, &out->jump_len) || at == end) return 0;
  out->jump_bytes = *at++;
  if (out->jump_bytes > 8 || !read_number(&at, end, &out->code_len)) return 0;
  u64 rest = (u64)(end - at);
  if (out->code_len > MAX_CODE || (out->jump_bytes != 0 && out->jump_len > UINT64_C(0xFFFFFFFF))) return 0;
  u64 jumps = out->jump_len * out->jump_bytes, mask = (out->code_len + 7) / 8;
  if (jumps + out->code_len + mask != rest) return 0;
  out->jumps = at;
  out->code = at + jumps;
  out->mask = out->code + out->code_len;
  u32 used = (u32)(out->code_len & 7);
  return used == 0 || out->mask[mask - 1] >> used == 0;
}

CORE u64 up_page(u64 n) { return (n + PAGE_SIZE - 1) & ~(u64)(PAGE_SIZE - 1); }

typedef struct {
  size_t arena_size;
} sizes;

/* One allocation holds the machine, and behind it sizes, rights and frames. The arena is an allocation of its own. */
#define RIGHTS_AT up_page(sizeof(machine) + sizeof(sizes))
#define FRAMES_AT (RIGHTS_AT + PAGE_COUNT)
#define MACHINE_SIZE (FRAMES_AT + PAGE_COUNT * sizeof(uint8_t *))

CORE sizes *sizes_of(pvm *vm) { return (sizes *)(void *)((machine *)vm + 1); }

/* Makes a machine with the program `p`. The jump table is `jumps`, or if that is 0 the bytes in `p`. */
CORE pvm *make_machine(const parts *p, const u32 *jumps) {
  if (allocate_memory == 0 || release_memory == 0) return 0;
  uint8_t *memory = allocate_memory(MACHINE_SIZE);
  if (memory == 0) return 0;
  pvm *vm = (pvm *)(void *)memory;
  private_part *own = OWN(vm);
  own->rights = memory + RIGHTS_AT;
  own->frames = (uint8_t **)(void *)(memory + FRAMES_AT);
  /* More entries can never be reached. The bound also keeps the index that an odd address or 0 gives out of the table. */
  u32 jump_len = p->jump_len > INT32_MAX ? INT32_MAX : (u32)p->jump_len;
  u32 code_len = (u32)p->code_len, jump_size = jumps == 0 && p->jump_bytes == 0 ? 0 : jump_len;
  u64 records = 24 * (u64)code_len;
  if (records > 64u << 20) records = 64u << 20;
  u64 arena_size = up_page(9 * (u64)code_len + 12 * (u64)jump_size + code_len / 8 + 8 * (u64)MAX_RECORDS + records);
  uint8_t *arena = allocate_memory(arena_size);
  if (arena == 0 || lay_out(vm, arena, arena_size, code_len, jump_len, jump_size) != PVM_OK) {
    if (arena != 0) release_memory(arena, arena_size);
    release_memory(memory, MACHINE_SIZE);
    return 0;
  }
  sizes_of(vm)->arena_size = arena_size;
  if (code_len != 0) __builtin_memcpy(own->code, p->code, code_len);
  if (code_len != 0) __builtin_memcpy(own->mask, p->mask, (code_len + 7) / 8);
  for (u32 i = 0; i < jump_size; i++) {
    u64 target = jumps == 0 ? 0 : jumps[i];
    for (u32 k = 0; jumps == 0 && k < p->jump_bytes; k++) { /* an entry that does not fit into 32 bits leads nowhere */
      u64 byte = p->jumps[(u64)i * p->jump_bytes + k];
      target |= k < 4 ? byte << (8 * k) : byte != 0 ? UINT64_C(0xFFFFFFFF) : 0;
    }
    own->jump_table[i] = (u32)target;
  }
  pad_mask(vm);
  vm->rules = PVM_RULE_DRAIN;
  clear_state(vm);
  own->tracer = default_tracer;
  return vm;
}

CORE pvm *with_registers(pvm *vm, u32 service_index, const u64 *regs, u32 num_regs, u32 pc) {
  if (vm == 0) return 0;
  vm->service = service_index;
  for (u32 i = 0; i < num_regs; i++) vm->regs[i] = regs[i];
  vm->pc = pc;
  return vm;
}

pvm *pvm_create(uint32_t service_index, const uint8_t *blob, size_t blob_len, const uint64_t *initial_regs,
                uint32_t num_regs, uint32_t initial_pc) {
  parts p;
  if (blob == 0 || num_regs > 13 || (num_regs > 0 && initial_regs == 0)) return 0;
  if (!read_parts(blob, blob_len, &p)) return 0;
  return with_registers(make_machine(&p, 0), service_index, initial_regs, num_regs, initial_pc);
}

void pvm_destroy(pvm *vm) {
  if (vm == 0) return;
  release_chunks(vm);
  release_memory(OWN(vm)->arena, sizes_of(vm)->arena_size);
  release_memory(vm, MACHINE_SIZE);
}

CORE int good_range(u32 from, u32 to) { return from <= to && (from & (PAGE_SIZE - 1)) == 0 && (to & (PAGE_SIZE - 1)) == 0; }
CORE int overlap(u32 a, u32 b, u32 c, u32 d) { return a < d && c < b; }

int32_t pvm_set_memory_bounds(pvm *vm, const pvm_bounds *b) {
  if (vm == 0 || b == 0) return PVM_BAD;
  const u32 r[4][2] = {
      {b->ro_from, b->ro_to}, {b->rw_from, b->rw_to}, {b->args_from, b->args_to}, {b->stack_from, b->stack_to}};
  for (int i = 0; i < 4; i++) {
    if (!good_range(r[i][0], r[i][1])) return PVM_BAD;
    for (int k = 0; k < i; k++) {
      if (overlap(r[i][0], r[i][1], r[k][0], r[k][1])) return PVM_BAD;
    }
  }
  if (vm->busy) return PVM_BUSY;
  if (b->heap_start > b->heap_limit) return PVM_BAD;
  OWN(vm)->bounds = *b;
  vm->heap_end = b->heap_start;
  vm->heap_limit = b->heap_limit;
  return PVM_OK;
}

int32_t pvm_map(pvm *vm, uint32_t address, uint8_t *bytes, uint32_t length, uint32_t access) {
  if (vm == 0) return PVM_BAD;
  if (((address | length) & (PAGE_SIZE - 1)) != 0 || (length != 0 && address + (length - 1) < address)) return PVM_BAD;
  if (access != PVM_READ && access != PVM_WRITE) return PVM_BAD;
  private_part *own = OWN(vm);
  u32 page = address >> PAGE_BITS, count = length >> PAGE_BITS;
  set_rights(vm, page, count, PVM_NONE);
  for (u32 i = 0; bytes != 0 && i < count; i++) {
    own->frames[page + i] = bytes + (size_t)i * PAGE_SIZE;
    stick(own, page + i, RIGHT_BORROWED | RIGHT_TOUCHED);
  }
  set_rights(vm, page, count, access);
  return PVM_OK;
}

int32_t pvm_set_memory_regions(pvm *vm, uint8_t *ro, uint8_t *rw, uint8_t *args, uint8_t *stack) {
  if (vm == 0) return PVM_BAD;
  const pvm_bounds *b = &OWN(vm)->bounds;
  int32_t result = pvm_map(vm, b->ro_from, ro, b->ro_to - b->ro_from, PVM_READ);
  if (result == PVM_OK) result = pvm_map(vm, b->rw_from, rw, b->rw_to - b->rw_from, PVM_WRITE);
  if (result == PVM_OK) result = pvm_map(vm, b->args_from, args, b->args_to - b->args_from, PVM_READ);
  if (result == PVM_OK) result = pvm_map(vm, b->stack_from, stack, b->stack_to - b->stack_from, PVM_WRITE);
  return result;
}

void pvm_set_host_callback(pvm *vm, pvm_host_callback callback, void *user) {
  if (vm == 0) return;
  OWN(vm)->host = callback;
  OWN(vm)->host_user = user;
}

void pvm_set_trace_callback(pvm *vm, pvm_trace_callback callback, void *user) {
  if (vm == 0) return;
  OWN(vm)->tracer = callback != 0 ? callback : default_tracer;
  OWN(vm)->trace_user = user;
}

int32_t pvm_set_host_prices(pvm *vm, const uint64_t *prices, uint32_t count, uint64_t other) {
  if (vm == 0 || (prices == 0 && count != 0)) return PVM_BAD;
  private_part *own = OWN(vm);
  own->prices = prices;
  own->price_count = count;
  own->other_price = other;
  return PVM_OK;
}

void pvm_set_price_callback(pvm *vm, pvm_price_callback callback, void *user) {
  if (vm == 0) return;
  OWN(vm)->price_of = callback;
  OWN(vm)->price_user = user;
}

void pvm_abandon(pvm *vm) {
  if (vm == 0 || !vm->busy) return;
  vm->busy = 0;
  vm->exit = PVM_BREAK;
}

#endif
