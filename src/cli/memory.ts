// Guest memory on the command line: ranges to map, to print, to write to files. Not the machine's memory: engine/memory.ts.
import { InvalidArgumentError } from 'commander'
import { Access, PAGE_SIZE } from '../blob/address-space.ts'
import type { Mapping, MemoryChunk, Vm } from '../engine/engine.ts'
import { OK } from '../engine/memory.ts'
import { CliError } from './errors.ts'
import { writeOutput } from './files.ts'
import { formatAddress, formatPlural } from './format.ts'
import { parseAddress, parseBytes } from './options.ts'

/** This is a range of guest memory. */
export interface Range {
  readonly address: number
  readonly length: number
}

/** A range and the file it goes to. */
export interface DumpRange extends Range {
  readonly file: string
}

/** Pages to map, with what is in them. */
export interface MapSetting extends Mapping {
  readonly bytes?: Uint8Array
}

/** More than this is not for reading. */
const MOST_PRINTED = 65536
/** More than this does not become one array everywhere. */
const MOST_DUMPED = 2 ** 28

function parseRange(text: string, most: number): Range {
  const match = /^(\w+)\+(\w+)$/.exec(text)
  if (match === null) throw new InvalidArgumentError('expected address+length, like 0x20000+64.')
  const [address, length] = [parseAddress(match[1]!), parseAddress(match[2]!)]
  if (length === 0 || address + length > 2 ** 32) throw new InvalidArgumentError('no range below 2^32.')
  if (length > most) throw new InvalidArgumentError(`at most ${most} bytes.`)
  return { address, length }
}

/** `address+length` to print, repeated. */
export function parsePrinted(text: string, previous: readonly Range[] = []): Range[] {
  return [...previous, parseRange(text, MOST_PRINTED)]
}

/** The text is `address+length=file`; it may be repeated. */
export function parseDump(text: string, previous: readonly DumpRange[] = []): DumpRange[] {
  const at = text.indexOf('=')
  if (at < 0 || at === text.length - 1) throw new InvalidArgumentError('expected address+length=file.')
  return [...previous, { ...parseRange(text.slice(0, at), MOST_DUMPED), file: text.slice(at + 1) }]
}

/** The text is `address+length[:ro|:rw][=contents]` of pages; it may be repeated. */
export function parseMapping(text: string, previous: readonly MapSetting[] = []): MapSetting[] {
  const match = /^(\w+\+\w+)(?::(ro|rw))?(?:=(.+))?$/s.exec(text)
  if (match === null) throw new InvalidArgumentError('expected address+length, then :ro or :rw, like 0x20000+8192:ro.')
  const { address, length } = parseRange(match[1]!, 2 ** 32)
  if (address % PAGE_SIZE !== 0 || length % PAGE_SIZE !== 0) {
    throw new InvalidArgumentError('address and length have to be multiples of the page size, 4096.')
  }
  const bytes = match[3] === undefined ? undefined : parseBytes(match[3])
  if (bytes !== undefined && bytes.length > length) {
    throw new InvalidArgumentError(`${bytes.length} bytes do not fit ${length}.`)
  }
  const access = match[2] === 'ro' ? Access.Read : Access.Write
  return [...previous, { address, length, access, ...(bytes && { bytes }) }]
}

/** What mapped pages hold at start. */
export function chunksOf(settings: readonly MapSetting[]): MemoryChunk[] {
  return settings.flatMap(({ address, bytes }) => (bytes === undefined ? [] : [{ address, bytes }]))
}

/** The bytes of a range; undefined where it is not all readable. */
export function readRange(vm: Vm, { address, length }: Range): Uint8Array | undefined {
  const bytes = new Uint8Array(length)
  return vm.memory.read(address, bytes) === OK ? bytes : undefined
}

function hexLine(address: number, bytes: Uint8Array, perLine: number): string {
  const hex = Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(' ')
  const text = Array.from(bytes, byte => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('')
  return `${formatAddress(address)}  ${hex.padEnd(3 * perLine - 1)}  ${text}`
}

/** A range as lines: address, bytes in hex, characters; pages that are not readable in one line each. */
export function formatRange(vm: Vm, { address, length }: Range, width: number): string[] {
  const perLine = width >= 76 ? 16 : width >= 44 ? 8 : 4
  const lines: string[] = []
  for (let at = address; at < address + length; ) {
    const end = Math.min(address + length, (Math.floor(at / PAGE_SIZE) + 1) * PAGE_SIZE)
    const bytes = readRange(vm, { address: at, length: end - at })
    if (bytes === undefined) lines.push(`${formatAddress(at)}  not readable, ${formatPlural(end - at, 'byte')}`)
    else {
      for (let i = 0; i < bytes.length; i += perLine) {
        lines.push(hexLine(at + i, bytes.subarray(i, i + perLine), perLine))
      }
    }
    at = end
  }
  return lines
}

/**
 * Writes ranges to their files.
 *
 * @throws CliError when one is not all readable, after the others are written.
 */
export function dumpRanges(vm: Vm, ranges: readonly DumpRange[]): void {
  let missing: DumpRange | undefined
  for (const range of ranges) {
    const bytes = readRange(vm, range)
    if (bytes === undefined) missing ??= range
    else writeOutput(range.file, bytes)
  }
  if (missing === undefined) return
  const { address, length, file } = missing
  throw new CliError(`--dump ${formatAddress(address)}+${length}: not all readable, ${file} is not written`)
}
