// The `.polkavm` container of PolkaVM's linker: sections, imports and exports by name, version byte (docs/formats.md). Debug sections are
// read by polkavm-debug.ts, and the memory layout is made by polkavm-layout.ts.
import type { Encoding, InstructionSetName } from '../isa/set.ts'
import { BlobError } from './error.ts'
import { encodeProgramBlob, type ProgramParts, readBody, readExtendedBody } from './raw.ts'
import { Reader } from './reader.ts'
import { Writer } from './writer.ts'

/** A symbol. In the file it is bytes. `name` is for people and for look-up, `bytes` is what is written. */
export interface PolkavmSymbol {
  readonly name: string
  readonly bytes: Uint8Array
}

/** An export: a symbol, and where its code starts. */
export interface PolkavmExport extends PolkavmSymbol {
  readonly pc: number
}

/** A section that the machine does not need. Its id is 128 to 255. */
export interface OptionalSection {
  readonly id: number
  readonly bytes: Uint8Array
}

/** How bytes are read, as far as they do not say it themselves. */
export interface Reading {
  /** The encoding of the code; default `bitmask`. For a `.polkavm` file of version 2 the default is what its contents show. */
  readonly encoding?: Encoding | undefined
  /** Whether numbers of a `.polkavm` file must be in their shortest form, as PolkaVM 0.37 wants it; default false. */
  readonly shortestNumbers?: boolean | undefined
}

/** A decoded `.polkavm` file. */
export interface PolkavmFile {
  /** The version byte, which says the instruction set; see `polkavmInstructionSet`. */
  readonly version: number
  readonly readOnly: Uint8Array
  readonly readWrite: Uint8Array
  /** The sizes in memory. They are at least those of the bytes, and the rest is zero. */
  readonly readOnlySize: number
  readonly readWriteSize: number
  readonly stackSize: number
  /** The imports. `ecalli n` calls the n-th. */
  readonly imports: readonly PolkavmSymbol[]
  readonly exports: readonly PolkavmExport[]
  readonly parts: ProgramParts
  /** Debug sections and unknown ones, in the order of the file. */
  readonly sections: readonly OptionalSection[]
}

/** The first bytes of a file: "PVM\0". */
export const POLKAVM_MAGIC: readonly number[] = [0x50, 0x56, 0x4d, 0]
/** The version byte of `Latest64`. Files of PolkaVM 0.36 and before have a bitmask, those of 0.37 are in the extended encoding. */
const LATEST64 = 2
const VERSION_NAMES = ['ReviveV1', 'Latest32', 'Latest64', 'JamV1']
const MAX_IMPORTS = 1024
const MAX_ENTRIES = 2 ** 24
const MAX_CODE = 2 ** 25

const Section = {
  End: 0,
  Memory: 1,
  ReadOnly: 2,
  ReadWrite: 3,
  Imports: 4,
  Exports: 5,
  Code: 6,
  Optional: 128,
} as const

/** The last optional section with a known meaning. Such sections come first, ascending, each at most once. */
const LAST_KNOWN_OPTIONAL = 131

/** Whether bytes begin as a `.polkavm` file does. */
export function isPolkavm(bytes: Uint8Array): boolean {
  return POLKAVM_MAGIC.every((byte, index) => bytes[index] === byte)
}

/** The name that PolkaVM has for a version byte. */
export function polkavmVersionName(version: number): string {
  return VERSION_NAMES[version] ?? `version ${version}`
}

const SETS: readonly InstructionSetName[] = ['revive-v1', 'latest32', 'latest64', 'gp-0.8.0']

/**
 * The instruction set of a version byte. Files of old tools are ambiguous. 0 is read as the superset of all that was written with it, 3
 * as what tools since v0.31 write. Which of its two encodings a file of version 2 has is told by its contents (`parsePolkavm`).
 *
 * @throws RangeError for a byte that is no version.
 */
export function polkavmInstructionSet(version: number, encoding: Encoding = 'bitmask'): InstructionSetName {
  const name = encoding === 'extended' ? 'latest64-0.37' : SETS[version]
  if (name === undefined) throw new RangeError(`version: ${version} is not within 0…3`)
  return name
}

/** The version byte to write for an instruction set. */
export function polkavmVersion(set: InstructionSetName): number {
  const version = SETS.indexOf(set)
  return version < 0 ? 2 : version // the set of 0.7.2 is a part of Latest64
}

/** Makes a symbol of bytes. Bytes that are not UTF-8 show as U+FFFD. */
export function polkavmSymbol(bytes: Uint8Array): PolkavmSymbol {
  return { name: new TextDecoder().decode(bytes), bytes }
}

function readImports(reader: Reader): PolkavmSymbol[] {
  const countAt = reader.offset
  const count = reader.varint32('import count')
  if (count > MAX_IMPORTS) {
    throw new BlobError('length-too-large', countAt, `at most ${MAX_IMPORTS} imports`, `${count}`)
  }
  const offsetsAt = reader.offset
  const offsets = Array.from({ length: count }, () => reader.uint(4, 'import symbol offset'))
  const symbols = reader.take(reader.remaining, 'import symbols')
  return offsets.map((start, index) => {
    const end = offsets[index + 1] ?? symbols.length
    if (start > end || end > symbols.length) {
      const room = `a symbol within the ${symbols.length} symbol bytes`
      throw new BlobError('bad-symbol', offsetsAt + 4 * index, room, `${start} to ${end}`)
    }
    return polkavmSymbol(symbols.subarray(start, end))
  })
}

function readExports(reader: Reader): PolkavmExport[] {
  const countAt = reader.offset
  const count = reader.varint32('export count')
  // An export takes at least two bytes, so a larger count is wrong whatever follows.
  if (count > reader.remaining / 2) {
    throw new BlobError('length-too-large', countAt, `exports within ${reader.remaining} bytes`, `${count}`)
  }
  const found: PolkavmExport[] = []
  for (let i = 0; i < count; i++) {
    const pc = reader.varint32('code offset of an export')
    const length = reader.varint32('length of an export symbol')
    found.push({ pc, ...polkavmSymbol(reader.take(length, 'export symbol')) })
  }
  reader.expectEnd('the exports section')
  return found
}

/** Reads the code section in this encoding. */
function readCode(reader: Reader, encoding: Encoding): ProgramParts {
  const countAt = reader.offset
  const count = reader.varint32('jump table length')
  if (count > MAX_ENTRIES) {
    throw new BlobError('bad-jump-table', countAt, `at most ${MAX_ENTRIES} jump table entries`, `${count}`)
  }
  const sizeAt = reader.offset
  const size = reader.uint(1, 'jump table entry size')
  if (size > 4) throw new BlobError('bad-jump-table', sizeAt, 'jump table entries of 0 to 4 bytes', `${size}`)
  if (encoding === 'extended') return readExtendedBody(reader, count, size).parts
  const lengthAt = reader.offset
  const length = reader.varint32('code length')
  if (length > MAX_CODE)
    throw new BlobError('length-too-large', lengthAt, `at most ${MAX_CODE} code bytes`, `${length}`)
  return readBody(reader, count, size, length).parts
}

/**
 * Reads the code section in the encoding that it has; files of version 2 can have either. It has a bitmask if the lengths fill the
 * section to the byte, if no bit behind the end is set, and if each export is an instruction. Code of the other encoding looks like
 * that in one of some hundred files without exports, and hardly ever in files with exports.
 */
function readEitherCode(section: Reader, exports: readonly PolkavmExport[], shortest: boolean): ProgramParts {
  try {
    const parts = readCode(new Reader(section.bytes, section.offset, section.end, shortest), 'bitmask')
    const marked = ({ pc }: PolkavmExport): boolean => (parts.bitmask[pc >>> 3]! & (1 << (pc & 7))) !== 0
    if (exports.every(marked)) return parts
  } catch (error) {
    if (!(error instanceof BlobError)) throw error
  }
  return readCode(section, 'extended')
}

/**
 * Reads a `.polkavm` file, 32-bit ones too. Section contents are views into `bytes`.
 *
 * @throws BlobError with the offset of what is wrong: `bad-magic`, `bad-version`, `truncated`, `trailing-bytes` (total
 * length), `bad-section` (unknown or out of order), `bad-symbol`, `bad-layout` (more data than its size), …
 *
 * @param reading how the code section is read; default as its contents show, and for other versions than 2 with a bitmask.
 */
export function parsePolkavm(bytes: Uint8Array, reading: Reading = {}): PolkavmFile {
  const { encoding, shortestNumbers: shortest = false } = reading
  if (!isPolkavm(bytes)) throw new BlobError('bad-magic', 0, 'the bytes 50 56 4d 00, "PVM"')
  const reader = new Reader(bytes, POLKAVM_MAGIC.length, bytes.length, shortest)
  const version = reader.uint(1, 'version')
  if (version >= VERSION_NAMES.length) throw new BlobError('bad-version', 4, 'a version from 0 to 3', `${version}`)
  const total = reader.uint64('total length')
  if (total > BigInt(bytes.length)) {
    throw new BlobError('truncated', bytes.length, `a file of ${total} bytes`, `${bytes.length} bytes`)
  }
  if (total < BigInt(bytes.length)) {
    throw new BlobError('trailing-bytes', Number(total), `a file of ${total} bytes`, `${bytes.length} bytes`)
  }
  const found = new Map<number, Reader>()
  const sections: OptionalSection[] = []
  let last = 0
  for (;;) {
    const at = reader.offset
    const id = reader.uint(1, 'section number or end marker')
    if (id === Section.End) break
    const optional = id >= Section.Optional
    if (!optional && id > Section.Code) {
      throw new BlobError('bad-section', at, 'a section number: 1 to 6, 128 to 255, or 0 for the end', `${id}`)
    }
    if (id <= last && !(last > LAST_KNOWN_OPTIONAL && optional)) {
      throw new BlobError('bad-section', at, `a section behind ${last}, or 0 for the end`, `${id}`)
    }
    last = Math.max(last, id)
    const length = reader.varint32('section length')
    const start = reader.offset
    const contents = reader.take(length, `section ${id}`)
    if (optional) sections.push({ id, bytes: contents })
    else found.set(id, new Reader(bytes, start, start + length, shortest))
  }
  const memory = found.get(Section.Memory)
  const size = (what: string): number => memory?.varint32(what) ?? 0
  const readOnlySize = size('read-only size')
  const readWriteSize = size('read-write size')
  const stackSize = size('stack size')
  memory?.expectEnd('the memory section')
  const data = (id: number, limit: number): Uint8Array => {
    const section = found.get(id)
    if (section === undefined) return new Uint8Array(0)
    if (section.remaining > limit) {
      throw new BlobError('bad-layout', section.offset, `at most ${limit} bytes of data`, `${section.remaining}`)
    }
    return section.take(section.remaining, 'data')
  }
  const imports = found.get(Section.Imports)
  const exports = found.get(Section.Exports)
  const code = found.get(Section.Code)
  if (code === undefined || code.remaining === 0) {
    throw new BlobError('bad-section', code?.offset ?? reader.offset, 'a code section (6) with contents')
  }
  // The order matters: of several mistakes the first one is reported, and it has to be the same as in the C library.
  const readOnly = data(Section.ReadOnly, readOnlySize)
  const readWrite = data(Section.ReadWrite, readWriteSize)
  const names = imports === undefined ? [] : readImports(imports)
  const symbols = exports === undefined || exports.remaining === 0 ? [] : readExports(exports)
  return {
    version,
    readOnly,
    readWrite,
    readOnlySize,
    readWriteSize,
    stackSize,
    imports: names,
    exports: symbols,
    parts:
      encoding === undefined && version === LATEST64
        ? readEitherCode(code, symbols, shortest)
        : readCode(code, encoding ?? 'bitmask'),
    sections,
  }
}

/**
 * Writes a `.polkavm` file. Empty sections are left out.
 *
 * @throws RangeError when a part does not fit the format.
 */
export function encodePolkavm(file: PolkavmFile): Uint8Array {
  const { readOnlySize, readWriteSize, stackSize, imports, exports, parts } = file
  const body = new Writer()
  const section = (id: number, contents: Uint8Array): void => {
    if (contents.length > 0) body.uint(id, 1).varint(contents.length).bytes(contents)
  }
  if (file.readOnly.length > readOnlySize) throw new RangeError('readOnlySize: less than readOnly has')
  if (file.readWrite.length > readWriteSize) throw new RangeError('readWriteSize: less than readWrite has')
  if (readOnlySize + readWriteSize + stackSize > 0) {
    section(Section.Memory, new Writer().varint(readOnlySize).varint(readWriteSize).varint(stackSize).toBytes())
  }
  section(Section.ReadOnly, file.readOnly)
  section(Section.ReadWrite, file.readWrite)
  if (imports.length > MAX_IMPORTS) throw new RangeError(`imports: ${imports.length}, at most ${MAX_IMPORTS}`)
  if (imports.length > 0) {
    const writer = new Writer().varint(imports.length)
    let offset = 0
    for (const { bytes } of imports) {
      writer.uint(offset, 4)
      offset += bytes.length
    }
    for (const { bytes } of imports) writer.bytes(bytes)
    section(Section.Imports, writer.toBytes())
  }
  if (exports.length > 0) {
    const writer = new Writer().varint(exports.length)
    for (const { bytes, pc } of exports) writer.varint(pc).varint(bytes.length).bytes(bytes)
    section(Section.Exports, writer.toBytes())
  }
  if (parts.jumpTableEntrySize > 4 || parts.jumpTableLength > MAX_ENTRIES || parts.code.length > MAX_CODE) {
    throw new RangeError('parts: at most 2^25 code bytes and 2^24 jump table entries of at most 4 bytes')
  }
  section(Section.Code, encodeProgramBlob(parts))
  for (const { id, bytes } of file.sections) {
    if (!(id >= Section.Optional && id <= 255)) throw new RangeError(`sections: number ${id} is not within 128…255`)
    body.uint(id, 1).varint(bytes.length).bytes(bytes)
  }
  const contents = body.uint(Section.End, 1).toBytes()
  const head = new Writer().bytes(Uint8Array.from(POLKAVM_MAGIC)).uint(file.version, 1)
  return head
    .uint(head.length + 8 + contents.length, 8)
    .bytes(contents)
    .toBytes()
}
