// The published block costs of the pipeline model: every one of them, in both numberings.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type ProgramParts, parseProgramBlob } from '../../src/blob/raw.ts'
import { instructionSet } from '../../src/isa/set.ts'
import { createCodeMap, maskBit } from '../../src/program/code-map.ts'
import type { CostInput } from '../../src/program/cost-input.ts'
import { simulatePipeline } from '../../src/program/pipeline.ts'
import { type Profile, profile } from '../../src/program/profile.ts'
import { vectors } from '../vectors.ts'
import { Priced } from './priced.ts'

interface Vector {
  readonly name: string
  readonly parts: ProgramParts
  readonly costs: ReadonlyMap<number, number>
}

/** None where the vectors are not: `describe` collects its tests even when it skips them. */
function readVectors(folder: string): Vector[] {
  if (vectors === undefined) return []
  return readdirSync(join(vectors, folder))
    .filter(name => name.endsWith('.json'))
    .sort()
    .map(name => {
      const json = JSON.parse(readFileSync(join(vectors!, folder, name), 'utf8'))
      const costs = new Map(Object.entries<number>(json['block-gas-costs']).map(([at, cost]) => [Number(at), cost]))
      return { name, parts: parseProgramBlob(Uint8Array.from(json.program)), costs }
    })
}

function input(parts: ProgramParts, rules: Profile): CostInput {
  return { parts, profile: rules, map: createCodeMap(parts, instructionSet(rules.instructionSet)) }
}

/** The vectors are in Latest64 numbers; in those of 0.8.0 they have to cost the same. */
function renumber(parts: ProgramParts): ProgramParts {
  const code = parts.code.slice()
  for (let pc = 0; pc < code.length; pc++) {
    if (!maskBit(parts.bitmask, code.length, pc)) continue
    if (code[pc] === 3) code[pc] = 2
    else if (code[pc]! >= 102 && code[pc]! <= 111) code[pc]! -= 1
  }
  return { ...parts, code }
}

const MODEL = profile('gas-model-vectors')
const RENUMBERED = profile('gp-0.8.0', { loader: 'lenient', cmovReadsDestination: false })

describe.skipIf(vectors === undefined)('pipeline gas, published block costs (needs ../shared/vectors)', () => {
  const all = [...readVectors('gas-model/tests/programs'), ...readVectors('gas-model/integration-tests')]

  function compare(costOf: (input: CostInput, start: number) => number, renumbered: boolean): number {
    let equal = 0
    const different: string[] = []
    for (const { name, parts, costs } of all) {
      const program = renumbered ? input(renumber(parts), RENUMBERED) : input(parts, MODEL)
      for (const [start, expected] of costs) {
        const cost = costOf(program, start)
        if (cost === expected) equal += 1
        else different.push(`${name} at ${start}: ${cost}, published ${expected}`)
      }
    }
    expect(different.slice(0, 10)).toEqual([])
    return equal
  }

  it('the oracle reproduces all 44,901 (GP 0.8.0 A.9)', () => {
    expect(compare((program, start) => simulatePipeline(program, start).cost, false)).toBe(44_901)
  })

  it('the oracle reproduces them in the numbering of 0.8.0 too', () => {
    expect(compare((program, start) => simulatePipeline(program, start).cost, true)).toBe(44_901)
  })

  it('the core reproduces them in both numberings', () => {
    let priced: { readonly of: CostInput; readonly machine: Priced } | undefined
    const costOf = (input: CostInput, start: number): number => {
      if (priced?.of !== input) {
        priced?.machine.dispose()
        priced = { of: input, machine: new Priced(input.parts, { ...input.profile, wrongStart: 'paid' }) }
      }
      return priced.machine.costAt(start)
    }
    expect(compare(costOf, false)).toBe(44_901)
    expect(compare(costOf, true)).toBe(44_901)
  })

  it('the block starts are those of GP A.3, but for one file that lists the implicit trap behind the code too', () => {
    const odd = all.filter(({ parts, costs }) => {
      const { blocks } = createCodeMap(parts, instructionSet('latest64'))
      return blocks.length !== costs.size || blocks.some(start => !costs.has(start))
    })
    expect(odd.map(vector => vector.name)).toEqual(['inst_fallthrough.json'])
  })
})
