// `coulis replay`: runs recorded host-call traces again and verifies every line. Not the comparison: that is trace/replay.ts.
import type { Command } from 'commander'
import type { EngineKind } from '../engine/engine.ts'
import { exitName } from '../engine/exit.ts'
import { type Shard, WHOLE } from '../fuzz/shard.ts'
import type { InstructionSetName } from '../isa/set.ts'
import type { ProfileName } from '../program/profile.ts'
import { describeDifference } from '../trace/replay.ts'
import { engineOf } from './engine-of.ts'
import { CliError } from './errors.ts'
import { ExitCode } from './exit-code.ts'
import { formatInterrupted, overFiles } from './file-jobs.ts'
import { listFiles, readBytes } from './files.ts'
import { formatCount, formatPlural } from './format.ts'
import { heatCacheOption } from './heat-cache.ts'
import { toJson } from './json.ts'
import { engineOption, isaOption, jsonOption, profileOption } from './options.ts'
import { jobsOption } from './pool.ts'
import type { ReplayRecord } from './replay-files.ts'
import { type FileLine, formatLine, formatShard, jsonlOption, partOf, shardOption } from './result-lines.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly engine?: EngineKind
  readonly heatCache?: string
  readonly profile?: ProfileName
  readonly isa?: InstructionSetName
  readonly program?: string
  readonly jobs?: number
  readonly shard?: Shard
  readonly jsonl?: boolean
  readonly json?: boolean
}

function shorten(line: string, width: number): string {
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`
}

/** The recorded lines around the difference, and what differs. */
function printDifference({ context, result, reason }: ReplayRecord, terminal: Terminal): void {
  const { difference } = result
  if (difference === undefined) return
  const { red, green, dim } = terminal.colors
  for (const [number, text] of context) {
    const here = number === difference.line
    const line = shorten(text, terminal.width - 10)
    terminal.line(`${here ? red('→') : ' '} ${dim(String(number).padStart(6))}  ${here ? line : dim(line)}`)
  }
  const width = Math.max(...difference.fields.map(({ name }) => name.length))
  for (const { name, expected, actual } of difference.fields) {
    terminal.line(`    ${name.padEnd(width)}  recorded ${green(expected)}  replayed ${red(actual)}`)
  }
  for (const line of reason?.lines ?? []) terminal.line(`    ${line}`)
}

function printResult(replayed: ReplayRecord, terminal: Terminal): void {
  const { file, result, milliseconds } = replayed
  const { green, red, dim } = terminal.colors
  const time = dim(`${milliseconds.toFixed(1)} ms`)
  const calls = formatPlural(result.calls, 'host call')
  if (result.identical) {
    const gas = `${formatCount(result.gasUsed)} gas`
    terminal.line(`${green('ok')}        ${file}  ${calls}, ${exitName(result.exit)}, ${gas}, identical  ${time}`)
    return
  }
  terminal.line(
    `${red('diverges')}  ${file}  ${result.difference!.where} in line ${result.difference!.line}, after ${calls}`,
  )
  printDifference(replayed, terminal)
}

/** A trace as JSON has it. */
function traceJson({ file, result, milliseconds, reason }: ReplayRecord): object {
  return {
    file,
    identical: result.identical,
    hostCalls: result.calls,
    exit: exitName(result.exit),
    exitArg: result.exitArg,
    pc: result.pc,
    gas: result.gas,
    gasUsed: result.gasUsed,
    milliseconds: Number(milliseconds.toFixed(3)),
    ...(result.difference && { difference: result.difference }),
    ...(reason && { reason: reason.json }),
  }
}

/** This writes a trace as a line of results, without the time it took. */
function fileLine(index: number, record: ReplayRecord): FileLine {
  const { milliseconds: _, file: __, ...json } = traceJson(record) as Record<string, unknown>
  const { difference } = record.result
  const what = difference === undefined ? '' : describeDifference(difference)
  return { event: 'file', index, file: record.file, ...json, what }
}

/** Adds the command. */
export function addReplay(program: Command, terminal: Terminal, exit: (code: number) => void): void {
  const version = program.version()
  program
    .command('replay')
    .description(
      'Runs recorded programs again, with the recorded host instead of a real one, and compares every line: host-call index, ' +
        'pc, gas, 13 registers, bytes read, and how it ended. Says where a run first differs.',
    )
    .argument('<trace...>', 'trace files and folders')
    .option('--program <file>', 'run this program instead of the recorded one: what does my change do?')
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
  coulis replay trace-001.log
  coulis replay traces/ --engine interpreter
  coulis replay trace-001.log --program fixed.jam`,
    )
    .action(async (paths: string[], options: Options) => {
      const engine = engineOf(options.engine, options.heatCache)
      const whole = listFiles(paths)
      const part = partOf(whole, options.shard)
      const files = part.map(({ item }) => item)
      const { program: path, profile } = options
      const program = path === undefined ? undefined : { path, bytes: readBytes(path) }
      // Folders hold other files too; a file named explicitly has to be a trace.
      const { results, places, interrupted } = await overFiles(files, {
        name: 'replay',
        options: {
          engine: options.engine,
          heatCache: options.heatCache,
          profile,
          isa: options.isa,
          program,
          named: paths,
        },
        jobs: options.jobs,
      })
      const all = results.filter(result => result !== undefined)
      // A part of few files may have no trace among them.
      if (all.length === 0 && !interrupted && options.shard === undefined)
        throw new CliError(`no recorded trace in ${paths.join(' ')}`)
      const identical = all.filter(({ result }) => result.identical).length
      const different = all.length - identical
      if (options.jsonl) {
        const { shard = WHOLE } = options
        const campaign = {
          engine: engine.kind,
          profile: profile ?? null,
          ...(options.isa && { isa: options.isa }),
          program: path ?? null,
          files: whole.length,
        }
        terminal.line(
          formatLine({
            event: 'campaign',
            command: 'replay',
            version,
            ...campaign,
            shard: formatShard(shard),
          }),
        )
        for (const [i, record] of results.entries())
          if (record !== undefined) terminal.line(formatLine(fileLine(part[places[i]!]!.index, record)))
        terminal.line(formatLine({ event: interrupted ? 'interrupted' : 'done', identical, different }))
      } else if (options.json) {
        const traces = all.map(traceJson)
        terminal.line(
          toJson({ identical, different, engine: engine.kind, ...(interrupted && { interrupted }), traces }),
        )
      } else {
        for (const replayed of all) printResult(replayed, terminal)
        if (all.length !== 1) terminal.line(`${identical} of ${all.length} identical on ${engine.kind}`)
        if (interrupted) terminal.line(formatInterrupted(results.length, files.length, terminal))
      }
      if (interrupted) return exit(ExitCode.Interrupted)
      exit(identical === all.length ? ExitCode.Ok : ExitCode.Different)
    })
}
