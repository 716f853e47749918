// A list that only grows, and is forked without being copied. Not a queue.

/** Items that were appended; forks share those before. */
export class Appended<T> {
  #items: T[]
  #count: number

  constructor(items: T[] = []) {
    this.#items = items
    this.#count = items.length
  }

  get length(): number {
    return this.#count
  }

  push(item: T): void {
    if (this.#items.length > this.#count) this.#items = this.#items.slice(0, this.#count) // another fork has gone on
    this.#items.push(item)
    this.#count += 1
  }

  /** The same list: what is appended to one is not in the other. */
  fork(): Appended<T> {
    const copy = new Appended<T>()
    copy.#items = this.#items
    copy.#count = this.#count
    return copy
  }

  /** A copy of what is in it. */
  toArray(): T[] {
    return this.#items.slice(0, this.#count)
  }
}
