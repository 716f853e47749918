// Blocks that are compiled when control comes to them, where all code is compiled: which they are, and that they wait while a
// run has too little time left for it. Not the compilation: runtime.ts.
import type { Cell } from '../machine/cell.ts'
import { AT_VM, VM } from '../machine/layout.ts'
import type { Analysis } from './analysis.ts'

/** Entry of a block that is compiled when the core comes to it; that of compiled code is its segment + 1. */
export const LAZY = 0x7fffffff

/** 1 per segment that control can come in at from outside of compiled code. */
export function comesIn({ decoded, functions }: Analysis): Uint8Array {
  const mark = new Uint8Array(decoded.segments + 1)
  for (const segment of functions.start) mark[segment] = 1
  for (const segment of decoded.jumpTable) if (segment >= 0) mark[segment] = 1
  for (let s = 0; s < decoded.segments; s++) {
    const target = decoded.target[decoded.segmentStart[s + 1]! - 1]!
    if (target >= 0 && target <= s) mark[target] = 1
  }
  return mark
}

/** Blocks that wait until the run is over. They are interpreted meanwhile, so that the recompiler is not asked at every turn of a loop. */
export class WaitingBlocks {
  readonly #cell: Cell
  readonly #pcs: number[] = []

  constructor(cell: Cell) {
    this.#cell = cell
  }

  /** Forgets the blocks that wait, because entries were set anew. */
  forget(): void {
    this.#pcs.length = 0
  }

  /** Control has come to the lazy entry of the block at the cell's pc, and there is no time to compile it: the block waits. */
  add(): void {
    const cell = this.#cell
    const pc = cell.u32[(AT_VM + VM.pc) >>> 2]!
    cell.core.pvm_set_entry(AT_VM, pc, 0)
    this.#pcs.push(pc)
    cell.onUnbound = () => {
      for (const waiting of this.#pcs.splice(0)) cell.core.pvm_set_entry(AT_VM, waiting, LAZY)
    }
  }
}
