// Addresses in the memory of the wasm build, and the capacities and numbers of the passes.
import { GAS_MODELS } from '../../src/program/profile.ts'
import type { Numeral } from './types.ts'

const WINDOW_AT = 0x4000000
const TOP = 0x2200000
const FRAMES = 0x20000000
const MEMORY = 0x18000000 + FRAMES

/** Where things are in the memory of the wasm build: core/hosts/wasm.c draws it. */
export const ADDRESSES: readonly Numeral[] = [
  {
    name: 'AT_GATE',
    value: 0x3c0,
    comment: 'Words of the gate to compiled code: recompiler/runtime/gate.ts.',
  },
  {
    name: 'AT_ASKS',
    value: 0x3dc,
    comment:
      'If it is not 0, the gate asks JavaScript at each entry of compiled code: bit 1 because somebody has to look at the clock, bit 2 to hear what the code does.',
  },
  {
    name: 'AT_SLICE',
    value: 0x3e0,
    comment: 'The most gas that compiled code gets at once (i64).',
  },
  {
    name: 'AT_RESERVE',
    value: 0x3e8,
    comment: 'The gas beyond the slice, which compiled code does not see (i64). Host calls add it to what they show.',
  },
  {
    name: 'AT_WHY',
    value: 0x3f0,
    comment: 'Why a side exit was taken, or 0 when the target of a dynamic jump was returned.',
  },
  { name: 'AT_VM', value: 0x400, comment: 'Struct pvm.' },
  {
    name: 'AT_PROBES',
    value: 0x8000,
    comment:
      'A byte for each kind of thing that compiled code says it does, where it was asked to: recompiler/exercise.ts.',
  },
  { name: 'AT_DATA', value: 0x10000, comment: "The core's constants and its stack." },
  {
    name: 'AT_DECODED',
    value: 0x100000,
    comment:
      'decode_tables. This and the next five addresses are in the memory of the workspace, which holds no machine.',
  },
  { name: 'AT_PROGRAM', value: 0x120000, comment: 'program_tables.' },
  { name: 'AT_GRAPH', value: 0x121000, comment: 'graph_tables.' },
  { name: 'AT_PLAN', value: 0x380000, comment: "The plan of a segment's accesses." },
  { name: 'AT_WIDE', value: 0x3b8000, comment: 'What plans wide groups.' },
  { name: 'AT_TABLES', value: 0x400000, comment: 'What the tables point to.' },
  {
    name: 'AT_FRAMES',
    value: 0x400000,
    comment: 'u32 per physical page: where a page outside of the window is, 0 where it is in its place or not touched.',
  },
  {
    name: 'AT_RIGHTS',
    value: 0x800000,
    comment: 'Rights: a byte per physical page. The table is 8 MiB, only the first MiB is ever written.',
  },
  {
    name: 'AT_ARENA',
    value: 0x1000000,
    comment:
      'The arena. It starts with the dispatch table: u32 per jump-table entry, the table index of compiled code, 0 for none.',
  },
  { name: 'AT_WINDOW', value: WINDOW_AT, comment: 'The window on guest memory.' },
  {
    name: 'TOP_SIZE',
    value: TOP,
    comment: "Bytes at the top of the guest's address space that lie at the beginning of the window.",
  },
  {
    name: 'ROTATION',
    value: WINDOW_AT + TOP,
    comment: 'Physical address of guest address 0: physical = (guest + ROTATION) mod 2^32.',
  },
  { name: 'MEMORY_SIZE', value: MEMORY, comment: "Bytes of a machine's memory; lazily backed by the system." },
  {
    name: 'FRAMES_SIZE',
    value: FRAMES,
    comment: 'Bytes at its end for pages outside of the window: room for all that a machine may touch by default.',
  },
  { name: 'WINDOW_END', value: MEMORY - FRAMES, comment: 'The window ends before this physical address.' },
].map(numeral => ({ ...numeral, hex: true }))

/** Capacities and other numbers of the recompiler's passes. */
export const NUMBERS: readonly Numeral[] = [
  {
    name: 'MAX_NODES',
    value: 3000,
    comment:
      'Nodes of a graph beyond that, or the fewer that are asked for, become tail calls, each with two successors at most.',
  },
  {
    name: 'NODE_CAPACITY',
    value: 0x4000,
    hex: true,
    comment: 'Nodes there is room for: hubs and inlined callees are few.',
  },
  { name: 'EDGE_CAPACITY', value: 0xa000, hex: true, comment: 'Edges.' },
  { name: 'CONTEXT_CAPACITY', value: 0x800, hex: true, comment: 'Calling contexts.' },
  {
    name: 'LIST_CAPACITY',
    value: 0x1000,
    hex: true,
    comment: 'Labels of a function, and callees of all its branch tables.',
  },
  {
    name: 'EXIT_CAPACITY',
    value: 0x4000,
    hex: true,
    comment: 'Exits of a function: one for each mask of registers, of two kinds.',
  },
  {
    name: 'ACCESS_CAPACITY',
    value: 0x1000,
    hex: true,
    comment: 'Accesses of a segment that are planned; those behind are checked alone.',
  },
  {
    name: 'POOL_CAPACITY',
    value: 1024,
    comment: 'Nodes of inlined callees by segment, beside one for each segment of the program.',
  },
  { name: 'MAX_INDIRECT', value: 16, comment: 'Functions that an indirect call takes in.' },
  {
    name: 'CODE_AHEAD',
    value: 32,
    comment: 'Zeros behind the code that is decoded: what operands may reach (GP A.4).',
  },
  { name: 'MASK_AHEAD', value: 8, comment: 'Bytes behind the mask that skips look at.' },
  {
    name: 'INSTRUCTION_ROOM',
    value: 0x1000,
    hex: true,
    comment: 'Bytes that the code of one instruction has at most.',
  },
  {
    name: 'ADDRESS_LOCALS',
    value: 8,
    comment: 'Address locals of a function: groups that overlap beyond this number compute their addresses anew.',
  },
  { name: 'WIDE_GROUPS', value: 4, signed: true, comment: 'Wide groups of a segment: each has a local.' },
  {
    name: 'CONSTANT_ROOT',
    value: 13,
    signed: true,
    comment: "Root of constant addresses; roots below are the registers' values on entry.",
  },
  {
    name: 'GOES_ON',
    value: 1 << 13,
    hex: true,
    comment:
      'In the mask of an exit: goes on at the root whose table index is in the target local, instead of leaving.',
  },
  {
    name: 'HOLE_UNSIGNED',
    value: 0x100,
    hex: true,
    comment: 'Elements of a template below are bytes as they stand; from here on holes for unsigned numbers.',
  },
  { name: 'HOLE_SIGNED', value: 0x110, hex: true, comment: 'Holes for signed numbers of 32 bits.' },
  { name: 'HOLE_LONG', value: 0x120, hex: true, comment: 'Holes for signed numbers of 64 bits, in two words.' },
  { name: 'TEMPLATE_END', value: 0xffff, hex: true, comment: 'The end of a template.' },
  {
    name: 'GROUP_WINDOW',
    value: 2048,
    signed: true,
    comment:
      'How far apart the lowest and the highest byte of a group of accesses may be: at most a page, so that two checks see all.',
  },
  {
    name: 'FIRST_ROOT',
    value: 2,
    comment: 'Function number of the first root of a module: behind the host call and the helper.',
  },
  { name: 'MAX_LOOPS', value: 24, comment: 'Fast loops of a function; see fast.c.' },
  { name: 'MAX_STREAMS', value: 32, comment: 'Streams of all fast loops of a function: each keeps two locals.' },
  { name: 'GAS_MODELS', value: GAS_MODELS.length, comment: 'How many gas models there are.' },
]
