// The directives of the assembly text, one function each. Not instructions; the grammar is in docs/assembly.md.
import { AssemblyError } from './assembly-error.ts'
import { type DataArea, extendData, readTarget, requireSection, type SectionName, type Source } from './source.ts'
import type { Line } from './syntax.ts'

type Directive = (line: Line, source: Source, column: number) => void

/** No data area can be larger: its length is stored in 3 bytes (GP A.7), in PolkaVM files in 32 bits. */
const MAX_DATA = 2 ** 28

function section(name: SectionName): Directive {
  return (_line, source) => {
    source.section = name
  }
}

function dataArea(line: Line, source: Source, column: number): DataArea {
  requireSection(source, line, column, ['ro', 'rw'])
  return source.section === 'rw' ? source.rw : source.ro
}

/** Makes room for `count` bytes and returns where they go. */
function extend(area: DataArea, count: number, line: Line, column: number): number {
  if (area.length + count > MAX_DATA) throw line.error(`at most ${MAX_DATA} bytes of data`, 'out-of-range', column)
  return extendData(area, count)
}

function append(area: DataArea, bytes: ArrayLike<number>, line: Line, column: number): void {
  const at = extend(area, bytes.length, line, column)
  area.buffer.set(bytes, at)
}

function integers(size: 1 | 2 | 4 | 8): Directive {
  return (line, source, column) => {
    const area = dataArea(line, source, column)
    do {
      const value = line.expression('a value')
      area.fixups.push({ offset: extend(area, size, line, column), size, value })
    } while (line.take(','))
  }
}

function text(terminator: readonly number[]): Directive {
  return (line, source, column) => {
    const area = dataArea(line, source, column)
    do {
      const bytes = line.string()
      if (bytes === undefined) throw line.error('a quoted string')
      append(area, bytes, line, column)
      append(area, terminator, line, column)
    } while (line.take(','))
  }
}

function code(marked: boolean): Directive {
  return (line, source, column) => {
    requireSection(source, line, column, ['code'])
    const bytes = line.hexBytes()
    if (bytes.length === 0) throw line.error('at least one byte')
    source.items.push({ is: 'bytes', bytes, marked, line: line.number })
  }
}

function once<K extends keyof Source>(key: K, read: (line: Line) => NonNullable<Source[K]>): Directive {
  return (line, source, column) => {
    if (source[key] !== undefined) throw line.error('this directive only once', 'conflict', column)
    source[key] = read(line)
  }
}

function optionWord(what: string): (line: Line) => string {
  return line => {
    const name = /^[\w.-]+/.exec(line.text.slice(line.column - 1))?.[0]
    if (name === undefined) throw line.error(what)
    for (const part of name.split('-')) {
      line.take('-')
      line.take(part)
    }
    return name
  }
}

/** A symbol: quoted, or plain when it is a word. */
function symbol(line: Line, what: string): { readonly name: Uint8Array; readonly plain: boolean } {
  const bytes = line.string()
  if (bytes !== undefined) return { name: bytes, plain: false }
  const word = line.word()
  if (word === undefined) throw line.error(what)
  return { name: new TextEncoder().encode(word), plain: true }
}

const readImport: Directive = (line, source) => {
  do {
    const { number, column } = line
    const { name, plain } = symbol(line, 'the name of an import')
    const key = new TextDecoder().decode(name)
    // Files may have equal names; they come in quotes, and the first is the constant.
    if (!source.constants.has(key) && /^[A-Za-z_][\w.]*$/.test(key)) {
      const value = BigInt(source.imports.length)
      const term = { is: 'number', name: '', value, negative: false, line: number, column } as const
      source.constants.set(key, { terms: [term], width: undefined, line: number, column })
    } else if (plain) {
      throw new AssemblyError('duplicate-name', number, column, 'an import or constant name only once', key)
    }
    source.imports.push(name)
  } while (line.take(','))
}

const readConstant: Directive = (line, source) => {
  const { number, column } = line
  const name = line.word()
  if (name === undefined) throw line.error('a name')
  if (source.constants.has(name)) throw line.error('an import or constant name only once', 'duplicate-name', column)
  if (!line.take('=')) line.expect(',')
  source.constants.set(name, { ...line.expression('a value'), line: number, column })
}

const readMetadata: Directive = (line, source, column) => {
  if (source.metadata !== undefined) throw line.error('this directive only once', 'conflict', column)
  const strings: Uint8Array[] = []
  do {
    const bytes = line.string()
    if (bytes === undefined) throw line.error('a quoted string: name, version, licence, then authors')
    strings.push(bytes)
  } while (line.take(','))
  if (strings.length < 3) throw line.error('", " and another string: name, version, licence, then authors')
  source.metadata = { strings }
}

function dataSize(area: 'ro' | 'rw'): Directive {
  return (line, source, column) => {
    if (source[area].size !== undefined) throw line.error('this directive only once', 'conflict', column)
    source[area].size = line.count('a size in bytes', 0xffffffff)
  }
}

/** Every directive by name. */
export const DIRECTIVES: ReadonlyMap<string, Directive> = new Map<string, Directive>([
  ['.isa', once('instructionSet', optionWord('the name of an instruction set'))],
  ['.format', once('format', optionWord('raw, standard, jam or polkavm'))],
  ['.code', section('code')],
  ['.ro', section('ro')],
  ['.rw', section('rw')],
  ['.equ', readConstant],
  ['.raw', code(true)],
  ['.gap', code(false)],
  [
    '.at',
    (line, source, column) => {
      requireSection(source, line, column, ['code'])
      source.items.push({ is: 'at', pc: line.count('a code offset', 0xffffffff), line: line.number, column })
    },
  ],
  [
    '.jump_table',
    (line, source) => {
      do source.jumpTable.push(readTarget(line, false))
      while (line.take(','))
    },
  ],
  ['.entry_size', once('entrySize', line => line.count('bytes per jump table entry', 255))],
  [
    '.jump_table_bytes',
    once('exactTable', line => {
      const count = line.natural()
      if (count === undefined) throw line.error('the number of entries')
      if (count >= 1n << 64n) throw line.error('a number of entries below 2^64', 'out-of-range')
      return { count, bytes: Uint8Array.from(line.hexBytes()) }
    }),
  ],
  ['.byte', integers(1)],
  ['.u8', integers(1)],
  ['.u16', integers(2)],
  ['.u32', integers(4)],
  ['.u64', integers(8)],
  ['.ascii', text([])],
  ['.asciz', text([0])],
  ['.hex', (line, source, column) => append(dataArea(line, source, column), line.hexBytes(), line, column)],
  [
    '.zero',
    (line, source, column) => {
      const area = dataArea(line, source, column)
      extend(area, line.count('a number of bytes', MAX_DATA), line, column)
    },
  ],
  [
    '.align',
    (line, source, column) => {
      const area = dataArea(line, source, column)
      const unit = line.count('an alignment in bytes', MAX_DATA)
      if (unit === 0) throw line.error('an alignment of at least 1', 'out-of-range', column)
      extend(area, (unit - (area.length % unit)) % unit, line, column)
    },
  ],
  ['.ro_size', dataSize('ro')],
  ['.rw_size', dataSize('rw')],
  ['.heap', once('heapPages', line => line.count('pages of 4096 bytes', 0xffff))],
  ['.stack', once('stackSize', line => line.count('a size in bytes', 0xffffffff))],
  ['.version', once('version', line => line.count('a version byte', 255))],
  ['.metadata', readMetadata],
  ['.metadata_bytes', once('metadata', line => ({ bytes: Uint8Array.from(line.hexBytes()) }))],
  ['.import', readImport],
  [
    '.export',
    (line, source) => {
      const { name } = symbol(line, 'the name of an export')
      source.exports.push({ name, target: readTarget(line, false) })
    },
  ],
  [
    '.section',
    (line, source) => {
      const id = line.count('a section number', 255)
      source.sections.push({ id, bytes: Uint8Array.from(line.hexBytes()) })
    },
  ],
])
