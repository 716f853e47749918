// Writes code, bitmask and jump table of a generated program, labels patched at the end. Not an assembler: operands come as
// bytes and widths, right or wrong.
import type { ProgramParts } from '../blob/raw.ts'

interface Fixup {
  readonly pc: number
  readonly at: number
  readonly width: number
  readonly label: number
}

/** This is a program that grows. */
export class CodeWriter {
  #code = new Uint8Array(4096)
  #marks = new Uint8Array(4096)
  #length = 0
  readonly #fixups: Fixup[] = []
  readonly #labels: number[] = []
  readonly #table: { label: number; value: number }[] = []
  /** Offset of the instruction begun last. */
  pc = 0

  /** It has so many bytes by now. */
  get length(): number {
    return this.#length
  }

  /** It has so many labels by now. */
  get labelCount(): number {
    return this.#labels.length
  }

  /** It has so many jump table entries by now. */
  get tableLength(): number {
    return this.#table.length
  }

  /** Makes a label whose place is not known yet. */
  newLabel(): number {
    return this.#labels.push(-1) - 1
  }

  /** This places a label here. */
  place(label: number): void {
    this.#labels[label] = this.#length
  }

  /** Where a label is. */
  offsetOf(label: number): number {
    return this.#labels[label]!
  }

  /** Begins an instruction. */
  begin(opcode: number): void {
    this.pc = this.#length
    this.byte(opcode)
    this.#marks[this.pc] = 1
  }

  /** This writes one operand byte. */
  byte(value: number): void {
    if (this.#length === this.#code.length) {
      const code = new Uint8Array(this.#length * 2)
      const marks = new Uint8Array(this.#length * 2)
      code.set(this.#code)
      marks.set(this.#marks)
      this.#code = code
      this.#marks = marks
    }
    this.#marks[this.#length] = 0
    this.#code[this.#length++] = value
  }

  /** This writes the low `width` bytes of a number, with a width of 0…4. */
  immediate(value: number, width: number): void {
    for (let i = 0; i < width; i++) this.byte(value >>> (8 * i))
  }

  /** A jump offset of `width` bytes to a label, from the instruction begun last. */
  target(label: number, width: number): void {
    this.#fixups.push({ pc: this.pc, at: this.#length, width, label })
    this.immediate(0, width)
  }

  /** Adds a jump table entry and returns the address that jumps to it. */
  entry(label: number): number {
    return 2 * this.#table.push({ label, value: 0 })
  }

  /** Adds a jump table entry with a number that may be anything. */
  wildEntry(value: number): number {
    return 2 * this.#table.push({ label: -1, value })
  }

  /** The program; labels never placed are at the end of the code. */
  finish(): ProgramParts {
    const code = this.#code.slice(0, this.#length)
    const at = (label: number): number => {
      const offset = this.#labels[label]!
      return offset < 0 ? this.#length : offset
    }
    for (const { pc, at: place, width, label } of this.#fixups) {
      const offset = at(label) - pc
      for (let i = 0; i < width; i++) code[place + i] = offset >> (8 * i)
    }
    const bitmask = new Uint8Array(Math.ceil(this.#length / 8))
    for (let pc = 0; pc < this.#length; pc++) if (this.#marks[pc] === 1) bitmask[pc >> 3]! |= 1 << (pc & 7)
    const jumpTable = Uint32Array.from(this.#table, ({ label, value }) => (label < 0 ? value : at(label)))
    return { code, bitmask, jumpTable, jumpTableLength: jumpTable.length, jumpTableEntrySize: 4 }
  }
}
