// Parts of campaigns as jobs: what a campaign is divided into, what a part brings after it, and how their results become one again.
// Not the queue: work-queue.ts. Not the command: work.ts.
import { statSync } from 'node:fs'
import { looksLikeTrace } from '../trace/parse.ts'
import { CliError } from './errors.ts'
import { listFiles, readText } from './files.ts'
import { formatCount } from './format.ts'
import type { CampaignLine, DifferenceLine, EndLine, FileLine, ResultLine } from './result-lines.ts'
import { type DonePart, type PartJob, type PartResult, partId } from './work-queue.ts'

/** Commands that have parts. */
export const COMMANDS: readonly string[] = ['fuzz', 'conform', 'replay']
/** What parts get from here. */
const RESERVED = ['--shard', '--jsonl', '--json', '--jobs', '-j', '--seconds', '--programs', '--report', '--no-reduce']
const MOST_PARTS = 1_000_000
/** Files of a folder in a part, and their bytes: some seconds of replays. */
const PART_FILES = 500
const PART_BYTES = 2 ** 28
/** A file that was written within so many milliseconds may not be whole. */
const STILL_MS = 2000

function assertCommand(args: readonly string[], commands: readonly string[]): void {
  if (!commands.includes(args[0] ?? ''))
    throw new CliError(`expected ${commands.join(', ')} behind --, like: coulis work --add 100 -- fuzz --cases 20000`)
  const wrong = args.find(arg => RESERVED.some(name => arg === name || arg.startsWith(`${name}=`)))
  if (wrong !== undefined) throw new CliError(`${wrong}: parts are made here, and end by themselves`)
}

/**
 * This cuts the campaign's command into so many parts.
 *
 * @param until time after which parts are not begun any more, in milliseconds since 1970.
 */
export function partsOfCampaign(args: readonly string[], count: number, until?: number): PartJob[] {
  assertCommand(args, COMMANDS)
  if (args[0] === 'fuzz' && !args.some(arg => /^--cases(=|$)/.test(arg)))
    throw new CliError('fuzz needs --cases, the number of cases of all parts')
  if (!(count >= 1 && count <= MOST_PARTS)) throw new CliError(`expected 1 to ${formatCount(MOST_PARTS)} parts`)
  // A difference takes up to minutes to make small: that is a part of its own, so that this one stays as short as the others.
  const apart = args[0] === 'fuzz' ? ['--no-reduce'] : []
  return Array.from({ length: count }, (_, i) => ({
    args: [...args, '--shard', `${i + 1}/${count}`, '--jobs', '1', '--jsonl', ...apart],
    ...(until === undefined ? {} : { until }),
  }))
}

/** A file as it is now: one that is written anew is another. */
function keyOf(file: string): { readonly key: string; readonly size: number; readonly still: boolean } | undefined {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (stat === undefined) return undefined
  const { size, mtimeMs } = stat
  return { key: `${file} ${size} ${Math.floor(mtimeMs)}`, size, still: Date.now() - mtimeMs >= STILL_MS }
}

/** Parts for the files of a folder that no part has yet. */
export function partsOfFolder(args: readonly string[], folder: string, known: ReadonlySet<string>): PartJob[] {
  assertCommand(args, ['conform', 'replay'])
  const parts: { files: string[]; keys: string[]; bytes: number }[] = []
  for (const file of listFiles([folder])) {
    const found = keyOf(file)
    if (found === undefined || !found.still || known.has(found.key)) continue
    if (args[0] === 'replay' && !looksLikeTrace(readText(file))) continue
    let part = parts.at(-1)
    if (part === undefined || part.files.length === PART_FILES || part.bytes + found.size > PART_BYTES)
      parts.push((part = { files: [], keys: [], bytes: 0 }))
    part.files.push(file)
    part.keys.push(found.key)
    part.bytes += found.size
  }
  return parts.map(({ files, keys }) => fileJob(args, files, keys))
}

function fileJob(args: readonly string[], files: readonly string[], keys: readonly string[]): PartJob {
  // The keys belong to the command, so that a file that was written anew is another part; they are no arguments.
  return { args: [...args, '--jobs', '1', '--jsonl', '--', ...files], keys }
}

/** The two halves of a part of a folder, when something in it is broken: one of them will be all right. */
export function halvesOf({ args, keys }: PartJob): PartJob[] {
  if (keys === undefined || keys.length < 2) return []
  const at = args.indexOf('--') + 1
  const middle = keys.length >> 1
  const [head, files] = [args.slice(0, at), args.slice(at)]
  return [
    { args: [...head, ...files.slice(0, middle)], keys: keys.slice(0, middle) },
    { args: [...head, ...files.slice(middle)], keys: keys.slice(middle) },
  ]
}

function parse(lines: string): ResultLine[] {
  return lines
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as ResultLine)
}

const isDifference = (line: ResultLine): line is DifferenceLine => line.event === 'difference'

/** Parts that make small what a part has found. */
export function reductionsOf(part: PartJob, { lines }: PartResult): PartJob[] {
  if (part.args[0] !== 'fuzz' || part.reduces !== undefined) return []
  return parse(lines)
    .filter(isDifference)
    .flatMap(({ case: index, shows, program, command }) => {
      const [, from, cases] = / --from (\d+) --cases (\d+) /.exec(command) ?? []
      if (program !== undefined || (shows !== 'alone' && shows !== 'run') || from === undefined) return []
      const args = withoutOptions(
        part.args,
        ['--from', '--cases', '--shard', '--jobs'],
        ['--jsonl', '--no-reduce', '--keep'],
      )
      // The corpus may have grown since: the set that the part started from.
      const [, set] = / --corpus-hash ([0-9a-f]{32})/.exec(command) ?? []
      if (set !== undefined && !args.includes('--corpus-hash')) args.push('--corpus-hash', set)
      const range = ['--from', from, '--cases', cases!, '--jobs', '1', '--jsonl']
      return [{ args: [...args, ...range], reduces: { part: partId(part), case: index } }]
    })
}

/** This leaves some options out of arguments, with values or without. */
function withoutOptions(args: readonly string[], valued: readonly string[], plain: readonly string[]): string[] {
  const rest: string[] = []
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!
    if (valued.includes(arg)) i += 1
    else if (!plain.includes(arg) && !valued.some(name => arg.startsWith(`${name}=`))) rest.push(arg)
  }
  return rest
}

/** The lines of a part with its differences made small, where that has been done. */
function withReductions(id: string, lines: string, reductions: ReadonlyMap<string, string>): string {
  if (!lines.includes('"event":"difference"')) return lines
  return lines
    .split('\n')
    .map(line => {
      if (!line.startsWith('{"event":"difference"')) return line
      return reductions.get(`${id} ${(JSON.parse(line) as DifferenceLine).case}`) ?? line
    })
    .join('\n')
}

/** Parts of a folder as one campaign over all files that they had, in the order of their names. */
function oneOfFolder(parts: readonly DonePart[]): string {
  const all = parts.map(({ lines }) => parse(lines))
  const files = all.flatMap(list => list.filter((line): line is FileLine => line.event === 'file'))
  const sums: Record<string, number> = {}
  for (const end of all.map(list => list.at(-1) as EndLine))
    for (const [name, value] of Object.entries(end))
      if (typeof value === 'number') sums[name] = (sums[name] ?? 0) + value
  const text = (line: object): string => JSON.stringify(line)
  files.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : text(a) < text(b) ? -1 : 1))
  const count = parts.reduce((sum, { keys }) => sum + keys!.length, 0)
  const campaign = { ...(all[0]![0] as CampaignLine), files: count, shard: '1/1' }
  const lines = [campaign, ...files.map((line, index) => ({ ...line, index })), { event: 'done', ...sums }]
  return lines.map(line => `${text(line)}\n`).join('')
}

/** What finished parts have printed, as their campaigns have it: what `coulis merge` reads. */
export function resultLines(done: readonly DonePart[]): string[] {
  const reductions = new Map<string, string>()
  for (const { reduces, lines } of done) {
    if (reduces === undefined) continue
    for (const line of lines.split('\n')) {
      if (!line.startsWith('{"event":"difference"')) continue
      const { case: index, program } = JSON.parse(line) as DifferenceLine
      if (index === reduces.case && program !== undefined) reductions.set(`${reduces.part} ${index}`, line)
    }
  }
  const shards = done.filter(({ reduces, keys }) => reduces === undefined && keys === undefined)
  const folders = new Map<string, DonePart[]>()
  for (const part of done) {
    if (part.keys === undefined || part.lines === '') continue
    const command = part.args.slice(0, part.args.indexOf('--')).join('\0')
    folders.set(command, [...(folders.get(command) ?? []), part])
  }
  return [
    ...shards.map(part => withReductions(partId(part), part.lines, reductions)),
    ...[...folders.values()].map(oneOfFolder),
  ]
}
