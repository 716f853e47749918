// `coulis gas`: what the basic blocks of a program cost, and why. Not the model: program/pipeline.ts and docs/gas.md.

import { type Command, InvalidArgumentError } from 'commander'
import { listCode } from '../blob/disassembly.ts'
import { startOfBlock } from '../program/gas.ts'
import { CHART_LEGEND, pipelineTimeline, renderTimeline } from '../program/pipeline-chart.ts'
import type { Program } from '../program/program.ts'
import { CliError } from './errors.ts'
import { formatCount } from './format.ts'
import type { GateOptions } from './gas-gate.ts'
import { toJson } from './json.ts'
import { loadFile } from './load.ts'
import { jsonOption, parseAddress } from './options.ts'
import { runOptions } from './profiled-options.ts'
import type { Terminal } from './terminal.ts'

interface Options extends GateOptions {
  readonly chart?: boolean
  readonly at?: number
  readonly top?: number
  readonly json?: boolean
}

interface Block {
  readonly start: number
  readonly end: number
  readonly instructions: number
  readonly cost: number
}

function blocksOf(program: Program): Block[] {
  const { map, code } = program
  let at = 0
  return Array.from(map.blocks, (start, i) => {
    const end = map.blocks[i + 1] ?? code.length
    let instructions = 0
    for (; at < map.offsets.length && map.offsets[at]! < end; at++) if (map.offsets[at]! >= start) instructions += 1
    return { start, end, instructions, cost: program.costAt(start) }
  })
}

function printChart(program: Program, starts: readonly number[], terminal: Terminal): void {
  const texts = new Map(listCode(program).map(({ pc, text }) => [pc, text]))
  starts.forEach((start, i) => {
    if (i > 0) terminal.line()
    const chart = renderTimeline(pipelineTimeline(program, start), {
      label: ({ pc, instruction }) => texts.get(pc) ?? instruction.name,
    })
    terminal.line(chart.replace(/\n$/, ''))
  })
  terminal.line(`\n${CHART_LEGEND.join('\n')}`)
}

const MODEL_TEXT = {
  instruction: 'this profile pays 1 per instruction, not per block; the numbers are instruction counts',
  block: 'paid on entering a block: its instruction count',
  pipeline: 'paid on entering a block: its simulated cycles',
} as const

function printTable(program: Program, blocks: readonly Block[], all: number, terminal: Terminal): void {
  const { dim, bold } = terminal.colors
  terminal.line(bold('   block    bytes  instructions    gas'))
  for (const { start, end, instructions, cost } of blocks) {
    const cells = [
      `@${start}`.padStart(8),
      `${end - start}`.padStart(8),
      `${instructions}`.padStart(13),
      formatCount(cost).padStart(6),
    ]
    terminal.line(cells.join(' '))
  }
  terminal.line(
    dim(`${formatCount(blocks.length)} of ${formatCount(all)} blocks; ${MODEL_TEXT[program.profile.gasModel]}`),
  )
}

function parseTop(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('expected a positive number.')
  return Number(text)
}

function parsePercent(text: string): number {
  const value = /^\d{1,4}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN
  if (Number.isNaN(value)) throw new InvalidArgumentError('expected a share in percent, like 2 or 0.5.')
  return value
}

/** These are the prices of one file's blocks. */
function printBlocks(file: string, options: Options, terminal: Terminal): void {
  const { program: loaded, profile } = loadFile(file, { profile: 'gp-0.8.0', ...options })
  let blocks = blocksOf(loaded)
  const all = blocks.length
  if (options.at !== undefined) {
    const { at } = options
    if (at > loaded.code.length) throw new CliError(`--at ${at}: the code has ${loaded.code.length} bytes`)
    const start = startOfBlock(loaded.map, at)
    blocks = blocks.filter(block => block.start === start)
    if (blocks.length === 0) throw new CliError(`--at ${at}: no basic block there`)
  }
  if (options.top !== undefined) blocks = [...blocks].sort((a, b) => b.cost - a.cost).slice(0, options.top)
  const starts = blocks.map(({ start }) => start)
  if (options.json) terminal.line(toJson({ file, profile, gasModel: loaded.profile.gasModel, blocks }))
  else if (options.chart) printChart(loaded, starts, terminal)
  else printTable(loaded, blocks, all, terminal)
}

/** The program of `--snapshot program.pvm`, which is read as the name of the snapshot's file. @throws CliError where there is none. */
function takenForSnapshot(options: Options): [readonly string[], Options] {
  for (const name of ['snapshot', 'check', 'diff'] as const) {
    const file = options[name]
    if (typeof file === 'string') return [[file], { ...options, [name]: true }]
  }
  throw new CliError("missing required argument 'files': the program")
}

/** Adds the command. */
export function addGas(program: Command, terminal: Terminal, exit: (code: number) => void): void {
  const command = program
    .command('gas')
    .description(
      'Prints the gas of every basic block under the profile, default gp-0.8.0. With --chart, the pipeline timeline that ' +
        'makes the price: who decodes, waits, executes and retires in each cycle (docs/gas.md). With --snapshot, --check and ' +
        '--diff it runs programs, or recorded traces, and keeps what they cost in a file (docs/inside/gas-gate.md).',
    )
    .argument('[files...]', 'the program; - reads standard input; several for snapshots')
    .option('-c, --chart', 'draw the pipeline timeline')
    .option('--at <offset>', 'only the block that contains this code offset', parseAddress)
    .option('--top <n>', 'only the dearest blocks, dearest first', parseTop)
    .option('--snapshot [file]', 'run, and write what it costs by function and host call (default: .gas-snapshot)')
    .option('--check [file]', 'run, and exit with 1 when something costs more than the snapshot says')
    .option('--diff [file]', 'run, and print all that differs from the snapshot')
    .option('--tolerance <percent>', 'let costs grow by that much', parsePercent)
    .option('--case <name>', 'the name of this run in the snapshot; default: file and entry')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  coulis gas program.pvm
  coulis gas service.jam --profile gas-model-vectors --top 10
  coulis gas program.pvm --chart --at 120
  coulis gas examples/counter.jam --entry accumulate --args 0x2a0003 --snapshot
  coulis gas traces/*.log --check --tolerance 1`,
    )
    .action(async (given: readonly string[], asked: Options) => {
      const [files, options] = given.length > 0 ? [given, asked] : takenForSnapshot(asked)
      if (options.snapshot ?? options.check ?? options.diff) {
        const { gate } = await import('./gas-gate.ts')
        gate(files, options, terminal, exit)
        return
      }
      if (files.length > 1) throw new CliError('one program at a time, but for --snapshot, --check and --diff')
      printBlocks(files[0]!, options, terminal)
    })
  runOptions(command)
}
