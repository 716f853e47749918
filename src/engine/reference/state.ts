// The state that one step of the reference machine works on. Not a machine: no run loop, no host calls, no options.
import type { Program } from '../../program/program.ts'
import type { Tally } from '../../program/tally.ts'
import type { Memory } from '../memory.ts'

/**
 * Everything an instruction can read or change (GP A.1). An interface, so that the reference machine can also run on the
 * state of another engine's machine. Writing a field has no side effects here, unlike `Vm.pc`.
 */
export interface MachineState {
  readonly program: Program
  /** 13 registers; the array reduces what is written modulo 2^64. */
  readonly regs: BigUint64Array
  readonly memory: Memory
  /** sbrk may move `heapEnd` up to here. */
  readonly heapLimit: number
  pc: number
  gas: bigint
  /** Whether running out of gas empties the counter: as the profile says, but not while a run has bounds. */
  readonly drains: boolean
  /** The current basic block has been paid; unused under the `instruction` gas model. */
  charged: boolean
  heapEnd: number
  /** Page address of a fault, index of a host call; else what it was. */
  exitArg: number
  /** Where its steps are counted, if somebody asked for that. */
  readonly tally: Tally | undefined
  /** Looks at the clock in the middle of a long instruction: whether the run's time is over. Where it has no bound, undefined. */
  isOver: (() => boolean) | undefined
}
