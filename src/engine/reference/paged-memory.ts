// The memory of the reference machine: a map of pages. It is not fast, and knows nothing of WebAssembly.
import { Access, PAGE_SIZE } from '../../blob/address-space.ts'
import { checkAccess, checkBig, checkBytes, checkPages, checkRange, isRange } from '../check.ts'
import { failingAddress } from '../failing.ts'
import { noRoom } from '../max-memory.ts'
import { type Memory, type MemoryResult, OK, OOB, type PageRange } from '../memory.ts'
import { PageRights } from './page-rights.ts'

/** Guest memory as pages with rights. A page gets bytes when it is first used. Until then it is zero. */
export class PagedMemory implements Memory {
  #closed = false
  readonly #maxPages: number
  readonly #rights = new PageRights()
  readonly #contents = new Map<number, Uint8Array>()

  /** The pages that somebody has a view of. Their bytes stay where they are. */
  readonly #viewed = new Set<number>()

  /** @param maxMemory how many bytes may hold something at a time, by whole pages. */
  constructor(maxMemory: number) {
    this.#maxPages = Math.floor(maxMemory / PAGE_SIZE)
  }

  #bytes(page: number): Uint8Array {
    let bytes = this.#contents.get(page)
    if (bytes === undefined) {
      if (this.#contents.size >= this.#maxPages) {
        throw noRoom('memory', this.#maxPages * PAGE_SIZE)
      }
      bytes = new Uint8Array(PAGE_SIZE)
      this.#contents.set(page, bytes)
    }
    return bytes
  }

  /** Whether all of [address, address + length) has the right. With a length of 0 it always has. */
  #allows(address: number, length: number, right: Access): boolean {
    this.#open()
    checkRange(address, length)
    if (length === 0) return true
    if (!isRange(address, length)) return false
    const last = Math.floor((address + length - 1) / PAGE_SIZE)
    for (let page = Math.floor(address / PAGE_SIZE); page <= last; page++) {
      if ((this.access(page) & right) !== right) return false
    }
    return true
  }

  readable(address: number, length: number): boolean {
    return this.#allows(address, length, Access.Read)
  }

  writable(address: number, length: number): boolean {
    return this.#allows(address, length, Access.Write)
  }

  failing(address: number, length: number, access: Access): number | undefined {
    this.#open()
    return failingAddress(page => this.access(page), address, length, access)
  }

  view(address: number, length: number): Uint8Array | undefined {
    if (!this.readable(address, length)) return undefined
    if (length === 0) return new Uint8Array(0)
    const offset = address % PAGE_SIZE
    if (offset + length <= PAGE_SIZE) {
      const page = Math.floor(address / PAGE_SIZE)
      this.#viewed.add(page)
      return this.#bytes(page).subarray(offset, offset + length)
    }
    const copy = new Uint8Array(length)
    this.#copyOut(address, copy)
    return copy
  }

  #copyOut(address: number, into: Uint8Array): void {
    for (let done = 0; done < into.length; ) {
      const offset = (address + done) % PAGE_SIZE
      const count = Math.min(PAGE_SIZE - offset, into.length - done)
      const bytes = this.#contents.get(Math.floor((address + done) / PAGE_SIZE))
      if (bytes === undefined) into.fill(0, done, done + count)
      else into.set(bytes.subarray(offset, offset + count), done)
      done += count
    }
  }

  /** Gives the pages of a range bytes, before anything is written there. */
  #reserve(address: number, length: number): void {
    const last = Math.floor((address + length - 1) / PAGE_SIZE)
    for (let page = Math.floor(address / PAGE_SIZE); page <= last; page++) this.#bytes(page)
  }

  #copyIn(address: number, bytes: Uint8Array): void {
    this.#reserve(address, bytes.length)
    for (let done = 0; done < bytes.length; ) {
      const offset = (address + done) % PAGE_SIZE
      const count = Math.min(PAGE_SIZE - offset, bytes.length - done)
      this.#bytes(Math.floor((address + done) / PAGE_SIZE)).set(bytes.subarray(done, done + count), offset)
      done += count
    }
  }

  read(address: number, into: Uint8Array): MemoryResult {
    checkBytes('into', into)
    if (!this.readable(address, into.length)) return OOB
    this.#copyOut(address, into)
    return OK
  }

  write(address: number, bytes: Uint8Array): MemoryResult {
    checkBytes('bytes', bytes)
    if (!this.writable(address, bytes.length)) return OOB
    this.#copyIn(address, bytes)
    return OK
  }

  load(address: number, bytes: Uint8Array): MemoryResult {
    checkBytes('bytes', bytes)
    this.#open()
    if (bytes.length === 0) return OK
    if (!isRange(address, bytes.length)) return OOB
    const last = Math.floor((address + bytes.length - 1) / PAGE_SIZE)
    for (let page = Math.floor(address / PAGE_SIZE); page <= last; page++) {
      if (this.access(page) === Access.None) return OOB
    }
    this.#copyIn(address, bytes)
    return OK
  }

  /** The little-endian number of `width` bytes, or OOB. It is exact up to 4 bytes. */
  #readUint(address: number, width: number): number {
    if (!this.readable(address, width)) return OOB
    let value = 0
    for (let i = width - 1; i >= 0; i--) {
      const at = address + i
      value = value * 256 + (this.#contents.get(Math.floor(at / PAGE_SIZE))?.[at % PAGE_SIZE] ?? 0)
    }
    return value
  }

  readU8(address: number): number {
    return this.#readUint(address, 1)
  }

  readU16(address: number): number {
    return this.#readUint(address, 2)
  }

  readU32(address: number): number {
    return this.#readUint(address, 4)
  }

  readU64(address: number): bigint {
    if (!this.readable(address, 8)) return BigInt(OOB)
    return BigInt(this.#readUint(address, 4)) | (BigInt(this.#readUint(address + 4, 4)) << 32n)
  }

  #writeUint(address: number, width: number, given: number): MemoryResult {
    const value = given >>> 0 // a bigint is refused here, wherever it would go
    if (!this.writable(address, width)) return OOB
    this.#reserve(address, width)
    for (let i = 0; i < width; i++) {
      const at = address + i
      this.#bytes(Math.floor(at / PAGE_SIZE))[at % PAGE_SIZE] = value >>> (8 * i)
    }
    return OK
  }

  writeU8(address: number, value: number): MemoryResult {
    return this.#writeUint(address, 1, value)
  }

  writeU16(address: number, value: number): MemoryResult {
    return this.#writeUint(address, 2, value)
  }

  writeU32(address: number, value: number): MemoryResult {
    return this.#writeUint(address, 4, value)
  }

  writeU64(address: number, value: bigint): MemoryResult {
    checkBig(value)
    if (!this.writable(address, 8)) return OOB
    this.#reserve(address, 8)
    this.#writeUint(address, 4, Number(BigInt.asUintN(32, value)))
    return this.#writeUint(address + 4, 4, Number(BigInt.asUintN(32, value >> 32n)))
  }

  access(page: number): Access {
    this.#open()
    return this.#rights.of(page)
  }

  protect(page: number, count: number, access: Access): void {
    checkPages(page, count)
    checkAccess(access)
    this.#open()
    this.#rights.set(page, count, access)
    if (access === Access.None) this.#clearAll(page, count)
  }

  zero(page: number, count: number): void {
    checkPages(page, count)
    this.#open()
    this.#clearAll(page, count)
  }

  /** Zeroes pages. It goes through the pages that have bytes or through the range, whichever is shorter. */
  #clearAll(page: number, count: number): void {
    if (count < this.#contents.size) for (let at = page; at < page + count; at++) this.#clear(at)
    else for (const at of this.#contents.keys()) if (at >= page && at < page + count) this.#clear(at)
  }

  /** Zeroes a page. If nobody has a view of it, its bytes are dropped. */
  #clear(page: number): void {
    if (this.#viewed.has(page)) this.#contents.get(page)?.fill(0)
    else this.#contents.delete(page)
  }

  pages(): PageRange[] {
    this.#open()
    const runs: { page: number; count: number; access: Access }[] = []
    for (const page of this.#rights.pages()) {
      const access = this.access(page)
      const run = runs.at(-1)
      if (run !== undefined && run.page + run.count === page && run.access === access) run.count += 1
      else runs.push({ page, count: 1, access })
    }
    return runs
  }

  written(): number[] {
    this.#open()
    return [...this.#contents.keys()].sort((a, b) => a - b)
  }

  /** Called when the machine is disposed of. Every later use throws. */
  close(): void {
    this.clear()
    this.#closed = true
  }

  #open(): void {
    if (this.#closed) throw new TypeError('memory: its machine was disposed of')
  }

  /** Takes all memory away. */
  clear(): void {
    this.#rights.clear()
    this.#contents.clear()
    this.#viewed.clear()
  }
}
