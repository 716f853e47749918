// The lemmas of the verifier's forms, proven for all inputs by Z3.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { init } from 'z3-solver'
import { processorSeconds } from '../clock.ts'
import { LEMMAS } from './lemmas.ts'

let solve: (text: string) => Promise<string>
let stop = (): void => {}

beforeAll(async () => {
  const { Context, em } = await init()
  const context = Context('lemmas')
  solve = async text => {
    const solver = new context.Solver()
    solver.fromString(text)
    return solver.check()
  }
  stop = () => em.PThread.terminateAllThreads()
})
afterAll(() => stop())

describe('lemmas of the verifier', () => {
  it.each(LEMMAS)('$name: $answer', async ({ text, answer }) => {
    const start = processorSeconds()
    expect(await solve(text)).toBe(answer)
    expect(processorSeconds() - start).toBeLessThan(60)
  })
})
