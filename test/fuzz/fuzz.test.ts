// The fuzzer itself, and its short form: every engine against the reference machine. `coulis fuzz` is the long form.
import { describe, expect, it } from 'vitest'
import { availableEngines, createEngine } from '../../src/engine/create.ts'
import { type FuzzCase, partsOfCase, programOfCase, withParts } from '../../src/fuzz/case.ts'
import { describeRun } from '../../src/fuzz/describe.ts'
import { driveCase } from '../../src/fuzz/drive.ts'
import { generateCase } from '../../src/fuzz/generate.ts'
import { itemsOf } from '../../src/fuzz/items.ts'
import { Random } from '../../src/fuzz/random.ts'
import { reduceCase } from '../../src/fuzz/reduce.ts'
import { formatCase, parseCase } from '../../src/fuzz/text.ts'
import { instructionSet } from '../../src/isa/set.ts'
import { profile } from '../../src/program/profile.ts'
import { createProgram } from '../../src/program/program.ts'

const LENIENT = (['gp-0.7.2', 'gp-0.8.0'] as const).map(name => profile(name, { loader: 'lenient' }))

describe('random stream', () => {
  it('is the same everywhere: its first numbers are part of every seed anybody ever reports', () => {
    const random = new Random('coulis', 7)
    expect([random.next(), random.next(), random.below(10), random.between(5, 6)]).toMatchInlineSnapshot(`
      [
        1915179273,
        2980276019,
        0,
        5,
      ]
    `)
    expect(new Random('coulis', 8).next()).not.toBe(new Random('coulis', 7).next())
  })
})

describe('generator', () => {
  it('makes the same case of the same seed and index', () => {
    for (let i = 0; i < 50; i++) expect(generateCase('same', i)).toEqual(generateCase('same', i))
    expect(generateCase('same', 1)).not.toEqual(generateCase('same', 2))
  })

  it('makes programs that a strict loader mostly takes', () => {
    let valid = 0
    for (let i = 0; i < 200; i++) {
      try {
        programOfCase(generateCase('strict', i, { profiles: [profile('gp-0.8.0')] }))
        valid += 1
      } catch {}
    }
    expect(valid).toBeGreaterThan(180)
  })
})

describe('text form', () => {
  it('reads back the case it was made of, and the run is as written down', () => {
    for (let i = 0; i < 60; i++) {
      const fuzz = generateCase('text', i, { profiles: LENIENT })
      const { fuzz: again, expected } = parseCase(formatCase(fuzz, 'a title', 'reference'), fuzz.label)
      expect(partsOfCase(again).code).toEqual(partsOfCase(fuzz).code)
      expect({ ...again, container: 0 }).toEqual({ ...fuzz, container: 0 })
      expect(describeRun(again, 'reference'), fuzz.label).toEqual(expected)
    }
  })
})

/** The reference machine against itself with a bug planted: it takes one opcode for another. */
function confused(fuzz: FuzzCase, from: number, to: number): string | undefined {
  let made = 0
  const { finding } = driveCase(fuzz, ['reference', 'reference'], {
    instantiate: (kind, program, start) => {
      const engine = createEngine({ kind })
      if (made++ === 0) return engine.instantiate(program, start)
      const { parts } = program
      const code = parts.code.map((byte, pc) => (byte === from && program.isInstruction(pc) ? to : byte))
      const { container } = withParts({ ...fuzz, container: program.container }, { ...parts, code })
      return engine.instantiate(createProgram({ container, profile: program.profile }), start)
    },
  })
  return finding?.what
}

describe('reducer', () => {
  // add_64 taken for sub_64, set_lt_u for set_lt_s, load_ind_i8 for load_ind_u8, branch_lt_s for branch_lt_u
  it.each([
    [200, 201],
    [216, 217],
    [125, 124],
    [173, 172],
  ])('finds opcode %i taken for %i, and makes ten instructions of it at most', (from, to) => {
    const index = [...Array(3000).keys()].find(i => confused(generateCase('planted', i, { entries: 4 }), from, to))
    expect(index).toBeDefined()
    const fuzz = generateCase('planted', index!, { entries: 4 })
    const small = reduceCase(fuzz, it => confused(it, from, to) !== undefined, 6000)
    expect(confused(small, from, to)).toBeDefined()
    const items = itemsOf(partsOfCase(small), instructionSet(small.profile.instructionSet))
    expect(items.length, formatCase(small, 'too long')).toBeLessThanOrEqual(10)
    expect(small.entries, formatCase(small, 'entries')).toHaveLength(1)
  })
})

describe('short form', () => {
  // So many cases, not so many seconds: the same ones everywhere, however busy the machine is.
  it('every engine agrees with the reference machine on everything visible at every exit', () => {
    const engines = availableEngines()
    let programs = 0
    for (let i = 0; i < 400; i++) {
      const fuzz = generateCase('short', i, { entries: i % 4 === 0 ? 12 : 1, hugeGas: i % 100 === 0 ? 30 : 0 })
      const outcome = driveCase(fuzz, engines)
      programs += outcome.programs
      if (outcome.finding === undefined) continue
      const small = reduceCase(fuzz, it => driveCase(it, engines).finding !== undefined, 2000)
      const { what, left, right } = driveCase(small, engines).finding!
      expect.fail(`${left} and ${right}: ${what}\n${formatCase(small, fuzz.label, 'reference')}`)
    }
    expect(programs).toBeGreaterThan(1400)
  })
})

describe('an engine that breaks down', () => {
  it.each(['instantiate', 'run'])('in %s is a difference, not an end of the fuzzer', where => {
    let made = 0
    const { finding } = driveCase(generateCase('broken', 0), ['reference', 'reference'], {
      instantiate: (kind, program, start) => {
        const broken = made++ === 1
        if (broken && where === 'instantiate') throw new Error('broken')
        const vm = createEngine({ kind }).instantiate(program, start)
        if (broken) {
          vm.run = vm.step = () => {
            throw new Error('broken')
          }
        }
        return vm
      },
    })
    expect(finding?.what).toBe('throws Error: broken')
  })
})
