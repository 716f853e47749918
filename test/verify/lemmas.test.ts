// The lemmas of the verifier's forms, proven for all inputs by Z3.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { init } from 'z3-solver'
import { LEMMAS } from './lemmas.ts'

/** How long one search may take. Most lemmas take milliseconds. */
const MOST_MS = 15_000

let solve: (text: string, seed: number) => Promise<string>
let stop = (): void => {}

beforeAll(async () => {
  const { Context, em } = await init()
  solve = async (text, seed) => {
    const context = Context(`lemmas ${seed}`)
    // Numbers without end have products here. Their theory is undecidable, so a search may take a way that does not end.
    const solver = new context.Solver(text.includes(' Int)') ? undefined : 'QF_BV')
    solver.set('random_seed', seed)
    solver.set('timeout', MOST_MS)
    solver.fromString(text)
    return solver.check()
  }
  stop = () => em.PThread.terminateAllThreads()
})
afterAll(() => stop())

describe('lemmas of the verifier', () => {
  // An answer is a proof, whichever way led to it. So a search that has found none begins again elsewhere.
  it.each(LEMMAS)('$name: $answer', { timeout: 120_000 }, async ({ text, answer }) => {
    let found = 'unknown'
    for (let seed = 0; found === 'unknown' && seed < 5; seed++) found = await solve(text, seed)
    expect(found).toBe(answer)
  })
})
