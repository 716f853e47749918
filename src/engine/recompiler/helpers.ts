// Out-of-line functions every module carries: upper halves of products, ranges of pages. Not called in straight code
// but for products: WebAssembly has no wide multiply without proposals.

import { AT_RIGHTS } from '../machine/layout.ts'
import { Helper } from './emitter.ts'
import { WasmCode } from './wasm-code.ts'
import type { FunctionBody } from './wasm-module.ts'
import { I32, I64, Op, VOID } from './wasm-op.ts'

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

/** Pages looked at in each direction by `range`: 1 MiB. */
const RANGE_PAGES = 256

/**
 * range(address, span, right) -> (low, last): the pages around a physical address that all have the right, as low end
 * and as the last offset from there at which `span` bytes fit. (0, 0) when the page of the address has not the right, or
 * the span does not fit; no address is 0. Looks at 8 pages at a time, so that long ranges cost little.
 */
function range(type: number): FunctionBody {
  const ADDRESS = 0
  const SPAN = 1
  const RIGHT = 2
  const FIRST = 3
  const END = 4
  const LIMIT = 5
  const MASK = 6
  const code = new WasmCode(256)
  const none = (): void => {
    code.i32(0)
    code.i32(0)
    code.byte(Op.return)
  }
  /** Pushes whether 8 pages from the local + `plus` all have the right. */
  const eight = (local: number, plus: number): void => {
    code.get(local)
    if (plus !== 0) {
      code.i32(plus)
      code.byte(Op.i32Add)
    }
    code.memory(Op.i64Load, 0, AT_RIGHTS)
    code.get(MASK)
    code.byte(Op.i64And)
    code.get(MASK)
    code.byte(Op.i64Eq)
  }
  const one = (local: number, plus: number): void => {
    code.get(local)
    if (plus !== 0) {
      code.i32(plus)
      code.byte(Op.i32Add)
    }
    code.memory(Op.i32Load8U, 0, AT_RIGHTS)
    code.get(RIGHT)
    code.byte(Op.i32And)
  }
  /** Moves `local` by `by` while the test holds and `more` holds. */
  const walk = (local: number, by: number, test: () => void, more: () => void): void => {
    code.open(Op.block, VOID)
    code.open(Op.loop, VOID)
    more()
    code.byte(Op.i32Eqz)
    code.op(Op.brIf, 1)
    test()
    code.byte(Op.i32Eqz)
    code.op(Op.brIf, 1)
    code.get(local)
    code.i32(by)
    code.byte(Op.i32Add)
    code.set(local)
    code.op(Op.br, 0)
    code.byte(Op.end)
    code.byte(Op.end)
  }
  const less = (local: number): void => {
    code.get(local)
    code.get(LIMIT)
    code.byte(Op.i32LtU)
  }
  const greater = (local: number): void => {
    code.get(local)
    code.get(LIMIT)
    code.byte(Op.i32GtU)
  }
  code.get(ADDRESS)
  code.i32(12)
  code.byte(Op.i32ShrU)
  code.tee(FIRST)
  code.set(END)
  one(FIRST, 0)
  code.byte(Op.i32Eqz)
  code.open(Op.if, VOID)
  none()
  code.byte(Op.end)
  code.get(RIGHT)
  code.byte(Op.i64ExtendI32U)
  code.i64(0x01010101, 0x01010101)
  code.byte(Op.i64Mul)
  code.set(MASK)
  code.get(END)
  code.i32(RANGE_PAGES)
  code.byte(Op.i32Add)
  code.set(LIMIT)
  walk(
    END,
    8,
    () => eight(END, 0),
    () => less(END),
  )
  walk(
    END,
    1,
    () => one(END, 0),
    () => less(END),
  )
  // Physical pages below the window have no rights, so walking down stops in time; the limit is for speed.
  code.get(FIRST)
  code.i32(RANGE_PAGES)
  code.byte(Op.i32Sub)
  code.set(LIMIT)
  walk(
    FIRST,
    -8,
    () => eight(FIRST, -8),
    () => greater(FIRST),
  )
  walk(
    FIRST,
    -1,
    () => one(FIRST, -1),
    () => greater(FIRST),
  )
  // last = end - low - span
  code.get(END)
  code.get(FIRST)
  code.byte(Op.i32Sub)
  code.i32(12)
  code.byte(Op.i32Shl)
  code.tee(LIMIT)
  code.get(SPAN)
  code.byte(Op.i32LtU)
  code.open(Op.if, VOID)
  none()
  code.byte(Op.end)
  code.get(FIRST)
  code.i32(12)
  code.byte(Op.i32Shl)
  code.get(LIMIT)
  code.get(SPAN)
  code.byte(Op.i32Sub)
  const locals = [
    [3, I32],
    [1, I64],
  ] as const
  return { type, locals, code }
}

/** The helpers in the order of `Helper`; the types are (i64, i64) -> i64 and that of `range`. */
export function createHelpers(type: number, rangeType: number): readonly FunctionBody[] {
  return [mulhUU(type), mulhSigned(type, true), mulhSigned(type, false), range(rangeType)]
}
