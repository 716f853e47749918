// Where and why compiled code leaves: at an instruction of the program, with no more gas given back than was paid. Not the
// branches that lead there: function.ts.
import type { FunctionBody } from './function-body.ts'
import { Meaning } from './operands.ts'
import { PAID, PC_LOCAL, UNPAID, WHY, WHY_LOCAL } from './words.ts'

/** Where and why an exit will leave: at an instruction, with no more given back than was paid, or at a segment. */
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

/** Where the machine is: an instruction, or where an exit leaves; and why, which belongs to that. */
export function leaves({ operands, machine, reader, way }: FunctionBody, value: number, offset: number): void {
  const source = operands.isLocal(value) ? operands.source[value]! : -1
  if (offset === WHY) {
    if (source !== WHY_LOCAL || way.astray) reader.refuse('control', 'an exit that leaves for no reason')
  } else if (source !== PC_LOCAL) {
    const pc = operands.isConstant(value) ? operands.shift[value]! : -1
    if (!(machine.refund[pc]! >= 0)) reader.refuse('control', 'an exit where no instruction starts')
  }
}
