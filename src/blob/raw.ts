// The raw program blob (GP A.2, deblob): jump table, code, bitmask. Not its validity as a program: see program/validate.ts.
import { markExtended } from '../isa/extended.ts'
import type { Encoding } from '../isa/set.ts'
import { BlobError } from './error.ts'
import { Reader } from './reader.ts'
import { Writer } from './writer.ts'

/** The parts of a program blob. Arrays are views into the input where possible; treat them as read-only. */
export interface ProgramParts {
  readonly code: Uint8Array
  /**
   * Packed bitmask k, least significant bit first, ceil(|code| / 8) bytes. Of the extended encoding, which has none, it is made from
   * the code.
   */
  readonly bitmask: Uint8Array
  /** How instructions are told apart, default `bitmask`. */
  readonly encoding?: Encoding | undefined
  /** Jump table entries; entries that cannot be a code offset are 0xffffffff. Empty when the entry size is 0. */
  readonly jumpTable: Uint32Array
  /** |j|. Larger than `jumpTable.length` only for entry size 0, where every entry is 0. At most 2^31 - 1. */
  readonly jumpTableLength: number
  /** Bytes per jump table entry in the blob (z). */
  readonly jumpTableEntrySize: number
  /** The table as it stands in the blob, only where count or entries do not fit the fields above; for writing it back. */
  readonly exactTable?: { readonly count: bigint; readonly bytes: Uint8Array } | undefined
}

/** Entries that dynamic jumps can name: their addresses are even, below 2^32, and not 0, the one that wraps around (GP A.18). */
const MAX_ENTRIES = 2 ** 31 - 1
/** PolkaVM's limit, and that of the proposal. */
const MAX_EXTENDED_CODE = 2 ** 25

function readJumpTable(bytes: Uint8Array, count: number, size: number): Uint32Array {
  const table = new Uint32Array(size === 0 ? 0 : count)
  if (size === 3) {
    // What services have. This runs once per program, before any compiler has seen it: one expression per entry takes
    // 0.1 ms for the 1,494 entries of the recorded service, a loop over bytes 0.7 ms.
    for (let i = 0, at = 0; i < count; i++, at += 3) {
      table[i] = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)
    }
    return table
  }
  for (let i = 0; i < table.length; i++) {
    let value = 0
    for (let j = Math.min(size, 4) - 1; j >= 0; j--) value = (value << 8) | bytes[i * size + j]!
    table[i] = value
    for (let j = 4; j < size; j++) if (bytes[i * size + j] !== 0) table[i] = 0xffffffff
  }
  return table
}

/**
 * Reads a program blob from `reader` up to its end.
 *
 * @throws BlobError when lengths do not add up, a varint is over-long, or bitmask padding is set.
 */
export function readProgramParts(reader: Reader, encoding: Encoding = 'bitmask'): ProgramParts {
  const countAt = reader.offset
  const count64 = reader.varint64('jump table length')
  const size = reader.uint(1, 'jump table entry size')
  if (size > 0 && count64 * BigInt(size) > BigInt(reader.remaining)) {
    throw new BlobError(
      'bad-jump-table',
      countAt,
      `a jump table within ${reader.remaining} bytes`,
      `${count64} × ${size}`,
    )
  }
  const count = count64 > BigInt(MAX_ENTRIES) ? MAX_ENTRIES : Number(count64)
  const { table, parts } =
    encoding === 'extended'
      ? readExtendedBody(reader, count, size)
      : readBody(reader, count, size, reader.varint('code length', 0xffffffff))
  const clipped = count64 > BigInt(MAX_ENTRIES) || (size > 4 && parts.jumpTable.includes(0xffffffff))
  return clipped ? { ...parts, exactTable: { count: count64, bytes: table } } : parts
}

/** Reads what follows the three numbers of a program blob: jump table, code, bitmask, nothing else. */
export function readBody(
  reader: Reader,
  count: number,
  size: number,
  codeLength: number,
): { readonly table: Uint8Array; readonly parts: ProgramParts } {
  const table = reader.take(size === 0 ? 0 : count * size, 'jump table')
  const code = reader.take(codeLength, 'code')
  const maskLength = Math.ceil(codeLength / 8)
  const bitmask = reader.take(maskLength, 'bitmask')
  const padding = codeLength % 8
  if (padding !== 0 && bitmask[maskLength - 1]! >> padding !== 0) {
    throw new BlobError('bad-bitmask', reader.offset - 1, 'zero bits behind the last code byte')
  }
  reader.expectEnd('the program blob')
  const jumpTable = readJumpTable(table, count, size)
  const parts = { code, bitmask, jumpTable, jumpTableLength: count, jumpTableEntrySize: size }
  return { table, parts }
}

/** Reads what follows the two numbers of a program blob of the extended encoding: jump table, and code to the end. */
export function readExtendedBody(
  reader: Reader,
  count: number,
  size: number,
): { readonly table: Uint8Array; readonly parts: ProgramParts } {
  const table = reader.take(size === 0 ? 0 : count * size, 'jump table')
  const codeAt = reader.offset
  const code = reader.take(reader.remaining, 'code')
  if (code.length > MAX_EXTENDED_CODE)
    throw new BlobError('length-too-large', codeAt, `at most ${MAX_EXTENDED_CODE} code bytes`, `${code.length}`)
  const jumpTable = readJumpTable(table, count, size)
  const parts = { code, bitmask: markExtended(code), jumpTable, jumpTableLength: count, jumpTableEntrySize: size }
  return { table, parts: { ...parts, encoding: 'extended' } }
}

/** Reads a raw program blob (GP A.2). */
export function parseProgramBlob(bytes: Uint8Array, encoding: Encoding = 'bitmask'): ProgramParts {
  return readProgramParts(new Reader(bytes), encoding)
}

/** Writes a raw program blob; the inverse of `parseProgramBlob` for blobs it accepts. */
export function encodeProgramBlob(parts: ProgramParts): Uint8Array {
  const writer = new Writer()
  const { exactTable } = parts
  const extended = parts.encoding === 'extended'
  writer.varint(exactTable?.count ?? parts.jumpTableLength).uint(parts.jumpTableEntrySize, 1)
  if (!extended) writer.varint(parts.code.length)
  if (exactTable !== undefined) writer.bytes(exactTable.bytes)
  else for (const entry of parts.jumpTable) writer.uint(entry, parts.jumpTableEntrySize)
  writer.bytes(parts.code)
  return (extended ? writer : writer.bytes(parts.bitmask)).toBytes()
}
