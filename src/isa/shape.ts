// How the operands of an instruction are written: one template for reading and printing. Not their bytes: encode.ts.
import type { Instruction } from './table.ts'

/** The letter of an operand that is a register. */
export type RegisterLetter = 'A' | 'B' | 'D'
/** The letter of an operand that is an immediate. */
export type ImmediateLetter = 'X' | 'Y'

/**
 * One operand: a register, an immediate, a jump target, an address in memory `[base + offset]`, or the sum
 * `base + offset` that an indirect jump goes to.
 */
export type Slot =
  | { readonly is: 'register'; readonly letter: RegisterLetter }
  | { readonly is: 'immediate'; readonly letter: ImmediateLetter }
  | { readonly is: 'target' }
  | { readonly is: 'memory'; readonly base: RegisterLetter | undefined; readonly offset: ImmediateLetter }
  | { readonly is: 'sum'; readonly base: RegisterLetter; readonly offset: ImmediateLetter }

function templateOf({ format, kind }: Instruction): string {
  switch (format) {
    case 'none':
      return ''
    case 'imm':
      return 'X'
    case 'reg_imm64':
      return 'A, X'
    case 'imm_imm':
      return '[X], Y'
    case 'off':
      return 'T'
    case 'reg_imm':
      return kind === 'load' ? 'A, [X]' : kind === 'store' ? '[X], A' : kind === 'djump' ? 'A + X' : 'A, X'
    case 'reg_imm_imm':
      return '[A + X], Y'
    case 'reg_imm_off':
      return 'A, X, T'
    case 'reg_reg':
      return 'D, A'
    case 'reg_reg_imm':
      return kind === 'load' ? 'A, [B + X]' : kind === 'store' ? '[B + X], A' : 'A, B, X'
    case 'reg_reg_off':
      return 'A, B, T'
    case 'reg_reg_imm_imm':
      return 'A, X, B + Y'
    case 'reg_reg_reg':
      return 'D, A, B'
  }
}

function slotOf(piece: string): Slot {
  const memory = /^\[(?:([ABD]) \+ )?([XY])\]$/.exec(piece)
  if (memory !== null) {
    return { is: 'memory', base: memory[1] as RegisterLetter | undefined, offset: memory[2] as ImmediateLetter }
  }
  const sum = /^([ABD]) \+ ([XY])$/.exec(piece)
  if (sum !== null) return { is: 'sum', base: sum[1] as RegisterLetter, offset: sum[2] as ImmediateLetter }
  if (piece === 'T') return { is: 'target' }
  if (piece === 'X' || piece === 'Y') return { is: 'immediate', letter: piece }
  return { is: 'register', letter: piece as RegisterLetter }
}

/** An instruction's operands as written, and which immediates may be given as 32-bit unsigned numbers. */
export interface Shape {
  /** The template, as documentation: `A, [B + X]`. */
  readonly template: string
  readonly slots: readonly Slot[]
  /** Whether only the low 32 bits of X (Y) matter, so that 0xffffffff may be written for -1. */
  readonly wraps: Readonly<Record<ImmediateLetter, boolean>>
}

const SHAPES = new Map<number, Shape>()

/** The shape of an instruction's operands: destination first, addresses in brackets. */
export function shapeOf(instruction: Instruction): Shape {
  let shape = SHAPES.get(instruction.id)
  if (shape === undefined) {
    const template = templateOf(instruction)
    const slots = template === '' ? [] : template.split(', ').map(slotOf)
    // Addresses are taken mod 2^32 (GP A.8, A.18), w() takes the low half, stores of up to 32 bits too.
    const isAddress = (letter: string): boolean => slots.some(slot => 'offset' in slot && slot.offset === letter)
    const { effect } = instruction
    shape = {
      template,
      slots,
      wraps: { X: isAddress('X') || effect.includes('w(X)'), Y: isAddress('Y') || /^store(8|16|32)\(/.test(effect) },
    }
    SHAPES.set(instruction.id, shape)
  }
  return shape
}
