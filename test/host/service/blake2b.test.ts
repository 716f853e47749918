// BLAKE2b against digests of other implementations.
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { blake2b } from '../../../src/host/service/blake2b.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

test("64 bytes: every length around the block's size agrees with OpenSSL", () => {
  for (let size = 0; size <= 520; size++) {
    const message = Uint8Array.from({ length: size }, (_, i) => (i * 167 + size * 31) & 255)
    expect(hex(blake2b(message, 64)), `${size} bytes`).toBe(createHash('blake2b512').update(message).digest('hex'))
  }
})

test('32 bytes: known digests', () => {
  expect(hex(blake2b(new Uint8Array()))).toBe('0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8')
  expect(hex(blake2b(new TextEncoder().encode('abc')))).toBe(
    'bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319',
  )
})

test('misuse names the argument', () => {
  expect(() => blake2b('abc' as unknown as Uint8Array)).toThrow(new TypeError('message must be a Uint8Array'))
  for (const length of [0, 65, 1.5, Number.NaN]) expect(() => blake2b(new Uint8Array(), length)).toThrow(RangeError)
})
