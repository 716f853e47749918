// Which segments of a program have run: only those are compiled where hot code is, because most of a service never runs.
// Not what is hot: hot-code.ts.
import type { Cell } from '../machine/cell.ts'
import { AT_VM, Part } from '../machine/contract.gen.ts'
import type { Decoded } from './decode.ts'
import { CLASS, Class } from './facts.ts'
import type { Functions } from './functions.ts'

/** What has run of one code, on all machines that reported it. It only grows. */
export class Coverage {
  readonly #decoded: Decoded
  /** 1 for each segment that has run, or that follows in its block behind one that has run. */
  readonly ran: Uint8Array
  /** Instructions of segments that have run, before each segment; one more entry. */
  readonly #before: Int32Array

  constructor(decoded: Decoded) {
    this.#decoded = decoded
    this.ran = new Uint8Array(decoded.segments)
    this.#before = new Int32Array(decoded.segments + 1)
  }

  /** Adds what a cell's interpreter has decoded, which it does with a block when control comes to it. */
  add(cell: Cell): void {
    const { segments, segmentStart, pc, isBlock } = this.#decoded
    const { u32 } = cell
    const index = cell.core.pvm_part(AT_VM, Part.Index) >>> 2
    const ran = this.ran
    const before = this.#before
    let last = 0
    let total = 0
    for (let s = 0; s < segments; s++) {
      const first = segmentStart[s]!
      if (isBlock[s] === 1) last = ran[s]! | (u32[index + pc[first]!] === 0 ? 0 : 1)
      ran[s] = last
      total += last * (segmentStart[s + 1]! - first)
      before[s + 1] = total
    }
  }

  /** Counts functions that are compiled whole as run, because the interpreter does not see compiled code run. `add` brings the sizes up to date. */
  addFunctions({ start, of }: Functions, roots: readonly number[]): void {
    for (const root of roots) this.ran.fill(1, start[of[root]!]!, start[of[root]! + 1]!)
  }

  /** Instructions that have run, of the segments from one up to another. */
  size(from: number, to: number): number {
    return this.#before[to]! - this.#before[from]!
  }

  /** 1 for each segment that is not compiled. A block that only traps is compiled always: it costs less than an exit before it. */
  leftOut(): Uint8Array {
    const { segments, segmentStart, isBlock, id } = this.#decoded
    const out = new Uint8Array(segments)
    for (let s = 0; s < segments; s++) {
      if (this.ran[s] === 1 || isBlock[s] === 0) continue
      const first = segmentStart[s]!
      const traps = segmentStart[s + 1]! === first + 1 && CLASS[id[first]!] === Class.Trap
      if (!traps) out[s] = 1
    }
    return out
  }
}
