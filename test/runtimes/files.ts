// Test files in one text, to hand them to runtimes that see no file system: JSON of [name, base64]. Not a format to keep.
import type { NamedBytes } from './suite.ts'

/** Reads them. */
export function decodeFiles(text: string): NamedBytes[] {
  const list = JSON.parse(text) as [name: string, base64: string][]
  return list.map(([name, base64]) => ({ name, bytes: Uint8Array.from(atob(base64), char => char.charCodeAt(0)) }))
}
