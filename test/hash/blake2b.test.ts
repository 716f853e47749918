// BLAKE2b against digests of other implementations, in WebAssembly and in plain TypeScript.
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { blake2b } from '../../src/hash/blake2b.ts'
import { plainBlake2b } from '../../src/hash/blake2b-plain.ts'
import { wasmBlake2b } from '../../src/hash/blake2b-wasm.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const messageOf = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, i) => (i * 167 + size * 31) & 255)
const openssl = (message: Uint8Array): string => createHash('blake2b512').update(message).digest('hex')

describe.each([
  ['plain', plainBlake2b],
  ['wasm', wasmBlake2b()!],
  ['public', blake2b],
] as const)('%s', (_, hash) => {
  test("64 bytes: every length around the block's size agrees with OpenSSL", () => {
    for (let size = 520; size >= 0; size--) {
      const message = messageOf(size)
      expect(hex(hash(message, 64)), `${size} bytes`).toBe(openssl(message))
    }
  })

  test('64 bytes: lengths around the size of the buffer of 32 KiB', () => {
    for (const size of [32_639, 32_640, 32_641, 32_767, 32_768, 32_769, 65_535, 65_536, 65_537, 100_000]) {
      const message = messageOf(size)
      expect(hex(hash(message, 64)), `${size} bytes`).toBe(openssl(message))
    }
  })

  test('a message that is a part of another buffer', () => {
    const message = messageOf(300)
    expect(hex(hash(message.subarray(7, 290), 64))).toBe(openssl(message.slice(7, 290)))
  })

  test('32 bytes: known digests', () => {
    expect(hex(hash(new Uint8Array(), 32))).toBe('0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8')
    expect(hex(hash(new TextEncoder().encode('abc'), 32))).toBe(
      'bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319',
    )
  })

  test('1 to 64 bytes: a digest of its own for each length, which nothing changes afterwards', () => {
    const digests = Array.from({ length: 64 }, (_, k) => hash(messageOf(40), k + 1))
    expect(digests.map(digest => digest.length)).toEqual(Array.from({ length: 64 }, (_, k) => k + 1))
    expect(new Set(digests.map(digest => digest[0])).size).toBeGreaterThan(16)
    expect(digests.map(hex)).toEqual(Array.from({ length: 64 }, (_, k) => hex(plainBlake2b(messageOf(40), k + 1))))
  })
})

test('without a digest length it is 32 bytes', () => {
  expect(blake2b(messageOf(3))).toEqual(plainBlake2b(messageOf(3), 32))
})

test('misuse names the argument', () => {
  expect(() => blake2b('abc' as unknown as Uint8Array)).toThrow(new TypeError('message must be a Uint8Array'))
  for (const length of [0, 65, 1.5, Number.NaN]) expect(() => blake2b(new Uint8Array(), length)).toThrow(RangeError)
})
