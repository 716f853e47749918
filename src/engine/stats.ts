// What the process holds of machines and codes, for a node's metrics. Not what one machine has compiled: `Vm.stats`.
import { poolState } from './machine/residence.ts'
import { keptCodes } from './recompiler/tiers/shared-code.ts'

/** Counts and bytes. `engineLimits` has the bounds. */
export interface EngineStats {
  /** Memories that no machine is in, kept for the next one. */
  readonly idleCells: number
  /** Memories that a machine is in. Others are held by views of memory only, and left to the collector. */
  readonly residentCells: number
  /** Bytes of decoded code in idle cells. */
  readonly arenaBytes: number
  /** Codes whose analysis and modules are kept, and their bytes of code. */
  readonly codes: number
  readonly codeBytes: number
  /** WebAssembly modules made of them, and their bytes. */
  readonly modules: number
  readonly moduleBytes: number
}

/** What the process holds now. */
export function engineStats(): EngineStats {
  const { idle, resident, arenaBytes } = poolState()
  return { idleCells: idle, residentCells: resident, arenaBytes, ...keptCodes() }
}
