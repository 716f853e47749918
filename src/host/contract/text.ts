// Addresses, hashes and byte strings as contracts' users write them: `0x` and lower-case hex digits. Not ABI encoding.

/** This is `0x` and an even number of lower-case hex digits: 40 for an address, 64 for a hash. */
export type Hex = `0x${string}`

/** Bytes may be given as they are, or as hex text. */
export type BytesLike = Uint8Array | Hex

/** This writes bytes as `0x…`. */
export function hexOf(bytes: Uint8Array): Hex {
  let text = '0x'
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text as Hex
}

/** @throws TypeError, RangeError naming the argument. */
export function bytesOf(name: string, value: BytesLike, length?: number): Uint8Array {
  let bytes: Uint8Array
  if (value instanceof Uint8Array) bytes = value.slice()
  else if (typeof value !== 'string') throw new TypeError(`${name}: expected a Uint8Array or hex text`)
  else if (!/^0x([0-9a-f]{2})*$/i.test(value)) throw new RangeError(`${name}: expected 0x and pairs of hex digits`)
  else bytes = Uint8Array.from(value.slice(2).match(/../g) ?? [], pair => Number.parseInt(pair, 16))
  if (length !== undefined && bytes.length !== length) {
    throw new RangeError(`${name}: ${bytes.length} bytes, expected ${length}`)
  }
  return bytes
}

/** An address in the form that maps have as key. */
export function addressOf(name: string, value: BytesLike): Hex {
  return hexOf(bytesOf(name, value, 20))
}

/** A balance is within 0…2^256 - 1. */
export function checkValue(name: string, value: bigint): bigint {
  if (typeof value !== 'bigint') throw new TypeError(`${name}: expected a bigint`)
  if (value < 0n || value >> 256n !== 0n) throw new RangeError(`${name}: ${value} is not within 0…2^256 - 1`)
  return value
}

/** This puts a number of 256 bits into 32 bytes, the low byte first, as contracts exchange them with their host. */
export function wordOf(value: bigint): Uint8Array {
  const bytes = new Uint8Array(32)
  for (let i = 0, rest = value; i < 32; i++, rest >>= 8n) bytes[i] = Number(rest & 255n)
  return bytes
}

/** This reads the number in such bytes. */
export function numberOf(bytes: Uint8Array): bigint {
  let value = 0n
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!)
  return value
}
