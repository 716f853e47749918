// Lowers the instructions of a node, its end excepted, by the templates of effects.ts. Ends are emit-ends.ts.
import type { Decoded } from './decode.ts'
import { ASSIGNMENT, CONDITION, Operand } from './effects.ts'
import { emitAccess } from './emit-memory.ts'
import { type Emitter, Local, wrote } from './emitter.ts'
import { CLASS, Class } from './facts.ts'
import type { Template } from './template.ts'

/** Writes a template with the operands of instruction `i`. */
function putInstruction({ code, decoded }: Emitter, template: Template, i: number): void {
  setOperands(code.parameters, decoded, i)
  code.fill(template)
}

/** Makes the operands of instruction `i` parameters. */
function setOperands(parameters: Int32Array, decoded: Decoded, i: number): void {
  const y = decoded.y[i]!
  parameters[Operand.A] = Local.register + decoded.a[i]!
  parameters[Operand.B] = Local.register + decoded.b[i]!
  parameters[Operand.D] = Local.register + decoded.d[i]!
  parameters[Operand.X] = decoded.x[i]!
  parameters[Operand.XHigh] = decoded.xHigh[i]!
  parameters[Operand.Y] = y
  parameters[Operand.YHigh] = y >> 31
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
  const { code, decoded } = emitter
  const { id, defs } = decoded
  let access = 0
  for (let i = decoded.segmentStart[segment]!; i < stop; i++) {
    const is = id[i]!
    const kind = CLASS[is]!
    if (kind > Class.Store) continue
    setOperands(code.parameters, decoded, i)
    if (kind === Class.Straight) code.fill(ASSIGNMENT[is]!)
    else emitAccess(emitter, i, unchecked !== undefined && unchecked[access++] === 1)
    emitter.dirty |= defs[i]!
    emitter.valid |= defs[i]!
  }
}
