// Pages of guest memory of which the host sees copies. A view of such a page stays valid while the machine leaves its cell and comes
// back. They are used only where a view of the cell itself cannot be given (residence.ts). The side that has control has the true
// contents: `show` gives the host what the guest wrote, and `take` gives the guest what the host wrote.
import { PAGE_SIZE } from '../../blob/address-space.ts'
import type { Cell } from '../../core/cell.ts'
import { AT_VM } from '../../core/contract.gen.ts'

/** How many such pages one machine may have. Each of them is copied whenever control changes. */
export const MAX_OWN_PAGES = 16

/** The pages of one machine that a host has views of. */
export class OwnPages {
  readonly #bytes = new Map<number, Uint8Array>()

  /** Whether such a page is in a range. */
  overlaps(address: number, length: number): boolean {
    for (let page = pageOf(address); page <= pageOf(address + length - 1); page++)
      if (this.#bytes.has(page)) return true
    return false
  }

  /** Whether a view of so many bytes more is possible. */
  hasRoom(address: number, length: number): boolean {
    return this.#bytes.size + pageOf(address + length - 1) - pageOf(address) < MAX_OWN_PAGES
  }

  /** A live view of a range that is readable. It is a copy if the range has several pages, and some of them are in other views. */
  view(cell: Cell, address: number, length: number): Uint8Array {
    const first = pageOf(address)
    const count = pageOf(address + length - 1) - first + 1
    const from = address - first * PAGE_SIZE
    const known = this.#bytes.get(first)
    if (count === 1 && known !== undefined) return known.subarray(from, from + length)
    const whole = new Uint8Array(count * PAGE_SIZE)
    const isOwn = this.overlaps(address, length)
    for (let i = 0; i < count; i++) {
      const part = whole.subarray(i * PAGE_SIZE, (i + 1) * PAGE_SIZE)
      const there = this.#bytes.get(first + i)
      if (there !== undefined) part.set(there)
      else copyOut(cell, first + i, part)
      if (!isOwn) this.#bytes.set(first + i, part)
    }
    return whole.subarray(from, from + length)
  }

  /** Called when control goes to the host. The host's pages get what is in the cell. */
  show(cell: Cell): void {
    for (const [page, bytes] of this.#bytes) copyOut(cell, page, bytes)
  }

  /** Called when control goes to the guest. The cell gets what is in the host's pages, whatever their rights. */
  take(cell: Cell): void {
    const { core, u8 } = cell
    for (const [page, bytes] of this.#bytes) {
      const address = page * PAGE_SIZE
      if (core.pvm_touch(AT_VM, address, address + PAGE_SIZE - 1, 1) !== 0) continue // cannot happen: the page was touched for the view
      u8.set(bytes, core.pvm_locate(AT_VM, address) >>> 0)
    }
  }
}

function pageOf(address: number): number {
  return Math.floor(address / PAGE_SIZE)
}

function copyOut({ core, u8 }: Cell, page: number, into: Uint8Array): void {
  const at = core.pvm_locate(AT_VM, page * PAGE_SIZE) >>> 0
  if (at === 0) into.fill(0)
  else into.set(u8.subarray(at, at + PAGE_SIZE))
}
