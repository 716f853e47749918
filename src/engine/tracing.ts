// What a tracer sees of each executed instruction. Not a format: text forms are in trace/.
import type { Operands } from '../isa/format.ts'
import type { Instruction } from '../isa/table.ts'

/**
 * One executed instruction. The same object is reused for every call: copy what you keep. Reported after execution,
 * also for the instruction that ended the run; not for one that could not be paid. An `ecalli` is reported before its
 * host function is called: what that does is no part of the instruction.
 */
export interface TraceEvent {
  pc: number
  /** What was executed; `trap` for undefined opcodes and behind the code. */
  instruction: Instruction
  operands: Operands
  /** Gas before and after, in gas. Under block models only the first instruction of a block pays. */
  gasBefore: bigint
  gasAfter: bigint
  /** Register written, or -1, with its value before and after. */
  register: number
  before: bigint
  after: bigint
  /** Guest memory access: none, load or store; address and bytes. A store's value is what was written. */
  access: 'none' | 'load' | 'store'
  address: number
  width: 0 | 1 | 2 | 4 | 8
  value: bigint
}

/** Called after every instruction while tracing is on. It may read the machine; changing it is undefined. */
export type Tracer = (event: TraceEvent) => void
