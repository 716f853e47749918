// Runs one case on several machines in step, and says where they part. Not a generator, not a reducer.
import { BlobError } from '../blob/error.ts'
import { createEngine } from '../engine/create.ts'
import type { EngineKind, StartOptions, Vm } from '../engine/engine.ts'
import { type Exit, exitName } from '../engine/exit.ts'
import type { Program } from '../program/program.ts'
import { type FuzzCase, type FuzzEntry, programOfCase, startOptions } from './case.ts'
import { difference, memoryDifference } from './compare.ts'
import { Random } from './random.ts'
import { fuzzHost, type HostLog, react } from './reactions.ts'
import { withTiers } from './tiers.ts'

/** Where two engines part. */
export interface Finding {
  readonly left: EngineKind
  readonly right: EngineKind
  /** What differs, left and right in this order. */
  readonly what: string
  /** Index of the entry, and of the exit in it. */
  readonly entry: number
  readonly exit: number
  /** The exits of this entry so far, on the left engine. */
  readonly path: readonly string[]
}

/** What a case amounted to. */
export interface Outcome {
  readonly finding: Finding | undefined
  /** Different programs run. */
  readonly programs: number
  /** Entries run to their end. */
  readonly starts: number
  readonly exits: number
  readonly hostCalls: number
  /** Gas used on one engine, under the instruction and block models: a count of instructions. */
  readonly instructions: number
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

interface Runner {
  readonly kind: EngineKind
  readonly vm: Vm
  readonly log: HostLog
}

const SWITCHABLE: readonly EngineKind[] = ['interpreter', 'recompiler', 'auto']

/** Goes on on another engine where the machine can. The reference machine stays what it is: somebody has to know. */
function switchEngine(vm: Vm): void {
  if (vm.kind === 'reference') return
  const next = SWITCHABLE[(SWITCHABLE.indexOf(vm.kind) + 1) % SWITCHABLE.length]!
  try {
    vm.switchTo(next)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
}

/** Does what an action of the schedule says. */
export function perform(vm: Vm, action: number): Exit {
  if (action > 0) return vm.step(action)
  if (action < 0) switchEngine(vm)
  return vm.run()
}

/** Runs an action; an error of the engine itself is a finding, not a crash. */
function attempt(runner: Runner, action: number): { exit: Exit } | { error: string } {
  try {
    return { exit: perform(runner.vm, action) }
  } catch (error) {
    return { error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }
  }
}

/** Puts a machine at the beginning of an entry. */
export function enter(vm: Vm, entry: FuzzEntry): void {
  vm.regs32.set(entry.regs)
  vm.pc = entry.pc
  vm.gas = BigInt(entry.gas)
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
export function driveCase(fuzz: FuzzCase, kinds: readonly EngineKind[], options: DriveOptions = {}): Outcome {
  return withTiers(fuzz, () => drive(fuzz, kinds, options))
}

function drive(fuzz: FuzzCase, kinds: readonly EngineKind[], options: DriveOptions): Outcome {
  const { memory = 'exits' } = options
  const instantiate =
    options.instantiate ?? ((kind, program, start) => createEngine({ kind }).instantiate(program, start))
  let program: Program
  try {
    program = programOfCase(fuzz)
  } catch (error) {
    if (!(error instanceof BlobError)) throw error
    return { finding: undefined, programs: 0, starts: 0, exits: 0, hostCalls: 0, instructions: 0, rejected: true }
  }
  const start = startOptions(fuzz)
  const random = new Random(fuzz.salt)
  const looks = memory === 'exits' && (fuzz.salt & 2) !== 0
  const runners: Runner[] = []
  for (const kind of kinds) {
    const log: HostLog = { calls: 0, sinceStart: 0, digest: 0, ...(looks ? { memory: 0 } : {}) }
    const host = fuzz.hostCalls === 'call' ? { host: fuzzHost(fuzz.salt, new Random(fuzz.salt), log) } : {}
    try {
      runners.push({ kind, vm: instantiate(kind, program, { ...start, ...host }), log })
    } catch (error) {
      // What the first engine refuses is wrong with the case; what only another does is wrong with that.
      const left = runners[0]?.kind
      if (left === undefined) throw error
      for (const { vm } of runners) vm.dispose()
      const finding: Finding = { left, right: kind, what: `throws ${String(error)}`, entry: 0, exit: 0, path: [] }
      return { finding, programs: 0, starts: 0, exits: 0, hostCalls: 0, instructions: 0, rejected: false }
    }
  }
  const first = runners[0]!
  const counted = fuzz.profile.gasModel !== 'pipeline'
  let starts = 0
  let exits = 0
  let instructions = 0
  let finding: Finding | undefined
  for (let e = 0; e < fuzz.entries.length && finding === undefined; e++) {
    const entry = fuzz.entries[e]!
    for (const { vm, log } of runners) {
      enter(vm, entry)
      log.sinceStart = 0
    }
    let position = 0 // in the schedule, and the number of the reaction
    const path: string[] = []
    let left = fuzz.exits
    for (let more = true; more && left > 0; left--) {
      const action = fuzz.schedule[position % fuzz.schedule.length]!
      position += 1
      const before = counted ? first.vm.gas : 0n
      const results = runners.map(runner => attempt(runner, action))
      exits += 1
      const failed = results.findIndex(result => 'error' in result)
      if (failed >= 0) {
        const { error } = results[failed] as { error: string }
        const right = runners[failed]!
        finding = { left: first.kind, right: right.kind, what: `throws ${error}`, entry: e, exit: path.length, path }
        break
      }
      if (counted && first.vm.gas < before) instructions += Number(before - first.vm.gas)
      const { exit } = results[0] as { exit: Exit }
      const found = compareAll(runners, memory === 'exits')
      path.push(
        `${action > 0 ? `step ${action}` : action < 0 ? 'switch, run' : 'run'}: ${exitName(exit)} at ${first.vm.pc}`,
      )
      if (found !== undefined) {
        const { runner, what } = found
        finding = { left: first.kind, right: runner.kind, what, entry: e, exit: path.length - 1, path }
        break
      }
      for (const { vm } of runners) {
        random.reseed(fuzz.salt, position)
        more = react(vm, exit, random)
      }
    }
    if (finding !== undefined) break
    starts += 1
    const last = e === fuzz.entries.length - 1
    if (memory === 'ends' || (memory === 'case' && last)) {
      for (const runner of runners.slice(1)) {
        const what = memoryDifference(first.vm.memory, runner.vm.memory)
        if (what !== undefined)
          finding = { left: first.kind, right: runner.kind, what, entry: e, exit: path.length, path }
      }
    }
  }
  const hostCalls = first.log.calls
  for (const { vm } of runners) vm.dispose()
  const programs = Math.min(starts, fuzz.programs)
  return { finding, programs, starts, exits, hostCalls, instructions, rejected: false }
}
