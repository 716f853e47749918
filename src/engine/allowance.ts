// How much of its gas a run may use, and for how long: gas is given out in portions, and the clock is looked at between them.
// Not the run itself, and nothing of what a guest sees: at every exit and in every host function the counter is whole again.
//
// A portion is what the gas counter holds while the guest runs; the rest is kept back here. A guest that has used up its
// portion stops as if it were out of gas, at a state that is exact on every engine; then it gets the next portion, or pauses.

/** The gas counter of a machine, bare: writing it has no other effect. */
export interface GasCounter {
  gas: bigint
}

/** What bounds a run. */
export interface Bounds {
  /** Gas this run may use; undefined: all there is. */
  readonly maxGas?: bigint | undefined
  /** Instructions this run may execute, where each costs 1; undefined: any number. */
  readonly steps?: number | undefined
  /** When it has to pause, by the clock of `performance.now`; default never. */
  readonly until?: number
}

/** What bounded a portion. */
export type Portion = 'all' | 'allowed' | 'time'

/** Gas of the first portion: half a millisecond at the speed of the slowest engine. */
const FIRST_PORTION = 1000
const LEAST_PORTION = 100
const MOST_PORTION = 2 ** 40
const LARGEST_TIMED = 2 ** 30
/** What a portion is to take, in ms, and by how much a portion may exceed the one before. */
const PORTION_MS = 0.4
const GROWTH = 2

/** The allowance of one run. */
export class Allowance {
  readonly #counter: GasCounter
  /** Gas, or steps, that may still be used; undefined: no bound. */
  #left: bigint | undefined
  readonly #steps: boolean
  #until: number
  /** Gas of the next portion. */
  #size: number
  /** Gas kept back, and what the counter had when the portion began. */
  #kept = 0n
  #given = 0n
  #since = 0
  #over = false
  /** Whether anything has run: a run gets somewhere, however little time it has. */
  #moved = false
  /** Whether a portion is out. */
  #isOut = false
  /** Whether the run stopped for what a host function did, since the portion was given out. */
  stoppedByHost = false

  constructor(counter: GasCounter, bounds: Bounds) {
    this.#counter = counter
    this.#until = bounds.until ?? Number.POSITIVE_INFINITY
    this.#steps = bounds.steps !== undefined
    this.#left = bounds.steps === undefined ? bounds.maxGas : BigInt(bounds.steps)
    this.#size = this.#until === Number.POSITIVE_INFINITY ? MOST_PORTION : FIRST_PORTION
  }

  /** Whether the clock bounds it. */
  get isTimed(): boolean {
    return this.#until !== Number.POSITIVE_INFINITY
  }

  /** Moves the time at which the run has to pause: another slice begins. */
  extend(until: number): void {
    if (!this.isTimed) this.#size = FIRST_PORTION
    this.#until = until
    this.#over = this.#moved = false
  }

  /** Whether all steps have been made. */
  get isStepped(): boolean {
    return this.#steps && this.#left === 0n
  }

  /** Milliseconds until the run has to pause. */
  get msLeft(): number {
    return this.isTimed ? Math.max(0, this.#until - performance.now()) : this.#until
  }

  /** Whether the time is over. */
  get isOver(): boolean {
    if (!this.#over && this.#until !== Number.POSITIVE_INFINITY) this.#over = performance.now() >= this.#until
    return this.#over
  }

  /** Whether its gas is not used up. */
  get hasLeft(): boolean {
    return this.#left !== 0n
  }

  /** Gives out a portion. False when the run has to pause: then the counter is whole. */
  give(): boolean {
    if (!this.hasLeft || (this.#moved && this.isOver)) return false
    this.stoppedByHost = false
    this.#begin()
    return true
  }

  #begin(): void {
    if (this.isTimed) this.#since = performance.now()
    this.#put(BigInt(Math.floor(this.#size)))
  }

  /** With a portion out: the next one, where it was time that bounded this one, and there is time. */
  refill(): boolean {
    if (!this.#isOut || this.#kept === 0n || this.#given === this.#left || this.isOver) return false
    this.take()
    this.#begin() // whatever the clock says by now: the guest is not to see the whole gas
    return true
  }

  /**
   * Takes the portion back: the counter is whole, and what was used counts. Returns what the portion was: `all` the gas there
   * is, all that was still `allowed`, or what fits the `time`.
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
    if (this.isTimed && !this.#over) this.#adapt(Number(spent))
    return portion
  }

  /** Puts the time the last portion took to use. */
  #adapt(spent: number): void {
    const took = performance.now() - this.#since
    // Nothing used: the next block costs more than a portion.
    const fits = spent <= 0 || took <= 0 ? Number.POSITIVE_INFINITY : (spent * PORTION_MS) / took
    this.#size = Math.max(LEAST_PORTION, Math.min(fits, this.#size * GROWTH, LARGEST_TIMED))
  }

  #use(amount: bigint): void {
    if (this.#left === undefined || amount <= 0n) return
    this.#left = amount > this.#left ? 0n : this.#left - amount
  }

  #put(size: bigint): void {
    const all = this.#counter.gas
    let portion = size < all ? size : all
    if (this.#left !== undefined && this.#left < portion) portion = this.#left
    this.#counter.gas = this.#given = portion
    this.#kept = all - portion
    this.#isOut = true
  }

  /** Before a host function: the counter is whole. Returns what the guest had of its portion. */
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
   * Behind a host function that found `before` in the counter: what it took counts as used, unless steps are counted.
   * False when the run has to pause; else the guest has its portion again.
   */
  goOn(had: bigint, before: bigint): boolean {
    const took = before - this.#counter.gas
    if (!this.#steps) this.#use(took)
    if (!this.hasLeft || this.isOver) return false
    if (this.isTimed) this.#since = performance.now() // the function's time is not the guest's
    const rest = this.#steps || took <= 0n ? had : had - took
    this.#put(rest > 0n ? rest : 0n)
    return true
  }

  /** Before and behind what only looks at the machine, with a portion out: the counter is whole meanwhile. */
  show(look: (kept: bigint) => void): void {
    const kept = this.#kept
    const had = this.pause()
    try {
      look(kept)
    } finally {
      this.#put(had)
    }
  }

  /** In passing, with a portion out: looks at the clock, and ends the portion when the time is over. */
  look(): void {
    if (!this.isTimed || !this.#isOut || this.#over) return
    if (!this.isOver || (!this.#moved && this.#given === this.#counter.gas)) return
    this.#given -= this.#counter.gas
    this.#kept += this.#counter.gas
    this.#counter.gas = 0n
  }
}
