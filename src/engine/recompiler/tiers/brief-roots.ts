// Finds roots that are left almost as soon as they are entered. Entering and leaving cost more than interpreting a few
// instructions. So the core does not enter such a root any more; other compiled code still calls it. Because of this a loop
// that leaves compiled code in each turn, by `sbrk` or by stores outside of the window, is not slower for long than it is
// interpreted. Roots are entered by runtime.ts.
import { BRIEF_ENTRIES, BRIEF_GAS } from './policy.ts'

/** Counts, for each root, how often it was entered and how much gas it used, since the root was last looked at. */
export class BriefRoots {
  readonly #entries: Uint16Array
  readonly #gas: Float64Array

  constructor(segments: number) {
    this.#entries = new Uint16Array(segments)
    this.#gas = new Float64Array(segments)
  }

  /**
   * Counts that the root of a segment has been entered and left, and has used so much gas, as `weight` times. The gas is less than 0
   * where the host gave some. Returns true when the root is looked at, and is left too soon on average.
   */
  isTooBrief(segment: number, spent: number, weight = 1): boolean {
    const gas = this.#gas[segment]! + weight * (spent < 0 ? BRIEF_GAS : spent)
    const entries = this.#entries[segment]! + weight
    const looks = entries >= BRIEF_ENTRIES
    this.#entries[segment] = looks ? 0 : entries
    this.#gas[segment] = looks ? 0 : gas
    return looks && gas <= BRIEF_GAS * entries
  }
}
