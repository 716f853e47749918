// Builds byte strings in the encodings of GP C.1.

/** Collects bytes in a buffer that grows. `toBytes` gives a copy of what is in it. */
export class Writer {
  #buffer: Uint8Array = new Uint8Array(128)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** Makes room for `count` bytes, and returns where they go. */
  #reserve(count: number): number {
    const at = this.#length
    this.#length += count
    const buffer = this.#buffer
    if (this.#length > buffer.length) {
      this.#buffer = new Uint8Array(2 * this.#length)
      this.#buffer.set(buffer)
    }
    return at
  }

  bytes(bytes: Uint8Array): this {
    const at = this.#reserve(bytes.length)
    this.#buffer.set(bytes, at) // a statement of its own, because making room may have replaced the buffer
    return this
  }

  /** Writes a little-endian number of `size` bytes. */
  uint(value: number | bigint, size: number): this {
    const at = this.#reserve(size)
    if (typeof value === 'number' && value >>> 0 === value) {
      // A number below 2^32 is written without a bigint.
      for (let i = 0; i < size && i < 4; i++) this.#buffer[at + i] = value >>> (8 * i)
      return this
    }
    let rest = BigInt.asUintN(64, BigInt(value))
    for (let i = 0; i < size; i++) {
      this.#buffer[at + i] = Number(rest & 0xffn)
      rest >>= 8n
    }
    return this
  }

  /** Writes a number below 2^64 in the variable-length encoding E. */
  varint(value: number | bigint): this {
    if (typeof value === 'number' && (value & 127) === value) return this.uint(value, 1)
    const x = BigInt(value)
    for (let extra = 0; extra < 8; extra++) {
      if (x < 1n << BigInt(7 * (extra + 1))) {
        const first = BigInt(256 - 2 ** (8 - extra)) + (x >> BigInt(8 * extra))
        return this.uint(first, 1).uint(x & ((1n << BigInt(8 * extra)) - 1n), extra)
      }
    }
    return this.uint(0xff, 1).uint(x, 8)
  }

  toBytes(): Uint8Array {
    return this.#buffer.slice(0, this.#length)
  }
}
