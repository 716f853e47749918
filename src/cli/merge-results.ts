// Results of parts of a campaign, read from JSON lines and put together as one run would have them. Not the output: merge.ts.
import { nameOf } from './corpus-folder.ts'
import { CliError } from './errors.ts'
import { withoutDuplicates } from './finding-groups.ts'
import {
  type BreakdownLine,
  type CampaignLine,
  type DifferenceLine,
  type EndLine,
  type FileLine,
  formatShard,
  type ProgramLine,
  parseShard,
  type ResultLine,
} from './result-lines.ts'

/** This is one part, as far as it came. */
interface Part {
  readonly campaign: CampaignLine
  readonly source: string
  readonly differences: DifferenceLine[]
  readonly breakdowns: BreakdownLine[]
  readonly programs: ProgramLine[]
  readonly files: FileLine[]
  end: EndLine | undefined
}

/** What the parts come to. */
export interface Merged {
  readonly campaign: CampaignLine
  readonly parts: number
  /** Parts that are not there, `i/n`. */
  readonly missing: readonly string[]
  /** Parts that were interrupted or are cut off. */
  readonly unfinished: readonly string[]
  /** They stand without duplicates, in the order of their cases. */
  readonly differences: readonly DifferenceLine[]
  readonly breakdowns: readonly BreakdownLine[]
  /** Those that reach what none before them does, in the order of their cases. */
  readonly programs: readonly ProgramLine[]
  readonly files: readonly FileLine[]
  readonly sums: Readonly<Record<string, number>>
}

const EVENTS = ['campaign', 'difference', 'hang', 'crash', 'program', 'file', 'done', 'interrupted']
/** Sums that are none: where to go on. */
const NO_SUM = 'next'

/** A program that is what its name says. */
function programLine(line: ProgramLine, source: string, number: number): ProgramLine {
  const { text, name, reached, case: index } = line
  const isList = Array.isArray(reached) && reached.every(what => typeof what === 'string')
  if (typeof text !== 'string' || !Number.isSafeInteger(index) || !isList || nameOf(text) !== name)
    throw new CliError(`line ${number}: a program that is not what its name says`, { file: source })
  return line
}

/** Without those that reach only what others before them do. */
function newPrograms(programs: readonly ProgramLine[]): ProgramLine[] {
  const reached = new Set<string>()
  const sorted = [...programs].sort((a, b) => a.case - b.case)
  return sorted.filter(program => {
    const isNew = program.reached.some(name => !reached.has(name))
    for (const name of program.reached) reached.add(name)
    return isNew
  })
}

function parseLine(text: string, source: string, number: number): ResultLine {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new CliError(`line ${number}: no JSON, expected what --jsonl prints`, { file: source })
  }
  const line = value as ResultLine | null
  if (typeof line !== 'object' || line === null || !EVENTS.includes(line.event))
    throw new CliError(`line ${number}: no line of results, expected what --jsonl prints`, { file: source })
  return line
}

/** The parts in a text of JSON lines: one after the other, the last line may be cut off. */
export function readParts(text: string, source: string): Part[] {
  const parts: Part[] = []
  const lines = text.split('\n')
  for (const [i, line] of lines.entries()) {
    if (line === '') continue
    if (i === lines.length - 1 && parts.length > 0) break // no end of line: who wrote it was killed
    const parsed = parseLine(line, source, i + 1)
    if (parsed.event === 'campaign') {
      parts.push({ campaign: parsed, source, differences: [], breakdowns: [], programs: [], files: [], end: undefined })
      continue
    }
    const part = parts.at(-1)
    if (part === undefined || part.end !== undefined)
      throw new CliError(`line ${i + 1}: belongs to no campaign, expected its first line before it`, { file: source })
    if (parsed.event === 'difference') part.differences.push(parsed as DifferenceLine)
    else if (parsed.event === 'program') part.programs.push(programLine(parsed as ProgramLine, source, i + 1))
    else if (parsed.event === 'file') part.files.push(parsed as FileLine)
    else if (parsed.event === 'hang' || parsed.event === 'crash') part.breakdowns.push(parsed as BreakdownLine)
    else part.end = parsed as EndLine
  }
  if (parts.length === 0) throw new CliError('holds no results, expected what --jsonl prints', { file: source })
  return parts
}

/** All that has to be the same in all parts. */
function assertSame({ campaign: first, source }: Part, { campaign, source: other }: Part): void {
  for (const field of new Set([...Object.keys(first), ...Object.keys(campaign)])) {
    const [a, b] = [JSON.stringify(first[field]), JSON.stringify(campaign[field])]
    if (field !== 'shard' && a !== b)
      throw new CliError(`another campaign than ${source}: ${field} ${b}, not ${a}`, { file: other })
  }
}

function shardOf({ campaign, source }: Part): { index: number; count: number } {
  try {
    return parseShard(campaign.shard)
  } catch {
    throw new CliError(`shard ${JSON.stringify(campaign.shard)}, expected i/n`, { file: source })
  }
}

/** How much is known of a part: a finished one is more than any other. */
function worth({ end, differences, files, breakdowns, programs }: Part): number {
  const isDone = end?.event === 'done'
  return (
    (isDone ? 2 ** 52 : end === undefined ? 0 : 2 ** 51) +
    differences.length +
    files.length +
    breakdowns.length +
    programs.length
  )
}

/** Puts parts together. One that is there twice, because its machine was replaced, counts once. */
export function mergeParts(parts: readonly Part[]): Merged {
  const first = parts[0]!
  const { count } = shardOf(first)
  const chosen = new Map<number, Part>()
  for (const part of parts) {
    assertSame(first, part)
    const shard = shardOf(part)
    if (shard.count !== count)
      throw new CliError(`part ${part.campaign.shard} of another division than ${first.campaign.shard}`, {
        file: part.source,
      })
    const known = chosen.get(shard.index)
    if (known === undefined || worth(part) > worth(known)) chosen.set(shard.index, part)
  }
  const all = [...chosen].sort(([a], [b]) => a - b).map(([, part]) => part)
  const sums: Record<string, number> = {}
  for (const { end } of all) {
    for (const [name, value] of Object.entries(end ?? {}))
      if (typeof value === 'number' && name !== NO_SUM) sums[name] = (sums[name] ?? 0) + value
  }
  const missing: string[] = []
  for (let index = 0; index < count && missing.length < 1000; index++)
    if (!chosen.has(index)) missing.push(formatShard({ index, count }))
  return {
    campaign: { ...first.campaign, shard: '1/1' },
    parts: chosen.size,
    missing,
    unfinished: all.filter(({ end }) => end?.event !== 'done').map(({ campaign }) => campaign.shard),
    differences: withoutDuplicates(all.flatMap(({ differences }) => differences)),
    breakdowns: all.flatMap(({ breakdowns }) => breakdowns).sort((a, b) => a.case - b.case),
    programs: newPrograms(all.flatMap(({ programs }) => programs)),
    files: all.flatMap(({ files }) => files).sort((a, b) => a.index - b.index),
    sums,
  }
}
