/* Guest memory: rights by page, pages that appear when they are first written, the slow path of loads and stores.
 * Not the fast path: that is in interpreter.c. Addresses and pages are physical here, see wasm.c; natively the
 * rotation is 0 and every page is found through `frames`.
 *
 * A page has true rights (RIGHT_READ, RIGHT_WRITE) and what fast paths may do without asking (RIGHT_FAST_*). A page
 * that has never been written is zero and cannot be written fast: so TOUCHED is exact, a reset zeroes touched pages
 * only, and mapping 256 MiB costs a fill of 64 KiB of rights.
 */
#include "vm.h"

/* One byte, eight times. */
#define EIGHT(byte) ((byte) * UINT64_C(0x0101010101010101))

#if WASM
CORE int in_window(u32 page) {
  return page >= PVM_AT_WINDOW >> PAGE_BITS && page < PVM_WINDOW_END >> PAGE_BITS;
}

CORE uint8_t *take_frame(pvm *vm) {
  private_part *own = OWN(vm);
  if (own->frames_next + PAGE_SIZE > own->frames_end) {
    if (__builtin_wasm_memory_grow(0, 256) == (size_t)-1) return 0;
    own->frames_end += 256u << 16;
  }
  uint8_t *frame = (uint8_t *)(uintptr_t)own->frames_next;
  own->frames_next += PAGE_SIZE;
  return frame;
}
#else
#define in_window(page) 0

#ifdef PVM_FREESTANDING
static pvm_allocate_function allocate_memory;
static pvm_release_function release_memory;
static const pvm_trace_callback default_tracer = 0;
#else
static pvm_allocate_function allocate_memory = default_allocate;
static pvm_release_function release_memory = default_release;
#endif

#define CHUNK_PAGES 16u
CORE uint8_t *take_frame(pvm *vm) {
  private_part *own = OWN(vm);
  if (own->spare_pages == 0) {
    size_t size = (CHUNK_PAGES + 1) * (size_t)PAGE_SIZE; /* the first page links the chunks */
    void **chunk = allocate_memory ? allocate_memory(size) : 0;
    if (chunk == 0) return 0;
    *chunk = own->chunks;
    own->chunks = chunk;
    own->spare = (uint8_t *)chunk + PAGE_SIZE;
    own->spare_pages = CHUNK_PAGES;
  }
  uint8_t *frame = own->spare;
  own->spare += PAGE_SIZE;
  own->spare_pages -= 1;
  return frame;
}

CORE void release_chunks(pvm *vm) {
  private_part *own = OWN(vm);
  while (own->chunks != 0) {
    void *next = *(void **)own->chunks;
    release_memory(own->chunks, (CHUNK_PAGES + 1) * (size_t)PAGE_SIZE);
    own->chunks = next;
  }
  own->spare_pages = 0;
}
#endif

/* The bytes of a page. For reading 0 when it has never been written; for writing 0 when there is no memory left. */
CORE uint8_t *page_bytes(pvm *vm, u32 page, int write) {
  private_part *own = OWN(vm);
  uint8_t rights = own->rights[page];
#if WASM
  if (in_window(page) && !(rights & RIGHT_BORROWED)) {
    if (write && !(rights & RIGHT_TOUCHED)) {
      own->touched += 1;
      own->rights[page] = rights | RIGHT_TOUCHED | (rights & RIGHT_WRITE ? RIGHT_FAST_WRITE : 0);
    }
    return (uint8_t *)(uintptr_t)(page << PAGE_BITS);
  }
  if (own->frames[page] == 0) {
    if (!write) return 0;
    own->frames[page] = (u32)(uintptr_t)take_frame(vm);
    if (own->frames[page] == 0) return 0;
    own->touched += 1;
    own->rights[page] = rights | RIGHT_TOUCHED;
  }
  return (uint8_t *)(uintptr_t)own->frames[page];
#else
  if (own->frames[page] == 0) {
    if (!write) return 0;
    own->frames[page] = take_frame(vm);
    if (own->frames[page] == 0) return 0;
    own->touched += 1;
    if (rights & RIGHT_READ) rights |= RIGHT_FAST_READ;
    if (rights & RIGHT_WRITE) rights |= RIGHT_FAST_WRITE;
    own->rights[page] = rights | RIGHT_TOUCHED;
  }
  return own->frames[page];
#endif
}

/* What an access ends in whose first bad byte is at `bad` (GP A.8, A.9). */
CORE int access_failure(pvm *vm, u32 bad, int write) {
  u32 guest = bad - PVM_ROTATION;
  if (guest < ZONE_SIZE || RULE(vm, PVM_RULE_FAULT_PANIC)) return PVM_PANIC;
  if (write && RULE(vm, PVM_RULE_READ_ONLY_PANIC) && (OWN(vm)->rights[bad >> PAGE_BITS] & RIGHT_READ)) return PVM_PANIC;
  vm->exit_arg = (s32)(guest & ~(PAGE_SIZE - 1));
  return PVM_PAGE_FAULT;
}

/* 0 when all bytes have the right, else how the machine stops. An access has at most two pages. */
CORE int check_access(pvm *vm, u32 at, u32 size, u32 right) {
  const uint8_t *rights = OWN(vm)->rights;
  u32 last = at + size - 1;
  if (!(rights[at >> PAGE_BITS] & right)) return access_failure(vm, at, right == RIGHT_WRITE);
  if (!(rights[last >> PAGE_BITS] & right)) return access_failure(vm, last & ~(PAGE_SIZE - 1), right == RIGHT_WRITE);
  return 0;
}

/* Reads 1, 2, 4 or 8 bytes anywhere, also across pages and the end of the address space. 0 or how it stops. */
COLD int pvm_slow_read(pvm *vm, u32 at, u32 size, u64 *value) {
  int failure = check_access(vm, at, size, RIGHT_READ);
  if (failure != 0) return failure;
  u64 result = 0;
  for (u32 i = 0; i < size; i++) {
    const uint8_t *bytes = page_bytes(vm, (at + i) >> PAGE_BITS, 0);
    if (bytes != 0) result |= (u64)bytes[(at + i) & (PAGE_SIZE - 1)] << (8 * i);
  }
  *value = result;
  return 0;
}

COLD int pvm_slow_write(pvm *vm, u32 at, u32 size, u64 value) {
  int failure = check_access(vm, at, size, RIGHT_WRITE);
  if (failure != 0) return failure;
  u32 last = at + size - 1;
  if (page_bytes(vm, at >> PAGE_BITS, 1) == 0 || page_bytes(vm, last >> PAGE_BITS, 1) == 0) return PVM_NO_MEMORY;
  for (u32 i = 0; i < size; i++) {
    page_bytes(vm, (at + i) >> PAGE_BITS, 1)[(at + i) & (PAGE_SIZE - 1)] = (uint8_t)(value >> (8 * i));
  }
  return 0;
}

CORE void forget_page(pvm *vm, u32 page) {
  private_part *own = OWN(vm);
  uint8_t rights = own->rights[page];
  own->rights[page] = 0;
  if (rights & RIGHT_BORROWED) {
    own->frames[page] = 0;
  } else if (rights & RIGHT_TOUCHED) {
    __builtin_memset(page_bytes(vm, page, 0), 0, PAGE_SIZE);
    if (own->frames[page] != 0) own->rights[page] = RIGHT_TOUCHED; /* the frame stays with the page */
  }
}

CORE void set_page_rights(pvm *vm, u32 page, u32 access) {
  private_part *own = OWN(vm);
  if (access == PVM_NONE) {
    if (own->rights[page] != 0) forget_page(vm, page);
    return;
  }
  uint8_t kept = own->rights[page] & (RIGHT_TOUCHED | RIGHT_BORROWED);
  uint8_t rights = (uint8_t)(kept | RIGHT_READ | (access == PVM_WRITE ? RIGHT_WRITE : 0));
#if WASM
  if (in_window(page) && !(kept & RIGHT_BORROWED)) {
    rights |= RIGHT_FAST_READ | ((rights & RIGHT_WRITE) && kept ? RIGHT_FAST_WRITE : 0);
  }
#else
  if (own->frames[page] != 0) rights |= RIGHT_FAST_READ | (rights & RIGHT_WRITE ? RIGHT_FAST_WRITE : 0) | RIGHT_TOUCHED;
#endif
  own->rights[page] = rights;
}

/* Guest pages, from here on. */
#define PHYSICAL_PAGE(page) (((page) + (PVM_ROTATION >> PAGE_BITS)) & (PAGE_COUNT - 1))

CORE void set_rights(pvm *vm, u32 page, u32 count, u32 access) {
  private_part *own = OWN(vm);
  const u32 whole = 1u << CHUNK_BITS;
  for (u32 i = 0; i < count;) {
    u32 at = PHYSICAL_PAGE(page + i);
    uint8_t *summary = &own->summary[at >> CHUNK_BITS];
    if (*summary == 0 && (at & (whole - 1)) == 0 && count - i >= whole) { /* nothing was ever mapped in the chunk */
      if (access != PVM_NONE) {
        int fast = WASM && in_window(at) && in_window(at + whole - 1);
        int rights = RIGHT_READ | (fast ? RIGHT_FAST_READ : 0) | (access == PVM_WRITE ? RIGHT_WRITE : 0);
        __builtin_memset(own->rights + at, rights, whole);
        *summary = 1;
      }
      i += whole;
      continue;
    }
    *summary = 1;
    set_page_rights(vm, at, access);
    i += 1;
  }
}

CORE void zero_pages(pvm *vm, u32 page, u32 count) {
  private_part *own = OWN(vm);
  for (u32 i = 0; i < count;) {
    u32 at = PHYSICAL_PAGE(page + i);
    if ((at & 7) == 0 && count - i >= 8) {
      u64 eight;
      __builtin_memcpy(&eight, own->rights + at, 8);
      if ((eight & EIGHT(RIGHT_TOUCHED | RIGHT_BORROWED)) == 0) { /* most of the 256 MiB that an sbrk gives */
        i += 8;
        continue;
      }
    }
    if (own->rights[at] & (RIGHT_TOUCHED | RIGHT_BORROWED)) __builtin_memset(page_bytes(vm, at, 1), 0, PAGE_SIZE);
    i += 1;
  }
}

/* GP 0.7.2 only; spec pvm-isa.md section 13 says what is settled. */
COLD u64 pvm_sbrk(pvm *vm, u64 bytes) {
  u64 old = vm->heap_end;
  if (bytes == 0) return old;
  if (bytes > UINT64_C(0x100000000) || old + bytes > vm->heap_limit) return 0;
  u64 end = old + bytes;
  u32 first = (u32)((old + PAGE_SIZE - 1) >> PAGE_BITS);
  u32 count = (u32)((end + PAGE_SIZE - 1) >> PAGE_BITS) - first;
  set_rights(vm, first, count, PVM_WRITE);
  if (OWN(vm)->touched != 0) zero_pages(vm, first, count);
  vm->heap_end = (u32)end;
  return RULE(vm, PVM_RULE_SBRK_NEW) ? end : old;
}

/* GP 0.7.2: running out empties the counter. GP 0.8.0: it stays. */
CORE int out_of_gas(pvm *vm) {
  if (RULE(vm, PVM_RULE_DRAIN)) vm->gas = 0;
  return PVM_OUT_OF_GAS;
}

/* memset (PolkaVM): r9 bytes at r7 become the low byte of r8, 1 gas each; can stop at any byte. -1 when done. */
COLD int pvm_memset(pvm *vm) {
  vm->regs[9] = (u32)vm->regs[9];
  for (u32 left = (u32)vm->regs[9]; left > 0; left--) {
    if (vm->gas < 1) return out_of_gas(vm);
    int failure = pvm_slow_write(vm, (u32)vm->regs[7] + PVM_ROTATION, 1, vm->regs[8]);
    if (failure != 0) return failure;
    vm->gas -= 1;
    vm->regs[7] += 1;
    vm->regs[9] = left - 1;
  }
  return -1;
}

/* Zeroes what a page holds, or forgets where it was. */
CORE void clear_page(pvm *vm, u32 page) {
  private_part *own = OWN(vm);
#if WASM
  if (in_window(page) && !(own->rights[page] & RIGHT_BORROWED)) {
    __builtin_memset((void *)(uintptr_t)(page << PAGE_BITS), 0, PAGE_SIZE);
    return;
  }
#endif
  own->frames[page] = 0;
}

/* No rights, no contents, frames given back. */
CORE void clear_memory(pvm *vm) {
  private_part *own = OWN(vm);
  for (u32 chunk = 0; chunk < CHUNK_COUNT; chunk++) {
    if (own->summary[chunk] == 0) continue;
    own->summary[chunk] = 0;
    u32 first = chunk << CHUNK_BITS;
    for (u32 page = first; page < first + (1u << CHUNK_BITS); page += 8) {
      u64 eight;
      __builtin_memcpy(&eight, own->rights + page, 8);
      if (eight == 0) continue;
      if ((eight & EIGHT(RIGHT_TOUCHED | RIGHT_BORROWED)) != 0) {
        for (u32 at = page; at < page + 8; at++) {
          if (own->rights[at] & (RIGHT_TOUCHED | RIGHT_BORROWED)) clear_page(vm, at);
        }
      }
      __builtin_memset(own->rights + page, 0, 8);
    }
  }
#if WASM
  __builtin_memset((void *)(uintptr_t)PVM_WINDOW_END, 0, own->frames_next - PVM_WINDOW_END);
  own->frames_next = PVM_WINDOW_END;
#else
  release_chunks(vm);
#endif
  own->touched = 0;
}
