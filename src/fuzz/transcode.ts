// A program of the numbers of latest64 in the extended encoding: the same instructions, in other places. Not a compiler's writer:
// what is undefined stays undefined, jumps into the middle of instructions stay wrong, and the end may be no terminator.
import type { ProgramParts } from '../blob/raw.ts'
import { shortestWidth } from '../isa/encode.ts'
import { markExtended } from '../isa/extended.ts'
import { type ExtendedItem, encodeExtended, fillGap, layoutExtended, type PlacedItem } from '../isa/extended-layout.ts'
import { createOperands, decodeOperands, type Operands } from '../isa/format.ts'
import type { JumpSite } from '../isa/relax.ts'
import { instructionSet } from '../isa/set.ts'
import { maskBit, skipAt } from '../program/code-map.ts'
import type { Random } from './random.ts'

/** One byte that is no opcode of the extended encoding. */
const UNDEFINED = 254
const SET = instructionSet('latest64')

/** A program, and where its old code offsets are now. */
export interface Transcoded {
  readonly parts: ProgramParts
  readonly moved: (pc: number) => number
}

/** How many of the numbers, which ascend, are below `value`. */
function countBelow(values: ArrayLike<number>, count: number, value: number): number {
  let low = 0
  for (let high = count; low < high; ) {
    const middle = (low + high) >>> 1
    if (values[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}

/** A few bytes more than are needed, now and then: other forms. */
function widened(random: Random, width: number): number {
  return random.chance(15) ? random.between(width, 4) : width
}

/** Code with the bitmask that follows from it. */
export function markedAgain(parts: ProgramParts): ProgramParts {
  return { ...parts, bitmask: markExtended(parts.code), encoding: 'extended' }
}

/** This is the program in the extended encoding. */
export function toExtended(random: Random, parts: ProgramParts): Transcoded {
  const { code, bitmask } = parts
  const starts: number[] = []
  for (let pc = 0; pc < code.length; pc++) if (pc === 0 || maskBit(bitmask, code.length, pc)) starts.push(pc)
  const operands: Operands[] = []
  const jumps: JumpSite[] = []
  const items = starts.map((pc, item): PlacedItem => {
    const instruction = SET.byOpcode[code[pc]!]
    const skip = skipAt(bitmask, code.length, pc)
    const values = createOperands()
    operands.push(values)
    if (instruction === undefined || !maskBit(bitmask, code.length, pc)) return { bytes: 1 }
    decodeOperands(instruction.format, code, pc, skip, values)
    const xWidth = widened(random, shortestWidth(values.x))
    const isJump = instruction.format.includes('off')
    if (isJump) {
      const target = countBelow(starts, starts.length, values.target)
      const isStart = starts[target] === values.target
      // The end of the code is a place too. Others are as far away as they were.
      jumps.push({
        item,
        target: isStart || values.target === code.length ? target : undefined,
        pc: values.target,
        width: undefined,
      })
    }
    return { instruction, xWidth, yWidth: isJump ? 0 : shortestWidth(values.y), fixedX: false, fixedY: false }
  })
  const { offsets, forms, gaps } = layoutExtended(items, jumps)
  const length = offsets[items.length]!
  const out = new Uint8Array(length)
  for (const gap of gaps) fillGap(out, gap)
  const targets = new Map(jumps.map(({ item, target, pc }) => [item, target === undefined ? pc : offsets[target]!]))
  for (const [i, item] of items.entries()) {
    const [at, form] = [offsets[i]!, forms[i]]
    if (form === undefined) {
      out[at] = UNDEFINED
      continue
    }
    const { a, b, d, x, xHigh, y } = operands[i]!
    const { format } = (item as ExtendedItem).instruction
    const target = targets.get(i)
    encodeExtended({ format, a, b, d, x, xHigh, y: target === undefined ? y : target - at }, form, out, at)
  }
  const moved = (pc: number): number => {
    if (pc >= code.length) return pc - code.length + length
    const item = countBelow(starts, starts.length, pc + 1) - 1
    return Math.min(offsets[item]! + pc - starts[item]!, Math.max(offsets[item]!, offsets[item + 1]! - 1))
  }
  const jumpTable = parts.jumpTable.map(moved)
  return { parts: markedAgain({ ...parts, code: out, jumpTable }), moved }
}
