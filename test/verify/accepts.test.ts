// The verifier accepts what the generator writes: no module of ours is refused.
import { describe, expect, it } from 'vitest'
import { verifyModule } from '../../src/verify/module.ts'
import { CALLS_IN_LOOPS, MIXED, programOf, TABLES } from '../engine/recompiler/programs.ts'
import { goldenPrograms, type MadeModule, moduleOf, randomPrograms } from './modules.ts'

const refusal = ({ bytes, machine }: MadeModule): string | undefined => verifyModule(bytes, machine)?.message

describe('verifier accepts', () => {
  it.each(goldenPrograms())('$name', ({ name, program }) => {
    for (const blocks of [false, true]) {
      expect(refusal(moduleOf(name, program, blocks))).toBeUndefined()
      expect(refusal(moduleOf(name, program, blocks, { inline: false, fastLoops: false }))).toBeUndefined()
      expect(refusal(moduleOf(name, program, blocks, { tallyAt: 0x38000000 }))).toBeUndefined()
    }
  })

  it.each([
    ['mixed', MIXED],
    ['tables', TABLES],
    ['calls in loops', CALLS_IN_LOOPS],
  ])('%s', (name, text) => {
    for (const blocks of [false, true]) expect(refusal(moduleOf(name, programOf(text), blocks))).toBeUndefined()
  })

  it('random programs, from their functions and from every block', () => {
    let modules = 0
    for (const { name, program } of randomPrograms('verifier', 500)) {
      for (const blocks of [false, true]) {
        const options = modules % 4 === 3 ? { tallyAt: 0xfff00000 } : {}
        expect(refusal(moduleOf(name, program, blocks, options)), name).toBeUndefined()
        modules += 1
      }
    }
    expect(modules).toBe(1000)
  })
})
