// `coulis gas`: what the basic blocks of a program cost, and why. Not the model: program/pipeline.ts and docs/gas.md.

import { type Command, InvalidArgumentError, Option } from 'commander'
import { listCode } from '../blob/disassembly.ts'
import type { InstructionSetName } from '../isa/set.ts'
import { startOfBlock } from '../program/gas.ts'
import { CHART_LEGEND, pipelineTimeline, renderTimeline } from '../program/pipeline-chart.ts'
import type { ProfileName } from '../program/profile.ts'
import type { Program } from '../program/program.ts'
import { CliError } from './errors.ts'
import { formatCount } from './format.ts'
import { toJson } from './json.ts'
import { FILE_KINDS, type FileKind, loadFile } from './load.ts'
import { isaOption, jsonOption, parseAddress, profileOption } from './options.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly kind?: FileKind
  readonly profile?: ProfileName
  readonly isa?: InstructionSetName
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

/** Adds the command. */
export function addGas(program: Command, terminal: Terminal): void {
  program
    .command('gas')
    .description(
      'Prints the gas of every basic block under the profile, default gp-0.8.0. With --chart, the pipeline timeline that\n' +
        'makes the price: who decodes, waits, executes and retires in each cycle (docs/gas.md).',
    )
    .argument('<file>', 'the program; - reads standard input')
    .option('-c, --chart', 'draw the pipeline timeline')
    .option('--at <offset>', 'only the block that contains this code offset', parseAddress)
    .option('--top <n>', 'only the dearest blocks, dearest first', parseTop)
    .addOption(new Option('-k, --kind <kind>', 'what the file is, where detection errs').choices([...FILE_KINDS]))
    .addOption(profileOption())
    .addOption(isaOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  coulis gas program.pvm
  coulis gas service.jam --profile gas-model-vectors --top 10
  coulis gas program.pvm --chart --at 120`,
    )
    .action((file: string, options: Options) => {
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
      if (options.json) terminal.line(toJson({ file, profile, gasModel: loaded.profile.gasModel, blocks }))
      else if (options.chart)
        printChart(
          loaded,
          blocks.map(({ start }) => start),
          terminal,
        )
      else printTable(loaded, blocks, all, terminal)
    })
}
