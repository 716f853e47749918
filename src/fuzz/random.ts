// A seeded stream of numbers: the same seed gives the same stream everywhere, for ever. Not for secrets.

/** 32-bit hash of a text (FNV-1a), to make seeds of words. */
function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h >>> 0
}

/** A generator of pseudo-random numbers (sfc32: 128 bits of state, passes PractRand; state advances by a counter). */
export class Random {
  #a = 0
  #b = 0
  #c = 0
  #counter = 1

  /** @param seed a number or a word; `index` picks one of 2^32 independent streams of the seed. */
  constructor(seed: number | string, index = 0) {
    this.reseed(typeof seed === 'number' ? seed >>> 0 : hash(seed), index)
  }

  /** Starts the stream `index` of an integer seed, in place: one object serves a million programs. */
  reseed(seed: number, index: number): void {
    this.#a = seed | 0
    this.#b = index | 0
    this.#c = 0x5eed
    this.#counter = 1
    for (let i = 0; i < 12; i++) this.next()
  }

  /** This draws a number within 0…2^32-1. */
  next(): number {
    const t = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + t) | 0
    return t >>> 0
  }

  /** 0…limit-1, for limits up to 2^32. Bias below 2^-20 for the small limits it is used with. */
  below(limit: number): number {
    return Math.floor((this.next() / 4294967296) * limit)
  }

  /** This draws a number within low…high, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1)
  }

  /** This is true `percent` times in a hundred. */
  chance(percent: number): boolean {
    return this.next() < percent * 42949672.96
  }

  /** This draws one of the items. */
  pick<T>(items: ArrayLike<T>): T {
    return items[this.below(items.length)]!
  }
}
