// Makes fuzz cases from a seed: profiles, memory, programs, schedules. Valid, nearly valid and hostile ones.

import { Access, PAGE_SIZE } from '../blob/address-space.ts'
import type { StandardProgram } from '../blob/standard.ts'
import type { Mapping } from '../engine/engine.ts'
import { instructionSet } from '../isa/set.ts'
import { GAS_MODELS, type Profile, profile } from '../program/profile.ts'
import type { Action, FuzzCase, FuzzEntry } from './case.ts'
import { Emitter } from './emit.ts'
import { mutate } from './mutate.ts'
import { Random } from './random.ts'
import { writeSegment } from './segments.ts'
import { markedAgain, type Transcoded, toExtended } from './transcode.ts'
import { edge64, PAGE_PALETTE } from './values.ts'

/** What kind of cases to make. */
export interface GenerateOptions {
  /** Start points per case: many short programs in one, which share code and memory. Default 1. */
  readonly entries?: number
  /** How often each of them is started, with other registers and gas; default 1. */
  readonly rounds?: number
  /** Gas per entry at most; default 3000. Large values make loops run long. */
  readonly gas?: number
  /** How many in a hundred entries get a million gas or so instead; default 0.3. */
  readonly hugeGas?: number
  /** Profiles to pick from; default: both Gray Paper versions, and mixtures of all switches. */
  readonly profiles?: readonly Profile[]
  /** Whether to leave out steps and changes of engine, and long huge blocks; default false. */
  readonly plain?: boolean
  /** Whether to make plain programs only, no standard ones; default false. */
  readonly raw?: boolean
}

const GP_072 = profile('gp-0.7.2')
const GP_080 = profile('gp-0.8.0')
const LENIENT_080 = profile('gp-0.8.0', { name: 'gp-0.8.0-lenient', loader: 'lenient' })

/** The switches may be combined in any way. */
function mixedProfile(random: Random): Profile {
  const sets = ['gp-0.7.2', 'gp-0.8.0', 'latest64', 'revive-v1'] as const
  // A strict loader promises that nothing runs off the code, which only holds where successors are checked (0.8.0 A.5).
  const strict = random.chance(30)
  return profile(GP_072, {
    name: 'mixed',
    instructionSet: random.pick(sets),
    gasModel: random.pick(GAS_MODELS),
    loader: strict ? 'strict' : 'lenient',
    branchCheck: strict ? 'both' : random.pick(['taken', 'both'] as const),
    readOnlyStore: random.pick(['fault', 'panic'] as const),
    inaccessible: random.chance(20) ? 'panic' : 'fault',
    outOfGas: random.pick(['keep', 'drain'] as const),
    sbrkResult: random.pick(['old', 'new'] as const),
    cmovReadsDestination: random.chance(50),
  })
}

/** Cases in a row with the same rules, when they are small: machines with other rules cannot share a cell's memory. */
export const PROFILE_RUN = 16

const mixtures = new Map<string, Profile>()

/** The profile of a case. The same mixture is the same object, which is what machines compare. */
function pickProfile(seed: number | string, index: number, few: boolean): Profile {
  // Streams from the other end of the numbers, so that they are none of a case's.
  const random = new Random(seed, ~(few ? Math.floor(index / PROFILE_RUN) : index))
  const roll = random.below(10)
  if (roll < 8) return roll < 4 ? GP_072 : roll < 7 ? GP_080 : LENIENT_080
  const mixed = mixedProfile(random)
  const key = JSON.stringify(mixed)
  const known = mixtures.get(key)
  if (known !== undefined) return known
  mixtures.set(key, mixed)
  return mixed
}

function pickPages(random: Random): Mapping[] {
  const chosen = new Map<number, Access>()
  const count = random.between(0, 6)
  for (let i = 0; i < count; i++) {
    const page = random.pick(PAGE_PALETTE)
    chosen.set(page, random.chance(70) ? Access.Write : Access.Read)
    // A neighbour with the same or other rights, so that accesses cross from one to the other.
    if (random.chance(30)) for (let k = 1; k < 6 && page + k < 2 ** 20; k++) chosen.set(page + k, Access.Write)
    const neighbour = page + (random.chance(50) ? 1 : -1)
    if (random.chance(40) && neighbour >= 16 && neighbour < 2 ** 20) {
      chosen.set(neighbour, random.chance(60) ? Access.Write : Access.Read)
    }
  }
  return [...chosen.entries()]
    .sort(([a], [b]) => a - b)
    .map(([page, access]) => ({ address: page * PAGE_SIZE, length: PAGE_SIZE, access }))
}

function pickData(random: Random, limit: number): Uint8Array {
  const data = new Uint8Array(random.chance(30) ? 0 : random.below(limit))
  for (let i = 0; i < data.length; i += 1 + random.below(8)) data[i] = random.below(256)
  return data
}

function pickStandard(random: Random, parts: StandardProgram['parts']): StandardProgram {
  return {
    readOnly: pickData(random, 9000),
    readWrite: pickData(random, 9000),
    heapPages: random.chance(50) ? 0 : random.below(4),
    stackSize: random.pick([0, 1, 4095, 4096, 4097, 8192, 20000]),
    parts,
  }
}

function pickSchedule(random: Random, plain: boolean): Action[] {
  if (plain || random.chance(40)) return [0]
  const schedule: Action[] = []
  for (let i = random.between(1, 12); i > 0; i--) {
    const roll = random.below(10)
    schedule.push(roll < 3 ? 0 : roll < 5 ? -1 : roll < 8 ? random.between(1, 4) : farther(random))
  }
  return schedule
}

/** So many steps, or so much gas; more than a thousand steps are counted in gas where each costs 1. */
function farther(random: Random): Action {
  const roll = random.between(1, 200)
  if (roll > 150) return 1000 + 20 * (roll - 150)
  return roll > 100 ? -1 - (roll - 100) ** 2 : roll
}

function startRegisters(random: Random, pages: readonly number[]): Uint32Array {
  const regs = new Uint32Array(26)
  for (let r = 0; r < 13; r++) edge64(random, regs, 2 * r)
  if (random.chance(70)) regs.set([0xffff0000, 0], 0) // as an invocation starts: return to halt (GP A.43)
  if (pages.length > 0 && random.chance(70)) regs.set([random.pick(pages) * PAGE_SIZE + PAGE_SIZE, 0], 2)
  return regs
}

function pickGas(random: Random, most: number, huge: number): number {
  if (random.chance(huge)) return 500_000 + random.below(1_500_000) // more than compiled code gets at a time
  const roll = random.below(10)
  if (roll < 1) return random.below(4)
  return random.below(roll < 4 ? Math.min(64, most) : most)
}

/** Mostly not where a block starts, or not in the code at all. */
function strangePc(random: Random, length: number): number {
  return random.chance(80)
    ? random.below(length)
    : random.pick([length, length + 1, 0x7fffffff, 0x80000000, 0xffffffff])
}

/** The case of that number of a seed is always the same one. */
export function generateCase(seed: number | string, index: number, options: GenerateOptions = {}): FuzzCase {
  const { entries: count = 1, rounds = 1, gas = 3000, hugeGas = 0.3, plain = false } = options
  const random = new Random(seed, index)
  const { profiles } = options
  const rules = profiles === undefined ? pickProfile(seed, index, count <= 12) : random.pick(profiles)
  const isExtended = rules.instructionSet === 'latest64-0.37'
  const set = instructionSet(isExtended ? 'latest64' : rules.instructionSet)
  const standard = random.chance(15) && options.raw !== true
  const pages = pickPages(random)
  const numbers = pages.map(page => page.address / PAGE_SIZE)
  // A standard program's own areas begin here (GP A.7); the rest depends on sizes.
  const mapped = standard ? [...numbers, 0x10, 0x20, 0x30, 0xfefdf] : numbers
  const strict = rules.loader === 'strict'
  const emitter = new Emitter(random, set, {
    wild: random.pick([0, 0, 1, 3, 10, 40]),
    pages: mapped,
    registers: Array.from({ length: random.between(2, 13) }, () => random.below(13)),
    gap: strict ? 14 : 27,
    hugeHeap: standard,
  })
  const { writer } = emitter
  const labels = Array.from({ length: count }, () => writer.newLabel())
  const needs = labels.map(label => {
    writer.place(label)
    emitter.gasNeeded = 0
    writeSegment(emitter, plain)
    return emitter.gasNeeded
  })
  // What runs off the code meets an implicit trap; a strict loader refuses code that could.
  if (!random.chance(strict ? 1 : 15)) writer.begin(emitter.opcode('trap'))
  const written = writer.finish()
  const { parts: whole, moved }: Transcoded = isExtended
    ? toExtended(random, written)
    : { parts: written, moved: pc => pc }
  let parts = whole
  if (random.chance(strict ? 6 : 12)) parts = mutate(random, parts)
  if (isExtended) parts = markedAgain(parts)
  const schedule = pickSchedule(random, plain)
  // Steps end by themselves, so that gas may be more than a run could ever use up.
  const plenty =
    schedule.every(action => action > 0) && random.chance(50) ? random.pick([2 ** 32, 2 ** 33, 2 ** 52]) : 0
  const entries: FuzzEntry[] = []
  for (let round = 0; round < rounds; round++) {
    labels.forEach((label, i) => {
      const pc = random.chance(3) ? strangePc(random, parts.code.length) : moved(writer.offsetOf(label))
      const most = needs[i]! + pickGas(random, gas, hugeGas) + plenty
      entries.push({ pc, gas: most, regs: startRegisters(random, mapped) })
    })
  }
  const heapStart = 0x50000 + random.below(3) * 0x800
  return {
    label: `${seed}:${index}`,
    container: standard ? { kind: 'standard', program: pickStandard(random, parts) } : { kind: 'raw', parts },
    profile: rules,
    entries,
    programs: count,
    pages: standard ? [] : pages,
    heap: standard || random.chance(20) ? undefined : { start: heapStart, limit: heapStart + random.below(0x8000) },
    schedule,
    salt: random.chance(20) ? 0 : random.next() | 1,
    hostCalls: random.chance(50) ? 'exit' : 'call',
    tiers: random.chance(count <= 12 ? 40 : 10) ? 'eager' : 'usual',
    exits: random.between(1, 24),
  }
}
