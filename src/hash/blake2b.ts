// BLAKE2b (RFC 7693) without a key, the hash function of the Gray Paper. Not a stream: the whole message is given at once.
import { plainBlake2b } from './blake2b-plain.ts'
import { type Hash, wasmBlake2b } from './blake2b-wasm.ts'

/** Made at the first call. */
let hash: Hash | undefined

/**
 * The BLAKE2b digest of `message`. The Gray Paper's H is this with 32 bytes (section 3.8).
 *
 * @param message - The bytes to hash. They are not changed.
 * @param length - Bytes of the digest, 1 to 64.
 * @throws TypeError if `message` is no Uint8Array, RangeError if `length` is not a whole number from 1 to 64.
 */
export function blake2b(message: Uint8Array, length = 32): Uint8Array {
  if (!(message instanceof Uint8Array)) throw new TypeError('message must be a Uint8Array')
  if (!Number.isInteger(length) || length < 1 || length > 64) {
    throw new RangeError('length must be a whole number from 1 to 64')
  }
  hash ??= wasmBlake2b() ?? plainBlake2b
  return hash(message, length)
}
