// `coulis corpus`: what the programs that campaigns keep reach, and fewer and smaller ones that reach the same. Not the campaigns:
// fuzz.ts. Not the making small: fuzz/kept.ts.

import type { Command } from 'commander'
import { tierPolicy } from '../engine/auto.ts'
import { startExercise } from '../engine/recompiler/exercise.ts'
import { EXERCISES } from '../fuzz/exercised.ts'
import { coverOf, Reach } from '../fuzz/kept.ts'
import {
  addProgram,
  corpusSet,
  type NamedCase,
  nameOf,
  programsIn,
  readProgram,
  removePrograms,
} from './corpus-folder.ts'
import { CliError } from './errors.ts'
import { ExitCode } from './exit-code.ts'
import { formatCount, formatPlural } from './format.ts'
import { onInterrupt } from './interruption.ts'
import { toJson } from './json.ts'
import { jsonOption } from './options.ts'
import { createProgress } from './progress.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly minimise?: boolean
  readonly json?: boolean
}

/** Attempts at making a program smaller, each a run of it. */
const ATTEMPTS = 3000

const sizeOf = (programs: readonly { readonly text: string }[]): number =>
  programs.reduce((bytes, { text }) => bytes + text.length, 0)

/** Keeps fewer and smaller programs, until Ctrl-C: then what is small already, and the rest as it was. */
async function minimise(folder: string, programs: readonly NamedCase[]): Promise<boolean> {
  tierPolicy.verify = false // modules that say what they do are of no accepted form
  const reach = new Reach(['recompiler', 'auto'], startExercise())
  let interrupted = false
  const ignore = onInterrupt(() => {
    interrupted = true
  })
  try {
    // What a file says that it reaches is what was so when it was written; this is what is so now.
    const now = programs.map(program => ({ ...program, reached: reach.of(program.fuzz) }))
    const chosen = coverOf(now)
    const progress = createProgress(chosen.length, 'minimise')
    const stay = new Set<string>()
    for (const { kept, wanted } of chosen) {
      const small = interrupted ? undefined : reach.keep(kept.fuzz, wanted, ATTEMPTS)
      if (small !== undefined && small.text.length < kept.text.length) {
        addProgram(folder, small.text)
        stay.add(nameOf(small.text))
      } else stay.add(kept.name)
      progress.tick(kept.name)
      await new Promise(resolve => setImmediate(resolve)) // Ctrl-C is seen
    }
    progress.stop()
    removePrograms(
      folder,
      programs.map(({ name }) => name).filter(name => !stay.has(name)),
    )
    return interrupted
  } finally {
    ignore()
  }
}

/** Adds the command. */
export function addCorpus(program: Command, terminal: Terminal, exit: (code: number) => void): void {
  program
    .command('corpus')
    .description(
      'Says how many programs a folder holds that coulis fuzz --keep has filled, their hash, and what they reach in compiled ' +
        'code. With --minimise it keeps the fewest that reach the same, and makes each of them small (docs/campaigns.md).',
    )
    .argument('<folder>', 'where the programs are')
    .option('--minimise', 'remove programs that reach nothing of their own, and make the others small')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  coulis corpus corpus/
  coulis corpus corpus/ --minimise`,
    )
    .action(async (folder: string, options: Options) => {
      const read = (): NamedCase[] => programsIn(folder).map(name => readProgram(folder, name))
      const before = read()
      if (before.length === 0)
        throw new CliError('holds no programs; coulis fuzz --corpus FOLDER --keep adds some', { file: folder })
      const interrupted = options.minimise ? await minimise(folder, before) : false
      const programs = options.minimise ? read() : before
      const { hash } = corpusSet(folder, undefined)
      const reached = new Set(programs.flatMap(({ reached }) => reached))
      const missing = EXERCISES.filter(name => !reached.has(name))
      const [count, bytes] = [programs.length, sizeOf(programs)]
      if (options.json) terminal.line(toJson({ folder, hash, programs: count, bytes, reached: reached.size, missing }))
      else {
        if (options.minimise)
          terminal.line(`of ${formatPlural(before.length, 'program')}, ${formatCount(sizeOf(before))} bytes:`)
        terminal.line(`${formatPlural(count, 'program')}, ${formatCount(bytes)} bytes, corpus ${hash}`)
        terminal.line(`reach ${reached.size} of ${EXERCISES.length} kinds of things that compiled code can do`)
        for (const name of missing) terminal.line(`${terminal.colors.yellow('never')}  ${name}`)
        if (interrupted) terminal.line(`${terminal.colors.yellow('interrupted')}: not all were made small`)
      }
      exit(interrupted ? ExitCode.Interrupted : ExitCode.Ok)
    })
}
