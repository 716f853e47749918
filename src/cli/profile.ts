// `coulis profile`: which functions, lines and host calls a run's gas goes to. Not the run: profiled.ts; not the counting: inside/.
import { gzipSync } from 'node:zlib'
import { type Command, Option } from 'commander'
import { listCode } from '../blob/disassembly.ts'
import { flatProfile, gasByFunction, hostCallName } from '../inside/gas-report.ts'
import type { GasProfile } from '../inside/profile.ts'
import { cpuProfileJson, foldedStacks, speedscopeJson } from '../inside/profile-files.ts'
import { pprofBytes } from '../inside/profile-pprof.ts'
import { exitCodeOf } from './errors.ts'
import { writeOutput } from './files.ts'
import { formatCount } from './format.ts'
import { toJson } from './json.ts'
import { jsonOption, parseCount } from './options.ts'
import { endOf, type ProfiledOptions, type ProfiledRun, profileRun } from './profiled.ts'
import { runOptions } from './profiled-options.ts'
import { formatLog } from './start.ts'
import type { Terminal } from './terminal.ts'

const FORMATS = ['table', 'speedscope', 'cpuprofile', 'pprof', 'folded'] as const
type Format = (typeof FORMATS)[number]

interface Options extends ProfiledOptions {
  readonly format: Format
  readonly output?: string
  readonly tree?: boolean
  readonly annotate?: boolean
  readonly top: number
  readonly json?: boolean
}

function share(gas: bigint, total: bigint): string {
  return total === 0n ? '0.0' : (Number((gas * 1000n) / total) / 10).toFixed(1)
}

function table(run: ProfiledRun, top: number, { colors: { bold, dim } }: Terminal): string[] {
  const { gasUsed, hostCalls, counts } = run
  const rows = gasByFunction(counts, run.symbols)
  const shown = rows.slice(0, top)
  const width = Math.max(
    20,
    ...shown.map(({ name }) => name.length),
    ...hostCalls.map(call => hostCallName(call).length),
  )
  const line = (name: string, ...cells: string[]): string =>
    [name.padEnd(width), ...cells.map((cell, i) => cell.padStart([15, 7, 15, 12][i]!))].join(' ')
  const out = [bold(line('function', 'gas', '%', 'instructions', 'entered'))]
  for (const { name, gas, instructions, entered } of shown) {
    out.push(line(name, formatCount(gas), share(gas, gasUsed), formatCount(instructions), formatCount(entered)))
  }
  if (rows.length > shown.length) {
    const rest = rows.slice(top).reduce((sum, { gas }) => sum + gas, 0n)
    out.push(dim(line(`${formatCount(rows.length - shown.length)} more`, formatCount(rest), share(rest, gasUsed))))
  }
  if (hostCalls.length > 0) {
    out.push('', bold(line('host call', 'gas', '%', 'calls')))
    for (const call of [...hostCalls].sort((a, b) => (a.gas < b.gas ? 1 : a.gas > b.gas ? -1 : a.index - b.index))) {
      out.push(
        line(hostCallName(call).slice(10), formatCount(call.gas), share(call.gas, gasUsed), formatCount(call.calls)),
      )
    }
  }
  out.push('', line('gas used', formatCount(gasUsed), '', formatCount(counts.instructions)))
  return out
}

/** The tree of calls, dearest first, with what each took together with what it called. */
function treeLines({ root }: GasProfile, gasUsed: bigint, top: number): string[] {
  const sums = new Map<unknown, bigint>()
  type Node = typeof root
  const sum = (node: Node): bigint => {
    const all = node.children.reduce((total, child) => total + sum(child), node.gas)
    sums.set(node, all)
    return all
  }
  sum(root)
  const out = ['            gas       %        calls  function']
  const walk = (node: Node, depth: number): void => {
    if (out.length > top) return
    const all = sums.get(node)!
    const cells = [formatCount(all).padStart(15), share(all, gasUsed).padStart(7), formatCount(node.calls).padStart(12)]
    out.push(`${cells.join(' ')}  ${'  '.repeat(depth)}${node.name}`)
    for (const child of [...node.children].sort((a, b) => (sums.get(a)! < sums.get(b)! ? 1 : -1)))
      walk(child, depth + 1)
  }
  walk(root, 0)
  return out
}

/** The listing with gas and executions in front of each instruction that was executed, function by function. */
function annotated({ program, counts, symbols }: ProfiledRun, { colors: { bold } }: Terminal): string[] {
  const out: string[] = ['            gas     executed       pc']
  let last: string | undefined
  let lastLine = ''
  for (const { pc, text } of listCode(program)) {
    if (counts.executions[pc] === 0 && counts.gas[pc] === 0) continue
    const name = symbols.functionAt(pc)?.name
    if (name !== last) out.push(bold(`${name ?? '(no function)'}:`))
    last = name
    const place = symbols.sourceAt(pc).at(0)
    const at = place?.path === undefined ? '' : `${place.path}:${place.line ?? '?'}`
    if (at !== '' && at !== lastLine) out.push(`${' '.repeat(38)}; ${at}`)
    lastLine = at
    const cells = [formatCount(counts.gas[pc]!).padStart(15), formatCount(counts.executions[pc]!).padStart(12)]
    out.push(`${cells.join(' ')} ${String(pc).padStart(8)}  ${text}`)
  }
  return out
}

/** A profile as a file that other tools read. */
export function profileBytes(profile: GasProfile, format: Exclude<Format, 'table'>, name: string): Uint8Array {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value)
  switch (format) {
    case 'folded':
      return text(foldedStacks(profile))
    case 'cpuprofile':
      return text(cpuProfileJson(profile))
    case 'pprof':
      return gzipSync(pprofBytes(profile))
    default:
      return text(speedscopeJson(profile, name))
  }
}

const ENDINGS: readonly (readonly [RegExp, Exclude<Format, 'table'>])[] = [
  [/\.(folded|txt)$/, 'folded'],
  [/\.cpuprofile$/, 'cpuprofile'],
  [/\.(pprof|pb|pb\.gz)$/, 'pprof'],
  [/\.json$/, 'speedscope'],
]

/** The format that a file's name asks for. */
export function formatOfFile(file: string): Exclude<Format, 'table'> | undefined {
  return ENDINGS.find(([ending]) => ending.test(file))?.[1]
}

function json(run: ProfiledRun): string {
  const { file, exit, pc, gasUsed, counts, hostCalls } = run
  return toJson({
    file,
    exit: endOf({ ...run, exit })
      .split(' ')[0]!
      .toLowerCase(),
    pc,
    gasUsed,
    instructions: counts.instructions,
    functions: gasByFunction(counts, run.symbols),
    hostCalls,
  })
}

function show(run: ProfiledRun, options: Options, terminal: Terminal): void {
  const write = (text: string): void => {
    if (options.output === undefined) terminal.line(text)
    else writeOutput(options.output, new TextEncoder().encode(`${text}\n`))
  }
  const wanted = options.format === 'table' && options.output !== undefined ? formatOfFile(options.output) : undefined
  const format = wanted ?? options.format
  if (format !== 'table') {
    const bytes = profileBytes(run.tree ?? flatProfile(run.counts, run.symbols, run.hostCalls), format, run.file)
    if (options.output === undefined) terminal.bytes(bytes)
    else writeOutput(options.output, bytes)
    return
  }
  if (options.json) write(json(run))
  else if (options.annotate) write(annotated(run, terminal).join('\n'))
  else {
    const head = [
      `${endOf(run)}  ${formatCount(run.gasUsed)} gas used, ${formatCount(run.counts.instructions)} instructions`,
      '',
    ]
    const body =
      run.tree === undefined ? table(run, options.top, terminal) : treeLines(run.tree, run.gasUsed, options.top)
    write([...head, ...body].join('\n'))
  }
}

/** Adds the command. */
export function addProfile(program: Command, terminal: Terminal, exit: (code: number) => void): void {
  const command = program
    .command('profile')
    .description(
      'Runs a program, or a recorded trace, and says which functions and host calls its gas went to. Nothing is sampled: the ' +
        'sums are the gas used, to the unit. Runs at nearly the speed of the run, but with --tree.',
    )
    .argument('<file>', 'what coulis run takes, or a recorded trace; - reads a program from standard input')
  runOptions(command)
    .addOption(
      new Option('--format <name>', 'a table, or a file of another tool').choices([...FORMATS]).default('table'),
    )
    .option('-o, --output <file>', 'write to this file; .json .cpuprofile .pb.gz .folded say the format')
    .option('--tree', 'by calls and returns: looks at every instruction, which takes about 200 times as long')
    .option('--annotate', 'print the instructions that were executed, each with its gas and how often')
    .option('--top <n>', 'print at most so many functions, or lines of the tree', parseCount, 30)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  coulis profile examples/counter.jam --entry accumulate --args 0x2a0003
  coulis profile service.jam --symbols service.polkavm -o gas.cpuprofile
  coulis profile service.jam --tree -o gas.pb.gz
  coulis profile trace-001.log --annotate`,
    )
    .action((file: string, options: Options) => {
      const run = profileRun(file, options, options.tree === true, message => terminal.error(formatLog(message)))
      show(run, options, terminal)
      exit(exitCodeOf(run.exit))
    })
}
