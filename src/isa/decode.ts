// The instruction at a code offset, in whichever encoding. Not where instructions start: that is the bitmask's, or extended.ts says
// it of code that has none.
import { extendedId, PREFIX } from './extended.ts'
import { createOperands, decodeOperands, type Format, type Operands } from './format.ts'
import type { InstructionSet } from './set.ts'
import { INSTRUCTIONS, type Instruction } from './table.ts'

/**
 * The instruction that starts at `pc`; undefined where its opcode is not defined. In the extended encoding that is `trap`.
 *
 * @param skip bytes behind its first one, GP A.3.
 */
export function instructionOf(
  set: InstructionSet,
  code: Uint8Array,
  pc: number,
  skip: number,
): Instruction | undefined {
  return set.encoding === 'bitmask' ? set.byOpcode[code[pc]!] : INSTRUCTIONS[extendedId(code, pc, skip + 1)]
}

/** Bytes of the opcode at `pc` beyond the first. */
export function prefixAt(set: InstructionSet, code: Uint8Array, pc: number): 0 | 1 {
  return set.encoding === 'extended' && code[pc] === PREFIX ? 1 : 0
}

/** Decodes the operands of the instruction that starts at `pc` into `out` and returns it; `skip` as above. */
export function operandsOf(
  set: InstructionSet,
  format: Format,
  code: Uint8Array,
  pc: number,
  skip: number,
  out: Operands = createOperands(),
): Operands {
  const prefix = prefixAt(set, code, pc)
  decodeOperands(format, code, pc + prefix, skip - prefix, out)
  out.target -= prefix // relative to the first byte
  // The third register is a whole byte in the paper, a nibble in PolkaVM.
  if (set.encoding === 'extended' && format === 'reg_reg_reg') out.d = Math.min(12, (code[pc + prefix + 2] ?? 0) & 15)
  return out
}
