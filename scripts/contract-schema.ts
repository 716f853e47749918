// What the core in C and TypeScript agree on: numbers, enumerations, structs and tables. Data only: contract.ts writes the C
// header and the TypeScript module from it. To add a field, add a line here and run `npm run core`.

import { HostAction } from '../src/engine/engine.ts'
import { Exit } from '../src/engine/exit.ts'
import { Access } from '../src/program/layout.ts'
import { GAS_MODELS, RULES } from '../src/program/profile.ts'

/** Element types as C writes them; `ptr` is a pointer to elements of the field's `to`. */
export type CType = 'u8' | 's8' | 'u16' | 's32' | 'u32' | 's64' | 'u64'

/** A field of a struct. In C `snake_case`, in TypeScript the same name in `camelCase`. */
export interface Field {
  readonly name: string
  readonly type: CType | 'context' | 'record'
  /** An array of so many: a number of NUMBERS, or two of them multiplied. */
  readonly length?: string
  /** A pointer to elements of the type, and what there is one of each for. */
  readonly by?: string
  /** The core does not write there. */
  readonly constant?: boolean
  /** The core's own: TypeScript makes room for it at most. */
  readonly inside?: boolean
  readonly comment?: string
}

/** A struct at a fixed place of the workspace, or of one instruction. */
export interface Struct {
  readonly name: string
  readonly comment: string
  readonly fields: readonly Field[]
}

/** A number of both sides. */
export interface Numeral {
  readonly name: string
  readonly value: number
  readonly comment: string
  readonly hex?: boolean
  /** C compares it with signed numbers. */
  readonly signed?: boolean
}

/** Names in order, from 0 on unless values are given. */
export interface Enumeration {
  /** In TypeScript; C has `PREFIX_NAME`. */
  readonly name: string
  readonly prefix: string
  readonly comment: string
  readonly members: readonly (readonly [name: string, comment: string])[]
  readonly values?: readonly number[]
}

const WINDOW_AT = 0x4000000
const TOP = 0x2200000
const FRAMES = 0x20000000
const MEMORY = 0x18000000 + FRAMES

/** Where things are in the memory of the wasm build: core/hosts/wasm.c draws it. */
export const ADDRESSES: readonly Numeral[] = [
  {
    name: 'AT_GATE',
    value: 0x3c0,
    comment: 'Words of the gate to compiled code: recompiler/gate.ts.',
  },
  {
    name: 'AT_ASKS',
    value: 0x3dc,
    comment:
      'Not 0: the gate asks JavaScript at each entry of compiled code, because a clock has to be looked at (1) or to hear what it does (2).',
  },
  {
    name: 'AT_SLICE',
    value: 0x3e0,
    comment: 'Gas compiled code gets at most at once (i64); a word of compiled code below struct pvm, as the next two.',
  },
  {
    name: 'AT_RESERVE',
    value: 0x3e8,
    comment:
      'Gas that compiled code got no sight of (i64): what exceeds the slice. Host calls add it to what they show.',
  },
  {
    name: 'AT_WHY',
    value: 0x3f0,
    comment: 'Why a side exit was taken; 0 when the target of a dynamic jump was returned.',
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
    comment: 'decode_tables; as the next five in the memory of the workspace only, no part of a machine.',
  },
  { name: 'AT_PROGRAM', value: 0x120000, comment: 'program_tables.' },
  { name: 'AT_GRAPH', value: 0x121000, comment: 'graph_tables.' },
  {
    name: 'AT_PLAN',
    value: 0x370000,
    comment: "The plan of a segment's accesses; when that is done, the code that the core writes.",
  },
  { name: 'AT_WIDE', value: 0x3a8000, comment: 'What plans wide groups.' },
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
    name: 'CODE_ROOM',
    value: 0x30000,
    hex: true,
    comment: 'Bytes of code that the core writes before somebody takes them.',
  },
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

/** See the enumeration `Piece`. */
const PIECES: readonly (readonly [name: string, comment: string])[] = [
  ['Prepare', 'Prepares a side exit: pc, why.'],
  ['Pay', 'Takes a cost from the gas.'],
  ['Store', 'Stores a register: local, address.'],
  ['Load', 'Loads one: address, local.'],
  ['Checkpoint', 'Leaves to the core unless there is gas: pc, why, gas, exit.'],
  ['RequireGas', 'Takes the prepared exit unless there is gas: gas, exit.'],
  ['Call', 'Calls a function of the module.'],
  ['CallTable', 'Calls a root of another module: pc, table index.'],
  ['PrepareTable', 'Prepares an exit that goes on there: the same.'],
  ['GoOn', 'The end of such an exit.'],
  ['CallTarget', 'Calls the table entry in the target local.'],
  ['ExpectReturn', "Takes a callee's results, leaves unless it returned to the address: address, label."],
  ['Target', 'The address of a dynamic jump: local.'],
  ['TargetPlus', 'The same with an offset.'],
  ['PushIndex', 'Pushes the jump-table index of the target.'],
  ['LookUp', 'Replaces the target by the table index of the code there: entries, exit.'],
  ['Return', 'Returns: pc, local of the address.'],
  ['InlineReturn', 'Falls through where the address is the expected one: pc, local, address, exit.'],
  ['Host', 'Host call: its pc, that behind it, its number, exit.'],
  ['HostInBlock', 'The same under block models.'],
  ['Move', 'Copies a local into another.'],
  ['TakeFrame', 'Takes the frame from the stack that is left, or leaves: exit.'],
  ['GoToState', 'To a node by a branch to the dispatch loop: node, label.'],
  ['Forget', 'Forgets a range: its two locals.'],
  ['OffsetOfConstant', 'Offset of a stream at a constant address; see loops.c for all from here on.'],
  ['Offset', 'Offset of a stream at a register.'],
  ['TurnsUp', 'Turns ahead of a stream that goes up,'],
  ['TurnsDown', 'down,'],
  ['TurnsByRegister', 'by a register.'],
  ['LoopEntry', 'Before a fast loop.'],
  ['CountFirst', 'As many turns as there are.'],
  ['UnlessInside', 'Again, when a stream is in no range.'],
  ['Floor', 'The gas at which fast turns end.'],
  ['FloorAhead', 'The same where several turns are compared at once.'],
  ['CountDown', 'Behind a generic turn.'],
  ['FastHead', 'Before the fast turns.'],
  ['FastClose', 'Behind them.'],
  ['FastEnd', 'To the exit of the loop.'],
  ['Tally', 'Counts a segment: address.'],
  ['TallyTurns', 'Counts fast turns: address, cost.'],
  ['Head', 'A module up to its functions: types and imports.'],
  ['Helpers', 'The helpers as they stand in every module.'],
]

export const ENUMERATIONS: readonly Enumeration[] = [
  {
    name: 'End',
    prefix: 'END',
    comment: 'How a node of a graph ends.',
    members: [
      ['Goto', 'Continues at `succA`.'],
      ['Branch', '`succA` if the condition holds, else `succB`.'],
      ['Exit', 'Hands over to the core at the last instruction, which is not executed.'],
      ['Call', 'Direct call of the root at `callee`; comes back to `succA`.'],
      ['CallIndirect', 'Indirect call; comes back to `succA`.'],
      ['Return', 'Returns the address in a link register.'],
      ['Switch', 'Indirect jump that may stay in the function: computes the address, goes on to the hub `succA`.'],
      ['TailIndirect', 'Indirect tail call.'],
      ['Host', 'Host call, then `succA`.'],
      [
        'Tail',
        'No instructions: tail call of the root at `callee`. In an inlined context: a call that returns to `succA`.',
      ],
      ['InlineReturn', 'Return of an inlined callee: to `succA` if the address is the expected one, else as Return.'],
      [
        'Hub',
        'No instructions: branches on the address a Switch computed, to `switchNodes`; elsewhere an indirect tail call. There is one for all switches of a graph: handlers that jump to one another stay reducible, the hub is their loop header.',
      ],
      [
        'CallTable',
        'Indirect call whose likely callees are inlined: computes the address, assigns the link register, branches to the nodes of the callees; with another address to the CallElsewhere `succA`.',
      ],
      ['CallElsewhere', 'No instructions: the indirect call of a CallTable, as CallIndirect.'],
    ],
  },
  {
    name: 'Check',
    prefix: 'CHECK',
    comment: 'How one access is done.',
    members: [
      ['Single', 'Checks itself.'],
      ['Leader', 'First of a group: checks all of [low, high) and sets the address local.'],
      ['Member', 'Checked by its leader.'],
      [
        'WideLeader',
        'First of a wide group: finds out how far in [low, low + span) from its base register accesses may be.',
      ],
      ['WideMember', 'Compares its address with what its leader found.'],
    ],
  },
  {
    name: 'Way',
    prefix: 'WAY',
    comment: 'By which template an access is checked. Those from Member on have no exit.',
    members: [
      ['Single', 'By the rotate trick.'],
      ['First', 'By the page of its first byte: leaders, and what is often misaligned.'],
      ['Both', 'By the pages of its first and last byte.'],
      ['Wide', 'First of a wide group, from a register.'],
      ['WideConstant', 'First of a wide group, from a constant.'],
      ['Within', 'Another one of a wide group.'],
      ['Member', 'By its leader.'],
      ['Unchecked', 'It is known to be allowed, its address is not known yet. The core never says so.'],
    ],
  },
  {
    name: 'Leave',
    prefix: 'LEAVE',
    comment: 'When an edge to a segment ends in a tail call.',
    members: [
      ['IfFull', 'When the graph has no more room.'],
      ['Always', 'Always: it has not run, and what is compiled is what has run.'],
    ],
  },
  {
    name: 'GraphOption',
    prefix: 'GRAPH',
    comment: 'Options of pvm_graph, the first three, and of pvm_compile, as bits.',
    members: [
      ['Inline', 'Small callees get nodes of their own.'],
      ['Unroll', 'So do recursive calls.'],
      ['Indirect', 'So do the likely callees of indirect calls.'],
      ['FastLoops', 'Loops of one segment get a fast version.'],
      ['Groups', 'Accesses near one base share a check.'],
      ['Wide', 'So do accesses to a base plus a bounded index.'],
      ['EveryNode', 'Gas is compared in every node.'],
      ['LoopStores', 'What a loop with calls does not write is stored before it.'],
      ['Says', 'Code says what it does, see `Said`.'],
    ],
    values: [1, 2, 4, 8, 16, 32, 64, 128, 256],
  },
  {
    name: 'Compiled',
    prefix: 'COMPILED',
    comment: 'What pvm_compile answers.',
    members: [
      ['Whole', 'The module is there.'],
      ['Costs', 'The segments of the graph have to be given their costs; then it goes on.'],
      ['Full', 'There is no room for the module. Nothing of it can be used.'],
    ],
  },
  {
    name: 'Local',
    prefix: 'LOCAL',
    comment: 'Locals of a compiled function, by number: parameters first.',
    members: [
      ['Gas', 'Gas that is left.'],
      ['Stack', "Bytes of the host's stack that compiled code may still take, without this frame."],
      ['Register', 'r0…r12.'],
      ['Pc', 'Where a side exit hands over,'],
      ['Why', 'and in what state, see `Why`.'],
      ['Target', 'Target of a dynamic jump, result of a call.'],
      ['Address', 'Physical address of a single access.'],
      ['State', 'Next node, in functions that are not reducible.'],
      ['Group', 'Physical addresses of groups, ADDRESS_LOCALS.'],
      ['Turns', 'Turns ahead,'],
      ['Floor', 'the gas they end at'],
      ['Before', 'and began with, see loops.c.'],
      ['Limit', 'Highest addresses of wide groups, WIDE_GROUPS.'],
      ['Pairs', 'Ranges of streams, two each.'],
    ],
    values: [0, 1, 2, 15, 16, 17, 18, 19, 20, 28, 29, 30, 31, 35],
  },
  {
    name: 'Why',
    prefix: 'WHY',
    comment: 'State at a hand-over; what glue.ts makes of it is in its header.',
    members: [
      ['Unpaid', 'The segment at pc has not been paid, and starts a block.'],
      ['Paid', 'The segment that contains pc has been paid whole.'],
      ['Exit', 'The machine stops: exit and its argument are set.'],
      [
        'UnpaidWithin',
        'The segment at pc has not been paid; it is in the middle of a block that counts as paid under block models.',
      ],
      [
        'Moved',
        'A host function left another pc, or switched tracing on: pc and whether its block is paid are in the machine.',
      ],
      ['Missing', 'As Unpaid: a root that is not compiled.'],
    ],
    values: [1, 3, 5, 7, 9, 11],
  },
  {
    name: 'Piece',
    prefix: 'PIECE',
    comment: 'Templates beside those of instructions, in the order in which they stand behind them: pieces.ts.',
    members: PIECES,
  },
  {
    name: 'Said',
    prefix: 'SAID',
    comment:
      'What code says it does, where it was asked to: the byte at AT_PROBES plus one of these, plus a number that tells more.',
    members: [
      ['Template', 'A template of an instruction: its id.'],
      ['Check', 'The check of an access: its way, 8 more for a store.'],
      ['End', 'The end of a node.'],
      ['Function', 'The beginning of a function: 1 for one that is not reducible.'],
      ['Leave', 'An exit: 1 if it stores registers, 2 more if it goes on elsewhere.'],
      ['Asked', 'A range that is asked for: the form of its stream, see say.c.'],
      ['Remembered', 'A range that is remembered: so.'],
      ['Turn', 'A fast turn: the form of each of its streams.'],
      ['Limited', 'A fast turn: 0 that only gas limits, 1 the first of a row, 2 a further one.'],
    ],
    values: [0, 0x200, 0x210, 0x220, 0x228, 0x240, 0x260, 0x280, 0x2a0],
  },
  {
    name: 'Right',
    prefix: 'RIGHT',
    comment:
      'Bits of a rights byte. The first two are what fast paths test: set only when the page is in the window and touched. The true rights are in the next two. A failed fast check is therefore no fault yet: the core decides.',
    members: [
      ['FastRead', 'In the window, touched, readable.'],
      ['FastWrite', 'In the window, touched, writable.'],
      ['Read', 'Readable.'],
      ['Write', 'Writable.'],
      ['Touched', 'The page may hold bytes other than zero.'],
      ['Borrowed', 'The bytes belong to the host: never zeroed, never freed.'],
      ['Framed', 'The page is outside of the window and has a frame.'],
      ['Viewed', 'The host has a view of the page, and may write there at any time.'],
    ],
    values: [1, 2, 4, 8, 16, 32, 64, 128],
  },
  {
    name: 'Part',
    prefix: 'PART',
    comment: 'Parts of a machine that pvm_part has the addresses of.',
    members: [
      ['Code', 'The code.'],
      ['Mask', 'The bitmask.'],
      ['JumpTable', 'The jump table.'],
      ['Dispatch', 'The dispatch table: compiled code by jump-table entry.'],
      ['Event', 'The trace event.'],
      ['Entries', 'Compiled code by pc.'],
      ['Index', 'Records by pc, 0 where control never was.'],
    ],
  },
  {
    name: 'Used',
    prefix: 'USED',
    comment: 'What pvm_used counts.',
    members: [
      ['Arena', 'Bytes of the arena in use.'],
      ['Touched', 'Pages touched since the reset.'],
      ['Flushes', 'How often all records were thrown away.'],
    ],
  },
]

const each = (by: string, type: CType, ...names: readonly string[]): readonly Field[] =>
  names.map(name => ({ name, type, by }))
const given = (by: string, type: CType, ...names: readonly string[]): readonly Field[] =>
  names.map(name => ({ name, type, by, constant: true }))
const word = (name: string, comment?: string, type: CType = 'u32'): Field => ({
  name,
  type,
  ...(comment !== undefined && { comment }),
})
const array = (length: string, type: CType, ...names: readonly string[]): readonly Field[] =>
  names.map(name => ({ name, type, length }))
const inside = (fields: readonly Field[]): readonly Field[] => fields.map(field => ({ ...field, inside: true }))

/** A program while it is decoded. `by` says what a column has an entry for; `-end` adds one for the end. */
export const DECODE: Struct = {
  name: 'decode_tables',
  comment: 'What a program is decoded from and into. Who calls the decoder lays it out.',
  fields: [
    word('set', 'Instruction set, PVM_SET_*.'),
    word('code_length'),
    word('jumps', 'Entries of the jump table.'),
    word('count', 'What is found, from here on: instructions,'),
    word('segments'),
    word('functions'),
    word('links', 'and registers that some call uses for its return address, as a mask.'),
    { name: 'code', type: 'u8', by: 'input', constant: true, comment: 'With CODE_AHEAD zeros behind it.' },
    { name: 'mask', type: 'u8', by: 'input', constant: true, comment: 'With MASK_AHEAD bytes of anything behind it.' },
    { name: 'pc', type: 'u32', by: 'instruction', comment: 'Code offset.' },
    { name: 'id', type: 'u8', by: 'instruction', comment: 'Instruction id; that of trap for undefined opcodes.' },
    ...each('instruction', 'u8', 'a', 'b', 'd'),
    { name: 'x', type: 's32', by: 'instruction' },
    { name: 'x_high', type: 's32', by: 'instruction', comment: 'Upper half of X.' },
    { name: 'y', type: 's32', by: 'instruction' },
    {
      name: 'target',
      type: 's32',
      by: 'instruction',
      comment: 'Segment of a static jump target, -1 where it is no block start.',
    },
    { name: 'uses', type: 'u16', by: 'instruction', comment: 'Registers read and written, as masks.' },
    { name: 'defs', type: 'u16', by: 'instruction' },
    { name: 'segment_of', type: 'u32', by: 'instruction' },
    { name: 'index_of', type: 's32', by: 'offset', comment: 'The instruction at a code offset, -1 where none starts.' },
    {
      name: 'segment_start',
      type: 'u32',
      by: 'segment-end',
      comment: 'First instruction. Segments tile the instructions.',
    },
    {
      name: 'is_block',
      type: 'u8',
      by: 'segment',
      comment: 'Whether it starts a basic block, and so is a legal jump target.',
    },
    { name: 'accesses', type: 'u8', by: 'segment', comment: 'Loads and stores, 255 when there are more.' },
    {
      name: 'next_segment',
      type: 's32',
      by: 'segment',
      comment: 'Segment control falls into, -1 where none: there the last instruction exits to the core.',
    },
    { name: 'function_of', type: 's32', by: 'segment' },
    {
      name: 'jump_table',
      type: 's32',
      by: 'jump',
      comment: 'Code offset before, segment behind; -1 where the entry is no block start.',
    },
    { name: 'function_start', type: 's32', by: 'function-end', comment: 'First segment, ascending.' },
    { name: 'label_start', type: 's32', by: 'function-end', comment: 'First label in `labels`.' },
    {
      name: 'labels',
      type: 's32',
      by: 'label',
      comment: 'Jump-table entries (from 0) that are switch labels, by function, ascending.',
    },
    ...inside(each('segment', 'u8', 'entry', 'switches')),
    ...inside(each('jump', 'u8', 'returns_to')),
  ],
}

/** Words of one instruction. */
export const RECORD: Struct = {
  name: 'record_words',
  comment: 'Words of an instruction that its templates take, all s32. Registers are the numbers of their locals.',
  fields: [
    word('a', 'Registers.', 's32'),
    word('b', undefined, 's32'),
    word('d', 'Of the first of a wide group: its lowest address.', 's32'),
    word('x', 'Immediates.', 's32'),
    word('x_high', 'Of a wide group: the local of its limit.', 's32'),
    word('y', undefined, 's32'),
    word('y_high', undefined, 's32'),
    word('pc', undefined, 's32'),
    word('constant', 'Of an access, from here on.', 's32'),
    word('label', "The generator's.", 's32'),
    word('local', undefined, 's32'),
    word('last', undefined, 's32'),
    word('offset', undefined, 's32'),
    word('base', 'Of the first of a wide group, from here on.', 's32'),
    word('reach', undefined, 's32'),
    word('widest', undefined, 's32'),
  ],
}

/** A decoded program, for the passes. */
export const PROGRAM: Struct = {
  name: 'program_tables',
  comment: 'A program, as decoded: who calls the passes has written it.',
  fields: [
    word('segments'),
    word('functions'),
    word('jumps'),
    word('both', 'A branch panics when either side is no block start.'),
    word('links', 'Registers that some call uses for its return address, as a mask.'),
    word('indirect', 'How many functions are inlined at indirect calls.'),
    word('paid_whole', 'Segments cost what `cost` says, else their instructions.'),
    word('root_count', 'A module, from here on: its roots,'),
    word('roots_done', 'those whose functions are written,'),
    word('roots_priced', 'those whose segments have their costs,'),
    word('tally_at', 'where code counts what it executes, 0 where it does not,'),
    word('room', 'bytes there are for it,'),
    word('module_at', 'where in them it begins,'),
    word('module_end', 'where it ends, or what is written of it.'),
    ...given('instruction', 'u8', 'id', 'a', 'b', 'd'),
    ...given('instruction', 's32', 'x', 'x_high', 'y', 'target'),
    ...given('instruction', 'u32', 'pc'),
    ...given('instruction', 'u16', 'uses', 'defs'),
    {
      name: 'tolerant',
      type: 'u8',
      by: 'instruction',
      constant: true,
      comment: '1: its access is often misaligned, and is never in a wide group.',
    },
    ...given('segment-end', 'u32', 'segment_start'),
    ...given('segment', 's32', 'next_segment', 'function_of'),
    ...given('segment', 'u8', 'accesses', 'is_block'),
    ...given('segment', 's32', 'cost'),
    ...given('function-end', 's32', 'function_start', 'label_start'),
    ...given('label', 's32', 'labels'),
    { name: 'jump_table', type: 's32', by: 'jump', constant: true, comment: 'Segments.' },
    { name: 'templates', type: 'u16', by: 'template', constant: true, comment: 'Of code, see emit.c.' },
    {
      name: 'callees',
      type: 's32',
      by: 'callee',
      comment: 'Jump-table entries of the functions that are inlined at indirect calls.',
    },
    { name: 'node_pool', type: 's32', by: 'pool', inside: true },
    {
      name: 'check',
      type: 'u8',
      by: 'instruction',
      comment: 'The memory plan, from here on: see plan.c. How an access is done, CHECK_*.',
    },
    { name: 'local', type: 'u8', by: 'instruction' },
    ...each('instruction', 's32', 'offset', 'span', 'root', 'low'),
    { name: 'base', type: 's8', by: 'instruction' },
    { name: 'records', type: 'record', by: 'instruction', comment: 'What the templates of its code are filled from.' },
    { name: 'way', type: 'u8', by: 'instruction', comment: 'Which template checks it, WAY_*.' },
    {
      name: 'leave',
      type: 'u8',
      by: 'segment',
      constant: true,
      comment: 'When an edge to it ends in a tail call, LEAVE_*.',
    },
    {
      name: 'roots',
      type: 'u32',
      by: 'segment',
      constant: true,
      comment: 'A module, from here on: the segments of its roots, ascending.',
    },
    { name: 'root_nodes', type: 'u32', by: 'segment', constant: true, comment: 'Nodes their graphs have at most.' },
    { name: 'root_index', type: 'u32', by: 'segment', constant: true, comment: 'Function number of a root, else 0.' },
    {
      name: 'frames',
      type: 'u32',
      by: 'segment',
      comment: "What the function of each root takes of the host's stack at most, in bytes.",
    },
    { name: 'external', type: 'u8', by: 'segment', comment: '1: it is a root of another module that this one calls.' },
    { name: 'module', type: 'u8', by: 'room', comment: 'Its bytes.' },
  ],
}

/** A graph of it. */
export const GRAPH: Struct = {
  name: 'graph_tables',
  comment: 'A graph and what the passes find out about it. By node unless said otherwise.',
  fields: [
    { name: 'path', type: 'u64', length: 'NODE_CAPACITY', comment: 'Cost of the dearest path to the next checkpoint.' },
    {
      name: 'loop_unchecked',
      type: 'u64',
      length: 'MAX_LOOPS',
      comment: 'Fast loops: a bit per access whose check the fast version leaves out,',
    },
    ...array('MAX_LOOPS', 's32', 'loop_node', 'loop_exit'),
    { name: 'loop_first', type: 's32', length: 'MAX_LOOPS', comment: 'its first stream,' },
    { name: 'loop_streams', type: 's32', length: 'MAX_LOOPS', comment: 'and how many there are.' },
    {
      name: 'stream_base',
      type: 's32',
      length: 'MAX_STREAMS',
      comment: 'Streams: the register of the base, -1 for a constant address,',
    },
    { name: 'stream_low', type: 's32', length: 'MAX_STREAMS', comment: 'lowest byte relative to it,' },
    { name: 'stream_span', type: 's32', length: 'MAX_STREAMS', comment: 'bytes from there to the end of the highest,' },
    { name: 'stream_stride', type: 's32', length: 'MAX_STREAMS', comment: 'bytes moved each turn,' },
    {
      name: 'stream_register',
      type: 's32',
      length: 'MAX_STREAMS',
      comment: 'or the register that holds them, else -1,',
    },
    { name: 'stream_store', type: 's32', length: 'MAX_STREAMS', comment: 'and 1 for stores.' },
    ...array('NODE_CAPACITY', 's32', 'seg', 'succ_a', 'succ_b', 'callee', 'expected'),
    ...array('NODE_CAPACITY', 's32', 'sequence', 'position', 'dominator', 'cost'),
    ...array('NODE_CAPACITY', 's32', 'succ_start', 'pred_start', 'child_start', 'children'),
    ...array('EDGE_CAPACITY', 's32', 'succs', 'preds'),
    ...array('LIST_CAPACITY', 's32', 'switch_nodes', 'callee_nodes'),
    ...array('NODE_CAPACITY', 'u16', 'dirty_in', 'live_in', 'valid_in'),
    { name: 'stored_before', type: 'u16', length: 'NODE_CAPACITY', comment: 'By loop header, see stores.c.' },
    ...array('NODE_CAPACITY', 'u8', 'end', 'is_loop', 'is_merge', 'checkpoint'),
    word('count', 'Nodes.'),
    word('reducible'),
    word('switches', 'Switch nodes.'),
    word('callee_count', 'Callee nodes.'),
    word('loops', 'Fast loops.'),
    word('streams', 'Their streams.'),
    word('dirty_now', "The code generator's, from here on; no pass looks at them. Registers that are dirty and valid,"),
    word('valid_now'),
    word('depth_now', 'and frames that are open where it writes;'),
    word('exit_count', 'the exits so far;'),
    word('emitted', 'the instruction that emit.c has come to;'),
    word('values', 'the values that its code has made so far.'),
    { name: 'exits', type: 'u16', length: 'EXIT_CAPACITY', comment: 'Masks, in the order they were first needed.' },
    ...array('NODE_CAPACITY', 's32', 'label_depth'),
    ...array('NODE_CAPACITY', 'u16', 'dirty_before', 'valid_before'),
    ...inside([
      ...array('NODE_CAPACITY', 's32', 'spare', 'next', 'stack', 'context_of'),
      ...array('EDGE_CAPACITY', 's32', 'edges'),
      ...array('NODE_CAPACITY', 'u16', 'reads', 'writes', 'passes', 'written', 'through'),
      ...array('NODE_CAPACITY', 'u8', 'leaves', 'seen'),
      { name: 'contexts', type: 'context', length: 'CONTEXT_CAPACITY' },
      word('context_count'),
      word('pool'),
      word('inlined'),
      word('most'),
      word('hub', undefined, 's32'),
    ]),
  ],
}

/** Where the fields of core/pvm.h's structs are: the header is for hosts in C, and written by hand. */
export const OFFSETS: readonly {
  readonly struct: string
  readonly name: string
  readonly size: number
  readonly at: Readonly<Record<string, number>>
}[] = [
  {
    struct: 'pvm',
    name: 'VM',
    size: 192,
    at: {
      regs: 0,
      gas: 104,
      pc: 112,
      exit: 116,
      exit_arg: 120,
      charged: 124,
      heap_end: 128,
      heap_limit: 132,
      trace: 136,
      rules: 140,
      gas_model: 144,
      code_len: 148,
      jump_len: 152,
      jump_size: 156,
      stride: 160,
      busy: 164,
      child: 168,
      service: 172,
      max_pages: 176,
      stack: 180,
      hot: 184,
      hot_left: 188,
    },
  },
  {
    struct: 'pvm_event',
    name: 'EVENT',
    size: 104,
    at: {
      pc: 0,
      id: 4,
      a: 8,
      b: 12,
      d: 16,
      reg: 20,
      x: 24,
      y: 32,
      target: 40,
      gas_before: 48,
      gas_after: 56,
      before: 64,
      after: 72,
      access: 80,
      address: 84,
      width: 88,
      value: 96,
    },
  },
]

/** Numbers of core/pvm.h that TypeScript uses under a name of its own. */
export const PUBLIC: readonly {
  readonly name: string
  readonly comment: string
  readonly at: Readonly<Record<string, number>>
  readonly prefix: string
}[] = [
  {
    name: 'Target',
    prefix: 'PVM_TO',
    comment: 'What compiled code answers when it does not name a jump-table address (which is even).',
    at: { Continue: 1, Refund: 3, Exit: 5 },
  },
  {
    name: 'Rule',
    prefix: 'PVM_RULE',
    comment: 'Rules that differ between protocol versions, as bits.',
    at: Object.fromEntries([...Object.keys(RULES), 'Pages'].map((name, bit) => [name, 2 ** bit])),
  },
  {
    name: 'SetNumber',
    prefix: 'PVM_SET',
    comment: 'Numberings of the opcodes.',
    at: { Gp_072: 0, Gp_080: 1, Latest64: 2, ReviveV1: 3, Extended: 4, ReviveV1Strict: 5, Latest32: 6 },
  },
  {
    name: 'HostAnswer',
    prefix: 'PVM_HOST',
    comment: "What the core's host callback answers: `Stopped` plus an exit stops the machine with it.",
    at: { Continue: 0, Exit: 4, Stopped: 16 },
  },
  {
    name: 'Unfinished',
    prefix: 'PVM',
    comment: 'The exit of a machine that has not stopped yet.',
    at: { Running: 255 },
  },
]

/** Numbers of TypeScript's interface that core/pvm.h has too. */
export const SHARED: readonly (readonly [prefix: string, at: Readonly<Record<string, number>>])[] = [
  ['PVM', Exit],
  [
    'PVM_HOST',
    { Continue: HostAction.Continue, Halt: HostAction.Halt, Panic: HostAction.Panic, Stop: HostAction.Stop },
  ],
  ['PVM', Access],
  ['PVM_GAS', Object.fromEntries(GAS_MODELS.map((name, number) => [name, number]))],
]
