// What every engine gives the machine to work with: where the state is kept and what makes it go on. Not the machine that
// the host has: machine.ts. There are two of them: interpreter/body.ts keeps the state in the core's memory, reference/body.ts in plain fields.

import type { RunningTally } from '../../program/tally.ts'
import type { Allowance, GasCounter } from '../allowance.ts'
import type { CodeStats, EngineKind } from '../engine.ts'
import type { Exit } from '../exit.ts'
import type { Memory } from '../memory.ts'
import type { Start } from '../start.ts'

/** A machine's state and its engine. Writing a field changes that field and nothing else. */
export interface Body extends GasCounter {
  /** The engine that runs it now. */
  readonly kind: EngineKind
  readonly regs: BigUint64Array
  /** The registers as 26 halves. */
  readonly regs32: Uint32Array
  readonly memory: Memory
  pc: number
  gas: bigint
  /** Whether the block that pc is in has been paid. */
  charged: boolean
  heapEnd: number
  /** sbrk may move `heapEnd` up to here. */
  heapLimit: number
  /** The argument of the last exit: a page address or the index of a host call, as 32 bits without a sign. */
  exitArg: number
  /** A tracer is there. */
  isTraced: boolean
  /** The machine has come to its end; most likely it is not needed any more. */
  hasEnded: boolean
  readonly stats: CodeStats | undefined
  readonly isClosed: boolean
  /** Takes an amount of gas; where that is too much, empties the counter and returns false. */
  charge(amount: number | bigint): boolean
  /** Unmaps all memory, and is as it was when it was made. */
  clear(): void
  /** Sets what it starts with, except its memory. */
  start(start: Start): void
  /**
   * A run begins.
   *
   * @param what who asks for it, for messages.
   * @throws ResourceError when the host has too little stack: nothing has changed then.
   */
  begin(what: string): void
  /** From now on the run has bounds: out of gas leaves the counter as it is. Returns a function that undoes this. */
  bind(allowance: Allowance): () => void
  /** Runs until the machine stops or so many instructions were executed; infinity for no limit. */
  run(limit: number): Exit
  /** A run with bounds is out of gas, and the program's rules say that this empties the counter. */
  drain(): void
  /** The run is over, however it ended. */
  end(): void
  /** @throws RangeError where that engine is not available. */
  switchTo(kind: EngineKind): void
  /** Counts its runs from now on. */
  startTally(): RunningTally
  /** Gives the memory back. Everything but `isClosed` throws a TypeError then. */
  close(): void
}
