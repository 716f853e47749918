// The address space of a program: pages, zones, rights, and where a format puts its areas (GP A.7). Not the memory itself, and not
// which format puts what where: standard.ts and polkavm.ts.

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
