// Which roots are left as soon as they are entered. Entering and leaving cost more than a few instructions interpreted: such a
// root is entered no more, but still called by other compiled code. So no loop of `sbrk`, of stores beyond the window, of
// whatever leaves each turn, is slower for long than it is interpreted. Not the entering: runtime.ts.
import { BRIEF_ENTRIES, BRIEF_GAS } from './policy.ts'

/** Times in a row that each root was left after little gas. */
export class BriefRoots {
  readonly #times: Uint16Array

  constructor(segments: number) {
    this.#times = new Uint16Array(segments)
  }

  /** The root of a segment has been entered and left, and has used so much gas. True when that was once too often. */
  isTooBrief(segment: number, spent: number): boolean {
    const times = this.#times
    if (spent < 0 || spent > BRIEF_GAS) times[segment] = 0
    else if (times[segment]! < BRIEF_ENTRIES) times[segment] = times[segment]! + 1
    else {
      times[segment] = 0
      return true
    }
    return false
  }
}
