// The instruction table agrees with itself: numbers, effects, operand letters.
import { describe, expect, it } from 'vitest'
import { effectOf, type Letter, visitOperands } from '../../src/isa/semantics.ts'
import { instructionSet } from '../../src/isa/set.ts'
import { INSTRUCTIONS } from '../../src/isa/table.ts'

const LETTERS: Readonly<Record<string, string>> = {
  none: '',
  imm: 'X',
  reg_imm64: 'AX',
  imm_imm: 'XY',
  off: 'T',
  reg_imm: 'AX',
  reg_imm_imm: 'AXY',
  reg_imm_off: 'AXT',
  reg_reg: 'DA',
  reg_reg_imm: 'ABX',
  reg_reg_off: 'ABT',
  reg_reg_imm_imm: 'ABXY',
  reg_reg_reg: 'ABD',
}

describe('instruction table', () => {
  it('both Gray Paper versions define exactly 139 opcodes (GP A.5)', () => {
    for (const name of ['gp-0.7.2', 'gp-0.8.0'] as const) {
      expect(instructionSet(name).byOpcode.filter(i => i !== undefined)).toHaveLength(139)
    }
    expect(instructionSet('latest64').byOpcode.filter(i => i !== undefined)).toHaveLength(141)
  })

  it('an effect uses exactly the operand letters its format provides', () => {
    for (const instruction of INSTRUCTIONS) {
      const { assign, action } = effectOf(instruction.id)
      const used = new Set<Letter>()
      if (assign !== undefined) {
        used.add(assign.to)
        visitOperands(assign.value, letter => used.add(letter))
      }
      for (const arg of action?.args ?? []) visitOperands(arg, letter => used.add(letter))
      expect([...used].sort().join(''), instruction.name).toBe([...LETTERS[instruction.format]!].sort().join(''))
    }
  })
})
