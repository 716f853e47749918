// `coulis conform`: runs test files and folders, says what passes. Not the comparison: that is conform/.
import Table from 'cli-table3'
import type { Command } from 'commander'
import { type ConformReport, createReport } from '../conform/conform.ts'
import type { TestKind } from '../conform/verdict.ts'
import type { EngineKind } from '../engine/engine.ts'
import { type Shard, WHOLE } from '../fuzz/shard.ts'
import type { InstructionSetName } from '../isa/set.ts'
import type { ProfileName } from '../program/profile.ts'
import { engineOf } from './engine-of.ts'
import { CliError } from './errors.ts'
import { ExitCode } from './exit-code.ts'
import { formatInterrupted, overFiles } from './file-jobs.ts'
import { listFiles } from './files.ts'
import { formatPlural } from './format.ts'
import { heatCacheOption } from './heat-cache.ts'
import { toJson } from './json.ts'
import { engineOption, isaOption, jsonOption, profileOption } from './options.ts'
import { jobsOption } from './pool.ts'
import { formatLine, formatShard, jsonlOption, partOf, shardOption } from './result-lines.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly engine?: EngineKind
  readonly heatCache?: string
  readonly profile?: ProfileName
  readonly isa?: InstructionSetName
  readonly jobs?: number
  readonly shard?: Shard
  readonly jsonl?: boolean
  readonly json?: boolean
}

const KIND_NAMES: Readonly<Record<TestKind, string>> = {
  'w3f-vector': 'W3F vectors',
  'gas-model-vector': 'gas-model programs: steps and block costs',
  'gas-model-program': 'gas-model programs: block costs only',
  workload: 'workloads',
  microbench: 'hand-assembled programs',
  'ecalli-trace': 'recorded service runs',
  'accumulate-vector': 'state transitions of accumulation',
  'block-trace': 'recorded blocks: their accumulation',
}

const MISSES_SHOWN = 50

function printReport(report: ConformReport, engine: EngineKind, terminal: Terminal): void {
  const { green, red, yellow, dim, bold } = terminal.colors
  const count = (n: number, color: (text: string) => string): string => (n === 0 ? dim('0') : color(`${n}`))
  const plain = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '' }
  const lines = { 'bottom-left': '', 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '' }
  const table = new Table({
    head: [`on ${engine}`, 'passed', 'failed', 'known'],
    colAligns: ['left', 'right', 'right', 'right'],
    chars: { ...plain, ...lines, right: '', 'right-mid': '', middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  })
  for (const [kind, { passed, failed, known }] of Object.entries(report.kinds)) {
    table.push([KIND_NAMES[kind as TestKind], count(passed, green), count(failed, red), count(known, yellow)])
  }
  if (Object.keys(report.kinds).length > 0) terminal.line(`${table.toString()}\n`)
  for (const { file, what } of report.misses.slice(0, MISSES_SHOWN))
    terminal.line(`${red('miss')}   ${file}\n       ${what}`)
  if (report.misses.length > MISSES_SHOWN) terminal.line(`       … and ${report.misses.length - MISSES_SHOWN} more`)
  for (const { file, what, reason } of report.deviations) {
    terminal.line(`${yellow('known')}  ${file}\n       ${what}\n       ${dim(reason)}`)
  }
  const skipped = report.skipped === 0 ? '' : dim(`, ${report.skipped} files are not tests`)
  const known = report.known === 0 ? '' : `, ${report.known} known deviations`
  terminal.line(`${bold(`${report.passed} passed, ${report.failed} failed`)}${known}${skipped}`)
}

/** Adds the command. */
export function addConform(program: Command, terminal: Terminal, exit: (code: number) => void): void {
  program
    .command('conform')
    .description(
      'Runs test files and whole folders. What a file is shows in its content: a W3F vector, a gas-model vector, a program ' +
        'with a known result or known final state, a recorded service run. Everything else is skipped.\n' +
        'Each kind runs under the rules its suite documents, unless --profile says otherwise.',
    )
    .argument('<path...>', 'files and folders')
    .addOption(engineOption())
    .addOption(heatCacheOption())
    .addOption(profileOption())
    .addOption(isaOption())
    .addOption(jobsOption())
    .addOption(shardOption('files'))
    .addOption(jsonlOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  coulis conform ../shared/vectors
  coulis conform w3f-pvm --profile gp-0.7.2        13 files are known to differ under these rules
  coulis conform traces --engine reference --json
  coulis conform ../shared/vectors --shard 1/4 --jsonl     a part, for coulis merge`,
    )
    .action(async (paths: string[], options: Options) => {
      const engine = engineOf(options.engine, options.heatCache)
      const whole = listFiles(paths)
      const part = partOf(whole, options.shard)
      const files = part.map(({ item }) => item)
      const same = {
        engine: engine.kind,
        profile: options.profile ?? null,
        ...(options.isa && { isa: options.isa }),
        files: whole.length,
      }
      if (options.jsonl)
        terminal.line(
          formatLine({
            event: 'campaign',
            command: 'conform',
            version: program.version(),
            ...same,
            shard: formatShard(options.shard ?? WHOLE),
          }),
        )
      const {
        results: verdicts,
        places,
        interrupted,
      } = await overFiles(files, {
        name: 'conform',
        options: { engine: options.engine, heatCache: options.heatCache, profile: options.profile, isa: options.isa },
        jobs: options.jobs,
      })
      const report = createReport(verdicts)
      if (options.jsonl) {
        const { passed, failed, known, skipped } = report
        for (const [i, verdict] of verdicts.entries())
          if (verdict !== undefined)
            terminal.line(formatLine({ event: 'file', index: part[places[i]!]!.index, ...verdict }))
        terminal.line(formatLine({ event: interrupted ? 'interrupted' : 'done', passed, failed, known, skipped }))
      } else if (options.json) {
        const { passed, failed, known, misses, ...rest } = report
        terminal.line(
          toJson({ passed, failed, known, misses, engine: engine.kind, ...rest, ...(interrupted && { interrupted }) }),
        )
      } else {
        printReport(report, engine.kind, terminal)
        if (interrupted) terminal.line(formatInterrupted(verdicts.length, files.length, terminal))
      }
      if (interrupted) return exit(ExitCode.Interrupted)
      // A part of few files may have no test among them.
      if (report.passed + report.failed + report.known === 0 && options.shard === undefined) {
        throw new CliError(`no test in ${paths.join(' ')}: ${formatPlural(files.length, 'file')} looked at`)
      }
      exit(report.failed > 0 ? ExitCode.Different : ExitCode.Ok)
    })
}
