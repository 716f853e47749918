// Snapshots as bytes, `.pvmstate` files: written, and read by somebody who trusts nothing. Not the snapshot: snapshot.ts.
// docs/inside/snapshots.md is the format.

import { Access, PAGE_COUNT, PAGE_SIZE } from '../blob/address-space.ts'
import { BlobError } from '../blob/error.ts'
import { Exit } from '../engine/exit.ts'
import { Pending } from '../engine/host-call.ts'
import type { PageRange } from '../engine/memory.ts'
import { blake2b } from '../hash/blake2b.ts'
import type { Program } from '../program/program.ts'
import type { Snapshot } from './snapshot.ts'

const MAGIC = [0x70, 0x76, 0x6d, 0x73, 0x74, 0x61, 0x74, 0x65] // pvmstate
const VERSION = 1
const HASH = 32
const AT = {
  version: 8,
  flags: 12,
  pc: 16,
  heapEnd: 20,
  heapLimit: 24,
  exitArg: 28,
  gas: 32,
  startGas: 40,
  regs: 48,
  program: 152,
  rangeCount: 184,
  pageCount: 188,
  ranges: 192,
} as const
const RANGE = 12
const PAGE = 4 + PAGE_SIZE
const FLAG = { charged: 1, gasMissing: 2, overdrawn: 4, ended: 8 } as const
const EXIT_SHIFT = 8
const PENDING_SHIFT = 16
const NO_EXIT = 255
const LAST_EXIT = 7

const hashes = new WeakMap<Program, Uint8Array>()

/** What programs are told apart by: code, where instructions start, jump table, rules. */
function hashOf(program: Program): Uint8Array {
  const known = hashes.get(program)
  if (known !== undefined) return known
  const { code, bitmask, jumpTable, jumpTableLength, profile } = program
  const rules = new TextEncoder().encode(JSON.stringify(Object.entries(profile).sort(([a], [b]) => (a < b ? -1 : 1))))
  const parts = [code, bitmask, littleEndian(jumpTable), rules]
  const bytes = new Uint8Array(20 + parts.reduce((sum, part) => sum + part.length, 0))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, jumpTableLength, true)
  let at = 4
  for (const part of parts) {
    view.setUint32(at, part.length, true)
    bytes.set(part, at + 4)
    at += 4 + part.length
  }
  const hash = blake2b(bytes, HASH)
  hashes.set(program, hash)
  return hash
}

function littleEndian(words: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(4 * words.length)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < words.length; i++) view.setUint32(4 * i, words[i]!, true)
  return bytes
}

function flagsOf({ charged, inner }: Snapshot): number {
  const { gasMissing, overdrawn, ended, exit = NO_EXIT, pending } = inner
  return (
    (charged ? FLAG.charged : 0) |
    (gasMissing ? FLAG.gasMissing : 0) |
    (overdrawn ? FLAG.overdrawn : 0) |
    (ended ? FLAG.ended : 0) |
    (exit << EXIT_SHIFT) |
    (pending << PENDING_SHIFT)
  )
}

/**
 * A snapshot as a `.pvmstate` file. The same state has the same bytes, whichever engine it comes from. The program is not in
 * it, only a hash that says which one it was.
 */
export function encodeSnapshot(snapshot: Snapshot): Uint8Array {
  const { inner, rights, pages } = snapshot
  const bytes = new Uint8Array(AT.ranges + rights.length * RANGE + pages.size * PAGE + HASH)
  const view = new DataView(bytes.buffer)
  bytes.set(MAGIC, 0)
  view.setUint32(AT.version, VERSION, true)
  view.setUint32(AT.flags, flagsOf(snapshot), true)
  view.setUint32(AT.pc, snapshot.pc, true)
  view.setUint32(AT.heapEnd, snapshot.heapEnd, true)
  view.setUint32(AT.heapLimit, inner.heapLimit, true)
  view.setUint32(AT.exitArg, inner.exitArg, true)
  view.setBigInt64(AT.gas, snapshot.gas, true)
  view.setBigInt64(AT.startGas, inner.startGas, true)
  snapshot.regs.forEach((value, i) => {
    view.setBigUint64(AT.regs + 8 * i, value, true)
  })
  bytes.set(hashOf(snapshot.program), AT.program)
  view.setUint32(AT.rangeCount, rights.length, true)
  view.setUint32(AT.pageCount, pages.size, true)
  let at: number = AT.ranges
  for (const { page, count, access } of rights) {
    view.setUint32(at, page, true)
    view.setUint32(at + 4, count, true)
    view.setUint32(at + 8, access, true)
    at += RANGE
  }
  for (const [page, contents] of pages) {
    view.setUint32(at, page, true)
    bytes.set(contents, at + 4)
    at += PAGE
  }
  bytes.set(blake2b(bytes.subarray(0, at), HASH), at)
  return bytes
}

/** Whether two short byte strings are the same. */
function same(a: ArrayLike<number>, b: ArrayLike<number>, length: number): boolean {
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false
  return true
}

function readRights(view: DataView, count: number): PageRange[] {
  const rights: PageRange[] = []
  for (let i = 0, at = AT.ranges as number; i < count; i++, at += RANGE) {
    const page = view.getUint32(at, true)
    const length = view.getUint32(at + 4, true)
    const access = view.getUint32(at + 8, true)
    const last = rights.at(-1)
    const end = last === undefined ? 0 : last.page + last.count
    if (access !== Access.Read && access !== Access.Write) {
      throw new BlobError('bad-section', at + 8, 'the rights 1 or 3', `${access}`)
    }
    if (page < end || (last !== undefined && page === end && access === last.access)) {
      throw new BlobError('bad-section', at, 'ranges that ascend and are merged', `page ${page} behind ${end}`)
    }
    if (length === 0 || page + length > PAGE_COUNT) {
      throw new BlobError('bad-section', at + 4, `1 to ${PAGE_COUNT - page} pages`, `${length}`)
    }
    rights.push({ page, count: length, access })
  }
  return rights
}

function readPages(
  bytes: Uint8Array,
  view: DataView,
  rights: readonly PageRange[],
  count: number,
): Map<number, Uint8Array> {
  const pages = new Map<number, Uint8Array>()
  let before = -1
  let range = 0
  for (let i = 0, at = AT.ranges + rights.length * RANGE; i < count; i++, at += PAGE) {
    const page = view.getUint32(at, true)
    if (page <= before) throw new BlobError('bad-section', at, 'pages that ascend', `${page} behind ${before}`)
    while (range < rights.length && rights[range]!.page + rights[range]!.count <= page) range += 1
    if (range === rights.length || page < rights[range]!.page) {
      throw new BlobError('bad-section', at, 'a page with rights', `${page}`)
    }
    const contents = bytes.slice(at + 4, at + PAGE)
    if (contents.every(byte => byte === 0)) throw new BlobError('bad-section', at + 4, 'a page that is not all zero')
    pages.set(page, contents)
    before = page
  }
  return pages
}

/** Sizes, magic, version, digest: after it the file is what somebody has written on purpose, which still may be anything. */
function checkFrame(bytes: Uint8Array, view: DataView): { ranges: number; pages: number } {
  if (!same(bytes, MAGIC, Math.min(bytes.length, MAGIC.length)))
    throw new BlobError('bad-magic', 0, 'the bytes "pvmstate"')
  if (bytes.length < AT.ranges + HASH)
    throw new BlobError('truncated', bytes.length, `${AT.ranges + HASH} bytes at least`)
  const version = view.getUint32(AT.version, true)
  if (version !== VERSION) throw new BlobError('bad-version', AT.version, `version ${VERSION}`, `${version}`)
  const ranges = view.getUint32(AT.rangeCount, true)
  const pages = view.getUint32(AT.pageCount, true)
  const size = AT.ranges + ranges * RANGE + pages * PAGE + HASH
  if (bytes.length < size) throw new BlobError('truncated', bytes.length, `${size} bytes`)
  if (bytes.length > size) throw new BlobError('trailing-bytes', size, 'the end')
  const digest = blake2b(bytes.subarray(0, size - HASH), HASH)
  if (!same(digest, bytes.subarray(size - HASH), HASH))
    throw new BlobError('bad-section', size - HASH, 'the hash of the file')
  return { ranges, pages }
}

interface Flags {
  readonly charged: boolean
  readonly gasMissing: boolean
  readonly overdrawn: boolean
  readonly ended: boolean
  readonly exit: Exit | undefined
  readonly pending: Pending
}

function readFlags(flags: number, program: Program, pc: number): Flags {
  const wrong = (expected: string): never => {
    throw new BlobError('bad-section', AT.flags, expected, `0x${flags.toString(16)}`)
  }
  const exit = (flags >>> EXIT_SHIFT) & 0xff
  const pending = (flags >>> PENDING_SHIFT) & 3
  const charged = (flags & FLAG.charged) !== 0
  const ended = (flags & FLAG.ended) !== 0
  if ((flags & 0xfffc00f0) !== 0) wrong('flags that there are')
  if (exit > LAST_EXIT && exit !== NO_EXIT) wrong('an exit, 0…7 or 255')
  if (ended && exit !== Exit.Halt && exit !== Exit.Panic) wrong('halt or panic of a machine that has ended')
  if (pending > Pending.Skip) wrong('an open host call, 0…2')
  const isCall = program.instructionAt(pc)?.kind === 'host'
  if (pending !== Pending.None && (ended || !isCall)) wrong('an open host call only at an ecalli')
  if (charged && program.profile.gasModel === 'instruction' && program.instructionAt(pc)?.kind !== 'memset')
    wrong('nothing paid before it is executed but a memset, where instructions are paid one by one')
  return {
    charged,
    gasMissing: (flags & FLAG.gasMissing) !== 0,
    overdrawn: (flags & FLAG.overdrawn) !== 0,
    ended,
    exit: exit === NO_EXIT ? undefined : (exit as Exit),
    pending: pending as Pending,
  }
}

/**
 * Reads a `.pvmstate` file. Nothing in it is believed: what no machine of the program could be like is refused.
 *
 * @param program the one that the snapshot was taken of.
 * @throws BlobError with code and offset for malformed bytes, of another program also (`bad-section` at 152).
 * @throws TypeError when `bytes` is no Uint8Array.
 */
export function decodeSnapshot(bytes: Uint8Array, program: Program): Snapshot {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('bytes: expected a Uint8Array')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const counts = checkFrame(bytes, view)
  if (!same(hashOf(program), bytes.subarray(AT.program), HASH)) {
    throw new BlobError('bad-section', AT.program, 'a snapshot of this program under these rules')
  }
  const pc = view.getUint32(AT.pc, true)
  const { charged, ...flags } = readFlags(view.getUint32(AT.flags, true), program, pc)
  const gas = view.getBigInt64(AT.gas, true)
  const startGas = view.getBigInt64(AT.startGas, true)
  if (startGas < 0n) throw new BlobError('bad-section', AT.startGas, 'gas of 0…2^63 - 1', `${startGas}`)
  const rights = readRights(view, counts.ranges)
  const left = gas > 0n ? gas : 0n
  return {
    program,
    pc,
    gas,
    gasUsed: left > startGas ? 0n : startGas - left,
    regs: Array.from({ length: 13 }, (_, i) => view.getBigUint64(AT.regs + 8 * i, true)),
    charged,
    heapEnd: view.getUint32(AT.heapEnd, true),
    inner: {
      ...flags,
      startGas,
      exitArg: exitArgOf(view, flags.exit),
      heapLimit: view.getUint32(AT.heapLimit, true),
    },
    rights,
    pages: readPages(bytes, view, rights, counts.pages),
  }
}

/** A page address is unsigned, a host index signed. */
function exitArgOf(view: DataView, exit: Exit | undefined): number {
  return exit === Exit.PageFault ? view.getUint32(AT.exitArg, true) : view.getInt32(AT.exitArg, true)
}
