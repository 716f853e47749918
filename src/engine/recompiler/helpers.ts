// Out-of-line functions every module carries: upper halves of products. WebAssembly has no wide multiply without proposals.

import { Helper } from './emitter.ts'
import { WasmCode } from './wasm-code.ts'
import type { FunctionBody } from './wasm-module.ts'
import { I64, Op } from './wasm-op.ts'

const X = 0
const Y = 1
const LOW = 2
const MIDDLE = 3

/** Pushes the low or high 32 bits of a local as i64. */
function half(code: WasmCode, local: number, high: boolean): void {
  code.get(local)
  if (high) {
    code.i64(32, 0)
    code.byte(Op.i64ShrU)
  } else {
    code.i64(-1, 0)
    code.byte(Op.i64And)
  }
}

/** Pushes xh? * yh? of two halves. */
function product(code: WasmCode, xHigh: boolean, yHigh: boolean): void {
  half(code, X, xHigh)
  half(code, Y, yHigh)
  code.byte(Op.i64Mul)
}

/** Schoolbook multiplication in halves: no sum below exceeds 64 bits. */
function mulhUU(type: number): FunctionBody {
  const code = new WasmCode(128)
  // low = x0*y0; middle = x1*y0 + (low >>> 32); low = x0*y1 + (middle & m); result = x1*y1 + (middle >>> 32) + (low >>> 32)
  product(code, false, false)
  code.set(LOW)
  product(code, true, false)
  half(code, LOW, true)
  code.byte(Op.i64Add)
  code.set(MIDDLE)
  product(code, false, true)
  half(code, MIDDLE, false)
  code.byte(Op.i64Add)
  code.set(LOW)
  product(code, true, true)
  half(code, MIDDLE, true)
  code.byte(Op.i64Add)
  half(code, LOW, true)
  code.byte(Op.i64Add)
  return { type, locals: [[2, I64]], code }
}

/** Subtracts `other` where `sign` is negative: what a signed factor lacks against its unsigned reading, times 2^64. */
function correct(code: WasmCode, sign: number, other: number): void {
  code.get(sign)
  code.i64(63, 0)
  code.byte(Op.i64ShrS)
  code.get(other)
  code.byte(Op.i64And)
  code.byte(Op.i64Sub)
}

function mulhSigned(type: number, both: boolean): FunctionBody {
  const code = new WasmCode(64)
  code.get(X)
  code.get(Y)
  code.op(Op.call, Helper.mulhUU)
  correct(code, X, Y)
  if (both) correct(code, Y, X)
  return { type, locals: [], code }
}

/** The helpers in the order of `Helper`; `type` is the index of (i64, i64) -> i64. */
export function createHelpers(type: number): readonly FunctionBody[] {
  return [mulhUU(type), mulhSigned(type, true), mulhSigned(type, false)]
}
