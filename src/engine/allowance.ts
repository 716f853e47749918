// The allowance of a run: how much of its gas it may use, and for how long.
//
// Gas that a run may not use is kept back here while the guest runs. What it may use is its portion, which the gas counter holds. A
// guest that has used up its portion stops as if it were out of gas. That is an exact state on every engine. A guest cannot notice
// any of this, because the counter is whole at every exit and in every host function.
//
// Time is bounded in the same way. Engines look at the clock now and then, and when the time is over, all gas is kept back. Until
// then nothing is kept back, so host calls need no arithmetic. That matters, because an allocation in each of them made V8 collect
// garbage in the middle of a run of 10 ms.

/** The gas counter of a machine. Writing it has no other effect. */
export interface GasCounter {
  gas: bigint
}

/** The bounds of a run. */
export interface Bounds {
  /** The gas that this run may use; by default all there is. */
  readonly maxGas?: bigint | undefined
  /** How many instructions this run may execute, where each of them costs 1; by default any number. */
  readonly steps?: number | undefined
  /** When it has to pause, by the clock of `performance.now`; by default never. */
  readonly until?: number
}

/** Which bound made a portion as large as it was. */
export type Portion = 'all' | 'allowed' | 'time'

/**
 * The first slice of gas that compiled code gets in a run with a bound of time. How long a slice took says how large the next one
 * may be. No slice is very large, because a guest may be fast and then slow: 100,000 loads that all miss the caches take some
 * milliseconds.
 */
const FIRST_SLICE = 10_000
const LEAST_SLICE = 100
const MOST_SLICE = 100_000
const SLICE_MS = 0.2
/** How many times larger than the one before a slice may be. */
const GROWTH = 2

/**
 * Where the system has taken the processor away in a run, it will most likely do so again: for as long as it lets others have it,
 * 4 ms in most systems. Then the run is stopped so much earlier that it returns in time even if that happens at its end.
 */
const MARGIN_MS = 2.5
/** How much of a run's time that is at most. */
const MARGIN_SHARE = 0.25
/** Two looks at the clock have so much between them only where the thread had no processor, or made something long. */
const GAP_MS = 1
/** For how long before the end of a run that counts. */
const GAP_COUNTS_MS = 16

/**
 * For so long after the first machine of a process the runtime optimizes the core and much JavaScript, on threads of its own. They
 * take the processor from the guest as others do, so all runs that end until then are stopped earlier.
 */
const YOUNG_MS = 100
let youngUntil = 0

/** The first machine of the process is made. */
export function beginYouth(): void {
  youngUntil = performance.now() + YOUNG_MS
}

/** The allowance of one run. */
export class Allowance {
  readonly #counter: GasCounter
  /** How much gas, or how many steps, may still be used; undefined without a bound. */
  #left: bigint | undefined
  readonly #steps: boolean
  /** When it is stopped, by the clock of `performance.now`; infinity for never. Before `#end` where the system takes its time. */
  until: number
  /** When it has to have paused. */
  #end: number
  #margin = 0
  /** When the clock was looked at last, but for looks that were before `next`. */
  #seen = Number.POSITIVE_INFINITY
  /** Until then a look that finds nothing need not be told: it keeps the number of what is done at each host call small. */
  next: number = Number.POSITIVE_INFINITY
  /** The gas of the next slice of compiled code. */
  #slice = FIRST_SLICE
  /** The gas that is kept back, and what the counter had when the portion began. */
  #kept = 0n
  /** Whether a portion is out and nothing is kept back. Then host functions see the whole gas without arithmetic. */
  isWhole = false
  #given = 0n
  /** When somebody last looked at the clock. */
  #since = 0
  #over = false
  /** Whether anything has run yet. Each run makes some progress, however little time it has. */
  #moved = false
  /** Whether a portion has been given out and not been taken back. */
  #isOut = false
  /** Whether the run has stopped because of a host function, since the portion was given out. */
  stoppedByHost = false

  constructor(counter: GasCounter, bounds: Bounds) {
    this.#counter = counter
    this.#end = this.until = bounds.until ?? Number.POSITIVE_INFINITY
    if (this.isTimed) this.#begin(performance.now())
    this.#steps = bounds.steps !== undefined
    this.#left = bounds.steps === undefined ? bounds.maxGas : BigInt(bounds.steps)
  }

  /** Whether the clock bounds it. */
  get isTimed(): boolean {
    return this.until !== Number.POSITIVE_INFINITY
  }

  /** Moves the time at which the run has to pause. `runAsync` does so for each turn of the event loop. */
  extend(until: number): void {
    this.#end = this.until = until
    this.#over = this.#moved = false
    this.#begin(performance.now())
  }

  #begin(now: number): void {
    this.#margin = Math.min(MARGIN_MS, Math.max(0, this.#end - now) * MARGIN_SHARE)
    if (this.#end < youngUntil) this.until = this.#end - this.#margin
    this.#see(now)
  }

  /** Nothing was to be seen on the clock meanwhile: what took the time was our own, and is over. */
  forgive(): void {
    if (this.isTimed) this.#see(performance.now())
  }

  #see(now: number): void {
    this.#seen = now
    this.next = Math.min(this.until, now + SLICE_MS)
  }

  /** The clock shows this time. Whether the time of the run is over. */
  isOverAt(now: number): boolean {
    if (now - this.#seen > GAP_MS && now + GAP_COUNTS_MS > this.#end) this.until = this.#end - this.#margin
    this.#see(now)
    this.#over = now >= this.until
    return this.#over
  }

  /** Whether all steps have been made. */
  get isStepped(): boolean {
    return this.#steps && this.#left === 0n
  }

  /** Milliseconds until the run is stopped; until its end in a young process, where the run of an inner machine stops earlier itself. */
  get msLeft(): number {
    if (!this.isTimed) return Number.POSITIVE_INFINITY
    const now = performance.now()
    if (this.isOverAt(now)) return 0
    return (this.#end < youngUntil ? this.#end : this.until) - now
  }

  /** Whether the time is over. */
  get isOver(): boolean {
    if (!this.#over && this.until !== Number.POSITIVE_INFINITY) {
      this.#since = performance.now()
      this.isOverAt(this.#since)
    }
    return this.#over
  }

  /** Whether its gas is not used up. */
  get hasLeft(): boolean {
    return this.#left !== 0n
  }

  /** Gives out a portion. Returns false when the run has to pause; the counter is whole then. */
  give(): boolean {
    if (!this.hasLeft || (this.#moved && this.isOver)) return false
    this.stoppedByHost = false
    this.#put(undefined)
    return true
  }

  /** The gas of the next slice of compiled code, or infinity without a bound of time. */
  get sliceGas(): number {
    return this.isTimed ? this.#slice : Number.POSITIVE_INFINITY
  }

  /** Called when compiled code has used up a slice of so much gas. Looks at the clock, and decides how large the next one is. */
  endSlice(spent: number): void {
    const since = this.#since
    this.look()
    if (!this.isTimed || this.#over) return
    const took = this.#since - since
    const fits = took > 0 ? (spent * SLICE_MS) / took : MOST_SLICE // a clock may answer anything, NaN too
    this.#slice = Math.max(LEAST_SLICE, Math.min(fits, this.#slice * GROWTH, MOST_SLICE))
  }

  /**
   * Takes the portion back. The counter is whole then, and what was used counts. Returns what the portion was: `all` the gas that
   * there is, all that was still `allowed`, or what the `time` was enough for.
   */
  take(): Portion {
    if (!this.#isOut) return 'all'
    this.#isOut = false
    const spent = this.#given - this.#counter.gas
    if (spent > 0n) this.#moved = true
    const portion = this.#kept === 0n ? 'all' : this.#given === this.#left ? 'allowed' : 'time'
    this.#use(spent)
    this.#counter.gas += this.#kept
    this.#kept = 0n
    return portion
  }

  #use(amount: bigint): void {
    if (this.#left === undefined || amount <= 0n) return
    this.#left = amount > this.#left ? 0n : this.#left - amount
  }

  /** Gives out a portion of this size, or all gas that there is. */
  #put(size: bigint | undefined): void {
    const all = this.#counter.gas
    let portion = size !== undefined && size < all ? size : all
    if (this.#left !== undefined && this.#left < portion) portion = this.#left
    this.#counter.gas = this.#given = portion
    this.#kept = all - portion
    this.isWhole = this.#left === undefined && this.#kept === 0n
    this.#isOut = true
  }

  /** Called before a host function: makes the counter whole. Returns what the guest still had of its portion. */
  pause(): bigint {
    const had = this.#counter.gas
    this.#moved = true
    this.#use(this.#given - had)
    this.#counter.gas = had + this.#kept
    this.#kept = 0n
    this.#isOut = false
    return had
  }

  /**
   * Called after a host function, which found `before` in the counter. What it took counts as used, unless steps are counted.
   * Returns false when the run has to pause. Otherwise the guest has its portion again.
   */
  goOn(had: bigint, before: bigint): boolean {
    const took = before - this.#counter.gas
    if (!this.#steps) this.#use(took)
    if (!this.hasLeft || this.isOver) return false
    const rest = this.#steps || took <= 0n ? had : had - took
    this.#put(rest > 0n ? rest : 0n)
    return true
  }

  /** Makes the counter whole while `look` runs, which only looks at the machine. */
  show(look: (kept: bigint) => void): void {
    if (this.isWhole) {
      look(0n)
      return
    }
    const kept = this.#kept
    const had = this.pause()
    try {
      look(kept)
    } finally {
      this.#put(had)
    }
  }

  /** Looks at the clock while a portion is out. When the time is over, the portion ends. Returns whether gas is kept back. */
  look(): boolean {
    if (!this.#isOut || !this.isOver || (!this.#moved && this.#given === this.#counter.gas)) return false
    this.#given -= this.#counter.gas
    this.#kept += this.#counter.gas
    this.#counter.gas = 0n
    this.isWhole = false
    return this.#kept > 0n
  }
}
