// Reads the debug sections of a `.polkavm` file: strings, line programs, ranges (docs/formats.md). src/program/symbols.ts makes names
// and places of them.
import { BlobError } from './error.ts'
import type { OptionalSection } from './polkavm.ts'
import { Reader } from './reader.ts'

/**
 * One level of the source location of code. `enter` names a function, and where it is declared. `line` is a place in that function.
 * `call` is a place in it where another function, the one that is named, was inlined. What is not known is undefined.
 */
export interface DebugFrame {
  readonly kind: 'enter' | 'call' | 'line'
  readonly namespace: string | undefined
  readonly function: string | undefined
  readonly path: string | undefined
  readonly line: number | undefined
  readonly column: number | undefined
}

/** The code from offset `start` up to `end`, which comes from one place. The outermost frame comes first. */
export interface DebugRegion {
  readonly start: number
  readonly end: number
  readonly frames: readonly DebugFrame[]
}

/** A stretch of code with a line program of its own, normally a function. */
export interface DebugRange {
  readonly start: number
  readonly end: number
  /** The offset of its line program in section 129. */
  readonly program: number
}

/** The debug sections. Line programs are not run before `regionsOf` asks for one. */
export interface DebugInfo {
  /** The ranges, which ascend and do not overlap. */
  readonly ranges: readonly DebugRange[]
  /** The regions of a range. @throws BlobError `bad-section` when its line program is malformed. */
  regionsOf(range: DebugRange): readonly DebugRegion[]
}

const STRINGS = 128
const PROGRAMS = 129
const RANGES = 130
const VERSION = 1
const RANGE_SIZE = 12
/** PolkaVM keeps 16 levels. Deeper ones are dropped. */
const MAX_DEPTH = 16

const Op = {
  FinishProgram: 0,
  SetMutationDepth: 1,
  SetKindEnter: 2,
  SetKindCall: 3,
  SetKindLine: 4,
  SetNamespace: 5,
  SetFunctionName: 6,
  SetPath: 7,
  SetLine: 8,
  SetColumn: 9,
  SetStackDepth: 10,
  IncrementLine: 11,
  AddLine: 12,
  SubLine: 13,
  Finish: 14,
  FinishMany: 15,
  FinishDeeper: 16,
  FinishManyDeeper: 17,
  FinishShallower: 18,
  FinishManyShallower: 19,
} as const

interface MutableFrame {
  kind: DebugFrame['kind']
  namespace: number
  name: number
  path: number
  line: number
  column: number
}

/** Reads in a section. The offset of an error counts from the first byte of the section. */
function inSection<T>(section: number, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof BlobError)) throw error
    throw new BlobError('bad-section', error.offset, `${error.expected} in debug section ${section}`)
  }
}

function readRanges(bytes: Uint8Array): DebugRange[] {
  if (bytes.length % RANGE_SIZE !== 0) {
    throw new BlobError('bad-section', bytes.length, `entries of ${RANGE_SIZE} bytes in debug section ${RANGES}`)
  }
  const reader = new Reader(bytes)
  const ranges: DebugRange[] = []
  let last = 0
  while (reader.remaining > 0) {
    const at = reader.offset
    const start = reader.uint(4, 'start')
    const end = reader.uint(4, 'end')
    if (start < last || end < start) {
      throw new BlobError('bad-section', at, `ascending ranges in debug section ${RANGES}`, `${start} to ${end}`)
    }
    last = end
    ranges.push({ start, end, program: reader.uint(4, 'line program') })
  }
  return ranges
}

function createFrame(): MutableFrame {
  return { kind: 'line', namespace: 0, name: 0, path: 0, line: 0, column: 0 }
}

function runLineProgram(
  programs: Uint8Array,
  range: DebugRange,
  stringAt: (offset: number) => string | undefined,
  spend: () => void,
): DebugRegion[] {
  const reader = new Reader(programs)
  if (range.program > programs.length) throw new BlobError('truncated', range.program, 'a line program')
  reader.offset = range.program
  const stack = Array.from({ length: MAX_DEPTH }, createFrame)
  const beyond = createFrame() // what is said about dropped levels goes here
  let frame = stack[0]!
  let depth = 0
  let pc = range.start
  const regions: DebugRegion[] = []
  const finish = (count: number): void => {
    const frames = stack.slice(0, Math.min(depth, MAX_DEPTH)).map(
      ({ kind, namespace, name, path, line, column }): DebugFrame => ({
        kind,
        namespace: stringAt(namespace),
        function: stringAt(name),
        path: stringAt(path),
        line: line === 0 ? undefined : line,
        column: column === 0 ? undefined : column,
      }),
    )
    const end = pc + count
    if (end > range.end) throw new BlobError('bad-section', reader.offset, `code up to ${range.end}`, `${end}`)
    if (count > 0 && frames.length > 0) regions.push({ start: pc, end, frames })
    pc = end
  }
  for (;;) {
    const at = reader.offset
    spend()
    const op = reader.uint(1, 'a line program operation')
    switch (op) {
      case Op.FinishProgram:
        return regions
      case Op.SetMutationDepth:
        frame = stack[reader.varint32('depth')] ?? beyond
        break
      case Op.SetKindEnter:
        frame.kind = 'enter'
        break
      case Op.SetKindCall:
        frame.kind = 'call'
        break
      case Op.SetKindLine:
        frame.kind = 'line'
        break
      case Op.SetNamespace:
        frame.namespace = reader.varint32('namespace')
        break
      case Op.SetFunctionName:
        frame.name = reader.varint32('function name')
        break
      case Op.SetPath:
        frame.path = reader.varint32('path')
        break
      case Op.SetLine:
        frame.line = reader.varint32('line')
        break
      case Op.SetColumn:
        frame.column = reader.varint32('column')
        break
      case Op.SetStackDepth:
        depth = reader.varint32('stack depth')
        break
      case Op.IncrementLine:
        frame.line = (frame.line + 1) >>> 0
        break
      case Op.AddLine:
        frame.line = (frame.line + reader.varint32('lines')) >>> 0
        break
      case Op.SubLine:
        frame.line = (frame.line - reader.varint32('lines')) >>> 0
        break
      case Op.Finish:
      case Op.FinishDeeper:
      case Op.FinishShallower:
        finish(1)
        break
      case Op.FinishMany:
      case Op.FinishManyDeeper:
      case Op.FinishManyShallower:
        finish(reader.varint32('length'))
        break
      default:
        throw new BlobError('bad-section', at, 'a line program operation from 0 to 19', `${op}`)
    }
    if (op === Op.FinishDeeper || op === Op.FinishManyDeeper) depth += 1
    if ((op === Op.FinishShallower || op === Op.FinishManyShallower) && depth > 0) depth -= 1
  }
}

/**
 * The debug information of a file. Undefined if it has none.
 *
 * @throws BlobError `bad-section` when the ranges are malformed. The offset counts from the start of the section that is named.
 */
export function readDebugInfo(sections: readonly OptionalSection[]): DebugInfo | undefined {
  const section = (id: number): Uint8Array | undefined => sections.find(section => section.id === id)?.bytes
  const strings = section(STRINGS)
  const programs = section(PROGRAMS)
  const ranges = section(RANGES)
  if (strings === undefined || programs === undefined || ranges === undefined) return undefined
  if (programs.length === 0 || ranges.length === 0) return undefined
  if (programs[0] !== VERSION) {
    throw new BlobError('bad-section', 0, `version ${VERSION} of debug section ${PROGRAMS}`, `${programs[0]}`)
  }
  const texts = new Map<number, string | undefined>()
  const decoder = new TextDecoder()
  const stringAt = (offset: number): string | undefined => {
    if (!texts.has(offset)) {
      const text = inSection(STRINGS, () => {
        if (offset > strings.length) throw new BlobError('truncated', offset, 'a string')
        const reader = new Reader(strings, offset)
        return decoder.decode(reader.take(reader.varint32('string length'), 'string'))
      })
      texts.set(offset, text === '' ? undefined : text)
    }
    return texts.get(offset)
  }
  // Every range should have a program of its own, so all of them together are no longer than the section. If many ranges shared one
  // long program, reading them would take time without limit.
  let budget = 2 * programs.length
  const spend = (): void => {
    if (--budget < 0) throw new BlobError('bad-section', 0, 'line programs that do not overlap')
  }
  const known = new Map<DebugRange, readonly DebugRegion[]>()
  return {
    ranges: readRanges(ranges),
    regionsOf(range) {
      let regions = known.get(range)
      if (regions === undefined) {
        regions = inSection(PROGRAMS, () => runLineProgram(programs, range, stringAt, spend))
        known.set(range, regions)
      }
      return regions
    },
  }
}
