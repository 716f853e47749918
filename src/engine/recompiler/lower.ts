// Lowers the instructions of a node, its end excepted, by the templates of effects.ts. Ends are emit-ends.ts.
import { ASSIGNMENT, CONDITION, Operand } from './effects.ts'
import { emitAccess } from './emit-memory.ts'
import { type Emitter, Local, wrote } from './emitter.ts'
import { CLASS, Class } from './facts.ts'
import type { Template } from './template.ts'

/** Writes a template with the operands of instruction `i`. */
function putInstruction({ code, decoded }: Emitter, template: Template, i: number): void {
  const { parameters } = code
  const y = decoded.y[i]!
  parameters[Operand.A] = Local.register + decoded.a[i]!
  parameters[Operand.B] = Local.register + decoded.b[i]!
  parameters[Operand.D] = Local.register + decoded.d[i]!
  parameters[Operand.X] = decoded.x[i]!
  parameters[Operand.XHigh] = decoded.xHigh[i]!
  parameters[Operand.Y] = y
  parameters[Operand.YHigh] = y >> 31
  code.fill(template)
}

/** Assigns what the effect column assigns: for straight instructions and for the immediate of load_imm_jump. */
export function emitAssignment(emitter: Emitter, i: number): void {
  const { decoded } = emitter
  putInstruction(emitter, ASSIGNMENT[decoded.id[i]!]!, i)
  wrote(emitter, decoded.defs[i]!)
}

/** Pushes the condition of the branch `i`, an i32. */
export function emitCondition(emitter: Emitter, i: number): void {
  putInstruction(emitter, CONDITION[emitter.decoded.id[i]!]!, i)
}

/**
 * Emits the straight instructions of a segment before `stop`; terminators and pauses are skipped.
 *
 * @param unchecked 1 per access that is known to be allowed.
 */
export function emitInstructions(emitter: Emitter, segment: number, stop: number, unchecked?: Uint8Array): void {
  const { decoded } = emitter
  const { id } = decoded
  let access = 0
  for (let i = decoded.segmentStart[segment]!; i < stop; i++) {
    const kind = CLASS[id[i]!]!
    if (kind === Class.Straight) emitAssignment(emitter, i)
    else if (kind === Class.Load || kind === Class.Store) {
      emitAccess(emitter, i, unchecked !== undefined && unchecked[access] === 1)
      access += 1
    }
  }
}
