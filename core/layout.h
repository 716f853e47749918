/* Where things are in the linear memory of the wasm build. Not the native build's layout: there the caller's allocator
 * decides. src/engine/machine/layout.ts has the same numbers; test/core asserts both against the built module.
 *
 * One WebAssembly.Memory per machine, created at full size (it never grows while the guest stays in its window):
 *
 *   0x0000400  struct pvm: registers, gas, pc, exit, ... see pvm.h
 *   0x0010000  the core's constants and its stack
 *   0x0100000  tables of the recompiler's passes: see passes.h. No part of a machine: they are in a memory that no machine
 *              is in, and from 0x0400000 on it has what they point to
 *   0x0400000  frames: u32 per physical page, for pages outside of the window
 *   0x0800000  rights: a byte per physical page, 8 MiB of which only the first is ever written (rotate trick)
 *   0x1000000  arena: dispatch table, code, bitmask, jump table, decoded records
 *   0x4000000  the window: guest 0xFDE00000..0xFFFFFFFF (arguments, stack), then guest 0.. (read-only, data, heap)
 *   window_end frames of pages that lie outside of the window
 *
 * A guest address a is at physical address (a + PVM_ROTATION) mod 2^32. The rotation is one constant for all
 * programs: the largest arguments and stack of a standard program (GP A.7: 16 MiB each, two zones) fit below it.
 */
#ifndef PVM_LAYOUT_H
#define PVM_LAYOUT_H

#define PVM_AT_VM 0x400u
#define PVM_AT_DATA 0x10000u
#define PVM_AT_DECODED 0x100000u
#define PVM_AT_PROGRAM 0x120000u
#define PVM_AT_GRAPH 0x121000u
#define PVM_AT_PLAN 0x370000u
#define PVM_AT_WIDE 0x3A8000u
#define PVM_AT_TABLES 0x400000u
#define PVM_AT_RIGHTS 0x800000u
#define PVM_AT_FRAMES 0x400000u
#define PVM_AT_ARENA 0x1000000u
#define PVM_AT_WINDOW 0x4000000u
#define PVM_TOP_SIZE 0x2200000u                       /* guest bytes at the top of the address space that are in the window */
#define PVM_ROTATION (PVM_AT_WINDOW + PVM_TOP_SIZE) /* physical address of guest address 0 */
#define PVM_MEMORY_SIZE 0x19000000u                   /* 400 MiB, lazily backed: 286 MiB from guest address 0, 16 MiB frames */
#define PVM_FRAMES_SIZE 0x1000000u
#define PVM_WINDOW_END (PVM_MEMORY_SIZE - PVM_FRAMES_SIZE)

#endif
