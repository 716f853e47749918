// A dispatch loop is the loop around a branch table that a function becomes if its graph has no structure. This file finds out which of
// its cases go on to which other case without paying. The cases themselves are followed by function.ts.
import { type Control, Frame } from './control.ts'
import { SET } from './form.ts'
import type { Locals } from './locals.ts'

/** A branch table: the frame around those that it leads to, how many these are, the local that says to which, and the place behind its opcode. */
interface Table {
  readonly head: number
  readonly cases: number
  readonly state: number
  readonly behind: number
}

/** A dispatch loop: its frame, its cases, the local that says which case is next, and the ways between cases that pay nothing. */
export class DispatchLoop {
  readonly frame: number
  readonly cases: number
  readonly state: number
  readonly #unpaid = new Map<number, Set<number>>()
  /** By case: the least that was paid last on any way to it, and the most of that which the case may have given back. */
  readonly #paid = new Map<number, number>()
  readonly #owed = new Map<number, number>()
  /** Cases that have paid nothing themselves where they call a function, or leave the loop to the end of an outer frame. */
  readonly #callers = new Set<number>()
  readonly #leavers: [at: number, frame: number][] = []
  /** Whether some way goes on to a case that is not known. */
  #lost = false

  constructor(frame: number, cases: number, state: number) {
    this.frame = frame
    this.cases = cases
    this.state = state
  }

  /**
   * Whether a branch table begins such a loop, whose frame is `head`. Directly in front of the loop the state becomes 0, so control comes to
   * the first case first. Nothing but blocks, one for each case, and the state stands between the head of the loop and the table. So control
   * comes to a case only by the table, as the state says that was assigned in front of the branch to the head.
   */
  static begins({ construct, begin }: Control, bytes: Uint8Array, { head, cases, state, behind }: Table): boolean {
    if (head < 0 || construct[head] !== Frame.Loop || state >= 0x80) return false
    const first = [0x41, 0, SET, state, 0x03, 0x40]
    if (!first.every((byte, k) => bytes[begin[head]! - first.length + k] === byte)) return false
    for (let k = 1; k <= cases; k++) {
      if (construct[head + k] !== Frame.Block || begin[head + k] !== begin[head]! + 2 * k) return false
    }
    return behind === begin[head + cases]! + 3
  }

  /** The frame whose end stands in front of the case behind `at`, which is -1 in front of the first. It is the loop's behind the last. */
  endOf(at: number): number {
    return this.frame + this.cases - at - 1
  }

  /** The case that the state local names, or -1. */
  #next(locals: Locals): number {
    const { state } = this
    locals.rootOf(state)
    const isKnown = locals.root[state] === 0 && locals.second[state] === -1 && locals.extent[state] === 0
    const next = locals.shift[state]!
    return isKnown && next >= 0 && next < this.cases ? next : -1
  }

  /** Notes that a way goes on to the next case, and has paid so much last. */
  leaves(locals: Locals, paid: number): void {
    const next = this.#next(locals)
    if (next < 0) this.#lost = true
    else this.#paid.set(next, Math.min(paid, this.#paid.get(next) ?? paid))
  }

  /** Notes that an exit in a case gives back so much of what was paid before control came to the case. */
  owes(at: number, amount: number): void {
    this.#owed.set(at, Math.max(amount, this.#owed.get(at) ?? 0))
  }

  /** Notes that a case has paid nothing itself where it calls a function, or branches to the end of an outer frame. */
  isFreeAt(at: number, frame?: number): void {
    if (frame === undefined) this.#callers.add(at)
    else this.#leavers.push([at, frame])
  }

  /**
   * Whether the loop always ends, pays before it calls, and gives back no more than was paid. The outer frames to whose ends ways lead on
   * which nothing was paid get to know that.
   */
  isSound({ free }: Control): boolean {
    const cases = this.#freeCases()
    for (const [at, frame] of this.#leavers) if (cases.has(at)) free[frame] = true
    return !this.isEndless && this.isCovered && ![...this.#callers].some(at => cases.has(at))
  }

  /** The cases to which some way leads from the first one on which nothing is paid. */
  #freeCases(): Set<number> {
    const cases = new Set([0])
    for (const at of cases) for (const next of this.#unpaid.get(at) ?? []) cases.add(next)
    return cases
  }

  /** Whether on every way to a case as much was paid as the case may give back. */
  get isCovered(): boolean {
    // Control comes to the first case from in front of the loop, with nothing paid.
    const paid = (at: number): number => (this.#lost || at === 0 ? 0 : (this.#paid.get(at) ?? 0))
    return [...this.#owed].every(([at, amount]) => amount <= paid(at))
  }

  /** Notes that a case goes on to the one that the state local names, and has paid nothing. Returns false when it names none. */
  goesOn(locals: Locals, from: number): boolean {
    const to = this.#next(locals)
    if (to < 0) return false
    const known = this.#unpaid.get(from)
    if (known === undefined) this.#unpaid.set(from, new Set([to]))
    else known.add(to)
    return true
  }

  /** Whether some way leads from a case back to it without a payment. */
  get isEndless(): boolean {
    const done = new Set<number>()
    for (const start of this.#unpaid.keys()) {
      if (done.has(start)) continue
      // A depth-first search with a stack of its own. An entry is a case and what is left of its successors.
      const path = new Set<number>([start])
      const stack: [number, Iterator<number>][] = [[start, this.#successors(start)]]
      while (stack.length > 0) {
        const [at, rest] = stack[stack.length - 1]!
        const { value, done: finished } = rest.next()
        if (finished === true) {
          stack.pop()
          path.delete(at)
          done.add(at)
        } else if (path.has(value)) return true
        else if (!done.has(value)) {
          path.add(value)
          stack.push([value, this.#successors(value)])
        }
      }
    }
    return false
  }

  #successors(of: number): Iterator<number> {
    return (this.#unpaid.get(of) ?? new Set<number>()).values()
  }
}
