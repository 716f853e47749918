// Knows which segments of a program have run. When hot code is compiled, only those go into the module, because most of a service
// never runs. What is hot is decided in tiers/hot-code.ts. The core looks at every segment (core/recompiler/coverage.c): here that took
// V8's interpreter 2 ms beside a service's first module, and V8's optimizer 10 ms more.
import type { Cell } from '../../core/cell.ts'
import { AT_VM, Part } from '../../core/contract.gen.ts'
import type { Functions } from './functions.ts'
import { type TableSource, tablesOf } from './tables.ts'

/** What has run of one code, on all machines that have reported it. It only grows. */
export class Coverage {
  readonly #source: TableSource
  /** 1 for each segment that has run, and for those behind it in the same block. */
  readonly ran: Uint8Array
  /** How many instructions before each segment are in segments that have run. It has one more entry, for the end. */
  readonly #before: Uint32Array

  constructor(source: TableSource) {
    const { segments } = source.decoded
    this.#source = source
    this.ran = new Uint8Array(segments)
    this.#before = new Uint32Array(segments + 1)
  }

  /** Adds what the interpreter of a cell has decoded. It decodes a block when control first comes to it. */
  add(cell: Cell): void {
    const index = cell.core.pvm_part(AT_VM, Part.Index) >>> 2
    this.#count(cell.u32.subarray(index, index + this.#source.decoded.program.code.length))
  }

  /** Adds blocks, by the segments that they begin with. */
  addBlocks(starts: readonly number[]): void {
    for (const segment of starts) this.ran[segment] = 1
    this.#count(undefined)
  }

  /** Adds the blocks that have a record, by code offset, and counts anew how many instructions have run. */
  #count(records: Uint32Array | undefined): void {
    const { core, program } = tablesOf(this.#source)
    if (records === undefined) program.decodedAt.fill(0)
    else program.decodedAt.set(records)
    program.ran.set(this.ran)
    core.pvm_cover()
    this.ran.set(program.ran)
    this.#before.set(program.ranBefore)
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
}
