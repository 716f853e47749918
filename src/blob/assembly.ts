// Assembly text to a file of any container. Not the language: that is isa/ and docs/assembly.md.
import { type Assembly, assembleSource } from '../isa/assembler.ts'
import { AssemblyError, type AssemblyErrorCode } from '../isa/assembly-error.ts'
import { ownOptions } from '../isa/own-options.ts'
import type { InstructionSet, InstructionSetName } from '../isa/set.ts'
import { BLOB_KINDS, type BlobKind, type Container, parseContainer, partsOf } from './container.ts'
import { encodeJam, encodeMetadata } from './jam.ts'
import { encodePolkavm, polkavmSymbol, polkavmVersion } from './polkavm.ts'
import { encodeProgramBlob, type ProgramParts } from './raw.ts'
import { encodeStandardProgram, type StandardProgram } from './standard.ts'

/** Options of `assemble`. */
export interface AssembleOptions {
  /** Which opcodes to use; default: the text's `.isa`, else `gp-0.7.2`. */
  readonly instructionSet?: InstructionSetName | undefined
  /** The container; default: the text's `.format`, else the plainest one that holds what the text has. */
  readonly format?: BlobKind | undefined
}

/** An assembled program. */
export interface Assembled {
  readonly kind: BlobKind
  /** The file. */
  readonly bytes: Uint8Array
  /** The same, parsed. */
  readonly container: Container
  readonly parts: ProgramParts
  readonly instructionSet: InstructionSet
  /** Code labels and their offsets. */
  readonly labels: ReadonlyMap<string, number>
  /** Data labels and their addresses. */
  readonly addresses: ReadonlyMap<string, number>
  /** For every instruction its code offset and its line in the text, from 1; ascending. */
  readonly lines: Assembly['lines']
  /** What is legal but will not work, such as jumps to where no basic block starts. */
  readonly warnings: Assembly['warnings']
}

/** An error at the first use of a directive. */
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

function kindOf(assembly: Assembly, wanted: BlobKind | undefined): BlobKind {
  const name = wanted ?? assembly.format
  if (name !== undefined) {
    const kind = BLOB_KINDS.find(known => known === name)
    if (kind === undefined)
      throw errorAt(assembly, '.format', 'unknown-name', `a format of ${BLOB_KINDS.join(', ')}`, name)
    return kind
  }
  if (assembly.metadata !== undefined) return 'jam'
  const { imports, exports, sections, version } = assembly
  if (imports.length + exports.length + sections.length > 0 || version !== undefined) return 'polkavm'
  const { readOnlySize, readWriteSize, heapPages, stackSize } = assembly
  return readOnlySize + readWriteSize > 0 || heapPages !== undefined || stackSize !== undefined ? 'standard' : 'raw'
}

/** Directives a container has no place for are mistakes, not decoration. */
function refuseUnused(assembly: Assembly, kind: BlobKind): void {
  const refuse = (has: boolean, directive: string): void => {
    if (has) throw errorAt(assembly, directive, 'conflict', `no ${directive} in a program of format ${kind}`)
  }
  if (kind === 'raw') {
    refuse(assembly.readOnlySize > 0, '.ro')
    refuse(assembly.readWriteSize > 0, '.rw')
    refuse(assembly.stackSize !== undefined, '.stack')
    refuse(assembly.heapPages !== undefined, '.heap')
  }
  if (kind !== 'jam') refuse(assembly.metadata !== undefined, '.metadata')
  if (kind === 'polkavm') {
    refuse(assembly.heapPages !== undefined, '.heap')
    refuse(assembly.exactTable !== undefined && assembly.exactTable.bytes.length > 0, '.jump_table_bytes')
    if (assembly.jumpTableEntrySize > 4)
      throw errorAt(assembly, '.entry_size', 'out-of-range', 'at most 4 in a .polkavm file')
    return
  }
  refuse(assembly.imports.length > 0, '.import')
  refuse(assembly.exports.length > 0, '.export')
  refuse(assembly.sections.length > 0, '.section')
  refuse(assembly.version !== undefined, '.version')
}

function metadataBytes(assembly: Assembly): Uint8Array {
  const { metadata } = assembly
  if (metadata === undefined) return new Uint8Array(0)
  if ('bytes' in metadata) return metadata.bytes
  const [name, version, license, ...authors] = metadata.strings.map(bytes => new TextDecoder().decode(bytes))
  return encodeMetadata({ name: name!, version: version!, license: license!, authors })
}

/** GP A.7: lengths of data are stored in 3 bytes. */
const MAX_STANDARD = 2 ** 24 - 1

function standardProgram(assembly: Assembly): StandardProgram {
  const area = (bytes: Uint8Array, size: number, name: string): Uint8Array => {
    if (size > MAX_STANDARD)
      throw errorAt(assembly, name, 'out-of-range', `at most ${MAX_STANDARD} bytes in ${name}`, `${size}`)
    if (size === bytes.length) return bytes
    const out = new Uint8Array(size)
    out.set(bytes)
    return out
  }
  const stackSize = assembly.stackSize ?? 0
  if (stackSize > MAX_STANDARD) {
    throw errorAt(assembly, '.stack', 'out-of-range', `a stack of at most ${MAX_STANDARD} bytes`, `${stackSize}`)
  }
  return {
    readOnly: area(assembly.readOnly, assembly.readOnlySize, '.ro'),
    readWrite: area(assembly.readWrite, assembly.readWriteSize, '.rw'),
    heapPages: assembly.heapPages ?? 0,
    stackSize,
    parts: assembly,
  }
}

function polkavmFile(assembly: Assembly): Uint8Array {
  const { readOnly, readWrite, readOnlySize, readWriteSize, sections, exports } = assembly
  for (const { id } of sections) {
    if (id < 128) throw errorAt(assembly, '.section', 'out-of-range', '.section numbers from 128 to 255', `${id}`)
  }
  return encodePolkavm({
    version: assembly.version ?? polkavmVersion(assembly.instructionSet.name),
    readOnly,
    readWrite,
    readOnlySize,
    readWriteSize,
    stackSize: assembly.stackSize ?? 0,
    imports: assembly.imports.map(polkavmSymbol),
    exports: exports.map(({ name, pc }) => ({ ...polkavmSymbol(name), pc })),
    parts: assembly,
    sections,
  })
}

function encode(assembly: Assembly, kind: BlobKind): Uint8Array {
  switch (kind) {
    case 'raw':
      return encodeProgramBlob(assembly)
    case 'standard':
      return encodeStandardProgram(standardProgram(assembly))
    case 'jam':
      return encodeJam(metadataBytes(assembly), standardProgram(assembly))
    case 'polkavm':
      return polkavmFile(assembly)
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
  const bytes = encode(assembly, kind)
  // Read back what was written: the result is what a loader will see, and a writer that errs is noticed here.
  const container = parseContainer(bytes, kind, { encoding: assembly.encoding })
  const { instructionSet, labels, addresses, lines, warnings } = assembly
  return { kind, bytes, container, parts: partsOf(container), instructionSet, labels, addresses, lines, warnings }
}
