// What happens at an `ecalli`: price, call, outcome. One place for all engines. Not the functions themselves: host/.
import type { Vm } from './engine.ts'

/** What a host function asks for; nothing (undefined) means Continue. */
export const HostAction = {
  Continue: 0,
  /** The machine halts. */
  Halt: 1,
  /** The machine panics. */
  Panic: 2,
  /** `run` returns `Exit.Break`; the next `run` continues behind the call. */
  Stop: 3,
} as const
export type HostAction = (typeof HostAction)[keyof typeof HostAction]

/**
 * A host function. It sees and changes the machine in place: registers, memory, gas, pc (already behind the `ecalli`).
 * `index` is the low 32 bits of the call's index, signed.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a function without return statement continues
export type HostFunction = (vm: Vm, index: number) => HostAction | void

/** The price of a host call in gas: a number, or computed from the registers. Beyond 2^53 use bigint. */
export type HostPrice = number | ((vm: Vm, index: number) => number | bigint)

/** A host function with its price. */
export interface HostEntry {
  readonly name: string
  readonly price: HostPrice
  readonly call: HostFunction
}

/** What an engine needs of a registry: see host/registry.ts. */
export interface HostTable {
  /** The entry for an index (low 32 bits, signed), or undefined: the machine exits with `Exit.Host`. */
  entry(index: number): HostEntry | undefined
}

/** A host function threw. The machine has panicked, its state is that at the throw. */
export class HostCallError extends Error {
  override readonly name = 'HostCallError'
  /** Host-call index, low 32 bits, signed. */
  readonly index: number
  /** Address of the `ecalli`. */
  readonly pc: number

  constructor(index: number, pc: number, cause: unknown) {
    super(`host call ${index} at pc ${pc}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.index = index
    this.pc = pc
  }
}
