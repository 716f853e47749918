// A profile in the numbers of the core. core/pvm.h says what its bits mean.

import { PAGE_SIZE } from '../blob/address-space.ts'
import type { InstructionSetName } from '../isa/set.ts'
import { GAS_MODELS, RULES } from '../program/profile.ts'
import type { Program } from '../program/program.ts'
import { Rule, SetNumber } from './contract.gen.ts'

/** The instruction set (PVM_SET_*), the rules (PVM_RULE_*) and the gas model (PVM_GAS_*) of core/pvm.h. */
export interface CoreRules {
  readonly set: number
  readonly rules: number
  readonly gasModel: number
}

const SETS: Readonly<Record<InstructionSetName, number>> = {
  'gp-0.7.2': SetNumber.Gp072,
  'gp-0.8.0': SetNumber.Gp080,
  latest64: SetNumber.Latest64,
  'revive-v1': SetNumber.ReviveV1,
  'latest64-0.37': SetNumber.Extended,
  'revive-v1-strict': SetNumber.ReviveV1Strict,
  latest32: SetNumber.Latest32,
}

/** The instruction set of a program, as PVM_SET_*. */
export function coreSet(program: Program): number {
  return SETS[program.instructionSet.name]
}

/** The profile of a program in the numbers of the core. */
export function coreRules(program: Program): CoreRules {
  const { profile } = program
  let rules = Math.log2(profile.pageSize / PAGE_SIZE) * Rule.Pages
  for (const [name, holds] of Object.entries(RULES)) if (holds(profile)) rules |= Rule[name as keyof typeof RULES]
  return { set: coreSet(program), rules, gasModel: GAS_MODELS.indexOf(profile.gasModel) }
}
