// What the verifier has to be told of the machine that a module is for. The addresses of its words are in words.ts.

/** The machine that a module is for, as far as the verifier has to know it. */
export interface Machine {
  /** How many entries the dispatch table has. */
  readonly dispatch: number
  /**
   * By index of compiled code in the table of functions: 1 where the segment stands in the middle of a block. Under block models such
   * code has nothing to pay, and no compiled code enters it.
   */
  readonly within: Uint8Array
  /**
   * By code offset: what is given back when code leaves at an instruction whose segment was paid, -1 where no instruction
   * starts; 1 where a segment starts.
   */
  readonly refund: Int32Array
  readonly starts: Uint8Array
  /** Where code may count segments, in a word of 64 bits for each code offset. 0 means nowhere. */
  readonly tallyAt: number
}

/** Whether a number is the index of code that other code may enter, which is that of the beginning of a block. */
export function isEntry({ within }: Machine, index: number): boolean {
  return index > 0 && within[index] === 0
}
