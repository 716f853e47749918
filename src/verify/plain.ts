// What is known of the results of instructions without effects. Those that have rules of their own are in function.ts.
import type { FunctionBody } from './function-body.ts'
import { Meaning, MOST_EXTENT, type Operands } from './operands.ts'

const UNARY = new Set([0x45, 0x50, 0x67, 0x68, 0x69, 0x79, 0x7a, 0x7b, 0xa7, 0xac, 0xad, 0xc2, 0xc3, 0xc4])

/** How many operands an instruction has, by opcode. Those with 0 are not allowed here. */
const OPERANDS = new Uint8Array(256)
for (let op = 0x45; op <= 0x8a; op++) if (op <= 0x5a || op >= 0x67) OPERANDS[op] = UNARY.has(op) ? 1 : 2
for (const op of UNARY) OPERANDS[op] = 1
// The opcodes that are left out in this range compare floats. Beyond it only the conversions in UNARY are of integers.

/** Whether an opcode is one without effects. */
export function isPlain(op: number): boolean {
  return OPERANDS[op] !== 0
}

/** Follows an instruction without effects. */
export function plain(verifier: FunctionBody, op: number): void {
  const { operands, reader, control } = verifier
  const floor = control.depth > 0 ? control.height[control.depth - 1]! : 0
  const count = OPERANDS[op]!
  if (operands.height < floor + count) reader.refuse('control', 'an operand is missing')
  if (count === 1) unary(operands, op)
  else binary(operands, op)
}

/** Replaces the operand on top by a value that is about the same local. */
function become(operands: Operands, at: number, meaning: number): void {
  operands.height = at + 1
  operands.meaning[at] = meaning
}

function unary(operands: Operands, op: number): void {
  const at = operands.height - 1
  const meaning = operands.meaning[at]
  if (op === 0x45 && meaning === Meaning.Test) {
    become(operands, at, Meaning.Fail)
    return
  }
  if (op === 0x45 && meaning === Meaning.Entry && operands.source[at]! >= 0) {
    become(operands, at, Meaning.NoEntry)
    return
  }
  operands.height = at
  if (op === 0x45 || op === 0x50) {
    operands.bounded(1)
    return
  }
  const known = meaning === Meaning.Value
  if (known && (op === 0xa7 || op === 0xad || op === 0xac || op === 0xc4)) {
    // The lower 32 bits stay; as a whole the value stays if it is small.
    operands.height = at + 1
    operands.source[at] = -1
    return
  }
  operands.push(Meaning.Any)
}

function isComparison(op: number): boolean {
  return (op >= 0x46 && op <= 0x4f) || (op >= 0x51 && op <= 0x5a)
}

function binary(operands: Operands, op: number): void {
  if (op === 0x6a || op === 0x7c) {
    operands.add(op === 0x6a)
    return
  }
  const b = operands.height - 1
  const a = b - 1
  operands.height = a
  const constant = operands.isConstant(b) ? operands.shift[b]! : undefined
  if (op === 0x6b || op === 0x7d) {
    subtract(operands, a, constant)
    return
  }
  if (op === 0x4b || op === 0x4f) {
    compare(operands, a, b, op)
    return
  }
  if (op === 0x47 && operands.meaning[a] === Meaning.TestBoth && constant === 3) {
    become(operands, a, Meaning.Fail)
    return
  }
  if (isComparison(op)) {
    operands.bounded(1)
    return
  }
  if (op === 0x71 || op === 0x83) {
    and(operands, a, b)
    return
  }
  if (op === 0x72) {
    or(operands, a, constant)
    return
  }
  if (op === 0x78) {
    rotate(operands, a, constant)
    return
  }
  if (op === 0x76 || op === 0x88) {
    shiftRight(operands, a, constant, op === 0x76 ? 32 : 64)
    return
  }
  if (op === 0x74 || op === 0x86) {
    shiftLeft(operands, a, constant, op === 0x74)
    return
  }
  operands.push(Meaning.Any)
}

function subtract(operands: Operands, a: number, constant: number | undefined): void {
  if (constant === undefined) {
    operands.push(Meaning.Any)
    return
  }
  if (operands.meaning[a] === Meaning.PageEnd && operands.x[a] === 0) {
    become(operands, a, Meaning.PageEnd)
    operands.x[a] = constant
    return
  }
  if (operands.meaning[a] !== Meaning.Value) {
    operands.push(Meaning.Any)
    return
  }
  become(operands, a, Meaning.Value)
  operands.shift[a] = (operands.shift[a]! - constant) | 0
  operands.exact[a] = 0
  operands.source[a] = -1
}

/** Follows a comparison. Something is known of `i32.gt_u` of two locals, and of `i32.ge_u` of a local and a constant. */
function compare(operands: Operands, a: number, b: number, op: number): void {
  const isLocal = operands.isLocal(a)
  const [local, other] = [operands.source[a]!, operands.source[b]!]
  if (op === 0x4b && isLocal && operands.isLocal(b)) {
    become(operands, a, Meaning.Above)
    operands.source[a] = local
    operands.x[a] = other
    return
  }
  if (op === 0x4f && isLocal && operands.isConstant(b) && operands.shift[b]! >= 0) {
    become(operands, a, Meaning.NotBelow)
    operands.x[a] = operands.shift[b]!
    return
  }
  operands.bounded(1)
}

function and(operands: Operands, a: number, b: number): void {
  const meaning = operands.meaning[a]
  if (meaning === Meaning.Rights && operands.meaning[b] === Meaning.Rights) {
    // These may be the rights of the first byte and of the last: both relative to one local, and neither address rotated.
    const isPair = operands.source[a] === operands.source[b] && operands.plus[a] === 0 && operands.plus[b]! >= 0
    if (isPair && operands.y[a] === -1 && operands.y[b] === -1 && operands.x[a] === 1 && operands.x[b] === 1) {
      const last = operands.plus[b]!
      become(operands, a, Meaning.Rights)
      operands.y[a] = last
      return
    }
    return void operands.push(Meaning.Any)
  }
  if (meaning === Meaning.Rights && operands.isConstant(b)) {
    const right = operands.shift[b]!
    // A test of two bits is passed by either, unless both are compared.
    if (right !== 1 && right !== 2 && right !== 3) {
      operands.push(Meaning.Any)
      return
    }
    become(operands, a, right === 3 ? Meaning.TestBoth : Meaning.Test)
    operands.z[a] = right
    // Next comes how many bytes from the local have the right. One page's byte speaks for the `x` bytes that are aligned. Two pages'
    // bytes speak for all bytes up to the last one, if that is less than a page away.
    if (operands.y[a]! >= 0) operands.x[a] = operands.y[a]! < 4096 ? operands.y[a]! + 1 : 0
    return
  }
  const constant = smallOf(operands, a) ?? smallOf(operands, b)
  if (constant === undefined) {
    operands.push(Meaning.Any)
    return
  }
  operands.bounded(constant)
}

/** The value of an operand that is a small constant and not negative. */
function smallOf(operands: Operands, at: number): number | undefined {
  const small = operands.isConstant(at) && operands.exact[at] === 1
  return small ? operands.shift[at]! : undefined
}

function or(operands: Operands, a: number, constant: number | undefined): void {
  if (constant !== 4095 || !operands.isLocal(a)) {
    operands.push(Meaning.Any)
    return
  }
  become(operands, a, Meaning.PageEnd)
  operands.x[a] = 0
}

function rotate(operands: Operands, a: number, constant: number | undefined): void {
  const ok = operands.isLocal(a) && constant !== undefined && constant > 0 && constant < 4
  if (!ok) {
    operands.push(Meaning.Any)
    return
  }
  become(operands, a, Meaning.Rotated)
  operands.x[a] = constant
}

function shiftRight(operands: Operands, a: number, constant: number | undefined, bits: number): void {
  if (constant === undefined) {
    operands.push(Meaning.Any)
    return
  }
  const by = constant & (bits - 1)
  if (bits === 32) {
    const meaning = operands.meaning[a]
    if (meaning === Meaning.Rotated && by === 12 - operands.x[a]!) {
      become(operands, a, Meaning.Page)
      operands.x[a] = 1 << operands.x[a]!
      operands.plus[a] = 0
      return
    }
    if (meaning === Meaning.Value && operands.source[a]! >= 0 && by === 12) {
      become(operands, a, Meaning.Page)
      operands.x[a] = 1
      return
    }
  }
  operands.bounded(2 ** (bits - by) - 1)
}

function shiftLeft(operands: Operands, a: number, constant: number | undefined, narrow: boolean): void {
  if (constant === undefined || operands.meaning[a] !== Meaning.Value) {
    operands.push(Meaning.Any)
    return
  }
  if (narrow && constant === 2 && operands.isLocal(a)) {
    // The bound, if the local has one, is looked up where it is used.
    become(operands, a, Meaning.Scaled)
    operands.x[a] = -1
    return
  }
  const most = operands.extent[a]! * 2 ** (constant & 31)
  const whole =
    operands.exact[a] === 1 && operands.root[a] === 0 && operands.second[a] === -1 && operands.shift[a] === 0
  if (!whole || constant < 0 || constant > 12 || most > MOST_EXTENT) {
    operands.push(Meaning.Any)
    return
  }
  operands.bounded(most)
}
