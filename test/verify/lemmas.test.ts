// The lemmas of the verifier's forms, proven for all inputs by Z3.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { init } from 'z3-solver'
import { processorSeconds } from '../clock.ts'
import { LEMMAS } from './lemmas.ts'

let solve: (text: string) => Promise<string>
let stop = (): void => {}

beforeAll(async () => {
  const { Z3, em } = await init()
  solve = async text => {
    const context = Z3.mk_context(Z3.mk_config())
    try {
      return (await Z3.eval_smtlib2_string(context, `${text}\n(check-sat)`)).trim()
    } finally {
      Z3.del_context(context)
    }
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
