// Guest memory that notes what one host function changes through it, and how that is done again. Not for reads: trace/record.ts.

import { type Access, PAGE_SIZE } from '../blob/address-space.ts'
import { type Memory, type MemoryResult, OK } from '../engine/memory.ts'

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

interface SeenView {
  readonly address: number
  readonly view: Uint8Array
  readonly before: Uint8Array
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
export class JournalMemory implements Memory {
  readonly #memory: Memory
  readonly #rights: RightsEffect[] = []
  readonly #written: (readonly [address: number, length: number])[] = []
  readonly #views: SeenView[] = []

  constructor(memory: Memory) {
    this.#memory = memory
  }

  #wrote(result: MemoryResult, address: number, length: number): MemoryResult {
    if (result === OK && length > 0) this.#written.push([address, length])
    return result
  }

  readable = (address: number, length: number): boolean => this.#memory.readable(address, length)
  writable = (address: number, length: number): boolean => this.#memory.writable(address, length)
  failing: Memory['failing'] = (address, length, access) => this.#memory.failing(address, length, access)
  readU8 = (address: number): number => this.#memory.readU8(address)
  readU16 = (address: number): number => this.#memory.readU16(address)
  readU32 = (address: number): number => this.#memory.readU32(address)
  readU64 = (address: number): bigint => this.#memory.readU64(address)
  read = (address: number, into: Uint8Array): MemoryResult => this.#memory.read(address, into)
  access: Memory['access'] = page => this.#memory.access(page)
  pages: Memory['pages'] = () => this.#memory.pages()
  written: Memory['written'] = () => this.#memory.written()

  view(address: number, length: number): Uint8Array | undefined {
    const view = this.#memory.view(address, length)
    if (view !== undefined) this.#views.push({ address, view, before: view.slice() })
    return view
  }

  writeU8 = (address: number, value: number): MemoryResult =>
    this.#wrote(this.#memory.writeU8(address, value), address, 1)
  writeU16 = (address: number, value: number): MemoryResult =>
    this.#wrote(this.#memory.writeU16(address, value), address, 2)
  writeU32 = (address: number, value: number): MemoryResult =>
    this.#wrote(this.#memory.writeU32(address, value), address, 4)
  writeU64 = (address: number, value: bigint): MemoryResult =>
    this.#wrote(this.#memory.writeU64(address, value), address, 8)
  write = (address: number, bytes: Uint8Array): MemoryResult =>
    this.#wrote(this.#memory.write(address, bytes), address, bytes.length)
  load = (address: number, bytes: Uint8Array): MemoryResult =>
    this.#wrote(this.#memory.load(address, bytes), address, bytes.length)

  protect(page: number, count: number, access: Access): void {
    this.#keepViews() // rights that are taken away drop what is there
    this.#memory.protect(page, count, access)
    this.#rights.push({ page, count, access })
  }

  zero(page: number, count: number): void {
    this.#keepViews()
    this.#memory.zero(page, count)
    this.#rights.push({ page, count, access: undefined })
  }

  /** What was written through views until now counts as written. */
  #keepViews(): void {
    for (const { address, view, before } of this.#views) {
      let first = 0
      while (first < before.length && before[first] === view[first]) first += 1
      if (first === before.length) continue
      let last = before.length - 1
      while (before[last] === view[last]) last -= 1
      this.#wrote(OK, address + first, last + 1 - first)
      before.set(view)
    }
  }

  /** What has changed, to be asked for once, when the host function has returned. */
  effects(): MemoryEffects {
    this.#keepViews()
    const writes: BytesEffect[] = []
    for (const [address, length] of this.#written) {
      if (this.#memory.readable(address, length)) writes.push(this.#now(address, length))
      else {
        for (const [at, part] of byPage(address, length)) {
          if (this.#memory.readable(at, part)) writes.push(this.#now(at, part))
        }
      }
    }
    return { rights: this.#rights, writes }
  }

  #now(address: number, length: number): BytesEffect {
    const bytes = new Uint8Array(length)
    this.#memory.read(address, bytes)
    return { address, bytes }
  }
}
