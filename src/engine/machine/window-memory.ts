// The guest memory of a machine on a cell. Common cases are done here, in place; rights and slow cases are left to the core. The results
// are the same as those of the reference machine's memory.
import { Access, PAGE_COUNT, PAGE_SIZE, type Region } from '../../blob/address-space.ts'
import type { Cell } from '../../core/cell.ts'
import { AT_RIGHTS, AT_VM, AT_WINDOW, Right, ROTATION, WINDOW_END } from '../../core/contract.gen.ts'
import { checkAccess, checkBig, checkBytes, checkPages, checkRange, isAddress, isRange } from '../check.ts'
import { failingAddress } from '../failing.ts'
import { noRoom } from '../max-memory.ts'
import { type Memory, type MemoryResult, OK, OOB, type PageRange } from '../memory.ts'
import { pagesOf, writtenOf } from './pages.ts'
import type { Residence, Resident } from './residence.ts'

const ADDRESSES = 2 ** 32
const LAST = PAGE_SIZE - 1

/**
 * One u64, seen in three ways. Arithmetic with bigints would allocate at every step, which takes 0.2 µs per access (bench,
 * ecalli-mem).
 */
const whole = new BigUint64Array(1)
const halves = new Uint32Array(whole.buffer)
const eight = new Uint8Array(whole.buffer)

/** The physical address of a range if all of it lies in the window, otherwise -1. */
function inWindow(address: number, length: number): number {
  const at = (address + ROTATION) % ADDRESSES
  return at >= AT_WINDOW && at + length <= WINDOW_END ? at : -1
}

/** The memory of one machine. It cannot be used once the machine was disposed of. */
export class WindowMemory implements Memory {
  readonly #home: Residence
  /** Keeps the machine, and so its cell, from being collected while somebody has its memory. */
  readonly #owner: Resident

  constructor(home: Residence, owner: Resident) {
    this.#home = home
    this.#owner = owner
  }

  #open(): Cell {
    return this.#home.direct ?? this.#openSlowly()
  }

  /** Comes back into a cell if the machine is in none, and puts what the host has written to pages of its own into the cell. */
  #openSlowly(): Cell {
    if (this.#home.isClosed) throw new TypeError('memory: its machine was disposed of')
    const cell = this.#home.cell ?? this.#home.enter(this.#owner)
    this.#home.takePages()
    return cell
  }

  /** Called when memory has changed. Pages that the host has copies of get the change. */
  #changed(): void {
    if (this.#home.direct === undefined) this.#home.showPages()
  }

  #has(cell: Cell, address: number, length: number, right: number): boolean {
    checkRange(address, length)
    if (length === 0) return true
    return isRange(address, length) && cell.core.pvm_check(AT_VM, address, address + length - 1, right) === OK
  }

  readable(address: number, length: number): boolean {
    return this.#has(this.#open(), address, length, Right.Read)
  }

  writable(address: number, length: number): boolean {
    return this.#has(this.#open(), address, length, Right.Write)
  }

  failing(address: number, length: number, access: Access): number | undefined {
    this.#open()
    return failingAddress(page => this.access(page), address, length, access)
  }

  /** Gives all pages of a range bytes. */
  #touch(cell: Cell, address: number, length: number, viewed = false): void {
    const result = cell.core.pvm_touch(AT_VM, address, address + length - 1, viewed ? 1 : 0)
    if (result !== OK) throw noRoom('memory', this.#home.maxMemory)
  }

  view(address: number, length: number): Uint8Array | undefined {
    const cell = this.#open()
    if (!this.#has(cell, address, length, Right.Read)) return undefined
    if (length === 0) return new Uint8Array(0)
    const at = inWindow(address, length)
    const samePage = (address % PAGE_SIZE) + length <= PAGE_SIZE
    if (at < 0 && !samePage) {
      const copy = new Uint8Array(length)
      this.#copyOut(cell, address, copy)
      return copy
    }
    this.#touch(cell, address, length, true)
    const apart = this.#home.viewApart(cell, address, length)
    if (apart !== undefined) return apart
    const from = at >= 0 ? at : cell.core.pvm_locate(AT_VM, address) >>> 0
    return cell.u8.subarray(from, from + length)
  }

  #copyOut(cell: Cell, address: number, into: Uint8Array): void {
    const at = inWindow(address, into.length)
    if (at >= 0) {
      into.set(cell.u8.subarray(at, at + into.length))
      return
    }
    for (let done = 0; done < into.length; ) {
      const count = Math.min(PAGE_SIZE - ((address + done) % PAGE_SIZE), into.length - done)
      const from = cell.core.pvm_locate(AT_VM, address + done) >>> 0
      if (from === 0) into.fill(0, done, done + count)
      else into.set(cell.u8.subarray(from, from + count), done)
      done += count
    }
  }

  #copyIn(cell: Cell, address: number, bytes: Uint8Array): void {
    this.#touch(cell, address, bytes.length)
    const at = inWindow(address, bytes.length)
    if (at >= 0) {
      cell.u8.set(bytes, at)
      return
    }
    for (let done = 0; done < bytes.length; ) {
      const count = Math.min(PAGE_SIZE - ((address + done) % PAGE_SIZE), bytes.length - done)
      cell.u8.set(bytes.subarray(done, done + count), cell.core.pvm_locate(AT_VM, address + done) >>> 0)
      done += count
    }
  }

  read(address: number, into: Uint8Array): MemoryResult {
    checkBytes('into', into)
    const cell = this.#open()
    if (!this.#has(cell, address, into.length, Right.Read)) return OOB
    if (into.length > 0) this.#copyOut(cell, address, into)
    return OK
  }

  write(address: number, bytes: Uint8Array): MemoryResult {
    checkBytes('bytes', bytes)
    const cell = this.#open()
    if (!this.#has(cell, address, bytes.length, Right.Write)) return OOB
    if (bytes.length > 0) this.#copyIn(cell, address, bytes)
    this.#changed()
    return OK
  }

  load(address: number, bytes: Uint8Array): MemoryResult {
    checkBytes('bytes', bytes)
    const cell = this.#open()
    if (!this.#has(cell, address, bytes.length, Right.Read)) return OOB
    if (bytes.length > 0) this.#copyIn(cell, address, bytes)
    this.#changed()
    return OK
  }

  /** The physical address of `width` bytes that lie on one page and may be accessed at once, or -1. */
  #fast(cell: Cell, address: number, width: number, right: number): number {
    if (!isAddress(address)) return -1
    const at = (address + ROTATION) >>> 0
    const good = (at & LAST) <= PAGE_SIZE - width
    return good && (cell.u8[AT_RIGHTS + (at >>> 12)]! & right) !== 0 ? at : -1
  }

  /** The little-endian number of `width` bytes, or OOB. */
  #readUint(address: number, width: number): number {
    const cell = this.#open()
    const { u8 } = cell
    const at = this.#fast(cell, address, width, Right.FastRead)
    if (at < 0) return this.#readSlow(cell, address, width)
    switch (width) {
      case 1:
        return u8[at]!
      case 2:
        return u8[at]! | (u8[at + 1]! << 8)
      default:
        if ((at & 3) === 0) return cell.u32[at >>> 2]!
        return (u8[at]! | (u8[at + 1]! << 8) | (u8[at + 2]! << 16) | (u8[at + 3]! << 24)) >>> 0
    }
  }

  #readSlow(cell: Cell, address: number, width: number): number {
    if (!this.#has(cell, address, width, Right.Read)) return OOB
    let value = 0
    for (let i = width - 1; i >= 0; i--) {
      const at = cell.core.pvm_locate(AT_VM, address + i) >>> 0
      value = value * 256 + (at === 0 ? 0 : cell.u8[at]!)
    }
    return value
  }

  #writeUint(address: number, width: number, given: number): MemoryResult {
    const value = given >>> 0 // first, because an object would run code for that, and this machine might lose its cell to another
    const cell = this.#open()
    const at = this.#fast(cell, address, width, Right.FastWrite)
    if (at < 0) return this.#writeSlow(cell, address, width, value)
    if (width === 4 && (at & 3) === 0) cell.u32[at >>> 2] = value
    else for (let i = 0; i < width; i++) cell.u8[at + i] = value >>> (8 * i)
    this.#changed()
    return OK
  }

  #writeSlow(cell: Cell, address: number, width: number, value: number): MemoryResult {
    if (!this.#has(cell, address, width, Right.Write)) return OOB
    this.#touch(cell, address, width)
    for (let i = 0; i < width; i++) cell.u8[cell.core.pvm_locate(AT_VM, address + i) >>> 0] = value >>> (8 * i)
    this.#changed()
    return OK
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
    const cell = this.#open()
    const at = this.#fast(cell, address, 8, Right.FastRead)
    if (at >= 0) {
      const { u8, u32 } = cell
      if ((at & 3) === 0) {
        halves[0] = u32[at >>> 2]!
        halves[1] = u32[(at >>> 2) + 1]!
      } else for (let i = 0; i < 8; i++) eight[i] = u8[at + i]!
    } else {
      if (!this.#has(cell, address, 8, Right.Read)) return -1n
      halves[0] = this.#readUint(address, 4)
      halves[1] = this.#readUint(address + 4, 4)
    }
    return whole[0]!
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
    const cell = this.#open()
    whole[0] = value
    const at = this.#fast(cell, address, 8, Right.FastWrite)
    if (at >= 0) {
      const { u8, u32 } = cell
      if ((at & 3) === 0) {
        u32[at >>> 2] = halves[0]!
        u32[(at >>> 2) + 1] = halves[1]!
      } else for (let i = 0; i < 8; i++) u8[at + i] = eight[i]!
      this.#changed()
      return OK
    }
    if (!this.#has(cell, address, 8, Right.Write)) return OOB
    const high = halves[1]!
    this.#writeUint(address, 4, halves[0]!)
    return this.#writeUint(address + 4, 4, high)
  }

  /** Maps a region that the machine starts with, whose contents are no longer than itself. */
  map({ address, length, access, data }: Region): void {
    const cell = this.#open()
    cell.core.pvm_protect(AT_VM, address / PAGE_SIZE, length / PAGE_SIZE, access)
    if (data.length > 0) this.#copyIn(cell, address, data)
    this.#changed()
  }

  access(page: number): Access {
    const cell = this.#open()
    if (!(Number.isInteger(page) && page >= 0 && page < PAGE_COUNT)) return Access.None
    return cell.core.pvm_access(AT_VM, page) as Access
  }

  protect(page: number, count: number, access: Access): void {
    checkPages(page, count)
    checkAccess(access)
    this.#open().core.pvm_protect(AT_VM, page, count, access)
    this.#changed()
  }

  zero(page: number, count: number): void {
    checkPages(page, count)
    this.#open().core.pvm_zero(AT_VM, page, count)
    this.#changed()
  }

  pages(): PageRange[] {
    return pagesOf(this.#open())
  }

  written(): number[] {
    return writtenOf(this.#open())
  }
}
