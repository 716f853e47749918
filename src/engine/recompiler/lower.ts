// Lowers the instructions of a node, its end excepted: a template by instruction id, filled from the words the core has
// put together for each instruction (`record_words` in core/passes.h). Ends are emit-ends.ts.
import { ASSIGNMENT, CONDITION } from './effects.ts'
import { ACCESS, CHECK, WAYS, Way } from './emit-memory.ts'
import { type Emitter, exitLabel, wrote } from './emitter.ts'
import { CLASS, Class } from './facts.ts'
import { RECORD_WORDS } from './tables.ts'
import { Operand, type Template } from './template.ts'

/** Straight code of each instruction: its assignment, or its access, which a check precedes. */
const BODY: readonly Template[] = ASSIGNMENT.map((assignment, id) =>
  CLASS[id] === Class.Load || CLASS[id] === Class.Store ? ACCESS[id]! : assignment,
)

/** Assigns what the effect column assigns: for straight instructions and for the immediate of load_imm_jump. */
export function emitAssignment(emitter: Emitter, i: number): void {
  const { code, decoded, plan } = emitter
  code.fill(ASSIGNMENT[decoded.id[i]!]!, plan.records, RECORD_WORDS * i)
  wrote(emitter, decoded.defs[i]!)
}

/** Pushes the condition of the branch `i`, an i32. */
export function emitCondition({ code, decoded, plan }: Emitter, i: number): void {
  code.fill(CONDITION[decoded.id[i]!]!, plan.records, RECORD_WORDS * i)
}

/** Emits the straight instructions of a segment before `stop`; terminators and pauses are skipped. */
export function emitInstructions(emitter: Emitter, segment: number, stop: number): void {
  const { code, decoded, plan } = emitter
  const { id, defs } = decoded
  const { records, way } = plan
  for (let i = decoded.segmentStart[segment]!; i < stop; i++) {
    const is = id[i]!
    const kind = CLASS[is]!
    if (kind > Class.Store) continue
    const at = RECORD_WORDS * i
    if (kind !== Class.Straight) {
      const how = way[i]!
      if (how < Way.Member) records[at + Operand.Label] = exitLabel(emitter)
      code.fill(CHECK[WAYS * is + how]!, records, at)
    }
    code.fill(BODY[is]!, records, at)
    emitter.dirty |= defs[i]!
    emitter.valid |= defs[i]!
  }
}
