// The control flow of the reference machine: static jumps, branches, dynamic jumps (GP A.4, A.5).
import { HALT_ADDRESS } from '../../blob/address-space.ts'
import type { Program } from '../../program/program.ts'
import { Exit } from '../exit.ts'
import { isExtendedTarget } from './extended.ts'
import type { MachineState } from './state.ts'

function isTarget({ code, instructionSet, isBlockStart }: Program, pc: number): boolean {
  return instructionSet.encoding === 'extended' ? isExtendedTarget(code, pc) : isBlockStart(pc)
}

/** A static jump. It can lead only to the start of a block (GP A.17). */
export function staticJump(state: MachineState, target: number): Exit | undefined {
  if (!isTarget(state.program, target)) return Exit.Panic
  state.pc = target
  return undefined
}

/**
 * The instruction `fallthrough`. In GP 0.7.2 it goes on without a check. In GP 0.8.0 it is a static jump to the next instruction
 * (A.5.1).
 */
export function fallThrough(state: MachineState, next: number): Exit | undefined {
  if (state.program.profile.branchCheck === 'both') return staticJump(state, next)
  state.pc = next
  return undefined
}

/** A branch. In GP 0.7.2 the target is checked only if it is taken; in GP 0.8.0 both successors are checked, taken or not (A.17). */
export function branch(state: MachineState, taken: boolean, target: number, next: number): Exit | undefined {
  const { program } = state
  if (program.profile.branchCheck === 'both') {
    if (!isTarget(program, target) || !isTarget(program, next)) return Exit.Panic
  } else if (taken && !isTarget(program, target)) return Exit.Panic
  state.pc = taken ? target : next
  return undefined
}

/** A dynamic jump (GP A.18). The halt address halts, whatever the jump table says. */
export function dynamicJump(state: MachineState, address: number): Exit | undefined {
  if (address === HALT_ADDRESS) return Exit.Halt
  const { jumpTable, jumpTableLength } = state.program
  if (address === 0 || address > 2 * jumpTableLength || address % 2 !== 0) return Exit.Panic
  return staticJump(state, jumpTable[address / 2 - 1] ?? 0) // where entries have no bytes, all of them are 0
}
