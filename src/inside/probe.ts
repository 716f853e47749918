// What looks at a stretch of a run, and what it has seen. Not the run: history.ts.
import type { Guard } from '../engine/guard.ts'
import type { TraceEvent } from '../engine/tracing.ts'
import type { CallRecord } from './journal.ts'

/** Looks at a stretch of the run while it is executed. What returns true stops it. */
export interface Probe {
  /** Behind the instruction that is executed at `time`: with it the machine gets to `time + 1`. The event is used again. */
  event?(event: TraceEvent, time: number): boolean
  /** Behind the host call of the `ecalli` at `time`, with what it changed. */
  call?(call: CallRecord, time: number): boolean
}

/** What a `seek` stops at. */
export interface Sought extends Guard {
  /** Behind a host call; true: it is one. */
  call(call: CallRecord): boolean
}

/** Where a `seek` has stopped. */
export interface Sighting {
  readonly time: number
  /** The host call of the `ecalli` at that time, where it was one that was sought. */
  readonly call: CallRecord | undefined
}

/** How far a traced stretch has come. */
export interface Probed {
  time: number
  stop: boolean
}
