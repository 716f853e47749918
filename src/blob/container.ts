// The containers a program comes in, as one type, with reading and writing by kind. Not detection: that is detect.ts.
import { encodeJam, type JamFile, parseJam } from './jam.ts'
import { encodePolkavm, type PolkavmFile, parsePolkavm, type Reading } from './polkavm.ts'
import { encodeProgramBlob, type ProgramParts, parseProgramBlob } from './raw.ts'
import { encodeStandardProgram, parseStandardProgram, type StandardProgram } from './standard.ts'

/** A parsed container. */
export type Container =
  | { readonly kind: 'raw'; readonly parts: ProgramParts }
  | { readonly kind: 'standard'; readonly program: StandardProgram }
  | { readonly kind: 'jam'; readonly file: JamFile }
  | { readonly kind: 'polkavm'; readonly file: PolkavmFile }

/** The containers' names. */
export type BlobKind = Container['kind']

/** Every container name, for messages and option checks. */
export const BLOB_KINDS: readonly BlobKind[] = ['raw', 'standard', 'jam', 'polkavm']

/**
 * Reads bytes as the container named.
 *
 * @param reading how it is read where the bytes do not say it.
 * @throws BlobError when they are not one.
 */
export function parseContainer(bytes: Uint8Array, kind: BlobKind, reading: Reading = {}): Container {
  const { encoding } = reading
  switch (kind) {
    case 'raw':
      return { kind, parts: parseProgramBlob(bytes, encoding) }
    case 'standard':
      return { kind, program: parseStandardProgram(bytes, encoding) }
    case 'jam':
      return { kind, file: parseJam(bytes, encoding) }
    case 'polkavm':
      return { kind, file: parsePolkavm(bytes, reading) }
    default:
      throw new RangeError(`kind: ${String(kind satisfies never)} is none of ${BLOB_KINDS.join(', ')}`)
  }
}

/** Writes a container. */
export function encodeContainer(container: Container): Uint8Array {
  switch (container.kind) {
    case 'raw':
      return encodeProgramBlob(container.parts)
    case 'standard':
      return encodeStandardProgram(container.program)
    case 'jam':
      return encodeJam(container.file.metadataBytes, container.file.program)
    case 'polkavm':
      return encodePolkavm(container.file)
  }
}

/** Jump table, code and bitmask of any container. */
export function partsOf(container: Container): ProgramParts {
  switch (container.kind) {
    case 'raw':
      return container.parts
    case 'standard':
      return container.program.parts
    case 'jam':
      return container.file.program.parts
    case 'polkavm':
      return container.file.parts
  }
}
