// The gas that compiled code of a cell gets at once. Not the code, and not the bounds of a run: ../allowance.ts.
import type { Cell } from '../machine/cell.ts'
import { AT_SLICE, AT_VM, VM } from '../machine/contract.gen.ts'
import { FIRST_SLICE, MAX_SLICE, SLICE_GROWTH } from './policy.ts'

const GAS_LOW = (AT_VM + VM.gas) >>> 2
const SLICE = AT_SLICE >>> 3

/** Calls of compiled code in a row, in a run with a bound of time, before the clock is looked at. */
const MOST_CALLS = 64

/** The slices of one cell. */
export class Slices {
  readonly #cell: Cell
  readonly #word: BigInt64Array
  #size = FIRST_SLICE
  /** Gas of a slice at most; less than infinity in a run with a bound of time. */
  #most = Number.POSITIVE_INFINITY
  /** What was spent, and the calls that were made, since the run was told. */
  #spent = 0
  #calls = 0

  constructor(cell: Cell) {
    this.#cell = cell
    this.#word = new BigInt64Array(cell.memory.buffer, SLICE * 8, 1)
    this.#set()
  }

  #set(): void {
    this.#word[0] = BigInt(Math.floor(Math.min(this.#size, this.#most)))
  }

  /** Reads how large a slice may be now. */
  #bound(): void {
    const most = this.#cell.user!.sliceGas
    if (most === this.#most) return
    this.#most = most
    this.#set()
  }

  /** The core enters compiled code. */
  begin(): void {
    this.#bound()
    this.#spent = this.#calls = 0
  }

  /**
   * Compiled code has come back and has used so much gas. It may be called again without the core in between. Where time is bounded,
   * the run is told after each slice or after many calls. When the time is over, it takes the gas away.
   */
  spend(gas: number): void {
    if (this.#most === Number.POSITIVE_INFINITY) return
    this.#spent += Math.max(0, gas)
    this.#calls += 1
    if (this.#spent < this.#most && this.#calls < MOST_CALLS) return
    this.#cell.user!.onSpent(this.#spent)
    this.#spent = this.#calls = 0
    this.#bound()
  }

  /** Whether there is gas for a whole slice; grows the slice, because one was used up. */
  next(): boolean {
    const gas = this.#cell.gas[0]!
    if (gas < BigInt(Math.floor(Math.min(this.#size, this.#most)))) return gas >= BigInt(FIRST_SLICE)
    if (this.#most < this.#size) return true
    this.#size = Math.min(this.#size * SLICE_GROWTH, MAX_SLICE)
    this.#set()
    return true
  }

  /** Whether a slice has the usual size: then the loop that it ends in lasts when it has used half of it. */
  get isLong(): boolean {
    return this.#most >= FIRST_SLICE && this.#cell.gas[0]! >= BigInt(FIRST_SLICE)
  }

  /** Whether there is no gas. Where time is bounded, it may have been taken away because the time is over. */
  get isEmpty(): boolean {
    const { u32 } = this.#cell
    return (u32[GAS_LOW]! | u32[GAS_LOW + 1]!) === 0
  }
}
