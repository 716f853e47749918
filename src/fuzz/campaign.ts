// A fuzzing campaign: case after case of a seed, on some engines, until something differs or enough is enough.
// Not a clock and not an output: callers decide when to stop and what to print.
import type { EngineKind } from '../engine/engine.ts'
import type { Profile } from '../program/profile.ts'
import { type FuzzCase, partsOfCase, withParts } from './case.ts'
import { corpusCase } from './corpus-case.ts'
import { type DriveOptions, driveCase, type Finding, type Outcome } from './drive.ts'
import { endsSoon } from './executed.ts'
import { type GenerateOptions, generateCase, PROFILE_RUN } from './generate.ts'
import { generateAttack } from './generate-attack.ts'
import { reduceCase } from './reduce.ts'
import { type Shard, WHOLE } from './shard.ts'

/**
 * What cases look like.
 * - `close`: few short programs per case, everything compared at every exit, schedules that step and change engines.
 * - `short`: many short programs per case, each started several times and run to its end, memory compared at the end.
 * - `long`: loops with gas for millions of instructions.
 * - `attack`: programs and hosts that aim at the engine itself, machines that follow each other out of the pool.
 * - `mixed`: all of them.
 */
export type FuzzStyle = 'close' | 'short' | 'long' | 'attack' | 'mixed'

/** The styles' names, for help texts and option checks. */
export const FUZZ_STYLES: readonly FuzzStyle[] = ['mixed', 'close', 'short', 'long', 'attack']

/** This says what to fuzz. */
export interface CampaignOptions {
  readonly seed: number | string
  /** The engines; the first is the one the others are compared with. */
  readonly engines: readonly EngineKind[]
  /** The default is `mixed`. */
  readonly style?: FuzzStyle
  /** Part `index` (from 0) of `count`; default all of it. Shards of one seed never run the same case. */
  readonly shard?: Shard
  /** This is the number of the first case; the default is 0. */
  readonly from?: number
  /** Profiles to pick from; default both Gray Paper versions and mixtures. */
  readonly profiles?: readonly Profile[]
  /** It is asked before every case. */
  readonly enough: (totals: Totals) => boolean
  /** Work that making a difference small may take, see `reduceFinding`; default `REDUCE_WORK`, 0: it stays as it is. */
  readonly reduceWork?: number
  readonly instantiate?: DriveOptions['instantiate']
  /** Programs to start from; default none. */
  readonly corpus?: readonly FuzzCase[]
}

/** What a campaign did. */
export interface Totals {
  cases: number
  /** So many different programs ran. */
  programs: number
  /** Starts of a machine that ran to their end; a program may be started several times. */
  starts: number
  /** So many exits were compared. */
  exits: number
  hostCalls: number
  /** Gas used on one engine, under the models where it counts instructions. */
  instructions: number
  /** The loader refused so many programs. */
  rejected: number
  /** First case to go on with: with `from` this number and the same shard nothing is left out, a few cases come again. */
  next: number
}

/** This is a difference that was found and made small. */
export interface CampaignFinding {
  readonly fuzz: FuzzCase
  readonly finding: Finding
  readonly reduced: FuzzCase
  /** What differs in the reduced case. */
  readonly reducedFinding: Finding
}

/** One case in so many is run twice. */
const AGAIN = 12
/** Cases with more entries are compared at their end. */
const MANY_ENTRIES = 20

interface Plan {
  /** It is undefined for an attack. */
  readonly generate: GenerateOptions | undefined
  readonly drive: DriveOptions
}

const CLOSE: Plan = { generate: { entries: 2 }, drive: { memory: 'exits' } }
const SHORT: Plan = { generate: { entries: 250, rounds: 8, gas: 1500, plain: true }, drive: { memory: 'case' } }
/** With the reference machine, which takes most of the time, more programs are worth more than more starts of each. */
const SHORT_WITH_REFERENCE: Plan = {
  generate: { entries: 250, rounds: 2, gas: 600, plain: true },
  drive: { memory: 'case' },
}
/** Where all engines are fast, long loops cost little. */
const CLOSE_FAST: Plan = { generate: { entries: 2, hugeGas: 4 }, drive: { memory: 'exits' } }
/** The reference machine runs about a million instructions in a second, so runs are shorter where it is among the engines. */
const LONG: Plan = { generate: { entries: 20, rounds: 2, gas: 20_000_000, plain: true }, drive: { memory: 'case' } }
const LONG_WITH_REFERENCE: Plan = { generate: { entries: 20, gas: 200_000, plain: true }, drive: { memory: 'case' } }

const ATTACK: Plan = { generate: undefined, drive: { memory: 'exits' } }

function planOf(style: FuzzStyle, index: number, engines: readonly EngineKind[]): Plan {
  switch (style) {
    case 'close':
      return engines.includes('reference') ? CLOSE : CLOSE_FAST
    case 'short':
      return engines.includes('reference') ? SHORT_WITH_REFERENCE : SHORT
    case 'long':
      return engines.includes('reference') ? LONG_WITH_REFERENCE : LONG
    case 'attack':
      return ATTACK
    case 'mixed': {
      const turn = index % 50
      const made = turn === 49 ? 'long' : turn % 5 === 4 ? 'short' : turn % 5 === 2 ? 'attack' : 'close'
      return planOf(made, index, engines)
    }
  }
}

/** How a case with a program of the corpus is driven: closely, unless it has many entries. */
function planOfKnown({ entries }: FuzzCase): Plan {
  return { generate: undefined, drive: { memory: entries.length > MANY_ENTRIES ? 'case' : 'exits' } }
}

/** Makes the case of that number as the campaign does, and how it is driven. */
export function campaignCase(options: CampaignOptions, index: number): { fuzz: FuzzCase; drive: DriveOptions } {
  const { style = 'mixed', engines, profiles, instantiate, corpus = [], seed } = options
  const known = corpusCase(corpus, seed, index)
  const { generate, drive } = known === undefined ? planOf(style, index, engines) : planOfKnown(known)
  const fuzz =
    known ??
    (generate === undefined
      ? generateAttack(seed, index, profiles)
      : generateCase(seed, index, profiles === undefined ? generate : { ...generate, profiles }))
  return { fuzz, drive: instantiate === undefined ? drive : { ...drive, instantiate } }
}

/**
 * The same case with a jump table entry more, a different one each time: it leads out of the code, as no entry does. Engines keep
 * what they have compiled and learnt of a program; a reduced case has to fail in a process that has never seen it.
 */
export function neverSeen(fuzz: FuzzCase, attempt: number): FuzzCase {
  const parts = partsOfCase(fuzz)
  const { jumpTable, jumpTableLength } = parts
  if (jumpTableLength !== jumpTable.length) return fuzz
  const longer = Uint32Array.from([...jumpTable, 0xf0000000 + attempt])
  return withParts(fuzz, { ...parts, jumpTable: longer, jumpTableLength: longer.length })
}

/**
 * Work for making a difference small: attempts, each counted as one and one more for so many units of gas. On four engines
 * that is a minute or two at most, most differences need a few hundred attempts. Not time, so that the result is the same everywhere.
 */
export const REDUCE_WORK = 20_000
const GAS_PER_WORK = 5000

/**
 * Reduces a case that shows a difference.
 *
 * @param work attempts at most, long ones counted several times.
 */
export function reduceFinding(
  fuzz: FuzzCase,
  finding: Finding,
  engines: readonly EngineKind[],
  drive: DriveOptions,
  work: number = REDUCE_WORK,
): CampaignFinding {
  const pair = engines.filter(engine => engine === finding.left || engine === finding.right)
  // Memory at every exit says more than at the end, if the case still fails like that.
  const close: DriveOptions = { ...drive, memory: 'exits' }
  let [attempts, done] = [0, 0]
  const run = (it: FuzzCase): Finding | undefined => {
    const outcome = driveCase(neverSeen(it, attempts++), pair, close)
    done += 1 + Math.floor(outcome.gas / GAS_PER_WORK)
    return outcome.finding
  }
  if (run(fuzz) === undefined) return { fuzz, finding, reduced: fuzz, reducedFinding: finding }
  // Gas that a host function writes may be near 2^63: what never ends is no smaller case.
  const mayNotEnd = fuzz.hostCalls === 'attack'
  const fails = (it: FuzzCase): boolean => done <= work && !(mayNotEnd && !endsSoon(it)) && run(it) !== undefined
  // Code that is compiled at once needs no entries that only make it hot.
  const eager: FuzzCase = { ...fuzz, tiers: 'eager' }
  const reduced = reduceCase(fuzz.tiers === 'usual' && fails(eager) ? eager : fuzz, fails, work)
  return { fuzz, finding, reduced, reducedFinding: run(reduced) ?? finding }
}

/** Runs the case of that number on all engines. */
export function examineCase(options: CampaignOptions, index: number): Outcome {
  const { fuzz, drive } = campaignCase(options, index)
  // The same bytes loaded once more meet what engines keep of programs; then other programs meet what that leaves.
  if (index % AGAIN === 0) driveCase(fuzz, options.engines, { ...drive, memory: 'case' })
  return driveCase(fuzz, options.engines, drive)
}

/** This is what a case adds to the totals. */
export type CaseCounts = Pick<Outcome, 'programs' | 'starts' | 'exits' | 'hostCalls' | 'instructions' | 'rejected'>

/** Adds a case. */
export function addCase(
  totals: Totals,
  { programs, starts, exits, hostCalls, instructions, rejected }: CaseCounts,
): void {
  totals.cases += 1
  totals.programs += programs
  totals.starts += starts
  totals.exits += exits
  totals.hostCalls += hostCalls
  totals.instructions += instructions
  totals.rejected += rejected ? 1 : 0
}

/**
 * Runs cases until `enough` says so or two engines differ.
 *
 * @returns the difference, reduced; undefined when there was none.
 */
export function runCampaign(options: CampaignOptions, totals: Totals): CampaignFinding | undefined {
  const { shard = WHOLE, engines } = options
  if (engines.length < 2) throw new RangeError('engines: at least two, to compare')
  if (!(shard.index >= 0 && shard.index < shard.count)) throw new RangeError(`shard: ${shard.index} of ${shard.count}`)
  const first = options.from ?? 0
  for (let k = 0; !options.enough(totals); k++) {
    const index = caseNumber(k, first, shard)
    const outcome = examineCase(options, index)
    addCase(totals, outcome)
    totals.next = nextCase(k + 1, first, shard)
    if (outcome.finding !== undefined) {
      const { fuzz, drive } = campaignCase(options, index)
      return reduceFinding(fuzz, outcome.finding, engines, drive, options.reduceWork)
    }
  }
  return undefined
}

/** Number of the k-th case of a shard: shards take turns at runs of cases, which share a profile. */
export function caseNumber(k: number, from: number, { index, count }: Shard): number {
  return from + (Math.floor(k / PROFILE_RUN) * count + index) * PROFILE_RUN + (k % PROFILE_RUN)
}

/** With `from` this number and the same shard nothing is left out, when so many cases are done. */
export function nextCase(done: number, from: number, { count }: Shard): number {
  return from + Math.floor(done / PROFILE_RUN) * count * PROFILE_RUN
}

/** These are the totals before anything is done. */
export function createTotals(): Totals {
  return { cases: 0, programs: 0, starts: 0, exits: 0, hostCalls: 0, instructions: 0, rejected: 0, next: 0 }
}
