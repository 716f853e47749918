// The containers a program comes in, as one type, with reading and writing by kind. Not the formats: formats.ts. Not detection:
// detect.ts.
import type { BlobFormat, Contents } from './format.ts'
import { FORMATS } from './formats.ts'
import type { Reading } from './polkavm.ts'
import type { ProgramParts } from './raw.ts'

/** The containers' names. */
export type BlobKind = keyof typeof FORMATS

/** A parsed container. */
export type Container = { [K in BlobKind]: ReturnType<(typeof FORMATS)[K]['parse']> }[BlobKind]

/** Every container name, for messages and option checks. */
export const BLOB_KINDS: readonly BlobKind[] = Object.keys(FORMATS) as BlobKind[]

/** The format of a name, with what is the same for all of them. */
export function formatNamed(kind: BlobKind): BlobFormat<Container> {
  if (!Object.hasOwn(FORMATS, kind)) throw new RangeError(`kind: ${String(kind)} is none of ${BLOB_KINDS.join(', ')}`)
  return FORMATS[kind] as unknown as BlobFormat<Container>
}

/** The format of a container: its functions take this one. */
export function formatOf(container: Container): BlobFormat<Container> {
  return formatNamed(container.kind)
}

/** What people and tools want to know of a format. */
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

/** The format that bytes say they are of, at their beginning; undefined where they say nothing. */
export function formatClaiming(bytes: Uint8Array): BlobFormat<Container> | undefined {
  return BLOB_KINDS.map(formatNamed).find(({ claims }) => claims?.(bytes))
}

/**
 * Reads bytes as the container named.
 *
 * @param reading how it is read where the bytes do not say it.
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
