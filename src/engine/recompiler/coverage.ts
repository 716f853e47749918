// Knows which segments of a program have run. When hot code is compiled, only those go into the module, because most of a service
// never runs. What is hot is decided in hot-code.ts.
import type { Cell } from '../../core/cell.ts'
import { AT_VM, Part } from '../../core/contract.gen.ts'
import type { Decoded } from './decode.ts'
import { KIND_OF } from './facts.ts'
import type { Functions } from './functions.ts'

/** What has run of one code, on all machines that have reported it. It only grows. */
export class Coverage {
  readonly #decoded: Decoded
  /** 1 for each segment that has run, and for those behind it in the same block. */
  readonly ran: Uint8Array
  /** How many instructions before each segment are in segments that have run. It has one more entry, for the end. */
  readonly #before: Int32Array

  constructor(decoded: Decoded) {
    this.#decoded = decoded
    this.ran = new Uint8Array(decoded.segments)
    this.#before = new Int32Array(decoded.segments + 1)
  }

  /** Adds what the interpreter of a cell has decoded. It decodes a block when control first comes to it. */
  add(cell: Cell): void {
    const { u32 } = cell
    const index = cell.core.pvm_part(AT_VM, Part.Index) >>> 2
    this.#count(offset => u32[index + offset]! !== 0)
  }

  /** Adds blocks, by the segments that they begin with. */
  addBlocks(starts: readonly number[]): void {
    for (const segment of starts) this.ran[segment] = 1
    this.#count(() => false)
  }

  /** Adds the blocks that begin at the offsets that `has`, and counts anew how many instructions have run. */
  #count(has: (offset: number) => boolean): void {
    const { segments, segmentStart, pc, isBlock } = this.#decoded
    const ran = this.ran
    const before = this.#before
    let last = 0
    let total = 0
    for (let s = 0; s < segments; s++) {
      const first = segmentStart[s]!
      if (isBlock[s] === 1) last = ran[s]! | (has(pc[first]!) ? 1 : 0)
      ran[s] = last
      total += last * (segmentStart[s + 1]! - first)
      before[s + 1] = total
    }
  }

  /** Counts functions that are compiled whole as run, because the interpreter does not see them run any more. The sizes follow at the next `add`. */
  addFunctions({ start, of }: Functions, roots: readonly number[]): void {
    for (const root of roots) this.ran.fill(1, start[of[root]!]!, start[of[root]! + 1]!)
  }

  /** How many instructions have run in the segments from one up to another. */
  size(from: number, to: number): number {
    return this.#before[to]! - this.#before[from]!
  }

  /** 1 for each segment that is left out of a module. A block that only traps is never left out, because it costs less than an exit before it. */
  leftOut(): Uint8Array {
    const { segments, segmentStart, isBlock, id } = this.#decoded
    const out = new Uint8Array(segments)
    for (let s = 0; s < segments; s++) {
      if (this.ran[s] === 1 || isBlock[s] === 0) continue
      const first = segmentStart[s]!
      const traps = segmentStart[s + 1]! === first + 1 && KIND_OF[id[first]!] === 'trap'
      if (!traps) out[s] = 1
    }
    return out
  }
}
