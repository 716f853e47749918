// The fast form of the pipeline model against its oracle, on blocks nobody would write.
import { describe, expect, it } from 'vitest'
import { Random } from '../../src/fuzz/random.ts'
import { instructionSet } from '../../src/isa/set.ts'
import { createCodeMap } from '../../src/program/code-map.ts'
import type { CostInput } from '../../src/program/cost-input.ts'
import { simulatePipeline } from '../../src/program/pipeline.ts'
import { pipelineCost } from '../../src/program/pipeline-fast.ts'
import { type ProfileName, profile } from '../../src/program/profile.ts'

function inputOf(code: Uint8Array, bitmask: Uint8Array, name: ProfileName, cmovReadsDestination: boolean): CostInput {
  const rules = profile(name, { cmovReadsDestination })
  const parts = { code, bitmask, jumpTable: new Uint32Array(0), jumpTableLength: 0, jumpTableEntrySize: 0 }
  return { parts, profile: rules, map: createCodeMap(parts, instructionSet(rules.instructionSet)) }
}

/** Code of `count` instructions picked by `opcode`, with operands that make them depend on each other. */
function randomCode(random: Random, count: number, opcode: () => number): { code: Uint8Array; bitmask: Uint8Array } {
  const bytes: number[] = []
  const starts: number[] = []
  const registers = random.between(1, 15) // few registers: long chains of dependencies
  const register = (): number => random.below(registers + 1)
  for (let i = 0; i < count; i++) {
    starts.push(bytes.length)
    bytes.push(opcode())
    const operands = random.chance(85) ? 2 : random.below(27)
    for (let k = 0; k < operands; k++) {
      const wild = random.chance(3)
      bytes.push(wild ? random.below(256) : k === 0 ? register() | (register() << 4) : register())
    }
  }
  const bitmask = new Uint8Array(Math.ceil(bytes.length / 8))
  for (const at of starts) bitmask[at >> 3]! |= 1 << (at & 7)
  return { code: Uint8Array.from(bytes), bitmask }
}

function compare(input: CostInput, label: string): number {
  const { code } = input.parts
  let compared = 0
  for (let at = 0; at <= code.length; at += 1) {
    // Block starts, and now and then the middle of a block or of an instruction: the model starts anywhere.
    if (input.map.blockStart[at] !== 1 && at % 17 !== 0 && at !== code.length) continue
    const expected = simulatePipeline(input, at).cost
    const cost = pipelineCost(input, at)
    if (cost !== expected) expect({ label, at, cost }).toEqual({ label, at, cost: expected })
    compared += 1
  }
  return compared
}

const NAMES: readonly ProfileName[] = ['gp-0.8.0', 'gas-model-vectors', 'gp-0.7.2']

describe('pipeline gas, fast form', () => {
  it('costs random blocks as the oracle does, whatever the bytes', () => {
    let compared = 0
    for (let round = 0; round < 1500; round++) {
      const random = new Random('gas-fast', round)
      const name = random.pick(NAMES)
      const defined = [...instructionSet(profile(name).instructionSet).byOpcode.entries()]
        .filter(([, instruction]) => instruction !== undefined)
        .map(([opcode]) => opcode)
      const some = Array.from({ length: random.between(1, 12) }, () => random.pick(defined))
      const opcode = (): number =>
        random.chance(1) ? random.below(256) : random.chance(40) ? random.pick(some) : random.pick(defined)
      const { code, bitmask } = randomCode(random, random.between(1, 60), opcode)
      compared += compare(inputOf(code, bitmask, name, random.chance(50)), `round ${round}`)
    }
    expect(compared).toBeGreaterThan(20_000)
  })

  it('costs long straight blocks as the oracle does: full reorder buffer, busy units, moves', () => {
    const straight = instructionSet('gp-0.8.0').byOpcode.flatMap((instruction, opcode) =>
      instruction === undefined || instruction.terminator ? [] : [opcode],
    )
    for (let round = 0; round < 120; round++) {
      const random = new Random('gas-fast-straight', round)
      const some = Array.from({ length: random.between(1, 6) }, () => random.pick(straight))
      const moves = random.below(60)
      const { code, bitmask } = randomCode(random, 400, () => (random.chance(moves) ? 100 : random.pick(some)))
      const input = inputOf(code, bitmask, 'gp-0.8.0', random.chance(50))
      const expected = simulatePipeline(input, 0).cost
      expect(pipelineCost(input, 0), `round ${round}`).toBe(expected)
      // Moving time back to 0 now and then changes nothing: that is how blocks of any length are costed exactly.
      expect(pipelineCost(input, 0, round % 3 === 0 ? 0 : random.below(40)), `round ${round} rebased`).toBe(expected)
    }
  })

  it('the work is linear in the length of a block, the worst instruction included', () => {
    // One byte each: div_u_64, whose operands are the bytes of its successors. 60 cycles each, one divider.
    const seconds = (count: number): number => {
      const code = new Uint8Array(count + 1).fill(203)
      code[count] = 0
      const input = inputOf(code, new Uint8Array(Math.ceil(code.length / 8)).fill(255), 'gp-0.8.0', true)
      const started = performance.now()
      // The first starts in cycle 1, each holds the divider for 60 cycles; the trap at the end is done long before.
      expect(pipelineCost(input, 0)).toBe(60 * count)
      return performance.now() - started
    }
    // The same number of instructions in one block and in 64, turn about, so that a busy machine slows both alike.
    let one = Number.POSITIVE_INFINITY
    let many = Number.POSITIVE_INFINITY
    for (let round = 0; round < 8; round++) {
      let sum = 0
      for (let i = 0; i < 64; i++) sum += seconds(500)
      many = Math.min(many, sum)
      one = Math.min(one, seconds(32_000))
    }
    expect(one / many).toBeLessThan(8) // 64 if the work were quadratic
  })
})
