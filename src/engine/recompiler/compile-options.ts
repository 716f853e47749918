// The options of the recompiler: which optimisations it applies. The optimisations themselves are in core/recompiler/.

/** Which optimisations `compileRoots` applies. By default it applies all. Without one the code does the same, more slowly. */
export interface CompileOptions {
  /** Small callees are inlined; see core/recompiler/graph.c. */
  readonly inline?: boolean
  /** Functions that call themselves are inlined four deep, not two. */
  readonly unrollRecursion?: boolean
  /** Indirect calls inline the functions of the jump table, if those are few and small; see core/recompiler/graph.c. */
  readonly inlineIndirect?: boolean
  /** Loops of one segment get a version without page checks. It compares its gas once for several turns; see core/recompiler/loops.c. */
  readonly fastLoops?: boolean
  /** Those of them that copy or fill do many turns at once; see core/recompiler/bulk.c. */
  readonly bulk?: boolean
  /** Those of them whose condition says ahead how often they go on do not look at it in each turn; see core/recompiler/counted.c. */
  readonly counted?: boolean
  /** Loops of one segment that search are unrolled; see core/recompiler/unroll.c. */
  readonly unrollSearches?: boolean
  /** Accesses near one base share a check; see core/recompiler/plan.c. */
  readonly groupChecks?: boolean
  /** Accesses to the stack share a check over all blocks of a function; see core/recompiler/frames.c. */
  readonly frames?: boolean
  /** Accesses to a base plus a small index share a check of all that they may reach; see core/recompiler/wide.c. */
  readonly wideChecks?: boolean
  /** Gas is compared once per path, not in every node; see core/recompiler/flow.c. */
  readonly gasPaths?: boolean
  /** Registers that a loop with calls does not write are stored before the loop, not at each call in it; see core/recompiler/stores.c. */
  readonly loopStores?: boolean
  /** This is no optimisation. Code counts what it executes in the table at this address (core/interpreter/tally.c). The default is none. */
  readonly tallyAt?: number | undefined
}
