// Accesses to the stack at which compiled code is left because the check of its frame fails (core/recompiler/frames.c).
import type { Cell } from '../../../core/cell.ts'
import { AT_RIGHTS, Right, ROTATION } from '../../../core/contract.gen.ts'
import type { Decoded } from '../decode.ts'
import { ACCESS_BASE, KIND_OF, NO_LETTER } from '../facts.ts'
import { tierPolicy } from '../tiers/policy.ts'

/** The register that an access takes its address from; -1 where that is a constant. */
function baseOf({ a, b, id }: Decoded, index: number): number {
  const letter = ACCESS_BASE[id[index]!]!
  return letter === NO_LETTER ? -1 : letter === 1 ? a[index]! : b[index]!
}

/** The guest address of an access that is about to be made. */
export function addressOf({ regs32 }: Cell, decoded: Decoded, index: number): number {
  const base = baseOf(decoded, index)
  return (base < 0 ? 0 : regs32[2 * base]!) + decoded.x[index]!
}

/** How often checks of frames failed on the present machine of a cell, by instruction. */
export class FrameMisses {
  readonly #counts = new Map<number, number>()

  /** Forgets all counts, because another machine is in the cell now. */
  forget(): void {
    this.#counts.clear()
  }

  /**
   * Counts `weight` times that code was left at this access. Answers whether the check of a frame has failed there so often that
   * the frame should be given up. The access itself has its right, so a page of the frame lacks one. A page lacks the one for
   * writing until it is written for the first time, so each new machine fails a few times. That is why one machine has to fail
   * often.
   */
  failsOften(cell: Cell, decoded: Decoded, index: number, weight: number): boolean {
    if (baseOf(decoded, index) < 0) return false
    const page = ((addressOf(cell, decoded, index) + ROTATION) >>> 0) >>> 12
    const right = KIND_OF[decoded.id[index]!] === 'store' ? Right.FastWrite : Right.FastRead
    if ((cell.u8[AT_RIGHTS + page]! & right) === 0) return false
    const count = (this.#counts.get(index) ?? 0) + weight
    this.#counts.set(index, count)
    return count >= tierPolicy.misalignedLimit
  }
}
