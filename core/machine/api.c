/* The functions of pvm.h that both builds have. Not how a machine is made: that is in hosts/native.c and hosts/wasm.c. */
#include "vm.h"

_Static_assert((PVM_ROTATION >> PAGE_BITS) % CHUNK_PAGES == 0, "the rotation is whole chunks");
_Static_assert(sizeof(record) == 16 && sizeof(header) == 16, "slots");
_Static_assert(sizeof(jump_slot) == 16 && sizeof(branch_slots) == 32 && sizeof(pause_slot) == 16, "slots");

/* ---- state of a run ---- */

EXPORT("pvm_set_pc") void pvm_set_pc(pvm *vm, uint32_t pc) {
  NEED(vm, );
  vm->pc = pc;
  vm->charged = 0;
  vm->exit = PVM_RUNNING;
#if !WASM
  OWN(vm)->unpaid = 0;
#endif
}

EXPORT("pvm_set_trace") void pvm_set_trace(pvm *vm, int32_t flag) {
  NEED(vm, );
  vm->trace = flag != 0;
}

/* Throws all records away. Nobody may follow a link to one of them afterwards. */
CORE void flush_records(pvm *vm) {
  private_part *own = OWN(vm);
  __builtin_memset(own->index, 0, 4 * (size_t)(vm->code_len + 1));
  __builtin_memset(own->jump_link, 0, 4 * (size_t)vm->jump_size);
  u32 high = own->records_next - own->first; /* lay_out zeroes up to here, because the next program's tables start as zeros */
  if (high > own->used) own->used = high;
  own->records_next = own->records;
  own->flushes += 1;
}

EXPORT("pvm_set_entry") int32_t pvm_set_entry(pvm *vm, uint32_t pc, uint32_t table_index) {
  NEED(vm, PVM_BAD);
  private_part *own = OWN(vm);
  if (!pvm_is_block_start(vm, pc)) return PVM_BAD;
  own->entry_count += (own->entries[pc] == 0 && table_index != 0);
  own->entries[pc] = table_index;
  if (own->index[pc] == 0) return PVM_OK;
  record *first = AT(vm, own->index[pc]);
  header *h = (header *)first - 1;
  h->entry = table_index;
  first->op = table_index != 0 && MAY_ENTER(vm) ? OP_ENTER : h->op;
  return PVM_OK;
}

/* Takes all compiled code away from the machine. */
EXPORT("pvm_clear_entries") void pvm_clear_entries(pvm *vm) {
  NEED(vm, );
  private_part *own = OWN(vm);
  if (own->entry_count == 0) return;
  own->entry_count = 0;
  __builtin_memset(own->entries, 0, 4 * (size_t)(vm->code_len + 1));
  __builtin_memset(own->dispatch, 0, 4 * (size_t)vm->jump_size);
  flush_records(vm);
}

/* ---- registers and gas ---- */

uint64_t *pvm_registers(pvm *vm) {
  NEED(vm, 0);
  return vm->regs;
}

int32_t pvm_get_register(const pvm *vm, uint32_t index, uint64_t *value) {
  NEED(vm, PVM_BAD);
  if (index > 12 || value == 0) return PVM_BAD;
  *value = vm->regs[index];
  return PVM_OK;
}

int32_t pvm_set_register(pvm *vm, uint32_t index, uint64_t value) {
  NEED(vm, PVM_BAD);
  if (index > 12) return PVM_BAD;
  vm->regs[index] = value;
  return PVM_OK;
}

uint32_t pvm_get_pc(const pvm *vm) {
  NEED(vm, 0);
  return vm->pc;
}
int64_t pvm_get_gas(const pvm *vm) {
  NEED(vm, 0);
  return vm->gas;
}
void pvm_set_gas(pvm *vm, int64_t gas) {
  NEED(vm, );
  vm->gas = gas;
#if !WASM
  OWN(vm)->overdrawn = gas < 0;
#endif
}

int32_t pvm_charge_gas(pvm *vm, uint64_t amount) {
  NEED(vm, PVM_BAD);
  if (vm->gas < 0 || (u64)vm->gas < amount) {
    vm->gas = 0;
#if !WASM
    OWN(vm)->overdrawn = 1;
#endif
    return PVM_OUT_OF_GAS;
  }
  vm->gas -= (s64)amount;
  return PVM_OK;
}

/* ---- memory ---- */

/* PVM_OK when the guest has the right (RIGHT_READ or RIGHT_WRITE) to every page from that of `address` to that of `last`. */
EXPORT("pvm_check") int32_t pvm_check(const pvm *vm, uint32_t address, uint32_t last, uint32_t right) {
  private_part *own = &((machine *)(uintptr_t)vm)->own;
  u32 end = (last >> PAGE_BITS) + 1;
  for (u32 page = address >> PAGE_BITS; page < end;) {
    u32 at = PHYSICAL_PAGE(page), summary = own->summary[at >> CHUNK_BITS];
    if (summary & CHUNK_FILLED) {
      if ((own->rights[at] & right) == 0) return PVM_OOB;
      page += 1;
    } else {
      if (right == RIGHT_READ ? CHUNK_ACCESS(summary) == PVM_NONE : CHUNK_ACCESS(summary) != PVM_WRITE) return PVM_OOB;
      page += CHUNK_PAGES - (at & (CHUNK_PAGES - 1)); /* guest chunks are physical chunks: see the assertion above */
    }
  }
  return PVM_OK;
}

/* Gives each of the pages bytes of its own and marks it as touched. `viewed` says that the host gets a view of them. */
EXPORT("pvm_touch") int32_t pvm_touch(pvm *vm, uint32_t address, uint32_t last, uint32_t viewed) {
  for (u32 page = address >> PAGE_BITS; page <= last >> PAGE_BITS; page++) {
    if (page_bytes(vm, PHYSICAL_PAGE(page), 1) == 0) return PVM_NO_MEMORY;
    if (viewed) stick(OWN(vm), PHYSICAL_PAGE(page), RIGHT_VIEWED);
  }
  return PVM_OK;
}

EXPORT("pvm_protect") int32_t pvm_protect(pvm *vm, uint32_t page, uint32_t count, uint32_t access) {
  NEED(vm, PVM_BAD);
  if (page > PAGE_COUNT || count > PAGE_COUNT - page) return PVM_BAD;
  if (access != PVM_NONE && access != PVM_READ && access != PVM_WRITE) return PVM_BAD;
  set_rights(vm, page, count, access);
  return PVM_OK;
}

EXPORT("pvm_zero") int32_t pvm_zero(pvm *vm, uint32_t page, uint32_t count) {
  NEED(vm, PVM_BAD);
  if (page > PAGE_COUNT || count > PAGE_COUNT - page) return PVM_BAD;
  zero_pages(vm, page, count);
  return PVM_OK;
}

CORE u32 page_access(const private_part *own, u32 at) {
  u32 summary = own->summary[at >> CHUNK_BITS], rights = own->rights[at];
  if (!(summary & CHUNK_FILLED)) return CHUNK_ACCESS(summary);
  return rights & RIGHT_WRITE ? PVM_WRITE : rights & RIGHT_READ ? PVM_READ : PVM_NONE;
}

EXPORT("pvm_access") uint32_t pvm_access(const pvm *vm, uint32_t page) {
  NEED(vm, PVM_NONE);
  return page_access(&((const machine *)vm)->own, PHYSICAL_PAGE(page & (PAGE_COUNT - 1)));
}

/* The end of the run of pages with the same rights that starts at `page`: one past its last page. It looks at eight chunks or
 * eight pages at once where it can, because most of the address space has no rights, and hosts ask about all of it (`machine`
 * in GP 0.7.2). */
EXPORT("pvm_run_end") uint32_t pvm_run_end(const pvm *vm, uint32_t page) {
  NEED(vm, PAGE_COUNT);
  if (page >= PAGE_COUNT) return page;
  const private_part *own = &((const machine *)vm)->own;
  u32 access = page_access(own, PHYSICAL_PAGE(page));
  u32 rights = access == PVM_NONE ? 0u : RIGHT_READ | (access == PVM_WRITE ? RIGHT_WRITE : 0u);
  while (page < PAGE_COUNT) {
    u32 at = PHYSICAL_PAGE(page), chunk = at >> CHUNK_BITS;
    if (page_access(own, at) != access) break;
    if (own->summary[chunk] & CHUNK_FILLED) {
      page += (at & 7) == 0 && eight_are(own->rights + at, RIGHT_READ | RIGHT_WRITE, rights) ? 8 : 1;
    } else if ((at & (8 * CHUNK_PAGES - 1)) == 0 && eight_are(own->summary + chunk, 0xffu & ~CHUNK_STICKY, access << 1)) {
      do { /* the last eight may pass the end: physical chunks go on with guest page 0 there */
        page += 8 * CHUNK_PAGES;
        chunk += 8;
      } while (page < PAGE_COUNT && chunk < CHUNK_COUNT && eight_are(own->summary + chunk, 0xffu & ~CHUNK_STICKY, access << 1));
    } else page += CHUNK_PAGES - (at & (CHUNK_PAGES - 1));
  }
  return page < PAGE_COUNT ? page : PAGE_COUNT;
}

/* The first page from `page` on that has rights, or PAGE_COUNT when there is none. */
EXPORT("pvm_next_mapped") uint32_t pvm_next_mapped(const pvm *vm, uint32_t page) {
  NEED(vm, PAGE_COUNT);
  if (page >= PAGE_COUNT) return PAGE_COUNT;
  return pvm_access(vm, page) != PVM_NONE ? page : pvm_run_end(vm, page);
}

/* The first page from `page` on that may hold something, or PAGE_COUNT when there is none. */
EXPORT("pvm_next_written") uint32_t pvm_next_written(const pvm *vm, uint32_t page) {
  NEED(vm, PAGE_COUNT);
  const private_part *own = &((const machine *)vm)->own;
  while (page < PAGE_COUNT) {
    u32 at = PHYSICAL_PAGE(page), chunk = at >> CHUNK_BITS;
    if (!(own->summary[chunk] & CHUNK_STICKY)) {
      int many = (at & (8 * CHUNK_PAGES - 1)) == 0 && eight_are(own->summary + chunk, CHUNK_STICKY, 0);
      page += many ? 8 * CHUNK_PAGES : CHUNK_PAGES - (at & (CHUNK_PAGES - 1));
    } else if (own->rights[at] & (RIGHT_TOUCHED | RIGHT_BORROWED)) return page;
    else page += (at & 7) == 0 && eight_are(own->rights + at, RIGHT_TOUCHED | RIGHT_BORROWED, 0) ? 8 : 1;
  }
  return PAGE_COUNT;
}

/* Where the byte at a guest address is, for hosts that copy page by page. 0 when the page has never been touched. */
EXPORT("pvm_locate") uint8_t *pvm_locate(pvm *vm, uint32_t address) {
  uint8_t *bytes = page_bytes(vm, PHYSICAL_PAGE(address >> PAGE_BITS), 0);
  return bytes == 0 ? 0 : bytes + (address & (PAGE_SIZE - 1));
}

CORE int range_has(const pvm *vm, u32 address, u32 length, u32 right) {
  u32 last = address + length - 1;
  return last >= address && pvm_check(vm, address, last, right) == PVM_OK;
}

int32_t pvm_read_ram_bytes(pvm *vm, uint32_t address, uint8_t *into, uint32_t length) {
  NEED(vm, PVM_BAD);
  if (length == 0) return PVM_OK;
  if (into == 0) return PVM_BAD;
  if (!range_has(vm, address, length, RIGHT_READ)) return PVM_OOB;
  for (u32 done = 0; done < length;) {
    u32 offset = (address + done) & (PAGE_SIZE - 1), count = PAGE_SIZE - offset;
    if (count > length - done) count = length - done;
    const uint8_t *from = pvm_locate(vm, address + done);
    if (from == 0) __builtin_memset(into + done, 0, count);
    else __builtin_memcpy(into + done, from, count);
    done += count;
  }
  return PVM_OK;
}

CORE int32_t copy_in(pvm *vm, u32 address, const uint8_t *bytes, u32 length, u32 right) {
  NEED(vm, PVM_BAD);
  if (length == 0) return PVM_OK;
  if (bytes == 0) return PVM_BAD;
  if (!range_has(vm, address, length, right)) return PVM_OOB;
  if (pvm_touch(vm, address, address + length - 1, 0) != PVM_OK) return PVM_NO_MEMORY;
  for (u32 done = 0; done < length;) {
    u32 offset = (address + done) & (PAGE_SIZE - 1), count = PAGE_SIZE - offset;
    if (count > length - done) count = length - done;
    __builtin_memcpy(pvm_locate(vm, address + done), bytes + done, count);
    done += count;
  }
  return PVM_OK;
}

int32_t pvm_write_ram_bytes(pvm *vm, uint32_t address, const uint8_t *bytes, uint32_t length) {
  return copy_in(vm, address, bytes, length, RIGHT_WRITE);
}

int32_t pvm_load_ram_bytes(pvm *vm, uint32_t address, const uint8_t *bytes, uint32_t length) {
  return copy_in(vm, address, bytes, length, RIGHT_READ);
}

#define ACCESSORS(bits)                                                                    \
  int32_t pvm_read_ram_bytes_##bits(pvm *vm, uint32_t address, uint##bits##_t *value) {    \
    return pvm_read_ram_bytes(vm, address, (uint8_t *)value, bits / 8);                    \
  }                                                                                        \
  int32_t pvm_write_ram_bytes_##bits(pvm *vm, uint32_t address, uint##bits##_t value) {    \
    return pvm_write_ram_bytes(vm, address, (const uint8_t *)&value, bits / 8);            \
  }
ACCESSORS(8)
ACCESSORS(16)
ACCESSORS(32)
ACCESSORS(64)

/* ---- program ---- */

CORE u64 up16(u64 n) { return (n + 15) & ~UINT64_C(15); }

/* The offsets of a program's parts in its arena. */
typedef struct {
  u64 jump_link, jump_table, code, mask, index, entries, records;
} plan;

CORE plan make_plan(u32 code_len, u32 jump_size) {
  u64 jumps = up16(4 * (u64)jump_size), by_pc = up16(4 * ((u64)code_len + 1));
  plan p;
  p.jump_link = jumps; /* the dispatch table stands first, at offset 0 */
  p.jump_table = p.jump_link + jumps;
  p.code = p.jump_table + jumps;
  p.mask = p.code + up16((u64)code_len + 32);
  p.index = p.mask + up16((u64)code_len / 8 + 24);
  p.entries = p.index + by_pc;
  p.records = p.entries + by_pc;
  return p;
}

/* Divides the arena among the parts of a program. Returns PVM_NO_MEMORY when it is too small. */
CORE int lay_out(pvm *vm, uint8_t *arena, u64 arena_size, u32 code_len, u32 jump_len, u32 jump_size) {
  private_part *own = OWN(vm);
  plan p = make_plan(code_len, jump_size);
  if (p.records + 4 * (u64)MAX_RECORDS > arena_size || arena_size > UINT64_C(0xFFFFFFFF)) return PVM_NO_MEMORY;
  /* Tables start as zeros. Only what earlier programs may have used has to be zeroed. */
  if (own->arena == arena) {
    u32 high = own->records_next - own->first;
    if (high > own->used) own->used = high;
    __builtin_memset(arena, 0, own->used < p.records ? own->used : (size_t)p.records);
  }
  own->arena = arena;
  own->dispatch = (u32 *)(void *)arena;
  own->jump_link = (u32 *)(void *)(arena + p.jump_link);
  own->jump_table = (u32 *)(void *)(arena + p.jump_table);
  own->code = arena + p.code;
  own->mask = arena + p.mask;
  own->index = (u32 *)(void *)(arena + p.index);
  own->entries = (u32 *)(void *)(arena + p.entries);
  own->records = own->records_next = OFFSET(vm, arena + p.records);
  own->records_end = OFFSET(vm, arena + arena_size);
  own->first = OFFSET(vm, arena);
  own->entry_count = 0;
  vm->code_len = code_len;
  vm->jump_len = jump_len;
  vm->jump_size = jump_size;
  return PVM_OK;
}

/* Sets the bits of the mask behind the end of the code (GP A.3). */
CORE void pad_mask(pvm *vm) {
  uint8_t *mask = OWN(vm)->mask;
  u32 length = vm->code_len;
  __builtin_memset(mask + (length + 7) / 8, 0xFF, 16);
  if (length & 7) mask[length >> 3] |= (uint8_t)(0xFF << (length & 7));
}

/* Resets everything but program and memory. */
CORE void clear_state(pvm *vm) {
  __builtin_memset(vm->regs, 0, sizeof vm->regs);
  vm->gas = 0;
  vm->exit_arg = 0;
  vm->heap_end = vm->heap_limit = 0;
  vm->trace = 0;
  vm->child = 0;
  pvm_set_pc(vm, 0);
}

EXPORT("pvm_reset") int32_t pvm_reset(pvm *vm) {
  NEED(vm, PVM_BAD);
  if (vm->busy) return PVM_BUSY;
  clear_memory(vm);
  clear_state(vm);
  return PVM_OK;
}

EXPORT("pvm_set_profile") int32_t pvm_set_profile(pvm *vm, uint32_t set, uint32_t rules, uint32_t gas_model) {
  NEED(vm, PVM_BAD);
  if (set > (PVM_NARROW ? PVM_SET_LATEST32 : PVM_SET_EXTENDED) || rules >= 5 * PVM_RULE_PAGES || gas_model >= GAS_MODELS) return PVM_BAD;
  private_part *own = OWN(vm);
  if (vm->busy) return PVM_BUSY;
  if (set != own->set || rules != vm->rules || gas_model != vm->gas_model) flush_records(vm);
  own->set = set;
  vm->rules = rules;
  vm->gas_model = gas_model;
  return PVM_OK;
}
