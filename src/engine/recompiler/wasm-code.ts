// A growable buffer of WebAssembly code: bytes, LEB128 numbers, instructions. Knows the encoding, not PVM.
import { HOLE_LONG, HOLE_SIGNED, HOLE_UNSIGNED } from '../machine/contract.gen.ts'
import { PARAMETERS, type Template } from './template.ts'
import { Op } from './wasm-op.ts'

/** The longest encoding of one element of a template. */
const LONGEST = 10

/** Appends to one growing byte array; `bytes` beyond `length` is spare room. */
export class WasmCode {
  bytes: Uint8Array
  length = 0
  /** Values that the code makes, at least: each may need a slot of the frame. `byte` counts one each time. */
  values = 0
  /** What `put` fills holes from. */
  readonly #parameters = new Int32Array(PARAMETERS)

  constructor(capacity = 1024) {
    this.bytes = new Uint8Array(capacity)
  }

  /** Makes room for `extra` more bytes. */
  reserve(extra: number): void {
    if (this.length + extra <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + extra))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
  }

  /** An opcode, or another byte that may stand for a value. */
  byte(value: number): void {
    this.#raw(value)
    this.values += 1
  }

  #raw(value: number): void {
    if (this.length === this.bytes.length) this.reserve(1)
    this.bytes[this.length++] = value
  }

  /** Unsigned LEB128, 0…2^32 - 1. */
  unsigned(value: number): void {
    let rest = value >>> 0
    while (rest > 0x7f) {
      this.#raw((rest & 0x7f) | 0x80)
      rest >>>= 7
    }
    this.#raw(rest)
  }

  /** Signed LEB128 of a signed 32-bit number. */
  signed32(value: number): void {
    let rest = value | 0
    while (rest > 63 || rest < -64) {
      this.#raw((rest & 0x7f) | 0x80)
      rest >>= 7
    }
    this.#raw(rest & 0x7f)
  }

  /** Signed LEB128 of a 64-bit number given as signed halves. */
  signed64(low: number, high: number): void {
    let lo = low | 0
    let hi = high | 0
    while (hi !== lo >> 31 || lo > 63 || lo < -64) {
      this.#raw((lo & 0x7f) | 0x80)
      lo = (lo >>> 7) | (hi << 25)
      hi >>= 7
    }
    this.#raw(lo & 0x7f)
  }

  /** A template without holes, or with two at most, filled from these parameters. */
  put(template: Template, p0 = 0, p1 = 0): void {
    const parameters = this.#parameters
    parameters[0] = p0
    parameters[1] = p1
    this.fill(template, parameters, 0)
  }

  /** A template with more. */
  putMany(template: Template, p0: number, p1: number, p2: number, p3: number, p4 = 0, p5 = 0): void {
    const parameters = this.#parameters
    parameters[0] = p0
    parameters[1] = p1
    parameters[2] = p2
    parameters[3] = p3
    parameters[4] = p4
    parameters[5] = p5
    this.fill(template, parameters, 0)
  }

  /**
   * A template with its holes filled from an array, parameter 0 at `first`. The lengths of numbers are unrolled: most have
   * one byte, and at over 460 bytes of bytecode V8 does not copy the method into all its callers (with loops instead, it
   * was copied, and TurboFan worked 107 ms for the 105 KB service instead of 91).
   */
  fill(template: Template, parameters: Int32Array, first: number): void {
    const { length } = template
    this.reserve(LONGEST * length)
    const { bytes } = this
    let at = this.length
    this.values += template[0]!
    for (let k = 1; k < length; k++) {
      const element = template[k]!
      if (element < HOLE_UNSIGNED) {
        bytes[at++] = element
        continue
      }
      const word = first + (element & 15)
      let low = parameters[word]!
      if (element < HOLE_SIGNED) {
        if (low >>> 0 <= 0x7f) {
          bytes[at++] = low
          continue
        }
        bytes[at++] = low | 0x80
        low >>>= 7
        if (low <= 0x7f) {
          bytes[at++] = low
          continue
        }
        bytes[at++] = low | 0x80
        low >>>= 7
        for (; low > 0x7f; low >>>= 7) bytes[at++] = low | 0x80
        bytes[at++] = low
        continue
      }
      let high = low >> 31
      if (element >= HOLE_LONG) high = parameters[word + 1]!
      else {
        if (low >= -64 && low <= 63) {
          bytes[at++] = low & 0x7f
          continue
        }
        bytes[at++] = low | 0x80
        low >>= 7
        if (low >= -64 && low <= 63) {
          bytes[at++] = low & 0x7f
          continue
        }
      }
      for (; high !== low >> 31 || low > 63 || low < -64; high >>= 7) {
        bytes[at++] = low | 0x80
        low = (low >>> 7) | (high << 25)
      }
      bytes[at++] = low & 0x7f
    }
    this.length = at
  }

  /** All of another buffer. */
  append(other: WasmCode): void {
    this.appendBytes(other.bytes.subarray(0, other.length))
  }

  appendBytes(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  /** A name: length and ASCII bytes. */
  name(text: string): void {
    this.unsigned(text.length)
    for (let i = 0; i < text.length; i++) this.byte(text.charCodeAt(i))
  }

  /** An instruction with one index: local, function, label. */
  op(opcode: number, index: number): void {
    this.reserve(6)
    this.bytes[this.length++] = opcode
    if (index <= 0x7f) this.bytes[this.length++] = index
    else this.unsigned(index)
  }

  get(local: number): void {
    this.op(Op.localGet, local)
  }

  set(local: number): void {
    this.op(Op.localSet, local)
  }

  tee(local: number): void {
    this.op(Op.localTee, local)
  }

  i32(value: number): void {
    this.byte(Op.i32Const)
    this.signed32(value)
  }

  i64(low: number, high: number): void {
    this.byte(Op.i64Const)
    this.signed64(low, high)
  }

  /** A load or store with natural alignment hint 2^align and a static offset. */
  memory(opcode: number, align: number, offset: number): void {
    this.byte(opcode)
    this.byte(align)
    this.unsigned(offset)
  }

  /** Opens a block, loop or if without parameters; `type` is a value type or VOID. */
  open(opcode: number, type: number): void {
    this.byte(opcode)
    this.byte(type)
  }
}
