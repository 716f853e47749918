// Fuzzes coulis against anan-as and says which known deviations it met. Not `coulis fuzz`: that has no packages to import.
import { availableEngines } from '../../src/engine/create.ts'
import type { EngineKind } from '../../src/engine/engine.ts'
import { driveForeign } from '../../src/fuzz/foreign.ts'
import { generateCase } from '../../src/fuzz/generate.ts'
import { reduceCase } from '../../src/fuzz/reduce.ts'
import { formatCase } from '../../src/fuzz/text.ts'
import { createAnanAs, DEVIATIONS } from './anan-as.ts'

/** Runs until a difference nobody knows, or until the time is over; returns the exit code of the process. */
export async function fuzzForeign(args: readonly string[], path: string): Promise<number> {
  const option = (name: string, preset: string): string => {
    const at = args.indexOf(`--${name}`)
    return at < 0 ? preset : (args[at + 1] ?? preset)
  }
  const kind = option('engine', 'interpreter') as EngineKind
  if (!availableEngines().includes(kind)) throw new RangeError(`--engine ${kind}: not available`)
  const seed = option('seed', 'foreign')
  const seconds = Number(option('seconds', '20'))
  const foreign = await createAnanAs(path)
  const met = new Map<string, number>()
  const totals = { cases: 0, programs: 0, exits: 0, instructions: 0 }
  const started = performance.now()
  for (let i = Number(option('from', '0')); performance.now() - started < 1000 * seconds; i++) {
    const fuzz = {
      ...generateCase(seed, i, { profiles: [foreign.profile], raw: true, entries: 4, plain: true }),
      hostCalls: 'exit' as const,
      heap: undefined,
    }
    const outcome = driveForeign(fuzz, kind, foreign, DEVIATIONS)
    totals.cases += 1
    totals.programs += outcome.programs
    totals.exits += outcome.exits
    totals.instructions += outcome.instructions
    for (const name of outcome.known) met.set(name, (met.get(name) ?? 0) + 1)
    if (outcome.finding === undefined) continue
    const fails = (it: typeof fuzz): boolean => driveForeign(it, kind, foreign, DEVIATIONS).finding !== undefined
    const small = reduceCase(fuzz, it => fails({ ...it, hostCalls: 'exit', heap: undefined }), 5000)
    const what = driveForeign(small, kind, foreign, DEVIATIONS).finding?.what ?? outcome.finding.what
    const title = `coulis and ${foreign.name} differ in ${what}\ncase ${seed}:${i}`
    console.log(formatCase(small, title, kind))
    return 1
  }
  console.log(JSON.stringify({ engine: kind, foreign: foreign.name, ...totals, known: Object.fromEntries(met) }))
  for (const { name, reason } of DEVIATIONS) console.log(`${name}: ${reason}`)
  return 0
}
