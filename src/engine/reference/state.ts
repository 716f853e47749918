// The state that a step of the reference machine works on.
import type { Program } from '../../program/program.ts'
import type { Tally } from '../../program/tally.ts'
import type { Memory } from '../memory.ts'

/**
 * Everything that an instruction can read or change (GP A.1). It is an interface, so that the reference machine can also run on the
 * state of another engine's machine. Writing a field has no other effect, unlike writing `Vm.pc`.
 */
export interface MachineState {
  readonly program: Program
  /** The 13 registers. The array reduces what is written modulo 2^64. */
  readonly regs: BigUint64Array
  readonly memory: Memory
  /** How far sbrk may move `heapEnd`. */
  readonly heapLimit: number
  pc: number
  gas: bigint
  /** Whether running out of gas empties the counter. The profile says so, but while a run has bounds it does not. */
  readonly drains: boolean
  /** Whether the current basic block has been paid. Under the `instruction` gas model: whether a memset at pc has begun, and is paid. */
  charged: boolean
  heapEnd: number
  /** The page address of a fault, or the index of a host call. Other stops leave it as it was. */
  exitArg: number
  /** Where its steps are counted, if somebody has asked for that. */
  readonly tally: Tally | undefined
  /**
   * Called in the middle of a long instruction. It looks at the clock, and says whether the time of the run is over. Undefined
   * without a bound.
   */
  isOver: (() => boolean) | undefined
}
