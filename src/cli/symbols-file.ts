// `--symbols FILE`: names and source lines from another file than the program. Not what symbols are: program/symbols.ts.
import { equalBytes } from '../program/equal-bytes.ts'
import type { Program } from '../program/program.ts'
import type { Symbols } from '../program/symbols.ts'
import { CliError, inFile } from './errors.ts'
import { loadFile } from './load.ts'
import { symbolsFor } from './source.ts'

/**
 * The symbols in a file that has them for this program: the `.polkavm` that a `.jam` was made of.
 *
 * @throws CliError when its code is not the program's.
 */
export function symbolsOfFile(program: Program, file: string | undefined): Symbols | undefined {
  if (file === undefined) return undefined
  const from = loadFile(file)
  if (!equalBytes(from.program.code, program.code))
    throw new CliError('it is of another program: its code is not the same', { file })
  return inFile(file, () => symbolsFor(from))
}
