// The smallest number that is free, for tables that number what they hold (GP B.8). Not the tables.

/** Gives the smallest number that is free, as GP B.8 wants it: one that was given back, else the next that was never given. */
export class FreeNumbers {
  #next = 0
  /** A heap: no number is smaller than the one at half its place. */
  readonly #back: number[] = []

  take(): number {
    const heap = this.#back
    const last = heap.pop()
    if (last === undefined) return this.#next++
    if (heap.length === 0) return last
    const first = heap[0]!
    let at = 0
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child += 1
      if (heap[child]! >= last) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
    return first
  }

  /** Makes all numbers free. */
  clear(): void {
    this.#next = 0
    this.#back.length = 0
  }

  giveBack(number: number): void {
    const heap = this.#back
    let at = heap.length
    for (let parent = (at - 1) >> 1; at > 0 && heap[parent]! > number; parent = (at - 1) >> 1) {
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = number
  }
}
