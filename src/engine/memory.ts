// The contract of guest memory: 2^32 bytes in pages with rights, the same on every engine. Not an implementation.
import type { Access } from '../blob/address-space.ts'

/** Success of a memory function. */
export const OK = 0
/** A byte of the range is not accessible as asked, or lies at or beyond 2^32. Nothing was read or written. */
export const OOB = -1
/** Result of memory functions that return no value. */
export type MemoryResult = typeof OK | typeof OOB

/** A run of consecutive pages with the same rights. */
export interface PageRange {
  /** First page number. */
  readonly page: number
  readonly count: number
  readonly access: Access
}

/**
 * Guest memory as the host sees it. Addresses are plain numbers 0…2^32-1, lengths plain numbers; ranges never wrap.
 * A length of 0 always succeeds. Rights are checked as the guest's are.
 */
export interface Memory {
  /** Whether [address, address + length) is readable. */
  readable(address: number, length: number): boolean
  /** Whether [address, address + length) is writable. */
  writable(address: number, length: number): boolean
  /**
   * The first address of a range whose page lacks the right, undefined when all have it: which page a `read` or `write`
   * that answered OOB failed at. Ranges that leave the address space fail at its end, 2^32.
   */
  failing(address: number, length: number, access: Access): number | undefined
  /**
   * A live view of a readable range, or undefined. The view's lifetime: until the machine is reset or disposed; on
   * engines with a wasm memory it is zero-copy for host functions, and writing to it writes guest memory whatever its rights.
   * The reference engine gives a copy when the range spans pages.
   */
  view(address: number, length: number): Uint8Array | undefined
  /** The unsigned value, or OOB. */
  readU8(address: number): number
  readU16(address: number): number
  readU32(address: number): number
  /** The unsigned value, or -1n (no unsigned value is negative). */
  readU64(address: number): bigint
  /** Writes the low bits of `value`, little-endian. */
  writeU8(address: number, value: number): MemoryResult
  writeU16(address: number, value: number): MemoryResult
  writeU32(address: number, value: number): MemoryResult
  writeU64(address: number, value: bigint): MemoryResult
  /** Copies `into.length` bytes out of guest memory. */
  read(address: number, into: Uint8Array): MemoryResult
  /** Copies bytes into guest memory; the range has to be writable. */
  write(address: number, bytes: Uint8Array): MemoryResult
  /** Copies bytes into mapped guest memory whatever its rights: for loaders, debuggers, `poke`-like hosts. */
  load(address: number, bytes: Uint8Array): MemoryResult
  /** The rights of a page. */
  access(page: number): Access
  /**
   * Sets the rights of `count` pages and keeps their contents; taking all rights away drops the contents (they are
   * zero when mapped again). Effective at once, also from inside a host function.
   *
   * @throws RangeError when the pages are not within 0…2^20 - 1.
   */
  protect(page: number, count: number, access: Access): void
  /** Zeroes `count` pages whatever their rights. */
  zero(page: number, count: number): void
  /** All pages with rights, ascending, merged into runs. */
  pages(): PageRange[]
  /**
   * The pages that may hold bytes other than zero, ascending: what somebody who copies the memory has to copy. Engines may
   * differ in which zero pages are among them. Takes time in proportion to what has been written.
   */
  written(): number[]
}
