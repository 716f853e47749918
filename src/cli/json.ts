// JSON output: bigints as integers with all their digits, bytes as hex. Not the reading of JSON: conform/json.ts.
import { hexFromBytes } from '../trace/hex.ts'

const RAW = '\u0000raw:'

// Lists of numbers and plain words on one line: 13 registers are one thing to the eye.
const FLAT_LIST = /\[\n\s+(?:"[^"\\\n]*"|-?\d+)(?:,\n\s+(?:"[^"\\\n]*"|-?\d+))*\n\s+\]/g

/** JSON text with two spaces of indent; a bigint becomes a plain integer however large, a Uint8Array hex with 0x. */
export function toJson(value: unknown): string {
  const text = JSON.stringify(
    value,
    (_, entry: unknown) => {
      if (typeof entry === 'bigint') return `${RAW}${entry}`
      if (entry instanceof Uint8Array) return `0x${hexFromBytes(entry)}`
      return entry
    },
    2,
  )
  return text.replace(/"\\u0000raw:(-?\d+)"/g, '$1').replace(FLAT_LIST, list => list.replace(/\n\s+/g, ' '))
}

/** A 64-bit register as JSON: hex text, because many JSON readers round large numbers. */
export function registerText(value: bigint): string {
  return `0x${value.toString(16)}`
}
