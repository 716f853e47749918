// The loop around a branch table that functions without structure become: which of its cases go on to which without paying.
// Not what the cases do: function.ts.
import type { Locals } from './locals.ts'

/** A dispatch loop: its frame, its cases, the local that says which is next, and the ways that pay nothing. */
export class DispatchLoop {
  readonly frame: number
  readonly cases: number
  readonly state: number
  readonly #unpaid = new Map<number, Set<number>>()

  constructor(frame: number, cases: number, state: number) {
    this.frame = frame
    this.cases = cases
    this.state = state
  }

  /** The case whose code follows the end of a frame, -1 for none. */
  caseBehind(frame: number): number {
    const index = this.frame + this.cases - frame
    return index >= 0 && index < this.cases ? index : -1
  }

  /** A case goes on to the one that the state local names, and has paid nothing. False when that is none. */
  goesOn(locals: Locals, from: number): boolean {
    const { state } = this
    locals.rootOf(state)
    const isKnown = locals.root[state] === 0 && locals.second[state] === -1 && locals.extent[state] === 0
    const to = locals.shift[state]!
    if (!isKnown || to < 0 || to >= this.cases) return false
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
      // Depth first, with a stack of our own: [case, what is left of its successors].
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
