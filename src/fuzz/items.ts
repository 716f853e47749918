// Code as a list of instructions that can be taken out: what is left keeps jumping to the same places.
// Not a disassembler: operands stay the bytes they are, only jump offsets and table entries move.
import type { ProgramParts } from '../blob/raw.ts'
import type { InstructionSet } from '../isa/set.ts'
import { maskBit } from '../program/code-map.ts'

/** An instruction with all bytes up to the next; `marked` is false for bytes before the first one. */
export interface CodeItem {
  readonly pc: number
  readonly bytes: Uint8Array
  readonly marked: boolean
  /** Where the jump offset stands in `bytes`, its width, and the offset jumped to. */
  readonly jump: { readonly at: number; readonly width: number; readonly target: number } | undefined
}

function clamp4(n: number): number {
  return n < 0 ? 0 : n > 4 ? 4 : n
}

function signed(bytes: Uint8Array, at: number, width: number): number {
  let value = 0
  for (let i = 0; i < width; i++) value |= bytes[at + i]! << (8 * i)
  return width === 0 ? 0 : (value << (32 - 8 * width)) >> (32 - 8 * width)
}

function jumpOf(bytes: Uint8Array, pc: number, set: InstructionSet): CodeItem['jump'] {
  const format = set.byOpcode[bytes[0]!]?.format
  const skip = Math.min(bytes.length - 1, 24)
  const x = format === 'reg_imm_off' ? clamp4(((bytes[1] ?? 0) >> 4) & 7) : 0
  const at = format === 'off' ? 1 : format === 'reg_reg_off' || format === 'reg_imm_off' ? 2 + x : -1
  if (at < 0) return undefined
  const width = clamp4(skip - at + 1)
  if (at + width > bytes.length) return undefined
  return { at, width, target: pc + signed(bytes, at, width) }
}

/** Splits code at its mask bits. */
export function itemsOf(parts: ProgramParts, set: InstructionSet): CodeItem[] {
  const { code, bitmask } = parts
  const starts: number[] = code.length === 0 || maskBit(bitmask, code.length, 0) ? [] : [0]
  for (let pc = 0; pc < code.length; pc++) if (maskBit(bitmask, code.length, pc)) starts.push(pc)
  return starts.map((pc, i) => {
    const bytes = code.slice(pc, starts[i + 1] ?? code.length)
    const marked = maskBit(bitmask, code.length, pc)
    return { pc, bytes, marked, jump: marked ? jumpOf(bytes, pc, set) : undefined }
  })
}

/** Where an old code offset is now; what was taken out is where the next thing left is. */
export type Relocation = (pc: number) => number

/** This makes code of some items of a program, in their order. */
export function joinItems(items: readonly CodeItem[], parts: ProgramParts): { parts: ProgramParts; moved: Relocation } {
  const places: number[] = []
  let length = 0
  for (const { bytes } of items) {
    places.push(length)
    length += bytes.length
  }
  const oldEnd = parts.code.length
  const moved: Relocation = pc => {
    if (pc < 0 || pc >= oldEnd) return pc - oldEnd + length
    let low = 0
    let high = items.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (items[middle]!.pc < pc) low = middle + 1
      else high = middle
    }
    if (items[low]?.pc === pc) return places[low]!
    // Inside an item that is kept, it stays inside; else it is what comes next.
    const before = items[low - 1]
    if (before !== undefined && pc < before.pc + before.bytes.length) return places[low - 1]! + pc - before.pc
    return places[low] ?? length
  }
  const code = new Uint8Array(length)
  const bitmask = new Uint8Array(Math.ceil(length / 8))
  items.forEach(({ bytes, marked, jump }, i) => {
    const at = places[i]!
    code.set(bytes, at)
    if (marked) bitmask[at >> 3]! |= 1 << (at & 7)
    if (jump === undefined) return
    const offset = moved(jump.target) - at
    for (let k = 0; k < jump.width; k++) code[at + jump.at + k] = offset >> (8 * k)
  })
  return { parts: { ...parts, code, bitmask, jumpTable: parts.jumpTable.map(pc => moved(pc)) }, moved }
}
