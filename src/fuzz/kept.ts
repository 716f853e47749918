// Programs that are kept because they reach something: as text, and made small. Not the folder they are in, and not the cases that
// are made from them: corpus-case.ts.
import type { EngineKind } from '../engine/engine.ts'
import type { Exercise } from '../engine/recompiler/exercise.ts'
import { neverSeen } from './campaign.ts'
import type { FuzzCase } from './case.ts'
import { driveCase } from './drive.ts'
import { endsSoon } from './executed.ts'
import { EXERCISES } from './exercised.ts'
import { reduceCase } from './reduce.ts'
import { formatCase, parseCase } from './text.ts'

/** This is a case as text, with what it reaches. */
export interface KeptText {
  readonly text: string
  /** Names of `EXERCISES`, in their order. */
  readonly reached: readonly string[]
}

/** A case that was kept. */
export interface KeptCase extends KeptText {
  readonly fuzz: FuzzCase
}

const MARK = 'reaches '
/** Kinds of engines that have compiled code. */
const COMPILING: readonly EngineKind[] = ['recompiler', 'auto']
/** What is larger was written by nobody here. */
const MOST_TEXT = 2 ** 20
/** Nor is what has more gas: the campaigns' own cases end in seconds. Steps end by themselves. */
const MOST_GAS = 2 ** 26
const MOST_EXITS = 1000
/** Entries: each has gas of its own. */
const MOST_ENTRIES = 16

/** Those of the engines that have compiled code to reach something in. */
export function compilingEngines(engines: readonly EngineKind[]): readonly EngineKind[] {
  return engines.filter(engine => COMPILING.includes(engine))
}

/**
 * Reads a kept case, which somebody else may have written: it has to end.
 *
 * @param label what it is called in reports.
 * @throws SyntaxError, AssemblyError or RangeError for what is none.
 */
export function parseKept(text: string, label: string): KeptCase {
  if (text.length > MOST_TEXT) throw new SyntaxError(`longer than ${MOST_TEXT} characters`)
  const { fuzz } = parseCase(text, label)
  if (fuzz.entries.length === 0) throw new SyntaxError("no line ';! entry PC gas N'")
  if (fuzz.exits > MOST_EXITS) throw new SyntaxError(`follows more than ${MOST_EXITS} exits`)
  if (fuzz.entries.length > MOST_ENTRIES) throw new SyntaxError(`more than ${MOST_ENTRIES} entries`)
  const isStepped = fuzz.schedule.every(action => action > 0 && action * fuzz.exits <= MOST_GAS)
  if (!isStepped && fuzz.entries.some(({ gas }) => gas > MOST_GAS))
    throw new SyntaxError(`an entry with more gas than ${MOST_GAS} that is not stepped may not end`)
  if (fuzz.hostCalls === 'attack' && !endsSoon(fuzz))
    throw new SyntaxError('does not end soon: its host functions give it gas without end')
  const reached = [...text.matchAll(/^; reaches (.+)$/gm)].map(([, name]) => name!)
  const unknown = reached.find(name => !EXERCISES.includes(name))
  if (unknown !== undefined) throw new SyntaxError(`reaches '${unknown}', which nothing is called`)
  return { fuzz, text, reached }
}

/** This tells what cases reach, one after the other, on new code each time. */
export class Reach {
  readonly #engines: readonly EngineKind[]
  readonly #exercise: Exercise
  #attempts = 0

  /** @param exercise notices what is reached; modules must not be verified meanwhile. */
  constructor(engines: readonly EngineKind[], exercise: Exercise) {
    this.#engines = compilingEngines(engines)
    this.#exercise = exercise
  }

  /** This is what a case reaches, in the order of `EXERCISES`. */
  of(fuzz: FuzzCase): string[] {
    const { counts } = this.#exercise
    counts.clear()
    // Engines keep the code of programs they have seen: each attempt has a program of its own.
    driveCase(neverSeen(fuzz, this.#attempts++), this.#engines, { memory: 'case' })
    const reached = EXERCISES.filter(name => counts.has(name))
    counts.clear()
    return reached
  }

  /**
   * A small case that reaches what of the wanted the case itself reaches, as text that reads back.
   *
   * @param attempts at making it smaller.
   * @returns undefined when the case reaches nothing of it, which may be so for one that did behind others, or cannot be written
   * as text.
   */
  keep(fuzz: FuzzCase, wanted: readonly string[], attempts: number): KeptText | undefined {
    const alone = new Set(this.of(fuzz))
    const needed = wanted.filter(name => alone.has(name))
    if (needed.length === 0) return undefined
    const reaches = (it: FuzzCase): boolean => {
      const reached = new Set(this.of(it))
      return needed.every(name => reached.has(name))
    }
    // Gas that a host function writes may be near 2^63: what never ends is no smaller case.
    const mayNotEnd = fuzz.hostCalls === 'attack'
    const small = reduceCase(fuzz, it => !(mayNotEnd && !endsSoon(it)) && reaches(it), attempts)
    for (const it of small === fuzz ? [fuzz] : [small, fuzz]) {
      const reached = this.of(it)
      const title = reached.map(name => `${MARK}${name}`).join('\n')
      try {
        const text = formatCase(it, title)
        if (reaches(parseKept(text, fuzz.label).fuzz)) return { text, reached }
      } catch (error) {
        // A program that assembly text cannot say, like code whose first byte begins no instruction.
        if (!(error instanceof Error && ['SyntaxError', 'AssemblyError', 'RangeError'].includes(error.name)))
          throw error
      }
    }
    return undefined
  }
}

/**
 * The programs to keep so that all is reached that any of them reaches: again and again the one that reaches most of what is
 * missing, of several the shortest.
 *
 * @returns those, each with what it is kept for.
 */
export function coverOf<T extends KeptText>(all: readonly T[]): { readonly kept: T; readonly wanted: string[] }[] {
  const missing = new Set(all.flatMap(({ reached }) => reached))
  const chosen: { kept: T; wanted: string[] }[] = []
  const shortestFirst = [...all].sort((a, b) => a.text.length - b.text.length || (a.text < b.text ? -1 : 1))
  while (missing.size > 0) {
    let best: { kept: T; wanted: string[] } | undefined
    for (const kept of shortestFirst) {
      const wanted = kept.reached.filter(name => missing.has(name))
      if (best === undefined || wanted.length > best.wanted.length) best = { kept, wanted }
    }
    for (const name of best!.wanted) missing.delete(name)
    chosen.push(best!)
  }
  return chosen
}
