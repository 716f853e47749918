/* Made by `npm run core` from scripts/contract-schema.ts. Do not edit. */
#ifndef PVM_CONTRACT_H
#define PVM_CONTRACT_H
#include "../isa/ops.h"
#include "../pvm.h"

#if defined(__wasm__) || defined(PVM_GENERATOR) /* natively the allocator decides where things are */
/* Words of the gate to compiled code: recompiler/runtime/gate.ts. */
#define PVM_AT_GATE 0x3c0u
/* If it is not 0, the gate asks JavaScript at each entry of compiled code: bit 1 because somebody has to look at the
 * clock, bit 2 to hear what the code does. */
#define PVM_AT_ASKS 0x3dcu
/* The most gas that compiled code gets at once (i64). */
#define PVM_AT_SLICE 0x3e0u
/* The gas beyond the slice, which compiled code does not see (i64). Host calls add it to what they show. */
#define PVM_AT_RESERVE 0x3e8u
/* Why a side exit was taken, or 0 when the target of a dynamic jump was returned. */
#define PVM_AT_WHY 0x3f0u
/* Struct pvm. */
#define PVM_AT_VM 0x400u
/* A byte for each kind of thing that compiled code says it does, where it was asked to: recompiler/exercise.ts. */
#define PVM_AT_PROBES 0x8000u
/* The core's constants and its stack. */
#define PVM_AT_DATA 0x10000u
/* decode_tables. This and the next five addresses are in the memory of the workspace, which holds no machine. */
#define PVM_AT_DECODED 0x100000u
/* program_tables. */
#define PVM_AT_PROGRAM 0x120000u
/* graph_tables. */
#define PVM_AT_GRAPH 0x121000u
/* The plan of a segment's accesses. */
#define PVM_AT_PLAN 0x380000u
/* What plans wide groups. */
#define PVM_AT_WIDE 0x3b8000u
/* What the tables point to. */
#define PVM_AT_TABLES 0x400000u
/* u32 per physical page: where a page outside of the window is, 0 where it is in its place or not touched. */
#define PVM_AT_FRAMES 0x400000u
/* Rights: a byte per physical page. The table is 8 MiB, only the first MiB is ever written. */
#define PVM_AT_RIGHTS 0x800000u
/* The arena. It starts with the dispatch table: u32 per jump-table entry, the table index of compiled code, 0 for
 * none. */
#define PVM_AT_ARENA 0x1000000u
/* The window on guest memory. */
#define PVM_AT_WINDOW 0x4000000u
/* Bytes at the top of the guest's address space that lie at the beginning of the window. */
#define PVM_TOP_SIZE 0x2200000u
/* Physical address of guest address 0: physical = (guest + ROTATION) mod 2^32. */
#define PVM_ROTATION 0x6200000u
/* Bytes of a machine's memory; lazily backed by the system. */
#define PVM_MEMORY_SIZE 0x38000000u
/* Bytes at its end for pages outside of the window: room for all that a machine may touch by default. */
#define PVM_FRAMES_SIZE 0x20000000u
/* The window ends before this physical address. */
#define PVM_WINDOW_END 0x18000000u
#endif

/* Nodes of a graph beyond that, or the fewer that are asked for, become tail calls, each with two successors at most.
 * */
#define MAX_NODES 3000u
/* Nodes there is room for: hubs and inlined callees are few. */
#define NODE_CAPACITY 0x4000u
/* Edges. */
#define EDGE_CAPACITY 0xa000u
/* Calling contexts. */
#define CONTEXT_CAPACITY 0x800u
/* Labels of a function, and callees of all its branch tables. */
#define LIST_CAPACITY 0x1000u
/* Exits of a function: one for each mask of registers, of two kinds. */
#define EXIT_CAPACITY 0x4000u
/* Accesses of a segment that are planned; those behind are checked alone. */
#define ACCESS_CAPACITY 0x1000u
/* Nodes of inlined callees by segment, beside one for each segment of the program. */
#define POOL_CAPACITY 1024u
/* Functions that an indirect call takes in. */
#define MAX_INDIRECT 16u
/* Zeros behind the code that is decoded: what operands may reach (GP A.4). */
#define CODE_AHEAD 32u
/* Bytes behind the mask that skips look at. */
#define MASK_AHEAD 8u
/* Bytes that the code of one instruction has at most. */
#define INSTRUCTION_ROOM 0x1000u
/* Address locals of a function: groups that overlap beyond this number compute their addresses anew. */
#define ADDRESS_LOCALS 8u
/* Wide groups of a segment: each has a local. */
#define WIDE_GROUPS 4
/* Root of constant addresses; roots below are the registers' values on entry. */
#define CONSTANT_ROOT 13
/* In the mask of an exit: goes on at the root whose table index is in the target local, instead of leaving. */
#define GOES_ON 0x2000u
/* Elements of a template below are bytes as they stand; from here on holes for unsigned numbers. */
#define HOLE_UNSIGNED 0x100u
/* Holes for signed numbers of 32 bits. */
#define HOLE_SIGNED 0x110u
/* Holes for signed numbers of 64 bits, in two words. */
#define HOLE_LONG 0x120u
/* The end of a template. */
#define TEMPLATE_END 0xffffu
/* How far apart the lowest and the highest byte of a group of accesses may be: at most a page, so that two checks see
 * all. */
#define GROUP_WINDOW 2048
/* Function number of the first root of a module: behind the host call and the helper. */
#define FIRST_ROOT 2u
/* Fast loops of a function; see fast.c. */
#define MAX_LOOPS 24u
/* Streams of all fast loops of a function: each keeps two locals. */
#define MAX_STREAMS 32u
/* How many gas models there are. */
#define GAS_MODELS 3u

/* How a node of a graph ends. */
enum {
  END_GOTO = 0,
  END_BRANCH = 1,
  END_EXIT = 2,
  END_CALL = 3,
  END_CALL_INDIRECT = 4,
  END_RETURN = 5,
  END_SWITCH = 6,
  END_TAIL_INDIRECT = 7,
  END_HOST = 8,
  END_TAIL = 9,
  END_INLINE_RETURN = 10,
  END_HUB = 11,
  END_CALL_TABLE = 12,
  END_CALL_ELSEWHERE = 13,
  END_COUNT = 14
};

/* How one access is done. */
enum {
  CHECK_SINGLE = 0,
  CHECK_LEADER = 1,
  CHECK_MEMBER = 2,
  CHECK_WIDE_LEADER = 3,
  CHECK_WIDE_MEMBER = 4,
  CHECK_COUNT = 5
};

/* By which template an access is checked. Those from Member on have no exit. */
enum {
  WAY_SINGLE = 0,
  WAY_FIRST = 1,
  WAY_BOTH = 2,
  WAY_WIDE = 3,
  WAY_WIDE_CONSTANT = 4,
  WAY_WITHIN = 5,
  WAY_MEMBER = 6,
  WAY_UNCHECKED = 7,
  WAY_COUNT = 8
};

/* When an edge to a segment ends in a tail call. */
enum {
  LEAVE_IF_FULL = 0,
  LEAVE_ALWAYS = 1,
  LEAVE_COUNT = 2
};

/* Options of pvm_compile, as bits. The first three and the last are options of pvm_graph too. */
enum {
  GRAPH_INLINE = 1,
  GRAPH_UNROLL = 2,
  GRAPH_INDIRECT = 4,
  GRAPH_FAST_LOOPS = 8,
  GRAPH_GROUPS = 16,
  GRAPH_WIDE = 32,
  GRAPH_EVERY_NODE = 64,
  GRAPH_LOOP_STORES = 128,
  GRAPH_SAYS = 256,
  GRAPH_BULK = 512,
  GRAPH_FRAMES = 1024,
  GRAPH_COUNTED = 2048,
  GRAPH_SEARCHES = 4096,
};

/* What pvm_compile answers. */
enum {
  COMPILED_WHOLE = 0,
  COMPILED_FULL = 1,
  COMPILED_COUNT = 2
};

/* Locals of a compiled function, by number: parameters first. */
enum {
  LOCAL_GAS = 0,
  LOCAL_STACK = 1,
  LOCAL_REGISTER = 2,
  LOCAL_PC = 15,
  LOCAL_WHY = 16,
  LOCAL_TARGET = 17,
  LOCAL_ADDRESS = 18,
  LOCAL_STATE = 19,
  LOCAL_GROUP = 20,
  LOCAL_TURNS = 28,
  LOCAL_FLOOR = 29,
  LOCAL_BEFORE = 30,
  LOCAL_LIMIT = 31,
  LOCAL_FRAME = 35,
  LOCAL_PAIRS = 36,
};

/* State at a hand-over; what glue.ts makes of it is in its header. */
enum {
  WHY_UNPAID = 1,
  WHY_PAID = 3,
  WHY_EXIT = 5,
  WHY_UNPAID_WITHIN = 7,
  WHY_MOVED = 9,
  WHY_MISSING = 11,
};

/* Templates beside those of instructions, in the order in which they stand behind them: pieces.ts. */
enum {
  PIECE_PREPARE = 0,
  PIECE_PAY = 1,
  PIECE_STORE = 2,
  PIECE_LOAD = 3,
  PIECE_CHECKPOINT = 4,
  PIECE_REQUIRE_GAS = 5,
  PIECE_CALL = 6,
  PIECE_CALL_TABLE = 7,
  PIECE_CHECK_FRAME = 8,
  PIECE_UNLESS_FRAMED = 9,
  PIECE_FORGET_FRAME = 10,
  PIECE_LEADER_OF_BYTE_A = 11,
  PIECE_LEADER_OF_BYTE_B = 12,
  PIECE_LEADER_OF_WORD_A = 13,
  PIECE_LEADER_OF_WORD_B = 14,
  PIECE_LEADER_OF_MANY_A = 15,
  PIECE_LEADER_OF_MANY_B = 16,
  PIECE_PREPARE_TABLE = 17,
  PIECE_GO_ON = 18,
  PIECE_CALL_TARGET = 19,
  PIECE_EXPECT_RETURN = 20,
  PIECE_TARGET = 21,
  PIECE_TARGET_PLUS = 22,
  PIECE_PUSH_INDEX = 23,
  PIECE_LOOK_UP = 24,
  PIECE_RETURN = 25,
  PIECE_INLINE_RETURN = 26,
  PIECE_HOST = 27,
  PIECE_HOST_IN_BLOCK = 28,
  PIECE_MOVE = 29,
  PIECE_TAKE_FRAME = 30,
  PIECE_GO_TO_STATE = 31,
  PIECE_FORGET = 32,
  PIECE_OFFSET_OF_CONSTANT = 33,
  PIECE_OFFSET = 34,
  PIECE_TURNS_UP = 35,
  PIECE_TURNS_DOWN = 36,
  PIECE_TURNS_BY_REGISTER = 37,
  PIECE_LOOP_ENTRY = 38,
  PIECE_COUNT_FIRST = 39,
  PIECE_UNLESS_INSIDE = 40,
  PIECE_FLOOR = 41,
  PIECE_FLOOR_AHEAD = 42,
  PIECE_COUNT_DOWN = 43,
  PIECE_FAST_BEGIN = 44,
  PIECE_COUNTED_BEGIN = 45,
  PIECE_BULK_BEGIN = 46,
  PIECE_ROOM_OF_REGISTERS = 47,
  PIECE_ROOM_BELOW = 48,
  PIECE_ROOM_ABOVE = 49,
  PIECE_BULK_APART = 50,
  PIECE_BULK_SAME_BYTES = 51,
  PIECE_BULK_IF = 52,
  PIECE_BULK_AT = 53,
  PIECE_BULK_AT_DOWN = 54,
  PIECE_BULK_COPY = 55,
  PIECE_BULK_FILL = 56,
  PIECE_PAY_TURNS = 57,
  PIECE_STEP_TURNS = 58,
  PIECE_BULK_END = 59,
  PIECE_STEP_REGISTER = 60,
  PIECE_FAST_HEAD = 61,
  PIECE_FAST_CLOSE = 62,
  PIECE_FAST_END = 63,
  PIECE_TALLY = 64,
  PIECE_TALLY_TURNS = 65,
  PIECE_HEAD = 66,
  PIECE_HELPERS = 67,
  PIECE_COUNT = 68
};

/* What code says it does, where it was asked to: the byte at AT_PROBES plus one of these, plus a number that tells
 * more. */
enum {
  SAID_TEMPLATE = 0,
  SAID_CHECK = 512,
  SAID_END = 528,
  SAID_BLOCKS = 544,
  SAID_DISPATCH = 545,
  SAID_LEAVE = 552,
  SAID_ASKED = 576,
  SAID_REMEMBERED = 608,
  SAID_TURN = 640,
  SAID_LIMITED = 672,
  SAID_FIRST_TURN = 673,
  SAID_FURTHER_TURN = 674,
  SAID_COUNTED_TURNS = 675,
  SAID_BULK = 704,
  SAID_BEYOND = 736,
};

/* Bits that are added to a number of `Said`. */
enum {
  MORE_LEAVE_STORES = 1,
  MORE_LEAVE_ELSEWHERE = 2,
  MORE_BULK_FILLS = 4,
  MORE_CHECK_STORE = 8,
  MORE_BULK_DOWN = 16,
};

/* How a stream moves: one of five ways, with the bits `Far` and `Stores`. */
enum {
  FORM_BY_REGISTER = 0,
  FORM_FAR = 1,
  FORM_UP = 2,
  FORM_DOWN = 4,
  FORM_CONSTANT = 6,
  FORM_IN_PLACE = 8,
  FORM_STORES = 16,
};

/* Bits of a rights byte. The first two are what fast paths test. They are set only for pages in the window, and the
 * one for writing only if the page is touched. The next two are what the guest may do. So an access that fails a fast
 * check is no fault yet: the core decides. */
enum {
  RIGHT_FAST_READ = 1,
  RIGHT_FAST_WRITE = 2,
  RIGHT_READ = 4,
  RIGHT_WRITE = 8,
  RIGHT_TOUCHED = 16,
  RIGHT_BORROWED = 32,
  RIGHT_FRAMED = 64,
  RIGHT_VIEWED = 128,
};

/* Parts of a machine that pvm_part has the addresses of. */
enum {
  PART_CODE = 0,
  PART_MASK = 1,
  PART_JUMP_TABLE = 2,
  PART_DISPATCH = 3,
  PART_EVENT = 4,
  PART_ENTRIES = 5,
  PART_INDEX = 6,
  PART_COUNT = 7
};

/* What pvm_used counts. */
enum {
  USED_ARENA = 0,
  USED_TOUCHED = 1,
  USED_FLUSHES = 2,
  USED_COUNT = 3
};

/* What a program is decoded from and into. Who calls the decoder lays it out. */
typedef struct {
  /* Instruction set, PVM_SET_*. */
  u32 set;
  u32 code_length;
  /* How many entries the jump table has. */
  u32 jumps;
  /* 1: no jump may lead to what follows an undefined opcode. */
  u32 closed;
  /* From here on is what the decoder finds. How many instructions there are. */
  u32 count;
  u32 segments;
  u32 functions;
  /* The registers that some call puts its return address into, as a mask. */
  u32 links;
  /* With CODE_AHEAD zeros behind it. */
  const uint8_t *code; /* by input */
  /* With MASK_AHEAD bytes of anything behind it. */
  const uint8_t *mask; /* by input */
  /* Code offset. */
  u32 *pc; /* by instruction */
  /* Instruction id; that of trap for undefined opcodes. */
  uint8_t *id; /* by instruction */
  uint8_t *a; /* by instruction */
  uint8_t *b; /* by instruction */
  uint8_t *d; /* by instruction */
  s32 *x; /* by instruction */
  /* Upper half of X. */
  s32 *x_high; /* by instruction */
  s32 *y; /* by instruction */
  /* Segment of a static jump target, -1 where it is no block start. */
  s32 *target; /* by instruction */
  /* Registers read and written, as masks. */
  uint16_t *uses; /* by instruction */
  uint16_t *defs; /* by instruction */
  u32 *segment_of; /* by instruction */
  /* The instruction at a code offset, -1 where none starts. */
  s32 *index_of; /* by offset */
  /* First instruction. Segments tile the instructions. */
  u32 *segment_start; /* by segment, one more */
  /* Whether it starts a basic block, and so is a legal jump target. */
  uint8_t *is_block; /* by segment */
  /* How many loads and stores it has, 255 if there are more. */
  uint8_t *accesses; /* by segment */
  /* The segment that control falls into. It is -1 if there is none; the last instruction then exits to the core. */
  s32 *next_segment; /* by segment */
  s32 *function_of; /* by segment */
  /* A code offset at first. The decoder replaces it by the segment there, or by -1 if no block starts there. */
  s32 *jump_table; /* by jump */
  /* First segment, ascending. */
  s32 *function_start; /* by function, one more */
  /* First label in `labels`. */
  s32 *label_start; /* by function, one more */
  /* Jump-table entries (from 0) that are switch labels, by function, ascending. */
  s32 *labels; /* by label */
  uint8_t *entry; /* by segment */
  uint8_t *switches; /* by segment */
  uint8_t *returns_to; /* by jump */
} decode_tables;

/* The words of an instruction that its templates are filled from, all s32. Registers stand there as the numbers of
 * their locals. */
typedef struct {
  /* The registers A, B and D. */
  s32 a;
  s32 b;
  /* For the first access of a wide group it is the lowest address of the group. */
  s32 d;
  /* The immediates X and Y. */
  s32 x;
  /* For an access of a wide group it is the local of the limit. */
  s32 x_high;
  s32 y;
  s32 y_high;
  s32 pc;
  /* From here on are words of accesses. What is added to the base, PVM_ROTATION included. */
  s32 constant;
  /* The branch depth of the exit. The generator fills it in. */
  s32 label;
  s32 local;
  s32 last;
  s32 offset;
  /* From here on are words of the first access of a wide group. */
  s32 base;
  s32 reach;
  s32 widest;
} record_words;

/* A decoded program. The caller of the passes has filled it in. */
typedef struct {
  u32 segments;
  u32 functions;
  u32 jumps;
  /* 1: a branch panics when either side is no block start. */
  u32 both;
  /* The registers that some call puts its return address into, as a mask. */
  u32 links;
  /* How many functions are inlined at indirect calls. */
  u32 indirect;
  /* 1: segments cost what `cost` says. 0: they cost as much as they have instructions. */
  u32 paid_whole;
  /* The instruction set, PVM_SET_*. Prices depend on this word and on the next ones. */
  u32 set;
  /* PVM_GAS_*. */
  u32 gas_model;
  /* 1: a cmov waits for the old value of its destination too. */
  u32 cmov_reads;
  /* How many bytes the code has. */
  u32 code_length;
  const uint8_t *code; /* by code */
  /* With MASK_AHEAD bytes of anything behind it. */
  const uint8_t *mask; /* by mask */
  /* From here on is the module that is being written. How many roots it has. */
  u32 root_count;
  /* How many roots have their functions written. */
  u32 roots_done;
  /* The address where code counts what it executes, or 0 if it does not count. */
  u32 tally_at;
  /* How many bytes of room there are for the module. */
  u32 room;
  /* Where in the room the module begins. */
  u32 module_at;
  /* Where the module ends, or what is written of it so far. */
  u32 module_end;
  const uint8_t *id; /* by instruction */
  const uint8_t *a; /* by instruction */
  const uint8_t *b; /* by instruction */
  const uint8_t *d; /* by instruction */
  const s32 *x; /* by instruction */
  const s32 *x_high; /* by instruction */
  const s32 *y; /* by instruction */
  const s32 *target; /* by instruction */
  const u32 *pc; /* by instruction */
  const uint16_t *uses; /* by instruction */
  const uint16_t *defs; /* by instruction */
  /* 1: its access is often misaligned. Its check takes any alignment, and it is never in a wide group. */
  const uint8_t *tolerant; /* by instruction */
  const u32 *segment_start; /* by segment, one more */
  const s32 *next_segment; /* by segment */
  const s32 *function_of; /* by segment */
  const uint8_t *accesses; /* by segment */
  const uint8_t *is_block; /* by segment */
  /* 1: it has run, on some machine. */
  uint8_t *ran; /* by segment */
  /* How many instructions before it are in segments that have run. */
  u32 *ran_before; /* by segment, one more */
  /* The record at each code offset of the machine whose blocks are added to those that have run, or 0. */
  const u32 *decoded_at; /* by offset */
  /* What entering it costs where that is asked for, else -1. */
  s32 *cost; /* by segment */
  const s32 *function_start; /* by function, one more */
  const s32 *label_start; /* by function, one more */
  const s32 *labels; /* by label */
  /* The segment of each entry, or -1. */
  const s32 *jump_table; /* by jump */
  /* The templates of code, see emit.c. */
  const uint16_t *templates; /* by template */
  /* Jump-table entries of the functions that are inlined at indirect calls. */
  s32 *callees; /* by callee */
  s32 *node_pool; /* by pool */
  /* From here on is the memory plan, see plan.c. How an access is checked, CHECK_*. */
  uint8_t *check; /* by instruction */
  uint8_t *local; /* by instruction */
  s32 *offset; /* by instruction */
  s32 *span; /* by instruction */
  s32 *root; /* by instruction */
  s32 *low; /* by instruction */
  int8_t *base; /* by instruction */
  /* What the templates of its code are filled from. */
  record_words *records; /* by instruction */
  /* Which template checks it, WAY_*. */
  uint8_t *way; /* by instruction */
  /* When an edge to it ends in a tail call, LEAVE_*. */
  uint8_t *leave; /* by segment */
  /* From here on is the module that is being written. The segments of its roots, ascending. */
  const u32 *roots; /* by segment */
  /* How many nodes the graph of each root has at most. */
  const u32 *root_nodes; /* by segment */
  /* The function number of a root, 0 for other segments. */
  const u32 *root_index; /* by segment */
  /* What the function of each root takes of the host's stack at most, in bytes. */
  u32 *frames; /* by segment */
  /* 1: it is a root of another module that this one calls. */
  uint8_t *external; /* by segment */
  /* The bytes of the module. */
  uint8_t *module; /* by room */
} program_tables;

/* A calling context of a graph. */
typedef struct {
  s32 first, end, depth, return_node, return_address;
  u32 pool; /* where its nodes by segment are */
} context;

/* A graph, and what the passes find out about it. Arrays are by node unless said otherwise. */
typedef struct {
  /* The cost of the dearest path to the next checkpoint. */
  u64 path[NODE_CAPACITY];
  /* By fast loop, as the next four: a bit for each access that the fast version does not check. */
  u64 loop_unchecked[MAX_LOOPS];
  s32 loop_node[MAX_LOOPS];
  s32 loop_exit[MAX_LOOPS];
  /* The first stream of the loop. */
  s32 loop_first[MAX_LOOPS];
  /* How many streams the loop has. */
  s32 loop_streams[MAX_LOOPS];
  /* By stream, as the next five: the register of the base, or -1 for a constant address. */
  s32 stream_base[MAX_STREAMS];
  /* The lowest byte relative to the base. */
  s32 stream_low[MAX_STREAMS];
  /* How many bytes there are from the lowest to the end of the highest. */
  s32 stream_span[MAX_STREAMS];
  /* By how many bytes it moves in each turn. */
  s32 stream_stride[MAX_STREAMS];
  /* The register that says by how many bytes it moves, or -1. */
  s32 stream_register[MAX_STREAMS];
  /* 1 if its accesses are stores. */
  s32 stream_store[MAX_STREAMS];
  s32 seg[NODE_CAPACITY];
  s32 succ_a[NODE_CAPACITY];
  s32 succ_b[NODE_CAPACITY];
  s32 callee[NODE_CAPACITY];
  s32 expected[NODE_CAPACITY];
  s32 sequence[NODE_CAPACITY];
  s32 position[NODE_CAPACITY];
  s32 dominator[NODE_CAPACITY];
  s32 cost[NODE_CAPACITY];
  s32 succ_start[NODE_CAPACITY];
  s32 pred_start[NODE_CAPACITY];
  s32 child_start[NODE_CAPACITY];
  s32 children[NODE_CAPACITY];
  s32 succs[EDGE_CAPACITY];
  s32 preds[EDGE_CAPACITY];
  s32 switch_nodes[LIST_CAPACITY];
  s32 callee_nodes[LIST_CAPACITY];
  uint16_t dirty_in[NODE_CAPACITY];
  uint16_t live_in[NODE_CAPACITY];
  uint16_t valid_in[NODE_CAPACITY];
  /* By loop header, see stores.c. */
  uint16_t stored_before[NODE_CAPACITY];
  uint8_t end[NODE_CAPACITY];
  uint8_t is_loop[NODE_CAPACITY];
  uint8_t is_merge[NODE_CAPACITY];
  uint8_t checkpoint[NODE_CAPACITY];
  /* How far the stack pointer has moved since the root, see frames.c, */
  s32 stack_offset[NODE_CAPACITY];
  /* if that is known, */
  uint8_t stack_known[NODE_CAPACITY];
  /* and whether the frame has been checked. */
  uint8_t frame_ready[NODE_CAPACITY];
  /* How many nodes there are. */
  u32 count;
  u32 reducible;
  /* How many switch nodes there are. */
  u32 switches;
  /* How many callee nodes there are. */
  u32 callee_count;
  /* How many fast loops there are. */
  u32 loops;
  /* How many streams they have. */
  u32 streams;
  /* The lowest byte that is accessed on the stack, counted from the stack pointer at the root. */
  s32 frame_low;
  /* How many bytes there are from there to behind the highest; 0 where the stack is no frame. */
  s32 frame_span;
  /* The register that frames start from: the stack pointer, or one that loops keep. */
  u32 frame_base;
  /* 1 if the frame outlives the head of a loop, so that code asks whether it has been checked. */
  u32 frame_looped;
  /* From here on are words of the code generator, which no pass looks at. The registers that are dirty where it
   * writes. */
  u32 dirty_now;
  /* The registers that are valid where it writes. */
  u32 valid_now;
  /* How many frames are open where it writes. */
  u32 depth_now;
  /* How many exits there are so far. */
  u32 exit_count;
  /* The instruction that emit.c has come to. */
  u32 emitted;
  /* How many values the code has made so far. */
  u32 values;
  /* Masks, in the order they were first needed. */
  uint16_t exits[EXIT_CAPACITY];
  s32 label_depth[NODE_CAPACITY];
  uint16_t dirty_before[NODE_CAPACITY];
  uint16_t valid_before[NODE_CAPACITY];
  s32 spare[NODE_CAPACITY];
  s32 next[NODE_CAPACITY];
  s32 stack[NODE_CAPACITY];
  s32 context_of[NODE_CAPACITY];
  s32 edges[EDGE_CAPACITY];
  uint16_t reads[NODE_CAPACITY];
  uint16_t writes[NODE_CAPACITY];
  uint16_t passes[NODE_CAPACITY];
  uint16_t written[NODE_CAPACITY];
  uint16_t through[NODE_CAPACITY];
  uint8_t leaves[NODE_CAPACITY];
  uint8_t seen[NODE_CAPACITY];
  context contexts[CONTEXT_CAPACITY];
  u32 context_count;
  u32 pool;
  u32 inlined;
  u32 most;
  s32 hub;
} graph_tables;

/* TypeScript reads and writes them there. */
#define PVM_PLACED(type, member, at) _Static_assert(offsetof(type, member) == (at), #type "." #member)
PVM_PLACED(pvm, regs, 0);
PVM_PLACED(pvm, gas, 104);
PVM_PLACED(pvm, pc, 112);
PVM_PLACED(pvm, exit, 116);
PVM_PLACED(pvm, exit_arg, 120);
PVM_PLACED(pvm, charged, 124);
PVM_PLACED(pvm, heap_end, 128);
PVM_PLACED(pvm, heap_limit, 132);
PVM_PLACED(pvm, trace, 136);
PVM_PLACED(pvm, rules, 140);
PVM_PLACED(pvm, gas_model, 144);
PVM_PLACED(pvm, code_len, 148);
PVM_PLACED(pvm, jump_len, 152);
PVM_PLACED(pvm, jump_size, 156);
PVM_PLACED(pvm, stride, 160);
PVM_PLACED(pvm, busy, 164);
PVM_PLACED(pvm, child, 168);
PVM_PLACED(pvm, service, 172);
PVM_PLACED(pvm, max_pages, 176);
PVM_PLACED(pvm, stack, 180);
PVM_PLACED(pvm, hot, 184);
PVM_PLACED(pvm, hot_left, 188);
_Static_assert(sizeof(pvm) == 192, "pvm");
PVM_PLACED(pvm_event, pc, 0);
PVM_PLACED(pvm_event, id, 4);
PVM_PLACED(pvm_event, a, 8);
PVM_PLACED(pvm_event, b, 12);
PVM_PLACED(pvm_event, d, 16);
PVM_PLACED(pvm_event, reg, 20);
PVM_PLACED(pvm_event, x, 24);
PVM_PLACED(pvm_event, y, 32);
PVM_PLACED(pvm_event, target, 40);
PVM_PLACED(pvm_event, gas_before, 48);
PVM_PLACED(pvm_event, gas_after, 56);
PVM_PLACED(pvm_event, before, 64);
PVM_PLACED(pvm_event, after, 72);
PVM_PLACED(pvm_event, access, 80);
PVM_PLACED(pvm_event, address, 84);
PVM_PLACED(pvm_event, width, 88);
PVM_PLACED(pvm_event, value, 96);
_Static_assert(sizeof(pvm_event) == 104, "pvm_event");
PVM_PLACED(record_words, a, 0);
PVM_PLACED(record_words, b, 4);
PVM_PLACED(record_words, d, 8);
PVM_PLACED(record_words, x, 12);
PVM_PLACED(record_words, x_high, 16);
PVM_PLACED(record_words, y, 20);
PVM_PLACED(record_words, y_high, 24);
PVM_PLACED(record_words, pc, 28);
PVM_PLACED(record_words, constant, 32);
PVM_PLACED(record_words, label, 36);
PVM_PLACED(record_words, local, 40);
PVM_PLACED(record_words, last, 44);
PVM_PLACED(record_words, offset, 48);
PVM_PLACED(record_words, base, 52);
PVM_PLACED(record_words, reach, 56);
PVM_PLACED(record_words, widest, 60);
#ifdef __wasm__
PVM_PLACED(decode_tables, set, 0);
PVM_PLACED(decode_tables, code_length, 4);
PVM_PLACED(decode_tables, jumps, 8);
PVM_PLACED(decode_tables, closed, 12);
PVM_PLACED(decode_tables, count, 16);
PVM_PLACED(decode_tables, segments, 20);
PVM_PLACED(decode_tables, functions, 24);
PVM_PLACED(decode_tables, links, 28);
PVM_PLACED(decode_tables, code, 32);
PVM_PLACED(decode_tables, mask, 36);
PVM_PLACED(decode_tables, pc, 40);
PVM_PLACED(decode_tables, id, 44);
PVM_PLACED(decode_tables, a, 48);
PVM_PLACED(decode_tables, b, 52);
PVM_PLACED(decode_tables, d, 56);
PVM_PLACED(decode_tables, x, 60);
PVM_PLACED(decode_tables, x_high, 64);
PVM_PLACED(decode_tables, y, 68);
PVM_PLACED(decode_tables, target, 72);
PVM_PLACED(decode_tables, uses, 76);
PVM_PLACED(decode_tables, defs, 80);
PVM_PLACED(decode_tables, segment_of, 84);
PVM_PLACED(decode_tables, index_of, 88);
PVM_PLACED(decode_tables, segment_start, 92);
PVM_PLACED(decode_tables, is_block, 96);
PVM_PLACED(decode_tables, accesses, 100);
PVM_PLACED(decode_tables, next_segment, 104);
PVM_PLACED(decode_tables, function_of, 108);
PVM_PLACED(decode_tables, jump_table, 112);
PVM_PLACED(decode_tables, function_start, 116);
PVM_PLACED(decode_tables, label_start, 120);
PVM_PLACED(decode_tables, labels, 124);
PVM_PLACED(decode_tables, entry, 128);
PVM_PLACED(decode_tables, switches, 132);
PVM_PLACED(decode_tables, returns_to, 136);
PVM_PLACED(program_tables, segments, 0);
PVM_PLACED(program_tables, functions, 4);
PVM_PLACED(program_tables, jumps, 8);
PVM_PLACED(program_tables, both, 12);
PVM_PLACED(program_tables, links, 16);
PVM_PLACED(program_tables, indirect, 20);
PVM_PLACED(program_tables, paid_whole, 24);
PVM_PLACED(program_tables, set, 28);
PVM_PLACED(program_tables, gas_model, 32);
PVM_PLACED(program_tables, cmov_reads, 36);
PVM_PLACED(program_tables, code_length, 40);
PVM_PLACED(program_tables, code, 44);
PVM_PLACED(program_tables, mask, 48);
PVM_PLACED(program_tables, root_count, 52);
PVM_PLACED(program_tables, roots_done, 56);
PVM_PLACED(program_tables, tally_at, 60);
PVM_PLACED(program_tables, room, 64);
PVM_PLACED(program_tables, module_at, 68);
PVM_PLACED(program_tables, module_end, 72);
PVM_PLACED(program_tables, id, 76);
PVM_PLACED(program_tables, a, 80);
PVM_PLACED(program_tables, b, 84);
PVM_PLACED(program_tables, d, 88);
PVM_PLACED(program_tables, x, 92);
PVM_PLACED(program_tables, x_high, 96);
PVM_PLACED(program_tables, y, 100);
PVM_PLACED(program_tables, target, 104);
PVM_PLACED(program_tables, pc, 108);
PVM_PLACED(program_tables, uses, 112);
PVM_PLACED(program_tables, defs, 116);
PVM_PLACED(program_tables, tolerant, 120);
PVM_PLACED(program_tables, segment_start, 124);
PVM_PLACED(program_tables, next_segment, 128);
PVM_PLACED(program_tables, function_of, 132);
PVM_PLACED(program_tables, accesses, 136);
PVM_PLACED(program_tables, is_block, 140);
PVM_PLACED(program_tables, ran, 144);
PVM_PLACED(program_tables, ran_before, 148);
PVM_PLACED(program_tables, decoded_at, 152);
PVM_PLACED(program_tables, cost, 156);
PVM_PLACED(program_tables, function_start, 160);
PVM_PLACED(program_tables, label_start, 164);
PVM_PLACED(program_tables, labels, 168);
PVM_PLACED(program_tables, jump_table, 172);
PVM_PLACED(program_tables, templates, 176);
PVM_PLACED(program_tables, callees, 180);
PVM_PLACED(program_tables, node_pool, 184);
PVM_PLACED(program_tables, check, 188);
PVM_PLACED(program_tables, local, 192);
PVM_PLACED(program_tables, offset, 196);
PVM_PLACED(program_tables, span, 200);
PVM_PLACED(program_tables, root, 204);
PVM_PLACED(program_tables, low, 208);
PVM_PLACED(program_tables, base, 212);
PVM_PLACED(program_tables, records, 216);
PVM_PLACED(program_tables, way, 220);
PVM_PLACED(program_tables, leave, 224);
PVM_PLACED(program_tables, roots, 228);
PVM_PLACED(program_tables, root_nodes, 232);
PVM_PLACED(program_tables, root_index, 236);
PVM_PLACED(program_tables, frames, 240);
PVM_PLACED(program_tables, external, 244);
PVM_PLACED(program_tables, module, 248);
PVM_PLACED(graph_tables, path, 0);
PVM_PLACED(graph_tables, loop_unchecked, 131072);
PVM_PLACED(graph_tables, loop_node, 131264);
PVM_PLACED(graph_tables, loop_exit, 131360);
PVM_PLACED(graph_tables, loop_first, 131456);
PVM_PLACED(graph_tables, loop_streams, 131552);
PVM_PLACED(graph_tables, stream_base, 131648);
PVM_PLACED(graph_tables, stream_low, 131776);
PVM_PLACED(graph_tables, stream_span, 131904);
PVM_PLACED(graph_tables, stream_stride, 132032);
PVM_PLACED(graph_tables, stream_register, 132160);
PVM_PLACED(graph_tables, stream_store, 132288);
PVM_PLACED(graph_tables, seg, 132416);
PVM_PLACED(graph_tables, succ_a, 197952);
PVM_PLACED(graph_tables, succ_b, 263488);
PVM_PLACED(graph_tables, callee, 329024);
PVM_PLACED(graph_tables, expected, 394560);
PVM_PLACED(graph_tables, sequence, 460096);
PVM_PLACED(graph_tables, position, 525632);
PVM_PLACED(graph_tables, dominator, 591168);
PVM_PLACED(graph_tables, cost, 656704);
PVM_PLACED(graph_tables, succ_start, 722240);
PVM_PLACED(graph_tables, pred_start, 787776);
PVM_PLACED(graph_tables, child_start, 853312);
PVM_PLACED(graph_tables, children, 918848);
PVM_PLACED(graph_tables, succs, 984384);
PVM_PLACED(graph_tables, preds, 1148224);
PVM_PLACED(graph_tables, switch_nodes, 1312064);
PVM_PLACED(graph_tables, callee_nodes, 1328448);
PVM_PLACED(graph_tables, dirty_in, 1344832);
PVM_PLACED(graph_tables, live_in, 1377600);
PVM_PLACED(graph_tables, valid_in, 1410368);
PVM_PLACED(graph_tables, stored_before, 1443136);
PVM_PLACED(graph_tables, end, 1475904);
PVM_PLACED(graph_tables, is_loop, 1492288);
PVM_PLACED(graph_tables, is_merge, 1508672);
PVM_PLACED(graph_tables, checkpoint, 1525056);
PVM_PLACED(graph_tables, stack_offset, 1541440);
PVM_PLACED(graph_tables, stack_known, 1606976);
PVM_PLACED(graph_tables, frame_ready, 1623360);
PVM_PLACED(graph_tables, count, 1639744);
PVM_PLACED(graph_tables, reducible, 1639748);
PVM_PLACED(graph_tables, switches, 1639752);
PVM_PLACED(graph_tables, callee_count, 1639756);
PVM_PLACED(graph_tables, loops, 1639760);
PVM_PLACED(graph_tables, streams, 1639764);
PVM_PLACED(graph_tables, frame_low, 1639768);
PVM_PLACED(graph_tables, frame_span, 1639772);
PVM_PLACED(graph_tables, frame_base, 1639776);
PVM_PLACED(graph_tables, frame_looped, 1639780);
PVM_PLACED(graph_tables, dirty_now, 1639784);
PVM_PLACED(graph_tables, valid_now, 1639788);
PVM_PLACED(graph_tables, depth_now, 1639792);
PVM_PLACED(graph_tables, exit_count, 1639796);
PVM_PLACED(graph_tables, emitted, 1639800);
PVM_PLACED(graph_tables, values, 1639804);
PVM_PLACED(graph_tables, exits, 1639808);
PVM_PLACED(graph_tables, label_depth, 1672576);
PVM_PLACED(graph_tables, dirty_before, 1738112);
PVM_PLACED(graph_tables, valid_before, 1770880);
PVM_PLACED(graph_tables, spare, 1803648);
PVM_PLACED(graph_tables, next, 1869184);
PVM_PLACED(graph_tables, stack, 1934720);
PVM_PLACED(graph_tables, context_of, 2000256);
PVM_PLACED(graph_tables, edges, 2065792);
PVM_PLACED(graph_tables, reads, 2229632);
PVM_PLACED(graph_tables, writes, 2262400);
PVM_PLACED(graph_tables, passes, 2295168);
PVM_PLACED(graph_tables, written, 2327936);
PVM_PLACED(graph_tables, through, 2360704);
PVM_PLACED(graph_tables, leaves, 2393472);
PVM_PLACED(graph_tables, seen, 2409856);
#endif
_Static_assert(PVM_TO_CONTINUE == 1, "PVM_TO_CONTINUE");
_Static_assert(PVM_TO_REFUND == 3, "PVM_TO_REFUND");
_Static_assert(PVM_TO_EXIT == 5, "PVM_TO_EXIT");
_Static_assert(PVM_RULE_CHECK_BOTH == 1, "PVM_RULE_CHECK_BOTH");
_Static_assert(PVM_RULE_READ_ONLY_PANIC == 2, "PVM_RULE_READ_ONLY_PANIC");
_Static_assert(PVM_RULE_FAULT_PANIC == 4, "PVM_RULE_FAULT_PANIC");
_Static_assert(PVM_RULE_DRAIN == 8, "PVM_RULE_DRAIN");
_Static_assert(PVM_RULE_SBRK_NEW == 16, "PVM_RULE_SBRK_NEW");
_Static_assert(PVM_RULE_CMOV_READS == 32, "PVM_RULE_CMOV_READS");
_Static_assert(PVM_RULE_STRICT == 64, "PVM_RULE_STRICT");
_Static_assert(PVM_RULE_MEMSET_NARROW == 128, "PVM_RULE_MEMSET_NARROW");
_Static_assert(PVM_RULE_SBRK_NARROW == 256, "PVM_RULE_SBRK_NARROW");
_Static_assert(PVM_RULE_JUMP_BEHIND_UNDEFINED == 512, "PVM_RULE_JUMP_BEHIND_UNDEFINED");
_Static_assert(PVM_RULE_LOW_FAULTS == 1024, "PVM_RULE_LOW_FAULTS");
_Static_assert(PVM_RULE_PAGES == 2048, "PVM_RULE_PAGES");
_Static_assert(PVM_SET_GP_072 == 0, "PVM_SET_GP_072");
_Static_assert(PVM_SET_GP_080 == 1, "PVM_SET_GP_080");
_Static_assert(PVM_SET_LATEST64 == 2, "PVM_SET_LATEST64");
_Static_assert(PVM_SET_REVIVE_V1 == 3, "PVM_SET_REVIVE_V1");
_Static_assert(PVM_SET_EXTENDED == 4, "PVM_SET_EXTENDED");
_Static_assert(PVM_SET_REVIVE_V1_STRICT == 5, "PVM_SET_REVIVE_V1_STRICT");
_Static_assert(PVM_SET_LATEST32 == 6, "PVM_SET_LATEST32");
_Static_assert(PVM_HOST_CONTINUE == 0, "PVM_HOST_CONTINUE");
_Static_assert(PVM_HOST_EXIT == 4, "PVM_HOST_EXIT");
_Static_assert(PVM_HOST_STOPPED == 16, "PVM_HOST_STOPPED");
_Static_assert(PVM_ACCESS_NONE == 0, "PVM_ACCESS_NONE");
_Static_assert(PVM_ACCESS_LOAD == 1, "PVM_ACCESS_LOAD");
_Static_assert(PVM_ACCESS_STORE == 2, "PVM_ACCESS_STORE");
_Static_assert(PVM_RUNNING == 255, "PVM_RUNNING");
_Static_assert(PVM_HALT == 0, "PVM_HALT");
_Static_assert(PVM_PANIC == 1, "PVM_PANIC");
_Static_assert(PVM_PAGE_FAULT == 2, "PVM_PAGE_FAULT");
_Static_assert(PVM_HOST == 3, "PVM_HOST");
_Static_assert(PVM_OUT_OF_GAS == 4, "PVM_OUT_OF_GAS");
_Static_assert(PVM_BREAK == 5, "PVM_BREAK");
_Static_assert(PVM_STEP == 6, "PVM_STEP");
_Static_assert(PVM_PAUSED == 7, "PVM_PAUSED");
_Static_assert(PVM_HOST_CONTINUE == 0, "PVM_HOST_CONTINUE");
_Static_assert(PVM_HOST_HALT == 1, "PVM_HOST_HALT");
_Static_assert(PVM_HOST_PANIC == 2, "PVM_HOST_PANIC");
_Static_assert(PVM_HOST_STOP == 3, "PVM_HOST_STOP");
_Static_assert(PVM_NONE == 0, "PVM_NONE");
_Static_assert(PVM_READ == 1, "PVM_READ");
_Static_assert(PVM_WRITE == 3, "PVM_WRITE");
_Static_assert(PVM_GAS_INSTRUCTION == 0, "PVM_GAS_INSTRUCTION");
_Static_assert(PVM_GAS_BLOCK == 1, "PVM_GAS_BLOCK");
_Static_assert(PVM_GAS_PIPELINE == 2, "PVM_GAS_PIPELINE");

#endif
