// Makes text of programs: assembly that gives the same bytes again, and a listing for people. The instructions are read by
// src/isa/disassembler.ts.
import { type CodeLine, disassembleCode } from '../isa/disassembler.ts'
import { ownOptions } from '../isa/own-options.ts'
import type { InstructionSet } from '../isa/set.ts'
import { formatHex, formatString } from '../isa/syntax.ts'
import { type Container, contentsOf, formatOf, partsOf } from './container.ts'
import type { FormatDirective } from './format.ts'
import { decodeMetadata, encodeMetadata } from './jam.ts'
import { polkavmVersionName } from './polkavm.ts'
import type { ProgramParts } from './raw.ts'

/** What can be disassembled: a loaded program, or a parsed container with an instruction set. */
export interface Disassemblable {
  readonly container: Container
  readonly instructionSet: InstructionSet
}

/** These are the options of `disassemble`. */
export interface DisassembleOptions {
  /** Names for code offsets; they become labels. */
  readonly names?: ReadonlyMap<number, string>
}

/** These are the options of `formatListing`. */
export interface ListingOptions extends ListOptions {
  /** Whether to show the bytes of each instruction; default false. */
  readonly bytes?: boolean
  /** A remark behind an instruction, such as its gas or its source line. */
  readonly note?: (line: CodeLine) => string | undefined
  /** Lines to put in front of an instruction, such as source text. */
  readonly before?: (line: CodeLine) => readonly string[]
}

const INDENT = '    '

/** The names that were given, or else those of exports. */
function namesOf({ container }: Disassemblable, options: DisassembleOptions): ReadonlyMap<number, string> {
  const names = new Map(ownOptions(options).names)
  for (const { name, pc } of contentsOf(container).exports) if (!names.has(pc)) names.set(pc, name)
  return names
}

/** Data as lines of `.hex`, with long runs of zeros as `.zero`. */
function dataLines(bytes: Uint8Array): string[] {
  const lines: string[] = []
  let at = 0
  while (at < bytes.length) {
    let zeros = at
    while (zeros < bytes.length && bytes[zeros] === 0) zeros += 1
    if (zeros - at >= 16 || (zeros === bytes.length && zeros - at > 4)) {
      lines.push(`${INDENT}.zero ${zeros - at}`)
      at = zeros
      continue
    }
    const row = bytes.subarray(at, at + 32)
    const text = String.fromCharCode(...row.map(byte => (byte >= 0x20 && byte < 0x7f ? byte : 0x2e)))
    lines.push(`${INDENT}.hex ${formatHex(row)}  ; ${text}`)
    at += row.length
  }
  return lines
}

function metadataLine(metadataBytes: Uint8Array): string {
  const metadata = decodeMetadata(metadataBytes)
  if (metadata !== undefined) {
    const again = encodeMetadata(metadata)
    if (again.length === metadataBytes.length && again.every((byte, i) => byte === metadataBytes[i])) {
      const { name, version, license, authors } = metadata
      const quote = (text: string): string => formatString(new TextEncoder().encode(text))
      return `.metadata ${[name, version, license, ...authors].map(quote).join(', ')}`
    }
  }
  return `.metadata_bytes ${formatHex(metadataBytes)}`.trimEnd()
}

/** The lines of exports. They stand behind the labels of the code, because they may name them. */
function exportLines(container: Container, labels: ReadonlyMap<number, string>): string[] {
  return contentsOf(container).exports.map(({ bytes, pc }) => {
    return `.export ${formatString(bytes)} ${labels.has(pc) ? `@${labels.get(pc)}` : pc}`
  })
}

/** The lines for what the file holds beside code, jump table and exports, in the directives of its format. */
function headerLines(container: Container): string[] {
  const { kind, directives } = formatOf(container)
  const { metadata, version, stackSize, heapPages, imports, sections, ...areas } = contentsOf(container)
  const { readOnly, readWrite, readOnlySize, readWriteSize } = areas
  const has = (directive: FormatDirective): boolean => directives.includes(directive)
  const lines = [`.format ${kind}`]
  if (metadata !== undefined) lines.push(metadataLine(metadata))
  if (has('.version')) lines.push(`.version ${version}  ; ${polkavmVersionName(version)}`)
  if (has('.stack')) lines.push(`.stack ${stackSize}`)
  if (has('.heap')) lines.push(`.heap ${heapPages}`)
  if (readOnlySize > readOnly.length) lines.push(`.ro_size ${readOnlySize}`)
  if (readWriteSize > readWrite.length) lines.push(`.rw_size ${readWriteSize}`)
  lines.push(...imports.map(({ bytes }, index) => `.import ${formatString(bytes)}  ; ${index}`))
  for (const { id, bytes } of sections) lines.push(`.section ${id} ${formatHex(bytes)}`.trimEnd())
  if (!has('.ro')) return lines
  if (readOnly.length > 0) lines.push('', '.ro', ...dataLines(readOnly))
  if (readWrite.length > 0) lines.push('', '.rw', ...dataLines(readWrite))
  return [...lines, '', '.code']
}

function jumpTableLines(parts: ProgramParts, labels: ReadonlyMap<number, string>): string[] {
  const { jumpTable, jumpTableLength, jumpTableEntrySize: size, exactTable } = parts
  const exact =
    exactTable ?? (jumpTable.length < jumpTableLength ? { count: jumpTableLength, bytes: undefined } : undefined)
  const lines: string[] = []
  let needed = jumpTable.length === 0 ? 0 : 1
  for (const entry of jumpTable) while (entry >= 256 ** needed) needed += 1
  if (size !== needed || exact !== undefined) lines.push(`.entry_size ${size}`)
  if (exact !== undefined) {
    return [...lines, `.jump_table_bytes ${exact.count} ${formatHex(exact.bytes ?? new Uint8Array(0))}`.trimEnd()]
  }
  const names = [...jumpTable].map(pc => (labels.has(pc) ? `@${labels.get(pc)}` : `${pc}`))
  for (let i = 0; i < names.length; i += 8) lines.push(`.jump_table ${names.slice(i, i + 8).join(', ')}`)
  return lines
}

/** The name of each label, by code offset. */
function labelsOf(lines: readonly CodeLine[]): Map<number, string> {
  return new Map(lines.flatMap(({ pc, label }) => (label === undefined ? [] : [[pc, label]])))
}

function gapLines(gap: Uint8Array): string[] {
  const lines: string[] = []
  for (let at = 0; at < gap.length; at += 32) lines.push(`${INDENT}.gap ${formatHex(gap.subarray(at, at + 32))}`)
  return lines
}

/** The parts of a program. Throws if they are not in the encoding of the instruction set. */
function partsFor({ container, instructionSet }: Disassemblable): ProgramParts {
  const parts = partsOf(container)
  const { encoding = 'bitmask' } = parts
  if (encoding === instructionSet.encoding) return parts
  throw new TypeError(`instructionSet: ${instructionSet.name} is not of the encoding that the container was read with`)
}

/**
 * Disassembles a program to text. `assemble` makes the very same bytes of that text, for every program that loads.
 *
 * @throws TypeError when a container was read in another encoding than that of the instruction set.
 * @example disassemble(loadProgram(bytes))
 */
export function disassemble(program: Disassemblable, options: DisassembleOptions = {}): string {
  const parts = partsFor(program)
  const lines = disassembleCode(parts, program.instructionSet, { names: namesOf(program, options) })
  const out = [`.isa ${program.instructionSet.name}`, ...headerLines(program.container)]
  const labels = labelsOf(lines)
  const table = [...exportLines(program.container, labels), ...jumpTableLines(parts, labels)]
  if (table.length > 0) out.push('', ...table)
  out.push('')
  for (const { label, text, comment, gap } of lines) {
    if (label !== undefined) out.push(`@${label}:`)
    out.push(`${INDENT}${text}${comment === undefined ? '' : `  ; ${comment}`}`)
    if (gap.length > 0) out.push(...gapLines(gap))
  }
  return `${out.join('\n')}\n`
}

/** These are the options of `listCode`. */
export interface ListOptions extends DisassembleOptions {
  /** The first code offset to show; default 0. */
  readonly from?: number
  /** The code offset to stop before; default the end. */
  readonly to?: number
}

/**
 * The code as lines of data, for tools that print it in their own way.
 *
 * @throws TypeError when a container was read in another encoding than that of the instruction set.
 */
export function listCode(program: Disassemblable, options: ListOptions = {}): CodeLine[] {
  const { from = 0, to = Number.POSITIVE_INFINITY } = ownOptions(options)
  const names = namesOf(program, options)
  return disassembleCode(partsFor(program), program.instructionSet, { names, widths: false, from, to })
}

/**
 * The code as people read it: offset, instruction, labels, and an empty line between basic blocks. The assembler does not read it.
 *
 * @example formatListing(loadProgram(bytes), { from: 100, to: 200, bytes: true })
 */
export function formatListing(program: Disassemblable, options: ListingOptions = {}): string {
  const { bytes = false, note, before } = ownOptions(options)
  const shown = listCode(program, options)
  const { code } = partsOf(program.container)
  const column = Math.max(5, `${shown.at(-1)?.pc ?? 0}`.length)
  const out: string[] = []
  for (const line of shown) {
    if (line.blockStart && out.length > 0) out.push('')
    for (const text of before?.(line) ?? []) out.push(text)
    if (line.label !== undefined) out.push(`${' '.repeat(column)}  @${line.label}:`)
    const hex = bytes
      ? formatHex(code.subarray(line.pc, line.pc + Math.min(12, line.length))) + (line.length > 12 ? ' …' : '')
      : ''
    const remark = [line.comment, note?.(line)].filter(part => part !== undefined).join('  ')
    const statement = line.text.length > 100 ? `${line.text.slice(0, 100)}…` : line.text
    const left = `${`${line.pc}`.padStart(column)}  ${bytes ? hex.padEnd(30) : ''}${statement}`
    out.push(remark === '' ? left : `${left.padEnd(column + (bytes ? 72 : 42))}  ; ${remark}`)
  }
  return out.length === 0 ? '' : `${out.join('\n')}\n`
}
