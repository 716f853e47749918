/* Guest memory: the rights of pages, pages that get bytes when they are first written, and the slow path of loads and stores.
 * Not the fast path: that is in interpreter.c.
 *
 * Addresses and pages are physical here: hosts/wasm.c says how they follow from the guest's. In the native build the
 * rotation is 0, and the bytes of every page are found through `frames`.
 *
 * A page has a byte of rights. Two bits are what the guest may do (RIGHT_READ, RIGHT_WRITE). Two more are what a fast path
 * may do without asking (RIGHT_FAST_*). A page that is still all zeros does not have the right to be written fast. So its
 * first write comes here and sets RIGHT_TOUCHED, and a reset has to zero only the pages with that bit.
 *
 * A chunk is 512 pages. When all of its pages get the same rights, those go into the chunk's byte of the summary, and not
 * into 512 bytes: the bits of each page stay zero, so no fast path goes there, and the first access that comes here fills
 * them in. This matters because a host call that costs 10 gas can change the rights of all pages (`pages` in GP 0.7.2). With
 * the summary it takes time in proportion to the chunks, and to what the guest has accessed in them, not to the pages.
 */
#include "vm.h"

/* The summary of a chunk says whether the rights of its pages are filled in. If they are not, it says what access all of them
 * have. It also says whether some page has sticky bits, which stay whatever rights the page gets. 0 means that no page has
 * rights or sticky bits. */
enum { CHUNK_FILLED = 1, CHUNK_READ = PVM_READ << 1, CHUNK_WRITE = PVM_WRITE << 1, CHUNK_STICKY = 8 };
#define CHUNK_ACCESS(summary) ((summary) >> 1 & 3u)
#define STICKY (RIGHT_TOUCHED | RIGHT_BORROWED | RIGHT_FRAMED | RIGHT_VIEWED)
#define CHUNK_PAGES (1u << CHUNK_BITS)

/* A u64 of eight times the same byte. */
#define EIGHT(byte) ((byte) * UINT64_C(0x0101010101010101))

/* Whether each of eight bytes, masked, is `value`. */
CORE int eight_are(const uint8_t *bytes, u32 mask, u32 value) {
  u64 eight;
  __builtin_memcpy(&eight, bytes, 8);
  return (eight & EIGHT(mask)) == EIGHT(value);
}

#if WASM
CORE int in_window(u32 page) {
  return page >= PVM_AT_WINDOW >> PAGE_BITS && page < PVM_WINDOW_END >> PAGE_BITS;
}

CORE uint8_t *take_frame(pvm *vm) {
  private_part *own = OWN(vm);
  if (own->frames_next + PAGE_SIZE > own->frames_end) return 0; /* the memory cannot grow: the host's views of it would break */
  uint8_t *frame = (uint8_t *)(uintptr_t)own->frames_next;
  own->frames_next += PAGE_SIZE;
  return frame;
}
#else
#define in_window(page) 0

#define BATCH 16u /* frames that are allocated at once */
CORE uint8_t *take_frame(pvm *vm) {
  private_part *own = OWN(vm);
  if (own->spare_pages == 0) {
    size_t size = (BATCH + 1) * (size_t)PAGE_SIZE; /* the first page of a batch holds the link to the batch before */
    void **chunk = allocate_memory ? allocate_memory(size) : 0;
    if (chunk == 0) return 0;
    *chunk = own->chunks;
    own->chunks = chunk;
    own->spare = (uint8_t *)chunk + PAGE_SIZE;
    own->spare_pages = BATCH;
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
    release_memory(own->chunks, (BATCH + 1) * (size_t)PAGE_SIZE);
    own->chunks = next;
  }
  own->spare_pages = 0;
}
#endif

/* Which of these fast bits a page may have. If a search watches reads or writes of the page, it may not have that bit, so that
 * every such access comes here. */
CORE u32 fast_bits(const private_part *own, u32 page, u32 fast) {
#if PVM_WATCHING
  u32 guest = (page - (PVM_ROTATION >> PAGE_BITS)) & (PAGE_COUNT - 1), memory = own->guard.memory;
  if (LIKELY(memory == 0) || guest < own->guard.from >> PAGE_BITS || guest > own->guard.last >> PAGE_BITS) return fast;
  return fast & ~((memory & 1 ? RIGHT_FAST_READ : 0u) | (memory & 2 ? RIGHT_FAST_WRITE : 0u));
#else
  (void)own, (void)page;
  return fast;
#endif
}

/* Whether a search watches any page. */
CORE int is_watching(const private_part *own) {
#if PVM_WATCHING
  return own->guard.memory != 0;
#else
  (void)own;
  return 0;
#endif
}

/* Whether a search stops before this access. `access` is 1 for a read and 2 for a write. */
CORE int stops_access(pvm *vm, u32 at, u32 size, u32 access) {
#if PVM_WATCHING
  const pvm_guard_words *guard = &OWN(vm)->guard;
  if (LIKELY(!(guard->memory & access))) return 0;
  u32 guest = at - PVM_ROTATION;
  return guest <= guard->last && guest + (size - 1) >= guard->from;
#else
  (void)vm, (void)at, (void)size, (void)access;
  return 0;
#endif
}

/* The rights byte of a page that has this access (PVM_NONE, PVM_READ, PVM_WRITE) and these sticky bits. */
CORE uint8_t rights_with(const private_part *own, u32 page, u32 sticky, u32 access) {
  u32 rights = sticky | RIGHT_READ | (access == PVM_WRITE ? RIGHT_WRITE : 0u);
  if (access == PVM_NONE) return (uint8_t)sticky;
#if WASM
  int fast = in_window(page) && !(sticky & RIGHT_BORROWED);
  u32 bits = RIGHT_FAST_READ | (access == PVM_WRITE && (sticky & RIGHT_TOUCHED) ? RIGHT_FAST_WRITE : 0u);
  if (fast) rights |= fast_bits(own, page, bits);
#else
  if (own->frames[page] != 0) rights |= RIGHT_FAST_READ | (access == PVM_WRITE ? RIGHT_FAST_WRITE : 0u) | RIGHT_TOUCHED;
#endif
  return (uint8_t)rights;
}

/* Fills in the rights of a chunk's pages from its summary. */
COLD void fill_chunk(private_part *own, u32 chunk) {
  u32 access = CHUNK_ACCESS(own->summary[chunk]), first = chunk << CHUNK_BITS;
  own->summary[chunk] = (uint8_t)((own->summary[chunk] & CHUNK_STICKY) | CHUNK_FILLED);
  if (access == PVM_NONE) return;
  u64 plain = EIGHT(rights_with(own, first, 0, access)); /* the same for all pages: the window begins and ends between chunks */
  for (u32 page = first; page < first + CHUNK_PAGES; page += 8) {
    u64 eight;
    __builtin_memcpy(&eight, own->rights + page, 8);
    if (eight == 0 && !is_watching(own)) {
      __builtin_memcpy(own->rights + page, &plain, 8);
      continue;
    }
    for (u32 at = page; at < page + 8; at++) own->rights[at] = rights_with(own, at, own->rights[at] & STICKY, access);
  }
}

/* The rights byte of a page, which is filled in first if need be. */
CORE u32 rights_of(private_part *own, u32 page) {
  if (CHUNK_ACCESS(own->summary[page >> CHUNK_BITS]) != 0) fill_chunk(own, page >> CHUNK_BITS);
  return own->rights[page];
}

/* Sets sticky bits of a page. */
CORE void stick(private_part *own, u32 page, u32 bits) {
  own->rights[page] |= (uint8_t)bits;
  own->summary[page >> CHUNK_BITS] |= CHUNK_STICKY;
}

/* Whether as many pages hold something as may at a time. */
CORE int is_full(pvm *vm) { return vm->max_pages != 0 && OWN(vm)->touched >= vm->max_pages; }

/* Where the bytes of a page are. For reading it may be 0: the page has never been written and counts as zeros. For writing
 * the page gets bytes if it has none; 0 means that there is no memory left. */
CORE uint8_t *page_bytes(pvm *vm, u32 page, int write) {
  private_part *own = OWN(vm);
#if WASM
  u32 rights = write ? rights_of(own, page) : own->rights[page], bits = RIGHT_TOUCHED;
  if (write && !(rights & RIGHT_TOUCHED) && is_full(vm)) return 0;
  uint8_t *bytes = (uint8_t *)(uintptr_t)(page << PAGE_BITS);
  if (in_window(page) && !(rights & RIGHT_BORROWED)) {
    if (rights & RIGHT_WRITE) bits |= fast_bits(own, page, RIGHT_FAST_WRITE);
  } else {
    if (own->frames[page] == 0) {
      if (!write) return 0;
      own->frames[page] = (u32)(uintptr_t)take_frame(vm);
      if (own->frames[page] == 0) return 0;
      bits |= RIGHT_FRAMED;
    }
    bytes = (uint8_t *)(uintptr_t)own->frames[page];
  }
  if (write && !(rights & RIGHT_TOUCHED)) {
    own->touched += 1;
    stick(own, page, bits);
  }
  return bytes;
#else
  if (own->frames[page] == 0) {
    if (!write || is_full(vm)) return 0;
    u32 rights = rights_of(own, page);
    own->frames[page] = take_frame(vm);
    if (own->frames[page] == 0) return 0;
    own->touched += 1;
    u32 fast = (rights & RIGHT_READ ? RIGHT_FAST_READ : 0u) | (rights & RIGHT_WRITE ? RIGHT_FAST_WRITE : 0u);
    stick(own, page, RIGHT_TOUCHED | fast);
  }
  return own->frames[page];
#endif
}

/* How the machine stops at an access that is not allowed: by a panic, or by a page fault whose argument is the address of the
 * page (GP A.8, A.9). `bad` is the first address of the access that does not have the right. */
CORE int access_failure(pvm *vm, u32 bad, int write) {
  u32 guest = bad - PVM_ROTATION;
  if (guest < (RULE(vm, PVM_RULE_LOW_FAULTS) ? LOW_ZONE : ZONE_SIZE) || RULE(vm, PVM_RULE_FAULT_PANIC)) return PVM_PANIC;
  if (write && RULE(vm, PVM_RULE_READ_ONLY_PANIC) && (rights_of(OWN(vm), bad >> PAGE_BITS) & RIGHT_READ)) return PVM_PANIC;
  vm->exit_arg = (s32)(guest & ~(PAGE_SIZE - 1));
  return PVM_PAGE_FAULT;
}

/* 0 when all bytes of an access have the right, otherwise how the machine stops. An access touches at most two pages. */
CORE int check_access(pvm *vm, u32 at, u32 size, u32 right) {
  private_part *own = OWN(vm);
  u32 last = at + size - 1;
  if (!(rights_of(own, at >> PAGE_BITS) & right)) return access_failure(vm, at, right == RIGHT_WRITE);
  if (!(rights_of(own, last >> PAGE_BITS) & right)) return access_failure(vm, last & ~(PAGE_SIZE - 1), right == RIGHT_WRITE);
  return 0;
}

/* Whether an access lies in one page, and may be done at once. The small core always says no, which saves bytes of code. */
#define IN_ONE_PAGE(at, size) (PVM_PASSES && LIKELY((at) >> PAGE_BITS == ((at) + (size) - 1) >> PAGE_BITS))

/* Copies 1, 2, 4 or 8 bytes of a value. Guest and host are both little-endian. */
CORE void copy_little(void *to, const void *from, u32 size) {
  switch (size) {
    case 1:
      __builtin_memcpy(to, from, 1);
      break;
    case 2:
      __builtin_memcpy(to, from, 2);
      break;
    case 4:
      __builtin_memcpy(to, from, 4);
      break;
    default:
      __builtin_memcpy(to, from, 8);
  }
}

/* Reads 1, 2, 4 or 8 bytes anywhere, also across pages and across the end of the address space. Returns 0, or how the machine
 * stops. */
COLD int pvm_slow_read(pvm *vm, u32 at, u32 size, u64 *value) {
  int failure = check_access(vm, at, size, RIGHT_READ);
  if (failure != 0) return failure;
  if (stops_access(vm, at, size, 1)) return GO_WATCHED;
  u64 result = 0;
  if (IN_ONE_PAGE(at, size)) {
    const uint8_t *bytes = page_bytes(vm, at >> PAGE_BITS, 0);
    if (bytes != 0) copy_little(&result, bytes + (at & (PAGE_SIZE - 1)), size);
    *value = result;
    return 0;
  }
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
  if (stops_access(vm, at, size, 2)) return GO_WATCHED;
  u32 last = at + size - 1;
  if (IN_ONE_PAGE(at, size)) {
    uint8_t *bytes = page_bytes(vm, at >> PAGE_BITS, 1);
    if (bytes == 0) return PVM_NO_MEMORY;
    copy_little(bytes + (at & (PAGE_SIZE - 1)), &value, size);
    return 0;
  }
  if (page_bytes(vm, at >> PAGE_BITS, 1) == 0 || page_bytes(vm, last >> PAGE_BITS, 1) == 0) return PVM_NO_MEMORY;
  for (u32 i = 0; i < size; i++) {
    page_bytes(vm, (at + i) >> PAGE_BITS, 1)[(at + i) & (PAGE_SIZE - 1)] = (uint8_t)(value >> (8 * i));
  }
  return 0;
}

/* Zeroes a page that may hold something. The page is no longer touched then, so the guest cannot have it zeroed once more
 * without paying for another write to it. A page that the host has a view of stays touched, because the host may write there
 * unseen. */
CORE void zero_page(pvm *vm, u32 page) {
  private_part *own = OWN(vm);
  __builtin_memset(page_bytes(vm, page, 0), 0, PAGE_SIZE);
  if (WASM && !(own->rights[page] & (RIGHT_BORROWED | RIGHT_VIEWED))) {
    own->rights[page] &= (uint8_t)~(RIGHT_TOUCHED | RIGHT_FAST_WRITE);
    own->touched -= 1;
  }
}

/* Takes a page's rights and contents away. It keeps its frame. */
CORE void forget_page(pvm *vm, u32 page) {
  private_part *own = OWN(vm);
  u32 rights = own->rights[page];
  if (rights & RIGHT_BORROWED) {
    own->frames[page] = 0;
    own->rights[page] = 0;
    return;
  }
  if (rights & RIGHT_TOUCHED) zero_page(vm, page);
  own->rights[page] &= STICKY;
}

/* The physical page of a guest page. From here on a parameter `page` is the number of a guest page if its function uses this. */
#define PHYSICAL_PAGE(page) (((page) + (PVM_ROTATION >> PAGE_BITS)) & (PAGE_COUNT - 1))

/* Gives all pages of a chunk the same rights. */
CORE void set_chunk_rights(pvm *vm, u32 chunk, u32 access) {
  private_part *own = OWN(vm);
  u32 summary = own->summary[chunk], first = chunk << CHUNK_BITS, sticky = 0;
  if ((summary & CHUNK_FILLED) || (access == PVM_NONE && (summary & CHUNK_STICKY))) {
    for (u32 page = first; page < first + CHUNK_PAGES; page += 8) {
      u64 eight;
      __builtin_memcpy(&eight, own->rights + page, 8);
      if (eight == 0) continue;
      if (access == PVM_NONE && (eight & EIGHT(RIGHT_TOUCHED | RIGHT_BORROWED)) != 0) {
        for (u32 at = page; at < page + 8; at++) forget_page(vm, at);
        __builtin_memcpy(&eight, own->rights + page, 8);
      }
      eight &= EIGHT(STICKY);
      __builtin_memcpy(own->rights + page, &eight, 8);
      if (eight != 0) sticky = CHUNK_STICKY;
    }
  } else sticky = summary & CHUNK_STICKY;
  own->summary[chunk] = (uint8_t)(sticky | access << 1);
}

CORE void set_page_rights(pvm *vm, u32 page, u32 access) {
  private_part *own = OWN(vm);
  rights_of(own, page);
  own->summary[page >> CHUNK_BITS] |= CHUNK_FILLED;
  if (access == PVM_NONE) forget_page(vm, page);
  else own->rights[page] = rights_with(own, page, own->rights[page] & STICKY, access);
}

/* Sets the rights of eight pages at once, if none of them has sticky bits. Returns whether it did. */
CORE int set_eight_rights(private_part *own, u32 page, u32 access) {
  u64 eight;
  rights_of(own, page);
  __builtin_memcpy(&eight, own->rights + page, 8);
  if ((eight & EIGHT(STICKY)) != 0 || is_watching(own)) return 0;
  eight = EIGHT(rights_with(own, page, 0, access)); /* the same for all eight: the window begins and ends between chunks */
  __builtin_memcpy(own->rights + page, &eight, 8);
  own->summary[page >> CHUNK_BITS] |= CHUNK_FILLED;
  return 1;
}

CORE void set_rights(pvm *vm, u32 page, u32 count, u32 access) {
  for (u32 i = 0; i < count;) {
    u32 at = PHYSICAL_PAGE(page + i);
    if ((at & (CHUNK_PAGES - 1)) == 0 && count - i >= CHUNK_PAGES) {
      set_chunk_rights(vm, at >> CHUNK_BITS, access);
      i += CHUNK_PAGES;
    } else if ((at & 7) == 0 && count - i >= 8 && set_eight_rights(OWN(vm), at, access)) {
      i += 8;
    } else {
      set_page_rights(vm, at, access);
      i += 1;
    }
  }
}

CORE void zero_pages(pvm *vm, u32 page, u32 count) {
  private_part *own = OWN(vm);
  for (u32 i = 0; i < count;) {
    u32 at = PHYSICAL_PAGE(page + i);
    if ((at & (CHUNK_PAGES - 1)) == 0 && count - i >= CHUNK_PAGES && !(own->summary[at >> CHUNK_BITS] & CHUNK_STICKY)) {
      i += CHUNK_PAGES;
      continue;
    }
    if ((at & 7) == 0 && count - i >= 8) {
      u64 eight;
      __builtin_memcpy(&eight, own->rights + at, 8);
      if ((eight & EIGHT(RIGHT_TOUCHED | RIGHT_BORROWED)) == 0) {
        i += 8;
        continue;
      }
    }
    if (own->rights[at] & (RIGHT_TOUCHED | RIGHT_BORROWED)) zero_page(vm, at);
    i += 1;
  }
}

/* The lower 32 bits of a value, sign-extended: so 32-bit programs keep values in registers, and so PolkaVM's sbrk answers. */
static inline u64 sign_extended(u64 value) { return (u64)(s64)(s32)(u32)value; }

/* sbrk: moves the end of the heap up and maps the pages up to there. Returns the old end (or the new one, by the profile's
 * rule), or 0 when the heap has no room. GP 0.8.0 has no sbrk. */
COLD u64 pvm_sbrk(pvm *vm, u64 bytes) {
  u64 old = vm->heap_end;
  int narrow = IS_NARROW(vm) || RULE(vm, PVM_RULE_SBRK_NARROW);
  if (IS_NARROW(vm)) bytes = (u32)bytes;
  else if (narrow && bytes > UINT32_MAX) bytes = 0;
  if (bytes == 0) return narrow ? sign_extended(old) : old;
  if (bytes > UINT64_C(0x100000000) || old + bytes > vm->heap_limit) return 0;
  u64 end = old + bytes;
  u32 scale = vm->rules / PVM_RULE_PAGES; /* sbrk maps pages that are as large as 2^scale of ours */
  u64 rest = ((u64)PAGE_SIZE << scale) - 1;
  u32 fresh = (u32)((old + rest) >> (PAGE_BITS + scale) << scale);
  u32 last = (u32)((end + rest) >> (PAGE_BITS + scale) << scale);
  u32 most = (u32)(((u64)vm->heap_limit + PAGE_SIZE - 1) >> PAGE_BITS); /* the first page that cannot belong to the heap */
  if (last > most) last = most;
  /* Rights are set from the old end on, because the heap may have started inside of a large page. Only whole new pages are
   * zeroed: a page that the old end lies in may have been written already. */
  u32 first = (u32)((old + PAGE_SIZE - 1) >> PAGE_BITS);
  if (last > first) set_rights(vm, first, last - first, PVM_WRITE);
  if (last > fresh && OWN(vm)->touched != 0) zero_pages(vm, fresh, last - fresh);
  vm->heap_end = (u32)end;
  u64 result = RULE(vm, PVM_RULE_SBRK_NEW) ? end : old;
  return narrow ? sign_extended(result) : result;
}

/* The machine runs out of gas. In GP 0.7.2 that empties the counter; in GP 0.8.0 the counter stays as it was. */
CORE int out_of_gas(pvm *vm) {
  if (RULE(vm, PVM_RULE_DRAIN)) vm->gas = 0;
  return PVM_OUT_OF_GAS;
}

/* After so many bytes a memset is interrupted, so that somebody can look at the clock. Only runs with a bound of time do that. */
#define MEMSET_PART 16384

/* memset (PolkaVM): sets r9 bytes from address r7 on to the low byte of r8. Each byte costs 1 gas, and the instruction can stop
 * at any byte. Returns PVM_RUNNING when all is done. In a run with a bound of time it returns GO_AGAIN when there is more to do. */
COLD int pvm_memset(pvm *vm) {
  const u64 address = RULE(vm, PVM_RULE_MEMSET_NARROW) && !IS_NARROW(vm) ? UINT32_MAX : UINT64_MAX;
  vm->regs[7] &= address;
  if (!IS_NARROW(vm)) vm->regs[9] = (u32)vm->regs[9];
  const u32 length = (u32)vm->regs[9];
  for (u32 left = length; left > 0; left--) {
    if (vm->gas < 1) return out_of_gas(vm);
#if WASM
    if (vm->stride != 0 && length - left == MEMSET_PART) return GO_AGAIN;
#endif
    int failure = pvm_slow_write(vm, (u32)vm->regs[7] + PVM_ROTATION, 1, vm->regs[8]);
    if (failure != 0) return failure;
    vm->gas -= 1;
    vm->regs[7] = (vm->regs[7] + 1) & address;
    vm->regs[9] = left - 1;
    if (!IS_NARROW(vm)) continue;
    vm->regs[7] = sign_extended(vm->regs[7]);
    vm->regs[9] = sign_extended(vm->regs[9]);
  }
  return PVM_RUNNING;
}

/* Takes all rights and contents away, and gives the frames back. In the wasm build all frames are zeroed at once at the end.
 * Borrowed bytes belong to the host and stay as they are. */
CORE void clear_memory(pvm *vm) {
  private_part *own = OWN(vm);
  for (u32 chunk = 0; chunk < CHUNK_COUNT; chunk++) {
    if ((chunk & 7) == 0 && eight_are(own->summary + chunk, 0xffu, 0)) { /* most chunks have never been used */
      chunk += 7;
      continue;
    }
    u32 summary = own->summary[chunk], first = chunk << CHUNK_BITS;
    own->summary[chunk] = 0;
    if ((summary & (CHUNK_FILLED | CHUNK_STICKY)) == 0) continue;
    for (u32 page = first; (summary & CHUNK_STICKY) && page < first + CHUNK_PAGES; page += 8) {
      u64 eight;
      __builtin_memcpy(&eight, own->rights + page, 8);
      if ((eight & EIGHT(STICKY)) == 0) continue;
      for (u32 at = page; at < page + 8; at++) {
        if (!(own->rights[at] & STICKY)) continue;
#if WASM
        if (in_window(at) && !(own->rights[at] & RIGHT_BORROWED)) {
          if (own->rights[at] & RIGHT_TOUCHED) __builtin_memset((void *)(uintptr_t)(at << PAGE_BITS), 0, PAGE_SIZE);
          continue;
        }
#endif
        own->frames[at] = 0;
      }
    }
    __builtin_memset(own->rights + first, 0, CHUNK_PAGES);
  }
#if WASM
  __builtin_memset((void *)(uintptr_t)PVM_WINDOW_END, 0, own->frames_next - PVM_WINDOW_END);
  own->frames_next = PVM_WINDOW_END;
#else
  release_chunks(vm);
#endif
  own->touched = 0;
}
