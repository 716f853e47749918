// The gate is the WebAssembly function through which the core enters compiled code (glue.ts). This file has its words in the cell's
// memory: what it has counted, and when it asks JavaScript.
import type { Cell } from '../../../core/cell.ts'
import { AT_ASKS, AT_GATE, AT_VM, Part } from '../../../core/contract.gen.ts'
import { MISSES_ASKED, PAID_ASKED } from '../tiers/policy.ts'

/** The addresses of the words. */
export const GATE: {
  readonly entered: number
  readonly left: number
  readonly patience: number
  readonly dispatch: number
  readonly jumps: number
  readonly paidPatience: number
} = {
  /** How often compiled code was entered, and left without JavaScript, since these words were last read. */
  entered: AT_GATE,
  left: AT_GATE + 4,
  /** How many more times the gate stops before code that is not compiled until it asks JavaScript. */
  patience: AT_GATE + 8,
  /** Where the dispatch table is, and how many entries it has. */
  dispatch: AT_GATE + 12,
  jumps: AT_GATE + 16,
  /** How many more times the gate stops before an instruction that is not certain until it asks JavaScript. */
  paidPatience: AT_GATE + 20,
}

/** The bit of the word at AT_ASKS that sends every entry through JavaScript. */
const HEARS = 2

/** The index of the gate in the core's table. */
const GATE_INDEX = 1

/** The gate of one cell. */
export class Gate {
  readonly #cell: Cell
  /** How often compiled code was entered from outside, and how often it went back to the core. */
  #entered = 0
  #left = 0

  constructor(cell: Cell) {
    this.#cell = cell
    // The words may still count for another program.
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

  /** Sends every entry through JavaScript, or no longer. */
  askToHear(hears: boolean): void {
    const { u32 } = this.#cell
    u32[AT_ASKS >>> 2] = (u32[AT_ASKS >>> 2]! & ~HEARS) | (hears ? HEARS : 0)
  }

  /** Sets how many stops before code that is not compiled there are until JavaScript is asked: one if `every`, else MISSES_ASKED. */
  askMisses(every: boolean): void {
    this.#cell.u32[GATE.patience >>> 2] = every ? 1 : MISSES_ASKED
  }

  /** The same for stops before instructions that are not certain, whose segment has been paid: one if `every`, else PAID_ASKED. */
  askPaid(every: boolean): void {
    this.#cell.u32[GATE.paidPatience >>> 2] = every ? 1 : PAID_ASKED
  }

  /** Counts an entry that JavaScript has made itself. */
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
