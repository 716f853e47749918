// `coulis/isa`: the instruction table, operand formats, numberings, effects. Not a place for code.

export { createOperands, decodeOperands, type Format, immediateX, immediateY, type Operands } from './format.ts'
export { type Effect, type Expression, effectOf, type Letter, visitOperands } from './semantics.ts'
export {
  type Encoding,
  INSTRUCTION_SETS,
  type InstructionSet,
  type InstructionSetName,
  instructionSet,
  UNDEFINED_OPCODE,
} from './set.ts'
export { type ImmediateLetter, type RegisterLetter, type Shape, type Slot, shapeOf } from './shape.ts'
export { INSTRUCTIONS, type Instruction, type InstructionKind as Kind, instructionNamed, TRAP_ID } from './table.ts'
