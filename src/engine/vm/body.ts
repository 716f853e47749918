// The body of a machine: where its state is kept, and what makes it go on. There are two: interpreter/body.ts keeps the state in the
// core's memory, reference/body.ts in plain fields. The machine that the host has, machine.ts, is the same for both.

import type { Region } from '../../blob/address-space.ts'
import type { RunningTally } from '../../program/tally.ts'
import type { Allowance, GasCounter } from '../allowance.ts'
import type { CodeStats, EngineKind } from '../engine.ts'
import type { Exit } from '../exit.ts'
import type { Memory } from '../memory.ts'
import type { Start } from '../start.ts'

/** The state of a machine and its engine. Writing a field changes that field and nothing else. */
export interface Body extends GasCounter {
  /** The engine that runs it now. */
  readonly kind: EngineKind
  readonly regs: BigUint64Array
  /** The registers as 26 halves, the low half first. */
  readonly regs32: Uint32Array
  readonly memory: Memory
  pc: number
  gas: bigint
  /** Whether the block that pc is in has been paid. */
  charged: boolean
  heapEnd: number
  /** How far sbrk may move `heapEnd`. */
  heapLimit: number
  /** The argument of the last exit: a page address or the index of a host call, as an unsigned number of 32 bits. */
  exitArg: number
  /** Whether there is a tracer. */
  isTraced: boolean
  /** Whether the machine has come to its end. Then most likely nobody needs it any more. */
  hasEnded: boolean
  readonly stats: CodeStats | undefined
  readonly isClosed: boolean
  /** Takes an amount of gas. If that is too much, empties the counter and returns false. */
  charge(amount: number | bigint): boolean
  /** Unmaps all memory, and makes everything as it was when the body was made. */
  clear(): void
  /** Maps a region that the machine starts with, with its contents. */
  map(region: Region): void
  /** Sets all that the machine starts with, except its memory. */
  start(start: Start): void
  /**
   * Called when a run begins.
   *
   * @param what names the caller in messages.
   * @throws ResourceError when the host has too little stack. Nothing has changed then.
   */
  begin(what: string): void
  /** Gives the run bounds: from now on running out of gas leaves the counter as it is. Returns a function that undoes this. */
  bind(allowance: Allowance): () => void
  /** Runs until the machine stops or so many instructions were executed. Infinity means no limit. */
  run(limit: number): Exit
  /** Called when a run with bounds is really out of gas: empties the counter if the program's rules say so. */
  drain(): void
  /** Called when the run is over, however it ended. */
  end(): void
  /** @throws RangeError when that engine is not available. */
  switchTo(kind: EngineKind): void
  /** Counts runs from now on. */
  startTally(): RunningTally
  /** Gives the memory back. Everything but `isClosed` throws a TypeError then. */
  close(): void
}
