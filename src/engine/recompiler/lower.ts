// Lowers the instructions of a node, its end excepted. Fills the templates of effects.ts. Ends are emit-ends.ts.
import { CONDITION, Hole, VALUE } from './effects.ts'
import { emitAccess } from './emit-memory.ts'
import { type Emitter, Helper, Local, wrote } from './emitter.ts'
import { CLASS, Class, WRITES } from './facts.ts'
import { Op } from './wasm-op.ts'

/** Writes a template with the operands of instruction `i`. */
function fill(emitter: Emitter, template: Int32Array, i: number): void {
  const { code, decoded } = emitter
  for (let k = 0; k < template.length; k++) {
    const element = template[k]!
    if (element < 0x100) {
      code.byte(element)
      continue
    }
    switch (element) {
      case Hole.A:
        code.get(Local.register + decoded.a[i]!)
        break
      case Hole.B:
        code.get(Local.register + decoded.b[i]!)
        break
      case Hole.D:
        code.get(Local.register + decoded.d[i]!)
        break
      case Hole.X64:
        code.i64(decoded.x[i]!, decoded.xHigh[i]!)
        break
      case Hole.Y64:
        code.i64(decoded.y[i]!, decoded.y[i]! >> 31)
        break
      case Hole.X32:
        code.i32(decoded.x[i]!)
        break
      case Hole.CONST64: {
        const value = template[++k]!
        code.i64(value, value >> 31)
        break
      }
      case Hole.CONST32:
        code.i32(template[++k]!)
        break
      case Hole.MULH_UU:
        code.op(Op.call, Helper.mulhUU)
        break
      case Hole.MULH_SS:
        code.op(Op.call, Helper.mulhSS)
        break
      case Hole.MULH_SU:
        code.op(Op.call, Helper.mulhSU)
        break
    }
  }
}

/** Assigns what the effect column assigns: for straight instructions and for the immediate of load_imm_jump. */
export function emitAssignment(emitter: Emitter, i: number): void {
  const { code, decoded } = emitter
  const id = decoded.id[i]!
  const template = VALUE[id]!
  if (template.length === 0) return
  const to = WRITES[id] === 1 ? decoded.a[i]! : decoded.d[i]!
  fill(emitter, template, i)
  code.set(Local.register + to)
  wrote(emitter, 1 << to)
}

/** Pushes the condition of the branch `i`, an i32. */
export function emitCondition(emitter: Emitter, i: number): void {
  fill(emitter, CONDITION[emitter.decoded.id[i]!]!, i)
}

const NONE: ReadonlySet<number> = new Set()

/** Emits the straight instructions of a segment before `stop`; terminators and pauses are skipped.
 * `unchecked`: accesses that are known to be allowed. */
export function emitInstructions(
  emitter: Emitter,
  segment: number,
  stop: number,
  unchecked: ReadonlySet<number> = NONE,
): void {
  const { decoded } = emitter
  const begin = decoded.segmentStart[segment]!
  const plan = emitter.plan(segment)
  let access = 0
  for (let i = begin; i < stop; i++) {
    const kind = CLASS[decoded.id[i]!]!
    if (kind === Class.Straight) emitAssignment(emitter, i)
    else if (kind === Class.Load || kind === Class.Store) {
      emitAccess(emitter, i, plan, access, unchecked.has(access))
      access += 1
    }
  }
}
