// The core's decoder gives what isa/format.ts gives, an implementation apart, for anything that can stand behind an opcode.
import { describe, expect, it } from 'vitest'
import { Cell } from '../../src/engine/machine/cell.ts'
import { type Columns, decodeColumns } from '../../src/engine/machine/decoder.ts'
import { CHUNK_SIZE } from '../../src/engine/machine/layout.ts'
import { READS, WRITES } from '../../src/engine/recompiler/facts.ts'
import { Random } from '../../src/fuzz/random.ts'
import { decodeOperands } from '../../src/isa/format.ts'
import { type InstructionSetName, instructionSet, UNDEFINED_OPCODE } from '../../src/isa/set.ts'
import { INSTRUCTIONS, TRAP_ID } from '../../src/isa/table.ts'
import { createCodeMap } from '../../src/program/code-map.ts'
import type { Program } from '../../src/program/program.ts'

const SETS: readonly InstructionSetName[] = ['gp-0.7.2', 'gp-0.8.0', 'latest64', 'revive-v1']

/** Code and where its instructions start, as far as a decoder looks at a program. */
function programOf(name: InstructionSetName, code: Uint8Array, bitmask: Uint8Array): Program {
  const set = instructionSet(name)
  const parts = { code, bitmask, jumpTable: new Uint32Array(0), jumpTableLength: 0, jumpTableEntrySize: 0 }
  return { ...parts, instructionSet: set, map: createCodeMap(parts, set) } as unknown as Program
}

/** What the columns have to be, one instruction after the other. */
function expected(program: Program): string[] {
  const { code, map, instructionSet } = program
  return Array.from(map.offsets, (pc, i) => {
    const known = instructionSet.ids[code[pc]!]!
    const id = known === UNDEFINED_OPCODE ? TRAP_ID : known
    const skip = Math.min((map.offsets[i + 1] ?? code.length) - pc - 1, 24)
    const { a, b, d, x, xHigh, y, target } = decodeOperands(INSTRUCTIONS[id]!.format, code, pc, skip)
    const mask = (letters: number): number =>
      [a, b, d].reduce((sum, register, letter) => sum | (((letters >> letter) & 1) << register), 0)
    return [pc, id, a, b, d, x, xHigh, y, target | 0, mask(READS[id]!), mask(WRITES[id]!)].join()
  })
}

function decoded(program: Program): string[] {
  const { id, a, b, d, x, xHigh, y, target, uses, defs }: Columns = decodeColumns(program)
  const columns = [program.map.offsets, id, a, b, d, x, xHigh, y, target, uses, defs]
  expect(new Set(columns.map(column => column.length)).size).toBe(1)
  return Array.from(id, (_, i) => columns.map(column => column[i]).join())
}

function check(name: InstructionSetName, code: Uint8Array, bitmask: Uint8Array): void {
  const program = programOf(name, code, bitmask)
  const wanted = expected(program)
  const got = decoded(program)
  const wrong = wanted.findIndex((line, i) => line !== got[i])
  expect({ wrong, line: got[wrong] }).toEqual({ wrong, line: wanted[wrong] })
  expect(got.length).toBe(wanted.length)
}

/** A mask with these offsets; bits behind the code are those of `rest`. */
function maskOf(offsets: Iterable<number>, length: number, rest = 0): Uint8Array {
  const mask = new Uint8Array((length + 7) >>> 3)
  if (length % 8 !== 0) mask[length >>> 3]! |= rest & (0xff << (length % 8))
  for (const at of offsets) mask[at >>> 3]! |= 1 << (at & 7)
  return mask
}

/** Bytes that operands are at their edges with. */
const EDGES = [0x00, 0x01, 0x04, 0x0c, 0x0d, 0x3f, 0x44, 0x7f, 0x80, 0xc5, 0xdd, 0xf0, 0xff]

describe.each(SETS)('the core decodes as isa/format.ts does: %s', name => {
  it('every opcode, defined or not, with operands at their edges and any skip', () => {
    const bytes: number[] = []
    const offsets: number[] = []
    const put = (opcode: number, skip: number, operand: (i: number) => number): void => {
      offsets.push(bytes.length)
      bytes.push(opcode)
      for (let i = 0; i < skip; i++) bytes.push(operand(i))
    }
    for (let opcode = 0; opcode < 256; opcode++) {
      for (let skip = 0; skip <= 27; skip++) {
        for (const edge of EDGES)
          put(opcode, skip, i => (i === 0 ? edge : EDGES[(opcode + 3 * i + edge) % EDGES.length]!))
        put(opcode, skip, i => EDGES[(opcode + i) % EDGES.length]!)
      }
    }
    check(name, Uint8Array.from(bytes), maskOf(offsets, bytes.length))
  })

  it('every opcode at every distance from the end: behind the code is zeros, and no bit of the mask counts', () => {
    for (let opcode = 0; opcode < 256; opcode++) {
      for (let length = 1; length <= 13; length++) {
        const code = new Uint8Array(length).fill(0xff)
        code[0] = opcode
        for (const rest of [0, 0xff]) check(name, code, maskOf([0], length, rest))
      }
    }
  })

  it.each([1, 7, 60])('random bytes under random masks, one bit in %i set', sparse => {
    const random = new Random(`decoder ${name} ${sparse}`)
    for (let round = 0; round < 20; round++) {
      const length = random.below(3 * CHUNK_SIZE)
      const code = Uint8Array.from({ length }, () => random.below(256))
      const offsets = [...code.keys()].filter(() => random.below(sparse) === 0)
      check(name, code, maskOf(offsets, length, random.below(256)))
    }
  })

  it('what straddles chunks, and gaps longer than chunks', () => {
    for (let at = CHUNK_SIZE - 26; at <= CHUNK_SIZE + 1; at++) {
      const code = new Uint8Array(4 * CHUNK_SIZE).fill(0x9c)
      const opcode = instructionSet(name).ids.findIndex(id => INSTRUCTIONS[id]?.format === 'reg_imm64')
      code[at] = opcode < 0 ? 0x50 : opcode
      check(name, code, maskOf([0, at], code.length))
      check(name, code, maskOf([0, at, at + 10, 4 * CHUNK_SIZE - 1], code.length))
      check(name, code.subarray(0, CHUNK_SIZE + 3), maskOf([at], CHUNK_SIZE + 3))
    }
  })
})

describe('the core decodes', () => {
  it('no code as no instructions, and forgets the program before', () => {
    check('gp-0.7.2', new Uint8Array(CHUNK_SIZE).fill(0xff), maskOf([0, 5], CHUNK_SIZE))
    check('gp-0.7.2', new Uint8Array(0), new Uint8Array(0))
    check('gp-0.7.2', Uint8Array.of(0x14, 0xff), maskOf([0], 2))
  })

  it('nothing for a set it does not know, or without code', () => {
    const { core } = new Cell()
    expect(core.pvm_decode(4, 0, 1)).toBe(0)
    expect(core.pvm_decode(-1, 0, 1)).toBe(0)
    expect(core.pvm_decode(0, 0, 0)).toBe(0)
  })
})
