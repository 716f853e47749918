// A profile in the core's numbers. Not the rules themselves: core/pvm.h says what the bits mean.
import type { GasModel } from '../../program/profile.ts'
import type { Program } from '../../program/program.ts'

/** PVM_RULE_DRAIN: out of gas empties the counter. */
export const RULE_DRAIN = 8

/** PVM_SET_*, PVM_RULE_*, PVM_GAS_* of core/pvm.h. */
export interface CoreRules {
  readonly set: number
  readonly rules: number
  readonly gasModel: number
}

const SETS: readonly string[] = ['gp-0.7.2', 'gp-0.8.0', 'latest64', 'revive-v1']
const GAS_MODELS: readonly GasModel[] = ['instruction', 'block', 'pipeline']

/** The instruction set of a program, PVM_SET_*. */
export function coreSet(program: Program): number {
  return SETS.indexOf(program.instructionSet.name)
}

/** How the core is told about the program's profile. */
export function coreRules(program: Program): CoreRules {
  const { profile } = program
  const bits = [
    profile.branchCheck === 'both',
    profile.readOnlyStore === 'panic',
    profile.inaccessible === 'panic',
    profile.outOfGas === 'drain',
    profile.sbrkResult === 'new',
    profile.cmovReadsDestination,
    profile.loader === 'strict',
  ]
  return {
    set: coreSet(program),
    rules: bits.reduce((sum, bit, i) => sum + (bit ? 1 << i : 0), 0),
    gasModel: GAS_MODELS.indexOf(profile.gasModel),
  }
}
