// Runs one case on several machines in step, and says where they part. Not a generator, not a reducer.
import { BlobError } from '../blob/error.ts'
import { createEngine } from '../engine/create.ts'
import type { EngineKind, StartOptions, Vm } from '../engine/engine.ts'
import { Exit } from '../engine/exit.ts'
import { explainExit } from '../inside/reason.ts'
import type { Program } from '../program/program.ts'
import { type FuzzCase, programOfCase } from './case.ts'
import { difference, memoryDifference } from './compare.ts'
import { crowd } from './crowd.ts'
import type { HostLog } from './host-log.ts'
import {
  type Attempt,
  actionName,
  attempt,
  attemptName,
  enter,
  optionsOf,
  pagesLeft,
  programAt,
  remains,
} from './machines.ts'
import { Random } from './random.ts'
import { react, reactToThrow } from './reactions.ts'
import { withTiers } from './tiers.ts'

/** This says where two engines part. */
export interface Finding {
  readonly left: EngineKind
  readonly right: EngineKind
  /** What differs, left and right in this order. */
  readonly what: string
  /** These are the index of the entry, and that of the exit in it. */
  readonly entry: number
  readonly exit: number
  /** These are the exits of this entry so far, on the left engine. */
  readonly path: readonly string[]
  /** Why each of the two stopped where it is now; undefined for one that went on, returned or called its host. */
  readonly reasons: Reasons
}

/** This says why two machines stopped. */
export interface Reasons {
  readonly left: string | undefined
  readonly right: string | undefined
}

const UNKNOWN: Reasons = { left: undefined, right: undefined }

/** Why a machine panicked, faulted or has no gas. */
function whyOf(vm: Vm): string | undefined {
  return STOPPED.includes(vm.exit) ? explainExit(vm).message : undefined
}

/** This is what a case amounted to. */
export interface Outcome {
  readonly finding: Finding | undefined
  /** So many different programs ran. */
  readonly programs: number
  /** Entries run to their end. */
  readonly starts: number
  readonly exits: number
  readonly hostCalls: number
  /** Gas used on one engine, under the instruction and block models: a count of instructions. */
  readonly instructions: number
  /** Gas used on one engine, whatever it counts: how long the case took, for those who may not look at a clock. */
  readonly gas: number
  /** The loader refused the program; nothing was run. */
  readonly rejected: boolean
}

/** How closely machines are compared. */
export interface DriveOptions {
  /** `exits`: memory too at every exit; `ends`: memory when an entry ends; `case`: memory once at the end. Default `exits`. */
  readonly memory?: 'exits' | 'ends' | 'case'
  /** Makes a machine; default: `createEngine({ kind })`. For machines that count, foreign ones, planted bugs. */
  readonly instantiate?: (kind: EngineKind, program: Program, options: StartOptions) => Vm
}

const STOPPED: readonly (Exit | undefined)[] = [Exit.Panic, Exit.PageFault, Exit.OutOfGas]

interface Runner {
  readonly kind: EngineKind
  vm: Vm
  readonly log: HostLog
}

function compareAll(runners: readonly Runner[], deep: boolean): { runner: Runner; what: string } | undefined {
  const first = runners[0]!
  for (const runner of runners) {
    if (runner === first) continue
    const { log, vm } = runner
    const what =
      log.calls !== first.log.calls
        ? `host calls: ${first.log.calls} and ${log.calls}`
        : log.digest !== first.log.digest
          ? `what host call ${log.calls} or one before it saw`
          : log.memory !== first.log.memory
            ? `the memory that host call ${log.calls} or one before it saw`
            : difference(first.vm, vm, deep)
    if (what !== undefined) return { runner, what }
  }
  return undefined
}

/**
 * Runs a case on all engines given, each against the first.
 *
 * @throws BlobError never: a program the loader refuses is an outcome.
 */
export function driveCase(fuzz: FuzzCase, engines: readonly EngineKind[], options: DriveOptions = {}): Outcome {
  return withTiers(fuzz, () => drive(fuzz, engines, options))
}

/** Machines for the case, one for each engine; a finding when only another than the first engine refuses to make one. */
function createRunners(
  fuzz: FuzzCase,
  program: Program,
  engines: readonly EngineKind[],
  instantiate: NonNullable<DriveOptions['instantiate']>,
  looks: boolean,
): readonly Runner[] | Finding {
  const runners: Runner[] = []
  for (const kind of engines) {
    const log: HostLog = { calls: 0, sinceStart: 0, digest: 0, ...(looks ? { memory: 0 } : {}) }
    try {
      runners.push({ kind, vm: instantiate(kind, program, optionsOf(fuzz, log)), log })
    } catch (error) {
      // What the first engine refuses is wrong with the case; what only another does is wrong with that.
      const left = runners[0]?.kind
      if (left === undefined) throw error
      for (const { vm } of runners) vm.dispose()
      return { left, right: kind, what: `throws ${String(error)}`, entry: 0, exit: 0, path: [], reasons: UNKNOWN }
    }
  }
  return runners
}

/** Another machine out of the pool for each runner: it has to be as new, also on the pages that the last one had. */
function renew(
  runners: readonly Runner[],
  fuzz: FuzzCase,
  program: Program,
  instantiate: NonNullable<DriveOptions['instantiate']>,
): { runner: Runner; what: string } | undefined {
  const first = runners[0]!
  const left = pagesLeft(first.vm)
  for (const runner of runners) {
    runner.vm.dispose()
    try {
      runner.vm = instantiate(runner.kind, program, optionsOf(fuzz, runner.log))
    } catch (error) {
      return { runner, what: `throws ${String(error)} when it comes out of the pool` }
    }
  }
  const found = compareAll(runners, true)
  if (found !== undefined) return { ...found, what: `${found.what}, out of the pool` }
  for (const runner of runners) {
    const what = remains(runner.vm, left)
    if (what !== undefined) return { runner, what }
  }
  return undefined
}

function drive(fuzz: FuzzCase, engines: readonly EngineKind[], options: DriveOptions): Outcome {
  const { memory = 'exits' } = options
  const instantiate =
    options.instantiate ?? ((kind, program, start) => createEngine({ kind }).instantiate(program, start))
  let program: Program
  try {
    program = programOfCase(fuzz)
  } catch (error) {
    if (!(error instanceof BlobError)) throw error
    return {
      finding: undefined,
      programs: 0,
      starts: 0,
      exits: 0,
      hostCalls: 0,
      instructions: 0,
      gas: 0,
      rejected: true,
    }
  }
  const made = createRunners(fuzz, program, engines, instantiate, memory === 'exits' && (fuzz.salt & 2) !== 0)
  if ('what' in made) {
    return { finding: made, programs: 0, starts: 0, exits: 0, hostCalls: 0, instructions: 0, gas: 0, rejected: false }
  }
  const runners = made
  const random = new Random(fuzz.salt)
  const first = runners[0]!
  const counted = fuzz.profile.gasModel !== 'pipeline'
  let starts = 0
  let exits = 0
  let gas = 0
  let finding: Finding | undefined
  const part = (
    { runner, what }: { runner: Runner; what: string },
    entry: number,
    exit: number,
    path: string[],
    isRunning = true,
  ): void => {
    // Machines of others have no reasons, and those out of the pool have not run.
    const isKnown = isRunning && options.instantiate === undefined
    const reasons = isKnown ? { left: whyOf(first.vm), right: whyOf(runner.vm) } : UNKNOWN
    finding = { left: first.kind, right: runner.kind, what, entry, exit, path, reasons }
  }
  const atStart = memory === 'exits' ? compareAll(runners, true) : undefined
  if (atStart !== undefined) part({ ...atStart, what: `${atStart.what}, at the start` }, 0, 0, [], false)
  for (let e = 0; e < fuzz.entries.length && finding === undefined; e++) {
    const entry = fuzz.entries[e]!
    const path: string[] = []
    if (e > 0 && fuzz.between !== undefined) {
      const found = renew(runners, fuzz, programAt(fuzz, e, program), instantiate)
      if (found !== undefined) {
        part(found, e, 0, path, false)
        break
      }
    }
    for (const { vm, log } of runners) {
      enter(vm, entry)
      log.sinceStart = 0
    }
    let position = 0 // in the schedule, and the number of the reaction
    let left = fuzz.exits
    const isCrowded = memory === 'exits' && (fuzz.salt & 12) === 4
    for (let more = true; more && left > 0; left--) {
      const action = fuzz.schedule[position % fuzz.schedule.length]!
      position += 1
      const before = first.vm.gas
      const results = runners.map(({ vm }) => attempt(vm, action))
      exits += 1
      const [result] = results as [Attempt]
      const failed = results.findIndex(({ error, thrown }) => error !== undefined || thrown !== result.thrown)
      if (failed >= 0) {
        const runner = runners[failed]!
        const { error, thrown } = results[failed]!
        const what =
          error === undefined ? `${attemptName(result)} and ${thrown ?? 'nothing thrown'}` : `throws ${error}`
        part({ runner, what }, e, path.length, path)
        break
      }
      if (first.vm.gas < before) gas += usedGas(before - first.vm.gas)
      if (isCrowded) crowd()
      const found = compareAll(runners, memory === 'exits')
      path.push(`${actionName(action)}: ${attemptName(result)} at ${first.vm.pc}`)
      if (found !== undefined) {
        part(found, e, path.length - 1, path)
        break
      }
      for (const { vm } of runners) {
        random.reseed(fuzz.salt, position)
        more = result.exit === undefined ? reactToThrow(vm, random) : react(vm, result.exit, random)
      }
    }
    if (finding !== undefined) break
    starts += 1
    const last = e === fuzz.entries.length - 1
    if (memory === 'ends' || (memory === 'case' && last)) {
      for (const runner of runners.slice(1)) {
        const what = memoryDifference(first.vm.memory, runner.vm.memory)
        if (what !== undefined) part({ runner, what }, e, path.length, path)
      }
    }
  }
  const hostCalls = first.log.calls
  for (const { vm } of runners) vm.dispose()
  const programs = Math.min(starts, fuzz.programs)
  return { finding, programs, starts, exits, hostCalls, instructions: counted ? gas : 0, gas, rejected: false }
}

/** The gas that was used. A count this large comes from gas that a host function has written, and counts nothing. */
function usedGas(gas: bigint): number {
  return gas > 2n ** 40n ? 0 : Number(gas)
}
