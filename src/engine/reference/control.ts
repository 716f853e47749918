// Control flow of the reference machine: static jumps, branches, dynamic jumps (GP A.4, A.5). Not what ends a block: step.ts.
import { HALT_ADDRESS } from '../../blob/address-space.ts'
import type { Program } from '../../program/program.ts'
import { Exit } from '../exit.ts'
import { isExtendedTarget } from './extended.ts'
import type { MachineState } from './state.ts'

function isTarget({ code, instructionSet, isBlockStart }: Program, pc: number): boolean {
  return instructionSet.encoding === 'extended' ? isExtendedTarget(code, pc) : isBlockStart(pc)
}

/** GP A.17: a static jump reaches only block starts. */
export function staticJump(state: MachineState, target: number): Exit | undefined {
  if (!isTarget(state.program, target)) return Exit.Panic
  state.pc = target
  return undefined
}

/** GP 0.7.2 A.5.1: moves on unchecked. GP 0.8.0 A.5.1: a static jump to the next instruction. */
export function fallThrough(state: MachineState, next: number): Exit | undefined {
  if (state.program.profile.branchCheck === 'both') return staticJump(state, next)
  state.pc = next
  return undefined
}

/** GP 0.7.2 A.17: only the target taken is checked. GP 0.8.0 A.17: both successors are, taken or not. */
export function branch(state: MachineState, taken: boolean, target: number, next: number): Exit | undefined {
  const { program } = state
  if (program.profile.branchCheck === 'both') {
    if (!isTarget(program, target) || !isTarget(program, next)) return Exit.Panic
  } else if (taken && !isTarget(program, target)) return Exit.Panic
  state.pc = taken ? target : next
  return undefined
}

/** GP A.18. The halt address wins over any jump table. */
export function dynamicJump(state: MachineState, address: number): Exit | undefined {
  if (address === HALT_ADDRESS) return Exit.Halt
  const { jumpTable, jumpTableLength } = state.program
  if (address === 0 || address > 2 * jumpTableLength || address % 2 !== 0) return Exit.Panic
  return staticJump(state, jumpTable[address / 2 - 1] ?? 0) // entries of size 0 are all 0
}
