// The contract of guest memory, the same on every engine: 2^32 bytes in pages with rights.
import type { Access } from '../blob/address-space.ts'

/** A memory function has succeeded. */
export const OK = 0
/** A byte of the range is not accessible as asked, or lies at or beyond 2^32. Nothing was read or written. */
export const OOB = -1
/** The result of memory functions that return no value. */
export type MemoryResult = typeof OK | typeof OOB

/** A run of consecutive pages with the same rights. */
export interface PageRange {
  /** The number of the first page. */
  readonly page: number
  readonly count: number
  readonly access: Access
}

/**
 * Guest memory as the host sees it. Addresses are numbers 0…2^32 - 1, and lengths are numbers too. A range never wraps. A length of
 * 0 always succeeds. Where rights are checked, they are those of the guest. Numbers in memory are little-endian.
 */
export interface Memory {
  /** Whether [address, address + length) is readable. */
  readable(address: number, length: number): boolean
  /** Whether [address, address + length) is writable. */
  writable(address: number, length: number): boolean
  /**
   * The first address of a range whose page lacks the right, or undefined when all pages have it. It says where a `read` or `write`
   * failed that returned OOB. A range that leaves the address space fails at its end, 2^32.
   */
  failing(address: number, length: number, access: Access): number | undefined
  /**
   * A live view of a readable range, or undefined when it is not readable. It lives until the machine is reset or disposed of. On
   * engines with a WebAssembly memory nothing is copied for a host function. Writing to the view writes guest memory, whatever its
   * rights. The reference engine gives a copy when the range spans pages.
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
  /** Copies bytes into guest memory. The range has to be writable. */
  write(address: number, bytes: Uint8Array): MemoryResult
  /** Copies bytes into guest memory that is mapped, whatever its rights: for loaders and debuggers. */
  load(address: number, bytes: Uint8Array): MemoryResult
  /** The rights of a page. */
  access(page: number): Access
  /**
   * Sets the rights of `count` pages. Their contents stay, unless all rights are taken away; then they are zero when the pages are
   * mapped again. It takes effect at once, also from inside a host function.
   *
   * @throws RangeError when the pages are not within 0…2^20 - 1.
   */
  protect(page: number, count: number, access: Access): void
  /**
   * Zeroes `count` pages, whatever their rights.
   *
   * @throws RangeError when the pages are not within 0…2^20 - 1.
   */
  zero(page: number, count: number): void
  /** All pages with rights, in ascending order, as runs of pages with the same rights. */
  pages(): PageRange[]
  /**
   * The numbers of the pages that may hold bytes other than zero, ascending. To copy a memory, copy these. Engines may differ in
   * which zero pages are among them. It takes time in proportion to what has been written.
   */
  written(): number[]
}
