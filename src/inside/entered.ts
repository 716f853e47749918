// Times of a run that execution alone does not come to: somebody changed the machine there, or went on behind a stop. Not their
// states: each has a checkpoint.

/** These are such times. They are given out in ascending order. */
export class Entered {
  readonly #times = new Map<number, boolean>()

  /** @param stops whether the machine, coming from before, stops there by itself. */
  add(time: number, stops: boolean): void {
    this.#times.set(time, stops || this.#times.get(time) === true)
  }

  has(time: number): boolean {
    return this.#times.has(time)
  }

  stops(time: number): boolean {
    return this.#times.get(time) === true
  }

  /** The first one behind a time; infinity where there is none. */
  behind(time: number): number {
    for (const entered of this.#times.keys()) if (entered > time) return entered
    return Number.POSITIVE_INFINITY
  }

  /** Forgets those behind a time. */
  cut(time: number): void {
    for (const entered of this.#times.keys()) if (entered > time) this.#times.delete(entered)
  }
}
