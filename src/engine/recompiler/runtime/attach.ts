// Puts a cell into the mode that the engine of its machine needs: nothing is compiled, everything is, or hot code is.

import type { Cell } from '../../../core/cell.ts'
import { AT_VM, VM } from '../../../core/contract.gen.ts'
import type { Program } from '../../../program/program.ts'
import type { EngineKind } from '../../engine.ts'
import { MAX_COMPILED_CODE } from '../tiers/policy.ts'
import { Runtime } from './runtime.ts'

function now(): number {
  return performance.now()
}

/** The cell's compiled code, if it has any. */
export function runtimeOf(cell: Cell): Runtime | undefined {
  return cell.compiled as Runtime | undefined
}

/**
 * Prepares a cell for an engine. Compiled code stays with the cell as long as the program does. An engine that does not
 * compile takes only the entries away, so that the core does not enter the code.
 */
export function attachRuntime(cell: Cell, program: Program, kind: EngineKind): void {
  const compiles = (kind === 'recompiler' || kind === 'auto') && program.code.length <= MAX_COMPILED_CODE
  const mode = !compiles ? 'off' : kind === 'recompiler' ? 'eager' : 'hot'
  const known = runtimeOf(cell)
  if (known !== undefined) known.use(mode)
  else if (mode !== 'off') cell.compiled = new Runtime(cell, program, { mode, now })
  else {
    cell.u32[(AT_VM + VM.hot) >>> 2] = 0
    cell.onSlice = undefined
  }
}
