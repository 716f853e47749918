// Counts of what compiled code executes, for profiles and coverage: one increment for each segment that control enters, in the table
// of core/interpreter/tally.c. Nothing, where nobody asked. Not what is taken back when code leaves in the middle: runtime.ts.

import { Local } from '../../../src/engine/recompiler/local.ts'
import { L, template, U } from '../../../src/engine/recompiler/template.ts'
import { Op } from '../../../src/engine/recompiler/wasm-op.ts'
import type { Emitter } from './emitter.ts'

/** Adds a value to the word at U(0): the one that the elements in between push. */
const ADD = [Op.i32Const, 0, Op.i32Const, 0, Op.i64Load, 3, U(0)]
const STORE = [Op.i64Add, Op.i64Store, 3, U(0)]
const TALLY = template(ADD, Op.i64Const, 1, STORE)
/** Turns of a fast loop are counted in gas, L(1) each. */
const TALLY_TURNS = template(
  ADD,
  [Op.localGet, Local.before, Op.localGet, Local.gas, Op.i64Sub, Op.i64Const, L(1), Op.i64DivU],
  STORE,
)

function addressOf({ decoded }: Emitter, segment: number, tallyAt: number): number {
  return tallyAt + 8 * decoded.pc[decoded.segmentStart[segment]!]!
}

/** The segment is executed once. */
export function tallySegment(emitter: Emitter, segment: number): void {
  const { code, tallyAt } = emitter
  if (tallyAt !== undefined) code.put(TALLY, addressOf(emitter, segment, tallyAt))
}

/** Behind the fast version of a loop of one segment: it was executed as often as its cost was paid. */
export function tallyTurns(emitter: Emitter, segment: number, cost: number): void {
  const { code, tallyAt } = emitter
  if (tallyAt !== undefined) code.putMany(TALLY_TURNS, addressOf(emitter, segment, tallyAt), cost, 0, 0)
}
