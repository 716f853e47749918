// Operands to bytes: the inverse of `decodeOperands` (GP A.5.1 to A.5.13). Not a chooser of widths: the assembler says
// how many bytes each immediate takes.
import type { Format } from './format.ts'

/** Operands to encode; jump targets are given as `offset` from the opcode. */
export interface EncodeInput {
  readonly format: Format
  readonly opcode: number
  readonly a: number
  readonly b: number
  readonly d: number
  /** Low 32 bits of X, signed; its upper half is used by `reg_imm64` only. */
  readonly x: number
  readonly xHigh: number
  /** Y, or the jump offset: 32 bits, signed. */
  readonly y: number
  readonly xWidth: number
  readonly yWidth: number
}

/** Bytes before the immediates: opcode, registers, length nibbles. */
function headLength(format: Format): number {
  switch (format) {
    case 'none':
    case 'imm':
    case 'off':
      return 1
    case 'reg_reg_imm_imm':
    case 'reg_reg_reg':
      return 3
    default:
      return 2
  }
}

const NONE = { x: false, y: false }
const ONLY_X = { x: true, y: false }
const ONLY_Y = { x: false, y: true }
const BOTH = { x: true, y: true }

/** Which of X and Y (or the jump offset, which takes Y's place) a format has. */
export function immediatesOf(format: Format): { readonly x: boolean; readonly y: boolean } {
  switch (format) {
    case 'none':
    case 'reg_reg':
    case 'reg_reg_reg':
      return NONE
    case 'off':
    case 'reg_reg_off':
      return ONLY_Y
    case 'imm_imm':
    case 'reg_imm_imm':
    case 'reg_imm_off':
    case 'reg_reg_imm_imm':
      return BOTH
    default:
      return ONLY_X
  }
}

/** Length in bytes of an instruction whose immediates take that many bytes. */
export function encodedLength(format: Format, xWidth: number, yWidth: number): number {
  if (format === 'reg_imm64') return 10
  const { x, y } = immediatesOf(format)
  return headLength(format) + (x ? xWidth : 0) + (y ? yWidth : 0)
}

/** The fewest bytes that give `value` back when sign-extended; 5 where 4 are not enough. */
export function shortestWidth(value: number): number {
  if (value === 0) return 0
  if (value >= -0x80 && value < 0x80) return 1
  if (value >= -0x8000 && value < 0x8000) return 2
  if (value >= -0x800000 && value < 0x800000) return 3
  return value >= -0x80000000 && value < 0x80000000 ? 4 : 5
}

/** Writes the instruction into `out` at `at` and returns the offset behind it. */
export function encodeInstruction(input: EncodeInput, out: Uint8Array, at: number): number {
  const { format, opcode, a, b, d, xWidth, yWidth } = input
  out[at] = opcode
  switch (format) {
    case 'none':
    case 'imm':
    case 'off':
      break
    case 'reg_imm64':
    case 'reg_imm':
      out[at + 1] = a
      break
    case 'imm_imm':
      out[at + 1] = xWidth
      break
    case 'reg_imm_imm':
    case 'reg_imm_off':
      out[at + 1] = a | (xWidth << 4)
      break
    case 'reg_reg':
      out[at + 1] = d | (a << 4)
      break
    case 'reg_reg_imm':
    case 'reg_reg_off':
      out[at + 1] = a | (b << 4)
      break
    case 'reg_reg_imm_imm':
      out[at + 1] = a | (b << 4)
      out[at + 2] = xWidth
      break
    case 'reg_reg_reg':
      out[at + 1] = a | (b << 4)
      out[at + 2] = d
      break
  }
  let next = at + headLength(format)
  const write = (value: number, width: number): void => {
    for (let i = 0; i < width; i++) out[next++] = value >> (8 * i)
  }
  const { x, y } = immediatesOf(format)
  if (x) write(input.x, format === 'reg_imm64' ? 4 : xWidth)
  if (format === 'reg_imm64') write(input.xHigh, 4)
  if (y) write(input.y, yWidth)
  return next
}
