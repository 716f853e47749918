// What a machine on the core can stop before, without looking at every instruction in JavaScript: places, writes of registers, accesses
// to memory. For searches in the past of a run. Machines of other kinds have no guard.
import type { Vm } from './engine.ts'
import { CoreBody } from './interpreter/body.ts'
import type { Cell } from './machine/cell.ts'
import { AT_VM } from './machine/layout.ts'
import { bodyOf, restingBody } from './vm/access.ts'

/** What to stop before. */
export interface Guard {
  /** Code offsets, at most `MOST_PCS`. */
  readonly pcs: readonly number[]
  /** A bit for each register whose writes count. */
  readonly registers: number
  /** Accesses to guest addresses from..last, both included: 1 reads, 2 writes, 3 both. */
  readonly memory: { readonly kinds: 1 | 2 | 3; readonly from: number; readonly last: number } | undefined
}

/** As core/machine/vm.h has it. */
export const MOST_PCS = 16
const WORD = { registers: 3, pcCount: 4, left: 5, pcs: 6 } as const

/** Where a machine's body is, if it is on the core. */
function cellOf(vm: Vm): Cell {
  const body = restingBody(vm, 'search')
  if (!(body instanceof CoreBody)) throw new TypeError('vm: no machine on the core')
  return body.cell
}

/** A machine with its guard up: `step` returns `Exit.Paused` before what it stops at. */
export class Guarded {
  readonly #vm: Vm
  readonly #guard: Guard
  #words: Uint32Array | undefined

  constructor(vm: Vm, guard: Guard) {
    this.#vm = vm
    this.#guard = guard
  }

  /** From now on `step` is guarded. */
  raise(): void {
    const { core, u32 } = cellOf(this.#vm)
    const at = core.pvm_guard!(AT_VM) >>> 2
    const words = u32.subarray(at, at + WORD.pcs + MOST_PCS)
    const { pcs, registers, memory } = this.#guard
    words[WORD.registers] = registers
    words[WORD.pcCount] = pcs.length
    words.set(pcs, WORD.pcs)
    if (memory !== undefined) core.pvm_watch!(AT_VM, memory.kinds, memory.from, memory.last)
    this.#words = words
  }

  /** Of the last `step` of at most 1000: how many instructions were not executed, where it was paused. */
  get left(): number {
    return this.#words![WORD.left]!
  }

  /** Down again: nothing is left of it. */
  lower(): void {
    const { core } = cellOf(this.#vm)
    if (this.#words === undefined) return
    if (this.#guard.memory !== undefined) core.pvm_watch!(AT_VM, 0, 0, 0)
    this.#words.fill(0, WORD.registers, WORD.left)
    this.#words = undefined
  }
}

/** Whether a machine can have this guard. Not the reference machine: it is looked at instruction by instruction. */
export function canGuard(vm: Vm, { pcs }: Pick<Guard, 'pcs'>): boolean {
  return bodyOf(vm) instanceof CoreBody && vm.kind !== 'reference' && pcs.length <= MOST_PCS
}
