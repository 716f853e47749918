// Makes a failing case small: fewer instructions, plainer state, as long as it still fails. Not a prover: the result is
// minimal in that no single further step of these works.
import type { ProgramParts } from '../blob/raw.ts'
import { instructionSet } from '../isa/set.ts'
import { instructionNamed } from '../isa/table.ts'
import { profile } from '../program/profile.ts'
import { type FuzzCase, type FuzzEntry, partsOfCase, withParts } from './case.ts'
import { executedBy } from './executed.ts'
import { type CodeItem, itemsOf, joinItems } from './items.ts'

/** Whether a case still shows the difference. */
export type Fails = (fuzz: FuzzCase) => boolean

/** A candidate counts as failing if it also loads and ends: the caller's `fails` has to say false for those that do not. */
class Reducer {
  readonly #fails: Fails
  #budget: number
  best: FuzzCase

  constructor(fuzz: FuzzCase, fails: Fails, budget: number) {
    this.best = fuzz
    this.#fails = fails
    this.#budget = budget
  }

  /** Takes the candidate if it fails too. */
  try(candidate: FuzzCase): boolean {
    if (this.#budget <= 0) return false
    this.#budget -= 1
    if (!this.#fails(candidate)) return false
    this.best = candidate
    return true
  }

  get exhausted(): boolean {
    return this.#budget <= 0
  }
}

function withItems(fuzz: FuzzCase, items: readonly CodeItem[]): FuzzCase {
  const { parts, moved } = joinItems(items, partsOfCase(fuzz))
  return { ...withParts(fuzz, parts), entries: fuzz.entries.map(entry => ({ ...entry, pc: moved(entry.pc) })) }
}

function codeItems(fuzz: FuzzCase): CodeItem[] {
  return itemsOf(partsOfCase(fuzz), instructionSet(fuzz.profile.instructionSet))
}

/** Takes out runs of list elements, longest first, as long as something fails (delta debugging). */
function dropRuns<T>(
  reducer: Reducer,
  list: (fuzz: FuzzCase) => readonly T[],
  keep: (fuzz: FuzzCase, rest: readonly T[]) => FuzzCase,
  least = 1,
): boolean {
  let changed = false
  for (let size = Math.max(1, list(reducer.best).length >> 1); size >= 1 && !reducer.exhausted; size >>= 1) {
    for (let at = 0; at < list(reducer.best).length && !reducer.exhausted; ) {
      const all = list(reducer.best)
      const rest = [...all.slice(0, at), ...all.slice(at + size)]
      if (rest.length >= least && reducer.try(keep(reducer.best, rest))) changed = true
      else at += size
    }
  }
  return changed
}

/** Offers variants of one thing, in the order of preference, until one fails. */
function firstThatFails(reducer: Reducer, candidates: readonly FuzzCase[]): boolean {
  return candidates.some(candidate => reducer.try(candidate))
}

/** One entry alone, with gas enough that nobody has to add any. */
function oneEntry(reducer: Reducer): boolean {
  const { best } = reducer
  if (best.entries.length === 1) return false
  const alone = best.entries.map(entry => ({ ...best, entries: [{ ...entry, gas: Math.max(entry.gas, 1000) }] }))
  return firstThatFails(reducer, alone.reverse())
}

function withEntry(fuzz: FuzzCase, index: number, change: Partial<FuzzEntry>): FuzzCase {
  return { ...fuzz, entries: fuzz.entries.map((entry, i) => (i === index ? { ...entry, ...change } : entry)) }
}

function simplerState(reducer: Reducer): boolean {
  let changed = false
  const attempt = (candidate: FuzzCase): void => {
    if (reducer.try(candidate)) changed = true
  }
  const { best } = reducer
  if (best.schedule.some(action => action !== 0)) attempt({ ...best, schedule: [0] })
  if (best.hostCalls === 'call') attempt({ ...reducer.best, hostCalls: 'exit' })
  if (best.between !== undefined) attempt({ ...reducer.best, between: undefined })
  if (best.between === 'other') attempt({ ...reducer.best, between: 'again' })
  if (best.tiers === 'eager') attempt({ ...reducer.best, tiers: 'usual' })
  if (best.salt !== 0) attempt({ ...reducer.best, salt: 0 })
  if (best.heap !== undefined) attempt({ ...reducer.best, heap: undefined })
  if (best.container.kind === 'standard') {
    attempt({ ...reducer.best, container: { kind: 'raw', parts: partsOfCase(reducer.best) } })
  }
  for (const preset of ['gp-0.7.2', 'gp-0.8.0'] as const) {
    if (best.profile.name !== 'gp-0.7.2' && best.profile.name !== 'gp-0.8.0') {
      attempt({ ...reducer.best, profile: profile(preset) })
    }
  }
  reducer.best.entries.forEach((entry, index) => {
    for (let r = 0; r < 13; r++) {
      const [low, high] = [entry.regs[2 * r]!, entry.regs[2 * r + 1]!]
      for (const [l, h] of [
        [0, 0],
        [1, 0],
        [low, 0],
      ] as const) {
        if ((low === l && high === h) || (low === 0 && high === 0)) continue
        const regs = reducer.best.entries[index]!.regs.slice()
        regs[2 * r] = l
        regs[2 * r + 1] = h
        if (reducer.try(withEntry(reducer.best, index, { regs }))) {
          changed = true
          break
        }
      }
    }
    for (const gas of [0, 1, 10, 100, entry.gas >> 2, entry.gas >> 1, entry.gas - (entry.gas >> 3)]) {
      if (gas >= reducer.best.entries[index]!.gas) break
      if (reducer.try(withEntry(reducer.best, index, { gas }))) {
        changed = true
        break
      }
    }
  })
  if (reducer.best.exits > 1) {
    changed =
      firstThatFails(
        reducer,
        [1, reducer.best.exits >> 1, reducer.best.exits - 1].map(exits => ({ ...reducer.best, exits })),
      ) || changed
  }
  return changed
}

/** These are shorter forms of one instruction. */
function simplerItems(item: CodeItem, fuzz: FuzzCase): CodeItem[] {
  const set = instructionSet(fuzz.profile.instructionSet)
  const { pc, bytes, marked } = item
  const as = (...next: number[]): CodeItem => ({ pc, bytes: Uint8Array.from(next), marked, jump: undefined })
  const trap = set.opcodes[instructionNamed('trap')!.id]!
  const fallthrough = set.opcodes[instructionNamed('fallthrough')!.id]!
  const simpler: CodeItem[] = []
  if (bytes.length > 1) simpler.push(as(trap), as(fallthrough))
  else if (bytes[0] === fallthrough) simpler.push(as(trap))
  if (item.jump !== undefined) return simpler
  for (let length = 2; length < bytes.length; length++) simpler.push(as(...bytes.subarray(0, length)))
  for (let i = 2; i < bytes.length; i++) {
    if (bytes[i] !== 0) simpler.push(as(...bytes.subarray(0, i), 0, ...bytes.subarray(i + 1)))
  }
  return simpler
}

function simplerCode(reducer: Reducer): boolean {
  let changed = false
  for (let i = 0; i < codeItems(reducer.best).length && !reducer.exhausted; i++) {
    const items = codeItems(reducer.best)
    const candidates = simplerItems(items[i]!, reducer.best).map(item =>
      withItems(reducer.best, [...items.slice(0, i), item, ...items.slice(i + 1)]),
    )
    changed = firstThatFails(reducer, candidates) || changed
  }
  return changed
}

/** Table entries from the end on; those in the middle keep their index, which the code names. */
function shorterTable(reducer: Reducer): boolean {
  let changed = false
  for (let more = true; more; ) {
    const parts: ProgramParts = partsOfCase(reducer.best)
    const { jumpTable } = parts
    more = [0, jumpTable.length >> 1, jumpTable.length - 1].some(length => {
      if (length < 0 || length >= jumpTable.length) return false
      const table = jumpTable.slice(0, length)
      return reducer.try(withParts(reducer.best, { ...parts, jumpTable: table, jumpTableLength: length }))
    })
    changed ||= more
  }
  return changed
}

/** Takes out at once what is never executed; if too much of it matters, the ends of blocks stay, which make places to jump to. */
function executedOnly(reducer: Reducer): boolean {
  const { best } = reducer
  const seen = executedBy(best)
  const set = instructionSet(best.profile.instructionSet)
  const ends = (item: CodeItem): boolean =>
    /trap|fallthrough|jump|branch/.test(set.byOpcode[item.bytes[0]!]?.kind ?? '')
  const items = codeItems(best)
  const rests = [
    items.filter(({ pc }) => seen.has(pc)),
    items.filter((item, i) => seen.has(item.pc) || (ends(item) && seen.has(items[i + 1]?.pc ?? -1))),
  ]
  return rests.some(rest => rest.length < items.length && rest.length > 0 && reducer.try(withItems(best, rest)))
}

/**
 * The smallest case found that still fails.
 *
 * @param fails is called with candidates, most of which are worse; it must not throw.
 * @param budget calls of `fails` at most.
 */
export function reduceCase(fuzz: FuzzCase, fails: Fails, budget = 20_000): FuzzCase {
  const reducer = new Reducer(fuzz, fails, budget)
  for (let changed = true; changed && !reducer.exhausted; ) {
    changed = oneEntry(reducer)
    changed =
      dropRuns(
        reducer,
        it => it.entries,
        (it, entries) => ({ ...it, entries }),
      ) || changed
    changed = executedOnly(reducer) || changed
    changed = dropRuns(reducer, codeItems, withItems) || changed
    changed =
      dropRuns(
        reducer,
        it => it.schedule,
        (it, schedule) => ({ ...it, schedule }),
      ) || changed
    changed =
      dropRuns(
        reducer,
        it => it.pages,
        (it, pages) => ({ ...it, pages }),
        0,
      ) || changed
    changed = simplerState(reducer) || changed
    changed = simplerCode(reducer) || changed
    changed = shorterTable(reducer) || changed
  }
  return reducer.best
}
