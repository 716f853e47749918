// The standard program, SPI (GP A.7): read-only data, read-write data, heap, stack, code, and where they go in memory.
import type { Encoding } from '../isa/set.ts'
import {
  Access,
  ARGUMENTS_SIZE,
  type MemoryLayout,
  PAGE_SIZE,
  pageAlign,
  type Region,
  ZONE_SIZE,
  zoneAlign,
} from './address-space.ts'
import { BlobError } from './error.ts'
import { encodeProgramBlob, type ProgramParts, readProgramParts } from './raw.ts'
import { Reader } from './reader.ts'
import { Writer } from './writer.ts'

/** A decoded standard program. */
export interface StandardProgram {
  /** The read-only data, o. */
  readonly readOnly: Uint8Array
  /** The read-write data, w. */
  readonly readWrite: Uint8Array
  /** How many pages of zeros follow the read-write data, z. */
  readonly heapPages: number
  /** The size of the stack in bytes, s. */
  readonly stackSize: number
  readonly parts: ProgramParts
}

/** Reads a standard program from `start` on. Offsets in errors are those of `bytes`. */
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

/**
 * The layout of a standard program (GP A.7, equations A.37 to A.43).
 *
 * @throws BlobError `bad-layout` when the areas do not fit the address space.
 */
export function standardLayout(program: StandardProgram): MemoryLayout {
  const { readOnly, readWrite, heapPages, stackSize } = program
  const heapBytes = heapPages * PAGE_SIZE
  const total =
    5 * ZONE_SIZE +
    zoneAlign(readOnly.length) +
    zoneAlign(readWrite.length + heapBytes) +
    zoneAlign(stackSize) +
    ARGUMENTS_SIZE
  if (total > 2 ** 32) throw new BlobError('bad-layout', 0, 'areas of at most 2^32 bytes in all', `${total}`)
  const readWriteStart = 2 * ZONE_SIZE + zoneAlign(readOnly.length)
  const heapStart = readWriteStart + pageAlign(readWrite.length) + heapBytes
  const stackTop = 2 ** 32 - 2 * ZONE_SIZE - ARGUMENTS_SIZE
  const stackBottom = stackTop - pageAlign(stackSize)
  const none = new Uint8Array(0)
  const regions: Region[] = [
    { address: ZONE_SIZE, length: pageAlign(readOnly.length), access: Access.Read, data: readOnly },
    { address: readWriteStart, length: heapStart - readWriteStart, access: Access.Write, data: readWrite },
    { address: stackBottom, length: stackTop - stackBottom, access: Access.Write, data: none },
  ]
  return {
    regions: regions.filter(region => region.length > 0),
    heapStart,
    heapLimit: stackBottom,
    growHeap: {
      first: readWriteStart / PAGE_SIZE,
      limitReleased: (2 ** 32 - 3 * ZONE_SIZE - ARGUMENTS_SIZE - pageAlign(stackSize)) / PAGE_SIZE,
      limitCorrected: (2 ** 32 - 3 * ZONE_SIZE - ARGUMENTS_SIZE - zoneAlign(stackSize)) / PAGE_SIZE,
    },
    argumentsAddress: 2 ** 32 - ZONE_SIZE - ARGUMENTS_SIZE,
    argumentsLimit: ARGUMENTS_SIZE,
    stackTop,
  }
}
