// A buffer of WebAssembly code that grows: bytes, numbers in LEB128, instructions. It knows nothing of the PVM.
import { Op } from './wasm-op.ts'

/** Code is appended to `bytes`. What lies beyond `length` there is spare room. */
export class WasmCode {
  bytes: Uint8Array
  length = 0
  /** Values that the code makes, at least: each may need a slot of the frame. `byte` counts one each time. */
  values = 0

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

  /** Appends an opcode, or another byte that may stand for a value. */
  byte(value: number): void {
    this.#raw(value)
    this.values += 1
  }

  #raw(value: number): void {
    if (this.length === this.bytes.length) this.reserve(1)
    this.bytes[this.length++] = value
  }

  /** Appends a number from 0 to 2^32 - 1 in unsigned LEB128. */
  unsigned(value: number): void {
    let rest = value >>> 0
    while (rest > 0x7f) {
      this.#raw((rest & 0x7f) | 0x80)
      rest >>>= 7
    }
    this.#raw(rest)
  }

  /** Appends a signed number of 32 bits in signed LEB128. */
  signed32(value: number): void {
    let rest = value | 0
    while (rest > 63 || rest < -64) {
      this.#raw((rest & 0x7f) | 0x80)
      rest >>= 7
    }
    this.#raw(rest & 0x7f)
  }

  /** Appends a number of 64 bits in signed LEB128. It is given by its two halves, which are signed. */
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

  /** Appends all of another buffer. */
  append(other: WasmCode): void {
    this.appendBytes(other.bytes.subarray(0, other.length))
  }

  appendBytes(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  /** Appends a name: its length and its ASCII bytes. */
  name(text: string): void {
    this.unsigned(text.length)
    for (let i = 0; i < text.length; i++) this.byte(text.charCodeAt(i))
  }

  /** Appends an instruction with one index: of a local, a function or a label. */
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

  /** Appends a load or store with the alignment hint 2^align and a fixed offset. */
  memory(opcode: number, align: number, offset: number): void {
    this.byte(opcode)
    this.byte(align)
    this.unsigned(offset)
  }

  /** Opens a block, loop or if without parameters. `type` is a value type or VOID. */
  open(opcode: number, type: number): void {
    this.byte(opcode)
    this.byte(type)
  }
}
