// How forms are read. A form is code that is read byte by byte, because it is accepted as one thing only. The forms themselves are in
// turns.ts and bulk.ts.
import type { FunctionBody } from './function-body.ts'
import { Meaning } from './operands.ts'

export const GET = 0x20
export const SET = 0x21
export const TEE = 0x22

/** Reads a form piece by piece. Each method refuses the module if another byte comes. */
export class Form {
  readonly verifier: FunctionBody
  constructor(verifier: FunctionBody) {
    this.verifier = verifier
  }

  fail(): never {
    return this.verifier.reader.refuse('turns', 'not the form of unchecked turns')
  }

  op(...opcodes: readonly number[]): void {
    for (const op of opcodes) if (this.verifier.opcode() !== op) this.fail()
  }

  /** Whether these bytes come next. */
  sees(...bytes: readonly number[]): boolean {
    const { reader } = this.verifier
    return bytes.every((byte, k) => reader.bytes[reader.at + k] === byte)
  }

  /** Whether these bytes come behind the number of a local, `more` bytes further on than that. */
  seesBehind(more: number, ...bytes: readonly number[]): boolean {
    const { reader } = this.verifier
    return bytes.every((byte, k) => reader.bytes[reader.at + 1 + more + k] === byte)
  }

  i32(value?: number): number {
    this.op(0x41)
    const read = this.verifier.reader.signed()
    if (value !== undefined && read !== value) this.fail()
    return read
  }

  /** Reads `i64.const`. Returns its value as a number. */
  i64(value?: number): number {
    this.op(0x42)
    const low = this.verifier.reader.signed64()
    const read = this.verifier.reader.high * 2 ** 32 + (low >>> 0)
    if (value !== undefined && read !== value) this.fail()
    return read
  }

  /** Reads an instruction on a local: on this one, or if none is given, on any. Returns which. */
  local(op: number, local?: number): number {
    this.op(op)
    const read = this.verifier.local()
    if (local !== undefined && read !== local) this.fail()
    return read
  }

  /** The same for one that sets the local. Nothing is known of what it is set to. */
  scratch(op: number, local?: number): number {
    const read = this.local(op, local)
    const { operands } = this.verifier
    const at = operands.push(Meaning.Any)
    this.verifier.write(read, at)
    operands.height -= 1
    return read
  }
}
