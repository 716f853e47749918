// Worked examples of the pipeline model, stage by stage. The numbers are derived by hand from GP 0.8.0 A.9.
import { describe, expect, it } from 'vitest'
import { parseProgramBlob } from '../../src/blob/raw.ts'
import { instructionSet } from '../../src/isa/set.ts'
import { createCodeMap } from '../../src/program/code-map.ts'
import type { CostInput } from '../../src/program/cost-input.ts'
import { simulatePipeline } from '../../src/program/pipeline.ts'
import { type Profile, profile } from '../../src/program/profile.ts'

const MODEL = profile('gas-model-vectors')

function program(hex: string, rules: Profile = MODEL): CostInput {
  const parts = parseProgramBlob(Uint8Array.from(hex.split(' '), byte => Number.parseInt(byte, 16)))
  return { parts, profile: rules, map: createCodeMap(parts, instructionSet(rules.instructionSet)) }
}

/** [decoded, started, done from, retired] of every instruction of a block. */
function stages(hex: string, start = 0): number[][] {
  return simulatePipeline(program(hex), start).stages.map(s => [s.decoded, s.started, s.done, s.retired])
}

function cost(hex: string, start = 0, rules = MODEL): number {
  return simulatePipeline(program(hex, rules), start).cost
}

describe('pipeline gas, worked examples', () => {
  it('a dependent instruction starts when its source is done, and four slots are decoded per cycle', () => {
    const hex = '00 00 07 c8 98 07 c8 97 08 00 49' // r7 = r8 + r9; r8 = r7 + r9; trap
    expect(stages(hex)).toEqual([
      [0, 1, 2, 3],
      [0, 2, 3, 4],
      [1, 2, 4, 5],
    ])
    expect(cost(hex)).toBe(3)
  })

  it('a load takes 25 cycles; a store of a register named as its address only does not wait for it', () => {
    const hex = '00 00 1a 7f 79 06 84 88 07 33 0a 01 97 88 08 84 99 ff f8 d4 98 08 c8 a8 09 78 7a 02 00 49 12 49 02'
    expect(stages(hex)).toEqual([
      [0, 1, 26, 27],
      [0, 1, 2, 27],
      [0, 1, 2, 27],
      [0, 2, 3, 27],
      [1, 26, 27, 28],
      [1, 27, 28, 29],
      [1, 28, 29, 30],
      [2, 3, 28, 30],
      [2, 3, 5, 30],
    ])
    expect(cost(hex)).toBe(28)
  })

  it('move_reg makes no entry: its destination belongs to whoever computes its source', () => {
    const hex = '00 00 12 33 05 33 06 01 cc 65 07 64 78 64 89 64 99 c8 96 0a 00 25 55 02'
    expect(stages(hex)).toEqual([
      [0, 1, 2, 3],
      [0, 1, 2, 3],
      [1, 2, 62, 63],
      [2, -1, -1, -1],
      [2, -1, -1, -1],
      [2, -1, -1, -1],
      [3, 62, 63, 64],
      [3, 4, 6, 64],
    ])
    expect(cost(hex)).toBe(62)
  })

  it('a branch with a successor that begins with unlikely costs 1 instead of 20, unlikely itself 40', () => {
    const hex = '00 00 0d 51 07 08 03 33 07 01 00 03 33 07 02 00 99 13'
    expect([0, 3, 8].map(start => cost(hex, start))).toEqual([1, 40, 40])
    const likely = '00 00 0d 51 07 08 01 33 07 01 00 01 33 07 02 00 99 13' // fallthrough in its place
    expect(cost(likely)).toBe(20)
  })

  it('there is one multiplier: the second product waits for the first', () => {
    const hex = '00 00 07 ca 98 07 ca ba 08 00 49'
    expect(stages(hex)).toEqual([
      [0, 1, 4, 5],
      [0, 4, 7, 8],
      [1, 2, 4, 8],
    ])
    expect(cost(hex)).toBe(6)
  })

  it('a lone trap costs 2, behind the code and in place of an undefined opcode too', () => {
    expect(cost('00 00 01 00 01')).toBe(2)
    expect(cost('00 00 01 00 01', 1)).toBe(2)
    expect(cost('00 00 01 ff 01')).toBe(2)
  })

  it('a branch whose successor lies outside the code is cheap: the code is followed by zeros', () => {
    expect(cost('00 00 03 51 07 7f 01')).toBe(1)
  })

  it('whether a cmov waits for its old destination is a switch (GP pull request 559)', () => {
    // r7 = r8 / r9; if r10 = 0: r7 = r11; trap
    const hex = '00 00 07 cb 98 07 da ab 07 00 49'
    expect(cost(hex)).toBe(60)
    expect(simulatePipeline(program(hex), 0).stages[1]!.started).toBe(2)
    const reads = profile(MODEL, { cmovReadsDestination: true })
    expect(simulatePipeline(program(hex, reads), 0).stages[1]!.started).toBe(61)
    expect(cost(hex, 0, reads)).toBe(62)
  })

  it('no more than 32 instructions are in flight', () => {
    // load r7 from memory, then 40 times load_imm, then trap: the 33rd waits until the load retires in cycle 27
    const bytes = [0x34, 0x07]
    const mask = [1, 0]
    for (let i = 0; i < 40; i++) {
      bytes.push(0x33, 0x08)
      mask.push(1, 0)
    }
    bytes.push(0)
    mask.push(1)
    const packed = new Uint8Array(Math.ceil(mask.length / 8))
    mask.forEach((bit, i) => {
      packed[i >> 3]! |= bit << (i & 7)
    })
    const parts = { ...program('00 00 01 00 01').parts, code: Uint8Array.from(bytes), bitmask: packed }
    const input = { parts, profile: MODEL, map: createCodeMap(parts, instructionSet('latest64')) }
    const run = simulatePipeline(input, 0)
    expect(run.stages[31]!.decoded).toBe(7)
    expect(run.stages[32]!.decoded).toBe(28)
  })
})
