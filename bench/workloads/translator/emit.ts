// Collects PVM instructions with symbolic targets and writes the program blob (GP 0.7.2 numbers, GP A.2).
// Not an assembler: coulis's own one reads text; this is the back end of the RISC-V translator.

import { encodeProgramBlob } from '../../../src/blob/raw.ts'
import { instructionSet } from '../../../src/isa/set.ts'
import { type Instruction, instructionNamed } from '../../../src/isa/table.ts'

/** Operands by the letters of the instruction table; `target` is a label. */
export interface EmitOperands {
  a?: number
  b?: number
  d?: number
  x?: number
  y?: number
  target?: number
}

interface Op {
  readonly instruction: Instruction
  readonly operands: EmitOperands
  /** Bytes the offset takes; grows until everything fits. */
  offsetSize: number
}

export interface Emitter {
  /** The next instruction is where this label points. A label is any number: here, an address in RISC-V text. */
  label(label: number): void
  op(name: string, operands?: EmitOperands): void
  /** The address by which jump_ind reaches a label: 2 × (index in the jump table + 1) (GP A.4). */
  jumpTableAddress(label: number): number
  finish(): { blob: Uint8Array; instructions: number; codeBytes: number }
}

const SET = instructionSet('gp-0.7.2')

/** Shortest sign-extended little-endian form of a 32-bit immediate, 0 to 4 bytes. */
function immediateSize(value: number): number {
  for (let size = 0; size < 4; size++) {
    const bits = 32 - 8 * size
    if (size === 0 ? value === 0 : (value << bits) >> bits === value) return size
  }
  return 4
}

function pushImmediate(out: number[], value: number, size: number): void {
  for (let i = 0; i < size; i++) out.push((value >> (8 * i)) & 255)
}

function check32(value: number): number {
  if (value !== (value | 0)) throw new RangeError(`immediate ${value} is not a signed 32-bit number`)
  return value
}

function encode(op: Op, distance: number): number[] {
  const { instruction, operands, offsetSize } = op
  const { a = 0, b = 0, d = 0, x = 0, y = 0 } = operands
  const opcode = SET.opcodes[instruction.id]!
  if (opcode < 0) throw new Error(`${instruction.name} is not in GP 0.7.2`)
  const out = [opcode]
  const sizeX = immediateSize(check32(x))
  const sizeY = immediateSize(check32(y))
  switch (instruction.format) {
    case 'none':
      break
    case 'imm':
      pushImmediate(out, x, sizeX)
      break
    case 'imm_imm':
      out.push(sizeX)
      pushImmediate(out, x, sizeX)
      pushImmediate(out, y, sizeY)
      break
    case 'off':
      pushImmediate(out, distance, offsetSize)
      break
    case 'reg_imm':
      out.push(a)
      pushImmediate(out, x, sizeX)
      break
    case 'reg_imm_imm':
      out.push(a | (sizeX << 4))
      pushImmediate(out, x, sizeX)
      pushImmediate(out, y, sizeY)
      break
    case 'reg_imm_off':
      out.push(a | (sizeX << 4))
      pushImmediate(out, x, sizeX)
      pushImmediate(out, distance, offsetSize)
      break
    case 'reg_reg':
      out.push(d | (a << 4))
      break
    case 'reg_reg_imm':
      out.push(a | (b << 4))
      pushImmediate(out, x, sizeX)
      break
    case 'reg_reg_off':
      out.push(a | (b << 4))
      pushImmediate(out, distance, offsetSize)
      break
    case 'reg_reg_imm_imm':
      out.push(a | (b << 4), sizeX)
      pushImmediate(out, x, sizeX)
      pushImmediate(out, y, sizeY)
      break
    case 'reg_reg_reg':
      out.push(a | (b << 4), d)
      break
    case 'reg_imm64':
      throw new Error('load_imm_64 does not come from RISC-V')
  }
  return out
}

export function createEmitter(): Emitter {
  const ops: Op[] = []
  const labels = new Map<number, number>()
  const targeted = new Set<number>()
  const table: number[] = []
  const tableIndex = new Map<number, number>()

  function named(name: string): Instruction {
    const instruction = instructionNamed(name)
    if (instruction === undefined) throw new Error(`no instruction ${name}`)
    return instruction
  }

  /** A block may be entered only behind a terminator (GP A.3), so a labelled one needs a fallthrough before it. */
  function withFallthroughs(): { ops: Op[]; at: Map<number, number> } {
    const labelsAt = new Map<number, number[]>()
    for (const [label, index] of labels) labelsAt.set(index, [...(labelsAt.get(index) ?? []), label])
    const out: Op[] = []
    const at = new Map<number, number>()
    for (let i = 0; i <= ops.length; i++) {
      const here = labelsAt.get(i) ?? []
      const previous = out[out.length - 1]
      if (previous !== undefined && !previous.instruction.terminator && here.some(l => targeted.has(l))) {
        out.push({ instruction: named('fallthrough'), operands: {}, offsetSize: 0 })
      }
      for (const label of here) at.set(label, out.length)
      if (i < ops.length) out.push(ops[i]!)
    }
    return { ops: out, at }
  }

  return {
    label(label) {
      labels.set(label, ops.length)
    },
    op(name, operands = {}) {
      if (operands.target !== undefined) targeted.add(operands.target)
      ops.push({ instruction: named(name), operands, offsetSize: 0 })
    },
    jumpTableAddress(label) {
      let index = tableIndex.get(label)
      if (index === undefined) {
        index = table.length
        table.push(label)
        tableIndex.set(label, index)
        targeted.add(label)
      }
      return 2 * (index + 1)
    },
    finish() {
      const last = ops[ops.length - 1]
      if (last === undefined || !last.instruction.terminator || [...labels.values()].includes(ops.length)) {
        ops.push({ instruction: named('trap'), operands: {}, offsetSize: 0 })
      }
      const { ops: all, at } = withFallthroughs()
      const indexOf = (label: number): number => {
        const index = at.get(label)
        if (index === undefined) throw new Error(`label 0x${label.toString(16)} is nowhere`)
        return index
      }
      const starts = new Int32Array(all.length + 1)
      const distance = (i: number): number => {
        const target = all[i]!.operands.target
        return target === undefined ? 0 : starts[indexOf(target)]! - starts[i]!
      }
      for (let grown = true; grown; ) {
        grown = false
        for (let i = 0; i < all.length; i++) starts[i + 1] = starts[i]! + encode(all[i]!, 0).length
        for (let i = 0; i < all.length; i++) {
          const size = immediateSize(distance(i))
          if (size <= all[i]!.offsetSize) continue
          all[i]!.offsetSize = size
          grown = true
        }
      }
      const code = new Uint8Array(starts[all.length]!)
      const bitmask = new Uint8Array(Math.ceil(code.length / 8))
      for (let i = 0; i < all.length; i++) {
        const start = starts[i]!
        code.set(encode(all[i]!, distance(i)), start)
        bitmask[start >> 3]! |= 1 << (start & 7)
      }
      const jumpTable = Uint32Array.from(table, label => starts[indexOf(label)]!)
      const jumpTableEntrySize = table.length === 0 ? 0 : code.length < 2 ** 8 ? 1 : code.length < 2 ** 16 ? 2 : 3
      const blob = encodeProgramBlob({
        code,
        bitmask,
        jumpTable,
        jumpTableLength: jumpTable.length,
        jumpTableEntrySize,
      })
      return { blob, instructions: all.length, codeBytes: code.length }
    },
  }
}
