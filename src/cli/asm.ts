// `coulis asm`: assembly text to a program file. Not the language: isa/ and docs/assembly.md.
import { type Command, Option } from 'commander'
import { BLOB_KINDS, type BlobKind } from '../blob/container.ts'
import { INSTRUCTION_SETS, type InstructionSetName } from '../isa/set.ts'
import { CliError, inFile } from './errors.ts'
import { readText, writeOutput } from './files.ts'
import { formatPlural, formatSize } from './format.ts'
import { toJson } from './json.ts'
import { assembleProgram, formatWarnings } from './load.ts'
import { jsonOption } from './options.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly output?: string
  readonly format?: BlobKind
  readonly isa?: InstructionSetName
  readonly json?: boolean
}

/** Adds the command. */
export function addAsm(program: Command, terminal: Terminal): void {
  program
    .command('asm')
    .description(
      'Assembles text (docs/assembly.md) to a raw blob, a standard program, a .jam or a .polkavm file: what the text says, or --format.',
    )
    .argument('<file>', 'the text; - reads standard input')
    .option(
      '-o, --output <file>',
      'where the program goes, - for standard output; without it, there if it is no terminal',
    )
    .addOption(new Option('-f, --format <kind>', 'the container').choices([...BLOB_KINDS]))
    .addOption(new Option('--isa <name>', 'the opcode numbers').choices([...INSTRUCTION_SETS]))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  coulis asm examples/counter.pvm -o counter.jam
  coulis disasm service.jam | coulis asm - | cmp - service.jam
  coulis asm program.pvm --isa gp-0.8.0 -o program.pvm`,
    )
    .action((file: string, options: Options) => {
      const text = readText(file)
      const assembled = inFile(file, () =>
        assembleProgram(text, { format: options.format, instructionSet: options.isa }),
      )
      const { bytes, kind, labels, instructionSet, warnings } = assembled
      const { yellow } = terminal.errorColors
      for (const warning of formatWarnings(file, assembled)) terminal.error(`${yellow('warning:')} ${warning}`)
      const isFile = options.output !== undefined && options.output !== '-'
      if (isFile) writeOutput(options.output, bytes)
      if (options.json) {
        const names = Object.fromEntries(labels)
        terminal.line(
          toJson({ file, kind, isa: instructionSet.name, size: bytes.length, bytes, labels: names, warnings }),
        )
      } else if (isFile) {
        terminal.error(`${options.output}: ${kind}, ${formatSize(bytes.length)}, ${formatPlural(labels.size, 'label')}`)
      } else if (process.stdout.isTTY && options.output === undefined) {
        throw new CliError('this would write binary to your terminal; use -o FILE, --json or a pipe')
      } else {
        terminal.bytes(bytes)
      }
    })
}
