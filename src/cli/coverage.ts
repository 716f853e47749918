// `coulis coverage`: what of programs some runs have executed, together. Not the runs: profiled.ts.
import type { Command } from 'commander'
import { InvalidArgumentError } from 'commander'
import { listCode } from '../blob/disassembly.ts'
import { lcovOf } from '../inside/profile-files.ts'
import { equalBytes } from '../program/equal-bytes.ts'
import type { Program } from '../program/program.ts'
import type { Symbols } from '../program/symbols.ts'
import { CliError } from './errors.ts'
import { ExitCode } from './exit-code.ts'
import { listFiles, writeOutput } from './files.ts'
import { formatCount, formatPlural } from './format.ts'
import { toJson } from './json.ts'
import { jsonOption } from './options.ts'
import { type ProfiledOptions, profileRun } from './profiled.ts'
import { runOptions } from './profiled-options.ts'
import { formatLog } from './start.ts'
import type { Terminal } from './terminal.ts'

interface Options extends ProfiledOptions {
  readonly output?: string
  readonly annotate?: boolean
  readonly failUnder?: number
  readonly json?: boolean
}

/** A program and how often its runs together executed what. */
interface Covered {
  readonly program: Program
  readonly symbols: Symbols
  readonly files: string[]
  readonly executions: Float64Array
}

interface Row {
  readonly name: string
  readonly start: number | undefined
  total: number
  executed: number
}

/** What is run of a folder: files with names of programs and traces. */
const NAMES = /\.(log|trace|pvm|jam|polkavm)$/

function filesOf(paths: readonly string[]): string[] {
  return listFiles(paths).filter(file => paths.includes(file) || NAMES.test(file))
}

/** The union of all runs, by program. */
function cover(files: readonly string[], options: Options, terminal: Terminal): Covered[] {
  const all: Covered[] = []
  for (const file of files) {
    const run = profileRun(file, options, false, message => terminal.error(formatLog(message)))
    const known = all.find(({ program }) => equalBytes(program.code, run.program.code))
    if (known === undefined) {
      const { program, symbols, counts } = run
      all.push({ program, symbols, files: [file], executions: counts.executions })
      continue
    }
    known.files.push(file)
    for (let pc = 0; pc < known.executions.length; pc++) known.executions[pc]! += run.counts.executions[pc]!
  }
  return all
}

/** Instructions of each function, and how many of them were executed. */
function rowsOf({ program, symbols, executions }: Covered): Row[] {
  const rows = new Map<number | undefined, Row>()
  for (const pc of program.map.offsets) {
    const found = symbols.functionAt(pc)
    let row = rows.get(found?.start)
    if (row === undefined) {
      row = { name: found?.name ?? '(no function)', start: found?.start, total: 0, executed: 0 }
      rows.set(found?.start, row)
    }
    row.total += 1
    if (executions[pc]! > 0) row.executed += 1
  }
  return [...rows.values()]
}

const percent = (part: number, whole: number): string => (whole === 0 ? '0.0' : ((100 * part) / whole).toFixed(1))
const sumOf = (rows: readonly Row[]): { readonly total: number; readonly executed: number } => ({
  total: rows.reduce((sum, { total }) => sum + total, 0),
  executed: rows.reduce((sum, { executed }) => sum + executed, 0),
})

function table(rows: readonly Row[], runs: number, { colors: { bold, dim } }: Terminal): string[] {
  const width = Math.max(20, ...rows.map(({ name }) => name.length))
  const line = (name: string, executed: string, total: string, share: string): string =>
    `${name.padEnd(width)} ${executed.padStart(12)} ${total.padStart(12)} ${share.padStart(7)}`
  const numbers = ({ executed, total }: { readonly executed: number; readonly total: number }) =>
    [formatCount(executed), formatCount(total), percent(executed, total)] as const
  const idle = rows.filter(({ executed }) => executed === 0)
  const out = [bold(line('function', 'executed', 'instructions', '%'))]
  for (const row of rows) if (row.executed > 0) out.push(line(row.name, ...numbers(row)))
  if (idle.length > 0)
    out.push(dim(line(`${formatPlural(idle.length, 'function')} never executed`, ...numbers(sumOf(idle)))))
  out.push('', line(`all, in ${formatPlural(runs, 'run')}`, ...numbers(sumOf(rows))))
  return out
}

/** The whole listing; what was never executed has a minus in front. */
function annotated({ program, symbols, executions }: Covered, { colors: { bold, red } }: Terminal): string[] {
  const out: string[] = []
  let last: string | undefined
  for (const { pc, text } of listCode(program)) {
    const name = symbols.functionAt(pc)?.name
    if (name !== last) out.push(bold(`${name ?? '(no function)'}:`))
    last = name
    const times = executions[pc]!
    const line = `${(times === 0 ? '-' : formatCount(times)).padStart(12)} ${String(pc).padStart(8)}  ${text}`
    out.push(times === 0 ? red(line) : line)
  }
  return out
}

function parsePercent(text: string): number {
  const value = /^\d{1,3}(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (!(value <= 100)) throw new InvalidArgumentError('expected a share of 0 to 100.')
  return value
}

/** The lcov record of all programs that have source lines. */
function lcov(all: readonly Covered[]): string {
  const texts = all.map(({ program, symbols, executions }) => lcovOf(program, { executions }, symbols))
  const known = texts.filter(text => text !== undefined)
  if (known.length === 0) {
    const file = all[0]!.files[0]!
    throw new CliError('no source lines in it, so no lcov (link it without stripping, or name a file with --symbols)', {
      file,
    })
  }
  return known.join('')
}

/** Adds the command. */
export function addCoverage(program: Command, terminal: Terminal, exit: (code: number) => void): void {
  const command = program
    .command('coverage')
    .description(
      'Runs programs, or recorded traces, and says which instructions of which function they executed, all runs of a program ' +
        'together. Programs need nothing built in; those with source lines make lcov files.',
    )
    .argument('<files...>', 'what coulis run takes, recorded traces, or folders of them')
  runOptions(command)
    .option('-o, --output <file>', 'write which source lines ran, in the lcov format')
    .option('--annotate', 'print all instructions, each with how often it was executed')
    .option('--fail-under <percent>', 'exit with 1 when fewer instructions were executed', parsePercent)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  coulis coverage examples/counter.jam --entry accumulate --args 0x2a0003
  coulis coverage traces/ --symbols service.polkavm -o lcov.info
  coulis coverage test-1.pvm test-2.pvm --fail-under 80`,
    )
    .action((paths: readonly string[], options: Options) => {
      const all = cover(filesOf(paths), options, terminal)
      if (all.length === 0) throw new CliError('there is no file in these folders')
      if (options.output !== undefined) writeOutput(options.output, new TextEncoder().encode(lcov(all)))
      const programs = all.map(covered => ({ covered, rows: rowsOf(covered) }))
      if (options.json) {
        terminal.line(
          toJson(programs.map(({ covered, rows }) => ({ files: covered.files, ...sumOf(rows), functions: rows }))),
        )
      } else {
        for (const [i, { covered, rows }] of programs.entries()) {
          if (i > 0) terminal.line()
          if (programs.length > 1) terminal.line(`${covered.files[0]}:`)
          const lines = options.annotate ? annotated(covered, terminal) : table(rows, covered.files.length, terminal)
          for (const line of lines) terminal.line(line)
        }
      }
      const { failUnder } = options
      for (const { covered, rows } of failUnder === undefined ? [] : programs) {
        const { executed, total } = sumOf(rows)
        if (100 * executed >= failUnder! * total) continue
        terminal.error(`${covered.files[0]}: ${percent(executed, total)} % executed, less than ${failUnder} %`)
        exit(ExitCode.Different)
      }
    })
}
