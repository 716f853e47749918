// Random instructions: every opcode, every operand format, edge immediates, now and then bytes no compiler writes.
// Not programs: generate.ts puts these together.
import type { Format } from '../isa/format.ts'
import type { InstructionSet } from '../isa/set.ts'
import type { Instruction, InstructionKind } from '../isa/table.ts'
import { CodeWriter } from './code-writer.ts'
import type { Random } from './random.ts'
import { addressNear, edge32, edge64 } from './values.ts'

/** This says how a generated program behaves. */
export interface Mood {
  /** Chance in percent that an operand, target or address is not what would keep the program going. */
  readonly wild: number
  /** Registers are those asked for: programs that count on their counters, under any amount of gas. */
  readonly exact?: boolean
  /** Page numbers that are mapped. */
  readonly pages: readonly number[]
  /** Registers used, fewer for more dependencies. */
  readonly registers: readonly number[]
  /** Bytes without meaning that may follow an instruction; more than 14 can make a program invalid (GP 0.8.0 A.2). */
  readonly gap: number
  /** Whether the heap may grow to gigabytes: then sbrk mostly asks for little, a million pages are slow to compare. */
  readonly hugeHeap: boolean
}

interface SetIndex {
  readonly byKind: ReadonlyMap<InstructionKind, readonly Instruction[]>
  readonly opcodes: ReadonlyMap<string, number>
}

const INDEXES = new Map<InstructionSet, SetIndex>()

/** The instructions of a set by kind and by name, once per set. */
function indexOf(set: InstructionSet): SetIndex {
  let index = INDEXES.get(set)
  if (index === undefined) {
    const byKind = new Map<InstructionKind, Instruction[]>()
    const opcodes = new Map<string, number>()
    set.byOpcode.forEach((instruction, opcode) => {
      if (instruction === undefined) return
      opcodes.set(instruction.name, opcode)
      const list = byKind.get(instruction.kind)
      if (list === undefined) byKind.set(instruction.kind, [instruction])
      else list.push(instruction)
    })
    index = { byKind, opcodes }
    INDEXES.set(set, index)
  }
  return index
}

/** The instruction of 32-bit programs that does the same. */
function narrowName(name: string): string {
  return name === 'load_ind_u64' ? 'load_ind_i32' : name.replace(/(_|_u)64/, '$132')
}

/** Writes random instructions of one set into a program. */
export class Emitter {
  readonly writer: CodeWriter = new CodeWriter()
  readonly random: Random
  readonly set: InstructionSet
  readonly mood: Mood
  /** Gas without which what was written does not get to what it is about. */
  gasNeeded = 0
  readonly #byKind: ReadonlyMap<InstructionKind, readonly Instruction[]>
  readonly #opcodes: ReadonlyMap<string, number>
  readonly #wide = new Uint32Array(2)
  #registers: readonly number[]
  #spared: readonly number[] = []

  constructor(random: Random, set: InstructionSet, mood: Mood) {
    this.random = random
    this.set = set
    this.mood = mood
    this.#registers = mood.registers
    const index = indexOf(set)
    this.#byKind = index.byKind
    this.#opcodes = index.opcodes
  }

  /** The opcode byte of an instruction, or of its 32-bit form where the set has no 64 bits; -1 where it has neither. */
  opcode(name: string): number {
    return this.#opcodes.get(name) ?? this.#opcodes.get(narrowName(name)) ?? -1
  }

  /** An opcode from `low` to `high` that the set has. With a chance of so many in a hundred it is the last of these. */
  between(low: number, high: number, last: number): number {
    let opcode = this.random.chance(last) ? high : this.random.between(low, high)
    while (opcode > low && this.set.byOpcode[opcode] === undefined) opcode -= 1
    return opcode
  }

  get wild(): boolean {
    return this.random.chance(this.mood.wild)
  }

  /** This draws a nibble that names a register. */
  register(): number {
    return this.random.chance(1) ? this.random.below(16) : this.random.pick(this.#registers)
  }

  /** Writes something that leaves some registers alone (but for the odd nibble). */
  sparing(registers: readonly number[], write: () => void): void {
    const [all, spared] = [this.#registers, this.#spared]
    this.#spared = [...spared, ...registers]
    const rest = this.#unspared()
    this.#registers = rest.slice(this.random.below(3), this.random.between(4, rest.length))
    write()
    this.#registers = all
    this.#spared = spared
  }

  #unspared(): number[] {
    return Array.from({ length: 13 }, (_, r) => r).filter(r => !this.#spared.includes(r))
  }

  /** Some different registers, none of those to be left alone. */
  distinct(count: number): number[] {
    const rest = this.#unspared()
    return Array.from({ length: count }, () => rest.splice(this.random.below(rest.length), 1)[0]!)
  }

  /** A label: one of those that exist, mostly placed at block starts. */
  anyLabel(): number {
    return this.random.below(this.writer.labelCount)
  }

  /** An address to load from or store to. */
  address(): number {
    if (this.wild || this.mood.pages.length === 0) {
      return this.random.chance(50) ? this.random.next() : addressNear(this.random, this.random.below(0x100000))
    }
    return addressNear(this.random, this.random.pick(this.mood.pages))
  }

  /** A number gets the fewest bytes that hold it, or more, or now and then too few. */
  #width(value: number): number {
    let width = value === 0 ? 0 : value >= -128 && value < 128 ? 1 : value >= -32768 && value < 32768 ? 2 : 4
    if (this.random.chance(20)) width += this.random.below(5 - width)
    return width
  }

  /** A length nibble: of three bits, of which 5…7 mean 4 and the fourth means nothing (GP A.5). */
  #lengthNibble(width: number): number {
    if (!this.random.chance(2)) return width
    return width === 4 ? this.random.between(4, 7) | (this.random.below(2) << 3) : width | 8
  }

  /** Writes an operand of a length nibble format: nibble with `low` beside it, X, then whatever follows. */
  #nibbled(low: number, x: number): void {
    const width = this.#width(x)
    this.writer.byte(low | (this.#lengthNibble(width) << 4))
    this.writer.immediate(x, width)
  }

  /** Any instruction of that kind; false where the set has none. */
  ofKind(kind: InstructionKind, label = -1): boolean {
    const list = this.#byKind.get(kind)
    if (list === undefined) return false
    this.instruction(this.random.pick(list), label)
    return true
  }

  /** This writes the instruction with random operands. Jumps go to `label`, or to any if it is -1. */
  instruction({ id, format, kind }: Instruction, label = -1): void {
    const x = kind === 'load' || kind === 'store' ? this.address() | 0 : edge32(this.random)
    this.operands(this.set.opcodes[id]!, format, this.register(), this.register(), this.register(), x, label)
  }

  /** An instruction with the operands given; Y is random. `a` is the first register of the format, `b` the second. */
  operands(opcode: number, format: Format, a: number, b: number, d: number, x: number, label = -1): void {
    const { writer, random } = this
    writer.begin(opcode)
    switch (format) {
      case 'none':
        break
      case 'imm':
        writer.immediate(x, this.#width(x))
        break
      case 'reg_imm64':
        writer.byte(a)
        edge64(random, this.#wide, 0)
        writer.immediate(this.#wide[0]!, 4)
        writer.immediate(this.#wide[1]!, 4)
        break
      case 'imm_imm': {
        const width = this.#width(x)
        writer.byte(this.#lengthNibble(width) | (random.chance(2) ? random.below(16) << 4 : 0))
        writer.immediate(x, width)
        this.#edge()
        break
      }
      case 'off':
        this.#target(label)
        break
      case 'reg_imm':
        writer.byte(a)
        writer.immediate(x, this.#width(x))
        break
      case 'reg_imm_imm':
        this.#nibbled(a, x)
        this.#edge()
        break
      case 'reg_imm_off':
        this.#nibbled(a, x)
        this.#target(label)
        break
      case 'reg_reg':
        writer.byte(a | (b << 4))
        break
      case 'reg_reg_imm':
        writer.byte(a | (b << 4))
        writer.immediate(x, this.#width(x))
        break
      case 'reg_reg_off':
        writer.byte(a | (b << 4))
        this.#target(label)
        break
      case 'reg_reg_imm_imm': {
        writer.byte(a | (b << 4))
        const width = this.#width(x)
        writer.byte(this.#lengthNibble(width))
        writer.immediate(x, width)
        this.#edge()
        break
      }
      case 'reg_reg_reg':
        writer.byte(a | (b << 4))
        writer.byte(random.chance(1) && !this.mood.exact ? random.below(256) : d)
        break
    }
    // Bytes that belong to nobody, up to the longest skip and beyond (GP A.3).
    if (this.wild && random.chance(5))
      for (let i = random.below(this.mood.gap + 1); i > 0; i--) writer.byte(random.below(256))
  }

  #edge(): void {
    const y = edge32(this.random)
    this.writer.immediate(y, this.#width(y))
  }

  #target(label: number): void {
    const { writer, random } = this
    if (label < 0 && this.wild) this.#strayTarget()
    else
      writer.target(
        label < 0 ? this.anyLabel() : label,
        writer.length > 20000 || random.chance(6) ? random.pick([3, 4]) : 2,
      )
  }

  /** Writes a jump target that may be anywhere: mostly no block, and also before the code or behind it. */
  #strayTarget(): void {
    const { writer, random } = this
    switch (random.below(4)) {
      case 0:
        writer.immediate(random.below(41) - 20, random.between(1, 4))
        break
      case 1:
        writer.immediate(random.below(3) - 1 - writer.pc, 4)
        break
      case 2:
        writer.target(writer.newLabel(), 4) // never placed: the end of the code
        break
      default:
        writer.immediate(edge32(random), random.below(5))
    }
  }

  /** This sets rA to the value. */
  set32(register: number, value: number): void {
    this.operands(this.opcode('load_imm'), 'reg_imm', register, 0, 0, value | 0)
  }

  /** rA := a 64-bit value, its lower half where the set has no 64 bits. */
  set64(register: number, low: number, high: number): void {
    const opcode = this.opcode('load_imm_64')
    if (opcode < 0) {
      this.set32(register, low)
      return
    }
    this.writer.begin(opcode)
    this.writer.byte(register)
    this.writer.immediate(low, 4)
    this.writer.immediate(high, 4)
  }
}
