// The state of a machine that it does not show, for snapshots: from where gas is counted, and what its next run does first. access.ts
// reads and writes it.
import type { HostTable } from '../engine.ts'
import type { Exit } from '../exit.ts'
import type { Pending } from '../host-call.ts'
import type { HostCallError } from '../host-call-error.ts'

/** The hidden state of a machine that is at rest. */
export interface InnerState {
  /** The gas that `gasUsed` counts from. */
  readonly startGas: bigint
  /** Whether it was started without gas, and has been given none since. */
  readonly gasMissing: boolean
  readonly exit: Exit | undefined
  readonly exitArg: number
  /** Whether it has halted or panicked, and pc has not been written since. */
  readonly ended: boolean
  readonly pending: Pending
  readonly overdrawn: boolean
  /** How far sbrk may move `heapEnd`, at most 2^32 - 1. */
  readonly heapLimit: number
}

/** What a machine refers to. */
export interface Surroundings {
  readonly host: HostTable | undefined
  readonly hostErrors: 'throw' | 'panic'
  /** What the last host function threw, if it threw something. */
  readonly thrown: HostCallError | undefined
}
