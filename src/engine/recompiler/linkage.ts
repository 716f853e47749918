// What connects a cell and compiled code. Not what makes or enters it: runtime.ts.
import type { BriefRoots } from './brief-roots.ts'
import type { Decoded } from './decode.ts'
import type { SharedModule } from './shared-code.ts'
import type { Slices } from './slices.ts'

/** What a cell has of compiled code. */
export interface Linkage {
  /** Compiled functions, at their segment plus 1; 0 is none. */
  readonly table: WebAssembly.Table
  /** Jump-table entries by segment: the first, and after each the next; -1 ends. */
  readonly heads: Int32Array
  readonly nexts: Int32Array
  /** 1 per segment that is the root of a function in the table, REFUSED where there will be none. */
  readonly compiled: Uint8Array
  readonly modules: Set<SharedModule>
  readonly brief: BriefRoots
  readonly env: WebAssembly.ModuleImports
  readonly call: (tableIndex: number) => number
  readonly stub: unknown
  readonly slices: Slices
}

/** The jump-table entries of each segment: the first, and after each the next; -1 ends. */
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
