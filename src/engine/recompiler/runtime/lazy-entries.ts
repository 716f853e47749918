// The engine `recompiler` compiles a block when control first comes to it. Until then the block has a lazy entry. This file knows
// which blocks get one, and lets blocks wait while a run has too little time left to compile. runtime.ts compiles them.
import type { Cell } from '../../../core/cell.ts'
import { AT_VM, VM } from '../../../core/contract.gen.ts'
import type { Analysis } from '../analysis.ts'

/** The entry of a block that is compiled when the core comes to it. A block that is compiled has its segment plus 1. */
export const LAZY = 0x7fffffff

/** 1 for each segment where control can come in from outside of compiled code. */
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

/** Blocks that wait until the run is over. They have no entry meanwhile, so a loop does not ask for its compilation in every turn. */
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

  /** Lets the block at the cell's pc wait: control has come to its lazy entry, and there is no time to compile it. */
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
