// How a host calls an export of a `.polkavm` file. (The imports of such a file are host calls by index.)
import { HALT_ADDRESS } from '../blob/address-space.ts'
import type { Program } from './program.ts'

/** The registers that carry arguments, in order. The first two also carry results. */
export const ARGUMENT_REGISTERS: readonly number[] = [7, 8, 9, 10, 11, 12, 2, 3, 4]

/** The start options of a call, which `engine.instantiate` takes. */
export interface ExportCall {
  readonly entry: number
  readonly regs: readonly bigint[]
}

/**
 * Makes start options that call an export: pc at its code, arguments in r7…r12 and r2…r4, the top of the stack in r1, and in r0 the
 * address at which a return halts. The result is in r7 after the halt.
 *
 * @param args up to nine numbers from -2^63 to 2^64 - 1.
 * @throws RangeError when there is no such export or an argument does not fit.
 * @example engine.instantiate(program, { ...callExport(program, 'add', [1n, 2n]), gas: 1000n, host })
 */
export function callExport(program: Program, name: string, args: readonly bigint[] = []): ExportCall {
  const entry = program.exports.get(name)
  if (entry === undefined) {
    const known = program.exports.size === 0 ? 'the program has none' : [...program.exports.keys()].join(', ')
    throw new RangeError(`name: no export ${JSON.stringify(name)}, there is ${known}`)
  }
  if (args.length > ARGUMENT_REGISTERS.length) {
    throw new RangeError(`args: ${args.length} arguments, at most ${ARGUMENT_REGISTERS.length} fit registers`)
  }
  const regs = new Array<bigint>(13).fill(0n)
  regs[0] = BigInt(HALT_ADDRESS)
  regs[1] = BigInt(program.layout.stackTop)
  args.forEach((value, index) => {
    if (typeof value !== 'bigint') throw new TypeError(`args: argument ${index} is no bigint`)
    if (value < -(2n ** 63n) || value >= 2n ** 64n) throw new RangeError(`args: ${value} does not fit 64 bits`)
    regs[ARGUMENT_REGISTERS[index]!] = BigInt.asUintN(64, value)
  })
  return { entry, regs }
}
