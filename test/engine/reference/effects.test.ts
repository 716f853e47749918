// The effect column of the table, from which the core and the recompiler are made, against the hand-written semantics of
// the reference machine: every arithmetic instruction on edge values.
import { describe, expect, it } from 'vitest'
import { BINARY, UNARY, WITH_IMMEDIATE } from '../../../src/engine/reference/alu.ts'
import { BINARY_32, UNARY_32 } from '../../../src/engine/reference/narrow.ts'
import { type Expression, effectOf, type Letter } from '../../../src/isa/semantics.ts'
import { INSTRUCTIONS } from '../../../src/isa/table.ts'
import { EDGES, IMMEDIATES } from '../../suite/edges.ts'

const u32 = (x: bigint): bigint => BigInt.asUintN(32, x)
const s32 = (x: bigint): bigint => BigInt.asIntN(32, x)
const u64 = (x: bigint): bigint => BigInt.asUintN(64, x)
const s64 = (x: bigint): bigint => BigInt.asIntN(64, x)
const bits = (x: bigint, width: number): string => x.toString(2).padStart(width, '0')
const fromBits = (text: string): bigint => BigInt(`0b${text}`)

function rotateLeft(x: bigint, count: bigint, width: number): bigint {
  const text = bits(x, width)
  const left = Number(count) % width
  return fromBits(text.slice(left) + text.slice(0, left))
}

function ones(x: bigint): bigint {
  return BigInt(bits(x, 1).replaceAll('0', '').length)
}

function leading(x: bigint, width: number): bigint {
  return BigInt(`${bits(x, width)}1`.indexOf('1'))
}

function trailing(x: bigint, width: number): bigint {
  return BigInt([...bits(x, width)].reverse().concat('1').indexOf('1'))
}

function swap(x: bigint): bigint {
  return BigInt(`0x${x.toString(16).padStart(16, '0').match(/../g)!.reverse().join('')}`)
}

type Operator = (a: bigint, b: bigint, c: bigint) => bigint

/** WebAssembly's operators: 64-bit ones take and give unsigned 64-bit values, those ending in 32 unsigned 32-bit ones. */
const OPERATORS: Readonly<Record<string, Operator>> = {
  add: (a, b) => u64(a + b),
  sub: (a, b) => u64(a - b),
  mul: (a, b) => u64(a * b),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  not: a => u64(~a),
  shl: (a, b) => u64(a << (b % 64n)),
  shr_u: (a, b) => a >> (b % 64n),
  shr_s: (a, b) => u64(s64(a) >> (b % 64n)),
  rotl: (a, b) => rotateLeft(a, b % 64n, 64),
  rotr: (a, b) => rotateLeft(a, 64n - (b % 64n), 64),
  divu: (a, b) => (b === 0n ? u64(-1n) : a / b),
  remu: (a, b) => (b === 0n ? a : a % b),
  divs: (a, b) => (b === 0n ? u64(-1n) : u64(s64(a) / s64(b))),
  rems: (a, b) => (b === 0n ? a : u64(s64(a) % s64(b))),
  mulh_uu: (a, b) => (a * b) >> 64n,
  mulh_ss: (a, b) => u64((s64(a) * s64(b)) >> 64n),
  mulh_su: (a, b) => u64((s64(a) * b) >> 64n),
  lt_u: (a, b) => (a < b ? 1n : 0n),
  gt_u: (a, b) => (a > b ? 1n : 0n),
  lt_s: (a, b) => (s64(a) < s64(b) ? 1n : 0n),
  gt_s: (a, b) => (s64(a) > s64(b) ? 1n : 0n),
  eqz: a => (a === 0n ? 1n : 0n),
  select: (condition, a, b) => (condition !== 0n ? a : b),
  clz: a => leading(a, 64),
  ctz: a => trailing(a, 64),
  popcnt: ones,
  bswap: swap,
  ext8: a => u64(BigInt.asIntN(8, a)),
  ext16: a => u64(BigInt.asIntN(16, a)),
  w: u32,
  sx: a => u64(s32(a)),
  zx: a => a,
  add32: (a, b) => u32(a + b),
  sub32: (a, b) => u32(a - b),
  mul32: (a, b) => u32(a * b),
  shl32: (a, b) => u32(a << (b % 32n)),
  shr_u32: (a, b) => a >> (b % 32n),
  shr_s32: (a, b) => u32(s32(a) >> (b % 32n)),
  rotl32: (a, b) => rotateLeft(a, b % 32n, 32),
  rotr32: (a, b) => rotateLeft(a, 32n - (b % 32n), 32),
  divu32: (a, b) => (b === 0n ? u32(-1n) : a / b),
  remu32: (a, b) => (b === 0n ? a : a % b),
  divs32: (a, b) => (b === 0n ? u32(-1n) : u32(s32(a) / s32(b))),
  rems32: (a, b) => (b === 0n ? a : u32(s32(a) % s32(b))),
  clz32: a => leading(a, 32),
  ctz32: a => trailing(a, 32),
  popcnt32: ones,
}

function evaluate(expression: Expression, values: Readonly<Partial<Record<Letter, bigint>>>): bigint {
  switch (expression.is) {
    case 'operand':
      return values[expression.letter]!
    case 'constant':
      return BigInt(expression.value)
    case 'apply': {
      const operator = OPERATORS[expression.operator]
      if (operator === undefined) throw new Error(`no operator ${expression.operator}`)
      const [a, b, c] = expression.args.map(arg => evaluate(arg, values))
      return operator(a!, b!, c!)
    }
  }
}

const OLD = 0x5555_aaaa_1234_fedcn
const ONE = { ...UNARY, ...UNARY_32 }
const TWO = { ...BINARY, ...BINARY_32 }

describe('effect column', () => {
  const arithmetic = INSTRUCTIONS.filter(({ kind, format }) => kind === 'alu' && /^reg_reg/.test(format))

  it('covers all of the reference machine', () => {
    const known = [ONE, WITH_IMMEDIATE, TWO].flatMap(table => Object.keys(table))
    expect(arithmetic.map(({ name }) => name).sort()).toEqual(known.sort())
  })

  it.each(arithmetic.map(instruction => [instruction.name, instruction] as const))('%s', (name, { id, format }) => {
    const effect = effectOf(id).assign!
    expect(effect.to).toBe(format === 'reg_reg_imm' ? 'A' : 'D')
    // Registers of 32-bit programs are sign-extended, always.
    const isNarrow = name in UNARY_32 || name in BINARY_32
    const lefts = isNarrow ? EDGES.map(edge => u64(s32(edge))) : EDGES
    const rights = format === 'reg_reg' ? [0n] : format === 'reg_reg_imm' ? IMMEDIATES.map(u64) : lefts
    for (const left of lefts) {
      for (const right of rights) {
        const [values, result] =
          format === 'reg_reg'
            ? [{ A: left, D: OLD }, ONE[name]!(left)]
            : format === 'reg_reg_imm'
              ? [{ B: left, X: right, A: OLD }, WITH_IMMEDIATE[name]!(left, right, OLD)]
              : [{ A: left, B: right, D: OLD }, TWO[name]!(left, right, OLD)]
        const computed = evaluate(effect.value, values)
        if (computed !== u64(result))
          expect({ left, right, effect: computed }).toEqual({ left, right, effect: u64(result) })
      }
    }
  })
})
