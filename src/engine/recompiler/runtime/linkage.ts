// What connects a cell with compiled code. runtime.ts makes it, and uses it to enter the code.

import type { Decoded } from '../decode.ts'
import type { BriefRoots } from '../tiers/brief-roots.ts'
import type { SharedModule } from '../tiers/shared-code.ts'
import type { Slices } from '../tiers/slices.ts'

/** What a cell has of compiled code. */
export interface Linkage {
  /** The compiled functions, each at the segment of its root plus 1. Index 0 stays empty. */
  readonly table: WebAssembly.Table
  /** Lists of jump-table entries by segment: `heads` has the first of a segment, `nexts` the one behind an entry, -1 is the end. */
  readonly heads: Int32Array
  readonly nexts: Int32Array
  /** By segment: 1 if the table has a function for it, REFUSED (runtime.ts) if it never will, else 0. */
  readonly compiled: Uint8Array
  readonly modules: Set<SharedModule>
  readonly brief: BriefRoots
  readonly env: WebAssembly.ModuleImports
  readonly call: (tableIndex: number) => number
  readonly stub: unknown
  readonly slices: Slices
}

/** Lists the jump-table entries of each segment. */
export function jumpEntries({ segments, jumpTable }: Decoded): Pick<Linkage, 'heads' | 'nexts'> {
  const heads = new Int32Array(segments).fill(-1)
  const nexts = new Int32Array(jumpTable.length)
  for (let j = 0; j < nexts.length; j++) {
    const segment = jumpTable[j]!
    if (segment < 0) continue
    nexts[j] = heads[segment]!
    heads[segment] = j
  }
  return { heads, nexts }
}
