// The error for a host function that threw. What a guest does ends in exits.
import type { Program } from '../program/program.ts'
import type { Vm } from './engine.ts'

/** A text for what was thrown or answered. Anything at all can be thrown, also a value that has no text. */
export function describe(value: unknown): string {
  try {
    return value instanceof Error ? String(value.message) : String(value) // this may run code of the value itself, which may throw
  } catch {
    return typeof value
  }
}

/** What `run` throws when a host function threw. The machine has panicked. Its state is that at the throw. */
export class HostCallError extends Error {
  override readonly name = 'HostCallError'
  /** The host-call index: its low 32 bits, signed. */
  readonly index: number
  /** The address of the `ecalli`. */
  readonly pc: number
  readonly #program: Program
  readonly #regs: BigUint64Array

  constructor(index: number, pc: number, cause: unknown, { program, regs }: Pick<Vm, 'program' | 'regs'>) {
    super(`host call ${index} at pc ${pc}: ${describe(cause)}`, { cause })
    this.index = index
    this.pc = pc
    this.#program = program
    this.#regs = regs.slice()
  }

  /** The program that called. */
  get program(): Program {
    return this.#program
  }

  /** The 13 registers at the throw. They outlive the machine. */
  get regs(): BigUint64Array {
    return this.#regs
  }
}
