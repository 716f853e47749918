// Cases made from programs that were kept: the programs themselves, then changed ones. Not the keeping: kept.ts.
import { instructionSet } from '../isa/set.ts'
import { type FuzzCase, type FuzzEntry, partsOfCase, withParts } from './case.ts'
import { endsSoon } from './executed.ts'
import { type CodeItem, itemsOf, joinItems } from './items.ts'
import { mutate } from './mutate.ts'
import { Random } from './random.ts'
import { edge32, edge64 } from './values.ts'

/** Code does not grow beyond this. */
const MOST_CODE = 2 ** 16
/** An entry with more gas ends by its steps, or was written by somebody else: it gets no other schedule. */
const PLENTY = 2 ** 24

/** A stretch of the list, of 1 to `most`. */
function stretch(random: Random, list: readonly CodeItem[], most: number): [from: number, to: number] {
  const from = random.below(list.length)
  return [from, Math.min(from + random.between(1, most), list.length)]
}

/** Items as if they stood at a place of the code; jumps of another program lead nowhere in this one. */
const asIfAt = (items: readonly CodeItem[], pc: number, own: boolean): CodeItem[] =>
  items.map(item => ({ ...item, pc, jump: own ? item.jump : undefined }))

/** This makes other code: instructions are taken out, doubled, exchanged, brought from another program, or get other operands. */
function changeCode(random: Random, fuzz: FuzzCase, other: FuzzCase): FuzzCase {
  const parts = partsOfCase(fuzz)
  const set = instructionSet(fuzz.profile.instructionSet)
  const items = itemsOf(parts, set)
  if (items.length === 0) return fuzz
  const [from, to] = stretch(random, items, 6)
  const at = items[from]!
  let changed: CodeItem[] = items
  switch (random.below(6)) {
    case 0:
      if (items.length > to - from) changed = [...items.slice(0, from), ...items.slice(to)]
      break
    case 1:
      changed = [...items.slice(0, from), ...asIfAt(items.slice(from, to), at.pc, true), ...items.slice(from)]
      break
    case 2: {
      const theirs = itemsOf(partsOfCase(other), instructionSet(other.profile.instructionSet))
      if (theirs.length === 0 || other.profile.instructionSet !== fuzz.profile.instructionSet) break
      const [first, last] = stretch(random, theirs, 20)
      changed = [...items.slice(0, from), ...asIfAt(theirs.slice(first, last), at.pc, false), ...items.slice(from)]
      break
    }
    case 3: {
      // The next instruction where this one was, and the other way round.
      const next = items[from + 1]
      if (next !== undefined)
        changed = [...items.slice(0, from), { ...next, pc: at.pc }, { ...at, pc: next.pc }, ...items.slice(from + 2)]
      break
    }
    case 4: {
      // Another instruction with operands of the same form.
      const format = set.byOpcode[at.bytes[0]!]?.format
      const same = [...set.byOpcode.keys()].filter(opcode => set.byOpcode[opcode]?.format === format)
      const bytes = Uint8Array.of(random.pick(same), ...at.bytes.subarray(1))
      changed = items.with(from, { ...at, bytes })
      break
    }
    default: {
      if (at.bytes.length < 2) break
      const bytes = at.bytes.slice()
      const i = random.between(1, bytes.length - 1)
      bytes[i] = random.chance(50) ? edge32(random) : bytes[i]! ^ (1 << random.below(8))
      changed = items.with(from, { ...at, bytes, jump: undefined })
    }
  }
  const joined = joinItems(changed, parts)
  if (joined.parts.code.length > MOST_CODE || joined.parts.code.length === 0) return fuzz
  const entries = fuzz.entries.map(entry => ({ ...entry, pc: joined.moved(entry.pc) }))
  return { ...withParts(fuzz, joined.parts), entries }
}

function changeEntry(random: Random, entry: FuzzEntry): FuzzEntry {
  if (random.chance(30) && entry.gas <= PLENTY)
    return { ...entry, gas: random.pick([random.below(64), entry.gas, 2 * entry.gas, entry.gas >> 1, 3000]) }
  const regs = entry.regs.slice()
  edge64(random, regs, 2 * random.below(13))
  return { ...entry, regs }
}

/** This makes one change. */
function change(random: Random, fuzz: FuzzCase, other: FuzzCase): FuzzCase {
  const roll = random.below(100)
  if (roll < 55) return changeCode(random, fuzz, other)
  if (roll < 60) {
    const parts = partsOfCase(fuzz)
    return parts.code.length === 0 ? fuzz : withParts(fuzz, mutate(random, parts))
  }
  if (roll < 80) {
    const n = random.below(fuzz.entries.length)
    return { ...fuzz, entries: fuzz.entries.with(n, changeEntry(random, fuzz.entries[n]!)) }
  }
  if (roll < 86) return { ...fuzz, salt: random.next() | 1 }
  if (roll < 90) return { ...fuzz, tiers: fuzz.tiers === 'eager' ? 'usual' : 'eager' }
  if (roll < 93 && fuzz.hostCalls !== 'attack')
    return { ...fuzz, hostCalls: fuzz.hostCalls === 'call' ? 'exit' : 'call' }
  if (roll < 96) return { ...fuzz, entries: [...fuzz.entries, changeEntry(random, random.pick(fuzz.entries))] }
  if (fuzz.entries.some(({ gas }) => gas > PLENTY)) return fuzz
  return {
    ...fuzz,
    schedule: random.chance(50) ? [0] : [0, random.pick([-1, 1, 40, 200])],
    exits: random.between(1, 16),
  }
}

/**
 * The case of that number of a campaign that starts from kept programs: first those as they are, then changed ones where the
 * number is odd.
 *
 * @returns undefined where the case is to be made anew.
 */
export function corpusCase(corpus: readonly FuzzCase[], seed: number | string, index: number): FuzzCase | undefined {
  const first = corpus[index]
  if (first !== undefined) return first
  if (corpus.length === 0 || index % 2 === 0) return undefined
  const random = new Random(seed, index ^ 0x15555555)
  const base = random.pick(corpus)
  let fuzz = base
  for (let i = random.between(1, 5); i > 0; i--) fuzz = change(random, fuzz, random.pick(corpus))
  // Gas that a host function writes may be near 2^63: it has to end all the same.
  if (fuzz.hostCalls === 'attack' && !endsSoon(fuzz)) fuzz = base
  return { ...fuzz, label: `${seed}:${index} from ${base.label}`, programs: fuzz.entries.length }
}
