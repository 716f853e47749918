// The instructions that 32-bit programs execute in another way (docs/formats.md), on the reference machine: products, byte order, and
// the two whose results are not sign-extended by themselves. The entry `coulis/interpreter` does not have this.
import type { Instruction } from '../../isa/table.ts'
import type { Program } from '../../program/program.ts'
import type { Exit } from '../exit.ts'
import type { Binary, Unary } from './alu.ts'
import type { MachineState } from './state.ts'

const u32 = (value: bigint): bigint => BigInt.asUintN(32, value)
const s32 = (value: bigint): bigint => BigInt.asIntN(32, value)

/** These instructions do rD := f(rA). */
export const UNARY_32: Readonly<Record<string, Unary>> = {
  reverse_bytes_32: a =>
    s32(((a & 0xffn) << 24n) | ((a & 0xff00n) << 8n) | ((a >> 8n) & 0xff00n) | ((a >> 24n) & 0xffn)),
}

/** rD := f(rA, rB): the upper half of a product of 64 bits. */
export const BINARY_32: Readonly<Record<string, Binary>> = {
  mul_upper_s_s_32: (a, b) => s32((s32(a) * s32(b)) >> 32n),
  mul_upper_u_u_32: (a, b) => s32((u32(a) * u32(b)) >> 32n),
  mul_upper_s_u_32: (a, b) => s32((s32(a) * u32(b)) >> 32n),
}

/** What an instruction does, as the decoder has it. */
interface Executes {
  readonly execute: (state: MachineState) => Exit | undefined
}

/**
 * What `sbrk` and `memset` do in a 32-bit program: they take their sizes as unsigned numbers of 32 bits, and all registers are
 * sign-extended behind them.
 */
export function narrowed<T extends Executes>(program: Program, { kind }: Instruction, size: number, semantics: T): T {
  if (program.bits === 64 || (kind !== 'sbrk' && kind !== 'memset')) return semantics
  return {
    ...semantics,
    execute(state: MachineState) {
      const { regs } = state
      if (kind === 'sbrk') regs[size] = u32(regs[size]!)
      const exit = semantics.execute(state)
      for (let i = 0; i < regs.length; i++) regs[i] = s32(regs[i]!)
      return exit
    },
  }
}
