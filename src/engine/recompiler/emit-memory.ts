// Guest loads and stores: address, check of the page's rights, access. Which accesses check is memory-plan.ts.
//
// A guest address is at physical address (guest + ROTATION) mod 2^32 of the machine's memory; the constant goes into the
// immediate. A byte per physical page says what fast code may do there. For an access of 2^l bytes the index is
// rotr(t, l) >>> (12 - l): an aligned t gives its page, a misaligned one moves its low bits to the top, where the table
// is zero. So one test covers page, alignment and page crossing; who fails it leaves to the core, which is exact.

import { INSTRUCTIONS } from '../../isa/table.ts'
import { AT_RIGHTS, RIGHT_FAST_READ, RIGHT_FAST_WRITE, ROTATION } from '../machine/layout.ts'
import { type Emitter, exitIf, Local, prepareExit, Why, wrote } from './emitter.ts'
import { ACCESS_BASE, ACCESS_LOG2, CLASS, Class, NO_LETTER, STORE_VALUE } from './facts.ts'
import { Check, type MemoryPlan } from './memory-plan.ts'
import { Op } from './wasm-op.ts'

/** wasm load per instruction id. */
const LOAD_OP = new Uint8Array(INSTRUCTIONS.length)
for (const { id, kind, name } of INSTRUCTIONS) {
  if (kind !== 'load') continue
  const signed = /_i\d+$/.test(name)
  const wide = [Op.i64Load8U, Op.i64Load16U, Op.i64Load32U, Op.i64Load]
  LOAD_OP[id] = signed ? [Op.i64Load8S, Op.i64Load16S, Op.i64Load32S][ACCESS_LOG2[id]!]! : wide[ACCESS_LOG2[id]!]!
}
const STORE_OP = [Op.i64Store8, Op.i64Store16, Op.i64Store32, Op.i64Store] as const

/** Pushes the physical address of (operand address - `back`). */
function pushAddress(emitter: Emitter, i: number, back: number): void {
  const { code, decoded } = emitter
  const letter = ACCESS_BASE[decoded.id[i]!]!
  const constant = (decoded.x[i]! - back + ROTATION) | 0
  if (letter === NO_LETTER) {
    code.i32(constant)
    return
  }
  code.get(Local.register + (letter === 1 ? decoded.a[i]! : decoded.b[i]!))
  code.byte(Op.i32WrapI64)
  code.i32(constant)
  code.byte(Op.i32Add)
}

/** Pushes the rights byte of the page of local + `plus`. */
function pushRights(emitter: Emitter, local: number, plus: number): void {
  const { code } = emitter
  code.get(local)
  if (plus !== 0) {
    code.i32(plus)
    code.byte(Op.i32Add)
  }
  code.i32(12)
  code.byte(Op.i32ShrU)
  code.memory(Op.i32Load8U, 0, AT_RIGHTS)
}

/** Exits at instruction `i` unless the rights on the stack have the bit. */
function requireRight(emitter: Emitter, right: number): void {
  const { code } = emitter
  code.i32(right)
  code.byte(Op.i32And)
  code.byte(Op.i32Eqz)
  exitIf(emitter)
}

/** Puts the checked physical address into a local and returns which; the access has the static offset of the plan. */
function emitCheck(emitter: Emitter, i: number, plan: MemoryPlan, k: number, unchecked: boolean): number {
  const { code, decoded } = emitter
  const log2 = ACCESS_LOG2[decoded.id[i]!]!
  const right = CLASS[decoded.id[i]!] === Class.Store ? RIGHT_FAST_WRITE : RIGHT_FAST_READ
  const check = k < plan.count ? plan.check[k]! : Check.Single
  if (check === Check.Member) return Local.group + plan.local[k]!
  const leader = check === Check.Leader
  const local = leader ? Local.group + plan.local[k]! : Local.address
  if (!unchecked) prepareExit(emitter, decoded.pc[i]!, Why.Paid)
  pushAddress(emitter, i, leader ? plan.offset[k]! : 0)
  if (unchecked) {
    code.set(local)
    return local
  }
  if (leader || emitter.tolerant[i] === 1) {
    const span = leader ? plan.span[k]! : 1 << log2
    code.set(local)
    pushRights(emitter, local, 0)
    if (span > 1) {
      pushRights(emitter, local, span - 1)
      code.byte(Op.i32And)
    }
  } else {
    code.tee(local)
    if (log2 > 0) {
      code.i32(log2)
      code.byte(Op.i32Rotr)
    }
    code.i32(12 - log2)
    code.byte(Op.i32ShrU)
    code.memory(Op.i32Load8U, 0, AT_RIGHTS)
  }
  requireRight(emitter, right)
  return local
}

/** Emits the load or store `i`, access number `k` of its segment. `unchecked`: it is known to be allowed. */
export function emitAccess(emitter: Emitter, i: number, plan: MemoryPlan, k: number, unchecked: boolean): void {
  const { code, decoded } = emitter
  const id = decoded.id[i]!
  const log2 = ACCESS_LOG2[id]!
  const offset = k < plan.count ? plan.offset[k]! : 0
  const local = emitCheck(emitter, i, plan, k, unchecked)
  code.get(local)
  if (CLASS[id] === Class.Load) {
    code.memory(LOAD_OP[id]!, 0, offset)
    code.set(Local.register + decoded.a[i]!)
    wrote(emitter, 1 << decoded.a[i]!)
    return
  }
  if (STORE_VALUE[id] === NO_LETTER) code.i64(decoded.y[i]!, decoded.y[i]! >> 31)
  else code.get(Local.register + decoded.a[i]!)
  code.memory(STORE_OP[log2]!, 0, offset)
}
