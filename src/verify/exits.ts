// Where and why compiled code leaves: at an instruction of the program, with no more gas given back than was paid. The branches that
// lead there are in function.ts.

import { GET } from './form.ts'
import type { FunctionBody } from './function-body.ts'
import { Meaning } from './operands.ts'
import { GAS_LOCAL, PAID, PC, PC_LOCAL, UNPAID, WHY, WHY_LOCAL } from './words.ts'

/**
 * Follows the assignment of where or why an exit will leave. It may leave at any instruction, if no more is given back than was paid,
 * or unpaid at the beginning of a segment.
 */
export function place(verifier: FunctionBody, local: number, at: number): void {
  const { locals, machine, operands, reader, way } = verifier
  if (operands.meaning[at] === Meaning.Host) {
    way.astray = false
    return
  }
  const value = operands.isConstant(at) ? operands.shift[at]! : -1
  if (local === PC_LOCAL) {
    if (!(machine.refund[value]! >= 0)) reader.refuse('control', 'an exit where no instruction starts')
    way.astray = true
    return
  }
  locals.rootOf(PC_LOCAL)
  const known = locals.root[PC_LOCAL] === 0 && locals.second[PC_LOCAL] === -1
  const pc = known ? locals.shift[PC_LOCAL]! : -1
  const isPaid =
    value === PAID &&
    machine.refund[pc]! >= 0 &&
    (machine.refund[pc]! <= way.paid || verifier.owes(machine.refund[pc]!))
  if (!isPaid && !(UNPAID.includes(value) && machine.starts[pc] === 1)) {
    reader.refuse('gas', 'an exit that would be given back what was not paid')
  }
  way.astray = false
}

/** The code in front of the store of the reason, up to the offset of the store of pc; what stands behind it. */
const PLACED = [0x41, 0, GET, PC_LOCAL, 0x36, 2, ...leb(PC), 0x41, 0, GET, WHY_LOCAL, 0x36, 2, ...leb(WHY)]
const LEFT = [0x41, 1, GET, GAS_LOCAL, 0x0b]

/** A number of less than 2^14 that has two bytes. */
function leb(value: number): number[] {
  return [(value & 0x7f) | 0x80, value >> 7]
}

/**
 * Follows a store to the machine's pc or to the reason why code left. The pc is that of an instruction, or what the local of an exit
 * holds. The reason is what the other local holds, and belongs to it. It is stored directly behind that pc, at the end of a function:
 * what is given back for the reason is that of the instruction there.
 */
export function leaves({ operands, machine, reader, way }: FunctionBody, value: number, offset: number): void {
  const { bytes, at, end } = reader
  const source = operands.isLocal(value) ? operands.source[value]! : -1
  if (offset === WHY) {
    if (source !== WHY_LOCAL || way.astray) reader.refuse('control', 'an exit that leaves for no reason')
    const follows = (from: number, expected: readonly number[]): boolean =>
      expected.every((byte, k) => bytes[from + k] === byte)
    if (!follows(at - PLACED.length, PLACED) || !follows(at, LEFT) || at + LEFT.length !== end)
      reader.refuse('control', 'an exit that leaves elsewhere')
  } else if (source !== PC_LOCAL) {
    const pc = operands.isConstant(value) ? operands.shift[value]! : -1
    if (!(machine.refund[pc]! >= 0)) reader.refuse('control', 'an exit where no instruction starts')
  }
}
