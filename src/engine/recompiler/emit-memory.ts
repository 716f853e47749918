// Guest loads and stores: address, check of the page's rights, access. Which accesses check is core/plan.c.
//
// A guest address is at physical address (guest + ROTATION) mod 2^32 of the machine's memory; the constant goes into the
// immediate. A byte per physical page says what fast code may do there. For an access of 2^l bytes the index is
// rotr(t, l) >>> (12 - l): an aligned t gives its page, a misaligned one moves its low bits to the top, where the table
// is zero. So one test covers page, alignment and page crossing; who fails it leaves to the core, which is exact.

import { INSTRUCTIONS } from '../../isa/table.ts'
import { AT_RIGHTS, RIGHT_FAST_READ, RIGHT_FAST_WRITE, ROTATION } from '../machine/layout.ts'
import { Operand } from './effects.ts'
import { type Emitter, exitLabel, Local, preparePaid } from './emitter.ts'
import { ACCESS_BASE, ACCESS_LOG2, CLASS, Class, NO_LETTER, STORE_VALUE } from './facts.ts'
import { Check, isWide } from './memory-plan.ts'
import { L, S, signed, type Template, template, U, unsigned } from './template.ts'
import { Op } from './wasm-op.ts'

/** wasm loads by log2 of their bytes: unsigned, signed; and stores. */
const LOAD_OP = [Op.i64Load8U, Op.i64Load16U, Op.i64Load32U, Op.i64Load]
const LOAD_SIGNED_OP = [Op.i64Load8S, Op.i64Load16S, Op.i64Load32S]
const STORE_OP = [Op.i64Store8, Op.i64Store16, Op.i64Store32, Op.i64Store]

/** Parameters of the templates below, beside the operands of the instruction. */
const Access = {
  Pc: 7,
  Constant: 8,
  Label: 9,
  Local: 10,
  Last: 11,
  Offset: 12,
  Base: 13,
  Reach: 14,
  Widest: 15,
  Limit: 13,
} as const
const CONSTANT = S(Access.Constant)
const LABEL = U(Access.Label)
const LOCAL = U(Access.Local)
const LAST = S(Access.Last)
const PREPARE = preparePaid(S(Access.Pc))

/** Pushes the physical address: of a constant, of a register plus a constant. */
function address(letter: number): readonly number[] {
  if (letter === NO_LETTER) return [Op.i32Const, CONSTANT]
  const base = U(letter === 1 ? Operand.A : Operand.B)
  return [Op.localGet, base, Op.i32WrapI64, Op.i32Const, CONSTANT, Op.i32Add]
}

/** Takes the prepared exit unless the rights on the stack have the bit. */
function requireRight(right: number): readonly number[] {
  return [Op.i32Const, right, Op.i32And, Op.i32Eqz, Op.brIf, LABEL]
}
const PUSH_RIGHTS = [Op.i32Const, 12, Op.i32ShrU, Op.i32Load8U, 0, ...unsigned(AT_RIGHTS)]

/** One access with the rotate trick. */
function single(letter: number, right: number, log2: number): Template {
  return template(
    [...PREPARE, ...address(letter), Op.localTee, LOCAL],
    log2 > 0 ? [Op.i32Const, log2, Op.i32Rotr] : [],
    [Op.i32Const, 12 - log2, Op.i32ShrU, Op.i32Load8U, 0, ...unsigned(AT_RIGHTS)],
    requireRight(right),
  )
}

/** The page of the first byte; if `both`, of the last too. */
function range(letter: number, right: number, both: boolean): Template {
  return template(
    [...PREPARE, ...address(letter), Op.localSet, LOCAL, Op.localGet, LOCAL, ...PUSH_RIGHTS],
    both ? [Op.localGet, LOCAL, Op.i32Const, LAST, Op.i32Add, ...PUSH_RIGHTS, Op.i32And] : [],
    requireRight(right),
  )
}

/** How an access is checked; a template each by instruction id. */
const Way = { Single: 0, First: 1, Both: 2, Unchecked: 3 } as const
const WAYS = 4
const CHECKS: readonly (readonly Template[])[] = [NO_LETTER, 1, 2].flatMap(letter =>
  [RIGHT_FAST_READ, RIGHT_FAST_WRITE].map(right => [
    ...[0, 1, 2, 3].map(log2 => single(letter, right, log2)),
    range(letter, right, false),
    range(letter, right, true),
    template(address(letter), Op.localSet, LOCAL),
  ]),
)
/** The check by id and way, and the access itself by id, its address in the local. */
const CHECK: Template[] = []
const ACCESS: Template[] = []
const NONE = template()
for (const { id, kind, name } of INSTRUCTIONS) {
  const isAccess = kind === 'load' || kind === 'store'
  const isStore = kind === 'store'
  const log2 = ACCESS_LOG2[id]!
  const checks = CHECKS[2 * ACCESS_BASE[id]! + (isStore ? 1 : 0)]!
  for (const at of [log2, 4, 5, 6]) CHECK.push(isAccess ? checks[at]! : NONE)
  const place = [0, U(Access.Offset)]
  const load = /_i\d+$/.test(name) ? LOAD_SIGNED_OP[log2]! : LOAD_OP[log2]!
  const value = STORE_VALUE[id] === NO_LETTER ? [Op.i64Const, L(Operand.Y)] : [Op.localGet, U(Operand.A)]
  if (!isAccess) ACCESS.push(NONE)
  else if (isStore) ACCESS.push(template(Op.localGet, LOCAL, value, STORE_OP[log2]!, place))
  else ACCESS.push(template(Op.localGet, LOCAL, load, place, Op.localSet, U(Operand.A)))
}

/** The page of the lowest address of a wide group, by right less 1: of a constant, or of a register plus a constant. */
const WIDE_BASES = [
  [Op.i32Const, CONSTANT],
  [Op.localGet, U(Access.Base), Op.i32WrapI64, Op.i32Const, CONSTANT, Op.i32Add],
].map(base =>
  [RIGHT_FAST_READ, RIGHT_FAST_WRITE].map(right =>
    template([...PREPARE, ...base, Op.localSet, LOCAL, Op.localGet, LOCAL, ...PUSH_RIGHTS], requireRight(right)),
  ),
)
/**
 * The local is the lowest address of a wide group, whose page has the right. It becomes the highest that an access of
 * Widest + 1 bytes may have: that of the group (Reach more), or in that page, if the page of the last byte has not the
 * right. By right less 1.
 */
const REACH = [RIGHT_FAST_READ, RIGHT_FAST_WRITE].map(right =>
  template(
    [Op.localGet, LOCAL, Op.i32Const, S(Access.Reach), Op.i32Add],
    [Op.localGet, LOCAL, Op.i32Const, ...signed(4095), Op.i32Or, Op.i32Const, S(Access.Widest), Op.i32Sub],
    [Op.localGet, LOCAL, Op.i32Const, LAST, Op.i32Add, ...PUSH_RIGHTS, Op.i32Const, right, Op.i32And],
    [Op.select, Op.localSet, LOCAL],
  ),
)
/** An access of a wide group by the letter of its base, never below its lowest address. */
const WITHIN = [NO_LETTER, 1, 2].map(letter =>
  template(
    [...PREPARE, ...address(letter), Op.localTee, LOCAL, Op.localGet, U(Access.Limit), Op.i32GtU],
    [Op.brIf, LABEL],
  ),
)

/** Checks how far a wide group may reach, from the register that holds its base: the last address, in the group's local. */
function emitReach(emitter: Emitter, i: number, right: number): void {
  const { code, plan } = emitter
  const { parameters } = code
  const base = plan.base[i]!
  const last = plan.span[i]! - 1
  const widest = plan.offset[i]!
  parameters[Access.Constant] = (plan.low[i]! + ROTATION) | 0
  parameters[Access.Local] = Local.limit + plan.local[i]!
  parameters[Access.Last] = last
  parameters[Access.Base] = Local.register + base
  parameters[Access.Reach] = last - widest
  parameters[Access.Widest] = widest
  code.fill(WIDE_BASES[base < 0 ? 0 : 1]![right - 1]!)
  code.fill(REACH[right - 1]!)
}

/** Checks an access of a wide group, and the group itself if it is the first. */
function emitWithin(emitter: Emitter, i: number, check: number): void {
  const { code, decoded, plan } = emitter
  const { parameters } = code
  const id = decoded.id[i]!
  const right = CLASS[id] === Class.Store ? RIGHT_FAST_WRITE : RIGHT_FAST_READ
  if (check === Check.WideLeader) emitReach(emitter, i, right)
  parameters[Access.Constant] = (decoded.x[i]! + ROTATION) | 0
  parameters[Access.Local] = Local.address
  parameters[Access.Limit] = Local.limit + plan.local[i]!
  parameters[Access.Offset] = 0
  code.fill(WITHIN[ACCESS_BASE[id]!]!)
}

/**
 * Emits the load or store `i`, whose operands are parameters already. Puts the checked physical address into a local; the
 * access has the static offset of the plan.
 *
 * @param unchecked whether it is known to be allowed.
 */
export function emitAccess(emitter: Emitter, i: number, unchecked: boolean): void {
  const { code, decoded, plan } = emitter
  const { parameters } = code
  const id = decoded.id[i]!
  const check = plan.check[i]!
  if (check === Check.Member) {
    parameters[Access.Local] = Local.group + plan.local[i]!
    parameters[Access.Offset] = plan.offset[i]!
    code.fill(ACCESS[id]!)
    return
  }
  parameters[Access.Pc] = decoded.pc[i]!
  parameters[Access.Label] = unchecked ? 0 : exitLabel(emitter)
  if (isWide(check)) emitWithin(emitter, i, check)
  else {
    const leader = check === Check.Leader
    const span = leader ? plan.span[i]! : 1 << ACCESS_LOG2[id]!
    const offset = plan.offset[i]!
    parameters[Access.Constant] = (decoded.x[i]! - offset + ROTATION) | 0
    parameters[Access.Local] = leader ? Local.group + plan.local[i]! : Local.address
    parameters[Access.Last] = span - 1
    parameters[Access.Offset] = offset
    let way: number = Way.Single
    if (unchecked) way = Way.Unchecked
    else if (leader || emitter.tolerant[i] === 1) way = span > 1 ? Way.Both : Way.First
    code.fill(CHECK[WAYS * id + way]!)
  }
  code.fill(ACCESS[id]!)
}
