// What the process keeps of machines and codes, for the metrics of a node. What one machine has compiled is in `Vm.stats`.
import { poolState } from './machine/residence.ts'
import { keptCodes } from './recompiler/tiers/shared-code.ts'

/** Counts and bytes. `engineLimits` has the bounds. */
export interface EngineStats {
  /** Memories that no machine is in, which are kept for the next one. */
  readonly idleCells: number
  /** Memories that a machine is in. Memories that only a view still holds do not count; the garbage collector takes them. */
  readonly residentCells: number
  /** Bytes of decoded code in idle cells. */
  readonly arenaBytes: number
  /** Programs' codes whose analysis and modules are kept, and how many bytes of code they have. */
  readonly codes: number
  readonly codeBytes: number
  /** The WebAssembly modules that were made of them, and how many bytes these have. */
  readonly modules: number
  readonly moduleBytes: number
}

/** What the process keeps now. */
export function engineStats(): EngineStats {
  const { idle, resident, arenaBytes } = poolState()
  return { idleCells: idle, residentCells: resident, arenaBytes, ...keptCodes() }
}
