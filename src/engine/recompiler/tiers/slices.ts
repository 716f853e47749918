// The slices of a cell: how much gas compiled code gets at once. The bounds of a run are in ../allowance.ts.
import type { Cell } from '../../../core/cell.ts'
import { AT_SLICE } from '../../../core/contract.gen.ts'
import { GAS_HIGH, GAS_LOW } from '../../../core/words.ts'
import { FIRST_SLICE, MAX_SLICE, SLICE_GROWTH } from './policy.ts'

const SLICE = AT_SLICE >>> 3

/** In a run with a bound of time, the clock is looked at after so many calls of compiled code in a row. */
const MOST_CALLS = 64

/** The slices of one cell. */
export class Slices {
  readonly #cell: Cell
  readonly #word: BigInt64Array
  #size = FIRST_SLICE
  /** The most gas that a slice may have. It is finite in a run with a bound of time. */
  #most = Number.POSITIVE_INFINITY
  /** The gas that was spent, and the calls that were made, since the run was told. */
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

  /** Called when the core enters compiled code. */
  begin(): void {
    this.#bound()
    this.#spent = this.#calls = 0
  }

  /**
   * Called when compiled code has come back and has used so much gas. It may be called again without the core in between. Where
   * time is bounded, the run is told after each slice, and after many calls. When the time is over, it takes the gas away.
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

  /** Called when a slice was used up. Returns whether there is gas for another one, and makes that one larger. */
  next(): boolean {
    const gas = this.#cell.gas[0]!
    if (gas < BigInt(Math.floor(Math.min(this.#size, this.#most)))) return gas >= BigInt(FIRST_SLICE)
    if (this.#most < this.#size) return true
    this.#size = Math.min(this.#size * SLICE_GROWTH, MAX_SLICE)
    this.#set()
    return true
  }

  /** Whether a slice has at least the usual size. Then a loop lasts when it has used half of a slice. */
  get isLong(): boolean {
    return this.#most >= FIRST_SLICE && this.#cell.gas[0]! >= BigInt(FIRST_SLICE)
  }

  /** Whether there is no gas. Where time is bounded, it may have been taken away because the time is over. */
  get isEmpty(): boolean {
    const { u32 } = this.#cell
    return (u32[GAS_LOW]! | u32[GAS_HIGH]!) === 0
  }
}
