// Lowers the instructions of a node: the core writes them, core/recompiler/emit.c, from a template by instruction id and the words it
// has put together for each instruction (`record_words` in core/machine/contract.gen.h). Not its end: emit-ends.ts.
import { GraphWord, INSTRUCTION_ROOM } from '../../../src/engine/machine/contract.gen.ts'
import { type Emitter, wrote } from './emitter.ts'

/** Assigns what the effect column assigns: for the immediate of load_imm_jump. */
export function emitAssignment(emitter: Emitter, i: number): void {
  const { code, core, decoded } = emitter
  code.reserve(INSTRUCTION_ROOM)
  code.length = core.pvm_emit_part(i, code.length, 0)
  wrote(emitter, decoded.defs[i]!)
}

/** Pushes the condition of the branch `i`, an i32. */
export function emitCondition({ code, core }: Emitter, i: number): void {
  code.reserve(INSTRUCTION_ROOM)
  code.length = core.pvm_emit_part(i, code.length, 1)
}

/** Emits the straight instructions of a segment before `stop`; terminators and pauses are skipped. */
export function emitInstructions(emitter: Emitter, segment: number, stop: number): void {
  const { code, core, decoded, depth, words } = emitter
  for (let i = decoded.segmentStart[segment]!; i < stop; i = words[GraphWord.emitted]!) {
    code.reserve(INSTRUCTION_ROOM)
    code.length = core.pvm_emit(i, stop, code.length, emitter.dirty, emitter.valid, depth)
    emitter.dirty = words[GraphWord.dirtyNow]!
    emitter.valid = words[GraphWord.validNow]!
  }
}
