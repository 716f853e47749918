// Program files inside of something else: bytes written as text, a PolkaVM container behind metadata. Not the formats themselves.

import { formatClaiming } from '../blob/container.ts'
import { BlobError } from '../blob/error.ts'
import { Reader } from '../blob/reader.ts'

/** Bytes of a text that is nothing but hex digits, with or without 0x, spaces and line ends; undefined where it is something else. */
function hexBytes(text: string): Uint8Array | undefined {
  const digits = text.replace(/^\s*0x/i, '').replace(/\s+/g, '')
  if (digits.length < 8 || digits.length % 2 !== 0 || !/^[0-9a-f]+$/i.test(digits)) return undefined
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16))
}

/** These are the bytes of a JSON array of them. */
function arrayBytes(text: string): Uint8Array | undefined {
  if (!/^\s*\[[\d\s,]*\]\s*$/.test(text)) return undefined
  const numbers = text.match(/\d+/g)?.map(Number) ?? []
  return numbers.every(value => value <= 255) ? Uint8Array.from(numbers) : undefined
}

/** The program in a text that is bytes in writing; undefined where it is no such text. */
export function bytesOfText(text: string): Uint8Array | undefined {
  return hexBytes(text) ?? arrayBytes(text)
}

/** A PolkaVM container behind metadata of which the length stands in front, as `.corevm` files have it; else the bytes as they are. */
export function withoutMetadata(bytes: Uint8Array): Uint8Array {
  if (formatClaiming(bytes) !== undefined) return bytes
  try {
    const reader = new Reader(bytes)
    reader.take(reader.varint('metadata length', bytes.length), 'metadata')
    const rest = bytes.subarray(reader.offset)
    return formatClaiming(rest) === undefined ? bytes : rest
  } catch (error) {
    if (error instanceof BlobError) return bytes
    throw error
  }
}
