// Modules of inner machines by handle, and which handles are taken (GP main B.8, pull request #530). Not the machines, not the calls.
import type { Program } from '../program/program.ts'
import { FreeNumbers } from './free-numbers.ts'

interface Entry {
  /** Undefined when the module was removed: machines made of it go on, and hold the handle. */
  program: Program | undefined
  machines: number
}

/** The modules of one refinement. A handle is free again when its module is removed and no machine made of it is left. */
export class InnerModules {
  readonly #entries = new Map<number, Entry>()
  readonly #numbers = new FreeNumbers()

  /** How many handles are taken. */
  get size(): number {
    return this.#entries.size
  }

  /** The smallest handle that is free, for a new module. */
  add(program: Program): number {
    const handle = this.#numbers.take()
    this.#entries.set(handle, { program, machines: 0 })
    return handle
  }

  program(handle: number): Program | undefined {
    return this.#entries.get(handle)?.program
  }

  /** Counts a machine that is made of a module. The module has to be there. */
  use(handle: number): void {
    this.#entries.get(handle)!.machines += 1
  }

  /** Counts that a machine of that module is gone. */
  release(handle: number): void {
    this.#entries.get(handle)!.machines -= 1
    this.#free(handle)
  }

  /** Takes a module away; false where there is none. */
  remove(handle: number): boolean {
    const entry = this.#entries.get(handle)
    if (entry?.program === undefined) return false
    entry.program = undefined
    this.#free(handle)
    return true
  }

  #free(handle: number): void {
    const { program, machines } = this.#entries.get(handle)!
    if (program !== undefined || machines > 0) return
    this.#entries.delete(handle)
    this.#numbers.giveBack(handle)
  }

  /** Takes all modules away. */
  clear(): void {
    this.#entries.clear()
    this.#numbers.clear()
  }
}
