// Which engine executes a stretch of a run that is gone through. Not the run: history.ts.
import type { EngineKind, Vm } from '../engine/engine.ts'
import { SINGLE_STEPS, stepsByGas } from '../engine/steps.ts'

/** Instructions of a run that are interpreted at first: some 8 ms. What compiling costs comes back in longer runs only. */
const FIRST = 1 << 21
/** Stretches of the past up to this length are interpreted: half a millisecond. */
const SHORT = 1 << 17

/**
 * Chooses engines. A compiling engine begins with compiling, tens to hundreds of milliseconds for a service: too long for a step
 * back. So short stretches are interpreted; the states are the same.
 */
export class Pace {
  /** The engine that the machine was made for. */
  readonly kind: EngineKind
  readonly #isFixed: boolean
  /** Steps that gas does not count are interpreted, on each engine. */
  readonly #isInterpreted: boolean

  /** @param isFixed each stretch is executed by the machine's own engine: to find out whether engines differ. */
  constructor({ kind, program }: Vm, isFixed: boolean) {
    this.#isInterpreted = !stepsByGas(program)
    this.kind = kind
    this.#isFixed = isFixed || (kind !== 'auto' && kind !== 'recompiler')
  }

  /** This picks the engine for so many instructions from `time` on, which are executed as steps. It is called ahead of them. */
  choose(vm: Vm, time: number, count: number, isNew: boolean): void {
    if (this.#isFixed || count <= SINGLE_STEPS) return // steps are interpreted anyway
    const isShort = isNew ? time + count <= FIRST : count <= SHORT
    const kind = isShort || this.#isInterpreted ? 'interpreter' : this.kind
    if (vm.kind !== kind) vm.switchTo(kind)
  }
}
