// Turns the effect column into WebAssembly templates: flat lists of opcodes with holes for operands. Filled by lower.ts.
import { type Expression, effectOf } from '../../isa/semantics.ts'
import { INSTRUCTIONS } from '../../isa/table.ts'
import { I32, I64, Op } from './wasm-op.ts'

/** Holes of a template; everything below 0x100 is a byte of code as it stands. */
export const Hole = {
  /** local.get of the operand register. */
  A: 0x100,
  B: 0x101,
  D: 0x102,
  /** i64.const of the immediate. */
  X64: 0x103,
  Y64: 0x104,
  /** i32.const of the low half of X. */
  X32: 0x105,
  /** i64.const; the next element is the value. */
  CONST64: 0x106,
  /** i32.const; the next element is the value. */
  CONST32: 0x107,
  /** Calls of helpers in the module: upper halves of products. */
  MULH_UU: 0x108,
  MULH_SS: 0x109,
  MULH_SU: 0x10a,
} as const

/** Operators that are one opcode behind their arguments. */
const PLAIN: Readonly<Record<string, number>> = {
  add: Op.i64Add,
  sub: Op.i64Sub,
  mul: Op.i64Mul,
  and: Op.i64And,
  or: Op.i64Or,
  xor: Op.i64Xor,
  shl: Op.i64Shl,
  shr_u: Op.i64ShrU,
  shr_s: Op.i64ShrS,
  rotl: Op.i64Rotl,
  rotr: Op.i64Rotr,
  popcnt: Op.i64Popcnt,
  clz: Op.i64Clz,
  ctz: Op.i64Ctz,
  eqz: Op.i64Eqz,
  eq: Op.i64Eq,
  ne: Op.i64Ne,
  lt_u: Op.i64LtU,
  lt_s: Op.i64LtS,
  le_u: Op.i64LeU,
  le_s: Op.i64LeS,
  ge_u: Op.i64GeU,
  ge_s: Op.i64GeS,
  gt_u: Op.i64GtU,
  gt_s: Op.i64GtS,
  add32: Op.i32Add,
  sub32: Op.i32Sub,
  mul32: Op.i32Mul,
  shl32: Op.i32Shl,
  shr_u32: Op.i32ShrU,
  shr_s32: Op.i32ShrS,
  rotl32: Op.i32Rotl,
  rotr32: Op.i32Rotr,
  popcnt32: Op.i32Popcnt,
  clz32: Op.i32Clz,
  ctz32: Op.i32Ctz,
  w: Op.i32WrapI64,
  sx: Op.i64ExtendI32S,
  zx: Op.i64ExtendI32U,
  ext8: Op.i64Extend8S,
  ext16: Op.i64Extend16S,
}

const HELPERS: Readonly<Record<string, number>> = {
  mulh_uu: Hole.MULH_UU,
  mulh_ss: Hole.MULH_SS,
  mulh_su: Hole.MULH_SU,
}

function constant(value: number): number[] {
  return [Hole.CONST64, value]
}

/** GP A.5.13: division by zero gives all ones, the remainder the dividend; MIN / -1 gives MIN, remainder 0. */
function division(operator: string, args: number[][]): number[] {
  const wide = !operator.endsWith('32')
  const name = wide ? operator : operator.slice(0, -2)
  const [a, b] = args as [number[], number[]]
  const type = wide ? I64 : I32
  const number = (value: number): number[] => [wide ? Hole.CONST64 : Hole.CONST32, value]
  const eqz = wide ? Op.i64Eqz : Op.i32Eqz
  const pick = (w: number, n: number): number => (wide ? w : n)
  const guard = (zero: number[], rest: number[]): number[] => [
    ...b,
    eqz,
    Op.if,
    type,
    ...zero,
    Op.else,
    ...rest,
    Op.end,
  ]
  switch (name) {
    case 'divu':
      return guard(number(-1), [...a, ...b, pick(Op.i64DivU, Op.i32DivU)])
    case 'remu':
      return guard(a, [...a, ...b, pick(Op.i64RemU, Op.i32RemU)])
    case 'rems': // wasm's rem_s gives 0 for MIN % -1, as wanted
      return guard(a, [...a, ...b, pick(Op.i64RemS, Op.i32RemS)])
    default: {
      const minusOne = [...b, ...number(-1), pick(Op.i64Eq, Op.i32Eq)]
      const negated = [...number(0), ...a, pick(Op.i64Sub, Op.i32Sub)]
      const divided = [...a, ...b, pick(Op.i64DivS, Op.i32DivS)]
      return guard(number(-1), [...minusOne, Op.if, type, ...negated, Op.else, ...divided, Op.end])
    }
  }
}

/** Byte reversal: exchange bytes within 16 bits, those within 32, the halves. V8 computes the repeated parts once. */
function reverseBytes(a: number[]): number[] {
  const exchange = (value: number[], bits: number, low: number): number[] => {
    const mask = [...constant(low), ...constant(low), ...constant(32), Op.i64Shl, Op.i64Or]
    const down = [...value, ...constant(bits), Op.i64ShrU, ...mask, Op.i64And]
    return [...down, ...value, ...mask, Op.i64And, ...constant(bits), Op.i64Shl, Op.i64Or]
  }
  return [...exchange(exchange(a, 8, 0x00ff00ff), 16, 0x0000ffff), ...constant(32), Op.i64Rotl]
}

function flatten(expression: Expression): number[] {
  if (expression.is === 'constant') return constant(expression.value)
  if (expression.is === 'operand') {
    switch (expression.letter) {
      case 'A':
        return [Hole.A]
      case 'B':
        return [Hole.B]
      case 'D':
        return [Hole.D]
      case 'X':
        return [Hole.X64]
      case 'Y':
        return [Hole.Y64]
      case 'T':
        throw new Error('assert: a jump target is no value')
    }
  }
  const { operator } = expression
  const args = expression.args.map(flatten)
  const first = args[0] ?? []
  if (operator === 'w' && first[0] === Hole.X64) return [Hole.X32]
  if (operator === 'select') return [...args[1]!, ...args[2]!, ...first, Op.select]
  if (operator === 'not') return [...first, ...constant(-1), Op.i64Xor]
  if (operator === 'bswap') return reverseBytes(first)
  if (/^(div|rem)[us]/.test(operator)) return division(operator, args)
  const code = PLAIN[operator] ?? HELPERS[operator]
  if (code === undefined) throw new Error(`assert: no lowering for ${operator}`)
  return [...args.flat(), code]
}

/** Per instruction id: the value assigned, for instructions without memory access; empty where none. */
export const VALUE: readonly Int32Array[] = INSTRUCTIONS.map(({ id, kind }) => {
  const { assign } = effectOf(id)
  const lowered = assign !== undefined && kind !== 'load' && kind !== 'sbrk'
  return Int32Array.from(lowered ? flatten(assign.value) : [])
})

/** Per instruction id: the condition of a branch, an i32; empty where none. */
export const CONDITION: readonly Int32Array[] = INSTRUCTIONS.map(({ id, kind }) => {
  const condition = kind === 'branch' ? effectOf(id).action?.args[0] : undefined
  return Int32Array.from(condition === undefined ? [] : flatten(condition))
})
