// Compile bombs: programs made to be expensive to analyse or compile. Every engine has to do what the reference machine does,
// in bounded time: what is too large or too tangled to compile is interpreted. On the main thread of a process, with its default
// stack (vitest.config.ts): the larger one of a worker thread once hid an overflow. Figures are in docs/testing.md.
import { afterEach, describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import { availableEngines, compile, loadProgram, tierPolicy } from '../../src/index.ts'
import { BOMBS, MAX_SECONDS, run } from './bombs.ts'

describe.each(BOMBS.map(([name, text, gas]) => ({ name, text, gas })))('$name', ({ text, gas }) => {
  const { bytes } = assemble(text)
  const program = loadProgram(bytes)
  const expected = run('reference', program, gas).state

  it.each(availableEngines())('ends as it should on %s, in time', kind => {
    const fresh = loadProgram(bytes)
    const { state, seconds } = run(kind, fresh, gas)
    expect(state).toBe(expected)
    expect(seconds).toBeLessThan(MAX_SECONDS)
  })

  it('costs of its blocks are known in time under the pipeline model', () => {
    const rules = { profile: 'gas-model-vectors' } as const
    const { state, seconds } = run('auto', loadProgram(bytes, rules), gas)
    expect(state).toBe(run('reference', loadProgram(bytes, rules), gas).state)
    expect(seconds).toBeLessThan(MAX_SECONDS)
  })
})

describe('bounds of compilation', () => {
  const bounds = { ...tierPolicy }
  afterEach(() => Object.assign(tierPolicy, bounds))
  const [, text] = BOMBS.find(([name]) => name.startsWith('20,000 functions'))!
  const { bytes } = assemble(text)

  it.each([
    ['milliseconds', { maxCompileMs: 0 }, 'gp-0.8.0'],
    ['bytes', { maxCodeBytes: 0 }, 'gas-model-vectors'],
  ] as const)('code beyond the %s is interpreted, and costs no further attempts', (_, policy, profile) => {
    Object.assign(tierPolicy, policy)
    const program = loadProgram(bytes, { profile }) // code under other rules is other code: nothing is compiled of it yet
    const { state, seconds } = run('recompiler', program)
    expect(state).toBe(run('reference', program).state)
    expect(compile(program).modules).toBe(1)
    expect(seconds).toBeLessThan(MAX_SECONDS)
  })
})
