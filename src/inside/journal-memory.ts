// Guest memory that notes what one host function changes through it, and how that is done again. Not for reads: trace/record.ts.

import { type Access, PAGE_SIZE } from '../blob/address-space.ts'
import type { Memory } from '../engine/memory.ts'
import { WatchedMemory } from '../engine/watched-memory.ts'

/** Rights that were set, or pages that were zeroed. */
interface RightsEffect {
  readonly page: number
  readonly count: number
  /** Undefined: the pages were zeroed. */
  readonly access: Access | undefined
}

/** Bytes as they are behind the call. */
export interface BytesEffect {
  readonly address: number
  readonly bytes: Uint8Array
}

/** What a host call did to memory: rights first, in order, then bytes. */
export interface MemoryEffects {
  readonly rights: readonly RightsEffect[]
  readonly writes: readonly BytesEffect[]
}

/** Does it again, whatever the rights. */
export function redoMemory(memory: Memory, { rights, writes }: MemoryEffects): void {
  for (const { page, count, access } of rights) {
    if (access === undefined) memory.zero(page, count)
    else memory.protect(page, count, access)
  }
  for (const { address, bytes } of writes) memory.load(address, bytes)
}

/** The parts of a range that lie in one page each. */
function* byPage(address: number, length: number): Generator<readonly [address: number, length: number]> {
  for (let at = address; at < address + length; ) {
    const end = Math.min(address + length, (Math.floor(at / PAGE_SIZE) + 1) * PAGE_SIZE)
    yield [at, end - at]
    at = end
  }
}

/** Guest memory during one host call. Views are watched until the host function returns. */
export class JournalMemory extends WatchedMemory {
  readonly #rights: RightsEffect[] = []
  readonly #written: (readonly [address: number, length: number])[] = []

  protected override wrote(address: number, length: number): void {
    this.#written.push([address, length])
  }

  override protect(page: number, count: number, access: Access): void {
    this.lookAtViews() // rights that are taken away drop what is there
    super.protect(page, count, access)
    this.#rights.push({ page, count, access })
  }

  override zero(page: number, count: number): void {
    this.lookAtViews()
    super.zero(page, count)
    this.#rights.push({ page, count, access: undefined })
  }

  /** What has changed, to be asked for once, when the host function has returned. */
  effects(): MemoryEffects {
    this.lookAtViews()
    const writes: BytesEffect[] = []
    for (const [address, length] of this.#written) {
      if (this.memory.readable(address, length)) writes.push(this.#now(address, length))
      else {
        for (const [at, part] of byPage(address, length)) {
          if (this.memory.readable(at, part)) writes.push(this.#now(at, part))
        }
      }
    }
    return { rights: this.#rights, writes }
  }

  #now(address: number, length: number): BytesEffect {
    const bytes = new Uint8Array(length)
    this.memory.read(address, bytes)
    return { address, bytes }
  }
}
