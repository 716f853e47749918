// The glue between JavaScript and compiled code: `enter(table index) -> target`, and the stub for what is not compiled.
// C cannot express the type of compiled functions, hence a hand-written module, made ahead: scripts/templates.ts. Not the
// dispatcher: runtime.ts.

import { AT_RESERVE, AT_SLICE, AT_WHY } from '../machine/contract.gen.ts'
import { AT_VM, VM } from '../machine/layout.ts'
import { Why } from './emitter.ts'
import { WasmCode } from './wasm-code.ts'
import { encodeModule, type FunctionBody, putFunction } from './wasm-module.ts'
import { I32, I64, Op, VOID } from './wasm-op.ts'

function storeWord(code: WasmCode, offset: number, value: number): void {
  code.i32(0)
  code.i32(value)
  code.memory(Op.i32Store, 2, offset)
}

/**
 * enter: gives compiled code the gas of one slice, calls it, stores the gas back. The result is a jump-table address
 * (even), or why it left (Why, odd); a dynamic jump to an odd address leaves like a paid exit, the core repeats it.
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

/** stub: stands in the table for a root that is not compiled; pc has been stored by the caller. */
function stub(): FunctionBody {
  const code = new WasmCode(32)
  storeWord(code, AT_WHY, Why.Missing)
  code.i32(1)
  code.get(0)
  return { type: 0, locals: [], code }
}

/** The bytes of the glue module; its exports are `enter` and `stub`. */
export function encodeGlue(): Uint8Array {
  const functions = [enter(), stub()]
  const code = new WasmCode()
  for (const one of functions) putFunction(code, one)
  return encodeModule({
    types: [
      { params: [I64, I32], results: [I32, I64] },
      { params: [I32], results: [I32] },
    ],
    imports: [
      { name: 'memory', is: 'memory' },
      { name: 'table', is: 'table' },
    ],
    functions: functions.map(({ type }) => type),
    code,
    exports: [
      { name: 'enter', index: 0 },
      { name: 'stub', index: 1 },
    ],
  })
}
