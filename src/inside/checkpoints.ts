// The states of a run that are kept, few enough for any length. Not how they are used: history.ts.
import { PAGE_SIZE } from '../blob/address-space.ts'
import type { Snapshot } from './snapshot.ts'

/** A state of a run. */
export interface Checkpoint {
  /** So many instructions were executed before it. */
  readonly time: number
  /** Host calls made before it. */
  readonly calls: number
  readonly state: Snapshot
  /** Never dropped: the beginning, the end, what was changed by hand. */
  readonly pinned: boolean
  /** What the host kept for itself then; undefined where that is not known. */
  readonly host: unknown
}

/** Checkpoints that are kept at most, pinned ones apart. */
const MOST = 400
/** Distance of checkpoints in a short run, in instructions: about 0.3 ms interpreted. */
const FIRST_GAP = 1 << 16

function bytesOf(state: Snapshot, before: Snapshot | undefined): number {
  let pages = 0
  for (const [page, bytes] of state.pages) if (before?.pages.get(page) !== bytes) pages += 1
  return pages * PAGE_SIZE
}

/** Checkpoints stand in the order of their times. */
export class Checkpoints {
  readonly #maxBytes: number
  #all: Checkpoint[] = []
  /** Instructions between two checkpoints. It doubles when there are too many. */
  gap: number = FIRST_GAP

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Where the first checkpoint behind `time` is. */
  #behind(time: number): number {
    let low = 0
    let high = this.#all.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#all[middle]!.time <= time) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The last one at or before `time`. */
  before(time: number): Checkpoint | undefined {
    return this.#all[this.#behind(time) - 1]
  }

  /** These are the times of all of them, ascending. */
  get times(): number[] {
    return this.#all.map(({ time }) => time)
  }

  /** Bytes of pages that are held, those that checkpoints share counted once. */
  get bytes(): number {
    return this.#all.reduce((sum, { state }, i) => sum + bytesOf(state, this.#all[i - 1]?.state), 0)
  }

  add(checkpoint: Checkpoint): void {
    const at = this.#behind(checkpoint.time)
    const same = this.#all[at - 1]
    if (same !== undefined && same.time === checkpoint.time) {
      // What was changed by hand at a time stands for the time.
      if (checkpoint.pinned) this.#all[at - 1] = checkpoint
      return
    }
    this.#all.splice(at, 0, checkpoint)
    if (this.#all.length > MOST) this.#thin()
    else if (this.#all.length % 16 === 0 && this.bytes > this.#maxBytes) this.#thin()
  }

  /** Drops those that are too near to each other, and when that is not enough, every other one. */
  #thin(): void {
    this.#drop()
    while (this.#all.length > MOST / 2 || this.bytes > this.#maxBytes / 2) {
      if (this.#all.every(({ pinned }, i) => pinned || i === 0)) return
      this.gap *= 2
      this.#drop()
    }
  }

  #drop(): void {
    let last = Number.NEGATIVE_INFINITY
    this.#all = this.#all.filter(({ time, pinned }) => {
      if (!pinned && time - last < this.gap) return false
      last = time
      return true
    })
  }

  /** Forgets all behind `time`. */
  cut(time: number): void {
    this.#all.length = this.#behind(time)
  }
}
