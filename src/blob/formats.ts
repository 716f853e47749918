// All container formats, each as an object with all that the rest of the project asks of it. To add one, write a file with its reader
// and writer, and add an entry here. The order is from the plainest format to the one with most structure.
import { EMPTY_LAYOUT } from './address-space.ts'
import { BlobError } from './error.ts'
import type { BlobFormat, Contents } from './format.ts'
import { encodeJam, type JamFile, parseJam } from './jam.ts'
import { encodePolkavm, isPolkavm, type PolkavmFile, parsePolkavm, polkavmInstructionSet } from './polkavm.ts'
import { polkavmLayout } from './polkavm-layout.ts'
import { encodeProgramBlob, type ProgramParts, parseProgramBlob } from './raw.ts'
import { encodeStandardProgram, parseStandardProgram, type StandardProgram, standardLayout } from './standard.ts'

const NONE = new Uint8Array(0)
const NOTHING: Omit<Contents, 'parts'> = {
  readOnly: NONE,
  readWrite: NONE,
  readOnlySize: 0,
  readWriteSize: 0,
  heapPages: 0,
  stackSize: 0,
  metadata: undefined,
  version: 0,
  imports: [],
  exports: [],
  sections: [],
}

const raw: BlobFormat<{ readonly kind: 'raw'; readonly parts: ProgramParts }> = {
  kind: 'raw',
  title: 'raw program blob',
  start: 'code',
  directives: ['.jump_table_bytes'],
  parse: (bytes, { encoding }) => ({ kind: 'raw', parts: parseProgramBlob(bytes, encoding) }),
  encode: ({ parts }) => encodeProgramBlob(parts),
  contents: ({ parts }) => ({ ...NOTHING, parts }),
  build: ({ parts }) => ({ kind: 'raw', parts }),
  layout: () => EMPTY_LAYOUT,
}

/** The most bytes of data in a standard program, whose lengths have 3 bytes (GP A.7). */
const MOST_STANDARD = 2 ** 24 - 1

function standardContents(program: StandardProgram): Contents {
  return {
    ...NOTHING,
    ...program,
    readOnlySize: program.readOnly.length,
    readWriteSize: program.readWrite.length,
  }
}

function standardOf({ readOnly, readWrite, readOnlySize, readWriteSize, ...rest }: Contents): StandardProgram {
  const area = (bytes: Uint8Array, size: number): Uint8Array => {
    if (size === bytes.length) return bytes
    const out = new Uint8Array(size)
    out.set(bytes)
    return out
  }
  const { heapPages, stackSize, parts } = rest
  return {
    readOnly: area(readOnly, readOnlySize),
    readWrite: area(readWrite, readWriteSize),
    heapPages,
    stackSize,
    parts,
  }
}

const standard: BlobFormat<{ readonly kind: 'standard'; readonly program: StandardProgram }> = {
  kind: 'standard',
  title: 'standard program (SPI)',
  start: 'entry-points',
  directives: ['.ro', '.rw', '.stack', '.heap', '.jump_table_bytes'],
  mostBytes: MOST_STANDARD,
  parse: (bytes, { encoding }) => ({ kind: 'standard', program: parseStandardProgram(bytes, encoding) }),
  encode: ({ program }) => encodeStandardProgram(program),
  contents: ({ program }) => standardContents(program),
  build: contents => ({ kind: 'standard', program: standardOf(contents) }),
  layout: ({ program }) => standardLayout(program),
}

const jam: BlobFormat<{ readonly kind: 'jam'; readonly file: JamFile }> = {
  kind: 'jam',
  title: 'JAM service (metadata and standard program)',
  start: 'entry-points',
  directives: ['.metadata', ...standard.directives],
  mostBytes: MOST_STANDARD,
  parse: (bytes, { encoding }) => ({ kind: 'jam', file: parseJam(bytes, encoding) }),
  encode: ({ file }) => encodeJam(file.metadataBytes, file.program),
  contents: ({ file }) => ({ ...standardContents(file.program), metadata: file.metadataBytes }),
  build: contents => ({
    kind: 'jam',
    file: { metadataBytes: contents.metadata ?? NONE, program: standardOf(contents) },
  }),
  layout: ({ file }) => standardLayout(file.program),
}

/**
 * Refuses 32-bit programs of PolkaVM 0.37. It writes them in the extended encoding, and nothing in the file says so. But read with a
 * bitmask, its exports are in places where no instruction starts.
 */
function refuseNewerLatest32({ version, parts: { code, bitmask }, exports }: PolkavmFile): void {
  if (version !== 1) return
  for (const { name, pc } of exports) {
    if (pc < code.length && ((bitmask[pc >>> 3]! >>> (pc & 7)) & 1) === 1) continue
    const expected = 'exports that are instructions (32-bit programs of PolkaVM 0.37 are not read: link as 64-bit)'
    throw new BlobError('bad-version', 4, expected, `export ${JSON.stringify(name)} at code offset ${pc}`)
  }
}

const polkavm: BlobFormat<{ readonly kind: 'polkavm'; readonly file: PolkavmFile }> = {
  kind: 'polkavm',
  title: 'PolkaVM program',
  start: 'exports',
  directives: ['.ro', '.rw', '.stack', '.import', '.export', '.section', '.version'],
  mostEntrySize: 4,
  claims: isPolkavm,
  parse: (bytes, reading) => ({ kind: 'polkavm', file: parsePolkavm(bytes, reading) }),
  encode: ({ file }) => encodePolkavm(file),
  contents: ({ file }) => ({ ...NOTHING, ...file }),
  build: ({ heapPages: _, metadata: __, ...file }) => ({ kind: 'polkavm', file }),
  layout: ({ file }, pageSize) => polkavmLayout(file, pageSize),
  rules: ({ file: { version, parts } }) => ({
    profile: parts.encoding === 'extended' ? 'polkavm-0.37' : 'polkavm',
    instructionSet: polkavmInstructionSet(version, parts.encoding),
  }),
  refuse: ({ file }) => refuseNewerLatest32(file),
}

/** All formats, by name. */
export const FORMATS: {
  readonly raw: typeof raw
  readonly standard: typeof standard
  readonly jam: typeof jam
  readonly polkavm: typeof polkavm
} = { raw, standard, jam, polkavm }
