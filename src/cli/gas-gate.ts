// `coulis gas --snapshot`, `--check`, `--diff`: what runs cost, kept in a file beside the code, and what has changed since. Not the runs:
// profiled.ts.
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { flatProfile } from '../inside/gas-report.ts'
import { CliError } from './errors.ts'
import { ExitCode } from './exit-code.ts'
import { readText, writeOutput } from './files.ts'
import { formatCount, formatPlural } from './format.ts'
import { type ProfiledOptions, profileRun } from './profiled.ts'
import { formatLog } from './start.ts'
import type { Terminal } from './terminal.ts'

/** What is done with the file. */
export interface GateOptions extends ProfiledOptions {
  readonly snapshot?: true | string
  readonly check?: true | string
  readonly diff?: true | string
  /** Percent that something may grow by. */
  readonly tolerance?: number
  /** The name of the run; default: the file's, with the entry. */
  readonly case?: string
}

/** Gas by function and host call of a run; the empty name is all of it. */
type Costs = Map<string, bigint>

const HEADER = '# coulis gas snapshot 1: case, function or host call, gas'
export const DEFAULT_FILE = '.gas-snapshot'

/** The snapshot's file, if one of the options is given. */
export function snapshotFile({ snapshot, check, diff }: GateOptions): string | undefined {
  const given = [snapshot, check, diff].filter(value => value !== undefined)
  if (given.length === 0) return undefined
  if (given.length > 1) throw new CliError('one of --snapshot, --check and --diff at a time')
  return given[0] === true ? DEFAULT_FILE : (given[0] as string)
}

/** Reads a snapshot. @throws CliError naming the line that is none. */
export function parseSnapshot(text: string, file: string): Map<string, Costs> {
  const lines = text.split(/\r?\n/)
  if (lines[0] !== HEADER) throw new CliError(`line 1: expected '${HEADER}'`, { file })
  const cases = new Map<string, Costs>()
  for (const [i, line] of lines.entries()) {
    if (line === '' || line.startsWith('#')) continue
    const match = /^([^\t]+)\t([^\t]*)\t(-?\d{1,20})$/.exec(line)
    if (match === null) throw new CliError(`line ${i + 1}: expected case, function and gas between tabs`, { file })
    const [, name, part, gas] = match as unknown as [string, string, string, string]
    let costs = cases.get(name)
    if (costs === undefined) cases.set(name, (costs = new Map()))
    if (costs.has(part)) throw new CliError(`line ${i + 1}: ${name} ${part} is there twice`, { file })
    costs.set(part, BigInt(gas))
  }
  return cases
}

/** The text of a snapshot: sorted, so that its history shows what changed. */
export function formatSnapshot(cases: ReadonlyMap<string, Costs>): string {
  const lines: string[] = [HEADER]
  for (const name of [...cases.keys()].sort()) {
    const costs = cases.get(name)!
    for (const part of [...costs.keys()].sort()) lines.push(`${name}\t${part}\t${costs.get(part)}`)
  }
  return `${lines.join('\n')}\n`
}

const oneLine = (name: string): string => name.replace(/\s+/g, ' ').trim()

function runCases(files: readonly string[], options: GateOptions, terminal: Terminal): Map<string, Costs> {
  if (options.case !== undefined && files.length > 1)
    throw new CliError('--case names one run, there are several files')
  const cases = new Map<string, Costs>()
  for (const file of files) {
    const run = profileRun(file, options, false, message => terminal.error(formatLog(message)))
    const costs: Costs = new Map([['', run.gasUsed]])
    for (const { name, gas } of flatProfile(run.counts, run.symbols, run.hostCalls).root.children) {
      const key = oneLine(name) || '(no name)'
      costs.set(key, (costs.get(key) ?? 0n) + gas)
    }
    const entry = options.entry ?? options.export
    const name = oneLine(options.case ?? `${basename(file)}${entry === undefined ? '' : ` ${entry}`}`)
    if (name === '' || name.startsWith('#')) throw new CliError(`--case: '${name}' is no name for a run`)
    if (cases.has(name)) throw new CliError(`two runs are called ${name}: use --case`)
    cases.set(name, costs)
  }
  return cases
}

interface Change {
  readonly name: string
  readonly part: string
  readonly before: bigint | undefined
  readonly after: bigint | undefined
}

function changesOf(before: ReadonlyMap<string, Costs>, after: ReadonlyMap<string, Costs>): Change[] {
  const changes: Change[] = []
  for (const [name, costs] of after) {
    const old = before.get(name) ?? new Map<string, bigint>()
    for (const part of [...new Set([...old.keys(), ...costs.keys()])].sort()) {
      const change = { name, part, before: old.get(part), after: costs.get(part) }
      if (change.before !== change.after) changes.push(change)
    }
  }
  return changes
}

/** Whether it is more than was there, by more than the tolerance. Of a function, it has to have been there. */
function grew({ part, before, after }: Change, tolerance: number): boolean {
  if (after === undefined || (before === undefined && part !== '')) return false
  const limit = (before ?? 0n) * BigInt(Math.round(1000 * (100 + tolerance)))
  return after * 100_000n > limit
}

function describe({ name, part, before, after }: Change): string {
  const what = part === '' ? name : `${name}: ${part}`
  if (before === undefined) return `${what}  ${formatCount(after!)} gas, new`
  if (after === undefined) return `${what}  ${formatCount(before)} gas, gone`
  const by = after - before
  const share = before === 0n ? '' : `, ${by > 0n ? '+' : ''}${(Number((by * 1000n) / before) / 10).toFixed(1)} %`
  return `${what}  ${formatCount(before)} -> ${formatCount(after)} gas${share}`
}

/** Takes, compares or checks the snapshot of these files. */
export function gate(
  files: readonly string[],
  options: GateOptions,
  terminal: Terminal,
  exit: (code: number) => void,
): void {
  const path = snapshotFile(options)!
  const isThere = existsSync(path)
  if (!isThere && options.snapshot === undefined)
    throw new CliError('there is no snapshot yet: --snapshot takes one', { file: path })
  const before = isThere ? parseSnapshot(readText(path), path) : new Map<string, Costs>()
  const after = runCases(files, options, terminal)
  const changes = changesOf(before, after)
  if (options.snapshot !== undefined) {
    writeOutput(path, new TextEncoder().encode(formatSnapshot(new Map([...before, ...after]))))
    for (const change of changes) if (change.part === '') terminal.line(describe(change))
    terminal.line(`${formatPlural(after.size, 'case')} written to ${path}`)
    return
  }
  const tolerance = options.tolerance ?? 0
  const worse = changes.filter(change => grew(change, tolerance))
  const shown = options.diff === undefined ? worse : changes
  const { red, green } = terminal.colors
  for (const change of shown) {
    const text = describe(change)
    const isMore = change.before === undefined || (change.after !== undefined && change.after > change.before)
    terminal.line(isMore ? red(text) : green(text))
  }
  const allowed = tolerance === 0 ? '' : ` by more than ${tolerance} %`
  if (options.diff !== undefined) {
    if (changes.length === 0) terminal.line(`${formatPlural(after.size, 'case')} as in ${path}`)
    return
  }
  if (worse.length === 0) terminal.line(green(`${formatPlural(after.size, 'case')}: nothing grew${allowed}`))
  else {
    terminal.error(`${formatPlural(worse.length, 'cost')} grew${allowed}; --snapshot accepts what is now`)
    exit(ExitCode.Different)
  }
}
