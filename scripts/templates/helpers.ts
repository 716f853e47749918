// The helper function that every module carries: it finds the range of pages around an address. Fast loops call it, straight code
// does not. `npm run core` writes it ahead (scripts/templates.ts).
import { AT_RIGHTS } from '../../src/core/contract.gen.ts'
import { WasmCode } from './wasm-code.ts'
import type { FunctionBody } from './wasm-module.ts'
import { I32, I64, Op, VOID } from './wasm-op.ts'

/** The first functions of every module, by number: the host call, which is imported, and the helper. */
export const HOST = 0
export const HELPER = 1
/** The types of the helpers, which are numbers in the list of types of pieces.ts. */
export const HELPER_TYPES: readonly number[] = [2]

/** How many pages `range` looks at in each direction, which is 1 MiB. */
const RANGE_PAGES = 256

/**
 * `range(address, span, right) -> (low, size)` finds the pages around a physical address that all have the right. `low` is where
 * they begin, and `size` at how many offsets from there `span` bytes lie inside. It is (0, 0) when the page of the address does
 * not have the right, or when the span does not fit. It looks at 8 pages at a time, so that long ranges cost little.
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
  /** Pushes whether the 8 pages from the local plus `plus` on all have the right. */
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
  /** Moves the local by `by` as long as `test` and `more` hold. */
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
  // Physical pages below the window have no rights, so walking down stops there. The limit only saves time.
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
  // size = end - low - span + 1
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
  code.i32(1)
  code.byte(Op.i32Add)
  const locals = [
    [3, I32],
    [1, I64],
  ] as const
  return { type, locals, code }
}

/** The helpers in the order of their numbers. */
export function createHelpers(): readonly FunctionBody[] {
  return HELPER_TYPES.map(type => range(type))
}
