// Reads the bytes of a WebAssembly module: numbers in LEB128, and nothing beyond the end.
import { Refusal, type Rule } from './refusal.ts'

/** A place in the bytes of a module. Numbers that are out of their range or beyond the end are refused. */
export class ModuleReader {
  readonly bytes: Uint8Array
  at = 0
  end: number
  /** The index of the present function, for refusals. */
  function = -1
  /** The upper half of the last `signed64`. */
  high = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.end = bytes.length
  }

  refuse(rule: Rule, message: string): never {
    throw new Refusal(rule, this.function, this.at, message)
  }

  byte(): number {
    if (this.at >= this.end) this.refuse('module', 'the bytes end early')
    return this.bytes[this.at++]!
  }

  /** Reads an unsigned number of 32 bits. */
  unsigned(): number {
    const first = this.byte()
    if (first < 0x80) return first
    let value = first & 0x7f
    for (let shift = 7; shift < 35; shift += 7) {
      const next = this.byte()
      if (shift === 28 && next > 0x0f) break
      value += (next & 0x7f) * 2 ** shift
      if (next < 0x80) return value
    }
    return this.refuse('module', 'a number of more than 32 bits')
  }

  /** Reads the alignment of a load or store. It is a hint of up to 8 bytes. Larger numbers say that another memory's number follows. */
  alignment(): void {
    if (this.byte() > 3) this.refuse('opcode', 'an alignment of more than 8 bytes')
  }

  /** Reads a signed number of 32 bits. */
  signed(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const next = this.byte()
      value |= (next & 0x7f) << shift
      if (next >= 0x80) continue
      return shift < 28 && (next & 0x40) !== 0 ? value | (-1 << (shift + 7)) : value
    }
    return this.refuse('module', 'a number of more than 32 bits')
  }

  /** Reads a signed number of 64 bits. Returns its lower half; the upper half is in `high`. */
  signed64(): number {
    let low = 0
    let high = 0
    for (let shift = 0; shift < 70; shift += 7) {
      const next = this.byte()
      const bits = next & 0x7f
      if (shift < 32) low |= bits << shift
      if (shift > 24) high |= shift < 32 ? bits >> (32 - shift) : bits << (shift - 32)
      if (next >= 0x80) continue
      if ((next & 0x40) !== 0) {
        const from = shift + 7
        if (from < 32) low |= -1 << from
        if (from < 64) high |= from <= 32 ? -1 : -1 << (from - 32)
      }
      this.high = high
      return low
    }
    return this.refuse('module', 'a number of more than 64 bits')
  }
}
