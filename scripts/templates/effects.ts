// Turns the effect column of src/isa/table.ts into WebAssembly templates: lists of opcodes with holes for operands. It runs when
// `npm run core` writes templates.gen.ts. The core fills the holes when it compiles (core/recompiler/emit.c).

import { RecordWord } from '../../src/core/contract.gen.ts'
import { type Expression, effectOf } from '../../src/isa/semantics.ts'
import { INSTRUCTIONS } from '../../src/isa/table.ts'
import { L, S, signed, type Template, template, U } from './template.ts'
import { I32, I64, Op } from './wasm-op.ts'

/** The operators that are a single WebAssembly opcode. */
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

/** The operators that give the upper half of a product, and which of its factors are signed. */
const UPPER: Readonly<Record<string, { readonly a: boolean; readonly b: boolean }>> = {
  mulh_uu: { a: false, b: false },
  mulh_ss: { a: true, b: true },
  mulh_su: { a: true, b: false },
}

function constant(value: number): readonly number[] {
  return [Op.i64Const, ...signed(value)]
}

/**
 * Division and remainder (GP A.5.13). Division by zero gives a quotient of all ones, and the dividend as remainder. The smallest
 * number divided by -1 gives itself, with remainder 0.
 */
function division(operator: string, args: readonly (readonly number[])[]): readonly number[] {
  const wide = !operator.endsWith('32')
  const name = wide ? operator : operator.slice(0, -2)
  const [a, b] = args as [readonly number[], readonly number[]]
  const type = wide ? I64 : I32
  const number = (value: number): number[] => [wide ? Op.i64Const : Op.i32Const, ...signed(value)]
  const eqz = wide ? Op.i64Eqz : Op.i32Eqz
  const pick = (w: number, n: number): number => (wide ? w : n)
  const guard = (zero: readonly number[], rest: readonly number[]): readonly number[] => [
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
    case 'rems': // the smallest number by -1 needs no case: the remainder of WebAssembly is 0 there
      return guard(a, [...a, ...b, pick(Op.i64RemS, Op.i32RemS)])
    default: {
      const minusOne = [...b, ...number(-1), pick(Op.i64Eq, Op.i32Eq)]
      const negated = [...number(0), ...a, pick(Op.i64Sub, Op.i32Sub)]
      const divided = [...a, ...b, pick(Op.i64DivS, Op.i32DivS)]
      return guard(number(-1), [...minusOne, Op.if, type, ...negated, Op.else, ...divided, Op.end])
    }
  }
}

/**
 * The upper half of the product of two 64-bit factors, made of products of their halves of 32 bits. No sum in it exceeds 64
 * bits. V8 computes the repeated parts once, and the halves of a constant at compile time. As a function of its own it would
 * cost a call, with all registers stored around it (Node 20 does that, Node 26 inlines such functions).
 */
function upperProduct(a: readonly number[], b: readonly number[], signed: { a: boolean; b: boolean }): number[] {
  const low = (value: readonly number[]): number[] => [...value, Op.i32WrapI64, Op.i64ExtendI32U]
  const high = (value: readonly number[]): number[] => [...value, ...constant(32), Op.i64ShrU]
  const times = (x: readonly number[], y: readonly number[]): number[] => [...x, ...y, Op.i64Mul]
  const middle = [...times(high(a), low(b)), ...high(times(low(a), low(b))), Op.i64Add]
  const carry = [...times(low(a), high(b)), ...low(middle), Op.i64Add]
  const product = [...times(high(a), high(b)), ...high(middle), Op.i64Add, ...high(carry), Op.i64Add]
  /** The correction for a negative factor, which is too large by 2^64 when it is read as unsigned. */
  const lack = (sign: readonly number[], other: readonly number[]): number[] => [
    ...[...sign, ...constant(63), Op.i64ShrS],
    ...[...other, Op.i64And, Op.i64Sub],
  ]
  return [...product, ...(signed.a ? lack(a, b) : []), ...(signed.b ? lack(b, a) : [])]
}

/** Reverses the bytes: exchanges bytes within 16 bits, then 16 bits within 32, then the two halves. V8 computes the repeated parts once. */
function reverseBytes(a: readonly number[]): readonly number[] {
  const exchange = (value: readonly number[], bits: number, low: number): readonly number[] => {
    const mask = [...constant(low), ...constant(low), ...constant(32), Op.i64Shl, Op.i64Or]
    const down = [...value, ...constant(bits), Op.i64ShrU, ...mask, Op.i64And]
    return [...down, ...value, ...mask, Op.i64And, ...constant(bits), Op.i64Shl, Op.i64Or]
  }
  return [...exchange(exchange(a, 8, 0x00ff00ff), 16, 0x0000ffff), ...constant(32), Op.i64Rotl]
}

function flatten(expression: Expression): readonly number[] {
  if (expression.is === 'constant') return constant(expression.value)
  if (expression.is === 'operand') {
    switch (expression.letter) {
      case 'A':
        return [Op.localGet, U(RecordWord.a)]
      case 'B':
        return [Op.localGet, U(RecordWord.b)]
      case 'D':
        return [Op.localGet, U(RecordWord.d)]
      case 'X':
        return [Op.i64Const, L(RecordWord.x)]
      case 'Y':
        return [Op.i64Const, L(RecordWord.y)]
      case 'T':
        throw new Error('assert: a jump target is no value')
    }
  }
  const { operator } = expression
  const args = expression.args.map(flatten)
  const first = args[0] ?? []
  if (operator === 'w' && first.length === 2 && first[1] === L(RecordWord.x)) return [Op.i32Const, S(RecordWord.x)]
  if (operator === 'select') return [...args[1]!, ...args[2]!, ...first, Op.select]
  if (operator === 'not') return [...first, ...constant(-1), Op.i64Xor]
  if (operator === 'bswap') return reverseBytes(first)
  if (/^(div|rem)[us]/.test(operator)) return division(operator, args)
  const upper = UPPER[operator]
  if (upper !== undefined) return upperProduct(first, args[1]!, upper)
  const code = PLAIN[operator]
  if (code === undefined) throw new Error(`assert: no lowering for ${operator}`)
  return [...args.flat(), code]
}

/** The assignment of each instruction, by id. It is empty for an instruction that assigns nothing or accesses memory. */
export const ASSIGNMENT: readonly Template[] = INSTRUCTIONS.map(({ id, kind }) => {
  const { assign } = effectOf(id)
  if (assign === undefined || kind === 'load' || kind === 'sbrk') return template()
  return template(flatten(assign.value), Op.localSet, U(assign.to === 'A' ? RecordWord.a : RecordWord.d))
})

/** The condition of each branch, by id, which is an i32. It is empty for other instructions. */
export const CONDITION: readonly Template[] = INSTRUCTIONS.map(({ id, kind }) => {
  const condition = kind === 'branch' ? effectOf(id).action?.args[0] : undefined
  return template(condition === undefined ? [] : flatten(condition))
})
