// Reads code back into assembly text, line by line; assembling the lines gives the same bytes, whatever they are.
// Not the text of a whole file: containers, data and listings are put together in blob/assembly.ts.

import { instructionOf, operandsOf, prefixAt } from './decode.ts'
import { encodeInstruction, shortestWidth } from './encode.ts'
import { PREFIX } from './extended.ts'
import { chooseForm, type ExtendedItem, encodeExtended, layoutExtended, type PlacedItem } from './extended-layout.ts'
import { createOperands, immediateX } from './format.ts'
import { ownOptions } from './own-options.ts'
import { type JumpSite, layoutCode } from './relax.ts'
import type { InstructionSet } from './set.ts'
import { type ImmediateLetter, type RegisterLetter, shapeOf } from './shape.ts'
import { formatHex, formatNumber } from './syntax.ts'
import type { Instruction } from './table.ts'

/** Code to disassemble; a program's parts fit. */
export interface CodeInput {
  readonly code: Uint8Array
  /** Packed, least significant bit first. */
  readonly bitmask: Uint8Array
  readonly jumpTable: Uint32Array
}

/** One instruction (or a run of bytes that is none) with what is known about it. */
export interface CodeLine {
  readonly pc: number
  /** Bytes up to the next marked one. */
  readonly length: number
  /** The instruction; undefined for undefined opcodes and for bytes before the first instruction. */
  readonly instruction: Instruction | undefined
  /** The statement: mnemonic and operands, or `.raw` and `.gap` with the bytes. */
  readonly text: string
  /** What the bytes mean where the statement does not say so. */
  readonly comment: string | undefined
  /** Bytes behind the statement's own that no mask bit marks and no operand uses. */
  readonly gap: Uint8Array
  /** The name to jump here, where something does. */
  readonly label: string | undefined
  /** Whether a basic block starts here (GP A.5). */
  readonly blockStart: boolean
  /** Where it jumps, if the target is in the operands. */
  readonly target: number | undefined
}

/** These are the options of `disassembleCode`. */
export interface CodeOptions {
  /** Names for code offsets, such as exports and functions; others are `L` and the offset. */
  readonly names?: ReadonlyMap<number, string>
  /**
   * Whether to print widths that differ from the assembler's choice; default true. Without them the text is easier to read, but may not
   * give the same bytes.
   */
  readonly widths?: boolean
  /** First code offset wanted, default 0. Labels and blocks are those of the whole code all the same. */
  readonly from?: number
  /** Code offset to stop before, default the end. */
  readonly to?: number
}

interface Item {
  readonly pc: number
  readonly end: number
  readonly instruction: Instruction | undefined
  /** Bytes the statement stands for; the rest up to `end` is gap. 0 when the bytes have to be given raw. */
  readonly length: number
  /** Operand bytes by the mask, GP A.3. */
  readonly skip: number
  readonly xWidth: number
  readonly yWidth: number
  /** X, its low half, and Y or the jump offset. */
  readonly x: number
  readonly y: number
  readonly target: number | undefined
}

const MAX_SKIP = 24
// A view per instruction costs more than the rest of its line: 3 times the time on a 137 KB program.
const NO_GAP = new Uint8Array(0)
/** Filled by each decoding and read at once. */
const scratch = new Uint8Array(32)
const operands = createOperands()

function clamp4(n: number): number {
  return n < 0 ? 0 : n > 4 ? 4 : n
}

/** How many bytes X and Y (or the offset) take in the encoding at `pc`, GP A.5. */
function widthsAt(instruction: Instruction, code: Uint8Array, pc: number, skip: number): [x: number, y: number] {
  const nibble = (value: number): number => clamp4(value & 7)
  const b1 = code[pc + 1] ?? 0
  switch (instruction.format) {
    case 'imm':
      return [clamp4(skip), 0]
    case 'reg_imm':
    case 'reg_reg_imm':
      return [clamp4(skip - 1), 0]
    case 'off':
      return [0, clamp4(skip)]
    case 'reg_reg_off':
      return [0, clamp4(skip - 1)]
    case 'imm_imm':
      return [nibble(b1), clamp4(skip - nibble(b1) - 1)]
    case 'reg_imm_imm':
    case 'reg_imm_off':
      return [nibble(b1 >> 4), clamp4(skip - nibble(b1 >> 4) - 1)]
    case 'reg_reg_imm_imm': {
      const x = nibble(code[pc + 2] ?? 0)
      return [x, clamp4(skip - x - 2)]
    }
    default:
      return [0, 0]
  }
}

function hasTarget(instruction: Instruction): boolean {
  return shapeOf(instruction).slots.some(slot => slot.is === 'target')
}

/** Decodes the item at a marked `pc`; `end` is the next marked byte or the end of the code. */
function readItem(code: Uint8Array, set: InstructionSet, pc: number, end: number): Item {
  const skip = Math.min(MAX_SKIP, end - pc - 1)
  const instruction = instructionOf(set, code, pc, skip)
  const none = { pc, end, instruction, skip, length: 0, xWidth: 0, yWidth: 0, x: 0, y: 0, target: undefined }
  if (instruction === undefined) return none
  const { a, b, d, target } = operandsOf(set, instruction.format, code, pc, skip, operands)
  const prefix = prefixAt(set, code, pc)
  const [xWidth, yWidth] = widthsAt(instruction, code, pc + prefix, skip - prefix)
  const jumps = hasTarget(instruction)
  const { x, xHigh } = operands
  const y = jumps ? target - pc : operands.y
  const input = { format: instruction.format, a, b, d, x, xHigh, y }
  const raw = prefix === 0 ? code[pc]! : PREFIX + (code[pc + 1] ?? 0)
  const length =
    set.encoding === 'extended'
      ? encodeExtended(input, { raw, xWidth, yWidth }, scratch, 0)
      : encodeInstruction({ ...input, opcode: raw, xWidth, yWidth }, scratch, 0)
  const found = { ...none, target: jumps ? target : undefined }
  // Register nibbles above 12, length nibbles above 4, operands that run into the next instruction: not what the
  // assembler writes, so the bytes are given as they are.
  if (length > 1 + skip || (set.encoding === 'extended' && length !== 1 + skip)) return found
  // What may not stand where it does is a trap with other bytes than a trap has.
  if (instruction.kind === 'trap' && raw !== set.opcodes[instruction.id]) return found
  for (let i = 0; i < length; i++) if (scratch[i] !== code[pc + i]) return found
  return { ...found, length, xWidth, yWidth, x, y }
}

function readItems(input: CodeInput, set: InstructionSet): Item[] {
  const { code, bitmask } = input
  const marked = (pc: number): boolean => (bitmask[pc >>> 3]! & (1 << (pc & 7))) !== 0
  const items: Item[] = []
  let pc = 0
  while (pc < code.length) {
    let end = pc + 1
    while (end < code.length && !marked(end)) end += 1
    if (marked(pc)) items.push(readItem(code, set, pc, end))
    else
      items.push({
        pc,
        end,
        instruction: undefined,
        length: 0,
        skip: -1,
        xWidth: 0,
        yWidth: 0,
        x: 0,
        y: 0,
        target: undefined,
      })
    pc = end
  }
  return items
}

/** Which items need their jump width written down because the assembler would choose another. */
function fixedJumpWidths(items: readonly Item[], itemAt: Int32Array): Uint8Array {
  const fixed = new Uint8Array(items.length)
  const jumping = items.flatMap((item, index) => (item.target !== undefined && item.length > 0 ? [index] : []))
  const isJump = new Uint8Array(items.length)
  for (const index of jumping) isJump[index] = 1
  const lengths = items.map((item, index) => item.end - item.pc - (isJump[index] === 1 ? item.yWidth : 0))
  for (;;) {
    const jumps = jumping.map((index): JumpSite => {
      const item = items[index]!
      const target = itemAt[item.target!] ?? -1
      return {
        item: index,
        target: target < 0 ? undefined : target,
        pc: item.target!,
        width: fixed[index] === 1 ? item.yWidth : undefined,
      }
    })
    const { widths } = layoutCode(lengths, jumps)
    const wrong = jumping.filter(index => fixed[index] === 0 && widths[index] !== items[index]!.yWidth)
    if (wrong.length === 0) return fixed
    for (const index of wrong) fixed[index] = 1
  }
}

/** Which instructions of the extended encoding need their widths written down. */
function fixedExtended(items: readonly Item[], itemAt: Int32Array): Uint8Array {
  const fixed = new Uint8Array(items.length)
  const free = (item: Item): ExtendedItem => {
    const { instruction, xWidth, yWidth, x, y } = item
    const wide = instruction!.format === 'reg_imm64'
    return {
      instruction: instruction!,
      xWidth: wide ? xWidth : shortestWidth(x),
      yWidth: item.target === undefined ? shortestWidth(y) : yWidth,
      fixedX: false,
      fixedY: false,
    }
  }
  const differs = (item: Item, form: { readonly xWidth: number; readonly yWidth: number } | undefined): boolean =>
    form?.xWidth !== item.xWidth || form.yWidth !== item.yWidth
  for (const [index, item] of items.entries())
    if (item.length > 0 && item.target === undefined && differs(item, chooseForm(free(item)))) fixed[index] = 1
  const jumping = items.flatMap((item, index) => (item.target !== undefined && item.length > 0 ? [index] : []))
  for (;;) {
    const placed = items.map((item, index): PlacedItem => {
      if (item.length === 0 || item.target === undefined) return { bytes: item.end - item.pc }
      const { instruction, xWidth, yWidth } = item
      if (fixed[index] === 1) return { instruction: instruction!, xWidth, yWidth, fixedX: true, fixedY: true }
      return { ...free(item), yWidth: 0 }
    })
    const jumps = jumping.map((index): JumpSite => {
      const { target, yWidth } = items[index]!
      const to = itemAt[target!] ?? -1
      const width = fixed[index] === 1 ? yWidth : undefined
      return { item: index, target: to < 0 ? undefined : to, pc: target!, width }
    })
    const { forms } = layoutExtended(placed, jumps)
    const wrong = jumping.filter(index => fixed[index] === 0 && differs(items[index]!, forms[index]))
    if (wrong.length === 0) return fixed
    for (const index of wrong) fixed[index] = 1
  }
}

function operandText(item: Item, target: string, widths: boolean, fixed: boolean, extended: boolean): string {
  const shape = shapeOf(item.instruction!)
  const register = (letter: RegisterLetter): string =>
    `r${letter === 'A' ? operands.a : letter === 'B' ? operands.b : operands.d}`
  const width = (letter: ImmediateLetter, value: number): string => {
    if (!widths || item.instruction!.format === 'reg_imm64') return ''
    const actual = letter === 'X' ? item.xWidth : item.yWidth
    if (extended) return fixed ? `:${actual}` : ''
    return actual === shortestWidth(value) ? '' : `:${actual}`
  }
  return shape.slots
    .map(slot => {
      switch (slot.is) {
        case 'register':
          return register(slot.letter)
        case 'target':
          return fixed && widths ? `${target}:${item.yWidth}` : target
        case 'immediate': {
          if (item.instruction!.format === 'reg_imm64') return formatNumber(immediateX(operands))
          const value = slot.letter === 'X' ? operands.x : operands.y
          return formatNumber(value) + width(slot.letter, value)
        }
        default: {
          const value = slot.offset === 'X' ? operands.x : operands.y
          const suffix = width(slot.offset, value)
          if (slot.base === undefined) return `[0x${(value >>> 0).toString(16)}${suffix}]`
          const offset =
            value === 0 && suffix === '' ? '' : value < 0 ? ` - ${formatNumber(-value)}` : ` + ${formatNumber(value)}`
          const sum = `${register(slot.base)}${offset}${suffix}`
          return slot.is === 'sum' ? sum : `[${sum}]`
        }
      }
    })
    .join(', ')
}

/** A name as the assembler takes it for a label. */
function labelName(name: string): string {
  const clean = name.replace(/[^\w.$]+/g, '_')
  return clean === '' ? '_' : clean
}

/** The label of every offset that something leads to and where an instruction is marked. */
function nameLabels(
  input: CodeInput,
  items: readonly Item[],
  itemAt: Int32Array,
  options: CodeOptions,
): Map<number, string> {
  const labels = new Map<number, string>()
  const taken = new Set<string>()
  for (const [pc, name] of options.names ?? []) {
    if ((itemAt[pc] ?? -1) < 0 || labels.has(pc)) continue
    let unique = labelName(name)
    while (taken.has(unique) || /^L\d+$/.test(unique)) unique = `${unique}.${pc}`
    taken.add(unique)
    labels.set(pc, unique)
  }
  const add = (pc: number): void => {
    if ((itemAt[pc] ?? -1) >= 0 && !labels.has(pc)) labels.set(pc, `L${pc}`)
  }
  for (const { target, length } of items) if (target !== undefined && length > 0) add(target)
  for (const pc of input.jumpTable) add(pc)
  return labels
}

/**
 * Disassembles code into lines, in order. Assembling `text` and `.gap` of all lines gives the code and bitmask back.
 * Labels exist where an instruction or a jump table entry leads and where `options.names` has a name.
 */
export function disassembleCode(input: CodeInput, set: InstructionSet, given: CodeOptions = {}): CodeLine[] {
  const options = ownOptions(given)
  const { code } = input
  const widths = options.widths ?? true
  const items = readItems(input, set)
  const itemAt = new Int32Array(code.length).fill(-1)
  items.forEach((item, index) => {
    if (item.skip >= 0) itemAt[item.pc] = index
  })
  const labels = nameLabels(input, items, itemAt, options)
  const extended = set.encoding === 'extended'
  const fixed = !widths
    ? new Uint8Array(items.length)
    : extended
      ? fixedExtended(items, itemAt)
      : fixedJumpWidths(items, itemAt)
  const { from = 0, to = Number.POSITIVE_INFINITY } = options
  const lines: CodeLine[] = []
  let open = true
  for (let index = 0; index < items.length; index++) {
    const item = items[index]!
    const { pc, end, instruction, skip } = item
    if (pc >= to) break
    if (end > from) {
      const fixedWidth = fixed[index] === 1
      lines.push(lineOf({ code, set, item, labels, blockStart: open && instruction !== undefined, widths, fixedWidth }))
    }
    open = instruction?.terminator === true && end === pc + 1 + skip
  }
  return lines
}

interface LineInput {
  readonly code: Uint8Array
  readonly set: InstructionSet
  readonly item: Item
  readonly labels: ReadonlyMap<number, string>
  readonly blockStart: boolean
  readonly widths: boolean
  readonly fixedWidth: boolean
}

function lineOf({ code, set, item, labels, blockStart, widths, fixedWidth }: LineInput): CodeLine {
  const { pc, end, instruction, length, skip, target } = item
  const rest = (from: number): Uint8Array => (from === end ? NO_GAP : code.subarray(from, end))
  let text: string
  let comment: string | undefined
  let gap: Uint8Array
  if (skip < 0) {
    text = `.gap ${formatHex(code.subarray(pc, end))}`
    comment = 'no instruction starts here'
    gap = NO_GAP
  } else if (instruction === undefined) {
    text = `.raw ${formatHex(code.subarray(pc, pc + 1 + skip))}`
    comment = `undefined opcode ${code[pc]}`
    gap = rest(pc + 1 + skip)
  } else {
    operandsOf(set, instruction.format, code, pc, skip, operands)
    const label = target === undefined ? undefined : labels.get(target)
    const to = label === undefined ? `${target}` : `@${label}`
    const written = operandText(item, to, widths && length > 0, fixedWidth, set.encoding === 'extended')
    const statement = written === '' ? instruction.name : `${instruction.name} ${written}`
    const known = length > 0
    text = known ? statement : `.raw ${formatHex(code.subarray(pc, pc + 1 + skip))}`
    comment = known ? undefined : statement
    gap = rest(known ? pc + length : pc + 1 + skip)
  }
  return { pc, length: end - pc, instruction, text, comment, gap, label: labels.get(pc), blockStart, target }
}
