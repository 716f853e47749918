// Whether a number of steps is an amount of gas. Not the steps themselves.
import type { InstructionSet } from '../isa/set.ts'
import { INSTRUCTIONS } from '../isa/table.ts'
import type { Program } from '../program/program.ts'

/**
 * Steps up to which a machine executes one instruction after the other. Beyond that it runs as `run` does, with so much gas:
 * what that costs at its beginning and end, some microseconds, is then little.
 */
export const SINGLE_STEPS = 1000

/** Whether instruction sets have memset, for those that were asked about. */
const withMemset = new WeakMap<InstructionSet, boolean>()

/** Whether each instruction of the program costs 1 gas and nothing else does: memset costs 1 for each byte. */
export function stepsByGas({ profile, instructionSet }: Program): boolean {
  if (profile.gasModel !== 'instruction') return false
  const known = withMemset.get(instructionSet)
  const has = known ?? INSTRUCTIONS.some(({ id, kind }) => kind === 'memset' && instructionSet.opcodes[id]! >= 0)
  if (known === undefined) withMemset.set(instructionSet, has)
  return !has
}
