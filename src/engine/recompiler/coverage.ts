// Knows which segments of a program have run. When hot code is compiled, only those go into the module, because most of a service
// never runs. What is hot is decided in hot-code.ts.
import type { Cell } from '../../core/cell.ts'
import { AT_VM, Part } from '../../core/contract.gen.ts'
import type { Decoded } from './decode.ts'
import { KIND_OF } from './facts.ts'
import type { Functions } from './functions.ts'

/** No records. Reading beyond its end gives no number, which is no record. */
const NOTHING = new Uint32Array(0)

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
    this.#count(cell.u32, cell.core.pvm_part(AT_VM, Part.Index) >>> 2)
  }

  /** Adds blocks, by the segments that they begin with. */
  addBlocks(starts: readonly number[]): void {
    for (const segment of starts) this.ran[segment] = 1
    this.#count(NOTHING, 0)
  }

  /**
   * Adds the blocks with an entry in the list of records by code offset, which begins at `index`, and counts anew how many instructions
   * have run. It runs a few times in a process, before V8 optimizes it, so it calls nothing for a segment.
   */
  #count(records: Uint32Array, index: number): void {
    const { segments, segmentStart, pc, isBlock } = this.#decoded
    const ran = this.ran
    const before = this.#before
    let last = 0
    let total = 0
    let first = 0
    for (let s = 0; s < segments; ) {
      if (isBlock[s] === 1) last = ran[s]! | (records[index + pc[first]!]! > 0 ? 1 : 0)
      ran[s] = last
      s += 1
      const end = segmentStart[s]!
      if (last === 1) total += end - first
      before[s] = total
      first = end
    }
  }

  /**
   * Counts functions that are compiled whole as run, because the interpreter does not see them run any more. The sizes follow at
   * the next `add`.
   */
  addFunctions({ start, of }: Functions, roots: readonly number[]): void {
    for (const root of roots) this.ran.fill(1, start[of[root]!]!, start[of[root]! + 1]!)
  }

  /** How many instructions have run in the segments from one up to another. */
  size(from: number, to: number): number {
    return this.#before[to]! - this.#before[from]!
  }

  /** 1 for each segment that is left out of a module. A block that only traps never is, because it costs less than an exit before it. */
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
