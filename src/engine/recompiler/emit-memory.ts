// Guest loads and stores: address, check of the page's rights, access. Which accesses check is core/plan.c.
//
// A guest address is at physical address (guest + ROTATION) mod 2^32 of the machine's memory; the constant goes into the
// immediate. A byte per physical page says what fast code may do there. For an access of 2^l bytes the index is
// rotr(t, l) >>> (12 - l): an aligned t gives its page, a misaligned one moves its low bits to the top, where the table
// is zero. So one test covers page, alignment and page crossing; who fails it leaves to the core, which is exact.

import { INSTRUCTIONS } from '../../isa/table.ts'
import { AT_RIGHTS, RIGHT_FAST_READ, RIGHT_FAST_WRITE, ROTATION } from '../machine/layout.ts'
import { type Emitter, exitLabel, Local, PREPARE_PAID, wrote } from './emitter.ts'
import { ACCESS_BASE, ACCESS_LOG2, CLASS, Class, NO_LETTER, STORE_VALUE } from './facts.ts'
import { Check, isWide } from './memory-plan.ts'
import { L, S, signed, template, U, unsigned } from './template.ts'
import { Op } from './wasm-op.ts'

const STORE_OP = [Op.i64Store8, Op.i64Store16, Op.i64Store32, Op.i64Store]
/** wasm load or store per instruction id. */
const ACCESS_OP = new Uint8Array(INSTRUCTIONS.length)
for (const { id, kind, name } of INSTRUCTIONS) {
  const log2 = ACCESS_LOG2[id]!
  if (kind === 'store') ACCESS_OP[id] = STORE_OP[log2]!
  if (kind !== 'load') continue
  const signed = /_i\d+$/.test(name)
  const wide = [Op.i64Load8U, Op.i64Load16U, Op.i64Load32U, Op.i64Load]
  ACCESS_OP[id] = signed ? [Op.i64Load8S, Op.i64Load16S, Op.i64Load32S][log2]! : wide[log2]!
}

/** Parameters of the checks below: S(0) pc, U(1) local of the base register, and these. */
const CONSTANT = S(2)
const LABEL = U(3)
const RIGHT = S(4)
const LOCAL = U(5)
const LAST = S(6)

/** Pushes the physical address: of a constant, or of a register plus a constant. */
const ADDRESS = [
  [Op.i32Const, CONSTANT],
  [Op.localGet, U(1), Op.i32WrapI64, Op.i32Const, CONSTANT, Op.i32Add],
] as const
/** Takes the prepared exit unless the rights on the stack have the bit. */
const REQUIRE_RIGHT = [Op.i32Const, RIGHT, Op.i32And, Op.i32Eqz, Op.brIf, LABEL]
const PUSH_RIGHTS = [Op.i32Const, 12, Op.i32ShrU, Op.i32Load8U, 0, ...unsigned(AT_RIGHTS)]

/** The address local without check, the first for a constant address, the second for a register. */
const UNCHECKED = ADDRESS.map(address => template(address, Op.localSet, LOCAL))
/** One access with the rotate trick, per log2 of its bytes. */
const SINGLE = ADDRESS.map(address =>
  [0, 1, 2, 3].map(log2 =>
    template(
      PREPARE_PAID,
      address,
      [Op.localTee, LOCAL],
      log2 > 0 ? [Op.i32Const, log2, Op.i32Rotr] : [],
      [Op.i32Const, 12 - log2, Op.i32ShrU, Op.i32Load8U, 0, ...unsigned(AT_RIGHTS)],
      REQUIRE_RIGHT,
    ),
  ),
)
/** The pages of the first byte and, in the second of each pair, of the last. */
const RANGE = ADDRESS.map(address =>
  [[], [Op.localGet, LOCAL, Op.i32Const, LAST, Op.i32Add, ...PUSH_RIGHTS, Op.i32And]].map(last =>
    template(PREPARE_PAID, address, [Op.localSet, LOCAL, Op.localGet, LOCAL], PUSH_RIGHTS, last, REQUIRE_RIGHT),
  ),
)
/**
 * The local U(0) is the lowest address of a wide group, whose page has the right. It becomes the highest that an access
 * of S(2) + 1 bytes may have: that of the group (S(1) more), or in that page, if the page of the last byte (S(3) more)
 * has not the right S(4).
 */
const REACH = template(
  [Op.localGet, U(0), Op.i32Const, S(1), Op.i32Add],
  [Op.localGet, U(0), Op.i32Const, ...signed(4095), Op.i32Or, Op.i32Const, S(2), Op.i32Sub],
  [Op.localGet, U(0), Op.i32Const, S(3), Op.i32Add, ...PUSH_RIGHTS, Op.i32Const, S(4), Op.i32And],
  [Op.select, Op.localSet, U(0)],
)
/** An access of a wide group, never below its lowest address. */
const WITHIN = template([
  ...PREPARE_PAID,
  ...ADDRESS[1],
  Op.localTee,
  Local.address,
  Op.localGet,
  LOCAL,
  Op.i32GtU,
  Op.brIf,
  LABEL,
])
const LOAD = template(Op.localGet, U(0), U(1), 0, U(2), Op.localSet, U(3))
const STORE = template(Op.localGet, U(0), Op.localGet, U(3), U(1), 0, U(2))
const STORE_IMMEDIATE = template(Op.localGet, U(0), Op.i64Const, L(3), U(1), 0, U(2))

/** Checks how far a wide group may reach, from the register that holds its base: the last address, in the group's local. */
function emitReach(emitter: Emitter, i: number, right: number): void {
  const { code, decoded, plan } = emitter
  const base = plan.base[i]!
  const limit = Local.limit + plan.local[i]!
  const last = plan.span[i]! - 1
  const widest = plan.offset[i]!
  const low = (plan.low[i]! + ROTATION) | 0
  code.put(RANGE[base < 0 ? 0 : 1]![0]!, decoded.pc[i]!, Local.register + base, low, exitLabel(emitter), right, limit)
  code.put(REACH, limit, last - widest, widest, last, right)
}

/**
 * Emits the load or store `i`. Puts the checked physical address into a local; the access has the static offset of the
 * plan.
 *
 * @param unchecked whether it is known to be allowed.
 */
export function emitAccess(emitter: Emitter, i: number, unchecked: boolean): void {
  const { code, decoded, plan } = emitter
  const id = decoded.id[i]!
  const isStore = CLASS[id] === Class.Store
  const check = plan.check[i]!
  const wide = isWide(check)
  const offset = wide ? 0 : plan.offset[i]!
  const local = check === Check.Single || wide ? Local.address : Local.group + plan.local[i]!
  if (check === Check.WideLeader) emitReach(emitter, i, isStore ? RIGHT_FAST_WRITE : RIGHT_FAST_READ)
  if (wide) {
    const base = Local.register + (ACCESS_BASE[id] === 1 ? decoded.a[i]! : decoded.b[i]!)
    const address = (decoded.x[i]! + ROTATION) | 0
    code.put(WITHIN, decoded.pc[i]!, base, address, exitLabel(emitter), 0, Local.limit + plan.local[i]!)
  } else if (check !== Check.Member) {
    const leader = check === Check.Leader
    const log2 = ACCESS_LOG2[id]!
    const span = leader ? plan.span[i]! : 1 << log2
    const letter = ACCESS_BASE[id]!
    const based = letter === NO_LETTER ? 0 : 1
    let address = SINGLE[based]![log2]!
    if (unchecked) address = UNCHECKED[based]!
    else if (leader || emitter.tolerant[i] === 1) address = RANGE[based]![span > 1 ? 1 : 0]!
    code.put(
      address,
      decoded.pc[i]!,
      Local.register + (letter === 1 ? decoded.a[i]! : decoded.b[i]!),
      (decoded.x[i]! - (leader ? offset : 0) + ROTATION) | 0,
      unchecked ? 0 : exitLabel(emitter),
      isStore ? RIGHT_FAST_WRITE : RIGHT_FAST_READ,
      local,
      span - 1,
    )
  }
  const value = Local.register + decoded.a[i]!
  if (!isStore) {
    code.put(LOAD, local, ACCESS_OP[id]!, offset, value)
    wrote(emitter, decoded.defs[i]!)
  } else if (STORE_VALUE[id] === NO_LETTER) {
    const y = decoded.y[i]!
    code.put(STORE_IMMEDIATE, local, ACCESS_OP[id]!, offset, y, y >> 31)
  } else {
    code.put(STORE, local, ACCESS_OP[id]!, offset, value)
  }
}
