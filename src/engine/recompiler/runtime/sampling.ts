// How often the interpreter of a cell stops for a sample. What is made of samples is in ../tiers/hot-code.ts.
import type { Cell } from '../../../core/cell.ts'
import { HOT, HOT_LEFT } from '../../../core/words.ts'
import type { HotCode } from '../tiers/hot-code.ts'
import { tierPolicy } from '../tiers/policy.ts'

/** The samples of one cell. */
export class Sampling {
  readonly #cell: Cell
  readonly #hot: HotCode
  /** For how many sample periods a sample of this cell stands. */
  #stretch = 1

  constructor(cell: Cell, hot: HotCode) {
    this.#cell = cell
    this.#hot = hot
  }

  get stretch(): number {
    return this.#stretch
  }

  /**
   * Switches sampling on, or off. `take` is called for each sample. What the machine before has used of a period counts on, otherwise
   * machines that are interpreted for less than a period would have no samples.
   */
  set(take: (() => void) | undefined): void {
    const { u32 } = this.#cell
    this.#stretch = this.#hot.stretch
    const period = tierPolicy.samplePeriod * this.#stretch
    const left = u32[HOT_LEFT]!
    u32[HOT] = take === undefined ? 0 : period
    u32[HOT_LEFT] = left > 0 && left < period ? left : period
    this.#cell.onSlice = take
  }

  /** Called behind a sample: the next one comes when the code asks for it. In a run with a bound of time, the words are the clock's. */
  next(): void {
    if (this.#hot.stretch === this.#stretch || this.#cell.user!.remainingMs !== Number.POSITIVE_INFINITY) return
    const { u32 } = this.#cell
    this.#stretch = this.#hot.stretch
    u32[HOT_LEFT] = u32[HOT] = tierPolicy.samplePeriod * this.#stretch
  }
}
