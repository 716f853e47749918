// How many steps a machine makes one by one, and whether a number of steps can be made as an amount of gas.
import type { InstructionSet } from '../isa/set.ts'
import { INSTRUCTIONS } from '../isa/table.ts'
import type { Program } from '../program/program.ts'

/**
 * Up to so many steps a machine executes one instruction after the other. For more steps it runs as `run` does, with that much gas.
 * That takes some microseconds at its beginning and end, which are little by then.
 */
export const SINGLE_STEPS = 1000

/** Whether an instruction set has memset, for those that were asked about. */
const withMemset = new WeakMap<InstructionSet, boolean>()

/** Whether each instruction of the program costs exactly 1 gas. That is not so with memset, which also costs 1 for each byte. */
export function stepsByGas({ profile, instructionSet }: Program): boolean {
  if (profile.gasModel !== 'instruction') return false
  const known = withMemset.get(instructionSet)
  const has = known ?? INSTRUCTIONS.some(({ id, kind }) => kind === 'memset' && instructionSet.opcodes[id]! >= 0)
  if (known === undefined) withMemset.set(instructionSet, has)
  return !has
}
