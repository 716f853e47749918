// The containers that a program comes in, as one type, with reading and writing by kind. The formats are in formats.ts.
import type { BlobFormat, Contents } from './format.ts'
import { FORMATS } from './formats.ts'
import type { Reading } from './polkavm.ts'
import type { ProgramParts } from './raw.ts'

/** The name of a container. */
export type BlobKind = keyof typeof FORMATS

/** This is a parsed container. */
export type Container = { [K in BlobKind]: ReturnType<(typeof FORMATS)[K]['parse']> }[BlobKind]

/** The names of all containers. */
export const BLOB_KINDS: readonly BlobKind[] = Object.keys(FORMATS) as BlobKind[]

/** The format with this name. */
export function formatNamed(kind: BlobKind): BlobFormat<Container> {
  if (!Object.hasOwn(FORMATS, kind)) throw new RangeError(`kind: ${String(kind)} is none of ${BLOB_KINDS.join(', ')}`)
  return FORMATS[kind] as unknown as BlobFormat<Container>
}

/** The format of a container: its functions take this one. */
export function formatOf(container: Container): BlobFormat<Container> {
  return formatNamed(container.kind)
}

/** What people and tools may want to know of a format. */
export interface FormatInfo {
  readonly kind: BlobKind
  /** Its name in a few words. */
  readonly title: string
  /** How its programs are started: at a code offset, at a service's entry points with arguments (GP A.7), at an exported symbol. */
  readonly start: 'code' | 'entry-points' | 'exports'
}

/**
 * A container format in words, and how its programs are started.
 *
 * @example describeFormat('jam').start // entry-points
 * @throws RangeError for a name that is none of `BLOB_KINDS`.
 */
export function describeFormat(kind: BlobKind): FormatInfo {
  const { title, start } = formatNamed(kind)
  return { kind, title, start }
}

/** The format that the beginning of the bytes names. Undefined if it names none. */
export function formatClaiming(bytes: Uint8Array): BlobFormat<Container> | undefined {
  return BLOB_KINDS.map(formatNamed).find(({ claims }) => claims?.(bytes))
}

/**
 * Reads bytes as a container of this kind.
 *
 * @param reading how the bytes are read, as far as they do not say it themselves.
 * @throws BlobError when they are not one.
 */
export function parseContainer(bytes: Uint8Array, kind: BlobKind, reading: Reading = {}): Container {
  return formatNamed(kind).parse(bytes, reading)
}

/** Writes a container. */
export function encodeContainer(container: Container): Uint8Array {
  return formatOf(container).encode(container)
}

/** What a container holds, in one form for all formats. */
export function contentsOf(container: Container): Contents {
  return formatOf(container).contents(container)
}

/** Jump table, code and bitmask of any container. */
export function partsOf(container: Container): ProgramParts {
  return contentsOf(container).parts
}
