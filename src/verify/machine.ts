// What the verifier has to be told of the machine that a module is for. Not its words: words.ts.

/** What the machine is like that the module is for. */
export interface Machine {
  /** Entries of the dispatch table. */
  readonly dispatch: number
  /** Indices of compiled code in the table of functions are below this. */
  readonly tableEnd: number
  /**
   * By code offset: what is given back when code leaves at an instruction whose segment was paid, -1 where no instruction
   * starts; 1 where a segment starts.
   */
  readonly refund: Int32Array
  readonly starts: Uint8Array
  /** Where code may count segments: a word of 64 bits by code offset; 0: nowhere. */
  readonly tallyAt: number
}
