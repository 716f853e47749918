// The glue between the core and compiled code: `enter(table index) -> target`, and the stub for code not compiled yet.
// C cannot express the type of compiled functions, hence a hand-written module. Not the dispatcher: that is the core.
import { AT_VM, Target, VM } from '../machine/layout.ts'
import { Why } from './emitter.ts'
import { WasmCode } from './wasm-code.ts'
import { encodeModule, type FunctionBody } from './wasm-module.ts'
import { I32, I64, Op, VOID } from './wasm-op.ts'
import { AT_WHY } from './words.ts'

function storeWord(code: WasmCode, offset: number, value: number): void {
  code.i32(0)
  code.i32(value)
  code.memory(Op.i32Store, 2, offset)
}

/**
 * enter: loads gas and depth, calls, stores the gas back. An even result is a jump-table address and goes to the core as
 * it is. Otherwise `why` decides; a dynamic jump to an odd address left it 0 and is repeated by the core, like a paid exit.
 */
function enter(): FunctionBody {
  const INDEX = 0
  const TARGET = 1
  const WHY = 2
  const GAS = 3
  const code = new WasmCode(128)
  storeWord(code, AT_WHY, 0)
  code.i32(0)
  code.memory(Op.i64Load, 3, AT_VM + VM.gas)
  code.i32(0)
  code.memory(Op.i32Load, 2, AT_VM + VM.depth)
  code.get(INDEX)
  code.op(Op.callIndirect, 0)
  code.byte(0)
  code.set(GAS)
  code.set(TARGET)
  code.i32(0)
  code.get(GAS)
  code.memory(Op.i64Store, 3, AT_VM + VM.gas)
  code.i32(0)
  code.memory(Op.i32Load, 2, AT_WHY)
  code.tee(WHY)
  code.i32(Why.Exit)
  code.byte(Op.i32Eq)
  code.open(Op.if, VOID)
  code.i32(Target.Exit)
  code.byte(Op.return)
  code.byte(Op.end)
  // charged = why is UnpaidWithin; the core sets it for paid exits
  code.i32(0)
  code.get(WHY)
  code.i32(Why.UnpaidWithin)
  code.byte(Op.i32Eq)
  code.memory(Op.i32Store, 2, AT_VM + VM.charged)
  code.get(WHY)
  code.i32(Why.Unpaid)
  code.byte(Op.i32Eq)
  code.get(WHY)
  code.i32(Why.UnpaidWithin)
  code.byte(Op.i32Eq)
  code.byte(Op.i32Or)
  code.open(Op.if, VOID)
  code.i32(Target.Continue)
  code.byte(Op.return)
  code.byte(Op.end)
  code.get(TARGET)
  code.i32(Target.Refund)
  code.get(TARGET)
  code.i32(1)
  code.byte(Op.i32And)
  code.byte(Op.i32Eqz)
  code.byte(Op.select)
  return {
    type: 1,
    locals: [
      [2, I32],
      [1, I64],
    ],
    code,
  }
}

/** stub: stands in the table for a root that is not compiled; pc has been stored by the caller. */
function stub(): FunctionBody {
  const code = new WasmCode(32)
  storeWord(code, AT_WHY, Why.Unpaid)
  code.i32(1)
  code.get(0)
  return { type: 0, locals: [], code }
}

/** The bytes of the glue module; its exports are `enter` and `stub`. */
export function encodeGlue(): Uint8Array {
  return encodeModule({
    types: [
      { params: [I64, I32], results: [I32, I64] },
      { params: [I32], results: [I32] },
    ],
    imports: [
      { name: 'memory', is: 'memory' },
      { name: 'table', is: 'table' },
    ],
    functions: [enter(), stub()],
    exports: [
      { name: 'enter', index: 0 },
      { name: 'stub', index: 1 },
    ],
  })
}
