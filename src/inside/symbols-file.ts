// Symbols as a file of their own, beside a program that has none: a `.jam` and the `.polkavm` it was made of (docs/inside/symbols.md).
// Not what symbols are: program/symbols.ts.
import { checkProgram } from '../engine/check.ts'
import { blake2b } from '../hash/blake2b.ts'
import type { Program } from '../program/program.ts'
import {
  checkSymbols,
  createSymbols,
  type FunctionSymbol,
  type SourceLine,
  type SourcePlace,
  type Symbols,
} from '../program/symbols.ts'
import { hexFromBytes } from '../trace/hex.ts'

/** What can be wrong with a symbols file. */
export type SymbolsErrorCode = 'not-symbols' | 'bad-line' | 'bad-order' | 'other-program'

/** A symbols file is malformed, or of another program. */
export class SymbolsError extends Error {
  override readonly name = 'SymbolsError'
  readonly code: SymbolsErrorCode
  /** This is the line of the file, from 1. */
  readonly line: number

  constructor(code: SymbolsErrorCode, line: number, message: string) {
    super(`line ${line}: ${message}`)
    this.code = code
    this.line = line
  }
}

const HEADER = '# coulis symbols 1'
const MOST_INLINED = 64

/** Whether a text is a symbols file. */
export function looksLikeSymbols(text: string): boolean {
  return text.startsWith(`${HEADER}\n`) || text.startsWith(`${HEADER}\r\n`)
}

/** What tells builds apart and stays when a file is put into another container: where instructions start. */
function identity({ code, bitmask }: Program): string {
  return `${code.length}\t${hexFromBytes(blake2b(bitmask))}`
}

/** Names go to terminals: control characters would do something there. */
const CONTROL = /\p{Cc}/u

const text = (value: string | undefined): string => (value === undefined ? '' : value.replace(/\p{Cc}/gu, ' '))
const number = (value: number | undefined): string => (value === undefined ? '' : `${value}`)

function sameLines(a: readonly SourceLine[], b: readonly SourceLine[]): boolean {
  return (
    a.length === b.length &&
    a.every((one, i) => {
      const two = b[i]!
      return (
        one.function === two.function && one.path === two.path && one.line === two.line && one.column === two.column
      )
    })
  )
}

/** Stretches of code that come from one place. */
function placesOf({ map, code }: Program, { sourceAt }: Symbols): SourcePlace[] {
  const places: { start: number; end: number; lines: readonly SourceLine[] }[] = []
  const { offsets } = map
  for (let i = 0; i < offsets.length; i++) {
    const start = offsets[i]!
    const end = offsets[i + 1] ?? code.length
    const lines = sourceAt(start)
    if (lines.length === 0) continue
    const last = places.at(-1)
    if (last !== undefined && last.end === start && sameLines(last.lines, lines)) last.end = end
    else places.push({ start, end, lines })
  }
  return places
}

/**
 * A symbols file is for a program and every other file with the same code.
 *
 * @throws BlobError `bad-section` when the debug sections that the symbols come from are malformed; TypeError naming the argument.
 */
export function encodeSymbols(program: Program, symbols: Symbols): string {
  checkProgram(program)
  checkSymbols(symbols)
  const out = [HEADER, `code\t${identity(program)}`]
  let behind = 0
  for (const { start, end, name } of symbols.functions) {
    if (start < behind || end <= start || text(name).trim() === '') continue // what no reader would find
    out.push(`function\t${start}\t${end}\t${text(name)}`)
    behind = end
  }
  for (const { start, end, lines } of placesOf(program, symbols)) {
    for (const [depth, { function: name, path, line, column }] of lines.slice(0, MOST_INLINED).entries()) {
      const head = depth === 0 ? `line\t${start}\t${end}` : 'in'
      out.push(`${head}\t${text(path)}\t${number(line)}\t${number(column)}\t${text(name)}`)
    }
  }
  return `${out.join('\n')}\n`
}

/** Reads the lines of a symbols file. */
class SymbolsReader {
  readonly functions: FunctionSymbol[] = []
  readonly places: { start: number; end: number; lines: SourceLine[] }[] = []
  readonly #codeLength: number

  constructor(codeLength: number) {
    this.#codeLength = codeLength
  }

  #number(value: string | undefined, line: number, most: number): number {
    const read = value !== undefined && /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN
    if (!(read <= most))
      throw new SymbolsError('bad-line', line, `expected a number up to ${most}, found '${value ?? ''}'`)
    return read
  }

  #range(cells: readonly string[], line: number, before: number): { readonly start: number; readonly end: number } {
    const start = this.#number(cells[1], line, this.#codeLength)
    const end = this.#number(cells[2], line, this.#codeLength)
    if (start < before || end <= start)
      throw new SymbolsError('bad-order', line, `${start}…${end} is not behind what came before`)
    return { start, end }
  }

  #place(cells: readonly string[], line: number): SourceLine {
    const optional = (value: string | undefined): number | undefined =>
      value === undefined || value === '' ? undefined : this.#number(value, line, 2 ** 32 - 1)
    const [path, row, column, name] = cells
    return { function: name || undefined, path: path || undefined, line: optional(row), column: optional(column) }
  }

  read(text: string, line: number): void {
    const cells = text.split('\t')
    const count = cells[0] === 'function' ? 4 : cells[0] === 'line' ? 7 : cells[0] === 'in' ? 5 : undefined
    if (cells.some(cell => CONTROL.test(cell))) throw new SymbolsError('bad-line', line, 'it has control characters')
    if (count === undefined)
      throw new SymbolsError('bad-line', line, `'${cells[0]!.slice(0, 40)}' is none of function, line, in`)
    if (cells.length !== count) {
      throw new SymbolsError('bad-line', line, `expected ${count} cells between tabs, found ${cells.length}`)
    }
    if (cells[0] === 'function') {
      const range = this.#range(cells, line, this.functions.at(-1)?.end ?? 0)
      if (cells[3]!.trim() === '') throw new SymbolsError('bad-line', line, 'a function without a name')
      this.functions.push({ name: cells[3]!, ...range })
    } else if (cells[0] === 'line') {
      const range = this.#range(cells, line, this.places.at(-1)?.end ?? 0)
      this.places.push({ ...range, lines: [this.#place(cells.slice(3), line)] })
    } else {
      const place = this.places.at(-1)
      if (place === undefined || place.lines.length >= MOST_INLINED) {
        throw new SymbolsError(
          'bad-order',
          line,
          place === undefined ? 'there is no line before it' : 'inlined too deep',
        )
      }
      place.lines.push(this.#place(cells.slice(1), line))
    }
  }
}

/**
 * These are the symbols in a symbols file.
 *
 * @throws SymbolsError with code and line when it is malformed, or of another program.
 */
export function decodeSymbols(file: string, program: Program): Symbols {
  if (typeof file !== 'string') throw new TypeError('file: expected the text of a symbols file')
  checkProgram(program)
  const lines = file.split(/\r?\n/)
  if (lines[0] !== HEADER) throw new SymbolsError('not-symbols', 1, `expected '${HEADER}'`)
  if (!/^code\t\d{1,10}\t[0-9a-f]{64}$/.test(lines[1] ?? '')) {
    throw new SymbolsError('bad-line', 2, 'expected code, its length and the hash of its bitmask')
  }
  if (lines[1] !== `code\t${identity(program)}`) {
    throw new SymbolsError(
      'other-program',
      2,
      'it is of another program: make it again, from the same build (coulis symbols)',
    )
  }
  const reader = new SymbolsReader(program.code.length)
  for (let i = 2; i < lines.length; i++) {
    const line = lines[i]!
    if (line !== '' && !line.startsWith('#')) reader.read(line, i + 1)
  }
  return createSymbols(reader.functions, reader.places)
}
