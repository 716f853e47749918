// Solidity's ABI as far as the tests need it: selectors, words, byte strings. Not a library.
import { type Hex, keccak256 } from '../../../src/host/contract/index.ts'

export const hex = (bytes: Uint8Array): Hex => `0x${Buffer.from(bytes).toString('hex')}`

/** A word of 32 bytes: a number, negative ones in two's complement, or an address. */
export function word(value: bigint | number | string): string {
  return BigInt.asUintN(256, BigInt(value)).toString(16).padStart(64, '0')
}

/** Call data: numbers and addresses as words, byte arrays as dynamic arguments behind them. */
export function call(signature: string, ...args: (bigint | number | string | Uint8Array)[]): Hex {
  const selector = hex(keccak256(new TextEncoder().encode(signature)).subarray(0, 4))
  return `${selector}${args.length === 0 ? '' : values(...args).slice(2)}`
}

/** The same without a selector, as constructors have it. */
export function values(...args: (bigint | number | string | Uint8Array)[]): Hex {
  let tail = ''
  const head = args.map(arg => {
    if (!(arg instanceof Uint8Array)) return word(arg)
    const at = word(32 * args.length + tail.length / 2)
    const padded = Buffer.alloc(Math.ceil(arg.length / 32) * 32)
    padded.set(arg)
    tail += word(arg.length) + padded.toString('hex')
    return at
  })
  return `0x${head.join('')}${tail}`
}

/** The hash of an event's signature, its first topic. */
export function topic(signature: string): Hex {
  return hex(keccak256(new TextEncoder().encode(signature)))
}

/** The words of an output. */
export function words(output: Uint8Array): bigint[] {
  return Array.from({ length: output.length / 32 }, (_, i) => BigInt(hex(output.subarray(32 * i, 32 * i + 32))))
}

/** The byte string that word `i` of an output leads to. */
export function bytesAt(output: Uint8Array, i: number): Uint8Array {
  const at = Number(words(output.subarray(0, 32 * (i + 1)))[i])
  const length = Number(BigInt(hex(output.subarray(at, at + 32))))
  return output.subarray(at + 32, at + 32 + length)
}

/** What `revert("…")` and `require(…, "…")` leave. */
export function reason(output: Uint8Array): string {
  if (hex(output.subarray(0, 4)) !== '0x08c379a0') throw new Error(`no Error(string): ${hex(output)}`)
  return new TextDecoder().decode(bytesAt(output.subarray(4), 0))
}
