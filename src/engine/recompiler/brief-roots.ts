// Which roots are left as soon as they are entered. Entering and leaving cost more than a few instructions interpreted: such a
// root is entered no more, but still called by other compiled code. So no loop of `sbrk`, of stores beyond the window, of
// whatever leaves each turn, is slower for long than it is interpreted. Not the entering: runtime.ts.
import { BRIEF_ENTRIES, BRIEF_GAS } from './policy.ts'

/** For each root: how often it was entered, and the gas used in it, since it was last looked at. */
export class BriefRoots {
  readonly #entries: Uint16Array
  readonly #gas: Float64Array

  constructor(segments: number) {
    this.#entries = new Uint16Array(segments)
    this.#gas = new Float64Array(segments)
  }

  /**
   * The root of a segment has been entered and left, and has used so much gas; less than 0 where the host gave some. True
   * when it has been left after too little on average: one long stay among many short ones does not hide them.
   */
  isTooBrief(segment: number, spent: number): boolean {
    const gas = this.#gas[segment]! + (spent < 0 ? BRIEF_GAS : spent)
    const entries = this.#entries[segment]! + 1
    const looks = entries === BRIEF_ENTRIES
    this.#entries[segment] = looks ? 0 : entries
    this.#gas[segment] = looks ? 0 : gas
    return looks && gas <= BRIEF_GAS * BRIEF_ENTRIES
  }
}
