// Takes modules of compiled code apart into instructions and puts them together again, changed. For mutants and for modules
// that report their accesses. Knows WebAssembly, not the verifier.

/** An instruction of a body. */
export interface Instruction {
  op: number
  /** Numbers behind the opcode: constants, indices, alignment and offset, the type of a block, labels. */
  numbers: bigint[]
  /** What it takes from the stack and what it puts there. */
  takes: number
  puts: number
}

/** A function: its locals as they stand (count and type), its instructions with the last `end`. */
export interface Body {
  readonly locals: readonly (readonly [count: number, type: number])[]
  instructions: Instruction[]
}

/** A module: all before its code as it stands, then its functions. */
export interface Taken {
  readonly head: Uint8Array
  readonly bodies: Body[]
}

class Cursor {
  readonly bytes: Uint8Array
  at: number
  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes
    this.at = at
  }

  unsigned(): number {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes[this.at++]!
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
  }

  signed(bits: number): bigint {
    let value = 0n
    let shift = 0n
    for (;;) {
      const byte = this.bytes[this.at++]!
      value |= BigInt(byte & 0x7f) << shift
      shift += 7n
      if (byte >= 0x80) continue
      return BigInt.asIntN(bits, (byte & 0x40) !== 0 ? value - (1n << shift) : value)
    }
  }
}

const UNARY = new Set([0x45, 0x50, 0x67, 0x68, 0x69, 0x79, 0x7a, 0x7b, 0xa7, 0xac, 0xad, 0xc2, 0xc3, 0xc4])

/** Parameters and results by function index, imports first. */
const CALLS = (index: number): readonly [number, number] => (index === 0 ? [3, 1] : index === 1 ? [3, 2] : [2, 2])

function readInstruction(cursor: Cursor): Instruction {
  const op = cursor.bytes[cursor.at++]!
  const numbers: bigint[] = []
  const read = (): bigint => {
    const value = BigInt(cursor.unsigned())
    numbers.push(value)
    return value
  }
  const made = (takes: number, puts: number): Instruction => ({ op, numbers, takes, puts })
  if (op === 0x41 || op === 0x42) {
    numbers.push(cursor.signed(op === 0x41 ? 32 : 64))
    return made(0, 1)
  }
  if (op >= 0x28 && op <= 0x3e) {
    read()
    read()
    return op < 0x36 ? made(1, 1) : made(2, 0)
  }
  switch (op) {
    case 0x00:
    case 0x05:
    case 0x0b:
      return made(0, 0)
    case 0x02:
    case 0x03:
      read()
      return made(0, 0)
    case 0x04:
      read()
      return made(1, 0)
    case 0x0c:
      read()
      return made(0, 0)
    case 0x0d:
      read()
      return made(1, 0)
    case 0x0e: {
      const count = Number(read())
      for (let i = 0; i <= count; i++) read()
      return made(1, 0)
    }
    case 0x0f:
      return made(2, 0)
    case 0x10: {
      const [takes, puts] = CALLS(Number(read()))
      return made(takes, puts)
    }
    case 0x11:
      read()
      read()
      return made(3, 2)
    case 0x1a:
      return made(1, 0)
    case 0x1b:
      return made(3, 1)
    case 0x20:
      read()
      return made(0, 1)
    case 0x21:
      read()
      return made(1, 0)
    case 0x22:
      read()
      return made(1, 1)
    // memory.copy and memory.fill
    case 0xfc:
      if (read() === 0x0an) read()
      read()
      return made(3, 0)
    default:
      return UNARY.has(op) ? made(1, 1) : made(2, 1)
  }
}

/** Takes a module apart. */
export function takeApart(bytes: Uint8Array): Taken {
  const cursor = new Cursor(bytes, 8)
  for (;;) {
    const start = cursor.at
    const id = bytes[cursor.at++]
    const size = cursor.unsigned()
    if (id !== 10) {
      cursor.at += size
      continue
    }
    const bodies: Body[] = []
    for (let left = cursor.unsigned(); left > 0; left--) {
      const length = cursor.unsigned()
      const end = cursor.at + length
      const locals: [number, number][] = []
      for (let runs = cursor.unsigned(); runs > 0; runs--) locals.push([cursor.unsigned(), bytes[cursor.at++]!])
      const instructions: Instruction[] = []
      while (cursor.at < end) instructions.push(readInstruction(cursor))
      bodies.push({ locals, instructions })
    }
    return { head: bytes.subarray(0, start), bodies }
  }
}

function putUnsigned(out: number[], value: bigint): void {
  let rest = value
  for (; rest > 0x7fn; rest >>= 7n) out.push(Number(rest & 0x7fn) | 0x80)
  out.push(Number(rest))
}

function putSigned(out: number[], value: bigint): void {
  let rest = value
  for (; rest > 63n || rest < -64n; rest >>= 7n) out.push(Number(BigInt.asUintN(7, rest)) | 0x80)
  out.push(Number(BigInt.asUintN(7, rest)))
}

/** Puts the functions of a module together, as the bytes of its code section. */
export function codeSection(bodies: readonly Body[]): number[] {
  const code: number[] = []
  putUnsigned(code, BigInt(bodies.length))
  for (const { locals, instructions } of bodies) {
    const body: number[] = []
    putUnsigned(body, BigInt(locals.length))
    for (const [count, type] of locals) {
      putUnsigned(body, BigInt(count))
      body.push(type)
    }
    for (const { op, numbers } of instructions) {
      body.push(op)
      for (const number of numbers) {
        if (op === 0x41 || op === 0x42) putSigned(body, number)
        else putUnsigned(body, number)
      }
    }
    putUnsigned(code, BigInt(body.length))
    for (const byte of body) code.push(byte)
  }
  const section = [10]
  putUnsigned(section, BigInt(code.length))
  return section.concat(code)
}

/** The bytes of a module that was taken apart. */
export function putTogether({ head, bodies }: Taken): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([...head, ...codeSection(bodies)])
}

/**
 * A copy of a module that reports each of its loads and stores: the import `e.report(address, what)` is called in front of
 * it, with the address it will access and 16 times its width in bytes plus 1 for a store.
 */
export function reporting(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { head, bodies } = takeApart(bytes)
  const WIDTHS = [4, 8, 0, 0, 1, 1, 2, 2, 1, 1, 2, 2, 4, 4, 4, 8, 0, 0, 1, 2, 1, 2, 4]
  const REPORT = 1n // the import is put behind `host`
  const number = (op: number, value: bigint): Instruction => ({ op, numbers: [value], takes: 0, puts: 1 })
  const binary = (op: number): Instruction => ({ op, numbers: [], takes: 2, puts: 1 })
  const changed = bodies.map(({ locals, instructions }, index): Body => {
    const params = index === 0 ? 3 : 2
    const count = locals.reduce((sum, [n]) => sum + n, params)
    const [address, wide, narrow, length] = [BigInt(count), BigInt(count + 1), BigInt(count + 2), BigInt(count + 3)]
    /** Reports as many bytes as `length` holds, from the address in a local. */
    const reportRun = (from: bigint, store: bigint): Instruction[] => [
      ...[number(0x20, from), number(0x41, 0n), number(0x20, length), number(0x41, 4n), binary(0x74)],
      ...[number(0x41, store), binary(0x6a), number(0x10, REPORT)],
    ]
    const out: Instruction[] = []
    for (const each of instructions) {
      if (each.op === 0x10 && each.numbers[0]! > 0n) {
        out.push({ ...each, numbers: [each.numbers[0]! + 1n] })
        continue
      }
      if (each.op === 0xfc) {
        out.push(number(0x21, length), number(0x21, narrow), number(0x21, address), ...reportRun(address, 1n))
        if (each.numbers[0] === 0x0an) out.push(...reportRun(narrow, 0n))
        out.push(number(0x20, address), number(0x20, narrow), number(0x20, length), each)
        continue
      }
      if (each.op < 0x28 || each.op > 0x3e) {
        out.push(each)
        continue
      }
      const isStore = each.op >= 0x36
      const value = each.op === 0x36 ? narrow : wide
      if (isStore) out.push(number(0x21, value))
      out.push(number(0x22, address), number(0x20, address), number(0x41, BigInt.asIntN(32, each.numbers[1]!)))
      out.push(number(0x41, BigInt(16 * WIDTHS[each.op - 0x28]! + (isStore ? 1 : 0))), number(0x10, REPORT))
      if (isStore) out.push(number(0x20, value))
      out.push(each)
    }
    return { locals: [...locals, [1, 0x7f], [1, 0x7e], [2, 0x7f]], instructions: out }
  })
  return Uint8Array.from([...withReport(head), ...codeSection(changed)])
}

/** The sections before the code, with a type (i32, i32, i32) -> () and the import `report` of it; exports move by one. */
function withReport(head: Uint8Array): number[] {
  const out = [...head.subarray(0, 8)]
  const cursor = new Cursor(head, 8)
  while (cursor.at < head.length) {
    const id = head[cursor.at++]!
    const size = cursor.unsigned()
    const end = cursor.at + size
    const body: number[] = []
    if (id === 1) {
      const count = cursor.unsigned()
      putUnsigned(body, BigInt(count + 1))
      body.push(...head.subarray(cursor.at, end), 0x60, 3, 0x7f, 0x7f, 0x7f, 0)
    } else if (id === 2) {
      const count = cursor.unsigned()
      putUnsigned(body, BigInt(count + 1))
      body.push(...head.subarray(cursor.at, end), 1, 0x65, 6, ...Buffer.from('report'), 0, 3)
    } else if (id === 7) {
      putUnsigned(body, BigInt(cursor.unsigned()))
      while (cursor.at < end) {
        const length = cursor.unsigned()
        putUnsigned(body, BigInt(length))
        body.push(...head.subarray(cursor.at, cursor.at + length), 0)
        cursor.at += length + 1
        putUnsigned(body, BigInt(cursor.unsigned() + 1))
      }
    } else body.push(...head.subarray(cursor.at, end))
    cursor.at = end
    out.push(id)
    putUnsigned(out, BigInt(body.length))
    for (const byte of body) out.push(byte)
  }
  return out
}

/** Whether these opcodes stand one after the other. */
export function sees(code: readonly Instruction[], at: number, opcodes: readonly number[]): boolean {
  return opcodes.every((op, k) => code[at + k]?.op === op)
}

/** Where the opcodes stand one after the other, for the n-th time. */
export function find(code: readonly Instruction[], opcodes: readonly number[], nth = 0): number {
  const places = code.flatMap((_, at) => (sees(code, at, opcodes) ? [at] : []))
  const place = places[nth]
  if (place === undefined) throw new Error('no such code')
  return place
}

/** The code with another instruction at a place. */
export function replace(code: Instruction[], at: number, change: Partial<Instruction>): Instruction[] {
  return code.with(at, { ...code[at]!, ...change })
}
