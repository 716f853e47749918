// `coulis fuzz`: engines against each other on random programs. Not the generator or the comparison: fuzz/.
import { type Command, InvalidArgumentError, Option } from 'commander'
import { tierPolicy } from '../engine/auto.ts'
import { createEngine, engineStatus } from '../engine/create.ts'
import { ENGINE_KINDS, type EngineKind } from '../engine/engine.ts'
import { type Exercise, startExercise } from '../engine/recompiler/exercise.ts'
import {
  type CampaignFinding,
  type CampaignOptions,
  createTotals,
  FUZZ_STYLES,
  type FuzzStyle,
  reduceFinding,
  type Totals,
} from '../fuzz/campaign.ts'
import type { FuzzCase } from '../fuzz/case.ts'
import { driveCase } from '../fuzz/drive.ts'
import { EXERCISES, neverReached } from '../fuzz/exercised.ts'
import { formatCase, parseCase } from '../fuzz/text.ts'
import { type ProfileName, profile } from '../program/profile.ts'
import { CliError, inFile } from './errors.ts'
import { ExitCode } from './exit-code.ts'
import { readText } from './files.ts'
import { formatCount } from './format.ts'
import { runSlices } from './fuzz-slices.ts'
import { type CaseEvent, watchFuzz } from './fuzz-watch.ts'
import { parseCount, profileOption } from './options.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly seed: string
  readonly shard?: { readonly index: number; readonly count: number }
  readonly programs?: number
  readonly cases?: number
  readonly seconds?: number
  readonly from?: number
  readonly engines?: readonly EngineKind[]
  readonly style: FuzzStyle
  readonly profile?: ProfileName
  readonly json?: boolean
  readonly watch?: number
  readonly verify: boolean
  readonly heartbeat?: boolean
  readonly report?: boolean
}

const DEFAULT_SECONDS = 10
const PROGRESS_MS = 2000
/** Time for making a difference small; a program that runs for a second cannot be tried thousands of times. */
const REDUCE_MS = 60_000

function parseShard(text: string): { index: number; count: number } {
  const match = /^(\d+)\/(\d+)$/.exec(text)
  const [index, count] = [Number(match?.[1]), Number(match?.[2])]
  if (!(index >= 1 && index <= count)) throw new InvalidArgumentError('expected i/n with 1 <= i <= n.')
  return { index: index - 1, count }
}

function parseEngines(text: string): EngineKind[] {
  const kinds = text.split(',').map(name => {
    const kind = ENGINE_KINDS.find(known => known === name)
    if (kind === undefined) throw new InvalidArgumentError(`${name} is none of ${ENGINE_KINDS.join(', ')}.`)
    return kind
  })
  if (kinds.length < 2) throw new InvalidArgumentError('expected at least two, to compare.')
  return kinds
}

/** The engines asked for, else all that work here; two at least that are not the same under two names. */
function enginesOf(wanted: readonly EngineKind[] | undefined): readonly EngineKind[] {
  const status = engineStatus()
  const engines = wanted ?? status.filter(({ kind, runsOn }) => runsOn === kind).map(({ kind }) => kind)
  const different = new Set(engines.map(kind => createEngine({ kind }).kind))
  // The same engine asked for twice is compared with itself.
  if (different.size >= 2 || (wanted !== undefined && new Set(wanted).size === 1)) return engines
  const reason = status.find(({ reason }) => reason !== undefined)?.reason
  throw new CliError(
    `nothing to compare: ${[...different].join()} is the only engine${reason === undefined ? ' asked for' : ` here, ${reason}`}`,
  )
}

/** What was reached, in the order of the list, and what was not. */
function printExercise(exercise: Exercise, json: boolean, terminal: Terminal): void {
  const missing = neverReached(exercise)
  const reached = EXERCISES.filter(name => exercise.counts.has(name))
  if (json) {
    const counts = Object.fromEntries(reached.map(name => [name, exercise.counts.get(name)]))
    terminal.line(JSON.stringify({ event: 'report', reached: counts, missing }))
    return
  }
  for (const name of reached) terminal.line(`${formatCount(exercise.counts.get(name)!).padStart(11)}  ${name}`)
  for (const name of missing) terminal.line(`${terminal.colors.yellow('      never')}  ${name}`)
  terminal.line(`${reached.length} of ${EXERCISES.length} kinds of things that compiled code can do were done\n`)
}

/** The command that shows the difference again. */
function again({ seed, style, profile: name }: Options, engines: readonly EngineKind[], index: string): string {
  const rules = name === undefined ? '' : ` --profile ${name}`
  return `coulis fuzz --seed ${seed} --from ${index} --cases 1 --style ${style} --engines ${engines.join(',')}${rules}`
}

/** The command that goes on where a campaign was interrupted. */
function goOn({ seed, style, shard, profile: name }: Options, engines: readonly EngineKind[], next: number): string {
  const part = shard === undefined ? '' : ` --shard ${shard.index + 1}/${shard.count}`
  const rules = name === undefined ? '' : ` --profile ${name}`
  return `coulis fuzz --seed ${seed} --from ${next}${part} --style ${style} --engines ${engines.join(',')}${rules}`
}

/** The reproducer: assembly text with how it is run, as test/golden/ has it. */
function reproducer(found: CampaignFinding, command: string): string {
  const { fuzz, reduced, reducedFinding: finding } = found
  const title = [
    `${finding.left} and ${finding.right} differ in ${finding.what}`,
    `after ${finding.path.join('; ')}`,
    `case ${fuzz.label}: ${command}`,
    `expected is what ${finding.left} does`,
  ].join('\n')
  return formatCase(reduced, title, finding.left)
}

function summary(totals: Totals, seconds: number): string {
  const { programs, starts, exits, instructions, cases, rejected, hostCalls } = totals
  return (
    `${formatCount(programs)} programs, ${formatCount(starts)} starts, ${formatCount(exits)} exits, ` +
    `${formatCount(hostCalls)} host calls, ` +
    `${formatCount(instructions)} instructions in ${formatCount(cases)} cases (${formatCount(rejected)} refused); ` +
    `${seconds.toFixed(1)} s, ${formatCount(Math.round(starts / seconds))} starts/s`
  )
}

/** The same campaign in another process, watched. */
function watched(options: Options, seconds: number, terminal: Terminal): Promise<number> {
  const engines = enginesOf(options.engines)
  const {
    seed,
    style,
    shard,
    json: _,
    watch: __,
    heartbeat: ___,
    engines: ____,
    profile: name,
    verify,
    ...numbers
  } = options
  const args = ['fuzz', '--json', '--heartbeat', '--seed', seed, '--style', style, '--engines', engines.join()]
  if (shard !== undefined) args.push('--shard', `${shard.index + 1}/${shard.count}`)
  if (name !== undefined) args.push('--profile', name)
  if (!verify) args.push('--no-verify')
  for (const [key, value] of Object.entries(numbers)) args.push(`--${key}`, `${value}`)
  return watchFuzz({ args, seconds, again: index => again(options, engines, `${index}`) }, terminal)
}

async function fuzz(options: Options, terminal: Terminal): Promise<number> {
  const engines = enginesOf(options.engines)
  const started = performance.now()
  const seconds = (): number => (performance.now() - started) / 1000
  const limit =
    options.seconds ??
    (options.programs === undefined && options.cases === undefined ? DEFAULT_SECONDS : Number.POSITIVE_INFINITY)
  let reported = started
  let reducing: number | undefined
  const report = (totals: Totals, event: string): void => {
    if (options.json) terminal.line(JSON.stringify({ event, engines, seconds: seconds(), ...totals }))
    else if (event === 'progress') terminal.error(terminal.errorColors.dim(summary(totals, seconds())))
    terminal.flush()
  }
  const campaign: CampaignOptions = {
    seed: /^\d+$/.test(options.seed) ? Number(options.seed) : options.seed,
    engines,
    style: options.style,
    ...(options.shard === undefined ? {} : { shard: options.shard }),
    ...(options.from === undefined ? {} : { from: options.from }),
    ...(options.profile === undefined ? {} : { profiles: [profile(options.profile)] }),
    ...(options.heartbeat === true
      ? {
          onCase: (index: number) => {
            terminal.line(JSON.stringify({ event: 'case', index } satisfies CaseEvent))
            terminal.flush()
          },
        }
      : {}),
    tired() {
      reducing ??= performance.now()
      return performance.now() - reducing > REDUCE_MS
    },
    enough(totals) {
      const now = performance.now()
      if (now - reported > PROGRESS_MS) {
        reported = now
        report(totals, 'progress')
      }
      const { programs: most = Number.POSITIVE_INFINITY, cases = Number.POSITIVE_INFINITY } = options
      return totals.programs >= most || totals.cases >= cases || (now - started) / 1000 >= limit
    },
  }
  const totals = createTotals()
  const exercise = options.report ? startExercise() : undefined
  const { difference, interrupted } = await runSlices(campaign, totals)
  if (exercise !== undefined) printExercise(exercise, options.json === true, terminal)
  const { green, red, yellow } = terminal.colors
  if (interrupted) {
    report(totals, 'interrupted')
    if (!options.json) {
      terminal.line(`${yellow('interrupted')}, no difference so far: ${summary(totals, seconds())}`)
      terminal.line(`seed ${options.seed}, go on with: ${goOn(options, engines, totals.next)}`)
    }
    return ExitCode.Interrupted
  }
  if (difference === undefined) {
    report(totals, 'done')
    if (!options.json)
      terminal.line(`${green('no difference')} between ${engines.join(', ')}: ${summary(totals, seconds())}`)
    return ExitCode.Ok
  }
  const found = ((reducing ?? performance.now()) - started) / 1000
  const { label } = difference.fuzz
  const index = label.slice(label.lastIndexOf(':') + 1)
  const command = again(options, engines, index)
  const text = reproducer(difference, command)
  if (options.json) {
    const { reducedFinding } = difference
    terminal.line(
      JSON.stringify({
        event: 'difference',
        engines,
        found,
        seconds: seconds(),
        ...totals,
        command,
        ...reducedFinding,
        text,
      }),
    )
  } else terminal.line(`${red('difference')} after ${summary(totals, seconds())}\n\n${text}`)
  return ExitCode.Different
}

function readCase(path: string): FuzzCase {
  const text = readText(path)
  return inFile(path, () => {
    try {
      const { fuzz } = parseCase(text, path)
      if (fuzz.entries.length === 0) throw new CliError("no line ';! entry PC gas N'")
      return fuzz
    } catch (error) {
      if (error instanceof SyntaxError) throw new CliError(error.message)
      throw error
    }
  })
}

/** A case from a file, a bug report or test/golden/, on the engines; a difference is made small as a random one is. */
function fuzzFile(path: string, { json, engines: wanted }: Options, terminal: Terminal): number {
  const engines = enginesOf(wanted)
  const read = readCase(path)
  const drive = { memory: 'exits' } as const
  const { finding, exits, rejected } = driveCase(read, engines, drive)
  const { green, red } = terminal.colors
  if (rejected) throw new CliError('no program that its profile takes', { file: path })
  if (finding === undefined) {
    if (json) terminal.line(JSON.stringify({ event: 'done', engines, file: path, exits }))
    else
      terminal.line(`${green('no difference')} between ${engines.join(', ')} at ${formatCount(exits)} exits of ${path}`)
    return ExitCode.Ok
  }
  const started = performance.now()
  const found = reduceFinding(read, finding, engines, drive, () => performance.now() - started > REDUCE_MS)
  const command = `coulis fuzz ${path} --engines ${engines.join(',')}`
  const text = reproducer(found, command)
  if (json)
    terminal.line(JSON.stringify({ event: 'difference', engines, file: path, command, ...found.reducedFinding, text }))
  else terminal.line(`${red('difference')} in ${path}\n\n${text}`)
  return ExitCode.Different
}

/** Adds the command. */
export function addFuzz(program: Command, terminal: Terminal, exit: (code: number) => void): void {
  program
    .command('fuzz')
    .argument('[file]', 'a case as text, instead of random ones: runs it, and makes it small where it differs')
    .description(
      'Runs random programs, valid, nearly valid and hostile, on several engines and compares exit, pc, gas, registers,\n' +
        'memory and rights at every exit and host call. Stops at the first difference with exit code 1 and prints a\n' +
        'program of a few lines that shows it (docs/testing.md).',
    )
    .option('--seed <seed>', 'a number or a word; the same seed makes the same programs', '0')
    .option('--shard <i/n>', 'only every n-th case, for n processes', parseShard)
    .option('--from <index>', 'number of the first case', parseCount)
    .option('--programs <n>', 'stop after that many programs', parseCount)
    .option('--cases <n>', 'stop after that many cases, of one to some hundred programs each', parseCount)
    .option('--seconds <n>', `stop after that long; default ${DEFAULT_SECONDS} unless a number is given`, parseCount)
    .option('--engines <list>', `two or more of ${ENGINE_KINDS.join(',')}; default: all there are`, parseEngines)
    .addOption(new Option('--style <style>', 'what cases look like').choices([...FUZZ_STYLES]).default('mixed'))
    .addOption(profileOption())
    .option('--json', 'print a JSON object per line: progress, then done or difference')
    .option(
      '--watch <seconds>',
      'in a process of its own, ended and reported when a case takes longer; JSON',
      parseCount,
    )
    .option('--no-verify', 'do not verify the modules that are compiled: faster; a refusal is a difference')
    .option('--report', 'say what of compiled code the campaign has reached, and what not; modules are not verified')
    .addOption(new Option('--heartbeat').hideHelp())
    .addHelpText(
      'after',
      `
Styles:
  close   few short programs, everything compared at every exit, steps and changes of engine
  short   hundreds of short programs per case, each started several times, for numbers of programs
  long    loops with gas for millions of instructions, for numbers of instructions
  attack  addresses of the engine's own, hostile hosts, the pool, gas near 2^63
  mixed   all of them

Examples:
  coulis fuzz --seconds 60
  coulis fuzz --engines interpreter,recompiler --style long --seed nightly --shard 1/2
  coulis fuzz --seed 7 --from 1234 --cases 1
  coulis fuzz report.pvm`,
    )
    .action(async (file: string | undefined, options: Options) => {
      const { watch, report } = options
      if (report && (watch !== undefined || file !== undefined))
        throw new CliError('--report is for a campaign in this process')
      if (options.verify && !report) tierPolicy.verify = 'strict'
      if (file !== undefined) return exit(fuzzFile(file, options, terminal))
      exit(watch === undefined ? await fuzz(options, terminal) : await watched(options, watch, terminal))
    })
}
