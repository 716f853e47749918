// Other machines that take the cells of those under test, which then have to come back as they were. Not what is compared: drive.ts.
import { createEngine } from '../engine/create.ts'
import type { Engine } from '../engine/engine.ts'
import { loadProgram, type Program } from '../program/program.ts'

/** More than there are cells. */
const MACHINES = 8

let engine: Engine | undefined
let program: Program | undefined

/** Runs some machines for a moment and drops them. They have not come to their end, so machines used before them make room. */
export function crowd(): void {
  engine ??= createEngine()
  program ??= loadProgram(Uint8Array.of(0, 0, 2, 40, 0, 1), { kind: 'raw' }) // jump to itself
  for (let i = 0; i < MACHINES; i++) engine.instantiate(program, { gas: 10n }).run()
}
