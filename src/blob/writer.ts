// Builds byte strings in the encodings of GP C.1. Not a stream: the result is one array.

/** Collects bytes in a buffer that grows; `toBytes` gives a copy of what is in it. */
export class Writer {
  #buffer: Uint8Array = new Uint8Array(128)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** Where the next `count` bytes go. */
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
    this.#buffer.set(bytes, at) // not in one: the buffer may be another one now
    return this
  }

  /** `size` bytes little-endian. */
  uint(value: number | bigint, size: number): this {
    const at = this.#reserve(size)
    if (typeof value === 'number' && value >>> 0 === value) {
      // A whole number below 2^32 needs no bigint on its way.
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

  /** The variable-length encoding E of a natural number below 2^64. */
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
