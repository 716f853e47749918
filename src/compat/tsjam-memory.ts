// Guest memory as tsjam holds it: it is there before a machine, outlives it, is copied and given to another one. Not a
// machine's own memory: while one runs on it, this hands everything on to that.

import { Access, PAGE_COUNT, PAGE_SIZE } from '../blob/address-space.ts'
import type { Vm } from '../engine/engine.ts'
import { OK } from '../engine/memory.ts'

/** These are tsjam's kinds of access, by its numbers. */
export const TsjamAccess = { Read: 0, Write: 1, Null: 2 } as const
export type TsjamAccess = (typeof TsjamAccess)[keyof typeof TsjamAccess]

/** What a memory starts with: pages by number, and where its heap goes on. */
export interface TsjamDump {
  readonly pages: ReadonlyMap<number, { readonly acl: number; readonly data: Uint8Array }>
  readonly heap: { readonly start: number; readonly end: number; readonly pointer: number }
}

interface Page {
  access: Access
  readonly bytes: Uint8Array
}

const RIGHTS: readonly Access[] = [Access.Read, Access.Write, Access.None]
/** Where a heap starts that nobody has set. */
const LOWEST = 2 ** 16

function rightsOf(kind: number): Access {
  const rights = RIGHTS[kind]
  if (rights === undefined) throw new RangeError(`kind: ${kind} is none of 0 read, 1 write, 2 null`)
  return rights
}

function checkPage(page: number): void {
  if (!Number.isInteger(page) || page < 0 || page >= PAGE_COUNT)
    throw new RangeError(`page: ${page} is not within 0…2^20 - 1`)
}

/** This is memory with page rights. */
export class TsjamMemory {
  #pages = new Map<number, Page>()
  #heapEnd: number
  #vm: Vm | undefined

  constructor(dump: TsjamDump) {
    const { pointer } = dump.heap
    this.#heapEnd = pointer === 0 ? LOWEST : pointer
    for (const [page, { acl, data }] of dump.pages) {
      checkPage(page)
      if (data.length > PAGE_SIZE) throw new RangeError(`pages: ${data.length} bytes in page ${page}`)
      const bytes = new Uint8Array(PAGE_SIZE)
      bytes.set(data)
      this.#pages.set(page, { access: rightsOf(acl), bytes })
    }
  }

  /** The machine that runs on it now. */
  get vm(): Vm | undefined {
    return this.#vm
  }

  get heapEnd(): number {
    return this.#vm === undefined ? this.#heapEnd : this.#vm.heapEnd
  }

  /** Pages and their contents as a machine is started with, neighbours of the same rights together. */
  mappings(): { address: number; length: number; access: Access }[] {
    const ranges: { address: number; length: number; access: Access }[] = []
    for (const page of [...this.#pages.keys()].sort((a, b) => a - b)) {
      const { access } = this.#pages.get(page)!
      if (access === Access.None) continue
      const last = ranges.at(-1)
      if (last !== undefined && last.access === access && last.address + last.length === page * PAGE_SIZE) {
        last.length += PAGE_SIZE
      } else ranges.push({ address: page * PAGE_SIZE, length: PAGE_SIZE, access })
    }
    return ranges
  }

  /** The lowest page from `heapEnd` on that is there. The heap may grow up to it. */
  heapLimit(): number {
    let limit = 2 ** 32 - 1
    for (const page of this.#pages.keys()) {
      const address = page * PAGE_SIZE
      if (address >= this.#heapEnd && address < limit) limit = address
    }
    return limit
  }

  /** From now on this machine, which has the mappings already, has the contents. */
  attach(vm: Vm): void {
    for (const [page, { access, bytes }] of this.#pages) {
      if (access !== Access.None) vm.memory.load(page * PAGE_SIZE, bytes)
    }
    this.#pages = new Map()
    this.#vm = vm
  }

  /** Takes the contents back from its machine. */
  detach(): void {
    const vm = this.#vm
    if (vm === undefined) return
    this.#pages = copyOf(vm)
    this.#heapEnd = vm.heapEnd
    this.#vm = undefined
  }

  #access(page: number): Access {
    return this.#vm === undefined ? (this.#pages.get(page)?.access ?? Access.None) : this.#vm.memory.access(page)
  }

  #first(address: number, length: number, hasRight: (access: Access) => boolean): number | undefined {
    if (length === 0) return undefined
    const end = Math.ceil((address + length) / PAGE_SIZE)
    for (let page = Math.floor(address / PAGE_SIZE); page < end; page++) {
      if (page >= PAGE_COUNT) return 0
      if (!hasRight(this.#access(page))) return page * PAGE_SIZE
    }
    return undefined
  }

  /** Start of the first page of a range that is not readable; 0 for what lies beyond 2^32. */
  firstUnreadable(address: number, length: number): number | undefined {
    if (this.#vm?.memory.readable(address, length) === true) return undefined
    return this.#first(address, length, access => access !== Access.None)
  }

  /** Start of the first page of a range that is not writable; 0 for what lies beyond 2^32. */
  firstUnwriteable(address: number, length: number): number | undefined {
    if (this.#vm?.memory.writable(address, length) === true) return undefined
    return this.#first(address, length, access => access === Access.Write)
  }

  canRead(address: number, length: number): boolean {
    return this.firstUnreadable(address, length) === undefined
  }

  canWrite(address: number, length: number): boolean {
    return this.firstUnwriteable(address, length) === undefined
  }

  /** Fills `into`. @throws RangeError when not all of it is readable. */
  readInto(address: number, into: Uint8Array): void {
    if (this.#vm?.memory.read(address, into) === OK) return
    const missing = this.firstUnreadable(address, into.length)
    if (missing !== undefined) throw new RangeError(`address: the page at ${missing} is not readable`)
    for (let done = 0; done < into.length; ) {
      const at = address + done
      const count = Math.min(PAGE_SIZE - (at % PAGE_SIZE), into.length - done)
      const { bytes } = this.#pages.get(Math.floor(at / PAGE_SIZE))!
      into.set(bytes.subarray(at % PAGE_SIZE, (at % PAGE_SIZE) + count), done)
      done += count
    }
  }

  /**
   * Copies bytes there, whatever the rights, as tsjam's own does. What is not mapped is zeros, and takes zeros.
   *
   * @throws RangeError when something else is to be written where nothing is mapped; what lies before is written.
   */
  writeAt(address: number, bytes: Uint8Array): void {
    if (this.#vm?.memory.load(address, bytes) === OK) return
    for (let done = 0; done < bytes.length; ) {
      const at = address + done
      const count = Math.min(PAGE_SIZE - (at % PAGE_SIZE), bytes.length - done)
      this.#writePage(Math.floor(at / PAGE_SIZE), at % PAGE_SIZE, bytes.subarray(done, done + count))
      done += count
    }
  }

  #writePage(page: number, offset: number, bytes: Uint8Array): void {
    if (this.#access(page) === Access.None) {
      if (bytes.some(byte => byte !== 0)) throw new RangeError(`address: the page at ${page * PAGE_SIZE} is not mapped`)
      return
    }
    if (this.#vm === undefined) this.#pages.get(page)!.bytes.set(bytes, offset)
    else this.#vm.memory.load(page * PAGE_SIZE + offset, bytes)
  }

  /** Sets the rights of a page. Contents are kept; those of a page without rights are gone. */
  upsertACL(page: number, kind: number): this {
    checkPage(page)
    const access = rightsOf(kind)
    if (this.#vm !== undefined) this.#vm.memory.protect(page, 1, access)
    else if (access === Access.None) this.#pages.delete(page)
    else {
      const known = this.#pages.get(page)
      if (known === undefined) this.#pages.set(page, { access, bytes: new Uint8Array(PAGE_SIZE) })
      else known.access = access
    }
    return this
  }

  /** A copy that has no machine. */
  clone(): TsjamMemory {
    const copy = new TsjamMemory({ pages: new Map(), heap: { start: 0, end: 0, pointer: this.heapEnd } })
    copy.#pages =
      this.#vm === undefined
        ? new Map([...this.#pages].map(([page, { access, bytes }]) => [page, { access, bytes: bytes.slice() }]))
        : copyOf(this.#vm)
    return copy
  }
}

/** These are all pages of a machine. */
function copyOf(vm: Vm): Map<number, Page> {
  const pages = new Map<number, Page>()
  for (const { page: first, count, access } of vm.memory.pages()) {
    for (let page = first; page < first + count; page++) {
      const bytes = new Uint8Array(PAGE_SIZE)
      vm.memory.read(page * PAGE_SIZE, bytes)
      pages.set(page, { access, bytes })
    }
  }
  return pages
}
