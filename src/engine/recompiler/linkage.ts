// What connects a cell and compiled code. Not what makes or enters it: runtime.ts.
import type { BriefRoots } from './brief-roots.ts'
import type { SharedModule } from './shared-code.ts'

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
}
