// Cases of a campaign in a worker process: one after the other, each reported when it is done. Not the campaign: fuzz-campaign.ts.
import { tierPolicy } from '../engine/auto.ts'
import type { EngineKind } from '../engine/engine.ts'
import { type Exercise, startExercise } from '../engine/recompiler/exercise.ts'
import { type CampaignOptions, type CaseCounts, campaignCase, examineCase, type FuzzStyle } from '../fuzz/campaign.ts'
import type { Finding } from '../fuzz/drive.ts'
import { type KeptText, Reach } from '../fuzz/kept.ts'
import { rulesFor } from '../fuzz/rules.ts'
import { type SettledFinding, settleFinding } from '../fuzz/settle.ts'
import type { InstructionSetName } from '../isa/set.ts'
import type { ProfileName } from '../program/profile.ts'
import { type CorpusSet, readCorpus } from './corpus-folder.ts'

/** What makes a campaign the same one everywhere, and how its cases are run. */
export interface FuzzSpec {
  readonly seed: string
  readonly style: FuzzStyle
  readonly engines: readonly EngineKind[]
  readonly profile: ProfileName | undefined
  /** All cases have this instruction set. */
  readonly isa: InstructionSetName | undefined
  /** Verify the modules that are compiled. */
  readonly verify: boolean
  /** Say what of compiled code has run. */
  readonly report: boolean
  /** Programs to start from. */
  readonly corpus: CorpusSet | undefined
  /** It makes differences small. */
  readonly reduce: boolean
}

/** Cases to run, in this order. */
export interface FuzzTask {
  readonly spec: FuzzSpec
  readonly cases: readonly number[]
}

/** A case that is done. */
export interface CaseDone {
  readonly case: number
  readonly counts: CaseCounts
  readonly finding: Finding | undefined
  /** An error of ours, which no engine may throw. */
  readonly error: string | undefined
  /** With `report`, this says how often each thing of compiled code ran. */
  readonly exercised: Readonly<Record<string, number>> | undefined
}

/** What a worker says: a case begins, or is done. */
export type FuzzMessage = { readonly begins: number } | CaseDone

/** A case to look at again in this new process, from case `first` on. */
export interface SettleTask {
  readonly spec: FuzzSpec
  readonly case: number
  readonly first: number
  readonly command: string
}

/** This is what came of it. */
export interface SettleMessage {
  readonly finding: SettledFinding | undefined
}

/** A case that reaches something new, to be kept as a small program in this new process. */
export interface KeepTask {
  readonly spec: FuzzSpec
  readonly case: number
  /** What is new in it. */
  readonly wanted: readonly string[]
}

/** What came of it: nothing where it does not reach that alone. */
export interface KeepMessage {
  readonly kept: KeptText | undefined
}

/** This makes the campaign of a spec. */
function campaignOf({ seed, style, engines, profile: name, isa, corpus, reduce }: FuzzSpec): CampaignOptions {
  const profiles = rulesFor(name, isa)
  return {
    ...(reduce ? {} : { reduceWork: 0 }),
    ...(corpus === undefined ? {} : { corpus: readCorpus(corpus).map(({ fuzz }) => fuzz) }),
    seed: /^\d+$/.test(seed) ? Number(seed) : seed,
    engines,
    style,
    ...(profiles && { profiles }),
    enough: () => false,
  }
}

const NOTHING: CaseCounts = { programs: 0, starts: 0, exits: 0, hostCalls: 0, instructions: 0, rejected: false }
let exercise: Exercise | undefined

function examine(campaign: CampaignOptions, index: number): CaseDone {
  const done = { case: index, error: undefined, exercised: undefined }
  try {
    const { finding, programs, starts, exits, hostCalls, instructions, rejected } = examineCase(campaign, index)
    return { ...done, finding, counts: { programs, starts, exits, hostCalls, instructions, rejected } }
  } catch (error) {
    const text = error instanceof Error ? `${error.stack ?? error.message}` : String(error)
    return { ...done, finding: undefined, counts: NOTHING, error: text }
  }
}

/** Runs the cases. */
export async function runCases({ spec, cases }: FuzzTask, say: (message: FuzzMessage) => void): Promise<void> {
  tierPolicy.verify = spec.verify ? 'strict' : false
  if (spec.report) exercise ??= startExercise()
  const campaign = campaignOf(spec)
  for (const index of cases) {
    say({ begins: index })
    const done = examine(campaign, index)
    const counts = exercise?.counts
    say(counts === undefined ? done : { ...done, exercised: Object.fromEntries(counts) })
    counts?.clear()
    await new Promise(resolve => setImmediate(resolve)) // what was said goes out
  }
}

/** Looks at a case again. */
export async function settleCase(task: SettleTask, say: (message: SettleMessage) => void): Promise<void> {
  tierPolicy.verify = task.spec.verify ? 'strict' : false
  say({ finding: settleFinding(campaignOf(task.spec), task.case, task.first, task.command) })
}

/** Attempts at making a program smaller before it is kept: the larger part of what there is to gain, in a second or two. */
const KEEP_ATTEMPTS = 300

/** Makes a program of a case that reaches something new. */
export async function keepCase(
  { spec, case: index, wanted }: KeepTask,
  say: (message: KeepMessage) => void,
): Promise<void> {
  tierPolicy.verify = false // modules that say what they do are of no accepted form
  const { fuzz } = campaignCase(campaignOf(spec), index)
  say({ kept: new Reach(spec.engines, startExercise()).keep(fuzz, wanted, KEEP_ATTEMPTS) })
}
