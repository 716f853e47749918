// Exact counts of runs, by code offset: what was executed, which blocks were paid, and what else took gas. `startTally` of vm/access.ts
// has a machine count. src/inside/gas-counts.ts makes something of the counts.
import { startOfBlock } from './gas.ts'
import type { Program } from './program.ts'

/** Counts by code offset. One more entry is for all offsets beyond the code. */
export interface Counts {
  /** How often the instruction was executed. One that failed counts; one that could not be paid does not. */
  readonly executed: Float64Array
  /** Under block models: how often the block that starts there was paid. */
  readonly paid: Float64Array
  /** The gas that was taken there for neither instructions nor blocks: for bytes of memset, and by running out of gas. */
  readonly more: Float64Array
}

/** Counts that are kept one by one, as the reference machine does it. */
export class Tally implements Counts {
  readonly executed: Float64Array
  readonly paid: Float64Array
  readonly more: Float64Array
  readonly #program: Program

  constructor(program: Program) {
    this.#program = program
    const count = program.code.length + 1
    this.executed = new Float64Array(count)
    this.paid = new Float64Array(count)
    this.more = new Float64Array(count)
  }

  /** Counts that the instruction at `pc` was executed. */
  execute(pc: number): void {
    this.executed[this.#entry(pc)]! += 1
  }

  /** Counts that the block that contains `pc` was paid. */
  pay(pc: number): void {
    this.paid[this.#entry(startOfBlock(this.#program.map, pc))]! += 1
  }

  /** Counts gas that was taken at `pc` for something else. Emptying a counter that is below 0 takes nothing. */
  take(pc: number, gas: bigint): void {
    if (gas <= 0n) return
    this.more[this.#entry(pc)]! += Number(gas)
  }

  #entry(pc: number): number {
    return Math.min(pc, this.executed.length - 1)
  }
}

/** The counts of a machine that counts. */
export interface RunningTally {
  /** What was counted until now. */
  counts(): Counts
  /** The machine's gas as two halves, the low one first, live in host functions. Undefined if the gas is kept in another way. */
  readonly gas: Uint32Array | undefined
}
