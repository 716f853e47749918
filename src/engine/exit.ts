// Why a machine stopped. Exit codes are defined here and nowhere else; a test compares core/pvm.h with them.

/** Exit codes. The first five are the result codes of `invoke` (GP B.8). */
export const Exit = {
  /** The program jumped to the halt address: it is done. */
  Halt: 0,
  /** A trap, a jump to no block start, an access below 2^16, an invalid program, or a host function that asked for it. */
  Panic: 1,
  /** An access to a page without the right. `exitArg` is the address of the page. The next `run` executes the instruction again. */
  PageFault: 2,
  /** A host call without a function. `exitArg` is its index, and pc is at the ecalli. The next `run` goes on behind it. */
  Host: 3,
  /** There is not enough gas for the instruction, block or host call at pc. The next `run` tries it again. */
  OutOfGas: 4,
  /** A host function asked to stop after its call. `exitArg` is the index of the call, and pc is where the next `run` goes on. */
  Break: 5,
  /** `step` has executed as many instructions as it was asked to. */
  Step: 6,
  /** A bound of this run (`maxGas`, `maxMs`) was reached, or a host function has to be called again. The next `run` goes on. */
  Paused: 7,
} as const
export type Exit = (typeof Exit)[keyof typeof Exit]

/** The name of an exit as the field writes it: `halt`, `panic`, `page-fault`, `host`, `out-of-gas`, `break`, `step`, `paused`. */
export function exitName(exit: Exit): string {
  return ['halt', 'panic', 'page-fault', 'host', 'out-of-gas', 'break', 'step', 'paused'][exit]!
}

/** A host-call index as the machine sees it: `exitArg` sign-extended to 64 bits, as an unsigned number (GP A.5.2). */
export function hostIndex64(exitArg: number): bigint {
  return BigInt.asUintN(64, BigInt(exitArg | 0))
}
