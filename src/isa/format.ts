// Operand formats: how the bytes behind an opcode become registers, immediates and targets (GP A.5.1 to A.5.13).
// Not the instruction boundaries: those come from the bitmask, see program/.

/** The 13 operand formats, named as in the spec; what each letter means is the legend of `decodeOperands`. */
export type Format =
  | 'none'
  | 'imm'
  | 'reg_imm64'
  | 'imm_imm'
  | 'off'
  | 'reg_imm'
  | 'reg_imm_imm'
  | 'reg_imm_off'
  | 'reg_reg'
  | 'reg_reg_imm'
  | 'reg_reg_off'
  | 'reg_reg_imm_imm'
  | 'reg_reg_reg'

/**
 * Decoded operands. Registers are 0…12, unused ones 0. Immediates are the low 32 bits as a signed number; all but
 * `reg_imm64` are sign-extended from there (`immediate64`), that format has its upper half in `xHigh`.
 */
export interface Operands {
  a: number
  b: number
  d: number
  x: number
  xHigh: number
  y: number
  /** Jump target as a plain integer: may be negative or beyond the code. */
  target: number
}

/** A fresh, zeroed operand record for `decodeOperands` to fill. */
export function createOperands(): Operands {
  return { a: 0, b: 0, d: 0, x: 0, xHigh: 0, y: 0, target: 0 }
}

/** GP A.19: a register index is clipped to 12. */
function register(nibble: number): number {
  return nibble > 12 ? 12 : nibble
}

/** `n` bytes little-endian at `at`, sign-extended from 8n bits; bytes past the end are 0 (ζ, GP A.4). */
function signed(code: Uint8Array, at: number, n: number): number {
  switch (n) {
    case 0:
      return 0
    case 1:
      return ((code[at] ?? 0) << 24) >> 24
    case 2:
      return (((code[at] ?? 0) | ((code[at + 1] ?? 0) << 8)) << 16) >> 16
    case 3:
      return (((code[at] ?? 0) | ((code[at + 1] ?? 0) << 8) | ((code[at + 2] ?? 0) << 16)) << 8) >> 8
    default:
      return (code[at] ?? 0) | ((code[at + 1] ?? 0) << 8) | ((code[at + 2] ?? 0) << 16) | ((code[at + 3] ?? 0) << 24)
  }
}

function clamp4(n: number): number {
  return n < 0 ? 0 : n > 4 ? 4 : n
}

/** Two immediates at `at`: X, as long as 3 bits say, goes into `out`, the other has what is left of `size` bytes. */
function two(code: Uint8Array, at: number, bits: number, size: number, out: Operands): number {
  const lx = clamp4(bits & 7)
  out.x = signed(code, at, lx)
  return signed(code, at + lx, clamp4(size - lx))
}

/**
 * Decodes the operands of the instruction at `pc` into `out` and returns it.
 *
 * @param skip number of operand bytes ℓ (GP A.3); explicit lengths of X are deliberately not limited by it.
 */
export function decodeOperands(
  format: Format,
  code: Uint8Array,
  pc: number,
  skip: number,
  out: Operands = createOperands(),
): Operands {
  const at = pc + 1
  const behind = pc + 2
  const b1 = code[at] ?? 0
  const lo = register(b1 & 15)
  const hi = register(b1 >> 4)
  out.a = out.b = out.d = out.x = out.xHigh = out.y = out.target = 0
  switch (format) {
    case 'none':
      break
    case 'imm':
      out.x = signed(code, at, clamp4(skip))
      break
    case 'reg_imm64':
      out.a = lo
      out.x = signed(code, behind, 4)
      out.xHigh = signed(code, behind + 4, 4)
      break
    case 'imm_imm':
      out.y = two(code, behind, b1, skip - 1, out)
      break
    case 'off':
      out.target = pc + signed(code, at, clamp4(skip))
      break
    case 'reg_imm':
      out.a = lo
      out.x = signed(code, behind, clamp4(skip - 1))
      break
    case 'reg_imm_imm':
      out.a = lo
      out.y = two(code, behind, b1 >> 4, skip - 1, out)
      break
    case 'reg_imm_off':
      out.a = lo
      out.target = pc + two(code, behind, b1 >> 4, skip - 1, out)
      break
    case 'reg_reg':
      out.d = lo
      out.a = hi
      break
    case 'reg_reg_imm':
      out.a = lo
      out.b = hi
      out.x = signed(code, behind, clamp4(skip - 1))
      break
    case 'reg_reg_off':
      out.a = lo
      out.b = hi
      out.target = pc + signed(code, behind, clamp4(skip - 1))
      break
    case 'reg_reg_imm_imm':
      out.a = lo
      out.b = hi
      out.y = two(code, pc + 3, code[behind] ?? 0, skip - 2, out)
      break
    case 'reg_reg_reg':
      out.a = lo
      out.b = hi
      out.d = register(code[behind] ?? 0) // the whole byte, GP A.5.13
      break
  }
  if (format !== 'reg_imm64') out.xHigh = out.x < 0 ? -1 : 0
  return out
}

/** X as the machine sees it: unsigned 64 bit. */
export function immediateX(operands: Operands): bigint {
  return BigInt.asUintN(64, (BigInt(operands.xHigh) << 32n) | BigInt(operands.x >>> 0))
}

/** Y as the machine sees it: sign-extended to unsigned 64 bit. */
export function immediateY(operands: Operands): bigint {
  return BigInt.asUintN(64, BigInt(operands.y))
}
