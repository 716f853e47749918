// A cursor over bytes that throws a BlobError instead of reading past the end. Slices are views, not copies.
import { BlobError } from './error.ts'

/** A cursor over the bytes from `start` up to `end`. Offsets in errors count from the beginning of `bytes`. */
export class Reader {
  readonly bytes: Uint8Array
  readonly end: number
  offset: number
  /** Whether `varint32` takes only the shortest form. */
  readonly #shortest: boolean

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length, shortest = false) {
    this.#shortest = shortest
    this.bytes = bytes
    this.offset = start
    this.end = end
  }

  get remaining(): number {
    return this.end - this.offset
  }

  #need(count: number, what: string): void {
    if (count > this.remaining) {
      throw new BlobError('truncated', this.offset, `${what} (${count} bytes)`, `${this.remaining} bytes left`)
    }
  }

  /** Reads a little-endian number of 1 to 4 bytes (E_n, GP C.1). */
  uint(size: 1 | 2 | 3 | 4, what: string): number {
    this.#need(size, what)
    let value = 0
    for (let i = size - 1; i >= 0; i--) value = (value << 8) | this.bytes[this.offset + i]!
    this.offset += size
    return value >>> 0
  }

  /** Reads a little-endian number of 8 bytes. */
  uint64(what: string): bigint {
    const low = this.uint(4, what)
    return BigInt(low) | (BigInt(this.uint(4, what)) << 32n)
  }

  /** Reads a number in the variable-length encoding E (GP C.1.3). A form longer than needed is refused. */
  varint64(what: string): bigint {
    const start = this.offset
    const first = this.uint(1, what)
    let extra = 0
    while (extra < 8 && (first & (0x80 >> extra)) !== 0) extra += 1
    let value = 0n
    this.#need(extra, what)
    for (let i = 0; i < extra; i++) value |= BigInt(this.bytes[this.offset + i]!) << BigInt(8 * i)
    this.offset += extra
    if (extra < 8) value |= BigInt(first & (0x7f >> extra)) << BigInt(8 * extra)
    const smallest = extra === 0 ? 0n : 1n << BigInt(7 * extra)
    if (value < smallest)
      throw new BlobError('bad-varint', start, `the shortest encoding of ${what}`, `${extra + 1} bytes`)
    return value
  }

  /**
   * Reads a number in PolkaVM's variant of E, of at most 5 bytes. Until PolkaVM 0.36 bits above the 32nd are lost, and a form longer
   * than needed is legal. From 0.37 on both are refused.
   */
  varint32(what: string): number {
    const start = this.offset
    const first = this.uint(1, what)
    let extra = 0
    while (extra < 8 && (first & (0x80 >> extra)) !== 0) extra += 1
    if (extra > 4) throw new BlobError('bad-varint', start, `${what} in at most 5 bytes`, `${extra + 1}`)
    this.#need(extra, what)
    let value = extra === 4 ? 0 : (first & (0x7f >> extra)) << (8 * extra)
    for (let i = 0; i < extra; i++) value |= this.bytes[this.offset + i]! << (8 * i)
    this.offset += extra
    value >>>= 0
    // With five bytes, the low three bits of the first one are the bits 33 to 35 of the number.
    const lost = extra === 4 && (first & 7) !== 0
    if (this.#shortest && (lost || (extra > 0 && value < 2 ** (7 * extra))))
      throw new BlobError('bad-varint', start, `the shortest encoding of ${what}`, `${extra + 1} bytes`)
    return value
  }

  /** Reads a length or count in the encoding E, which must be at most `limit`. */
  varint(what: string, limit: number): number {
    const start = this.offset
    const first = this.bytes[start] ?? 0xff
    // The common forms of one to three bytes are read without bigints, which take 0.1 ms each in cold code; files are loaded by cold code.
    if (first < 0x80 && this.remaining > 0 && first <= limit) {
      this.offset += 1
      return first
    }
    if (first >= 0xc0 && first < 0xe0 && this.remaining > 2) {
      const short = ((first & 0x1f) << 16) | (this.bytes[start + 2]! << 8) | this.bytes[start + 1]!
      if (short >= 0x4000 && short <= limit) {
        this.offset += 3
        return short
      }
    }
    const value = this.varint64(what)
    if (value > BigInt(limit)) throw new BlobError('length-too-large', start, `${what} of at most ${limit}`, `${value}`)
    return Number(value)
  }

  /** Takes the next `count` bytes, as a view. */
  take(count: number, what: string): Uint8Array {
    this.#need(count, what)
    const view = this.bytes.subarray(this.offset, this.offset + count)
    this.offset += count
    return view
  }

  /** Throws unless everything was read. */
  expectEnd(what: string): void {
    if (this.remaining !== 0) {
      throw new BlobError('trailing-bytes', this.offset, `the end of ${what}`, `${this.remaining} more bytes`)
    }
  }
}
