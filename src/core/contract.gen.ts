// Made by `npm run core` from scripts/contract-schema.ts. Do not edit.
// What the core in C and TypeScript agree on; core/machine/contract.gen.h has the same.

/** Words of the gate to compiled code: recompiler/runtime/gate.ts. */
export const AT_GATE = 0x3c0
/**
 * If it is not 0, the gate asks JavaScript at each entry of compiled code: bit 1 because somebody has to look at the
 * clock, bit 2 to hear what the code does.
 */
export const AT_ASKS = 0x3dc
/** The most gas that compiled code gets at once (i64). */
export const AT_SLICE = 0x3e0
/** The gas beyond the slice, which compiled code does not see (i64). Host calls add it to what they show. */
export const AT_RESERVE = 0x3e8
/** Why a side exit was taken, or 0 when the target of a dynamic jump was returned. */
export const AT_WHY = 0x3f0
/** Struct pvm. */
export const AT_VM = 0x400
/** A byte for each kind of thing that compiled code says it does, where it was asked to: recompiler/exercise.ts. */
export const AT_PROBES = 0x8000
/** The core's constants and its stack. */
export const AT_DATA = 0x10000
/** decode_tables. This and the next five addresses are in the memory of the workspace, which holds no machine. */
export const AT_DECODED = 0x100000
/** program_tables. */
export const AT_PROGRAM = 0x120000
/** graph_tables. */
export const AT_GRAPH = 0x121000
/** The plan of a segment's accesses. */
export const AT_PLAN = 0x380000
/** What plans wide groups. */
export const AT_WIDE = 0x3b8000
/** What the tables point to. */
export const AT_TABLES = 0x400000
/** u32 per physical page: where a page outside of the window is, 0 where it is in its place or not touched. */
export const AT_FRAMES = 0x400000
/** Rights: a byte per physical page. The table is 8 MiB, only the first MiB is ever written. */
export const AT_RIGHTS = 0x800000
/**
 * The arena. It starts with the dispatch table: u32 per jump-table entry, the table index of compiled code, 0 for
 * none.
 */
export const AT_ARENA = 0x1000000
/** The window on guest memory. */
export const AT_WINDOW = 0x4000000
/** Bytes at the top of the guest's address space that lie at the beginning of the window. */
export const TOP_SIZE = 0x2200000
/** Physical address of guest address 0: physical = (guest + ROTATION) mod 2^32. */
export const ROTATION = 0x6200000
/** Bytes of a machine's memory; lazily backed by the system. */
export const MEMORY_SIZE = 0x38000000
/** Bytes at its end for pages outside of the window: room for all that a machine may touch by default. */
export const FRAMES_SIZE = 0x20000000
/** The window ends before this physical address. */
export const WINDOW_END = 0x18000000
/**
 * Nodes of a graph beyond that, or the fewer that are asked for, become tail calls, each with two successors at most.
 */
export const MAX_NODES = 3000
/** Nodes there is room for: hubs and inlined callees are few. */
export const NODE_CAPACITY = 0x4000
/** Edges. */
export const EDGE_CAPACITY = 0xa000
/** Calling contexts. */
export const CONTEXT_CAPACITY = 0x800
/** Labels of a function, and callees of all its branch tables. */
export const LIST_CAPACITY = 0x1000
/** Exits of a function: one for each mask of registers, of two kinds. */
export const EXIT_CAPACITY = 0x4000
/** Accesses of a segment that are planned; those behind are checked alone. */
export const ACCESS_CAPACITY = 0x1000
/** Nodes of inlined callees by segment, beside one for each segment of the program. */
export const POOL_CAPACITY = 1024
/** Functions that an indirect call takes in. */
export const MAX_INDIRECT = 16
/** Zeros behind the code that is decoded: what operands may reach (GP A.4). */
export const CODE_AHEAD = 32
/** Bytes behind the mask that skips look at. */
export const MASK_AHEAD = 8
/** Bytes that the code of one instruction has at most. */
export const INSTRUCTION_ROOM = 0x1000
/** Address locals of a function: groups that overlap beyond this number compute their addresses anew. */
export const ADDRESS_LOCALS = 8
/** Wide groups of a segment: each has a local. */
export const WIDE_GROUPS = 4
/** Root of constant addresses; roots below are the registers' values on entry. */
export const CONSTANT_ROOT = 13
/** In the mask of an exit: goes on at the root whose table index is in the target local, instead of leaving. */
export const GOES_ON = 0x2000
/** Elements of a template below are bytes as they stand; from here on holes for unsigned numbers. */
export const HOLE_UNSIGNED = 0x100
/** Holes for signed numbers of 32 bits. */
export const HOLE_SIGNED = 0x110
/** Holes for signed numbers of 64 bits, in two words. */
export const HOLE_LONG = 0x120
/** The end of a template. */
export const TEMPLATE_END = 0xffff
/**
 * How far apart the lowest and the highest byte of a group of accesses may be: at most a page, so that two checks see
 * all.
 */
export const GROUP_WINDOW = 2048
/** Function number of the first root of a module: behind the host call and the helper. */
export const FIRST_ROOT = 2
/** Fast loops of a function; see fast.c. */
export const MAX_LOOPS = 24
/** Streams of all fast loops of a function: each keeps two locals. */
export const MAX_STREAMS = 32
/** How many gas models there are. */
export const GAS_MODELS = 3

/** Words of an instruction that its templates take. */
export const RECORD_WORDS = 16
/**
 * The words of an instruction that its templates are filled from, all s32. Registers stand there as the numbers of
 * their locals.
 */
export const RecordWord = {
  /** The registers A, B and D. */
  a: 0,
  b: 1,
  /** For the first access of a wide group it is the lowest address of the group. */
  d: 2,
  /** The immediates X and Y. */
  x: 3,
  /** For an access of a wide group it is the local of the limit. */
  xHigh: 4,
  y: 5,
  yHigh: 6,
  pc: 7,
  /** From here on are words of accesses. What is added to the base, PVM_ROTATION included. */
  constant: 8,
  /** The branch depth of the exit. The generator fills it in. */
  label: 9,
  local: 10,
  last: 11,
  offset: 12,
  /** From here on are words of the first access of a wide group. */
  base: 13,
  reach: 14,
  widest: 15,
} as const

/** How a node of a graph ends. */
export const End = {
  /** Continues at `succA`. */
  Goto: 0,
  /** `succA` if the condition holds, else `succB`. */
  Branch: 1,
  /** Hands over to the core at the last instruction, which is not executed. */
  Exit: 2,
  /** Direct call of the root at `callee`; comes back to `succA`. */
  Call: 3,
  /** Indirect call; comes back to `succA`. */
  CallIndirect: 4,
  /** Returns the address in a link register. */
  Return: 5,
  /** Indirect jump that may stay in the function: computes the address, goes on to the hub `succA`. */
  Switch: 6,
  /** Indirect tail call. */
  TailIndirect: 7,
  /** Host call, then `succA`. */
  Host: 8,
  /** No instructions: tail call of the root at `callee`. In an inlined context: a call that returns to `succA`. */
  Tail: 9,
  /** Return of an inlined callee: to `succA` if the address is the expected one, else as Return. */
  InlineReturn: 10,
  /**
   * No instructions: branches on the address a Switch computed, to `switchNodes`; elsewhere an indirect tail call.
   * There is one for all switches of a graph: handlers that jump to one another stay reducible, the hub is their loop
   * header.
   */
  Hub: 11,
  /**
   * Indirect call whose likely callees are inlined: computes the address, assigns the link register, branches to the
   * nodes of the callees; with another address to the CallElsewhere `succA`.
   */
  CallTable: 12,
  /** No instructions: the indirect call of a CallTable, as CallIndirect. */
  CallElsewhere: 13,
} as const
export type End = (typeof End)[keyof typeof End]

/** How one access is done. */
export const Check = {
  /** Checks itself. */
  Single: 0,
  /** First of a group: checks all of [low, high) and sets the address local. */
  Leader: 1,
  /** Checked by its leader. */
  Member: 2,
  /** First of a wide group: finds out how far in [low, low + span) from its base register accesses may be. */
  WideLeader: 3,
  /** Compares its address with what its leader found. */
  WideMember: 4,
} as const
export type Check = (typeof Check)[keyof typeof Check]

/** By which template an access is checked. Those from Member on have no exit. */
export const Way = {
  /** By the rotate trick. */
  Single: 0,
  /** By the page of its first byte: leaders, and what is often misaligned. */
  First: 1,
  /** By the pages of its first and last byte. */
  Both: 2,
  /** First of a wide group, from a register. */
  Wide: 3,
  /** First of a wide group, from a constant. */
  WideConstant: 4,
  /** Another one of a wide group. */
  Within: 5,
  /** By its leader. */
  Member: 6,
  /** It is known to be allowed, its address is not known yet. The core never says so. */
  Unchecked: 7,
} as const
export type Way = (typeof Way)[keyof typeof Way]

/** When an edge to a segment ends in a tail call. */
export const Leave = {
  /** When the graph has no more room. */
  IfFull: 0,
  /** Always: it has not run, and what is compiled is what has run. */
  Always: 1,
} as const
export type Leave = (typeof Leave)[keyof typeof Leave]

/** Options of pvm_compile, as bits. The first three and the last are options of pvm_graph too. */
export const GraphOption = {
  /** Small callees get nodes of their own. */
  Inline: 1,
  /** So do recursive calls. */
  Unroll: 2,
  /** So do the likely callees of indirect calls. */
  Indirect: 4,
  /** Loops of one segment get a fast version. */
  FastLoops: 8,
  /** Accesses near one base share a check. */
  Groups: 16,
  /** So do accesses to a base plus a bounded index. */
  Wide: 32,
  /** Gas is compared in every node. */
  EveryNode: 64,
  /** What a loop with calls does not write is stored before it. */
  LoopStores: 128,
  /** Code says what it does, see `Said`. */
  Says: 256,
  /** Fast loops that copy or fill do many turns at once. */
  Bulk: 512,
  /** Accesses to the stack of a function share a check. */
  Frames: 1024,
  /** Fast loops do not look at a condition that says ahead how often they go on. */
  Counted: 2048,
  /** Loops that search are unrolled. */
  Searches: 4096,
} as const
export type GraphOption = (typeof GraphOption)[keyof typeof GraphOption]

/** What pvm_compile answers. */
export const Compiled = {
  /** The module is there. */
  Whole: 0,
  /** There is no room for the module. Nothing of it can be used. */
  Full: 1,
} as const
export type Compiled = (typeof Compiled)[keyof typeof Compiled]

/** Locals of a compiled function, by number: parameters first. */
export const Local = {
  /** Gas that is left. */
  Gas: 0,
  /** Bytes of the host's stack that compiled code may still take, without this frame. */
  Stack: 1,
  /** r0…r12. */
  Register: 2,
  /** Where a side exit hands over. */
  Pc: 15,
  /** In what state a side exit hands over, see `Why`. */
  Why: 16,
  /** Target of a dynamic jump, result of a call. */
  Target: 17,
  /** Physical address of a single access. */
  Address: 18,
  /** Next node, in functions that are not reducible. */
  State: 19,
  /** Physical addresses of groups, ADDRESS_LOCALS. */
  Group: 20,
  /** How many turns of a fast loop are ahead, see loops.c. */
  Turns: 28,
  /** The gas at which those turns end. */
  Floor: 29,
  /** The gas with which they began. */
  Before: 30,
  /** Highest addresses of wide groups, WIDE_GROUPS. */
  Limit: 31,
  /** Physical address of the lowest byte that the function accesses on its stack, see frames.c. */
  Frame: 35,
  /** Ranges of streams, two each. */
  Pairs: 36,
} as const
export type Local = (typeof Local)[keyof typeof Local]

/** State at a hand-over; what glue.ts makes of it is in its header. */
export const Why = {
  /** The segment at pc has not been paid, and starts a block. */
  Unpaid: 1,
  /** The segment that contains pc has been paid whole. */
  Paid: 3,
  /** The machine stops: exit and its argument are set. */
  Exit: 5,
  /** The segment at pc has not been paid; it is in the middle of a block that counts as paid under block models. */
  UnpaidWithin: 7,
  /** A host function left another pc, or switched tracing on: pc and whether its block is paid are in the machine. */
  Moved: 9,
  /** As Unpaid: a root that is not compiled. */
  Missing: 11,
} as const
export type Why = (typeof Why)[keyof typeof Why]

/** Templates beside those of instructions, in the order in which they stand behind them: pieces.ts. */
export const Piece = {
  /** Prepares a side exit: pc, why. */
  Prepare: 0,
  /** Takes a cost from the gas. */
  Pay: 1,
  /** Stores a register: local, address. */
  Store: 2,
  /** Loads one: address, local. */
  Load: 3,
  /** Leaves to the core unless there is gas: pc, why, gas, exit. */
  Checkpoint: 4,
  /** Takes the prepared exit unless there is gas: gas, exit. */
  RequireGas: 5,
  /** Calls a function of the module. */
  Call: 6,
  /** Calls a root of another module: pc, table index. */
  CallTable: 7,
  /** Checks all that a function accesses on its stack: register, constant, last byte, exit, pc. */
  CheckFrame: 8,
  /** Whether that has not been checked. */
  UnlessFramed: 9,
  /** It counts as not checked. */
  ForgetFrame: 10,
  /** Check of a mixed group, for both rights, from the words of its leader, see plan.c: a byte at register A, */
  LeaderOfByteA: 11,
  /** at B; */
  LeaderOfByteB: 12,
  /** an aligned word, */
  LeaderOfWordA: 13,
  /** The same at B. */
  LeaderOfWordB: 14,
  /** or more. */
  LeaderOfManyA: 15,
  /** The same at B. */
  LeaderOfManyB: 16,
  /** Prepares an exit that goes on there: the same. */
  PrepareTable: 17,
  /** The end of such an exit. */
  GoOn: 18,
  /** Calls the table entry in the target local. */
  CallTarget: 19,
  /** Takes a callee's results, leaves unless it returned to the address: address, label. */
  ExpectReturn: 20,
  /** The address of a dynamic jump: local. */
  Target: 21,
  /** The same with an offset. */
  TargetPlus: 22,
  /** Pushes the jump-table index of the target. */
  PushIndex: 23,
  /** Replaces the target by the table index of the code there: entries, exit. */
  LookUp: 24,
  /** Returns: pc, local of the address. */
  Return: 25,
  /** Falls through where the address is the expected one: pc, local, address, exit. */
  InlineReturn: 26,
  /** Host call: its pc, that behind it, its number, exit. */
  Host: 27,
  /** The same under block models. */
  HostInBlock: 28,
  /** Copies a local into another. */
  Move: 29,
  /** Takes the frame from the stack that is left, or leaves: exit. */
  TakeFrame: 30,
  /** To a node by a branch to the dispatch loop: node, label. */
  GoToState: 31,
  /** Forgets a range: its two locals. */
  Forget: 32,
  /** Offset of a stream at a constant address; see loops.c for all from here on. */
  OffsetOfConstant: 33,
  /** Offset of a stream at a register. */
  Offset: 34,
  /** Turns ahead of a stream that goes up, */
  TurnsUp: 35,
  /** down, */
  TurnsDown: 36,
  /** by a register. */
  TurnsByRegister: 37,
  /** Before a fast loop. */
  LoopEntry: 38,
  /** As many turns as there are. */
  CountFirst: 39,
  /** Again, when a stream is in no range. */
  UnlessInside: 40,
  /** The gas at which fast turns end. */
  Floor: 41,
  /** The same where several turns are compared at once. */
  FloorAhead: 42,
  /** Behind a generic turn. */
  CountDown: 43,
  /** When turns are safe. */
  FastBegin: 44,
  /** The same, when the loop goes on behind all of them. */
  CountedBegin: 45,
  /** Turns at once, if the floor leaves enough of them; see bulk.c for all from here on. */
  BulkBegin: 46,
  /** So many at most: the distance of two registers, 1 less where that is 1, by a power of two. */
  RoomOfRegisters: 47,
  /** The same, of a register from a constant above it. */
  RoomBelow: 48,
  /** The same, from a constant below it. */
  RoomAbove: 49,
  /** So many at most: the distance of what is stored from what is loaded, by a power of two. */
  BulkApart: 50,
  /** None where a register is not one byte again and again. */
  BulkSameBytes: 51,
  /** If they are worth it. */
  BulkIf: 52,
  /** Where the turns begin: register, constant. */
  BulkAt: 53,
  /** The same where they go down: and the power of two. */
  BulkAtDown: 54,
  /** Copies. */
  BulkCopy: 55,
  /** Fills. */
  BulkFill: 56,
  /** Takes what they cost from the gas. */
  PayTurns: 57,
  /** A register has been stepped in each. */
  StepTurns: 58,
  /** Behind them. */
  BulkEnd: 59,
  /** A register has been stepped in several turns: register, step of all. */
  StepRegister: 60,
  /** Before the fast turns. */
  FastHead: 61,
  /** Behind them. */
  FastClose: 62,
  /** To the exit of the loop. */
  FastEnd: 63,
  /** Counts a segment: address. */
  Tally: 64,
  /** Counts fast turns: address, cost. */
  TallyTurns: 65,
  /** A module up to its functions: types and imports. */
  Head: 66,
  /** The helpers as they stand in every module. */
  Helpers: 67,
} as const
export type Piece = (typeof Piece)[keyof typeof Piece]

/**
 * What code says it does, where it was asked to: the byte at AT_PROBES plus one of these, plus a number that tells
 * more.
 */
export const Said = {
  /** A template of an instruction: its id. */
  Template: 0,
  /** The check of an access: its way, and whether it stores (`More`). */
  Check: 512,
  /** The end of a node. */
  End: 528,
  /** The beginning of a function of blocks and loops. */
  Blocks: 544,
  /** The beginning of a function with a dispatch loop: its graph is not reducible. */
  Dispatch: 545,
  /** An exit: what it does (`More`). */
  Leave: 552,
  /** A range that is asked for: the form of its stream (`Form`). */
  Asked: 576,
  /** A range that is remembered: the form of its stream. */
  Remembered: 608,
  /** A fast turn: the form of each of its streams. */
  Turn: 640,
  /** A fast turn that only gas limits. */
  Limited: 672,
  /** A fast turn, the first of a row. */
  FirstTurn: 673,
  /** A fast turn, a further one of a row. */
  FurtherTurn: 674,
  /** Fast turns that are counted before the first. */
  CountedTurns: 675,
  /** Turns done at once: how (`More`). */
  Bulk: 704,
  /** No number that is said is as high as this. */
  Beyond: 736,
} as const
export type Said = (typeof Said)[keyof typeof Said]

/** Bits that are added to a number of `Said`. */
export const More = {
  /** The exit stores registers. */
  LeaveStores: 1,
  /** The exit goes on elsewhere. */
  LeaveElsewhere: 2,
  /** The turns fill; without it they copy. */
  BulkFills: 4,
  /** The access is a store. */
  CheckStore: 8,
  /** The turns go down. */
  BulkDown: 16,
} as const
export type More = (typeof More)[keyof typeof More]

/** How a stream moves: one of five ways, with the bits `Far` and `Stores`. */
export const Form = {
  /** Its step is in a register. */
  ByRegister: 0,
  /** Its step is longer than a page. */
  Far: 1,
  /** Upwards, by a constant. */
  Up: 2,
  /** Downwards, by a constant. */
  Down: 4,
  /** Not at all: it is at a constant address. */
  Constant: 6,
  /** Not at all: its base stays where it is. */
  InPlace: 8,
  /** It stores. */
  Stores: 16,
} as const
export type Form = (typeof Form)[keyof typeof Form]

/**
 * Bits of a rights byte. The first two are what fast paths test. They are set only for pages in the window, and the
 * one for writing only if the page is touched. The next two are what the guest may do. So an access that fails a fast
 * check is no fault yet: the core decides.
 */
export const Right = {
  /** In the window, readable. */
  FastRead: 1,
  /** In the window, touched, writable. */
  FastWrite: 2,
  /** Readable. */
  Read: 4,
  /** Writable. */
  Write: 8,
  /** The page may hold bytes other than zero. */
  Touched: 16,
  /** The bytes belong to the host: never zeroed, never freed. */
  Borrowed: 32,
  /** The page is outside of the window and has a frame. */
  Framed: 64,
  /** The host has a view of the page, and may write there at any time. */
  Viewed: 128,
} as const
export type Right = (typeof Right)[keyof typeof Right]

/** Parts of a machine that pvm_part has the addresses of. */
export const Part = {
  /** The code. */
  Code: 0,
  /** The bitmask. */
  Mask: 1,
  /** The jump table. */
  JumpTable: 2,
  /** The dispatch table: compiled code by jump-table entry. */
  Dispatch: 3,
  /** The trace event. */
  Event: 4,
  /** Compiled code by pc. */
  Entries: 5,
  /** Records by pc, 0 where control never was. */
  Index: 6,
} as const
export type Part = (typeof Part)[keyof typeof Part]

/** What pvm_used counts. */
export const Used = {
  /** Bytes of the arena in use. */
  Arena: 0,
  /** Pages touched since the reset. */
  Touched: 1,
  /** How often all records were thrown away. */
  Flushes: 2,
} as const
export type Used = (typeof Used)[keyof typeof Used]

/** Bytes of struct pvm, as far as it is public. */
export const VM_SIZE = 192
/** Offsets in struct pvm, core/pvm.h. */
export const VM = {
  regs: 0,
  gas: 104,
  pc: 112,
  exit: 116,
  exitArg: 120,
  charged: 124,
  heapEnd: 128,
  heapLimit: 132,
  trace: 136,
  rules: 140,
  gasModel: 144,
  codeLength: 148,
  jumpLength: 152,
  jumpSize: 156,
  stride: 160,
  busy: 164,
  child: 168,
  service: 172,
  maxPages: 176,
  stack: 180,
  hot: 184,
  hotLeft: 188,
} as const

/** Bytes of struct pvm_event, as far as it is public. */
export const EVENT_SIZE = 104
/** Offsets in struct pvm_event, core/pvm.h. */
export const EVENT = {
  pc: 0,
  id: 4,
  a: 8,
  b: 12,
  d: 16,
  reg: 20,
  x: 24,
  y: 32,
  target: 40,
  gasBefore: 48,
  gasAfter: 56,
  before: 64,
  after: 72,
  access: 80,
  address: 84,
  width: 88,
  value: 96,
} as const

/** What compiled code answers when it does not name a jump-table address (which is even). PVM_TO_* of core/pvm.h. */
export const Target = {
  Continue: 1,
  Refund: 3,
  Exit: 5,
} as const

/** Rules that differ between protocol versions, as bits. PVM_RULE_* of core/pvm.h. */
export const Rule = {
  CheckBoth: 1,
  ReadOnlyPanic: 2,
  FaultPanic: 4,
  Drain: 8,
  SbrkNew: 16,
  CmovReads: 32,
  Strict: 64,
  MemsetNarrow: 128,
  SbrkNarrow: 256,
  JumpBehindUndefined: 512,
  LowFaults: 1024,
  Pages: 2048,
} as const

/** Numberings of the opcodes. PVM_SET_* of core/pvm.h. */
export const SetNumber = {
  Gp072: 0,
  Gp080: 1,
  Latest64: 2,
  ReviveV1: 3,
  Extended: 4,
  ReviveV1Strict: 5,
  Latest32: 6,
} as const

/**
 * What the core's host callback answers: `Stopped` plus an exit stops the machine with it. PVM_HOST_* of core/pvm.h.
 */
export const HostAnswer = {
  Continue: 0,
  Exit: 4,
  Stopped: 16,
} as const

/** What the instruction of a trace event does to memory. PVM_ACCESS_* of core/pvm.h. */
export const EventAccess = {
  None: 0,
  Load: 1,
  Store: 2,
} as const

/** The exit of a machine that has not stopped yet. PVM_* of core/pvm.h. */
export const Unfinished = {
  Running: 255,
} as const

/**
 * Words of decode_tables, by their place. What a program is decoded from and into. Who calls the decoder lays it out.
 */
export const DecodeWord = {
  /** Instruction set, PVM_SET_*. */
  set: 0,
  codeLength: 1,
  /** How many entries the jump table has. */
  jumps: 2,
  /** 1: no jump may lead to what follows an undefined opcode. */
  closed: 3,
  /** From here on is what the decoder finds. How many instructions there are. */
  count: 4,
  segments: 5,
  functions: 6,
  /** The registers that some call puts its return address into, as a mask. */
  links: 7,
  /** With CODE_AHEAD zeros behind it. */
  code: 8,
  /** With MASK_AHEAD bytes of anything behind it. */
  mask: 9,
  /** Code offset. */
  pc: 10,
  /** Instruction id; that of trap for undefined opcodes. */
  id: 11,
  a: 12,
  b: 13,
  d: 14,
  x: 15,
  /** Upper half of X. */
  xHigh: 16,
  y: 17,
  /** Segment of a static jump target, -1 where it is no block start. */
  target: 18,
  /** Registers read and written, as masks. */
  uses: 19,
  defs: 20,
  segmentOf: 21,
  /** The instruction at a code offset, -1 where none starts. */
  indexOf: 22,
  /** First instruction. Segments tile the instructions. */
  segmentStart: 23,
  /** Whether it starts a basic block, and so is a legal jump target. */
  isBlock: 24,
  /** How many loads and stores it has, 255 if there are more. */
  accesses: 25,
  /** The segment that control falls into. It is -1 if there is none; the last instruction then exits to the core. */
  nextSegment: 26,
  functionOf: 27,
  /** A code offset at first. The decoder replaces it by the segment there, or by -1 if no block starts there. */
  jumpTable: 28,
  /** First segment, ascending. */
  functionStart: 29,
  /** First label in `labels`. */
  labelStart: 30,
  /** Jump-table entries (from 0) that are switch labels, by function, ascending. */
  labels: 31,
  entry: 32,
  switches: 33,
  returnsTo: 34,
} as const
/** Its words that are no addresses of columns. */
export type DecodeNumber = 'set' | 'codeLength' | 'jumps' | 'closed' | 'count' | 'segments' | 'functions' | 'links' | 'code' | 'mask'
/** Its words that are addresses of columns: elements, and what there is one for. */
export const DECODE_COLUMNS = {
  pc: { element: 'u32', by: 'instruction', words: 1 },
  id: { element: 'u8', by: 'instruction', words: 1 },
  a: { element: 'u8', by: 'instruction', words: 1 },
  b: { element: 'u8', by: 'instruction', words: 1 },
  d: { element: 'u8', by: 'instruction', words: 1 },
  x: { element: 's32', by: 'instruction', words: 1 },
  xHigh: { element: 's32', by: 'instruction', words: 1 },
  y: { element: 's32', by: 'instruction', words: 1 },
  target: { element: 's32', by: 'instruction', words: 1 },
  uses: { element: 'u16', by: 'instruction', words: 1 },
  defs: { element: 'u16', by: 'instruction', words: 1 },
  segmentOf: { element: 'u32', by: 'instruction', words: 1 },
  indexOf: { element: 's32', by: 'offset', words: 1 },
  segmentStart: { element: 'u32', by: 'segment-end', words: 1 },
  isBlock: { element: 'u8', by: 'segment', words: 1 },
  accesses: { element: 'u8', by: 'segment', words: 1 },
  nextSegment: { element: 's32', by: 'segment', words: 1 },
  functionOf: { element: 's32', by: 'segment', words: 1 },
  jumpTable: { element: 's32', by: 'jump', words: 1 },
  functionStart: { element: 's32', by: 'function-end', words: 1 },
  labelStart: { element: 's32', by: 'function-end', words: 1 },
  labels: { element: 's32', by: 'label', words: 1 },
} as const
/** Columns that are the core's own: there has to be room. */
export const DECODE_SCRATCH = {
  entry: { element: 'u8', by: 'segment', words: 1 },
  switches: { element: 'u8', by: 'segment', words: 1 },
  returnsTo: { element: 'u8', by: 'jump', words: 1 },
} as const
/** Its words, all of them, at AT_DECODED. */
export function decodeWords(buffer: ArrayBuffer): Uint32Array {
  return new Uint32Array(buffer, AT_DECODED, 35)
}

/** Words of program_tables, by their place. A decoded program. The caller of the passes has filled it in. */
export const ProgramWord = {
  segments: 0,
  functions: 1,
  jumps: 2,
  /** 1: a branch panics when either side is no block start. */
  both: 3,
  /** The registers that some call puts its return address into, as a mask. */
  links: 4,
  /** How many functions are inlined at indirect calls. */
  indirect: 5,
  /** 1: segments cost what `cost` says. 0: they cost as much as they have instructions. */
  paidWhole: 6,
  /** The instruction set, PVM_SET_*. Prices depend on this word and on the next ones. */
  set: 7,
  /** PVM_GAS_*. */
  gasModel: 8,
  /** 1: a cmov waits for the old value of its destination too. */
  cmovReads: 9,
  /** How many bytes the code has. */
  codeLength: 10,
  code: 11,
  /** With MASK_AHEAD bytes of anything behind it. */
  mask: 12,
  /** From here on is the module that is being written. How many roots it has. */
  rootCount: 13,
  /** How many roots have their functions written. */
  rootsDone: 14,
  /** The address where code counts what it executes, or 0 if it does not count. */
  tallyAt: 15,
  /** How many bytes of room there are for the module. */
  room: 16,
  /** Where in the room the module begins. */
  moduleAt: 17,
  /** Where the module ends, or what is written of it so far. */
  moduleEnd: 18,
  id: 19,
  a: 20,
  b: 21,
  d: 22,
  x: 23,
  xHigh: 24,
  y: 25,
  target: 26,
  pc: 27,
  uses: 28,
  defs: 29,
  /** 1: its access is often misaligned. Its check takes any alignment, and it is never in a wide group. */
  tolerant: 30,
  segmentStart: 31,
  nextSegment: 32,
  functionOf: 33,
  accesses: 34,
  isBlock: 35,
  /** 1: it has run, on some machine. */
  ran: 36,
  /** How many instructions before it are in segments that have run. */
  ranBefore: 37,
  /** The record at each code offset of the machine whose blocks are added to those that have run, or 0. */
  decodedAt: 38,
  /** What entering it costs where that is asked for, else -1. */
  cost: 39,
  functionStart: 40,
  labelStart: 41,
  labels: 42,
  /** The segment of each entry, or -1. */
  jumpTable: 43,
  /** The templates of code, see emit.c. */
  templates: 44,
  /** Jump-table entries of the functions that are inlined at indirect calls. */
  callees: 45,
  nodePool: 46,
  /** From here on is the memory plan, see plan.c. How an access is checked, CHECK_*. */
  check: 47,
  local: 48,
  offset: 49,
  span: 50,
  root: 51,
  low: 52,
  base: 53,
  /** What the templates of its code are filled from. */
  records: 54,
  /** Which template checks it, WAY_*. */
  way: 55,
  /** When an edge to it ends in a tail call, LEAVE_*. */
  leave: 56,
  /** From here on is the module that is being written. The segments of its roots, ascending. */
  roots: 57,
  /** How many nodes the graph of each root has at most. */
  rootNodes: 58,
  /** The function number of a root, 0 for other segments. */
  rootIndex: 59,
  /** What the function of each root takes of the host's stack at most, in bytes. */
  frames: 60,
  /** 1: it is a root of another module that this one calls. */
  external: 61,
  /** The bytes of the module. */
  module: 62,
} as const
/** Its words that are no addresses of columns. */
export type ProgramNumber = 'segments' | 'functions' | 'jumps' | 'both' | 'links' | 'indirect' | 'paidWhole' | 'set' | 'gasModel' | 'cmovReads' | 'codeLength' | 'rootCount' | 'rootsDone' | 'tallyAt' | 'room' | 'moduleAt' | 'moduleEnd'
/** Its words that are addresses of columns: elements, and what there is one for. */
export const PROGRAM_COLUMNS = {
  code: { element: 'u8', by: 'code', words: 1 },
  mask: { element: 'u8', by: 'mask', words: 1 },
  id: { element: 'u8', by: 'instruction', words: 1 },
  a: { element: 'u8', by: 'instruction', words: 1 },
  b: { element: 'u8', by: 'instruction', words: 1 },
  d: { element: 'u8', by: 'instruction', words: 1 },
  x: { element: 's32', by: 'instruction', words: 1 },
  xHigh: { element: 's32', by: 'instruction', words: 1 },
  y: { element: 's32', by: 'instruction', words: 1 },
  target: { element: 's32', by: 'instruction', words: 1 },
  pc: { element: 'u32', by: 'instruction', words: 1 },
  uses: { element: 'u16', by: 'instruction', words: 1 },
  defs: { element: 'u16', by: 'instruction', words: 1 },
  tolerant: { element: 'u8', by: 'instruction', words: 1 },
  segmentStart: { element: 'u32', by: 'segment-end', words: 1 },
  nextSegment: { element: 's32', by: 'segment', words: 1 },
  functionOf: { element: 's32', by: 'segment', words: 1 },
  accesses: { element: 'u8', by: 'segment', words: 1 },
  isBlock: { element: 'u8', by: 'segment', words: 1 },
  ran: { element: 'u8', by: 'segment', words: 1 },
  ranBefore: { element: 'u32', by: 'segment-end', words: 1 },
  decodedAt: { element: 'u32', by: 'offset', words: 1 },
  cost: { element: 's32', by: 'segment', words: 1 },
  functionStart: { element: 's32', by: 'function-end', words: 1 },
  labelStart: { element: 's32', by: 'function-end', words: 1 },
  labels: { element: 's32', by: 'label', words: 1 },
  jumpTable: { element: 's32', by: 'jump', words: 1 },
  templates: { element: 'u16', by: 'template', words: 1 },
  callees: { element: 's32', by: 'callee', words: 1 },
  check: { element: 'u8', by: 'instruction', words: 1 },
  local: { element: 'u8', by: 'instruction', words: 1 },
  offset: { element: 's32', by: 'instruction', words: 1 },
  span: { element: 's32', by: 'instruction', words: 1 },
  root: { element: 's32', by: 'instruction', words: 1 },
  low: { element: 's32', by: 'instruction', words: 1 },
  base: { element: 's8', by: 'instruction', words: 1 },
  records: { element: 's32', by: 'instruction', words: 16 },
  way: { element: 'u8', by: 'instruction', words: 1 },
  leave: { element: 'u8', by: 'segment', words: 1 },
  roots: { element: 'u32', by: 'segment', words: 1 },
  rootNodes: { element: 'u32', by: 'segment', words: 1 },
  rootIndex: { element: 'u32', by: 'segment', words: 1 },
  frames: { element: 'u32', by: 'segment', words: 1 },
  external: { element: 'u8', by: 'segment', words: 1 },
  module: { element: 'u8', by: 'room', words: 1 },
} as const
/** Columns that are the core's own: there has to be room. */
export const PROGRAM_SCRATCH = {
  nodePool: { element: 's32', by: 'pool', words: 1 },
} as const
/** Its words, all of them, at AT_PROGRAM. */
export function programWords(buffer: ArrayBuffer): Uint32Array {
  return new Uint32Array(buffer, AT_PROGRAM, 63)
}

/** Words of graph_tables, by their place in `words`. */
export const GraphWord = {
  /** How many nodes there are. */
  count: 0,
  reducible: 1,
  /** How many switch nodes there are. */
  switches: 2,
  /** How many callee nodes there are. */
  calleeCount: 3,
  /** How many fast loops there are. */
  loops: 4,
  /** How many streams they have. */
  streams: 5,
  /** The lowest byte that is accessed on the stack, counted from the stack pointer at the root. */
  frameLow: 6,
  /** How many bytes there are from there to behind the highest; 0 where the stack is no frame. */
  frameSpan: 7,
  /** The register that frames start from: the stack pointer, or one that loops keep. */
  frameBase: 8,
  /** 1 if the frame outlives the head of a loop, so that code asks whether it has been checked. */
  frameLooped: 9,
  /**
   * From here on are words of the code generator, which no pass looks at. The registers that are dirty where it
   * writes.
   */
  dirtyNow: 10,
  /** The registers that are valid where it writes. */
  validNow: 11,
  /** How many frames are open where it writes. */
  depthNow: 12,
  /** How many exits there are so far. */
  exitCount: 13,
  /** The instruction that emit.c has come to. */
  emitted: 14,
  /** How many values the code has made so far. */
  values: 15,
} as const

/**
 * A graph, and what the passes find out about it. Arrays are by node unless said otherwise. Longer than needed; valid
 * until the next root.
 */
export interface GraphTables {
  /** The cost of the dearest path to the next checkpoint. */
  readonly path: Uint32Array
  /** By fast loop, as the next four: a bit for each access that the fast version does not check. */
  readonly loopUnchecked: Uint32Array
  readonly loopNode: Int32Array
  readonly loopExit: Int32Array
  /** The first stream of the loop. */
  readonly loopFirst: Int32Array
  /** How many streams the loop has. */
  readonly loopStreams: Int32Array
  /** By stream, as the next five: the register of the base, or -1 for a constant address. */
  readonly streamBase: Int32Array
  /** The lowest byte relative to the base. */
  readonly streamLow: Int32Array
  /** How many bytes there are from the lowest to the end of the highest. */
  readonly streamSpan: Int32Array
  /** By how many bytes it moves in each turn. */
  readonly streamStride: Int32Array
  /** The register that says by how many bytes it moves, or -1. */
  readonly streamRegister: Int32Array
  /** 1 if its accesses are stores. */
  readonly streamStore: Int32Array
  readonly seg: Int32Array
  readonly succA: Int32Array
  readonly succB: Int32Array
  readonly callee: Int32Array
  readonly expected: Int32Array
  readonly sequence: Int32Array
  readonly position: Int32Array
  readonly dominator: Int32Array
  readonly cost: Int32Array
  readonly succStart: Int32Array
  readonly predStart: Int32Array
  readonly childStart: Int32Array
  readonly children: Int32Array
  readonly succs: Int32Array
  readonly preds: Int32Array
  readonly switchNodes: Int32Array
  readonly calleeNodes: Int32Array
  readonly dirtyIn: Uint16Array
  readonly liveIn: Uint16Array
  readonly validIn: Uint16Array
  /** By loop header, see stores.c. */
  readonly storedBefore: Uint16Array
  readonly end: Uint8Array
  readonly isLoop: Uint8Array
  readonly isMerge: Uint8Array
  readonly checkpoint: Uint8Array
  /** How far the stack pointer has moved since the root, see frames.c, */
  readonly stackOffset: Int32Array
  /** if that is known, */
  readonly stackKnown: Uint8Array
  /** and whether the frame has been checked. */
  readonly frameReady: Uint8Array
  /** Masks, in the order they were first needed. */
  readonly exits: Uint16Array
  readonly labelDepth: Int32Array
  readonly dirtyBefore: Uint16Array
  readonly validBefore: Uint16Array
  /** See `GraphWord`. */
  readonly words: Uint32Array
}

/** graph_tables of the workspace with this memory. */
export function viewGraph(buffer: ArrayBuffer): GraphTables {
  return {
    path: new Uint32Array(buffer, AT_GRAPH + 0, 2 * NODE_CAPACITY),
    loopUnchecked: new Uint32Array(buffer, AT_GRAPH + 131072, 2 * MAX_LOOPS),
    loopNode: new Int32Array(buffer, AT_GRAPH + 131264, MAX_LOOPS),
    loopExit: new Int32Array(buffer, AT_GRAPH + 131360, MAX_LOOPS),
    loopFirst: new Int32Array(buffer, AT_GRAPH + 131456, MAX_LOOPS),
    loopStreams: new Int32Array(buffer, AT_GRAPH + 131552, MAX_LOOPS),
    streamBase: new Int32Array(buffer, AT_GRAPH + 131648, MAX_STREAMS),
    streamLow: new Int32Array(buffer, AT_GRAPH + 131776, MAX_STREAMS),
    streamSpan: new Int32Array(buffer, AT_GRAPH + 131904, MAX_STREAMS),
    streamStride: new Int32Array(buffer, AT_GRAPH + 132032, MAX_STREAMS),
    streamRegister: new Int32Array(buffer, AT_GRAPH + 132160, MAX_STREAMS),
    streamStore: new Int32Array(buffer, AT_GRAPH + 132288, MAX_STREAMS),
    seg: new Int32Array(buffer, AT_GRAPH + 132416, NODE_CAPACITY),
    succA: new Int32Array(buffer, AT_GRAPH + 197952, NODE_CAPACITY),
    succB: new Int32Array(buffer, AT_GRAPH + 263488, NODE_CAPACITY),
    callee: new Int32Array(buffer, AT_GRAPH + 329024, NODE_CAPACITY),
    expected: new Int32Array(buffer, AT_GRAPH + 394560, NODE_CAPACITY),
    sequence: new Int32Array(buffer, AT_GRAPH + 460096, NODE_CAPACITY),
    position: new Int32Array(buffer, AT_GRAPH + 525632, NODE_CAPACITY),
    dominator: new Int32Array(buffer, AT_GRAPH + 591168, NODE_CAPACITY),
    cost: new Int32Array(buffer, AT_GRAPH + 656704, NODE_CAPACITY),
    succStart: new Int32Array(buffer, AT_GRAPH + 722240, NODE_CAPACITY),
    predStart: new Int32Array(buffer, AT_GRAPH + 787776, NODE_CAPACITY),
    childStart: new Int32Array(buffer, AT_GRAPH + 853312, NODE_CAPACITY),
    children: new Int32Array(buffer, AT_GRAPH + 918848, NODE_CAPACITY),
    succs: new Int32Array(buffer, AT_GRAPH + 984384, EDGE_CAPACITY),
    preds: new Int32Array(buffer, AT_GRAPH + 1148224, EDGE_CAPACITY),
    switchNodes: new Int32Array(buffer, AT_GRAPH + 1312064, LIST_CAPACITY),
    calleeNodes: new Int32Array(buffer, AT_GRAPH + 1328448, LIST_CAPACITY),
    dirtyIn: new Uint16Array(buffer, AT_GRAPH + 1344832, NODE_CAPACITY),
    liveIn: new Uint16Array(buffer, AT_GRAPH + 1377600, NODE_CAPACITY),
    validIn: new Uint16Array(buffer, AT_GRAPH + 1410368, NODE_CAPACITY),
    storedBefore: new Uint16Array(buffer, AT_GRAPH + 1443136, NODE_CAPACITY),
    end: new Uint8Array(buffer, AT_GRAPH + 1475904, NODE_CAPACITY),
    isLoop: new Uint8Array(buffer, AT_GRAPH + 1492288, NODE_CAPACITY),
    isMerge: new Uint8Array(buffer, AT_GRAPH + 1508672, NODE_CAPACITY),
    checkpoint: new Uint8Array(buffer, AT_GRAPH + 1525056, NODE_CAPACITY),
    stackOffset: new Int32Array(buffer, AT_GRAPH + 1541440, NODE_CAPACITY),
    stackKnown: new Uint8Array(buffer, AT_GRAPH + 1606976, NODE_CAPACITY),
    frameReady: new Uint8Array(buffer, AT_GRAPH + 1623360, NODE_CAPACITY),
    exits: new Uint16Array(buffer, AT_GRAPH + 1639808, EXIT_CAPACITY),
    labelDepth: new Int32Array(buffer, AT_GRAPH + 1672576, NODE_CAPACITY),
    dirtyBefore: new Uint16Array(buffer, AT_GRAPH + 1738112, NODE_CAPACITY),
    validBefore: new Uint16Array(buffer, AT_GRAPH + 1770880, NODE_CAPACITY),
    words: new Uint32Array(buffer, AT_GRAPH + 1639744, 16),
  }
}
