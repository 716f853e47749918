// Source lines for listings: where each instruction comes from, with the text of the line where its file can be found.
// Not the symbols themselves: program/symbols.ts reads them.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { BlobError } from '../blob/error.ts'
import { decodeSymbols, looksLikeSymbols } from '../inside/symbols-file.ts'
import type { CodeLine } from '../isa/disassembler.ts'
import { equalBytes } from '../program/equal-bytes.ts'
import type { Program } from '../program/program.ts'
import { type SourceLine, type Symbols, symbolsOf, symbolsOfText } from '../program/symbols.ts'
import { CliError, inFile } from './errors.ts'
import { readBytes, readText } from './files.ts'
import { type Loaded, loadFile } from './load.ts'

/** Names and source lines, in the form `formatListing` takes. */
export interface SourceView {
  readonly names: ReadonlyMap<number, string>
  before(line: CodeLine): readonly string[]
}

/** Source files are shown, not loaded: what is larger is not what a person wrote. */
const MAX_SOURCE = 16 * 2 ** 20

/** The symbols file beside a program `service.jam` is `service.jam.pvmsym`. */
function besideOf(file: string, program: Program): Symbols | undefined {
  const side = `${file}.pvmsym`
  if (file === '-' || !existsSync(side)) return undefined
  return inFile(side, () => decodeSymbols(readText(side), program))
}

/**
 * A file has its symbols in debug sections, exports, or the lines of assembly text. A program without any has those in a file
 * beside it.
 *
 * @throws CliError when that file is of another program.
 */
export function symbolsFor(loaded: Loaded): Symbols {
  const { assembled, file, program } = loaded
  if (assembled !== undefined) return symbolsOfText(assembled, file)
  const own = symbolsOf(program)
  return own.functions.length > 0 ? own : (besideOf(file, program) ?? own)
}

/** The same, or nothing where the file's debug sections are broken: the program runs all the same. */
export function symbolsIn(loaded: Loaded): Symbols | undefined {
  try {
    return symbolsFor(loaded)
  } catch (error) {
    if (error instanceof BlobError) return undefined
    throw error
  }
}

/**
 * The symbols in another file for this program: a symbols file, or the `.polkavm` that a `.jam` was made of.
 *
 * @throws CliError when it is of another program.
 */
export function symbolsOfFile(program: Program, file: string): Symbols {
  const text = new TextDecoder().decode(readBytes(file))
  if (looksLikeSymbols(text)) return inFile(file, () => decodeSymbols(text, program))
  const from = loadFile(file)
  if (!equalBytes(from.program.bitmask, program.bitmask) || from.program.code.length !== program.code.length) {
    throw new CliError('it is of another program: its instructions start at other places', { file })
  }
  return inFile(file, () => symbolsFor(from))
}

/** Finds the text of source lines: absolute paths, then beside the program, then from here. */
function createReader(program: string): (path: string, line: number) => string | undefined {
  const files = new Map<string, readonly string[]>()
  return (path, line) => {
    let lines = files.get(path)
    if (lines === undefined) {
      const places = isAbsolute(path) ? [path] : [join(dirname(program), path), path]
      const found = places.find(
        place => existsSync(place) && statSync(place).isFile() && statSync(place).size < MAX_SOURCE,
      )
      lines = found === undefined ? [] : readFileSync(found, 'utf8').split(/\r?\n/)
      files.set(path, lines)
    }
    return lines[line - 1]?.trim()
  }
}

/**
 * These are the source lines for a listing of `loaded`.
 *
 * @param symbolsFile a file to take names and lines from instead, such as the `.polkavm` a `.jam` was made of.
 * @throws CliError when there are no source lines, or broken ones.
 */
export function createSourceView(loaded: Loaded, symbolsFile?: string): SourceView {
  const file = symbolsFile ?? loaded.file
  const symbols =
    symbolsFile === undefined ? inFile(file, () => symbolsFor(loaded)) : symbolsOfFile(loaded.program, symbolsFile)
  if (!loaded.program.map.offsets.some(pc => symbols.sourceAt(pc).length > 0)) {
    throw new CliError(
      'no source lines in it (link it without stripping, or name a file that has them with --symbols)',
      { file },
    )
  }
  const textOf = createReader(file)
  let last = ''
  const place = ({ function: name, path, line }: SourceLine): string => {
    const text = path === undefined || line === undefined ? undefined : textOf(path, line)
    return `${path ?? '?'}:${line ?? '?'}${name === undefined ? '' : ` ${name}`}${text === undefined ? '' : `: ${text}`}`
  }
  return {
    names: symbols.names,
    before({ pc }) {
      const places = symbols.sourceAt(pc).map(place)
      const key = places.join('\n')
      if (key === last) return []
      last = key
      return places.map((text, depth) => (depth === 0 ? `; ${text}` : `;   in ${text}`))
    },
  }
}
