// The loop that a process is in before its first module, as far as samples show one. That module costs the caller more than any later
// one, so it matters how long the loop will go on: a loop that counts says it by the register that its branch looks at.
import type { Cell } from '../../../core/cell.ts'
import type { Operands } from '../../../isa/format.ts'
import type { Program } from '../../../program/program.ts'
import { LASTING_SAMPLES, SOON_SAMPLES } from './policy.ts'

/** Steps in a row that have to be alike before a loop is one that counts. A counter of an inner loop begins again, so it has no such row. */
const STEADY_STEPS = 6
/** By how much two steps may differ: a slice ends with the block that uses it up. */
const UNEVEN: number = 1 / 16

/** The code offset of the first host call or end of a block from pc on. */
function nextEnd({ code, instructionAt, next }: Program, pc: number): number {
  let at = pc
  for (; at < code.length; at = next(at)) {
    const instruction = instructionAt(at)
    if (instruction === undefined || instruction.kind === 'host' || instruction.terminator) break
  }
  return at
}

/** The value of a register as a signed number. */
function signed(regs32: Uint32Array, register: number): number {
  return (regs32[2 * register + 1]! | 0) * 2 ** 32 + regs32[2 * register]!
}

/** A loop of one block that the last samples were in. */
export class FirstLoop {
  readonly #program: Program
  #pc = -1
  /** Samples in a row with this pc. */
  #inRow = 0
  /** The branch that jumps back to the loop; null where there is none, or where the loop calls the host. Undefined until it is looked for. */
  #branch: { readonly operands: Operands; readonly twoRegisters: boolean } | null | undefined
  /** What the register has to go until the value that it is compared with, how far it went from sample to sample, and how often as far. */
  #distance = 0
  #step = 0
  #steady = 0

  constructor(program: Program) {
    this.#program = program
  }

  /** Takes a sample. */
  see({ regs32 }: Pick<Cell, 'regs32'>, pc: number): void {
    if (pc !== this.#pc) {
      this.#pc = pc
      this.#inRow = this.#steady = 0
      this.#branch = undefined
    }
    this.#inRow += 1
    if (this.#inRow < SOON_SAMPLES) return
    if (this.#branch === undefined) this.#branch = this.#branchBack()
    if (this.#branch === null) return
    const { operands, twoRegisters } = this.#branch
    const limit = twoRegisters ? signed(regs32, operands.b) : operands.x | 0
    const distance = limit - signed(regs32, operands.a)
    const step = this.#distance - distance
    this.#steady = Math.abs(step - this.#step) <= Math.abs(this.#step) * UNEVEN ? this.#steady + 1 : 0
    if (this.#steady === 0) this.#step = step
    this.#distance = distance
  }

  /** How many of the last samples were in it. */
  get inRow(): number {
    return this.#inRow
  }

  /** Whether the samples were in the loop for so long that it will likely go on. Most of the time of a loop that calls the host is the host's. */
  get lasts(): boolean {
    return this.#inRow >= LASTING_SAMPLES && this.#branch !== null
  }

  /** How many samples the loop will go on, where it counts; otherwise undefined. */
  get samplesLeft(): number | undefined {
    const left = this.#distance / this.#step
    return this.#steady >= STEADY_STEPS && left >= 0 && left < Number.POSITIVE_INFINITY ? left : undefined
  }

  /** The branch at the end of the block, if it jumps back to a block with the same end. It looks from pc on, and from there. */
  #branchBack(): { readonly operands: Operands; readonly twoRegisters: boolean } | null {
    const program = this.#program
    const end = nextEnd(program, this.#pc)
    const instruction = program.instructionAt(end)
    if (instruction?.kind !== 'branch') return null
    const operands = program.operandsAt(end, instruction.format)
    const { target } = operands
    if (target < 0 || target > this.#pc || nextEnd(program, target) !== end) return null
    return { operands, twoRegisters: instruction.format === 'reg_reg_off' }
  }
}
