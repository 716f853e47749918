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
  readonly x: bigint
  /** Y, or the jump offset. */
  readonly y: bigint
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

/** Which of X and Y (or the jump offset, which takes Y's place) a format has. */
export function immediatesOf(format: Format): { readonly x: boolean; readonly y: boolean } {
  switch (format) {
    case 'none':
    case 'reg_reg':
    case 'reg_reg_reg':
      return { x: false, y: false }
    case 'off':
    case 'reg_reg_off':
      return { x: false, y: true }
    case 'imm_imm':
    case 'reg_imm_imm':
    case 'reg_imm_off':
    case 'reg_reg_imm_imm':
      return { x: true, y: true }
    default:
      return { x: true, y: false }
  }
}

/** Length in bytes of an instruction whose immediates take that many bytes. */
export function encodedLength(format: Format, xWidth: number, yWidth: number): number {
  if (format === 'reg_imm64') return 10
  const { x, y } = immediatesOf(format)
  return headLength(format) + (x ? xWidth : 0) + (y ? yWidth : 0)
}

/** The fewest bytes that give `value` back when sign-extended; 5 where 4 are not enough. */
export function shortestWidth(value: bigint | number): number {
  if (Number(value) === 0) return 0
  for (let width = 1; width <= 4; width++) {
    const limit = 2 ** (8 * width - 1)
    if (value >= -limit && value < limit) return width
  }
  return 5
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
  const write = (value: bigint, width: number): void => {
    let rest = BigInt.asUintN(64, value)
    for (let i = 0; i < width; i++) {
      out[next++] = Number(rest & 0xffn)
      rest >>= 8n
    }
  }
  const { x, y } = immediatesOf(format)
  if (x) write(input.x, format === 'reg_imm64' ? 8 : xWidth)
  if (y) write(input.y, yWidth)
  return next
}
