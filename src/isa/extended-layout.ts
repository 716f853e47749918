// Where instructions of the extended encoding lie, and in which form each is written (what PolkaVM 0.37's writer does). Not the
// bytes: encode.ts.
import { encodedLength, encodeInstruction, immediatesOf, shortestWidth } from './encode.ts'
import { EXTENDED_FORMS, MACRO_BLOCK, PREFIX } from './extended.ts'
import type { JumpSite } from './relax.ts'
import type { Instruction } from './table.ts'

/** An instruction to place: the bytes that its immediates need, and which of them are the writer's choice already. */
export interface ExtendedItem {
  readonly instruction: Instruction
  readonly xWidth: number
  readonly yWidth: number
  readonly fixedX: boolean
  readonly fixedY: boolean
}

/** A form and the widths of the immediates in it. */
export interface ChosenForm {
  readonly raw: number
  readonly xWidth: number
  readonly yWidth: number
}

/** Bytes that have no mnemonic, or nothing: where they are is not changed. */
export type PlacedItem = ExtendedItem | { readonly bytes: number }

/**
 * The shortest form that has room; what is left over makes the first immediate wider, then the second. Undefined where the encoding
 * has no such form.
 */
export function chooseForm(item: ExtendedItem): ChosenForm | undefined {
  const { instruction, fixedX, fixedY } = item
  const { format, id } = instruction
  let { xWidth, yWidth } = item
  const needed = encodedLength(format, xWidth, yWidth) - 1
  const form = EXTENDED_FORMS[id]!.find(({ args }) => args >= needed)
  if (form === undefined) return undefined
  let left = form.args - needed
  const { x: hasX, y: hasY } = immediatesOf(format)
  const widen = (width: number, may: boolean): number => {
    const by = may ? Math.min(left, 4 - width) : 0
    left -= by
    return width + by
  }
  if (format !== 'reg_imm64') {
    xWidth = widen(xWidth, hasX && !fixedX)
    yWidth = widen(yWidth, hasY && !fixedY)
  }
  return left === 0 ? { raw: form.raw, xWidth, yWidth } : undefined
}

/** Bytes of a form. */
function lengthOfForm({ instruction }: ExtendedItem, { raw, xWidth, yWidth }: ChosenForm): number {
  return encodedLength(instruction.format, xWidth, yWidth) + (raw < PREFIX ? 0 : 1)
}

/** Where everything lies, and how it is written: `offsets` has one entry more than there are items, the end. */
export interface ExtendedLayout {
  readonly offsets: Float64Array
  readonly forms: readonly (ChosenForm | undefined)[]
  /** Places to be filled up to the end of their macro block. */
  readonly gaps: readonly { readonly from: number; readonly to: number }[]
}

/**
 * Lays out items. An instruction that would lie across the end of a macro block, or end there without ending a basic block, goes to
 * the next one. Offsets of jumps start at the fewest bytes and only grow, so this ends.
 */
export function layoutExtended(items: readonly PlacedItem[], jumps: readonly JumpSite[]): ExtendedLayout {
  const current = [...items]
  const forms: (ChosenForm | undefined)[] = new Array(items.length).fill(undefined)
  const offsets = new Float64Array(items.length + 1)
  for (;;) {
    const gaps: { from: number; to: number }[] = []
    let at = 0
    let placed = 0 // items without bytes lie where the next one with bytes does
    const place = (i: number): void => {
      for (; placed <= i; placed++) offsets[placed] = at
    }
    for (const [i, item] of current.entries()) {
      if ('bytes' in item) {
        if (item.bytes > 0) place(i)
        at += item.bytes
        continue
      }
      const form = chooseForm(item)
      forms[i] = form
      const length = form === undefined ? 1 : lengthOfForm(item, form)
      const room = MACRO_BLOCK - (at % MACRO_BLOCK)
      if (length > room || (length === room && !item.instruction.terminator)) {
        gaps.push({ from: at, to: at + room })
        at += room
      }
      place(i)
      at += length
    }
    place(items.length)
    let changed = false
    for (const { item, target, pc, width } of jumps) {
      const it = current[item] as ExtendedItem
      if (width !== undefined) continue
      const needed = Math.min(4, shortestWidth((target === undefined ? pc : offsets[target]!) - offsets[item]!))
      if (needed <= it.yWidth) continue
      current[item] = { ...it, yWidth: needed }
      changed = true
    }
    if (!changed) return { offsets, forms, gaps }
  }
}

/** Operands to write in a form. */
export type ExtendedOperands = Omit<Parameters<typeof encodeInstruction>[0], 'opcode' | 'xWidth' | 'yWidth'>

/** Writes an instruction and returns the offset behind it. */
export function encodeExtended(operands: ExtendedOperands, form: ChosenForm, out: Uint8Array, at: number): number {
  const { raw, xWidth, yWidth } = form
  if (raw < PREFIX) return encodeInstruction({ ...operands, opcode: raw, xWidth, yWidth }, out, at)
  out[at] = PREFIX
  return encodeInstruction({ ...operands, opcode: raw - PREFIX, xWidth, yWidth }, out, at + 1)
}

/** Fills the rest of a macro block with what costs nothing to read over: `unlikely`, and a `fallthrough` as the last byte. */
export function fillGap(out: Uint8Array, { from, to }: { readonly from: number; readonly to: number }): void {
  const [unlikely, fallthrough] = [2, 1]
  out.fill(unlikely, from, to - 1)
  out[to - 1] = fallthrough
}
