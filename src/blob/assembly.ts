// Assembles text to a file of any container. The language is in src/isa/ and docs/assembly.md.
import { type Assembly, assembleSource } from '../isa/assembler.ts'
import { AssemblyError, type AssemblyErrorCode } from '../isa/assembly-error.ts'
import { ownOptions } from '../isa/own-options.ts'
import type { InstructionSet, InstructionSetName } from '../isa/set.ts'
import { BLOB_KINDS, type BlobKind, type Container, formatNamed, parseContainer, partsOf } from './container.ts'
import type { Contents, FormatDirective } from './format.ts'
import { encodeMetadata } from './jam.ts'
import { polkavmSymbol, polkavmVersion } from './polkavm.ts'
import type { ProgramParts } from './raw.ts'

/** These are the options of `assemble`. */
export interface AssembleOptions {
  /** The instruction set; default what `.isa` in the text says, or else `gp-0.7.2`. */
  readonly instructionSet?: InstructionSetName | undefined
  /** The container; default what `.format` in the text says, or else the plainest one that holds what the text has. */
  readonly format?: BlobKind | undefined
}

/** This is an assembled program. */
export interface Assembled {
  readonly kind: BlobKind
  /** This is the file. */
  readonly bytes: Uint8Array
  /** This is the file, parsed. */
  readonly container: Container
  readonly parts: ProgramParts
  readonly instructionSet: InstructionSet
  /** Code labels and their offsets. */
  readonly labels: ReadonlyMap<string, number>
  /** Data labels and their addresses. */
  readonly addresses: ReadonlyMap<string, number>
  /** For every instruction its code offset and its line in the text, counted from 1, ascending. */
  readonly lines: Assembly['lines']
  /** What is legal but will not work, such as a jump to a place where no basic block starts. */
  readonly warnings: Assembly['warnings']
}

/** Makes an error at the first use of a directive. */
function errorAt(
  assembly: Assembly,
  directive: string,
  code: AssemblyErrorCode,
  expected: string,
  found?: string,
): AssemblyError {
  const { line, column } = assembly.places.get(directive) ?? { line: 1, column: 1 }
  return new AssemblyError(code, line, column, expected, found)
}

/** What a text may say about its file, and whether it does. Each format says for which of these it has a place. */
const DIRECTIVES: readonly (readonly [FormatDirective, (assembly: Assembly) => boolean])[] = [
  ['.ro', ({ readOnlySize }) => readOnlySize > 0],
  ['.rw', ({ readWriteSize }) => readWriteSize > 0],
  ['.stack', ({ stackSize }) => stackSize !== undefined],
  ['.heap', ({ heapPages }) => heapPages !== undefined],
  ['.metadata', ({ metadata }) => metadata !== undefined],
  ['.jump_table_bytes', ({ exactTable }) => exactTable !== undefined && exactTable.bytes.length > 0],
  ['.import', ({ imports }) => imports.length > 0],
  ['.export', ({ exports }) => exports.length > 0],
  ['.section', ({ sections }) => sections.length > 0],
  ['.version', ({ version }) => version !== undefined],
]

function kindOf(assembly: Assembly, wanted: BlobKind | undefined): BlobKind {
  const name = wanted ?? assembly.format
  if (name !== undefined) {
    const kind = BLOB_KINDS.find(known => known === name)
    if (kind === undefined)
      throw errorAt(assembly, '.format', 'unknown-name', `a format of ${BLOB_KINDS.join(', ')}`, name)
    return kind
  }
  const used = DIRECTIVES.filter(([, isUsed]) => isUsed(assembly)).map(([directive]) => directive)
  const held = (kind: BlobKind): number => used.filter(name => formatNamed(kind).directives.includes(name)).length
  const plainest = BLOB_KINDS.find(kind => held(kind) === used.length)
  // No format has a place for all of it. It takes one that has a place for most, with most structure, so that the mistake can be named.
  return plainest ?? [...BLOB_KINDS].sort((x, y) => held(x) - held(y)).at(-1)!
}

/** Refuses directives that the container has no place for. */
function refuseUnused(assembly: Assembly, kind: BlobKind): void {
  const { directives, mostEntrySize } = formatNamed(kind)
  for (const [directive, isUsed] of DIRECTIVES) {
    if (!directives.includes(directive) && isUsed(assembly))
      throw errorAt(assembly, directive, 'conflict', `no ${directive} in a program of format ${kind}`)
  }
  if (mostEntrySize !== undefined && assembly.jumpTableEntrySize > mostEntrySize)
    throw errorAt(assembly, '.entry_size', 'out-of-range', `at most ${mostEntrySize} in a .${kind} file`)
}

function metadataBytes(assembly: Assembly): Uint8Array {
  const { metadata } = assembly
  if (metadata === undefined) return new Uint8Array(0)
  if ('bytes' in metadata) return metadata.bytes
  const [name, version, license, ...authors] = metadata.strings.map(bytes => new TextDecoder().decode(bytes))
  return encodeMetadata({ name: name!, version: version!, license: license!, authors })
}

/** Checks that what the text says is within the bounds of the format. */
function checkSizes(assembly: Assembly, kind: BlobKind): void {
  const { mostBytes = Number.POSITIVE_INFINITY } = formatNamed(kind)
  const { readOnlySize, readWriteSize, stackSize = 0, sections } = assembly
  if (stackSize > mostBytes)
    throw errorAt(assembly, '.stack', 'out-of-range', `a stack of at most ${mostBytes} bytes`, `${stackSize}`)
  for (const [name, size] of [['.ro', readOnlySize] as const, ['.rw', readWriteSize] as const]) {
    if (size > mostBytes)
      throw errorAt(assembly, name, 'out-of-range', `at most ${mostBytes} bytes in ${name}`, `${size}`)
  }
  for (const { id } of sections) {
    if (id < 128) throw errorAt(assembly, '.section', 'out-of-range', '.section numbers from 128 to 255', `${id}`)
  }
}

/** What the text says, as contents of a file of any format. */
function contentsOfText(assembly: Assembly): Contents {
  const { readOnly, readWrite, readOnlySize, readWriteSize, sections } = assembly
  return {
    parts: assembly,
    readOnly,
    readWrite,
    readOnlySize,
    readWriteSize,
    heapPages: assembly.heapPages ?? 0,
    stackSize: assembly.stackSize ?? 0,
    metadata: metadataBytes(assembly),
    version: assembly.version ?? polkavmVersion(assembly.instructionSet.name),
    imports: assembly.imports.map(polkavmSymbol),
    exports: assembly.exports.map(({ name, pc }) => ({ ...polkavmSymbol(name), pc })),
    sections,
  }
}

/**
 * Assembles a text to a file.
 *
 * @throws AssemblyError with line and column of the first mistake.
 * @example assemble('add_imm_64 r7, r7, 1\njump_ind r0').bytes
 */
export function assemble(text: string, options: AssembleOptions = {}): Assembled {
  if (typeof text !== 'string') throw new TypeError('text: expected a string')
  const { instructionSet: wanted, format } = ownOptions(options)
  const assembly = assembleSource(text, wanted)
  const kind = kindOf(assembly, format)
  refuseUnused(assembly, kind)
  checkSizes(assembly, kind)
  const { build, encode } = formatNamed(kind)
  const bytes = encode(build(contentsOfText(assembly)))
  // What was written is read back. So the result is what a loader will see, and a mistake of the writer is noticed here.
  const container = parseContainer(bytes, kind, { encoding: assembly.encoding })
  const { instructionSet, labels, addresses, lines, warnings } = assembly
  return { kind, bytes, container, parts: partsOf(container), instructionSet, labels, addresses, lines, warnings }
}
