// `coulis symbols`: names and source lines of a program as a file of their own, for a .jam of the same build. Not the file:
// inside/symbols-file.ts.
import type { Command } from 'commander'
import { encodeSymbols } from '../inside/symbols-file.ts'
import { equalBytes } from '../program/equal-bytes.ts'
import { CliError, inFile } from './errors.ts'
import { writeOutput } from './files.ts'
import { formatPlural } from './format.ts'
import { loadFile } from './load.ts'
import { symbolsFor } from './source.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly output?: string
  readonly for?: string
}

/** Adds the command. */
export function addSymbols(program: Command, terminal: Terminal): void {
  program
    .command('symbols')
    .description(
      'Writes the names and source lines of a .polkavm file, or of assembly text, into a file of their own: beside a .jam of the ' +
        'same build, every command takes them from there (docs/inside/symbols.md).',
    )
    .argument('<file>', 'the .polkavm file, linked without stripping, or assembly text')
    .option('--for <program>', 'the program that they are for: it is compared, and the file is written beside it')
    .option('-o, --output <file>', 'write to this file; default: beside the program of --for, else standard output')
    .addHelpText(
      'after',
      `
Examples:
  coulis symbols service.polkavm --for service.jam
  coulis symbols examples/counter.pvm -o counter.pvmsym`,
    )
    .action((file: string, options: Options) => {
      const loaded = loadFile(file)
      const symbols = inFile(file, () => symbolsFor(loaded))
      if (symbols.functions.length === 0) {
        throw new CliError('no names in it (link it without stripping)', { file })
      }
      if (options.for !== undefined) {
        const other = loadFile(options.for).program
        if (!equalBytes(other.bitmask, loaded.program.bitmask) || other.code.length !== loaded.program.code.length) {
          throw new CliError(`it is of another build than ${options.for}: their instructions start at other places`, {
            file,
          })
        }
      }
      const text = inFile(file, () => encodeSymbols(loaded.program, symbols))
      const output = options.output ?? (options.for === undefined ? undefined : `${options.for}.pvmsym`)
      if (output === undefined) {
        terminal.line(text.replace(/\n$/, ''))
        return
      }
      writeOutput(output, new TextEncoder().encode(text))
      const lines = text.split('\n').filter(line => line.startsWith('line\t')).length
      terminal.line(
        `${output}: ${formatPlural(symbols.functions.length, 'function')}, ${formatPlural(lines, 'source place')}`,
      )
    })
}
