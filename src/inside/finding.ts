// What was found out about a stop, before it is put into words. Not the search: reason.ts. Not the words: reason-text.ts.
import type { FailedAccess, FailedJump, MissingGas } from './failures.ts'

/**
 * Why a machine stopped.
 * - `running`: it did not, it is at rest: ready, paused, stepped, stopped by its host.
 * - `returned`, `halted-by-host`: it halted.
 * - `trap`: the program says so.
 * - `no-code`, `no-instruction`: pc is behind the code, or where no instruction of the set starts.
 * - `access`, `jump`: the instruction at pc cannot access or go where it wants to.
 * - `host-call`: nobody answers it. `host-panic`, `host-error`: its function asked for the panic, or threw.
 * - `out-of-gas`.
 * - `changed`: nothing is wrong with the instruction at pc: the host has changed pc, registers or rights since.
 */
export type ReasonKind =
  | 'running'
  | 'returned'
  | 'halted-by-host'
  | 'trap'
  | 'no-code'
  | 'no-instruction'
  | 'access'
  | 'jump'
  | 'host-call'
  | 'host-panic'
  | 'host-error'
  | 'out-of-gas'
  | 'changed'

/** A host call that the machine stopped at. */
export interface HostStop {
  /** As the machine sees it, unsigned 64 bit. */
  readonly index: bigint
  /** This is the name of the host function, or of the import of a `.polkavm` program, where it is known. */
  readonly name: string | undefined
  /** This is what the host function threw. Only `host-error` has it. */
  readonly error: unknown
}

/** What was found at pc. */
export interface Finding {
  readonly kind: ReasonKind
  readonly access?: FailedAccess
  readonly jump?: FailedJump
  readonly gas?: MissingGas
  readonly host?: HostStop
}
