// The standard program, SPI (GP A.7): read-only data, read-write data, heap, stack, code. Not its memory layout: program/layout.ts.
import type { Encoding } from '../isa/set.ts'
import { encodeProgramBlob, type ProgramParts, readProgramParts } from './raw.ts'
import { Reader } from './reader.ts'
import { Writer } from './writer.ts'

/** A decoded standard program. */
export interface StandardProgram {
  /** o */
  readonly readOnly: Uint8Array
  /** w */
  readonly readWrite: Uint8Array
  /** z, zeroed heap pages behind w. */
  readonly heapPages: number
  /** s, bytes. */
  readonly stackSize: number
  readonly parts: ProgramParts
}

/** Reads a standard program; `start` skips a prefix, offsets in errors stay those of `bytes`. */
export function parseStandardProgram(bytes: Uint8Array, encoding?: Encoding, start = 0): StandardProgram {
  const reader = new Reader(bytes, start)
  const readOnlyLength = reader.uint(3, 'read-only data length')
  const readWriteLength = reader.uint(3, 'read-write data length')
  const heapPages = reader.uint(2, 'heap page count')
  const stackSize = reader.uint(3, 'stack size')
  const readOnly = reader.take(readOnlyLength, 'read-only data')
  const readWrite = reader.take(readWriteLength, 'read-write data')
  const blobLength = reader.uint(4, 'program blob length')
  const blobStart = reader.offset
  reader.take(blobLength, 'program blob')
  reader.expectEnd('the standard program')
  const parts = readProgramParts(new Reader(bytes, blobStart, blobStart + blobLength), encoding)
  return { readOnly, readWrite, heapPages, stackSize, parts }
}

/** Writes a standard program. */
export function encodeStandardProgram(program: StandardProgram): Uint8Array {
  const blob = encodeProgramBlob(program.parts)
  return new Writer()
    .uint(program.readOnly.length, 3)
    .uint(program.readWrite.length, 3)
    .uint(program.heapPages, 2)
    .uint(program.stackSize, 3)
    .bytes(program.readOnly)
    .bytes(program.readWrite)
    .uint(blob.length, 4)
    .bytes(blob)
    .toBytes()
}
