// `coulis fuzz`: engines against each other on random programs. Not the generator or the comparison: fuzz/.
import { type Command, InvalidArgumentError, Option } from 'commander'
import { tierPolicy } from '../engine/auto.ts'
import { createEngine, engineStatus } from '../engine/create.ts'
import { ENGINE_KINDS, type EngineKind } from '../engine/engine.ts'
import { FUZZ_STYLES, type FuzzStyle, reduceFinding, type Totals } from '../fuzz/campaign.ts'
import type { FuzzCase } from '../fuzz/case.ts'
import { driveCase } from '../fuzz/drive.ts'
import { EXERCISES, neverReached } from '../fuzz/exercised.ts'
import { compilingEngines } from '../fuzz/kept.ts'
import { formatFinding, type Shows } from '../fuzz/settle.ts'
import { type Shard, WHOLE } from '../fuzz/shard.ts'
import { parseCase } from '../fuzz/text.ts'
import type { InstructionSetName } from '../isa/set.ts'
import type { ProfileName } from '../program/profile.ts'
import { addProgram, type CorpusSet, corpusSet, nameOf, readCorpus } from './corpus-folder.ts'
import { CliError, inFile } from './errors.ts'
import { ExitCode } from './exit-code.ts'
import { readText } from './files.ts'
import { formatCount, formatPlural } from './format.ts'
import { type CampaignEvent, runCampaignJobs } from './fuzz-campaign.ts'
import { isaOption, parseCount, profileOption } from './options.ts'
import { jobsOf, jobsOption } from './pool.ts'
import {
  type BreakdownLine,
  type DifferenceLine,
  formatLine,
  formatShard,
  jsonlOption,
  type ResultLine,
  shardOption,
} from './result-lines.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly seed: string
  readonly shard?: Shard
  readonly programs?: number
  readonly cases?: number
  readonly seconds?: number
  readonly from?: number
  readonly engines?: readonly EngineKind[]
  readonly style: FuzzStyle
  readonly profile?: ProfileName
  readonly isa?: InstructionSetName
  readonly json?: boolean
  readonly watch?: number
  readonly verify: boolean
  readonly jobs?: number
  readonly jsonl?: boolean
  readonly stopAtFirst?: boolean
  readonly report?: boolean
  readonly corpus?: string
  readonly corpusHash?: string
  readonly keep?: boolean
  readonly reduce: boolean
}

const DEFAULT_SECONDS = 10
function parseEngines(text: string): EngineKind[] {
  const engines = text.split(',').map(name => {
    const engine = ENGINE_KINDS.find(known => known === name)
    if (engine === undefined) throw new InvalidArgumentError(`${name} is none of ${ENGINE_KINDS.join(', ')}.`)
    return engine
  })
  if (engines.length < 2) throw new InvalidArgumentError('expected at least two, to compare.')
  return engines
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
function printExercise(counts: ReadonlyMap<string, number>, json: boolean, terminal: Terminal): void {
  const missing = neverReached({ counts })
  const reached = EXERCISES.filter(name => counts.has(name))
  if (json) {
    const times = Object.fromEntries(reached.map(name => [name, counts.get(name)]))
    terminal.line(JSON.stringify({ event: 'report', reached: times, missing }))
    return
  }
  for (const name of reached) terminal.line(`${formatCount(counts.get(name)!).padStart(11)}  ${name}`)
  for (const name of missing) terminal.line(`${terminal.colors.yellow('      never')}  ${name}`)
  terminal.line(`${reached.length} of ${EXERCISES.length} kinds of things that compiled code can do were done\n`)
}

/** The command that runs some cases of the campaign. */
function command(
  { seed, style, profile: name, isa, verify }: Options,
  engines: readonly EngineKind[],
  which: string,
  set: CorpusSet | undefined,
): string {
  const rules = `${name === undefined ? '' : ` --profile ${name}`}${isa === undefined ? '' : ` --isa ${isa}`}`
  const plain = verify ? '' : ' --no-verify'
  const start = set === undefined ? '' : ` --corpus ${set.folder} --corpus-hash ${set.hash}`
  return `coulis fuzz --seed ${seed} ${which} --style ${style} --engines ${engines.join(',')}${rules}${plain}${start}`
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

const SHOWS: Readonly<Record<Shows, string>> = {
  alone: 'in a process that has run nothing else',
  run: 'in a process that has run the cases before it in its run',
  warm: 'only in the process that had run all cases before it; not made small',
  unchecked: 'nobody has looked whether it shows alone; not made small',
}

/** This writes an event as a line of JSON. */
function eventLine(event: CampaignEvent): DifferenceLine | BreakdownLine {
  return event.event === 'difference' ? { event: 'difference', ...event.finding } : event
}

function printEvent(event: CampaignEvent, terminal: Terminal): void {
  const { red } = terminal.colors
  if (event.event !== 'difference') {
    const what = event.event === 'hang' ? 'does not end' : 'ended its process, twice'
    terminal.line(`${red(event.event)} case ${event.case} ${event.error ?? what}\n${event.command}\n`)
    return
  }
  const { finding } = event
  const what = `case ${finding.case}, ${finding.left} and ${finding.right}: ${finding.what}`
  terminal.line(`${red('difference')} in ${what}; ${SHOWS[finding.shows]}\n`)
  terminal.line(finding.text ?? `${finding.command}\n`)
}

async function fuzz(options: Options, terminal: Terminal, version: string | undefined): Promise<number> {
  const engines = enginesOf(options.engines)
  const { seed, style, shard = WHOLE, from = 0, cases, programs, profile, isa, json, jsonl } = options
  const started = performance.now()
  const seconds = (): number => (performance.now() - started) / 1000
  if (options.keep && compilingEngines(engines).length === 0)
    throw new CliError('--keep: none of the engines compiles; expected recompiler or auto among --engines')
  const isBounded = programs !== undefined || cases !== undefined
  let differences = 0
  let breakdowns = 0
  let kept = 0
  const say = (line: object): void => {
    terminal.line(JSON.stringify(line))
    terminal.flush()
  }
  const line = (one: ResultLine): void => {
    terminal.line(formatLine(one))
    terminal.flush()
  }
  const isText = !json && !jsonl
  const part = shard === WHOLE ? '' : ` --shard ${formatShard(shard)}`
  const corpus = options.corpus === undefined ? undefined : corpusSet(options.corpus, options.corpusHash)
  const known = corpus === undefined ? [] : readCorpus(corpus)
  const isNoting = options.report === true || options.keep === true
  const spec = {
    seed,
    style,
    engines,
    profile,
    isa,
    verify: options.verify,
    report: isNoting,
    corpus,
    reduce: options.reduce,
  }
  const { report: _, corpus: __, reduce: ___, ...same } = spec
  if (jsonl)
    line({
      event: 'campaign',
      command: 'fuzz',
      version,
      ...same,
      profile: profile ?? null,
      from,
      cases: cases ?? null,
      ...(corpus && { corpus: corpus.hash }),
      shard: formatShard(shard),
    })
  const { totals, interrupted, exercised } = await runCampaignJobs(
    {
      spec,
      shard,
      from,
      end: cases === undefined ? Number.MAX_SAFE_INTEGER : from + cases,
      programs: programs ?? Number.POSITIVE_INFINITY,
      seconds: options.seconds ?? (isBounded ? Number.POSITIVE_INFINITY : DEFAULT_SECONDS),
      stopAtFirst: options.stopAtFirst === true,
      jobs: jobsOf(options.jobs),
      patience: options.watch ?? Number.POSITIVE_INFINITY,
      again: (first, count) => command(options, engines, `--from ${first} --cases ${count}`, corpus),
      keep: options.keep ? new Set(known.flatMap(({ reached }) => reached)) : undefined,
    },
    {
      onProgram({ case: index, text, reached }) {
        kept += 1
        addProgram(corpus!.folder, text)
        if (jsonl) line({ event: 'program', case: index, name: nameOf(text), reached, text })
      },
      onEvent(event, known) {
        if (event.event === 'crash') breakdowns += 1
        else differences += 1
        if (jsonl) line(eventLine(event))
        else if (json)
          say({
            ...eventLine(event),
            engines,
            seconds: seconds(),
            ...(event.event === 'difference' && { found: event.found }),
            ...known,
          })
        else printEvent(event, terminal)
        terminal.flush()
      },
      onProgress(known) {
        if (json) say({ event: 'progress', engines, seconds: seconds(), ...known })
        else terminal.error(terminal.errorColors.dim(summary(known, seconds())))
      },
    },
  )
  if (options.report) printExercise(exercised, !isText, terminal)
  const { green, red, yellow } = terminal.colors
  const event = interrupted ? 'interrupted' : 'done'
  const found = differences === 0 ? '' : `${red(`${formatPlural(differences, 'difference')}`)}, `
  if (jsonl) line({ event, ...totals })
  else if (json) say({ event, engines, seconds: seconds(), ...totals })
  else if (interrupted) {
    terminal.line(`${yellow('interrupted')}, ${found || 'no difference so far: '}${summary(totals, seconds())}`)
    terminal.line(`seed ${seed}, go on with: ${command(options, engines, `--from ${totals.next}${part}`, corpus)}`)
  } else {
    const result = differences === 0 ? green('no difference') : red(formatPlural(differences, 'difference'))
    terminal.line(`${result} between ${engines.join(', ')}: ${summary(totals, seconds())}`)
  }
  if (corpus !== undefined && isText) {
    const added = options.keep ? `; ${formatCount(kept)} kept` : ''
    terminal.line(
      `started from ${formatPlural(known.length, 'program')} of ${corpus.folder}, corpus ${corpus.hash}${added}`,
    )
  }
  if (breakdowns > 0) return ExitCode.Internal
  if (differences > 0) return ExitCode.Different
  return interrupted ? ExitCode.Interrupted : ExitCode.Ok
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
  const { reduced, reducedFinding } = reduceFinding(read, finding, engines, drive)
  const command = `coulis fuzz ${path} --engines ${engines.join(',')}`
  const text = formatFinding(reduced, reducedFinding, path, command)
  if (json)
    terminal.line(JSON.stringify({ event: 'difference', engines, file: path, command, ...reducedFinding, text }))
  else terminal.line(`${red('difference')} in ${path}\n\n${text}`)
  return ExitCode.Different
}

/** Adds the command. */
export function addFuzz(program: Command, terminal: Terminal, exit: (code: number) => void): void {
  program
    .command('fuzz')
    .argument('[file]', 'a case as text, instead of random ones: runs it, and makes it small where it differs')
    .description(
      'Runs random programs, valid, nearly valid and hostile, on several engines and compares exit, pc, gas, registers, ' +
        'memory and rights at every exit and host call. Goes on to its end; for each difference it prints a program of a ' +
        'few lines that shows it, and the exit code is 1 (docs/testing.md, docs/campaigns.md).',
    )
    .option('--seed <seed>', 'a number or a word; the same seed makes the same programs', '0')
    .addOption(shardOption('cases'))
    .option('--from <index>', 'number of the first case', parseCount)
    .option('--programs <n>', 'stop after that many programs', parseCount)
    .option('--cases <n>', 'the campaign has that many cases, of one to some hundred programs each', parseCount)
    .option('--seconds <n>', `stop after that long; default ${DEFAULT_SECONDS} unless a number is given`, parseCount)
    .option('--engines <list>', `two or more of ${ENGINE_KINDS.join(',')}; default: all there are`, parseEngines)
    .addOption(new Option('--style <style>', 'what cases look like').choices([...FUZZ_STYLES]).default('mixed'))
    .addOption(profileOption())
    .addOption(isaOption())
    .option('--json', 'print a JSON object per line: progress, then done or difference')
    .addOption(jsonlOption())
    .addOption(jobsOption())
    .option('--stop-at-first', 'end at the first difference')
    .option('--watch <seconds>', 'end and report a case that takes longer; in JSON unless --jsonl is given', parseCount)
    .option('--no-verify', 'do not verify the modules that are compiled: faster; a refusal is a difference')
    .option('--no-reduce', 'do not make differences small: the commands of what is found do that, elsewhere')
    .option('--report', 'say what of compiled code the campaign has reached, and what not; modules are not verified')
    .option('--corpus <folder>', 'start from the programs in that folder: as they are, then changed ones')
    .option('--corpus-hash <hash>', 'the programs that a campaign with this corpus started from, no others')
    .option(
      '--keep',
      'put programs that reach something new in compiled code into the corpus; modules are not verified',
    )
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
  coulis fuzz --seed nightly --seconds 3600 --corpus corpus/ --keep
  coulis fuzz report.pvm`,
    )
    .action(async (file: string | undefined, given: Options) => {
      const options = given.watch === undefined || given.jsonl ? given : { ...given, json: true }
      if (options.report && file !== undefined) throw new CliError('--report is for a campaign')
      if (options.json && given.json && options.jsonl) throw new CliError('--json and --jsonl are two ways to print')
      if (file !== undefined && options.corpus !== undefined) throw new CliError('--corpus is for a campaign')
      if (options.corpus === undefined && (options.keep || options.corpusHash !== undefined))
        throw new CliError(`${options.keep ? '--keep' : '--corpus-hash'} needs --corpus, the folder of the programs`)
      if (options.verify && (options.report || options.keep))
        return exit(await fuzz({ ...options, verify: false }, terminal, program.version()))
      if (options.verify) tierPolicy.verify = 'strict'
      exit(file === undefined ? await fuzz(options, terminal, program.version()) : fuzzFile(file, options, terminal))
    })
}
