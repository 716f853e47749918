// BLAKE2b (RFC 7693) without a key, in a WebAssembly module with words of 64 bits (core/hash/blake2b.c). The public function is in
// blake2b.ts.
import { makeModule, unlessRefused } from '../core/code-generation.ts'
import { decodeHex } from '../core/core.ts'
import { BLAKE2B_HEX } from './blake2b.gen.ts'

/** A digest of `length` bytes, 1 to 64. */
export type Hash = (message: Uint8Array, length: number) => Uint8Array

/** What the module exports. */
interface Exports extends WebAssembly.Exports {
  readonly memory: WebAssembly.Memory
  readonly blake2b_buffer: WebAssembly.Global
  readonly blake2b_state: WebAssembly.Global
  blake2b_begin(length: number): void
  blake2b_absorb(length: number, last: number): void
}

const BLOCK = 128
/** This is the size of blake2b_buffer in bytes. */
const BUFFER = 32_768

/** The hash function of a new instance; undefined where the runtime makes no modules, or has no memory for one. */
export function wasmBlake2b(): Hash | undefined {
  const module = unlessRefused(() => makeModule(decodeHex(BLAKE2B_HEX)))
  const instance = module && unlessRefused(() => new WebAssembly.Instance(module))
  if (instance === undefined) return undefined
  const exports = instance.exports as Exports
  const bytes = new Uint8Array(exports.memory.buffer)
  const buffer = bytes.subarray(exports.blake2b_buffer.value, exports.blake2b_buffer.value + BUFFER)
  const state: number = exports.blake2b_state.value
  return (message, length) => {
    exports.blake2b_begin(length)
    let at = 0
    do {
      const end = Math.min(at + BUFFER, message.length)
      buffer.set(end - at === message.length ? message : message.subarray(at, end))
      const filled = (end - at) % BLOCK
      if (filled > 0 || end === at) buffer.fill(0, end - at, end - at - filled + BLOCK)
      exports.blake2b_absorb(end - at, end === message.length ? 1 : 0)
      at = end
    } while (at < message.length)
    return bytes.slice(state, state + length)
  }
}
