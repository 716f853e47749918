// Names and source lines for programs that did not come from a file themselves, such as the codes of a state. Not the reading of
// symbols: source.ts.
import { BlobError } from '../blob/error.ts'
import { equalBytes } from '../program/equal-bytes.ts'
import type { Program } from '../program/program.ts'
import type { Symbols } from '../program/symbols.ts'
import { CliError } from './errors.ts'
import { type Loaded, loadFile } from './load.ts'
import { symbolsIn } from './source.ts'

/** The file as a program; undefined where it is none, which is for others to say. */
function loadedFrom(file: string): Loaded | undefined {
  try {
    return loadFile(file)
  } catch (error) {
    if (error instanceof CliError || error instanceof BlobError) return undefined
    throw error
  }
}

/** The symbols of programs, looked for in files that may have the same code. Nothing is read before somebody asks. */
export class ProgramSymbols {
  readonly #files: string[] = []
  #loaded: readonly Loaded[] | undefined

  /** These are files that programs may have come from. */
  addFiles(files: readonly string[]): void {
    this.#files.push(...files)
    this.#loaded = undefined
  }

  /**
   * The symbols in the file with this program's code, or beside it.
   *
   * @throws CliError when the symbols file beside it is of another program.
   */
  of({ code, bitmask }: Program): Symbols | undefined {
    this.#loaded ??= this.#files.flatMap(file => loadedFrom(file) ?? [])
    const from = this.#loaded.find(
      ({ program }) => equalBytes(program.code, code) && equalBytes(program.bitmask, bitmask),
    )
    return from && symbolsIn(from)
  }
}
