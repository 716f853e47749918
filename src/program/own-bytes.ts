// A program's own copy of the bytes it is loaded from. Not the program: program.ts.
import { equalBytes } from './equal-bytes.ts'

/** Node's Buffer, which some runtimes have and TypeScript's libraries do not know. */
interface Runtime {
  readonly Buffer?: { compare(a: Uint8Array, b: Uint8Array): number }
  readonly WeakRef?: WeakRefConstructor
}

/** Copies that are looked at: those made last. */
const MOST = 8
/** Shorter bytes are copied in less time than it takes to look. */
const LEAST = 4096
/** The copies made last, as long as a program has them. */
const copies: WeakRef<Uint8Array>[] = []

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  const { Buffer } = globalThis as Runtime
  if (a.length !== b.length) return false
  return Buffer === undefined ? equalBytes(a, b) : Buffer.compare(a, b) === 0
}

/**
 * Bytes like these that nobody else changes: a program does not change, whatever the caller does with its bytes. A node loads
 * the same service for each block; it gets the copy that another program has, because the collector would else have a copy to
 * free for each, which cost a tenth of short runs.
 */
export function ownBytes(source: Uint8Array): Uint8Array {
  const { WeakRef: Reference } = globalThis as Runtime
  if (source.length < LEAST || Reference === undefined) return new Uint8Array(source)
  for (const [i, reference] of copies.entries()) {
    const known = reference.deref()
    if (known === undefined || !isSame(known, source)) continue
    copies.unshift(...copies.splice(i, 1))
    return known
  }
  const copy = new Uint8Array(source)
  copies.unshift(new Reference(copy))
  if (copies.length > MOST) copies.pop()
  return copy
}
