// The templates of all code that is not straight: ends of nodes, exits, fast loops, and what every module begins with. It runs at
// build time only: `npm run core` writes the templates ahead (scripts/templates.ts). The core knows them by number (`Piece`). Where
// each of them is written is decided in core/recompiler/ends.c, loops.c, structure.c and module.c.
import { AT_ARENA, AT_RESERVE, AT_VM, type Piece, VM, Why } from '../../src/core/contract.gen.ts'
import { MIXED, PUSH_RIGHTS } from './emit-memory.ts'
import { createHelpers, HELPER, HOST } from './helpers.ts'
import { Local } from './local.ts'
import { L, S, signed, type Template, template, U, unsigned } from './template.ts'
import { WasmCode } from './wasm-code.ts'
import { encodeHead, putFunction } from './wasm-module.ts'
import { I32, I64, Op, VOID } from './wasm-op.ts'

/** Prepares a side exit at a pc, which is a hole. The constants cost nothing where the exit is not taken. */
function preparePaid(pc: number): readonly number[] {
  return [Op.i32Const, pc, Op.localSet, Local.pc, Op.i32Const, Why.Paid, Op.localSet, Local.why]
}
/** Stores the pc S(0) in the machine. */
const STORE_PC = [Op.i32Const, 0, Op.i32Const, S(0), Op.i32Store, 2, ...unsigned(AT_VM + VM.pc)]
/** The arguments of a callee: the gas and the stack that are left. */
const ARGUMENTS = [Op.localGet, Local.gas, Op.localGet, Local.stack]
/** The jump-table index of the address in the target local. An odd address or 0 gives a huge one. */
const INDEX = [Op.localGet, Local.target, Op.i32Const, 2, Op.i32Sub, Op.i32Const, 1, Op.i32Rotr]
/** Loads the machine's gas by halves. The host has just written the lower one, and a load of both would wait for that store. */
const GAS_WORD = [
  ...[Op.i32Const, 0, Op.i64Load32U, 2, ...unsigned(AT_VM + VM.gas)],
  ...[Op.i32Const, 0, Op.i64Load32U, 2, ...unsigned(AT_VM + VM.gas + 4), Op.i64Const, 32, Op.i64Shl, Op.i64Or],
]
const RESERVE_WORD = [Op.i64Load, 3, ...unsigned(AT_RESERVE)]
/**
 * The most gas that compiled code may have in its local. If a host function writes more, the code leaves, and is entered again
 * with a slice of it. So no sum of gas and costs can overflow.
 */
const MOST_GAS = 0x7fffffff

/**
 * A host call. S(0) is its pc, S(1) the pc behind it, S(2) the number of the host function, U(3) an exit that stores no
 * registers. The exit is taken when the import says so. It is also taken when the function has written pc, has left more gas
 * than compiled code may have, or has switched tracing on. Two comparisons cover all of this, which is cheaper here than in
 * JavaScript. One for the gas alone is cheaper than making a bit of it. `charged` is for block models: there the word `charged` shows that pc was written, also if it is the same pc.
 */
function hostCall(charged: boolean): Template {
  return template(
    [Op.i32Const, 0, Op.i32Const, S(1), Op.i32Store, 2, ...unsigned(AT_VM + VM.pc)],
    charged ? [Op.i32Const, 0, Op.i32Const, 1, Op.i32Store, 2, ...unsigned(AT_VM + VM.charged)] : [],
    [Op.i32Const, 0, Op.localGet, Local.gas, Op.i32Const, 0, ...RESERVE_WORD, Op.i64Add],
    [Op.i64Store, 3, ...unsigned(AT_VM + VM.gas)],
    [Op.i32Const, S(2), Op.i32Const, S(0), Op.i32Const, S(1), Op.call, HOST, Op.localTee, Local.target],
    [Op.i32Const, ...signed(Why.Moved), Op.localGet, Local.target, Op.select, Op.localSet, Local.why],
    [...GAS_WORD, Op.i32Const, 0, ...RESERVE_WORD, Op.i64Sub, Op.localSet, Local.gas],
    [Op.i32Const, 0, Op.i32Load, 2, ...unsigned(AT_VM + VM.pc), Op.localTee, Local.pc, Op.i32Const, S(1), Op.i32Xor],
    [Op.i32Const, 0, Op.i32Load, 2, ...unsigned(AT_VM + VM.trace), Op.i32Or, Op.localGet, Local.target, Op.i32Or],
    charged
      ? [Op.i32Const, 0, Op.i32Load, 2, ...unsigned(AT_VM + VM.charged), Op.i32Const, 1, Op.i32Xor, Op.i32Or]
      : [],
    [Op.brIf, U(3)],
    [Op.localGet, Local.gas, Op.i64Const, ...signed(MOST_GAS), Op.i64GtU, Op.brIf, U(3)],
  )
}

/**
 * How many generic turns come before the question how many turns are safe. Most loops run for a few turns only (two in the scans
 * of quicksort), and asking costs as much as ten turns (quicksort takes 35 ms with 1, 27 ms with 8). A loop asks after the first
 * turn if its fast version ran for a while the last time.
 */
const TURNS_BEFORE = 8
/** The count of turns when nothing but gas limits them. */
const UNLIMITED = 0x7fffffff

const TARGET_LESS_LOW = [Op.localGet, U(2), Op.i32Sub]
/** The offset of a stream in its range. U(0) is the register, S(1) the constant, U(2) and U(3) the pair, S(4) the span, S(5) the right. */
function offset(address: readonly number[]): Template {
  return template(
    address,
    [Op.localTee, Local.address, ...TARGET_LESS_LOW, Op.localTee, Local.target],
    [Op.localGet, U(3), Op.i32GeU, Op.if, VOID],
    [Op.localGet, Local.address, Op.i32Const, S(4), Op.i32Const, S(5), Op.call, HELPER],
    [Op.localSet, U(3), Op.localSet, U(2)],
    [Op.localGet, Local.address, ...TARGET_LESS_LOW, Op.localSet, Local.target],
    [Op.end],
  )
}
/** How far it is from the offset in the target local to the last of U(0) offsets. */
const ROOM = [Op.localGet, U(0), Op.i32Const, 1, Op.i32Sub, Op.localGet, Local.target, Op.i32Sub]
/** Lowers the count to the number on the stack plus 1, if that is less. */
const LOWER_COUNT = [
  ...[Op.i32Const, 1, Op.i32Add, Op.localTee, Local.target, Op.localGet, Local.count],
  ...[Op.localGet, Local.target, Op.localGet, Local.count, Op.i32LtU, Op.select, Op.localSet, Local.count],
]
/** Pushes max(L(2), gas - count * L(0) + 1). */
const LIMIT = [
  ...[Op.localGet, Local.gas, Op.localGet, Local.count, Op.i64ExtendI32U, Op.i64Const, L(0), Op.i64Mul, Op.i64Sub],
  ...[Op.i64Const, 1, Op.i64Add, Op.localTee, Local.floor, Op.i64Const, L(2)],
  ...[Op.localGet, Local.floor, Op.i64Const, L(2), Op.i64GtS, Op.select],
]
/** A copy at once is a call into the runtime. Fewer turns than these are no more work than that call. */
const TURNS_AT_ONCE = 8
/** Lowers the turns in the local U(4) to the difference of two values, less S(2), divided by the power of two S(3). */
function lowerBy64(values: readonly number[]): Template {
  const room = [...values, Op.i64Sub, Op.i64Const, S(2), Op.i64Sub, Op.i64Const, S(3), Op.i64ShrU]
  return template(
    [...room, Op.i32WrapI64, Op.localGet, U(4)],
    [...room, Op.localGet, U(4), Op.i64ExtendI32U, Op.i64LtU, Op.select, Op.localSet, U(4)],
  )
}
/** These two add to the word at U(0) the number that is pushed between them. */
const ADD = [Op.i32Const, 0, Op.i32Const, 0, Op.i64Load, 3, U(0)]
const ADDED = [Op.i64Add, Op.i64Store, 3, U(0)]

/** The types of every module: of compiled functions, of the host call, of helpers. */
const TYPES = [
  { params: [I64, I32], results: [I32, I64] },
  { params: [I32, I32, I32], results: [I32] },
  { params: [I32, I32, I32], results: [I32, I32] },
]

/** A template of bytes without holes. */
function bytes({ bytes, length }: WasmCode): Template {
  return Int32Array.from([0, ...bytes.subarray(0, length)])
}

function head(): Template {
  const code = new WasmCode()
  const imports = [
    { name: 'memory', is: 'memory' },
    { name: 'table', is: 'table' },
    { name: 'host', is: { type: 1 } },
  ] as const
  encodeHead(code, TYPES, imports)
  return bytes(code)
}

function helpers(): Template {
  const code = new WasmCode()
  for (const helper of createHelpers()) putFunction(code, helper)
  return bytes(code)
}

/** All of them. The holes are numbered in the order in which the core gives their values. */
export const PIECES: Readonly<Record<keyof typeof Piece, Template>> = {
  Prepare: template(Op.i32Const, S(0), Op.localSet, Local.pc, Op.i32Const, S(1), Op.localSet, Local.why),
  Pay: template(Op.localGet, Local.gas, Op.i64Const, L(0), Op.i64Sub, Op.localSet, Local.gas),
  Store: template(Op.i32Const, 0, Op.localGet, U(0), Op.i64Store, 3, U(1)),
  Load: template(Op.i32Const, 0, Op.i64Load, 3, U(0), Op.localSet, U(1)),
  Checkpoint: template(
    [Op.i32Const, S(0), Op.localSet, Local.pc, Op.i32Const, S(1), Op.localSet, Local.why],
    [Op.localGet, Local.gas, Op.i64Const, L(2), Op.i64LtS, Op.brIf, U(4)],
  ),
  RequireGas: template(Op.localGet, Local.gas, Op.i64Const, L(0), Op.i64LtS, Op.brIf, U(2)),
  Call: template(ARGUMENTS, Op.call, U(0)),
  // pc is stored for the stub, which stands in the table while the callee is not compiled.
  CallTable: template(STORE_PC, ARGUMENTS, Op.i32Const, S(1), Op.callIndirect, 0, 0),
  // Both rights at once: a page may have one of them only, and a test of both bits must not pass with one.
  CheckFrame: template(
    [Op.i32Const, S(4), Op.localSet, Local.pc, Op.i32Const, Why.Paid, Op.localSet, Local.why],
    [Op.localGet, U(0), Op.i32WrapI64, Op.i32Const, S(1), Op.i32Add, Op.localSet, Local.frame],
    [Op.localGet, Local.frame, ...PUSH_RIGHTS, Op.localGet, Local.frame, Op.i32Const, S(2), Op.i32Add, ...PUSH_RIGHTS],
    [Op.i32And, Op.i32Const, 3, Op.i32And, Op.i32Const, 3, Op.i32Ne, Op.brIf, U(3)],
  ),
  UnlessFramed: template(Op.localGet, Local.frame, Op.i32Eqz),
  ForgetFrame: template(Op.i32Const, 0, Op.localSet, Local.frame),
  LeaderOfByteA: MIXED[0]!.byte,
  LeaderOfByteB: MIXED[1]!.byte,
  LeaderOfWordA: MIXED[0]!.word,
  LeaderOfWordB: MIXED[1]!.word,
  LeaderOfManyA: MIXED[0]!.many,
  LeaderOfManyB: MIXED[1]!.many,
  PrepareTable: template(Op.i32Const, S(0), Op.localSet, Local.pc, Op.i32Const, S(1), Op.localSet, Local.target),
  GoOn: template(
    [Op.i32Const, 0, Op.localGet, Local.pc, Op.i32Store, 2, ...unsigned(AT_VM + VM.pc)],
    [...ARGUMENTS, Op.localGet, Local.target, Op.callIndirect, 0, 0, Op.return],
  ),
  CallTarget: template(ARGUMENTS, Op.localGet, Local.target, Op.callIndirect, 0, 0),
  ExpectReturn: template(
    [Op.localSet, Local.gas, Op.localTee, Local.target, Op.i32Const, S(0), Op.i32Ne],
    [Op.brIf, U(1)],
  ),
  Target: template(Op.localGet, U(0), Op.i32WrapI64, Op.localSet, Local.target),
  TargetPlus: template([Op.localGet, U(0), Op.i32WrapI64, Op.i32Const, S(1), Op.i32Add], [Op.localSet, Local.target]),
  // The same less S(0): an address below gives a huge number too, and an odd one stays odd.
  PushIndex: template([Op.localGet, Local.target, Op.i32Const, S(0), Op.i32Sub, Op.i32Const, 1, Op.i32Rotr]),
  LookUp: template(
    INDEX,
    [Op.localTee, Local.target, Op.i32Const, S(0), Op.i32GeU, Op.brIf, U(1)],
    [Op.localGet, Local.target, Op.i32Const, 2, Op.i32Shl, Op.i32Load, 2, ...unsigned(AT_ARENA)],
    [Op.localTee, Local.target, Op.i32Eqz, Op.brIf, U(1)],
  ),
  Return: template(STORE_PC, [Op.localGet, U(1), Op.i32WrapI64, Op.localGet, Local.gas, Op.return]),
  InlineReturn: template(preparePaid(S(0)), [
    ...[Op.localGet, U(1), Op.i32WrapI64, Op.i32Const, S(2), Op.i32Ne],
    ...[Op.brIf, U(3)],
  ]),
  Host: hostCall(false),
  HostInBlock: hostCall(true),
  Move: template(Op.localGet, U(0), Op.localSet, U(1)),
  // The five bytes of the size are filled in later.
  TakeFrame: template(
    [Op.localGet, Local.stack, Op.i32Const, 0x80, 0x80, 0x80, 0x80, 0x00, Op.i32Sub, Op.localTee, Local.stack],
    [Op.i32Const, 0, Op.i32LtS, Op.brIf, U(0)],
  ),
  GoToState: template(Op.i32Const, S(0), Op.localSet, Local.state, Op.br, U(1)),
  Forget: template(Op.i32Const, 0, Op.localTee, U(0), Op.localSet, U(1)),
  OffsetOfConstant: offset([Op.i32Const, S(1)]),
  Offset: offset([Op.localGet, U(0), Op.i32WrapI64, Op.i32Const, S(1), Op.i32Add]),
  TurnsUp: template(ROOM, Op.i32Const, S(1), Op.i32DivU, LOWER_COUNT),
  TurnsDown: template(Op.localGet, Local.target, Op.i32Const, S(1), Op.i32DivU, LOWER_COUNT),
  // The step is taken as unsigned and at least 1. A negative one allows the next turn only. A step of 0 allows as many as a step of 1.
  TurnsByRegister: template(
    ROOM,
    [Op.localGet, U(1), Op.i32WrapI64, Op.i32Const, 1, Op.localGet, U(1), Op.i32WrapI64, Op.select, Op.i32DivU],
    LOWER_COUNT,
  ),
  LoopEntry: template([Op.i32Const, ...signed(TURNS_BEFORE), Op.localGet, U(0), Op.i32Sub], [Op.localSet, Local.count]),
  CountFirst: template(Op.i32Const, signed(UNLIMITED), Op.localSet, Local.count),
  UnlessInside: template(
    [Op.localGet, Local.target, Op.localGet, U(0), Op.i32GeU, Op.if, VOID],
    [Op.i32Const, ...signed(TURNS_BEFORE), Op.localSet, Local.count, Op.br, U(1), Op.end],
  ),
  Floor: template(LIMIT, Op.localSet, Local.floor),
  FloorAhead: template(LIMIT, Op.i64Const, L(4), Op.i64Add, Op.localSet, Local.floor),
  // If the condition on the stack holds, the loop ends at U(0). Otherwise the generic version, U(1), goes on while turns are left to it.
  CountDown: template(
    [Op.brIf, U(0)],
    [Op.localGet, Local.count, Op.i32Const, 1, Op.i32Sub, Op.localTee, Local.count, Op.brIf, U(1)],
  ),
  // When control comes back to the generic version, it asks again after one turn.
  FastBegin: template([Op.i32Const, 1, Op.localSet, Local.count, Op.localGet, Local.gas, Op.localSet, Local.before]),
  // Behind counted turns only the last few are left, so it does not ask for a while.
  CountedBegin: template(
    [Op.i32Const, ...signed(TURNS_BEFORE), Op.localSet, Local.count],
    [Op.localGet, Local.gas, Op.localSet, Local.before],
  ),
  BulkBegin: template(
    [Op.localGet, Local.gas, Op.localGet, Local.floor, Op.i64Sub, Op.i32WrapI64, Op.i32Const, S(0), Op.i32DivS],
    [Op.localTee, Local.target, Op.i32Const, ...signed(TURNS_AT_ONCE), Op.i32GeS, Op.if, VOID],
  ),
  RoomOfRegisters: lowerBy64([Op.localGet, U(0), Op.localGet, U(1)]),
  RoomBelow: lowerBy64([Op.i64Const, S(0), Op.localGet, U(1)]),
  RoomAbove: lowerBy64([Op.localGet, U(0), Op.i64Const, S(1)]),
  BulkApart: template(
    [Op.localGet, U(0), Op.i32WrapI64, Op.localGet, U(1), Op.i32WrapI64, Op.i32Sub, Op.i32Const, S(2), Op.i32Add],
    [Op.i32Const, S(3), Op.i32ShrU, Op.localTee, Local.address, Op.localGet, Local.target],
    [Op.localGet, Local.address, Op.localGet, Local.target, Op.i32LtU, Op.select, Op.localSet, Local.target],
  ),
  BulkSameBytes: template(
    [Op.localGet, Local.target, Op.i32Const, 0],
    [Op.localGet, U(0), Op.i64Const, ...signed(255), Op.i64And, Op.i64Const, L(1), Op.i64Mul],
    [Op.localGet, U(0), Op.i64Xor, Op.i64Const, S(3), Op.i64Shl, Op.i64Eqz, Op.select, Op.localSet, Local.target],
  ),
  BulkIf: template([Op.localGet, Local.target, Op.i32Const, ...signed(TURNS_AT_ONCE), Op.i32GeU, Op.if, VOID]),
  BulkAt: template([Op.localGet, U(0), Op.i32WrapI64, Op.i32Const, S(1), Op.i32Add]),
  BulkAtDown: template(
    [Op.localGet, U(0), Op.i32WrapI64, Op.i32Const, S(1), Op.i32Add],
    [Op.localGet, Local.target, Op.i32Const, S(2), Op.i32Shl, Op.i32Sub],
  ),
  BulkCopy: template([Op.localGet, Local.target, Op.i32Const, S(0), Op.i32Shl, ...Op.memoryCopy, 0, 0]),
  BulkFill: template([Op.localGet, Local.target, Op.i32Const, S(0), Op.i32Shl, ...Op.memoryFill, 0]),
  PayTurns: template(
    [Op.localGet, Local.gas, Op.localGet, Local.target, Op.i64ExtendI32U, Op.i64Const, S(0), Op.i64Mul],
    [Op.i64Sub, Op.localSet, Local.gas],
  ),
  StepTurns: template(
    [Op.localGet, U(0), Op.localGet, Local.target, Op.i64ExtendI32U, Op.i64Const, S(1), Op.i64Mul],
    [Op.i64Add, Op.localSet, U(0)],
  ),
  BulkEnd: template(Op.end, Op.end),
  StepRegister: template(Op.localGet, U(0), Op.i64Const, S(1), Op.i64Add, Op.localSet, U(0)),
  FastHead: template([
    Op.block,
    VOID,
    Op.loop,
    VOID,
    Op.localGet,
    Local.gas,
    Op.localGet,
    Local.floor,
    Op.i64LtS,
    Op.brIf,
    U(0),
  ]),
  FastClose: template(Op.end, Op.end),
  FastEnd: template(
    [Op.i32Const, ...signed(TURNS_BEFORE - 1), Op.i32Const, 0],
    [Op.localGet, Local.before, Op.localGet, Local.gas, Op.i64Sub, Op.i64Const, L(0), Op.i64GeS],
    [Op.select, Op.localSet, U(2), Op.br, U(3)],
  ),
  Tally: template(ADD, Op.i64Const, 1, ADDED),
  TallyTurns: template(
    ADD,
    [Op.localGet, Local.before, Op.localGet, Local.gas, Op.i64Sub, Op.i64Const, L(1), Op.i64DivU],
    ADDED,
  ),
  Head: head(),
  Helpers: helpers(),
}
