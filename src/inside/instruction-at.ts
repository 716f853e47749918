// The instruction at a code offset, with the values its operands have now. Not executed, and not the listing: blob/disassembly.ts.
import type { Vm } from '../engine/engine.ts'
import type { Operands } from '../isa/format.ts'
import { type RegisterLetter, shapeOf } from '../isa/shape.ts'
import type { Instruction } from '../isa/table.ts'
import { formatOperands } from '../trace/steps.ts'

/** A register and what it holds. */
export interface RegisterValue {
  /** It is within 0…12. */
  readonly register: number
  /** It is unsigned and has 64 bits. */
  readonly value: bigint
}

/** An instruction as a machine stands at it. */
export interface InstructionAt {
  readonly name: string
  /** As the assembler writes it, jump targets as code offsets. */
  readonly text: string
  /** The registers it reads, ascending, each once. One that it has overwritten before it failed is not among them. */
  readonly reads: readonly RegisterValue[]
}

/** The same with what it was decoded to. */
export interface DecodedAt extends InstructionAt {
  readonly instruction: Instruction
  readonly operands: Operands
}

const MEMSET_READS = [7, 8, 9]
const HOST_READS = [7, 8, 9, 10, 11, 12]

/** The letters of an effect that are read: all but those in front of a `=`. */
function lettersRead(effect: string): RegisterLetter[] {
  const right = effect.replace(/\b[ABD] = /g, '')
  return [...right.matchAll(/\b[ABD]\b/g)].map(([letter]) => letter as RegisterLetter)
}

/** The register that a jump writes before it is known whether it succeeds (GP A.5.8, A.5.12). */
function overwritten({ kind, effect }: Instruction, { a }: Operands): number | undefined {
  return (kind === 'jump' || kind === 'djump') && effect.startsWith('A = ') ? a : undefined
}

function registersRead(instruction: Instruction, operands: Operands): number[] {
  if (instruction.kind === 'memset') return MEMSET_READS
  if (instruction.kind === 'host') return HOST_READS
  const byLetter: Readonly<Record<RegisterLetter, number>> = { A: operands.a, B: operands.b, D: operands.d }
  const registers = new Set(lettersRead(instruction.effect).map(letter => byLetter[letter]))
  const lost = overwritten(instruction, operands)
  if (lost !== undefined) registers.delete(lost)
  return [...registers].sort((a, b) => a - b)
}

/** The instruction at the machine's pc; undefined where none with a defined opcode starts. */
export function instructionAt({ program, pc, regs }: Pick<Vm, 'program' | 'pc' | 'regs'>): DecodedAt | undefined {
  const instruction = program.instructionAt(pc)
  if (instruction === undefined) return undefined
  const operands = program.operandsAt(pc, instruction.format)
  return {
    name: instruction.name,
    text: `${instruction.name} ${formatOperands(instruction, operands)}`.trimEnd(),
    reads: registersRead(instruction, operands).map(register => ({ register, value: regs[register]! })),
    instruction,
    operands,
  }
}

/**
 * The address that it accesses or jumps to, modulo 2^32 (GP A.8, A.18); undefined where it has none, or where the register
 * that it is made of is overwritten.
 */
export function addressAt({ instruction, operands }: DecodedAt, { regs }: Vm): number | undefined {
  for (const slot of shapeOf(instruction).slots) {
    if (slot.is !== 'memory' && slot.is !== 'sum') continue
    const byLetter: Readonly<Record<RegisterLetter, number>> = { A: operands.a, B: operands.b, D: operands.d }
    const base = slot.base === undefined ? undefined : byLetter[slot.base]
    if (base !== undefined && base === overwritten(instruction, operands)) return undefined
    const offset = slot.offset === 'X' ? operands.x : operands.y
    return Number(BigInt.asUintN(32, (base === undefined ? 0n : regs[base]!) + BigInt(offset)))
  }
  return undefined
}
