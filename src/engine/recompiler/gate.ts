// The words of the gate through which the core enters compiled code: what it has counted, and when it asks JavaScript. Not the gate: glue.ts.
import type { Cell } from '../machine/cell.ts'
import { AT_ASKS, AT_GATE, Part } from '../machine/contract.gen.ts'
import { AT_VM } from '../machine/layout.ts'
import { MISSES_ASKED } from './policy.ts'

/** Where the words are. */
export const GATE: {
  readonly entered: number
  readonly left: number
  readonly patience: number
  readonly dispatch: number
  readonly jumps: number
} = {
  /** Times compiled code was entered, and left for the core without JavaScript, since they were last read. */
  entered: AT_GATE,
  left: AT_GATE + 4,
  /** How many more stops before code that is not compiled there are until JavaScript is asked. */
  patience: AT_GATE + 8,
  /** Where the dispatch table is, and its entries. */
  dispatch: AT_GATE + 12,
  jumps: AT_GATE + 16,
}

/** Of the word at AT_ASKS. */
const HEARS = 2

/** Where the core's table has the gate. */
const GATE_INDEX = 1

/** The gate of one cell. */
export class Gate {
  readonly #cell: Cell
  /** Times compiled code was entered from outside, and times it went back to the core. */
  #entered = 0
  #left = 0

  constructor(cell: Cell) {
    this.#cell = cell
    // What it counted for another program is not this one's.
    cell.u32[GATE.entered >>> 2] = cell.u32[GATE.left >>> 2] = 0
  }

  get entered(): number {
    this.#collect()
    return this.#entered
  }

  get left(): number {
    this.#collect()
    return this.#left
  }

  /** Puts the gate's function into the core's table, where the core calls it. */
  open(gate: unknown, jumps: number): void {
    const { core, u32 } = this.#cell
    const table = core.__indirect_function_table
    if (table.length <= GATE_INDEX) table.grow(GATE_INDEX + 1 - table.length)
    table.set(GATE_INDEX, gate)
    u32[GATE.dispatch >>> 2] = core.pvm_part(AT_VM, Part.Dispatch)
    u32[GATE.jumps >>> 2] = jumps
  }

  /** Has every entry go through JavaScript, which then sees what the code does. */
  askToHear(hears: boolean): void {
    const { u32 } = this.#cell
    u32[AT_ASKS >>> 2] = (u32[AT_ASKS >>> 2]! & ~HEARS) | (hears ? HEARS : 0)
  }

  /** JavaScript is asked about one of so many stops before code that is not compiled; about each, where all code is compiled. */
  askMisses(every: boolean): void {
    this.#cell.u32[GATE.patience >>> 2] = every ? 1 : MISSES_ASKED
  }

  /** Counts what JavaScript has done itself. */
  countEntered(): void {
    this.#entered += 1
  }

  countLeft(): void {
    this.#left += 1
  }

  #collect(): void {
    const { u32 } = this.#cell
    this.#entered += u32[GATE.entered >>> 2]!
    this.#left += u32[GATE.left >>> 2]!
    u32[GATE.entered >>> 2] = u32[GATE.left >>> 2] = 0
  }
}
