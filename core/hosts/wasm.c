/* What only the wasm build has: a machine whose parts stand at fixed addresses. The addresses are PVM_AT_* in contract.gen.h.
 * In the native build the parts are where the caller's allocator puts them.
 *
 * Each machine has a WebAssembly.Memory of its own. It is created at full size and never grows:
 *
 *   0x0000400  struct pvm: registers, gas, pc, exit, ... see pvm.h
 *   0x0010000  the core's constants and its stack
 *   0x0400000  frames: where each page outside of the window is, a u32 per physical page
 *   0x0800000  rights: a byte per physical page. The table has 8 MiB, of which only the first is ever written. The rest is zero,
 *              and is where the fast path of a misaligned access looks (RIGHTS_OF in interpreter.c)
 *   0x1000000  arena: dispatch table, jump links, jump table, code, bitmask, decoded records
 *   0x4000000  the window: guest 0xFDE00000..0xFFFFFFFF (arguments, stack), then guest 0.. (read-only, data, heap)
 *   PVM_WINDOW_END  frames of pages outside of the window. Behind them is the arena of a program that is too large for the other
 *
 * The recompiler works in a memory of its own, which holds no machine. It has the passes' tables at 0x0100000, and from
 * 0x0400000 on what they point to.
 *
 * The guest address a is at the physical address (a + PVM_ROTATION) mod 2^32. The rotation is the same for all programs. The
 * largest arguments and stack of a standard program fit below it (GP A.7: 16 MiB each, and two zones).
 */
#include "../recompiler/passes.h"
#include "../machine/vm.h"

#if WASM

static machine *const the_machine = (machine *)PVM_AT_VM;

_Static_assert(sizeof(machine) <= PVM_AT_PROBES - PVM_AT_VM, "struct pvm fits below the bytes by which compiled code says what it does");

/* Makes the machine of this memory, and returns it. It is called once. Frames of pages are taken up to `frames_end`. */
EXPORT("pvm_init") pvm *pvm_init(u32 frames_end) {
  private_part *own = &the_machine->own;
  own->rights = (uint8_t *)PVM_AT_RIGHTS;
  own->frames = (uint32_t *)PVM_AT_FRAMES;
  own->frames_next = PVM_WINDOW_END;
  own->frames_end = frames_end;
  the_machine->pub.exit = PVM_RUNNING;
  return &the_machine->pub;
}

/* A program that TypeScript has written into a free part of the arena: code, mask and jump table, one after the other. */
typedef struct {
  const uint8_t *code, *mask;
  const u32 *jumps;
} staged;

CORE int same_bytes(const uint8_t *a, const uint8_t *b, u32 length) {
  u32 i = 0;
  for (; i + 8 <= length; i += 8) {
    u64 x, y;
    __builtin_memcpy(&x, a + i, 8);
    __builtin_memcpy(&y, b + i, 8);
    if (x != y) return 0;
  }
  for (; i < length; i++) {
    if (a[i] != b[i]) return 0;
  }
  return 1;
}

CORE int same_program(const pvm *vm, const staged *s, u32 code_len, u32 jump_len, u32 jump_size) {
  const private_part *own = &((const machine *)vm)->own;
  if (own->arena == 0 || vm->code_len != code_len || vm->jump_len != jump_len || vm->jump_size != jump_size) return 0;
  u32 whole = code_len / 8, rest = code_len & 7;
  if (!same_bytes(own->code, s->code, code_len) || !same_bytes(own->mask, s->mask, whole)) return 0;
  if (rest != 0 && ((own->mask[whole] ^ s->mask[whole]) & ((1u << rest) - 1)) != 0) return 0;
  return same_bytes((const uint8_t *)own->jump_table, (const uint8_t *)s->jumps, 4 * jump_size);
}

CORE u64 staging_size(u32 code_len, u32 jump_size) {
  return up16(code_len) + up16((u64)code_len / 8 + 1) + up16(4 * (u64)jump_size);
}

/* Where TypeScript has to stage a program: code, mask and jump table, each rounded up to 16 bytes. The place is behind the
 * records that are in use, and behind the place of the program's own tables. 0 when there is no room before `end`. */
EXPORT("pvm_stage") u32 pvm_stage(pvm *vm, u32 arena, u32 end, u32 code_len, u32 jump_size) {
  const private_part *own = OWN(vm);
  u64 at = arena + make_plan(code_len, jump_size).records;
  if (own->arena != 0 && own->records_next > at) at = up16(own->records_next);
  return at + staging_size(code_len, jump_size) <= end ? (u32)at : 0;
}

/* Loads the staged program. Returns 1 when it is the one that is here already, whose records stay, 0 when it is another one, and
 * otherwise an error. */
EXPORT("pvm_load") int32_t pvm_load(pvm *vm, u32 arena, u32 end, u32 code_len, u32 jump_len, u32 jump_size) {
  if (jump_len > INT32_MAX) jump_len = INT32_MAX; /* no address asks for more, and the index that address 0 gives is not below it */
  private_part *own = OWN(vm);
  u32 at = pvm_stage(vm, arena, end, code_len, jump_size);
  if (at == 0) return PVM_NO_MEMORY;
  staged s = {(const uint8_t *)at, (const uint8_t *)(at + up16(code_len)), 0};
  s.jumps = (const u32 *)(const void *)(s.mask + up16(code_len / 8 + 1));
  /* What was staged stays in the arena. So it counts as used: the next program's tables have to be zeroed there. */
  u32 staged_end = at + (u32)staging_size(code_len, jump_size) - arena;
  if (staged_end > own->used) own->used = staged_end;
  if (same_program(vm, &s, code_len, jump_len, jump_size)) return 1;
  int result = lay_out(vm, (uint8_t *)(uintptr_t)arena, end - arena, code_len, jump_len, jump_size);
  if (result != PVM_OK) return result;
  __builtin_memcpy(own->code, s.code, code_len);
  __builtin_memcpy(own->mask, s.mask, code_len / 8 + 1);
  __builtin_memcpy(own->jump_table, s.jumps, 4 * (size_t)jump_size);
  pad_mask(vm);
  return PVM_OK;
}

/* ---- the recompiler: it works on the tables at these addresses, not on a machine ---- */

/* The small core, for the interpreter alone, is built with PVM_PASSES=0. Then these functions are not exported, and the linker
 * leaves them out. */
#if !PVM_PASSES
#define PASS(name)
#else
#define PASS(name) EXPORT(name)
#endif

#define THE_DECODED ((decode_tables *)PVM_AT_DECODED)
#define THE_PROGRAM ((const program_tables *)PVM_AT_PROGRAM)
#define THE_GRAPH ((graph_tables *)PVM_AT_GRAPH)
#define THE_PLAN ((plan_tables *)PVM_AT_PLAN)
#define THE_WIDE ((wide_tables *)PVM_AT_WIDE)

_Static_assert(sizeof(decode_tables) <= PVM_AT_PROGRAM - PVM_AT_DECODED, "a decoded program fits below its tables");
_Static_assert(sizeof(program_tables) <= PVM_AT_GRAPH - PVM_AT_PROGRAM, "the program's tables fit below the graph's");
_Static_assert(sizeof(graph_tables) <= PVM_AT_PLAN - PVM_AT_GRAPH, "a graph fits below the plan");
_Static_assert(sizeof(plan_tables) <= PVM_AT_WIDE - PVM_AT_PLAN, "a plan fits below that of wide groups");
_Static_assert(sizeof(wide_tables) <= PVM_AT_TABLES - PVM_AT_WIDE, "wide groups fit below what TypeScript lays out");

/* How many instructions a program has whose code has `length` bytes: as many as its mask has bits before that. */
PASS("pvm_count") u32 pvm_count(const uint8_t *mask, u32 length) {
  u32 count = 0;
  for (u32 i = 0; i < length / 8; i++) count += (u32)__builtin_popcount(mask[i]);
  if (length % 8 != 0) count += (u32)__builtin_popcount(mask[length / 8] & ((1u << length % 8) - 1));
  return count;
}

/* Decodes the program that TypeScript has laid out. */
PASS("pvm_decode") void pvm_decode(void) { decode_program(THE_DECODED); }

/* Finds the functions that are inlined at indirect calls. Returns how many. */
PASS("pvm_find_callees") u32 pvm_find_callees(void) { return find_callees(THE_PROGRAM); }

/* Adds what a machine has decoded to what has run. The column `decoded_at` has the records of the machine. */
PASS("pvm_cover") void pvm_cover(void) { cover_segments(THE_PROGRAM); }

/* Leaves out of the next module what has not run. */
PASS("pvm_leave_unrun") void pvm_leave_unrun(void) { leave_unrun(THE_PROGRAM); }

/* Builds the graph of the root, of so many nodes at most, and orders it. */
PASS("pvm_graph") void pvm_graph(s32 root, u32 options, u32 nodes) {
  build_graph(THE_PROGRAM, THE_GRAPH, root, options, nodes);
  if ((options & GRAPH_SEARCHES) != 0) unroll_searches(THE_PROGRAM, THE_GRAPH);
  order_graph(THE_GRAPH);
}

/* Finds registers and gas of the graph; every node is a checkpoint if asked for, or if it is not reducible. `loop_stores`:
 * what a loop with calls does not write is stored before it. */
PASS("pvm_flow") void pvm_flow(u32 every_node, u32 loop_stores) {
  price_graph(THE_PROGRAM, THE_GRAPH);
  compute_flow(THE_PROGRAM, THE_GRAPH, every_node || !THE_GRAPH->reducible, loop_stores != 0);
}

/* Plans the accesses of a segment: groups span up to `window` bytes; wide groups are made if asked for. */
PASS("pvm_plan") void pvm_plan(u32 segment, u32 window, u32 wide) {
  plan_segment(THE_PROGRAM, THE_PLAN, THE_WIDE, segment, window, wide != 0);
}

/* The same for all segments of the graph, and what code is made from. */
PASS("pvm_plan_graph") void pvm_plan_graph(u32 window, u32 wide) {
  plan_graph(THE_PROGRAM, THE_GRAPH, THE_PLAN, THE_WIDE, window, wide != 0);
}

/* Finds the fast loops of the graph. */
PASS("pvm_fast_loops") void pvm_fast_loops(void) { find_fast_loops(THE_PROGRAM, THE_GRAPH); }

/* Runs the passes over each root of the program, and writes their module. Returns one of COMPILED_*, see module.c. */
PASS("pvm_compile") u32 pvm_compile(u32 options) {
  return compile_module((program_tables *)PVM_AT_PROGRAM, THE_GRAPH, THE_PLAN, THE_WIDE, options);
}

/* The address of a part of the machine, PART_*, or 0 for another number. */
EXPORT("pvm_part") u32 pvm_part(pvm *vm, u32 part) {
  const private_part *own = OWN(vm);
  const void *parts[PART_COUNT] = {
      [PART_CODE] = own->code,         [PART_MASK] = own->mask,   [PART_JUMP_TABLE] = own->jump_table,
      [PART_DISPATCH] = own->dispatch, [PART_EVENT] = &own->event, [PART_ENTRIES] = own->entries,
      [PART_INDEX] = own->index,
  };
  return part < PART_COUNT ? (u32)(uintptr_t)parts[part] : 0;
}

/* What keeping the machine in the pool costs: one of USED_*. */
EXPORT("pvm_used") u32 pvm_used(pvm *vm, u32 what) {
  const private_part *own = OWN(vm);
  return what == USED_ARENA ? own->records_next - own->first : what == USED_TOUCHED ? own->touched : own->flushes;
}

#endif
