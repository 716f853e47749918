// Bounds of what the process keeps between runs, which users may set. Not what is kept: residence.ts, ../recompiler/shared-code.ts.

/** What the process keeps at most. Numbers of 1 and more; they hold from the next time that something is to be kept. */
export interface EngineLimits {
  /** Memories of 900 MiB of address space that machines share; default 6. Nested runs and views of memory may need more. */
  cells: number
  /** Codes whose analysis, heat and compiled modules are kept while no program of theirs is; default 16. */
  codes: number
}

/** The bounds of this process. Set before the first machine is made, or at any time. */
export const engineLimits: EngineLimits = { cells: 6, codes: 16 }
