// Finds out which container some bytes are, and says why. The answer has the parsed container, so that nothing is read twice.
import { BLOB_KINDS, type BlobKind, type Container, formatNamed, parseContainer } from './container.ts'
import { BlobError } from './error.ts'
import { foreignName } from './foreign.ts'
import type { Reading } from './polkavm.ts'

export { BLOB_KINDS, type BlobKind }

/** The container that was found, and why it is none of the others. */
export interface Detection {
  readonly kind: BlobKind
  readonly container: Container
  /** The kinds that were tried before, each with the reason why it does not fit. */
  readonly rejected: readonly { readonly kind: BlobKind; readonly why: BlobError }[]
}

// Only .polkavm has a magic number. So the first kind is taken whose lengths add up exactly. Those with most structure are tried first.
const ORDER: readonly BlobKind[] = [...BLOB_KINDS].reverse()

/**
 * Detects the container.
 *
 * @param reading as in `parseContainer`.
 * @throws BlobError `unknown-format` when none fits. The message says what the bytes are instead, where that is to be seen. For bytes
 * that begin as a `.polkavm` file and are nothing else, it throws the reason of that format.
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
  // With a magic number in front there is no doubt what it is meant to be.
  const claimed = rejected.find(({ kind }) => formatNamed(kind).claims?.(bytes))
  if (claimed !== undefined) throw claimed.why
  let found = 'none; the option kind says why'
  // The interpreter's own entry has no room for that.
  // biome-ignore lint/suspicious/noConfusingLabels: dropped from the entry `coulis/interpreter` (scripts/build-library.mjs)
  WHOLE: found = `${foreignName(bytes) ?? found} (docs/formats.md)`
  throw new BlobError('unknown-format', 0, 'a program', found)
}
