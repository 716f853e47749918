// A guard lets a machine on the core stop before certain instructions, without JavaScript looking at each one: those at some places,
// those that write some registers, those that access some memory. Searches in the past of a run use it. The reference machine has no
// guard.

import type { Cell } from '../core/cell.ts'
import { AT_VM } from '../core/contract.gen.ts'
import type { CoreExports } from '../core/core.ts'
import type { Vm } from './engine.ts'
import { CoreBody } from './interpreter/body.ts'
import { bodyOf, restingBody } from './vm/access.ts'

/** What a machine stops before. */
export interface Guard {
  /** Code offsets, at most `MOST_PCS`. */
  readonly pcs: readonly number[]
  /** A bit for each register whose writes count. */
  readonly registers: number
  /** Accesses to guest addresses from..last, both included: 1 reads, 2 writes, 3 both. */
  readonly memory: { readonly accesses: 1 | 2 | 3; readonly from: number; readonly last: number } | undefined
}

/** How many places a guard can have. core/machine/vm.h has the same number. */
export const MOST_PCS = 16
const WORD = { registers: 3, pcCount: 4, left: 5, pcs: 6 } as const

/** The cell of a machine that is on the core. */
function cellOf(vm: Vm): Cell {
  const body = restingBody(vm, 'search')
  if (!(body instanceof CoreBody)) throw new TypeError('vm: no machine on the core')
  return body.cell
}

/** A machine with a guard. While that is up, `step` returns `Exit.Paused` before an instruction that it stops at. */
export class Guarded {
  readonly #vm: Vm
  readonly #guard: Guard
  #words: Uint32Array | undefined
  #core: CoreExports | undefined
  /** Whether the core's records know what to stop at, and memory is watched. */
  #isFar = false

  constructor(vm: Vm, guard: Guard) {
    this.#vm = vm
    this.#guard = guard
  }

  /**
   * Puts the guard up.
   *
   * @param far for long stretches: code is decoded anew, and then runs at full speed. Otherwise up to 1000 single steps look for
   * themselves.
   */
  raise(far: boolean): void {
    const { core, u32 } = cellOf(this.#vm)
    const at = core.pvm_guard!(AT_VM) >>> 2
    const words = u32.subarray(at, at + WORD.pcs + MOST_PCS)
    const { pcs, registers, memory } = this.#guard
    words[WORD.registers] = registers
    words[WORD.pcCount] = pcs.length
    words.set(pcs, WORD.pcs)
    this.#words = words
    this.#core = core
    this.#isFar = far || memory !== undefined
    if (this.#isFar) core.pvm_watch!(AT_VM, memory?.accesses ?? 0, memory?.from ?? 0, memory?.last ?? 0)
  }

  /** How many instructions the last `step` did not execute, because it was paused or ended early. */
  get left(): number {
    return this.#words![WORD.left]!
  }

  /** Takes the guard down. */
  lower(): void {
    if (this.#words === undefined) return
    this.#words.fill(0, WORD.registers, WORD.left)
    this.#words = undefined
    if (this.#isFar) this.#core!.pvm_watch!(AT_VM, 0, 0, 0)
  }
}

/** Whether a machine can have this guard. The reference machine cannot. */
export function canGuard(vm: Vm, { pcs }: Pick<Guard, 'pcs'>): boolean {
  return bodyOf(vm) instanceof CoreBody && vm.kind !== 'reference' && pcs.length <= MOST_PCS
}
