// What a machine is beyond what it shows: from where gas is counted, what its next run does first. For snapshots. Not
// how it is read: access.ts.
import type { HostTable } from '../engine.ts'
import type { Exit } from '../exit.ts'
import type { HostCallError, Pending } from '../host-call.ts'

/** The hidden part of a machine at rest. */
export interface InnerState {
  /** What `gasUsed` counts from. */
  readonly startGas: bigint
  /** It was started without gas, and given none since. */
  readonly gasMissing: boolean
  readonly exit: Exit | undefined
  readonly exitArg: number
  /** Halted or panicked, until pc is written. */
  readonly ended: boolean
  readonly pending: Pending
  readonly overdrawn: boolean
  /** sbrk may move `heapEnd` up to here, at most 2^32 - 1. */
  readonly heapLimit: number
}

/** What a machine refers to and keeps. */
export interface Surroundings {
  readonly host: HostTable | undefined
  readonly hostErrors: 'throw' | 'panic'
  /** What the last host function threw, if it did. */
  readonly thrown: HostCallError | undefined
}
