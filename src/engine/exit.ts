// Why a machine stopped. The one place where exit codes are defined; core/pvm.h is tested against it.

/** Exit codes. The first five are the result codes of `invoke` (GP B.8). */
export const Exit = {
  /** Jumped to the halt address. */
  Halt: 0,
  /** Trap, invalid jump, access below 2^16, invalid program, or a host function that asked for it. */
  Panic: 1,
  /** Inaccessible page; `exitArg` is the address of the page. `run` retries the instruction. */
  PageFault: 2,
  /** Host call without handler; `exitArg` is the index, pc that of the ecalli. `run` continues behind it. */
  Host: 3,
  /** Not enough gas for the instruction, block or host call at pc. `run` retries it. */
  OutOfGas: 4,
  /** A host function asked to stop, after it was done; `exitArg` is its index, pc where `run` continues. */
  Break: 5,
  /** `step` executed what it was asked to. */
  Step: 6,
  /** A bound of this run (`maxGas`, `maxMs`) was reached, or a host function has to be called again; `run` goes on. */
  Paused: 7,
} as const
export type Exit = (typeof Exit)[keyof typeof Exit]

/** The name of an exit as the field writes it: `halt`, `panic`, `page-fault`, `host`, `out-of-gas`, `break`, `step`, `paused`. */
export function exitName(exit: Exit): string {
  return ['halt', 'panic', 'page-fault', 'host', 'out-of-gas', 'break', 'step', 'paused'][exit]!
}

/** A host-call index as the machine sees it: `exitArg` sign-extended to unsigned 64 bit (GP A.5.2). */
export function hostIndex64(exitArg: number): bigint {
  return BigInt.asUintN(64, BigInt(exitArg | 0))
}
