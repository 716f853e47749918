// Host calls. They have one form, in which compiled code shows its gas, lets the host change it, and looks at what the host left. It is
// read byte by byte here.
import type { FunctionBody } from './function-body.ts'
import { Meaning } from './operands.ts'
import { CHARGED, GAS, GAS_LOCAL, HOST_FUNCTION, MOST_GAS, PC, PC_LOCAL, RESERVE, TRACE, WHY_LOCAL } from './words.ts'

/** The reason for leaving when a host function has moved the machine. */
const MOVED = 9

/** Reads all of a host call. Its `i32.const 0` has been read and is on the stack, and `local.get gas; i32.const 0` follow. */
export function matchHost(verifier: FunctionBody): void {
  const { reader, operands } = verifier
  const fail = (): never => reader.refuse('call', 'not the form of a host call')
  const op = (...opcodes: readonly number[]): void => {
    for (const each of opcodes) if (verifier.opcode() !== each) fail()
  }
  const number = (value?: number): number => {
    op(0x41)
    const read = reader.signed()
    return value === undefined || read === value ? read : fail()
  }
  const local = (opcode: number, which?: number): number => {
    op(opcode)
    const read = verifier.local()
    return which === undefined || read === which ? read : fail()
  }
  /** Reads or writes the word at an address of the engine. */
  const word = (opcode: number, address: number): void => {
    op(opcode)
    reader.alignment()
    if (reader.unsigned() !== address) fail()
  }
  const load = (opcode: number, address: number): void => {
    number(0)
    word(opcode, address)
  }
  const assign = (which: number): number => {
    operands.height = 1
    operands.forget(0)
    operands.meaning[0] = Meaning.Host
    verifier.write(which, 0)
    return which
  }
  // It puts all the gas there is into the machine.
  local(0x20, GAS_LOCAL)
  load(0x29, RESERVE)
  op(0x7c)
  word(0x37, GAS)
  // It calls the host.
  number()
  const pc = number()
  const next = number()
  const { refund } = verifier.machine
  if (!(refund[pc]! >= 0) || !(refund[next]! >= 0)) fail()
  op(0x10)
  if (reader.unsigned() !== HOST_FUNCTION) fail()
  const target = assign(local(0x22))
  number(MOVED)
  local(0x20, target)
  op(0x1b)
  assign(local(0x21, WHY_LOCAL))
  // It takes the gas that the host left.
  load(0x35, GAS)
  load(0x35, GAS + 4)
  op(0x42)
  if (reader.signed64() !== 32) fail()
  op(0x86, 0x84)
  load(0x29, RESERVE)
  op(0x7d)
  local(0x21, GAS_LOCAL)
  // It goes on if pc is `next`, there is no tracer, the host asks for nothing, the block is paid where that counts, and there is no more
  // gas than compiled code may have.
  load(0x28, PC)
  assign(local(0x22, PC_LOCAL))
  number(next)
  op(0x73)
  load(0x28, TRACE)
  op(0x72)
  local(0x20, target)
  op(0x72)
  if (reader.bytes[reader.at] === 0x41) {
    load(0x28, CHARGED)
    number(1)
    op(0x73, 0x72)
  }
  op(0x0d)
  const exit = reader.unsigned()
  local(0x20, GAS_LOCAL)
  op(0x42)
  if (reader.signed64() !== MOST_GAS || reader.high !== 0) fail()
  op(0x56, 0x0d)
  if (reader.unsigned() !== exit) fail()
  operands.height = 0
  verifier.called()
  verifier.way.astray = false
  verifier.branch(exit)
}
