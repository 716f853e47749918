// What a tracer sees of each executed instruction. Text forms of it are in src/trace/.
import type { Operands } from '../isa/format.ts'
import { INSTRUCTIONS, type Instruction, TRAP_ID } from '../isa/table.ts'

/**
 * What an executed instruction did. The same object is used for every call, so copy what you keep. It is reported after the
 * instruction was executed, also for the one that ended the run. An instruction that could not be paid is not reported. An
 * `ecalli` is reported before its host function is called, because what that does is no part of the instruction.
 */
export interface TraceEvent {
  pc: number
  /** The instruction. It is `trap` where there is none, or none with a defined opcode. */
  instruction: Instruction
  operands: Operands
  /** The gas before and after. Under block models only the first instruction of a block pays. */
  gasBefore: bigint
  gasAfter: bigint
  /** The register that was written, or -1, and its value before and after. */
  register: number
  before: bigint
  after: bigint
  /** The access to guest memory, its address, its width in bytes, and the value that was loaded or stored. */
  access: 'none' | 'load' | 'store'
  address: number
  width: 0 | 1 | 2 | 4 | 8
  value: bigint
}

/**
 * A function that is called after every instruction while tracing is on. It may read the machine. If it changes the machine, what
 * follows is undefined.
 */
export type Tracer = (event: TraceEvent) => void

/** Makes the event that an engine reports again and again. It has these operands, and nothing has happened in it yet. */
export function createTraceEvent(operands: Operands): TraceEvent {
  return {
    pc: 0,
    instruction: INSTRUCTIONS[TRAP_ID]!,
    operands,
    gasBefore: 0n,
    gasAfter: 0n,
    register: -1,
    before: 0n,
    after: 0n,
    access: 'none',
    address: 0,
    width: 0,
    value: 0n,
  }
}
