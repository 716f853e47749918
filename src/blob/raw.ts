// The raw program blob (`deblob` of GP A.2): jump table, code, bitmask. Whether the code is valid is checked by src/program/validate.ts.
import { markExtended } from '../isa/extended.ts'
import type { Encoding } from '../isa/set.ts'
import { BlobError } from './error.ts'
import { Reader } from './reader.ts'
import { Writer } from './writer.ts'

/** The parts of a program blob. Arrays are views into the input where that is possible. Do not write to them. */
export interface ProgramParts {
  readonly code: Uint8Array
  /**
   * The bitmask k: a bit for each byte of code, least significant bit first, in ceil(|code| / 8) bytes. The extended encoding has none;
   * there it is made from the code.
   */
  readonly bitmask: Uint8Array
  /** How instructions are told apart; default `bitmask`. */
  readonly encoding?: Encoding | undefined
  /** The entries of the jump table. One that cannot be a code offset is 0xffffffff. It is empty when entries have no bytes. */
  readonly jumpTable: Uint32Array
  /** How many entries there are, |j|, at most 2^31 - 1. It differs from `jumpTable.length` only when entries have no bytes and so are 0. */
  readonly jumpTableLength: number
  /** How many bytes an entry of the jump table has in the blob (z). */
  readonly jumpTableEntrySize: number
  /** The table as it stands in the blob, for writing it back. It is there only if count or entries do not fit the fields above. */
  readonly exactTable?: { readonly count: bigint; readonly bytes: Uint8Array } | undefined
}

/** How many entries dynamic jumps can name. Their addresses are even, below 2^32, and not 0 (GP A.18). */
const MAX_ENTRIES = 2 ** 31 - 1
/** The most bytes of code in the extended encoding, which is PolkaVM's limit. */
const MAX_EXTENDED_CODE = 2 ** 25

function readJumpTable(bytes: Uint8Array, count: number, size: number): Uint32Array {
  const table = new Uint32Array(size === 0 ? 0 : count)
  if (size === 3) {
    // Services have entries of this size. This runs once per program, before any compiler has seen it. One expression per entry takes
    // 0.1 ms for the 1,494 entries of the recorded service, and a loop over bytes 0.7 ms.
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
 * @throws BlobError when lengths do not add up, a number is longer than needed, or a bit behind the end of the mask is set.
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

/** Reads what follows the three numbers at the beginning of a program blob: jump table, code, bitmask, and nothing else. */
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

/** Reads what follows the two numbers at the beginning of a program blob in the extended encoding: jump table, and code to the end. */
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

/** Writes a raw program blob: the inverse of `parseProgramBlob`, for the blobs that it accepts. */
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
