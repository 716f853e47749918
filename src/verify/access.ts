// Loads and stores. Each goes to a named word of the engine, or stands behind a check of its address, width and right. The checks are
// in checks.ts and turns.ts.

import { leaves } from './exits.ts'
import type { FunctionBody } from './function-body.ts'
import type { Machine } from './machine.ts'
import { Meaning } from './operands.ts'
import { turnAccess } from './turns.ts'
import {
  CHARGED,
  DISPATCH,
  FRAME_LOCAL,
  PC,
  READ,
  REGISTERS,
  REGISTERS_END,
  RESERVE,
  RIGHTS,
  TRACE,
  WHY,
  WRITE,
} from './words.ts'

/** How many bytes a load or store has, by opcode - 0x28. Those with 0 are not allowed. */
const WIDTH = [4, 8, 0, 0, 0, 1, 0, 0, 1, 1, 2, 2, 4, 4, 4, 8, 0, 0, 0, 0, 1, 2, 4]
const I64_STORE = 0x37
const I32_STORE = 0x36

/** Follows a load. It reads a word of the engine, a rights byte, an entry of the dispatch table, or the guest's memory. */
export function loadFrom(verifier: FunctionBody, op: number): void {
  const { machine, operands, reader } = verifier
  reader.alignment()
  const offset = reader.unsigned()
  const at = verifier.pop()
  const width = WIDTH[op - 0x28]!
  if (width === 0) reader.refuse('opcode', `opcode ${op}`)
  if (operands.isConstant(at) && operands.shift[at] === 0 && operands.source[at] === -1) {
    const isRegister = op === 0x29 && isRegisterWord(offset)
    const isWord =
      op === 0x28 ? offset === PC || offset === TRACE || offset === CHARGED : op === 0x29 && offset === RESERVE
    if (!isRegister && !isWord && !(op === 0x29 && isCount(machine, offset)))
      reader.refuse('load', `no word of the engine at ${offset}`)
    operands.push(Meaning.Any)
    return
  }
  if (op === 0x2d && offset === RIGHTS) {
    rights(verifier, at)
    return
  }
  if (op === 0x28 && offset === DISPATCH) {
    const { locals } = verifier
    const index = operands.source[at]!
    const inside = operands.meaning[at] === Meaning.Scaled && locals.bounded[index] === locals.epoch
    if (!inside || locals.bound[index]! > machine.dispatch) reader.refuse('load', 'beyond the dispatch table')
    operands.push(Meaning.Entry)
    return
  }
  if (op < 0x29) reader.refuse('load', 'an address that is no word of the engine')
  guest(verifier, at, offset, width, READ, 'load')
  if (op === 0x31) operands.bounded(0xff)
  else operands.push(Meaning.Any)
}

/** Follows the load of a page's rights byte. */
function rights(verifier: FunctionBody, at: number): void {
  const { operands, reader } = verifier
  const meaning = operands.meaning[at]
  if (meaning === Meaning.Page) {
    operands.height = at + 1
    operands.meaning[at] = Meaning.Rights
    operands.y[at] = -1
    return
  }
  reader.refuse('load', 'beyond the table of rights')
}

/** Follows a store. It writes a word of the engine that compiled code may write, or the guest's memory. */
export function storeTo(verifier: FunctionBody, op: number): void {
  const { machine, operands, reader } = verifier
  reader.alignment()
  const offset = reader.unsigned()
  const width = WIDTH[op - 0x28]!
  if (width === 0) reader.refuse('opcode', `opcode ${op}`)
  const value = verifier.pop()
  const at = verifier.pop()
  if (operands.isConstant(at) && operands.shift[at] === 0 && operands.source[at] === -1) {
    const charges = offset === CHARGED && operands.isConstant(value) && operands.shift[value] === 1
    const isWord = op === I32_STORE && (offset === PC || offset === WHY || charges)
    if (isWord && !charges) leaves(verifier, value, offset)
    if (!isWord && !(op === I64_STORE && (isRegisterWord(offset) || isCount(machine, offset)))) {
      reader.refuse('store', `no word that compiled code may write at ${offset}`)
    }
    return
  }
  if (op === I32_STORE) reader.refuse('store', 'an address that is no word of the engine')
  guest(verifier, at, offset, width, WRITE, 'store')
}

/** Accepts an access of the guest if it stands behind a check of its address, width and right, or in an unchecked turn. */
function guest(
  verifier: FunctionBody,
  at: number,
  offset: number,
  width: number,
  right: number,
  rule: 'load' | 'store',
): void {
  const { locals, operands, reader } = verifier
  if (!operands.isLocal(at)) reader.refuse(rule, 'the address is in no local')
  const local = operands.source[at]!
  const isChecked = locals.checked[local] === locals.epoch && (locals.right[local]! & right) !== 0
  if (isChecked && offset + width <= locals.bytes[local]!) return
  if (local === FRAME_LOCAL && offset + width <= verifier.way.frame) return
  if (verifier.turns !== undefined && turnAccess(verifier, verifier.turns, local, offset, width, right)) return
  reader.refuse(rule, `${width} bytes at local ${local} + ${offset} stand behind no check`)
}

/** Whether an address is that of a segment's count. Code may write anything there, because the machine does not read it. */
function isCount({ starts, tallyAt }: Machine, offset: number): boolean {
  const at = offset - tallyAt
  return tallyAt > 0 && at >= 0 && at % 8 === 0 && starts[at / 8] === 1
}

function isRegisterWord(offset: number): boolean {
  return offset >= REGISTERS && offset < REGISTERS_END && (offset & 7) === 0
}
