// The extended encoding as the reference machine reads it: straight from its rules, macro block by macro block. All other engines use
// the bitmask instead.
import { EXTENDED_FORMS, MACRO_BLOCK, PREFIX } from '../../isa/extended.ts'
import { createOperands, decodeOperands, type Operands } from '../../isa/format.ts'
import { INSTRUCTIONS, type Instruction, TRAP_ID } from '../../isa/table.ts'

/** An instruction and where the next one starts. */
export interface ExtendedInstruction {
  readonly instruction: Instruction
  readonly operands: Operands
  readonly next: number
}

/** What a macro block decodes to. */
interface MacroBlock {
  /** The instructions by code offset. */
  readonly instructions: ReadonlyMap<number, ExtendedInstruction>
  /** Code offsets that may be jumped to. */
  readonly targets: ReadonlySet<number>
}

function instructionOfRaw(raw: number): { readonly instruction: Instruction; readonly args: number } | undefined {
  for (const instruction of INSTRUCTIONS) {
    const form = EXTENDED_FORMS[instruction.id]!.find(one => one.raw === raw)
    if (form !== undefined) return { instruction, args: form.args }
  }
  return undefined
}

/** The instruction at `pc` in a macro block that ends at `end`. */
function decodeOne(code: Uint8Array, pc: number, end: number): ExtendedInstruction {
  const byte = (at: number): number => code[at] ?? 0
  const isPrefixed = byte(pc) === PREFIX
  const found = instructionOfRaw(isPrefixed ? PREFIX + byte(pc + 1) : byte(pc))
  const opcodeLength = isPrefixed ? 2 : 1
  const next = pc + opcodeLength + (found?.args ?? 0)
  const trap = { instruction: INSTRUCTIONS[TRAP_ID]!, operands: createOperands() }
  // An instruction must not go past the end of its macro block. If it ends there, it has to end a basic block.
  if (next > end || (next === end && found?.instruction.terminator === false)) return { ...trap, next: end }
  if (found === undefined) return { ...trap, next }
  const { instruction, args } = found
  const last = pc + opcodeLength - 1
  const operands = decodeOperands(instruction.format, code, last, args)
  operands.target = operands.target - last + pc // targets count from the first byte of the opcode
  if (instruction.format === 'reg_reg_reg') operands.d = Math.min(byte(last + 2) % 16, 12)
  return { instruction, operands, next }
}

function decodeBlock(code: Uint8Array, start: number): MacroBlock {
  const end = Math.min(start + MACRO_BLOCK, code.length)
  const instructions = new Map<number, ExtendedInstruction>()
  const targets = new Set<number>([start])
  for (let pc = start; pc < end; ) {
    const decoded = decodeOne(code, pc, end)
    instructions.set(pc, decoded)
    pc = decoded.next
    if (decoded.instruction.terminator && pc < end) targets.add(pc)
  }
  return { instructions, targets }
}

const decodedCode = new WeakMap<Uint8Array, Map<number, MacroBlock>>()

function blockOf(code: Uint8Array, pc: number): MacroBlock | undefined {
  if (!(pc >= 0 && pc < code.length)) return undefined
  let blocks = decodedCode.get(code)
  if (blocks === undefined) {
    blocks = new Map()
    decodedCode.set(code, blocks)
  }
  const start = pc - (pc % MACRO_BLOCK)
  let block = blocks.get(start)
  if (block === undefined) {
    block = decodeBlock(code, start)
    blocks.set(start, block)
  }
  return block
}

/** The instruction that starts at `pc`. Undefined in the middle of one, and outside of the code. */
export function extendedInstructionAt(code: Uint8Array, pc: number): ExtendedInstruction | undefined {
  return blockOf(code, pc)?.instructions.get(pc)
}

/** Whether a jump may lead to `pc`. It may lead to the start of each macro block, and behind each end of a basic block. */
export function isExtendedTarget(code: Uint8Array, pc: number): boolean {
  return blockOf(code, pc)?.targets.has(pc) === true
}
