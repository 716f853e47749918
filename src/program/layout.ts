// What memory a program starts with: regions, page rights, heap bounds, start registers (GP A.7). Not the memory itself.
import { BlobError } from '../blob/error.ts'
import type { PolkavmFile } from '../blob/polkavm.ts'
import type { StandardProgram } from '../blob/standard.ts'

/** Bytes per page, Z_P. */
export const PAGE_SIZE = 4096
/** Bytes per zone, Z_Z. */
export const ZONE_SIZE = 65536
/** Bytes reserved for arguments, Z_I. */
export const ARGUMENTS_SIZE: number = 2 ** 24
/** Pages in the address space. */
export const PAGE_COUNT: number = 2 ** 20
/** Jumping here halts the machine (GP A.18). */
export const HALT_ADDRESS = 0xffff0000

/** Rights of a page, as bits: 1 readable, 2 writable. Writable pages are readable. */
export const Access = { None: 0, Read: 1, Write: 3 } as const
export type Access = (typeof Access)[keyof typeof Access]

/** A mapped range at start. `address` and `length` are page aligned; `data` is the beginning, the rest is zero. */
export interface Region {
  readonly address: number
  readonly length: number
  readonly access: Access
  readonly data: Uint8Array
}

/** The memory a program asks for. */
export interface MemoryLayout {
  readonly regions: readonly Region[]
  /** Where the heap ends at start: what the first sbrk(0) returns. */
  readonly heapStart: number
  /** The heap may grow up to here. */
  readonly heapLimit: number
  /** First page of the read-write area and one past its last possible page, for grow_heap; undefined where not SPI. */
  readonly growHeap:
    | { readonly first: number; readonly limitReleased: number; readonly limitCorrected: number }
    | undefined
  /** Where arguments go, and how many bytes fit; 0 where the format has none. */
  readonly argumentsAddress: number
  readonly argumentsLimit: number
  /** Initial register 1, 0 where the format has no stack. */
  readonly stackTop: number
}

/** P(x): up to a multiple of the page size. */
export function pageAlign(x: number): number {
  return Math.ceil(x / PAGE_SIZE) * PAGE_SIZE
}

/** Up to a multiple of the host's page size. */
export function alignTo(x: number, pageSize: number): number {
  return Math.ceil(x / pageSize) * pageSize
}

/** Z(x): up to a multiple of the zone size. */
export function zoneAlign(x: number): number {
  return Math.ceil(x / ZONE_SIZE) * ZONE_SIZE
}

/** No memory at all: plain programs, where the user maps what is needed. */
export const EMPTY_LAYOUT: MemoryLayout = {
  regions: [],
  heapStart: 0,
  heapLimit: 0,
  growHeap: undefined,
  argumentsAddress: 0,
  argumentsLimit: 0,
  stackTop: 0,
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

/**
 * The memory map of a `.polkavm` file (spec polkavm-blob.md 3): as of a standard program, but the heap starts at the
 * very end of the read-write data, and the stack lies where that has the arguments. Sizes are of whole pages of the host.
 *
 * @throws BlobError `bad-layout` when the areas do not fit the address space.
 */
export function polkavmLayout(file: PolkavmFile, pageSize: number): MemoryLayout {
  const { readOnly, readWrite, readOnlySize, readWriteSize, stackSize } = file
  const readWriteStart = 2 * ZONE_SIZE + zoneAlign(readOnlySize)
  const stackTop = HALT_ADDRESS - ZONE_SIZE
  const stackZone = stackTop - zoneAlign(stackSize)
  const lowest = readWriteStart + zoneAlign(readWriteSize) + ZONE_SIZE
  if (lowest > stackZone)
    throw new BlobError('bad-layout', 0, `a stack that starts at or above ${lowest}`, `${stackZone}`)
  const none = new Uint8Array(0)
  const stack = alignTo(stackSize, pageSize)
  const regions: Region[] = [
    { address: ZONE_SIZE, length: alignTo(readOnlySize, pageSize), access: Access.Read, data: readOnly },
    { address: readWriteStart, length: alignTo(readWriteSize, pageSize), access: Access.Write, data: readWrite },
    { address: stackTop - stack, length: stack, access: Access.Write, data: none },
  ]
  return {
    regions: regions.filter(region => region.length > 0),
    heapStart: readWriteStart + readWriteSize,
    heapLimit: stackZone - ZONE_SIZE,
    growHeap: undefined,
    argumentsAddress: 0,
    argumentsLimit: 0,
    stackTop,
  }
}
