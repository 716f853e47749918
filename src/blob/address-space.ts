// The address space of a program: pages, zones, rights, and the layout of memory that a format asks for (GP A.7). Each format makes its
// layout itself: standard.ts, polkavm-layout.ts.

/** The bytes of a page, Z_P. */
export const PAGE_SIZE = 4096
/** The bytes of a zone, Z_Z. */
export const ZONE_SIZE = 65536
/** The bytes that are reserved for arguments, Z_I. */
export const ARGUMENTS_SIZE: number = 2 ** 24
/** How many pages the address space has. */
export const PAGE_COUNT: number = 2 ** 20
/** A dynamic jump to this address halts the machine (GP A.18). */
export const HALT_ADDRESS = 0xffff0000

/** The rights of a page, as bits: 1 readable, 2 writable. A writable page is readable too. */
export const Access = { None: 0, Read: 1, Write: 3 } as const
export type Access = (typeof Access)[keyof typeof Access]

/** A range that is mapped at the start. `address` and `length` are page aligned. It begins with `data`, and the rest is zero. */
export interface Region {
  readonly address: number
  readonly length: number
  readonly access: Access
  readonly data: Uint8Array
}

/** The memory that a program asks for. */
export interface MemoryLayout {
  readonly regions: readonly Region[]
  /** Where the heap ends at the start. The first sbrk(0) returns it. */
  readonly heapStart: number
  /** How far the heap may grow. */
  readonly heapLimit: number
  /** For grow_heap: the first page of the read-write area, and one past its last possible page. Only standard programs have it. */
  readonly growHeap:
    | { readonly first: number; readonly limitReleased: number; readonly limitCorrected: number }
    | undefined
  /** Where arguments go, and how many bytes fit there. It is 0 if the format has none. */
  readonly argumentsAddress: number
  readonly argumentsLimit: number
  /** What register 1 holds at the start. It is 0 if the format has no stack. */
  readonly stackTop: number
}

/** P(x): rounds up to a multiple of the page size. */
export function pageAlign(x: number): number {
  return Math.ceil(x / PAGE_SIZE) * PAGE_SIZE
}

/** Rounds up to a multiple of a page size. */
export function alignTo(x: number, pageSize: number): number {
  return Math.ceil(x / pageSize) * pageSize
}

/** Z(x): rounds up to a multiple of the zone size. */
export function zoneAlign(x: number): number {
  return Math.ceil(x / ZONE_SIZE) * ZONE_SIZE
}

/** The layout of a plain program: it has no memory, and the user maps what is needed. */
export const EMPTY_LAYOUT: MemoryLayout = {
  regions: [],
  heapStart: 0,
  heapLimit: 0,
  growHeap: undefined,
  argumentsAddress: 0,
  argumentsLimit: 0,
  stackTop: 0,
}
