// The verifier accepts what the generator writes: no module of ours is refused.
import { describe, expect, it } from 'vitest'
import { verifyModule } from '../../src/verify/module.ts'
import { CALLS_IN_LOOPS, MIXED, programOf, TABLES } from '../engine/recompiler/programs.ts'
import { goldenPrograms, type MadeModule, moduleOf, ROOTS, randomPrograms } from './modules.ts'

const refusal = ({ bytes, machine }: MadeModule): string | undefined => verifyModule(bytes, machine)?.message

describe('verifier accepts', () => {
  it.each(goldenPrograms())('$name', ({ name, program }) => {
    for (const roots of ROOTS) {
      expect(refusal(moduleOf(name, program, roots))).toBeUndefined()
      expect(refusal(moduleOf(name, program, roots, { inline: false, fastLoops: false }))).toBeUndefined()
      expect(refusal(moduleOf(name, program, roots, { tallyAt: 0x38000000 }))).toBeUndefined()
    }
  })

  it.each([
    ['mixed', MIXED],
    ['tables', TABLES],
    ['calls in loops', CALLS_IN_LOOPS],
  ])('%s', (name, text) => {
    for (const roots of ROOTS) expect(refusal(moduleOf(name, programOf(text), roots))).toBeUndefined()
  })

  it('random programs, from their functions, from every block and from the middle of blocks', () => {
    let modules = 0
    for (const { name, program } of randomPrograms('verifier', 500)) {
      for (const roots of ROOTS) {
        const options = modules % 4 === 3 ? { tallyAt: 0xfff00000 } : {}
        expect(refusal(moduleOf(name, program, roots, options)), name).toBeUndefined()
        modules += 1
      }
    }
    expect(modules).toBe(1500)
  })
})
