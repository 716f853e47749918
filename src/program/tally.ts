// Exact counts of runs, by code offset: what was executed, which blocks were paid, what else took gas. Not what is made of them:
// inside/gas-counts.ts. Not who has a machine
// count: vm/access.ts.
import { startOfBlock } from './gas.ts'
import type { Program } from './program.ts'

/** Counts by code offset. There is one entry more than bytes of code: for all that is beyond it. */
export interface Counts {
  /** How often the instruction was executed, failures included; what could not be paid was not. */
  readonly executed: Float64Array
  /** Under block models: how often the block that starts there was paid. */
  readonly paid: Float64Array
  /** Gas taken there besides prices of instructions and blocks: bytes of memset, and what running out of gas emptied. */
  readonly more: Float64Array
}

/** Counts that are kept plainly, one by one: the reference machine's. */
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

  /** The instruction at `pc` was executed. */
  execute(pc: number): void {
    this.executed[this.#entry(pc)]! += 1
  }

  /** The block that contains `pc` was paid. */
  pay(pc: number): void {
    this.paid[this.#entry(startOfBlock(this.#program.map, pc))]! += 1
  }

  /** Gas was taken at `pc` for something else. A counter below 0 that is emptied has taken nothing. */
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
  /** The machine's gas as two halves, low half first, live in host functions; undefined where gas is kept in another way. */
  readonly gas: Uint32Array | undefined
}
