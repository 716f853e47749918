// A difference that a campaign came across, looked at again on engines that have seen nothing else, made small and written down.
// Not the campaign: campaign.ts. Whoever calls this starts a process for it, or the engines are not new.
import type { EngineKind } from '../engine/engine.ts'
import { type CampaignOptions, campaignCase, examineCase, reduceFinding } from './campaign.ts'
import type { FuzzCase } from './case.ts'
import type { Finding, Reasons } from './drive.ts'
import { PROFILE_RUN } from './generate.ts'
import { formatCase } from './text.ts'

/**
 * Where a difference shows.
 * - `alone`: in new engines that run this case and nothing else.
 * - `run`: in new engines that run the cases of its run before it.
 * - `warm`: only where it was found, after all that this process had run before.
 * - `unchecked`: nobody has looked again, the campaign was interrupted.
 */
export type Shows = 'alone' | 'run' | 'warm' | 'unchecked'

/** A difference, as a report has it: text and numbers only. */
export interface SettledFinding {
  /** This is the number of the case. */
  readonly case: number
  readonly shows: Shows
  readonly left: EngineKind
  readonly right: EngineKind
  /** What differs in the reduced case. */
  readonly what: string
  /** These are the exits before it, on the left engine. */
  readonly path: readonly string[]
  /** Why the two engines stopped there: the messages of `explainExit`; undefined for one that did not panic, fault or run out of gas. */
  readonly reasons: Reasons
  /** The command that shows it again. */
  readonly command: string
  /** The reduced case without what depends on the case it was found in. It is undefined when the case was not made small. */
  readonly program: string | undefined
  /** The reduced case as assembly text with how it is run, as test/golden/ has it. Undefined when it was not made small. */
  readonly text: string | undefined
}

/** First case of the run that a case belongs to; runs are counted from the campaign's first case. */
export function runStart(index: number, from: number): number {
  return from + Math.floor((index - from) / PROFILE_RUN) * PROFILE_RUN
}

/**
 * Looks at a case again, from `first` on: its own number for `alone`, `runStart` for `run`.
 *
 * @param command the command that shows the difference again, for the report.
 * @returns undefined when there is no difference now.
 */
export function settleFinding(
  options: CampaignOptions,
  index: number,
  first: number,
  command: string,
): SettledFinding | undefined {
  let found: Finding | undefined
  for (let i = first; i <= index; i++) found = examineCase(options, i).finding
  if (found === undefined) return undefined
  const shows = first === index ? 'alone' : 'run'
  if (options.reduceWork === 0) return bareFinding(index, shows, command, found)
  const { fuzz, drive } = campaignCase(options, index)
  const { reduced, reducedFinding } = reduceFinding(fuzz, found, options.engines, drive, options.reduceWork)
  const { left, right, what, path, reasons } = reducedFinding
  const text = formatFinding(reduced, reducedFinding, fuzz.label, command)
  return { case: index, shows, left, right, what, path, reasons, command, program: formatCase(reduced, ''), text }
}

/** Why the two stopped, in one line where they say the same. */
function whyLines(left: EngineKind, right: EngineKind, reasons: Reasons): string[] {
  if (reasons.left === reasons.right) return reasons.left === undefined ? [] : [`both stopped: ${reasons.left}`]
  const line = (kind: EngineKind, reason: string | undefined): string[] =>
    reason === undefined ? [] : [`${kind} stopped: ${reason}`]
  return [...line(left, reasons.left), ...line(right, reasons.right)]
}

/** The reproducer: assembly text with how it is run, as test/golden/ has it. */
export function formatFinding(
  fuzz: FuzzCase,
  { left, right, what, path, reasons }: Finding,
  label: string,
  command: string,
): string {
  const title = [
    `${left} and ${right} differ in ${what}`,
    `after ${path.join('; ')}`,
    ...whyLines(left, right, reasons),
    `case ${label}: ${command}`,
    `expected is what ${left} does`,
  ].join('\n')
  return formatCase(fuzz, title, left)
}

/** A difference that is not made small: new engines do not show it or were not asked, or it is done elsewhere. */
export function bareFinding(
  index: number,
  shows: Shows,
  command: string,
  { left, right, what, path, reasons }: Finding,
): SettledFinding {
  return { case: index, shows, left, right, what, path, reasons, command, program: undefined, text: undefined }
}
