// What the core charges for a block against the model as the paper has it, on blocks nobody would write.
import { describe, expect, it } from 'vitest'
import { Random } from '../../src/fuzz/random.ts'
import { instructionSet } from '../../src/isa/set.ts'
import { simulatePipeline } from '../../src/program/pipeline.ts'
import { type ProfileName, profile } from '../../src/program/profile.ts'
import { Priced } from './priced.ts'

/** A machine of the core on this code. */
function pricedOf(code: Uint8Array, bitmask: Uint8Array, name: ProfileName, cmovReadsDestination: boolean): Priced {
  const parts = { code, bitmask, jumpTable: new Uint32Array(0), jumpTableLength: 0, jumpTableEntrySize: 0 }
  return new Priced(parts, profile(name, { cmovReadsDestination, gasModel: 'pipeline', loader: 'lenient' }))
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

function compare(priced: Priced, label: string): number {
  const { map } = priced.input
  for (const at of map.blocks) {
    const expected = simulatePipeline(priced.input, at).cost
    const cost = priced.costAt(at)
    if (cost !== expected) expect({ label, at, cost }).toEqual({ label, at, cost: expected })
  }
  priced.dispose()
  return map.blocks.length
}

const NAMES: readonly ProfileName[] = ['gp-0.8.0', 'gas-model-vectors', 'gp-0.7.2']

describe('pipeline gas in the core', () => {
  it('costs random blocks as the model does, whatever the bytes', () => {
    let compared = 0
    for (let round = 0; round < 4000; round++) {
      const random = new Random('gas-core', round)
      const name = random.pick(NAMES)
      const defined = [...instructionSet(profile(name).instructionSet).byOpcode.entries()]
        .filter(([, instruction]) => instruction !== undefined)
        .map(([opcode]) => opcode)
      const some = Array.from({ length: random.between(1, 12) }, () => random.pick(defined))
      const opcode = (): number =>
        random.chance(1) ? random.below(256) : random.chance(40) ? random.pick(some) : random.pick(defined)
      const { code, bitmask } = randomCode(random, random.between(1, 60), opcode)
      compared += compare(pricedOf(code, bitmask, name, random.chance(50)), `round ${round}`)
    }
    expect(compared).toBeGreaterThan(20_000)
  })

  it('costs long straight blocks as the model does: full reorder buffer, busy units, moves', () => {
    const straight = instructionSet('gp-0.8.0').byOpcode.flatMap((instruction, opcode) =>
      instruction === undefined || instruction.terminator ? [] : [opcode],
    )
    for (let round = 0; round < 120; round++) {
      const random = new Random('gas-core-straight', round)
      const some = Array.from({ length: random.between(1, 6) }, () => random.pick(straight))
      const moves = random.below(60)
      const { code, bitmask } = randomCode(random, 400, () => (random.chance(moves) ? 100 : random.pick(some)))
      compare(pricedOf(code, bitmask, 'gp-0.8.0', random.chance(50)), `round ${round}`)
    }
  })

  it('the work is linear in the length of a block, the worst instruction included', () => {
    // One byte each: div_u_64, whose operands are the bytes of its successors. 60 cycles each, one divider.
    const seconds = (count: number): number => {
      const code = new Uint8Array(count + 1).fill(203)
      code[count] = 0
      const bitmask = new Uint8Array(Math.ceil(code.length / 8)).fill(255)
      if (code.length % 8 !== 0) bitmask[bitmask.length - 1] = (1 << (code.length % 8)) - 1
      const priced = pricedOf(code, bitmask, 'gp-0.8.0', true)
      const started = performance.now()
      // The first starts in cycle 1, each holds the divider for 60 cycles; the trap at the end is done long before.
      expect(priced.costAt(0)).toBe(60 * count)
      priced.dispose()
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
