// Upper bounds of values that instructions write: how far an index into a table can reach. Not which accesses use it:
// see memory-plan.ts.
import { INSTRUCTIONS } from '../../isa/table.ts'
import type { Decoded } from './decode.ts'

/** Bounds are at most this; what may be more counts as unbounded. */
export const MAX_BOUND = 4096
/** No bound below MAX_BOUND is known. */
export const UNBOUNDED = -1

/** What an instruction says about the bound of its result. */
const Rule = { None: 0, Byte: 1, Bit: 2, Mask: 3, ShiftLeft: 4, ShiftRight: 5, ShiftRight32: 6, Copy: 7 } as const

const RULES: Readonly<Record<string, number>> = {
  load_u8: Rule.Byte,
  load_ind_u8: Rule.Byte,
  set_lt_u: Rule.Bit,
  set_lt_s: Rule.Bit,
  set_lt_u_imm: Rule.Bit,
  set_lt_s_imm: Rule.Bit,
  set_gt_u_imm: Rule.Bit,
  set_gt_s_imm: Rule.Bit,
  and_imm: Rule.Mask,
  shlo_l_imm_64: Rule.ShiftLeft,
  shlo_r_imm_64: Rule.ShiftRight,
  shlo_r_imm_32: Rule.ShiftRight32,
  move_reg: Rule.Copy,
}
const RULE = Uint8Array.from(INSTRUCTIONS, ({ name }) => RULES[name] ?? Rule.None)

function atMost(value: number): number {
  return value >= 0 && value <= MAX_BOUND ? value : UNBOUNDED
}

/** The bound of what instruction `i` writes: it is unsigned and at most that. `bounds`: those of the registers before it. */
export function boundOf({ id, a, b, x, xHigh }: Decoded, i: number, bounds: Int32Array): number {
  const immediate = x[i]!
  switch (RULE[id[i]!]) {
    case Rule.Byte:
      return 0xff
    case Rule.Bit:
      return 1
    case Rule.Mask: // a non-negative immediate masks, whatever the register holds
      return xHigh[i] === 0 ? atMost(immediate) : UNBOUNDED
    case Rule.ShiftLeft: {
      const bound = bounds[b[i]!]!
      const count = immediate & 63
      return bound === UNBOUNDED || count > 12 ? UNBOUNDED : atMost(bound * 2 ** count)
    }
    case Rule.ShiftRight:
      return (immediate & 63) < 52 ? UNBOUNDED : 2 ** (64 - (immediate & 63)) - 1
    case Rule.ShiftRight32:
      return (immediate & 31) < 20 ? UNBOUNDED : 2 ** (32 - (immediate & 31)) - 1
    case Rule.Copy:
      return bounds[a[i]!]!
    default:
      return UNBOUNDED
  }
}
