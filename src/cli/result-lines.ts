// What campaigns print with --jsonl: a line for the campaign, lines for results, a line for its end. No times and no number of
// workers, so that the same work prints the same. `coulis merge` reads them: merge.ts.
import { InvalidArgumentError, Option } from 'commander'
import type { SettledFinding } from '../fuzz/settle.ts'
import { type Shard, WHOLE } from '../fuzz/shard.ts'

/** Commands that print such lines. */
export type CampaignCommand = 'fuzz' | 'conform' | 'replay'

/** The first line: what all parts of a campaign have in common, and which part this is. */
export interface CampaignLine {
  readonly event: 'campaign'
  readonly command: CampaignCommand
  /** Of coulis. Another one may make other programs of the same seed, and so other parts. */
  readonly version: string | undefined
  /** It is written `i/n`, from 1. */
  readonly shard: string
  /** Everything else is equal in all parts. */
  readonly [field: string]: unknown
}

/** This is a difference between engines. */
export interface DifferenceLine extends SettledFinding {
  readonly event: 'difference'
  /** These are further cases with the same reduced program. Only merged results have them. */
  readonly duplicates?: readonly number[]
}

/** A case that an engine did not come back from. */
export interface BreakdownLine {
  readonly event: 'hang' | 'crash'
  readonly case: number
  readonly command: string
  readonly error?: string | undefined
}

/** A program that reached something new, as it is kept in a corpus. */
export interface ProgramLine {
  readonly event: 'program'
  readonly case: number
  /** This is the hash of the text. */
  readonly name: string
  readonly reached: readonly string[]
  readonly text: string
}

/** The result of a file of conform or replay, at its place among all files. */
export interface FileLine {
  readonly event: 'file'
  readonly index: number
  readonly file: string
  readonly [field: string]: unknown
}

/** The last line: sums, by name. */
export interface EndLine {
  readonly event: 'done' | 'interrupted'
  readonly [sum: string]: unknown
}

/** This is any of them. */
export type ResultLine = CampaignLine | DifferenceLine | BreakdownLine | ProgramLine | FileLine | EndLine

/** A line as text. bigints are text too: most readers of JSON round them. */
export function formatLine(line: ResultLine): string {
  return JSON.stringify(line, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))
}

/** This reads `i/n` as a shard. */
export function parseShard(text: string): Shard {
  const match = /^(\d{1,9})\/(\d{1,9})$/.exec(text)
  const [index, count] = [Number(match?.[1]), Number(match?.[2])]
  if (!(index >= 1 && index <= count)) throw new InvalidArgumentError('expected i/n with 1 <= i <= n.')
  return { index: index - 1, count }
}

/** This writes a shard as `i/n`. */
export function formatShard({ index, count }: Shard): string {
  return `${index + 1}/${count}`
}

/** This is `--shard i/n`. */
export function shardOption(what: string): Option {
  return new Option('--shard <i/n>', `only part i of n of the ${what}, for n machines`).argParser(parseShard)
}

/** This is `--jsonl`. */
export function jsonlOption(): Option {
  return new Option('--jsonl', 'print a JSON object per line, the same for the same work, for coulis merge')
}

/** The things of a list that belong to a shard, with their places in the whole list. */
export function partOf<T>(list: readonly T[], shard: Shard = WHOLE): { index: number; item: T }[] {
  return list.map((item, index) => ({ index, item })).filter(({ index }) => index % shard.count === shard.index)
}
