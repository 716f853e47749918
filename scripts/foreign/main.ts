// Fuzzes coulis against anan-as and says which known deviations it met. Not `coulis fuzz`: that has no packages to import.
import { parseArgs } from 'node:util'
import { availableEngines } from '../../src/engine/create.ts'
import type { EngineKind } from '../../src/engine/engine.ts'
import { partsOfCase } from '../../src/fuzz/case.ts'
import { driveForeign } from '../../src/fuzz/foreign.ts'
import { generateCase } from '../../src/fuzz/generate.ts'
import { reduceCase } from '../../src/fuzz/reduce.ts'
import { formatCase } from '../../src/fuzz/text.ts'
import { createAnanAs, DEVIATIONS } from './anan-as.ts'

const OPTIONS = {
  engine: { type: 'string', default: 'interpreter' },
  seed: { type: 'string', default: 'foreign' },
  from: { type: 'string', default: '0' },
  seconds: { type: 'string', default: '20' },
} as const

/** Runs until a difference nobody knows, or until the time is over; returns the exit code of the process. */
export async function fuzzForeign(args: readonly string[], path: string): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS })
  const { seed } = values
  const engine = values.engine as EngineKind
  if (!availableEngines().includes(engine)) throw new RangeError(`--engine ${engine}: not available`)
  const [seconds, from] = [Number(values.seconds), Number(values.from)]
  if (!(seconds >= 0 && from >= 0)) throw new RangeError('--seconds, --from: expected numbers')
  const { log } = console
  // Its allocator says a line for every page.
  console.log = (...line) => (String(line[0]).startsWith('Warning: Run out of pages') ? undefined : log(...line))
  const foreign = await createAnanAs(path)
  const met = new Map<string, number>()
  const totals = { cases: 0, programs: 0, exits: 0, instructions: 0 }
  const started = performance.now()
  for (let i = from; performance.now() - started < 1000 * seconds; i++) {
    const fuzz = {
      ...generateCase(seed, i, { profiles: [foreign.profile], raw: true, entries: 4, plain: true }),
      hostCalls: 'exit' as const,
      heap: undefined,
    }
    if (partsOfCase(fuzz).jumpTableEntrySize === 0) continue // it would make room for the entries, billions of them
    const outcome = driveForeign(fuzz, engine, foreign, DEVIATIONS)
    totals.cases += 1
    totals.programs += outcome.programs
    totals.exits += outcome.exits
    totals.instructions += outcome.instructions
    for (const name of outcome.known) met.set(name, (met.get(name) ?? 0) + 1)
    if (outcome.finding === undefined) continue
    const fails = (it: typeof fuzz): boolean => driveForeign(it, engine, foreign, DEVIATIONS).finding !== undefined
    const small = reduceCase(fuzz, it => fails({ ...it, hostCalls: 'exit', heap: undefined }), 5000)
    const what = driveForeign(small, engine, foreign, DEVIATIONS).finding?.what ?? outcome.finding.what
    const title = `coulis and ${foreign.name} differ in ${what}\ncase ${seed}:${i}`
    console.log(formatCase(small, title, engine))
    return 1
  }
  console.log(JSON.stringify({ engine, foreign: foreign.name, ...totals, known: Object.fromEntries(met) }))
  for (const { name, reason } of DEVIATIONS) console.log(`${name}: ${reason}`)
  return 0
}
