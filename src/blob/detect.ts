// Finds out which container bytes are, and says why. The answer carries the parsed container, so nothing is read twice.
// Not a loader: program/ makes a program of it.
import { BLOB_KINDS, type BlobKind, type Container, formatNamed, parseContainer } from './container.ts'
import { BlobError } from './error.ts'
import type { Reading } from './polkavm.ts'

export { BLOB_KINDS, type BlobKind }

/** What was found, and for the others why not. */
export interface Detection {
  readonly kind: BlobKind
  readonly container: Container
  /** The kinds tried before, with the reason each does not fit. */
  readonly rejected: readonly { readonly kind: BlobKind; readonly why: BlobError }[]
}

// None of the formats but .polkavm has a magic number, so the one whose lengths add up exactly is taken, the one
// with most structure first.
const ORDER: readonly BlobKind[] = [...BLOB_KINDS].reverse()

/**
 * Detects the container.
 *
 * @param reading as in `parseContainer`.
 * @throws BlobError `unknown-format` when none fits; the message has the reason of each. What starts as a `.polkavm`
 * file and is nothing else throws that format's reason.
 */
export function detectBlob(bytes: Uint8Array, reading: Reading = {}): Detection {
  const rejected: { kind: BlobKind; why: BlobError }[] = []
  for (const kind of ORDER) {
    try {
      return { kind, container: parseContainer(bytes, kind, reading), rejected }
    } catch (error) {
      if (!(error instanceof BlobError)) throw error
      rejected.push({ kind, why: error })
    }
  }
  // With a magic number in front there is no doubt what it was meant to be.
  const claimed = rejected.find(({ kind }) => formatNamed(kind).claims?.(bytes))
  if (claimed !== undefined) throw claimed.why
  const reasons = rejected.map(({ kind, why }) => `${kind}: ${why.message}`).join('; ')
  throw new BlobError('unknown-format', 0, `a program (${reasons})`)
}
