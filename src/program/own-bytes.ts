// A program's own copy of the bytes that it is loaded from.
import { equalBytes } from './equal-bytes.ts'

/** Node's Buffer, which some runtimes have and TypeScript's libraries do not know. */
interface Runtime {
  readonly Buffer?: { compare(a: Uint8Array, b: Uint8Array): number }
  readonly WeakRef?: WeakRefConstructor
}

/** How many copies are looked at: those that were made last. */
const MOST = 8
/** Fewer bytes than this are copied in less time than it takes to look. */
const LEAST = 4096
/** The copies that were made last, as long as some program has them. */
const copies: WeakRef<Uint8Array>[] = []

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  const { Buffer } = globalThis as Runtime
  if (a.length !== b.length) return false
  return Buffer === undefined ? equalBytes(a, b) : Buffer.compare(a, b) === 0
}

/**
 * A copy of the bytes that nobody changes. A program must not change, whatever the caller does with its bytes.
 *
 * A node loads the same service for each block. It gets the copy that another program has already. Otherwise the garbage collector
 * would have to free a copy for each, which took a tenth of short runs.
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
