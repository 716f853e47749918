// `coulis disasm`: a program as assembly text, or as a listing for people. Not the language: isa/ and docs/assembly.md.

import type { Command } from 'commander'
import { disassemble, formatListing, listCode } from '../blob/disassembly.ts'
import type { CodeLine } from '../isa/disassembler.ts'
import type { InstructionSetName } from '../isa/set.ts'
import type { ProfileName } from '../program/profile.ts'
import { CliError } from './errors.ts'
import { formatCount } from './format.ts'
import { toJson } from './json.ts'
import { kindOption } from './kind-option.ts'
import { type FileKind, type Loaded, loadFile } from './load.ts'
import { isaOption, jsonOption, parseAddress, profileOption } from './options.ts'
import { createSourceView, symbolsIn, symbolsOfFile } from './source.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly kind?: FileKind
  readonly profile?: ProfileName
  readonly isa?: InstructionSetName
  readonly listing?: boolean
  readonly bytes?: boolean
  readonly gas?: boolean
  readonly source?: boolean
  readonly functions?: boolean
  readonly symbols?: string
  readonly from?: number
  readonly to?: number
  readonly json?: boolean
}

/** A line before the first instruction of each function: those that symbols name, else those that are found in the code. */
async function functionLines(loaded: Loaded, symbolsFile: string | undefined): Promise<ReadonlyMap<number, string>> {
  const { program } = loaded
  const symbols = symbolsFile === undefined ? symbolsIn(loaded) : symbolsOfFile(program, symbolsFile)
  const { withFunctions } = await import('../inside/functions.ts') // it takes the engine along
  const { functions } = withFunctions(program, symbols)
  return new Map(
    functions.map(({ name, start, end }) => [start, `; function ${name}, ${formatCount(end - start)} bytes`]),
  )
}

async function listingOf(loaded: Loaded, options: Options): Promise<string> {
  const { program } = loaded
  const hasLines = options.source || (options.symbols !== undefined && !options.functions)
  const view = hasLines ? createSourceView(loaded, options.symbols) : undefined
  const functions = options.functions ? await functionLines(loaded, options.symbols) : undefined
  const before = (line: CodeLine): readonly string[] => {
    const head = functions?.get(line.pc)
    return [...(head === undefined ? [] : [head]), ...(view?.before(line) ?? [])]
  }
  return formatListing(program, {
    names: view?.names ?? loaded.names,
    ...((view !== undefined || functions !== undefined) && { before }),
    bytes: options.bytes ?? false,
    from: options.from ?? 0,
    ...(options.to === undefined ? {} : { to: options.to }),
    ...(options.gas && { note: line => (line.blockStart ? `block: ${program.costAt(line.pc)} gas` : undefined) }),
  })
}

/** Adds the command. */
export function addDisasm(program: Command, terminal: Terminal): void {
  program
    .command('disasm')
    .description(
      'Prints assembly text that `coulis asm` turns into the very same bytes. With --listing, --bytes, --gas, --source, ' +
        '--functions, --from or --to it prints a listing for reading: offsets, labels, blocks.',
    )
    .argument('<file>', 'the program; - reads standard input')
    .option('-l, --listing', 'a listing for reading')
    .option('-b, --bytes', 'a listing with the bytes of each instruction')
    .option('-g, --gas', 'a listing with the gas of each block')
    .option('-s, --source', 'a listing with source lines, for files with debug sections and for assembly text')
    .option(
      '--functions',
      'a listing that says where functions begin: those that are named, else those that the code shows',
    )
    .option(
      '--symbols <file>',
      'take names and source lines from this file of the same code, such as the .polkavm of a .jam',
    )
    .option('--from <offset>', 'start the listing at this code offset', parseAddress)
    .option('--to <offset>', 'end the listing before this code offset', parseAddress)
    .addOption(kindOption())
    .addOption(profileOption())
    .addOption(isaOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  coulis disasm service.jam > service.pvm
  coulis disasm service.jam | coulis asm - -o same.jam
  coulis disasm service.jam --gas --from 5 --to 400
  coulis disasm vector.json --bytes
  coulis disasm service.jam --functions
  coulis disasm contract.polkavm --source`,
    )
    .action(async (file: string, options: Options) => {
      const loaded = loadFile(file, options)
      const { from = 0, to = Number.POSITIVE_INFINITY } = options
      const size = loaded.program.code.length
      if (from > 0 && from >= size) throw new CliError(`--from ${from}: the code has ${size} bytes`)
      if (to <= from) throw new CliError(`--to ${to}: nothing is between --from ${from} and that`)
      if (options.json) {
        const lines = listCode(loaded.program, loaded).filter(({ pc }) => pc >= from && pc < to)
        const json = lines.map(({ pc, length, instruction, text, comment, label, blockStart, target }) => ({
          pc,
          bytes: loaded.program.code.subarray(pc, pc + length),
          name: instruction?.name ?? null,
          text,
          ...(comment === undefined ? {} : { comment }),
          ...(label === undefined ? {} : { label }),
          ...(target === undefined ? {} : { target }),
          blockStart,
        }))
        terminal.line(toJson({ file, profile: loaded.profile, instructions: json }))
        return
      }
      const reading =
        [options.listing, options.bytes, options.gas, options.source, options.functions].includes(true) ||
        [options.symbols, options.from, options.to].some(option => option !== undefined)
      const text = reading ? await listingOf(loaded, options) : disassemble(loaded.program, loaded)
      terminal.line(text.replace(/\n$/, ''))
    })
}
