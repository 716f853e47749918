// Bounds of what the process keeps between runs. Users may set them.

/** How much the process keeps at most. The numbers are 1 or more. A change counts from the next time that something is to be kept. */
export interface EngineLimits {
  /** How many memories machines share; default 6. Each takes 900 MiB of address space. Nested runs and views of memory may need more. */
  cells: number
  /** For how many codes the analysis and the compiled modules are kept when no program has the code any more; default 16. */
  codes: number
}

/** The bounds of this process. Set before the first machine is made, or at any time. */
export const engineLimits: EngineLimits = { cells: 6, codes: 16 }
