// The counts of a machine on the core. They are tables in its cell, to which the interpreter and compiled code write differences;
// core/interpreter/tally.c says which. Here they become plain counts (../tally.ts).
import type { Program } from '../program/program.ts'
import { type Counts, Tally } from '../program/tally.ts'
import { AT_VM } from './contract.gen.ts'
import type { CoreExports } from './core.ts'

const TABLES = 3

/** How many bytes the tables of a program have; see core/interpreter/tally.c. */
export function tallyBytes({ code }: Program): number {
  return 8 * TABLES * (code.length + 1)
}

/** Whether control goes on behind an instruction without counting as coming in anew. */
function goesOn({ instructionAt }: Program, pc: number): boolean {
  const instruction = instructionAt(pc)
  if (instruction === undefined || instruction.terminator) return false
  return instruction.kind !== 'host' && instruction.kind !== 'sbrk' && instruction.kind !== 'memset'
}

/** What the counts need of a cell. */
interface Place {
  readonly memory: WebAssembly.Memory
  readonly core: CoreExports
}

/** The counts in a cell that has room for them at `at`. */
export class CellTally {
  readonly at: number
  /** What the reference machine counts while it works on the cell. */
  readonly plain: Tally
  readonly #program: Program
  readonly #executed: BigInt64Array
  readonly #paid: BigInt64Array
  readonly #more: BigInt64Array

  constructor({ memory: { buffer }, core }: Place, program: Program, at: number) {
    const count = program.code.length + 1
    this.at = at
    this.plain = new Tally(program)
    this.#program = program
    this.#executed = new BigInt64Array(buffer, at, count)
    this.#paid = new BigInt64Array(buffer, at + 8 * count, count)
    this.#more = new BigInt64Array(buffer, at + 16 * count, count)
    core.pvm_tally!(AT_VM, at)
  }

  /**
   * Takes back that the instruction at `pc` and those behind it were executed: compiled code has counted them, and left before.
   * The block stays paid.
   */
  undo(pc: number): void {
    this.#executed[pc]! -= 1n
    const isPaid = this.#program.profile.gasModel !== 'instruction' && this.#program.isBlockStart(pc)
    if (isPaid) this.#paid[pc]! += 1n
  }

  /** All that was counted so far. */
  counts(): Counts {
    const program = this.#program
    const { executed, paid, more } = new Tally(program)
    const count = executed.length
    for (let pc = 0; pc < count; pc++) {
      executed[pc]! += Number(this.#executed[pc]!)
      const times = executed[pc]!
      if (times !== 0 && goesOn(program, pc)) executed[Math.min(program.next(pc), count - 1)]! += times
      paid[pc] = Number(this.#paid[pc]!) + (program.isBlockStart(pc) ? times : 0) + this.plain.paid[pc]!
      more[pc] = Number(this.#more[pc]!) + this.plain.more[pc]!
    }
    for (let pc = 0; pc < count; pc++) executed[pc]! += this.plain.executed[pc]!
    if (program.profile.gasModel === 'instruction') paid.fill(0)
    return { executed, paid, more }
  }
}
