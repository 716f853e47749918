// Finds out which container bytes are, and says why. Not a loader: the answer names the parser to use.
import { BlobError } from './error.ts'
import { parseJam } from './jam.ts'
import { parseProgramBlob } from './raw.ts'
import { parseStandardProgram } from './standard.ts'

/** The containers a program comes in. */
export type BlobKind = 'raw' | 'standard' | 'jam'

/** Every container name, for messages and option checks. */
export const BLOB_KINDS: readonly BlobKind[] = ['raw', 'standard', 'jam']

/** What was found, and for the others why not. */
export interface Detection {
  readonly kind: BlobKind
  readonly rejected: readonly { readonly kind: BlobKind; readonly why: BlobError }[]
}

// None of the formats but .polkavm has a magic number, so the one whose lengths add up exactly is taken, the one
// with most structure first.
const PARSERS: readonly { readonly kind: BlobKind; readonly parse: (bytes: Uint8Array) => unknown }[] = [
  { kind: 'jam', parse: parseJam },
  { kind: 'standard', parse: parseStandardProgram },
  { kind: 'raw', parse: parseProgramBlob },
]

/**
 * Detects the container.
 *
 * @throws BlobError `unknown-format` when none fits; the message has the reason of each.
 */
export function detectBlob(bytes: Uint8Array): Detection {
  const rejected: { kind: BlobKind; why: BlobError }[] = []
  for (const { kind, parse } of PARSERS) {
    try {
      parse(bytes)
      return { kind, rejected }
    } catch (error) {
      if (!(error instanceof BlobError)) throw error
      rejected.push({ kind, why: error })
    }
  }
  const reasons = rejected.map(({ kind, why }) => `${kind}: ${why.message}`).join('; ')
  throw new BlobError('unknown-format', 0, `a program (${reasons})`)
}
