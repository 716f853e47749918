// How a machine executes until it stands before something sought: some single steps, then stretches at the interpreter's full speed. Not
// which stretches: history.ts.
import type { EngineKind, Vm } from '../engine/engine.ts'
import { Exit } from '../engine/exit.ts'
import { Guarded } from '../engine/guard.ts'
import { SINGLE_STEPS, stepsByGas } from '../engine/steps.ts'
import { type CallRecord, gasByInstructions, type Journal } from './journal.ts'
import type { Sought } from './probe.ts'

/** What one step of the core can be told. */
const MOST_STEPS = 2 ** 32 - 1

/** This is one search, from its first instruction until `end`. */
export class Seeker {
  readonly #vm: Vm
  readonly #journal: Journal
  readonly #guarded: Guarded
  readonly #kind: EngineKind
  /** Whether gas says how far a long stretch has come. */
  readonly #byGas: boolean
  /** What is sought may be near: single steps need nothing that is decoded anew. */
  #near: number
  /** How the last stretch ended. */
  exit: Exit | undefined
  /** The host call that was sought, where one was found. */
  call: CallRecord | undefined

  constructor(vm: Vm, journal: Journal, sought: Sought) {
    this.#vm = vm
    this.#journal = journal
    this.#guarded = new Guarded(vm, sought)
    this.#kind = vm.kind
    this.#byGas = stepsByGas(vm.program)
    this.#near = sought.memory === undefined ? SINGLE_STEPS : 0
    journal.stopper = record => {
      if (!sought.call(record)) return false
      this.call = record
      return true
    }
    this.#raise()
  }

  #raise(): void {
    // Compiled code leaves at each access to a page that is looked at, and knows of nothing else that is sought.
    if (this.#near === 0 && this.#vm.kind !== 'interpreter') this.#vm.switchTo('interpreter')
    this.#guarded.raise(this.#near === 0)
  }

  /** Of so many instructions, how many are executed at once. */
  atOnce(count: number): number {
    return Math.min(count, this.#near === 0 ? MOST_STEPS : this.#near)
  }

  /** Executes what can be executed at once. How many instructions were, or undefined when the machine stopped by itself. */
  step(count: number, isLive: boolean): number | undefined {
    const [vm, journal] = [this.#vm, this.#journal]
    const { at } = journal
    const { gas } = vm
    journal.frozen = !isLive
    this.exit = vm.step(count)
    if (this.exit === Exit.Step) {
      if (this.#near > 0) this.#comeNearer(count)
      return count
    }
    const isSeen = this.exit === Exit.Paused || (this.exit === Exit.Break && journal.hasStopped)
    if (!isSeen) return undefined
    if (count <= SINGLE_STEPS || !this.#byGas) return count - this.#guarded.left
    return Number(gasByInstructions(journal.calls.slice(at, journal.at), gas - vm.gas))
  }

  #comeNearer(count: number): void {
    this.#near -= count
    if (this.#near === 0) this.unguarded(() => undefined)
  }

  /** Takes the guard down while `change` does something to the machine. */
  unguarded(change: () => void): void {
    this.#guarded.lower()
    change()
    this.#raise()
  }

  /** Ends the search. The machine stays where it is, and is otherwise as it was before. */
  end(): void {
    this.#guarded.lower()
    this.#journal.stopper = undefined
    this.#journal.frozen = false
    if (this.#vm.kind !== this.#kind) this.#vm.switchTo(this.#kind)
  }
}
