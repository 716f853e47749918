// Builds byte strings in the encodings of GP C.1. Not a stream: the result is one array.

/** Collects bytes; `toBytes` copies them into one array. */
export class Writer {
  readonly #parts: Uint8Array[] = []
  #length = 0

  get length(): number {
    return this.#length
  }

  bytes(bytes: Uint8Array): this {
    this.#parts.push(bytes)
    this.#length += bytes.length
    return this
  }

  /** `size` bytes little-endian. */
  uint(value: number | bigint, size: number): this {
    const out = new Uint8Array(size)
    let rest = BigInt.asUintN(64, BigInt(value))
    for (let i = 0; i < size; i++) {
      out[i] = Number(rest & 0xffn)
      rest >>= 8n
    }
    return this.bytes(out)
  }

  /** The variable-length encoding E of a natural number below 2^64. */
  varint(value: number | bigint): this {
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
    const out = new Uint8Array(this.#length)
    let at = 0
    for (const part of this.#parts) {
      out.set(part, at)
      at += part.length
    }
    return out
  }
}
