// The glue between the core and compiled code, a small WebAssembly module. It has three functions: the core calls `gate`; that calls
// `enter`, which calls compiled code; `stub` stands for code that is not compiled. They are written by hand because C cannot express
// the type of compiled functions. `npm run core` makes the module ahead (scripts/templates.ts). What happens when compiled code is
// left, and the gate does not know how to go on, is in runtime.ts.
import { AT_ASKS, AT_RESERVE, AT_SLICE, AT_VM, AT_WHY, Target, VM, Why } from '../../src/core/contract.gen.ts'
import { GATE } from '../../src/engine/recompiler/runtime/gate.ts'
import { LAZY } from '../../src/engine/recompiler/runtime/lazy-entries.ts'
import { WasmCode } from './wasm-code.ts'
import { encodeModule, type FunctionBody, putFunction } from './wasm-module.ts'
import { I32, I64, Op, VOID } from './wasm-op.ts'

function storeWord(code: WasmCode, offset: number, value: number): void {
  code.i32(0)
  code.i32(value)
  code.memory(Op.i32Store, 2, offset)
}

/**
 * `enter` gives compiled code the gas of one slice, calls it, and stores the gas back. The result is the address of a dynamic
 * jump, which is even, or one of `Why`, which are odd. A dynamic jump to an odd address looks like an exit with `Why.Paid`, and
 * the core executes it again.
 */
function enter(): FunctionBody {
  const INDEX = 0
  const TARGET = 1
  const WHY = 2
  const GAS = 3
  const SLICE = 4
  const code = new WasmCode(128)
  storeWord(code, AT_WHY, 0)
  code.i32(0)
  code.memory(Op.i64Load, 3, AT_VM + VM.gas)
  code.set(GAS)
  code.i32(0)
  code.memory(Op.i64Load, 3, AT_SLICE)
  code.tee(SLICE)
  code.get(GAS)
  code.get(SLICE)
  code.get(GAS)
  code.byte(Op.i64LtS)
  code.byte(Op.select)
  code.set(SLICE)
  code.i32(0)
  code.get(GAS)
  code.get(SLICE)
  code.byte(Op.i64Sub)
  code.memory(Op.i64Store, 3, AT_RESERVE)
  code.get(SLICE)
  code.i32(0)
  code.memory(Op.i32Load, 2, AT_VM + VM.stack)
  code.get(INDEX)
  code.op(Op.callIndirect, 0)
  code.byte(0)
  code.set(GAS)
  code.set(TARGET)
  code.i32(0)
  code.get(GAS)
  code.i32(0)
  code.memory(Op.i64Load, 3, AT_RESERVE)
  code.byte(Op.i64Add)
  code.memory(Op.i64Store, 3, AT_VM + VM.gas)
  code.i32(0)
  code.memory(Op.i32Load, 2, AT_WHY)
  code.tee(WHY)
  code.open(Op.if, VOID)
  code.get(WHY)
  code.byte(Op.return)
  code.byte(Op.end)
  code.get(TARGET)
  code.i32(Why.Paid)
  code.get(TARGET)
  code.i32(1)
  code.byte(Op.i32And)
  code.byte(Op.i32Eqz)
  code.byte(Op.select)
  return {
    type: 1,
    locals: [
      [2, I32],
      [2, I64],
    ],
    code,
  }
}

/** `stub` stands in the table for a root that is not compiled. The caller has stored pc. */
function stub(): FunctionBody {
  const code = new WasmCode(32)
  storeWord(code, AT_WHY, Why.Missing)
  code.i32(1)
  code.get(0)
  return { type: 0, locals: [], code }
}

function load(code: WasmCode, at: number): void {
  code.i32(0)
  code.memory(Op.i32Load, 2, at)
}

/** Adds 1 to a word. */
function count(code: WasmCode, at: number): void {
  code.i32(0)
  load(code, at)
  code.i32(1)
  code.byte(Op.i32Add)
  code.memory(Op.i32Store, 2, at)
}

/** Subtracts 1 from a word, with the help of a local. Leaves on the stack whether the word is 0 now. */
function countDown(code: WasmCode, at: number, local: number): void {
  code.i32(0)
  load(code, at)
  code.i32(1)
  code.byte(Op.i32Sub)
  code.tee(local)
  code.memory(Op.i32Store, 2, at)
  code.get(local)
  code.byte(Op.i32Eqz)
}

/**
 * `gate` enters compiled code. When that ends with a jump to other compiled code, the gate enters this too. When it stops before
 * code that is not compiled, or before an instruction that is not certain, the gate counts the stop and goes back to the core. It asks
 * JavaScript about one of so many of these stops, about every other reason to leave, and about all entries while the word at
 * AT_ASKS says so. Going through JavaScript costs 150 to 300 ns, and microseconds while it is cold.
 */
function gate(): FunctionBody {
  const FIRST = 0
  const INDEX = 1
  const RESULT = 2
  const LOW = 3
  const FIRST_LOW = 4
  const TO = 5
  const code = new WasmCode(256)
  load(code, AT_ASKS)
  code.get(FIRST)
  code.i32(LAZY)
  code.byte(Op.i32Eq)
  code.byte(Op.i32Or)
  code.open(Op.if, VOID)
  code.get(FIRST)
  code.op(Op.call, Index.whole)
  code.byte(Op.return)
  code.byte(Op.end)
  load(code, AT_VM + VM.gas)
  code.set(FIRST_LOW)
  code.get(FIRST)
  code.set(INDEX)
  code.open(Op.block, VOID) // leaving this block leads to the call of JavaScript
  code.open(Op.loop, VOID)
  count(code, GATE.entered)
  load(code, AT_VM + VM.gas)
  code.set(LOW)
  code.get(INDEX)
  code.op(Op.call, Index.enter)
  code.tee(RESULT)
  code.i32(1)
  code.byte(Op.i32And)
  code.open(Op.if, VOID)
  code.get(RESULT)
  code.i32(Why.Paid)
  code.byte(Op.i32Eq)
  code.open(Op.if, VOID)
  // The core executes the instruction. JavaScript hears of one in so many of these.
  countDown(code, GATE.paidPatience, TO)
  code.op(Op.brIf, 3)
  count(code, GATE.left)
  code.i32(Target.Refund)
  code.byte(Op.return)
  code.byte(Op.end)
  code.get(RESULT)
  code.i32(Why.Missing)
  code.byte(Op.i32Ne)
  code.op(Op.brIf, 2)
  code.byte(Op.else)
  // The result is a dynamic jump. If its target is compiled, that is entered at once.
  code.get(RESULT)
  code.i32(1)
  code.byte(Op.i32ShrU)
  code.i32(1)
  code.byte(Op.i32Sub)
  code.tee(TO)
  load(code, GATE.jumps)
  code.byte(Op.i32LtU)
  code.open(Op.if, VOID)
  load(code, GATE.dispatch)
  code.get(TO)
  code.i32(2)
  code.byte(Op.i32Shl)
  code.byte(Op.i32Add)
  code.memory(Op.i32Load, 2, 0)
  code.tee(TO)
  code.open(Op.if, VOID)
  storeWord(code, AT_VM + VM.charged, 0)
  code.get(TO)
  code.set(INDEX)
  code.op(Op.br, 3)
  code.byte(Op.end)
  code.byte(Op.end)
  code.byte(Op.end)
  // What follows is not compiled. JavaScript hears of one in so many of these stops.
  countDown(code, GATE.patience, TO)
  code.op(Op.brIf, 1)
  count(code, GATE.left)
  code.get(RESULT)
  code.i32(1)
  code.byte(Op.i32And)
  code.open(Op.if, VOID)
  storeWord(code, AT_VM + VM.charged, 0)
  code.i32(Target.Continue)
  code.set(RESULT)
  code.byte(Op.end)
  code.get(RESULT)
  code.byte(Op.return)
  code.byte(Op.end)
  code.byte(Op.end)
  code.get(FIRST)
  code.get(FIRST_LOW)
  code.get(RESULT)
  code.get(LOW)
  code.op(Op.call, Index.ask)
  return { type: 1, locals: [[5, I32]], code }
}

/** The numbers of the functions in the glue, imported ones first. */
const Index = { whole: 0, ask: 1, enter: 2 } as const

/** The bytes of the glue module. Its exports are `enter`, `stub` and `gate`. */
export function encodeGlue(): Uint8Array {
  const functions = [enter(), stub(), gate()]
  const code = new WasmCode()
  for (const one of functions) putFunction(code, one)
  return encodeModule({
    types: [
      { params: [I64, I32], results: [I32, I64] },
      { params: [I32], results: [I32] },
      { params: [I32, I32, I32, I32], results: [I32] },
    ],
    imports: [
      { name: 'memory', is: 'memory' },
      { name: 'table', is: 'table' },
      { name: 'whole', is: { type: 1 } },
      { name: 'ask', is: { type: 2 } },
    ],
    functions: functions.map(({ type }) => type),
    code,
    exports: [
      { name: 'enter', index: 2 },
      { name: 'stub', index: 3 },
      { name: 'gate', index: 4 },
    ],
  })
}
