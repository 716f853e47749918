// `coulis replay`: runs recorded host-call traces again and verifies every line. Not the comparison: that is trace/replay.ts.
import type { Command } from 'commander'
import type { Engine, EngineKind, Vm } from '../engine/engine.ts'
import { exitName } from '../engine/exit.ts'
import type { ExitReason } from '../inside/reason.ts'
import type { ProfileName } from '../program/profile.ts'
import { loadProgram, type Program } from '../program/program.ts'
import { looksLikeTrace, parseTrace } from '../trace/parse.ts'
import { isStandardTrace, type Replay, replay } from '../trace/replay.ts'
import { engineOf } from './engine-of.ts'
import { CliError, ExitCode, inFile } from './errors.ts'
import { listFiles, readBytes, readText } from './files.ts'
import { formatCount, formatPlural } from './format.ts'
import { toJson } from './json.ts'
import { engineOption, jsonOption, profileOption } from './options.ts'
import { createProgress } from './progress.ts'
import { reasonJson, reasonLines, stopReason } from './stop-reason.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly engine?: EngineKind
  readonly profile?: ProfileName
  readonly program?: string
  readonly json?: boolean
}

interface Replayed {
  readonly file: string
  readonly text: string
  readonly result: Replay
  readonly milliseconds: number
  /** Why the machine stopped where the runs differ, if it panicked, faulted or ran out of gas. */
  readonly reason: ExitReason | undefined
}

function replayFile(file: string, engine: Engine, options: Options): Replayed {
  const text = readText(file)
  return inFile(file, () => {
    const trace = parseTrace(text)
    const profile = options.profile ?? 'gp-0.7.2'
    let program: Program | undefined
    if (options.program !== undefined) {
      const path = options.program
      const kind = isStandardTrace(trace) ? {} : ({ kind: 'raw' } as const)
      program = inFile(path, () => loadProgram(readBytes(path), { profile, ...kind }))
    }
    const start = performance.now()
    let reason: ExitReason | undefined
    const onDifference = (vm: Vm): void => {
      reason = stopReason(vm, undefined, undefined)
    }
    const result = replay(trace, { engine, profile, onDifference, ...(program && { program }) })
    return { file, text, result, milliseconds: performance.now() - start, reason }
  })
}

function shorten(line: string, width: number): string {
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`
}

/** The recorded lines around the difference, and what differs. */
function printDifference({ text, result, reason }: Replayed, terminal: Terminal): void {
  const { difference } = result
  if (difference === undefined) return
  const { red, green, dim } = terminal.colors
  const lines = text.split(/\r?\n/)
  for (let number = Math.max(difference.line - 3, 1); number <= Math.min(difference.line + 1, lines.length); number++) {
    const here = number === difference.line
    const line = shorten(lines[number - 1]!, terminal.width - 10)
    terminal.line(`${here ? red('→') : ' '} ${dim(String(number).padStart(6))}  ${here ? line : dim(line)}`)
  }
  const width = Math.max(...difference.fields.map(({ name }) => name.length))
  for (const { name, expected, actual } of difference.fields) {
    terminal.line(`    ${name.padEnd(width)}  recorded ${green(expected)}  replayed ${red(actual)}`)
  }
  for (const line of reason === undefined ? [] : reasonLines(reason, 'hex')) terminal.line(`    ${line}`)
}

function printResult(replayed: Replayed, terminal: Terminal): void {
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

/** Adds the command. */
export function addReplay(program: Command, terminal: Terminal, exit: (code: number) => void): void {
  program
    .command('replay')
    .description(
      'Runs recorded programs again, with the recorded host instead of a real one, and compares every line: host-call index,\n' +
        'pc, gas, 13 registers, bytes read, and how it ended. Says where a run first differs.',
    )
    .argument('<trace...>', 'trace files and folders')
    .option('--program <file>', 'run this program instead of the recorded one: what does my change do?')
    .addOption(engineOption())
    .addOption(profileOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  coulis replay trace-001.log
  coulis replay traces/ --engine interpreter
  coulis replay trace-001.log --program fixed.jam`,
    )
    .action((paths: string[], options: Options) => {
      const engine = engineOf(options.engine)
      // Folders hold other files too; a file named explicitly has to be a trace.
      const files = listFiles(paths).filter(file => paths.includes(file) || looksLikeTrace(readText(file)))
      if (files.length === 0) throw new CliError(`no recorded trace in ${paths.join(' ')}`)
      const progress = createProgress(files.length, 'replay')
      const all = files.map(file => {
        progress.tick(file)
        return replayFile(file, engine, options)
      })
      progress.stop()
      const identical = all.filter(({ result }) => result.identical).length
      if (options.json) {
        const traces = all.map(({ file, result, milliseconds, reason }) => ({
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
          ...(reason && { reason: reasonJson(reason) }),
        }))
        terminal.line(toJson({ identical, different: all.length - identical, engine: engine.kind, traces }))
      } else {
        for (const replayed of all) printResult(replayed, terminal)
        if (all.length !== 1) terminal.line(`${identical} of ${all.length} identical on ${engine.kind}`)
      }
      exit(identical === all.length ? ExitCode.Ok : ExitCode.Different)
    })
}
