// Templates of guest loads and stores: address, check of the page's rights, access. Which accesses check is core/recompiler/plan.c.
//
// A guest address is at physical address (guest + ROTATION) mod 2^32 of the machine's memory; the constant goes into the
// immediate. A byte per physical page says what fast code may do there. For an access of 2^l bytes the index is
// rotr(t, l) >>> (12 - l): an aligned t gives its page, a misaligned one moves its low bits to the top, where the table
// is zero. So one test covers page, alignment and page crossing; who fails it leaves to the core, which is exact.

import { INSTRUCTIONS } from '../../isa/table.ts'
import { AT_RIGHTS, RecordWord, Right, Why } from '../machine/contract.gen.ts'
import { ACCESS_BASE, ACCESS_LOG2, NO_LETTER, STORE_VALUE } from './facts.ts'
import { Local } from './local.ts'
import { L, S, signed, type Template, template, U, unsigned } from './template.ts'
import { Op } from './wasm-op.ts'

/** wasm loads by log2 of their bytes: unsigned, signed; and stores. */
const LOAD_OP = [Op.i64Load8U, Op.i64Load16U, Op.i64Load32U, Op.i64Load]
const LOAD_SIGNED_OP = [Op.i64Load8S, Op.i64Load16S, Op.i64Load32S]
const STORE_OP = [Op.i64Store8, Op.i64Store16, Op.i64Store32, Op.i64Store]

const CONSTANT = S(RecordWord.constant)
const LABEL = U(RecordWord.label)
const LOCAL = U(RecordWord.local)
const LAST = S(RecordWord.last)
const LIMIT = U(RecordWord.xHigh)
const PREPARE = [
  ...[Op.i32Const, S(RecordWord.pc), Op.localSet, Local.pc],
  ...[Op.i32Const, Why.Paid, Op.localSet, Local.why],
]

/** Pushes the physical address: of a constant, of a register plus a constant. */
function address(letter: number): readonly number[] {
  if (letter === NO_LETTER) return [Op.i32Const, CONSTANT]
  const base = U(letter === 1 ? RecordWord.a : RecordWord.b)
  return [Op.localGet, base, Op.i32WrapI64, Op.i32Const, CONSTANT, Op.i32Add]
}

/** Takes the prepared exit unless the rights on the stack have the bit. */
function requireRight(right: number): readonly number[] {
  return [Op.i32Const, right, Op.i32And, Op.i32Eqz, Op.brIf, LABEL]
}
const PUSH_RIGHTS = [Op.i32Const, 12, Op.i32ShrU, Op.i32Load8U, 0, ...unsigned(AT_RIGHTS)]

/** Checks one access with the rotation, see above. */
function single(letter: number, right: number, log2: number): Template {
  return template(
    [...PREPARE, ...address(letter), Op.localTee, LOCAL],
    log2 > 0 ? [Op.i32Const, log2, Op.i32Rotr] : [],
    [Op.i32Const, 12 - log2, Op.i32ShrU, Op.i32Load8U, 0, ...unsigned(AT_RIGHTS)],
    requireRight(right),
  )
}

/** Checks the page of the first byte and, if `both`, the page of the last one too. */
function range(letter: number, right: number, both: boolean): Template {
  return template(
    [...PREPARE, ...address(letter), Op.localSet, LOCAL, Op.localGet, LOCAL, ...PUSH_RIGHTS],
    both ? [Op.localGet, LOCAL, Op.i32Const, LAST, Op.i32Add, ...PUSH_RIGHTS, Op.i32And] : [],
    requireRight(right),
  )
}

/** The page of the lowest address of a wide group into its limit, from this base. */
function wideBase(base: readonly number[], right: number): readonly number[] {
  return [...PREPARE, ...base, Op.localSet, LIMIT, Op.localGet, LIMIT, ...PUSH_RIGHTS, ...requireRight(right)]
}

/**
 * The limit is the lowest address of a wide group, whose page has the right. It becomes the highest that an access of
 * Widest + 1 bytes may have: that of the group (Reach more), or in that page, if the page of the last byte has not the
 * right.
 */
function reach(right: number): readonly number[] {
  return [
    ...[Op.localGet, LIMIT, Op.i32Const, S(RecordWord.reach), Op.i32Add],
    ...[Op.localGet, LIMIT, Op.i32Const, ...signed(4095), Op.i32Or, Op.i32Const, S(RecordWord.widest), Op.i32Sub],
    ...[Op.localGet, LIMIT, Op.i32Const, LAST, Op.i32Add, ...PUSH_RIGHTS, Op.i32Const, right, Op.i32And],
    ...[Op.select, Op.localSet, LIMIT],
  ]
}

/** An access of a wide group, never below its lowest address. */
function within(letter: number): readonly number[] {
  return [...PREPARE, ...address(letter), Op.localTee, LOCAL, Op.localGet, LIMIT, Op.i32GtU, Op.brIf, LABEL]
}
const LOW = S(RecordWord.d)
const LOW_BY_REGISTER = [Op.localGet, U(RecordWord.base), Op.i32WrapI64, Op.i32Const, LOW, Op.i32Add]

/** The templates of all ways, for a letter of the base and a right; the first four are Single by log2 of the bytes. */
function waysOf(letter: number, right: number): readonly Template[] {
  return [
    ...[0, 1, 2, 3].map(log2 => single(letter, right, log2)),
    range(letter, right, false),
    range(letter, right, true),
    template(wideBase(LOW_BY_REGISTER, right), reach(right), within(letter)),
    template(wideBase([Op.i32Const, LOW], right), reach(right), within(letter)),
    template(within(letter)),
    template(),
    template(address(letter), Op.localSet, LOCAL),
  ]
}
const ALL_WAYS = [NO_LETTER, 1, 2].flatMap(letter => [waysOf(letter, Right.FastRead), waysOf(letter, Right.FastWrite)])

/** The check of an access, by 8 times its id plus the way (`Way`), and the access itself by id, its address in the local. */
export const CHECK: Template[] = []
export const ACCESS: Template[] = []
for (const { id, kind, name } of INSTRUCTIONS) {
  const isStore = kind === 'store'
  const log2 = ACCESS_LOG2[id]!
  const [, , , , ...others] = ALL_WAYS[2 * ACCESS_BASE[id]! + (isStore ? 1 : 0)]!
  CHECK.push(ALL_WAYS[2 * ACCESS_BASE[id]! + (isStore ? 1 : 0)]![log2]!, ...others)
  const place = [0, U(RecordWord.offset)]
  const load = /_i\d+$/.test(name) ? LOAD_SIGNED_OP[log2]! : LOAD_OP[log2]!
  const value = STORE_VALUE[id] === NO_LETTER ? [Op.i64Const, L(RecordWord.y)] : [Op.localGet, U(RecordWord.a)]
  ACCESS.push(
    isStore
      ? template(Op.localGet, LOCAL, value, STORE_OP[log2]!, place)
      : template(Op.localGet, LOCAL, load, place, Op.localSet, U(RecordWord.a)),
  )
}
