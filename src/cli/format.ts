// Numbers and bytes as people read them. Not JSON: json.ts.
import { hexFromBytes } from '../trace/hex.ts'

/** This writes an integer with thousands separators: 19,999,952. */
export function formatCount(value: number | bigint): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** This writes `1 host call`, or `2,000 host calls`. */
export function formatPlural(value: number | bigint, noun: string): string {
  return `${formatCount(value)} ${noun}${value === 1 || value === 1n ? '' : 's'}`
}

/** This writes an address in eight hex digits. */
export function formatAddress(address: number): string {
  return `0x${address.toString(16).padStart(8, '0')}`
}

/** A register: small values decimal, others hex. */
export function formatRegister(value: bigint): string {
  return value < 10n ? `${value}` : `0x${value.toString(16)}`
}

/** A size: 4 kB and 10.2 kB, bytes below. kB is 1024 bytes. */
export function formatSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`
  if (bytes >= 2 ** 20) return `${trim((bytes / 2 ** 20).toFixed(1))} MB`
  return `${trim((bytes / 1024).toFixed(1))} kB`
}

function trim(text: string): string {
  return text.replace(/\.0$/, '')
}

/** Bytes as hex, the middle left out when there are more than `limit`. */
export function formatBytes(bytes: Uint8Array, limit = 64): string {
  if (bytes.length <= limit) return `0x${hexFromBytes(bytes)}`
  return `0x${hexFromBytes(bytes.subarray(0, limit - 4))}…${hexFromBytes(bytes.subarray(-4))}`
}
