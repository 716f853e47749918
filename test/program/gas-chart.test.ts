// The timeline of a block, drawn: what people read to see why a block costs what it costs.
import { describe, expect, it } from 'vitest'
import { parseProgramBlob } from '../../src/blob/raw.ts'
import { instructionSet } from '../../src/isa/set.ts'
import { createCodeMap } from '../../src/program/code-map.ts'
import type { CostInput } from '../../src/program/cost-input.ts'
import { criticalPath, pipelineTimeline, renderTimeline } from '../../src/program/pipeline-chart.ts'
import { profile } from '../../src/program/profile.ts'

function program(hex: string): CostInput {
  const rules = profile('gas-model-vectors')
  const parts = parseProgramBlob(Uint8Array.from(hex.split(' '), byte => Number.parseInt(byte, 16)))
  return { parts, profile: rules, map: createCodeMap(parts, instructionSet(rules.instructionSet)) }
}

describe('pipeline chart', () => {
  it('draws decode, wait, execute, retire of each instruction, and folds cycles in which nothing changes', () => {
    const hex = '00 00 1a 7f 79 06 84 88 07 33 0a 01 97 88 08 84 99 ff f8 d4 98 08 c8 a8 09 78 7a 02 00 49 12 49 02'
    expect(renderTimeline(pipelineTimeline(program(hex), 0)).split('\n')).toEqual([
      '                          ~222223',
      '                   0123456~567890',
      ' 0  load_ind_i16   Deeeeee~eER',
      ' 3  and_imm        DeE----~--R',
      ' 6  load_imm       DeE----~--R',
      ' 9  shlo_l_imm_64  D=eE---~--R',
      '12  and_imm         D=====~=eER',
      '16  or              D=====~==eER',
      '19  add_64          D=====~===eER',
      '22  store_ind_u8     Deeee~eeeE-R',
      '25  trap             DeeE-~-----R',
      '',
      'cost 28: the last instruction retires in cycle 30, less 2 for decoding and retiring',
      'what it waited for, backwards:',
      '  19 add_64, 1: waits for the result of 16',
      '  16 or, 1: waits for the result of 12',
      '  12 and_imm, 1: waits for the result of 0',
      '  0 load_ind_i16, 25: starts as soon as it has been decoded',
    ])
  })

  it('shows the block that contains the pc it is asked for', () => {
    expect(pipelineTimeline(program('00 00 07 c8 98 07 c8 97 08 00 49'), 6).start).toBe(0)
    expect(pipelineTimeline(program('00 00 02 00 00 03'), 1).start).toBe(1)
  })

  it('names the unit an instruction waited for', () => {
    const steps = criticalPath(pipelineTimeline(program('00 00 07 ca 98 07 ca ba 08 00 49'), 0))
    expect(steps.map(step => [step.stage.pc, step.why, step.on?.pc])).toEqual([
      [3, 'unit', 0],
      [0, 'decode', undefined],
    ])
  })

  it('takes the text of an instruction from the caller', () => {
    const text = renderTimeline(pipelineTimeline(program('00 00 01 00 01'), 0), { label: stage => `<${stage.pc}>` })
    expect(text.split('\n').slice(0, 2)).toEqual(['         01234', ' 0  <0>  DeeER'])
  })
})
