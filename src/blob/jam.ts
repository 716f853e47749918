// The `.jam` file: metadata with its length in front, and then a standard program. Services store their code in this form (GP 9.1).
import type { Encoding } from '../isa/set.ts'
import { Reader } from './reader.ts'
import { encodeStandardProgram, parseStandardProgram, type StandardProgram } from './standard.ts'
import { Writer } from './writer.ts'

/** Metadata as Parity's tools write it. It only informs: the machine never looks at it. */
export interface JamMetadata {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly authors: readonly string[]
}

/** This is a `.jam` file. */
export interface JamFile {
  /** The metadata bytes without their length prefix. */
  readonly metadataBytes: Uint8Array
  readonly program: StandardProgram
}

/** Reads metadata in Parity's convention. Undefined if the bytes follow another one. */
export function decodeMetadata(bytes: Uint8Array): JamMetadata | undefined {
  const reader = new Reader(bytes)
  const text = (what: string): string =>
    new TextDecoder('utf-8', { fatal: true }).decode(reader.take(reader.varint(what, bytes.length), what))
  try {
    if (reader.uint(1, 'metadata version') !== 0) return undefined
    const name = text('name')
    const version = text('version')
    const license = text('licence')
    const authors: string[] = []
    for (let left = reader.varint('author count', bytes.length); left > 0; left--) authors.push(text('author'))
    reader.expectEnd('the metadata')
    return { name, version, license, authors }
  } catch {
    return undefined // any bytes are legal metadata, but only those in the convention can be shown
  }
}

/** Reads a `.jam` file. */
export function parseJam(bytes: Uint8Array, encoding?: Encoding): JamFile {
  const reader = new Reader(bytes)
  const length = reader.varint('metadata length', bytes.length)
  const metadataBytes = reader.take(length, 'metadata')
  return { metadataBytes, program: parseStandardProgram(bytes, encoding, reader.offset) }
}

/** Encodes metadata in Parity's convention. */
export function encodeMetadata(metadata: JamMetadata): Uint8Array {
  const writer = new Writer().uint(0, 1)
  const text = (value: string): void => {
    const bytes = new TextEncoder().encode(value)
    writer.varint(bytes.length).bytes(bytes)
  }
  text(metadata.name)
  text(metadata.version)
  text(metadata.license)
  writer.varint(metadata.authors.length)
  for (const author of metadata.authors) text(author)
  return writer.toBytes()
}

/** Writes a `.jam` file. */
export function encodeJam(metadataBytes: Uint8Array, program: StandardProgram): Uint8Array {
  return new Writer().varint(metadataBytes.length).bytes(metadataBytes).bytes(encodeStandardProgram(program)).toBytes()
}
