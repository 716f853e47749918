// Makes cases that attack, from a seed: memory with walls, pages at the ends of the window and beyond, machines that come out
// of the pool, programs of attacks.ts and a host of attack-host.ts. Not the usual cases: generate.ts.

import { Access, PAGE_SIZE } from '../blob/address-space.ts'
import type { Mapping } from '../engine/engine.ts'
import { instructionSet } from '../isa/set.ts'
import { type Profile, profile } from '../program/profile.ts'
import {
  attackCallAt,
  CALM,
  deepLoops,
  type Ground,
  heapLoop,
  loopAgain,
  type Menu,
  manyCalls,
  WILD,
  walkAgain,
} from './attacks.ts'
import type { Action, FuzzCase, FuzzEntry } from './case.ts'
import { Emitter } from './emit.ts'
import { indexedAccesses, smallCallees } from './indexed.ts'
import { nestedLoops } from './nested.ts'
import { FAR_PAGES } from './places.ts'
import { Random } from './random.ts'
import { type Transcoded, toExtended } from './transcode.ts'
import { edge64 } from './values.ts'

const GP_072 = profile('gp-0.7.2')
const PROFILES: readonly Profile[] = [
  GP_072,
  GP_072,
  profile('gp-0.8.0', { loader: 'lenient' }),
  profile('gp-0.7.2', { readOnlyStore: 'panic', outOfGas: 'drain' }),
  profile('polkavm'),
  profile('polkavm-0.37'),
  profile('polkavm', { name: 'polkavm-32', instructionSet: 'latest32' }),
]

/** Gas of an entry that has none to end. */
const PLENTY = 60_000

/** Writable pages, and what is behind them: nothing, read-only pages, or the end of the window. */
function layGround(random: Random): { ground: Ground; pages: Mapping[] } {
  const far = random.chance(15)
  const first = far ? random.pick(FAR_PAGES) : random.pick([0x20, 0x20, 0x30, 0x800])
  const count = far ? random.between(1, 2) : random.pick([1, 2, 2, 3, 8, 40, 40])
  const end = Math.min(first + count, 2 ** 20)
  const pages = [{ address: first * PAGE_SIZE, length: (end - first) * PAGE_SIZE, access: Access.Write as Access }]
  if (random.chance(50) && end < 2 ** 20 - 1) {
    pages.push({ address: end * PAGE_SIZE, length: PAGE_SIZE, access: Access.Read })
  }
  if (random.chance(30)) pages.unshift({ address: (first - 1) * PAGE_SIZE, length: PAGE_SIZE, access: Access.Read })
  const taken = new Set(pages.flatMap(page => [page.address, page.address + page.length - PAGE_SIZE]))
  for (let i = random.below(3); i > 0; i--) {
    const page = random.pick(FAR_PAGES)
    const inside = page >= first - 1 && page <= end
    if (inside || taken.has(page * PAGE_SIZE)) continue
    taken.add(page * PAGE_SIZE)
    pages.push({ address: page * PAGE_SIZE, length: PAGE_SIZE, access: random.chance(70) ? Access.Write : Access.Read })
  }
  return { ground: { first: first * PAGE_SIZE, wall: end * PAGE_SIZE }, pages }
}

function writePiece(emitter: Emitter, ground: Ground, menu: Menu): void {
  const roll = emitter.random.below(100)
  // Its loops may have no end, so they are for gas that is bounded.
  if (roll < 15 && menu === WILD) nestedLoops(emitter, ground, menu)
  else if (roll < 45) loopAgain(emitter, ground, menu)
  else if (roll < 50) indexedAccesses(emitter, ground, menu)
  else if (roll < 55) smallCallees(emitter, ground, menu)
  else if (roll < 72) walkAgain(emitter, ground, menu)
  else if (roll < 86) manyCalls(emitter, ground, menu)
  else if (roll < 92) heapLoop(emitter)
  else if (roll < 93) deepLoops(emitter, ground)
  else attackCallAt(emitter, menu, 7)
}

function registersAt(random: Random): Uint32Array {
  const regs = new Uint32Array(26)
  for (let r = 0; r < 13; r++) edge64(random, regs, 2 * r)
  return regs
}

/** Some steps are single, some are so many that they are counted in gas. Engines change, and pieces of gas end anywhere. */
function pickSchedule(random: Random): Action[] {
  const piece = random.pick([2, 7, 50, 300, 1000, 5000])
  return [0, random.pick([-1, 1, 40, 200, 1001 + random.below(4000), -piece - random.below(piece)])]
}

/** The case of that number of a seed is always the same one. */
export function generateAttack(
  seed: number | string,
  index: number,
  profiles: readonly Profile[] = PROFILES,
): FuzzCase {
  const random = new Random(seed, index ^ 0x2aaaaaaa)
  const rules = random.pick(profiles)
  const isExtended = rules.instructionSet === 'latest64-0.37'
  const emitter = new Emitter(random, instructionSet(isExtended ? 'latest64' : rules.instructionSet), {
    wild: 0,
    exact: true,
    pages: [],
    registers: [],
    gap: 0,
    hugeHeap: false,
  })
  const { writer } = emitter
  const { ground, pages } = layGround(random)
  const menu = random.chance(45) ? CALM : WILD
  const labels = Array.from({ length: random.between(1, 4) }, () => writer.newLabel())
  const needs = labels.map(label => {
    writer.place(label)
    emitter.gasNeeded = 0
    for (let i = random.between(1, 2); i > 0; i--) writePiece(emitter, ground, menu)
    writer.begin(emitter.opcode('trap'))
    return emitter.gasNeeded
  })
  const written = writer.finish()
  const { parts, moved }: Transcoded = isExtended ? toExtended(random, written) : { parts: written, moved: pc => pc }
  const entries: FuzzEntry[] = labels.map((label, i) => {
    const gas = random.chance(85) ? PLENTY : random.below(400)
    return { pc: moved(writer.offsetOf(label)), gas: needs[i]! + gas, regs: registersAt(random) }
  })
  // Again what ran first: after everything that happened.
  if (random.chance(40)) entries.push({ ...entries[0]!, regs: registersAt(random) })
  const between = random.chance(40) ? random.pick(['again', 'other'] as const) : undefined
  return {
    label: `${seed}:${index}`,
    container: { kind: 'raw', parts },
    profile: rules,
    entries,
    programs: labels.length,
    pages,
    heap: random.chance(50) ? { start: 0x50000 + random.below(3) * 0x800, limit: 0x58000 } : undefined,
    schedule: random.chance(70) ? [0] : pickSchedule(random),
    salt: random.next() | 1,
    hostCalls: 'attack',
    ...(between === undefined ? {} : { between }),
    tiers: random.chance(60) ? 'eager' : 'usual',
    exits: random.between(2, 12),
  }
}
