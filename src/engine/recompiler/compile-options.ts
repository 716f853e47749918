// Which optimisations are applied. Not the optimisations.

/** Which optimisations `compileRoots` applies; all by default. Without them the code does the same, slower. */
export interface CompileOptions {
  /** Small callees are inlined, functions that call themselves several deep; see core/recompiler/graph.c. */
  readonly inline?: boolean
  /** Functions that call themselves are inlined four deep, not two. */
  readonly unrollRecursion?: boolean
  /** Indirect calls take in the functions of the jump table, where those are few and small; see core/recompiler/graph.c. */
  readonly inlineIndirect?: boolean
  /** Loops of one segment get a version without page checks and with one comparison of gas for several turns. */
  readonly fastLoops?: boolean
  /** Accesses near one base share a check; see core/recompiler/plan.c. */
  readonly groupChecks?: boolean
  /** Accesses to a base plus a bounded index share a check of all they may reach; see core/recompiler/wide.c. */
  readonly wideChecks?: boolean
  /** Gas is compared once per path, not in every node; see core/recompiler/flow.c. */
  readonly gasPaths?: boolean
  /** What a loop with calls does not write is stored before it, not at each call in it; see core/recompiler/stores.c. */
  readonly loopStores?: boolean
  /** Code counts what it executes in the table at this address (core/interpreter/tally.c); default: it does not. This is no optimisation. */
  readonly tallyAt?: number | undefined
}
