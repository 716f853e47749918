// The names and source lines of code: functions, and for each instruction the place in the source that it comes from.
import type { Assembled } from '../blob/assembly.ts'
import { contentsOf } from '../blob/container.ts'
import { type DebugFrame, type DebugInfo, readDebugInfo } from '../blob/polkavm-debug.ts'
import type { Program } from './program.ts'

/** A stretch of code with a name. `end` is the offset behind it. */
export interface FunctionSymbol {
  readonly name: string
  readonly start: number
  readonly end: number
}

/** A place in a source file. */
export interface SourceLine {
  /** The function that the place is in, with its namespace. */
  readonly function: string | undefined
  readonly path: string | undefined
  readonly line: number | undefined
  readonly column: number | undefined
}

/** What is known about the source of a program. */
export interface Symbols {
  /** These are all functions, ascending. */
  readonly functions: readonly FunctionSymbol[]
  /** The function that contains `pc`. */
  functionAt(pc: number): FunctionSymbol | undefined
  /** The places that `pc` comes from, the innermost first. If its code was inlined, the places that it was inlined into follow. */
  sourceAt(pc: number): readonly SourceLine[]
  /** The names of functions by their starts. `disassemble` and `formatListing` take them as `names`. */
  readonly names: ReadonlyMap<number, string>
}

/** A stretch of code that comes from one place. `end` is the offset behind it. */
export interface SourcePlace {
  readonly start: number
  readonly end: number
  /** The places, the innermost first. */
  readonly lines: readonly SourceLine[]
}

const NOWHERE: readonly SourceLine[] = []

/** The entry that `pc` is in, if there is one. The entries ascend and do not overlap. */
function entryAt<T extends { readonly start: number; readonly end: number }>(
  entries: readonly T[],
  pc: number,
): T | undefined {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (entries[middle]!.start <= pc) low = middle + 1
    else high = middle
  }
  const entry = entries[low - 1]
  return entry !== undefined && pc < entry.end ? entry : undefined
}

function symbolsFrom(functions: readonly FunctionSymbol[], sourceAt: Symbols['sourceAt']): Symbols {
  const names = new Map<number, string>()
  for (const { start, name } of functions) if (!names.has(start)) names.set(start, name)
  return { functions, names, functionAt: pc => entryAt(functions, pc), sourceAt }
}

function fullName({ namespace, function: name }: DebugFrame): string | undefined {
  if (name === undefined) return namespace
  return namespace === undefined ? name : `${namespace}::${name}`
}

/** The frames as places, the innermost first. A frame `call` names the function that is called. Its place is in the function around. */
function placesOf(frames: readonly DebugFrame[]): SourceLine[] {
  const places: SourceLine[] = []
  let inside: string | undefined
  frames.forEach((frame, index) => {
    const { kind, path, line, column } = frame
    if (kind === 'call') places.push({ function: inside, path, line, column })
    else inside = fullName(frame)
    if (kind === 'line' || (kind === 'enter' && index === frames.length - 1)) {
      places.push({ function: inside, path, line, column })
    }
  })
  return places.reverse()
}

function fromDebugInfo(info: DebugInfo, exports: ReadonlyMap<string, number>): Symbols {
  const functions: FunctionSymbol[] = []
  for (const range of info.ranges) {
    const outermost = info.regionsOf(range)[0]?.frames[0]
    const name = outermost === undefined ? undefined : fullName(outermost)
    const last = functions.at(-1)
    if (name === undefined) continue
    // Several ranges in a row with the same name are one function.
    if (last?.name === name && last.end === range.start) functions[functions.length - 1] = { ...last, end: range.end }
    else functions.push({ name, start: range.start, end: range.end })
  }
  const known = new Set(functions.map(({ start }) => start))
  for (const [name, start] of exports) if (!known.has(start)) functions.push({ name, start, end: start + 1 })
  functions.sort((a, b) => a.start - b.start)
  return symbolsFrom(functions, pc => {
    const range = entryAt(info.ranges, pc)
    const region = range === undefined ? undefined : entryAt(info.regionsOf(range), pc)
    return region === undefined ? NOWHERE : placesOf(region.frames)
  })
}

/** @throws TypeError for anything but symbols, naming what is wrong. */
export function checkSymbols(symbols: Symbols): void {
  const { functions, functionAt, sourceAt } = (symbols ?? {}) as Partial<Symbols>
  if (!Array.isArray(functions) || typeof functionAt !== 'function' || typeof sourceAt !== 'function')
    throw new TypeError('symbols: expected what symbolsOf or decodeSymbols returns')
  for (const [i, one] of functions.entries()) {
    const { name, start, end } = (one ?? {}) as Partial<FunctionSymbol>
    if (typeof name !== 'string' || !Number.isInteger(start) || !Number.isInteger(end))
      throw new TypeError(`symbols: functions[${i}]: expected a name, a start and an end`)
  }
}

/** Makes symbols of functions and places. Both have to ascend and must not overlap. */
export function createSymbols(functions: readonly FunctionSymbol[], places: readonly SourcePlace[]): Symbols {
  return symbolsFrom(functions, pc => entryAt(places, pc)?.lines ?? NOWHERE)
}

/** Makes functions of which only the starts are known. Each ends where the next begins. */
function functionsFromStarts(starts: Iterable<readonly [name: string, start: number]>, end: number): FunctionSymbol[] {
  const sorted = [...starts].sort((a, b) => a[1] - b[1])
  return sorted.map(([name, start], index) => ({ name, start, end: Math.max(start, sorted[index + 1]?.[1] ?? end) }))
}

/**
 * The symbols of a program. A `.polkavm` file has them in its debug sections and exports. Other files have none.
 *
 * @throws BlobError `bad-section` when the debug sections are malformed; the program runs all the same.
 */
export function symbolsOf(program: Program): Symbols {
  const { container, exports } = program
  const info = readDebugInfo(contentsOf(container).sections)
  if (info !== undefined) return fromDebugInfo(info, exports)
  return symbolsFrom(functionsFromStarts(exports, program.code.length), () => NOWHERE)
}

/**
 * The symbols of an assembled text: labels are its functions, and every instruction has its line.
 *
 * @param path the name of the text, for messages.
 */
export function symbolsOfText(assembled: Assembled, path: string): Symbols {
  const { labels, lines, parts } = assembled
  const functions = functionsFromStarts(labels, parts.code.length)
  const places = lines.map(({ pc, line }, index) => ({
    start: pc,
    end: lines[index + 1]?.pc ?? parts.code.length,
    line,
  }))
  return symbolsFrom(functions, pc => {
    const place = entryAt(places, pc)
    if (place === undefined) return NOWHERE
    return [{ function: entryAt(functions, pc)?.name, path, line: place.line, column: undefined }]
  })
}
