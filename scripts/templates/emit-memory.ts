// The templates of guest loads and stores: the address, the check of the page's rights, the access. core/recompiler/plan.c decides
// which accesses are checked in which way.
//
// A guest address is at the physical address (guest + ROTATION) mod 2^32 of the machine's memory. The constant goes into the
// immediate. A byte per physical page says what fast code may do there. For an access of 2^l bytes at t the index of that byte is
// rotr(t, l) >>> (12 - l). If t is aligned, that is its page. If it is misaligned, its low bits move to the top, and the index lies
// where the table is zero. So one test covers the right, the alignment and page crossing. Code that fails the test leaves to the
// core, which is exact.

import { AT_RIGHTS, RecordWord, Right, Why } from '../../src/core/contract.gen.ts'
import { ACCESS_BASE, ACCESS_LOG2, NO_LETTER, STORE_VALUE } from '../../src/engine/recompiler/facts.ts'
import { INSTRUCTIONS } from '../../src/isa/table.ts'
import { Local } from './local.ts'
import { L, S, signed, type Template, template, U, unsigned } from './template.ts'
import { Op } from './wasm-op.ts'

/** The opcodes of unsigned loads, signed loads and stores, by the logarithm of their bytes. */
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

/** Pushes the physical address, which is a constant or a register plus a constant. */
function address(letter: number): readonly number[] {
  if (letter === NO_LETTER) return [Op.i32Const, CONSTANT]
  const base = U(letter === 1 ? RecordWord.a : RecordWord.b)
  return [Op.localGet, base, Op.i32WrapI64, Op.i32Const, CONSTANT, Op.i32Add]
}

/** Takes the prepared exit unless the rights on the stack have the bit. */
function requireRight(right: number): readonly number[] {
  return [Op.i32Const, right, Op.i32And, Op.i32Eqz, Op.brIf, LABEL]
}
/** Replaces a physical address by the rights of its page. */
export const PUSH_RIGHTS: readonly number[] = [Op.i32Const, 12, Op.i32ShrU, Op.i32Load8U, 0, ...unsigned(AT_RIGHTS)]

/** Checks one access by the rotation that is explained above. */
function single(letter: number, right: number, log2: number): Template {
  return template(
    [...PREPARE, ...address(letter), Op.localTee, LOCAL],
    log2 > 0 ? [Op.i32Const, log2, Op.i32Rotr] : [],
    [Op.i32Const, 12 - log2, Op.i32ShrU, Op.i32Load8U, 0, ...unsigned(AT_RIGHTS)],
    requireRight(right),
  )
}

/** Checks the page of the first byte, and if `both` that of the last byte too. */
function range(letter: number, right: number, both: boolean): Template {
  return template(
    [...PREPARE, ...address(letter), Op.localSet, LOCAL, Op.localGet, LOCAL, ...PUSH_RIGHTS],
    both ? [Op.localGet, LOCAL, Op.i32Const, LAST, Op.i32Add, ...PUSH_RIGHTS, Op.i32And] : [],
    requireRight(right),
  )
}

/** Puts the lowest address of a wide group into the local of its limit, and checks the page of that address. */
function wideBase(base: readonly number[], right: number): readonly number[] {
  return [...PREPARE, ...base, Op.localSet, LIMIT, Op.localGet, LIMIT, ...PUSH_RIGHTS, ...requireRight(right)]
}

/**
 * Behind `wideBase`: changes the limit from the lowest address of the group to the highest that its accesses may have. If the
 * page of the group's last byte has the right, that is the highest address of the group. Otherwise it is the highest one in
 * the first page.
 */
function reach(right: number): readonly number[] {
  return [
    ...[Op.localGet, LIMIT, Op.i32Const, S(RecordWord.reach), Op.i32Add],
    ...[Op.localGet, LIMIT, Op.i32Const, ...signed(4095), Op.i32Or, Op.i32Const, S(RecordWord.widest), Op.i32Sub],
    ...[Op.localGet, LIMIT, Op.i32Const, LAST, Op.i32Add, ...PUSH_RIGHTS, Op.i32Const, right, Op.i32And],
    ...[Op.select, Op.localSet, LIMIT],
  ]
}

/** Checks an access of a wide group against the limit. It is never below the lowest address. */
function within(letter: number): readonly number[] {
  return [...PREPARE, ...address(letter), Op.localTee, LOCAL, Op.localGet, LIMIT, Op.i32GtU, Op.brIf, LABEL]
}
const LOW = S(RecordWord.d)
const LOW_BY_REGISTER = [Op.localGet, U(RecordWord.base), Op.i32WrapI64, Op.i32Const, LOW, Op.i32Add]

/**
 * The templates of all ways to check, for a letter of the base and a right. The first four are for `Single`, by the logarithm of
 * the bytes.
 */
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

/**
 * `CHECK` has the check of each access, at 8 times its id plus the way (`Way`). `ACCESS` has the access itself, by id; its
 * address is in the local by then.
 */
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

/** Takes the prepared exit unless the rights on the stack are both. */
const REQUIRE_BOTH = [Op.i32Const, 3, Op.i32And, Op.i32Const, 3, Op.i32Ne, Op.brIf, LABEL]

/** Checks both rights for a group that loads and stores: of a byte, of an aligned word, of the pages of the first and last byte. */
export const MIXED: readonly { readonly byte: Template; readonly word: Template; readonly many: Template }[] = [
  1, 2,
].map(letter => ({
  byte: template(
    [...PREPARE, ...address(letter), Op.localSet, LOCAL, Op.localGet, LOCAL, ...PUSH_RIGHTS],
    REQUIRE_BOTH,
  ),
  word: template(
    [...PREPARE, ...address(letter), Op.localTee, LOCAL, Op.i32Const, S(RecordWord.widest), Op.i32Rotr],
    [Op.i32Const, S(RecordWord.reach), Op.i32ShrU, Op.i32Load8U, 0, ...unsigned(AT_RIGHTS)],
    REQUIRE_BOTH,
  ),
  many: template(
    [...PREPARE, ...address(letter), Op.localSet, LOCAL, Op.localGet, LOCAL, ...PUSH_RIGHTS],
    [Op.localGet, LOCAL, Op.i32Const, LAST, Op.i32Add, ...PUSH_RIGHTS, Op.i32And],
    REQUIRE_BOTH,
  ),
}))
