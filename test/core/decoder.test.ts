// The core's decoder gives what isa/format.ts gives, an implementation apart, for anything that can stand behind an opcode.
import { describe, expect, it } from 'vitest'
import { Cell } from '../../src/core/cell.ts'
import { decodeColumns } from '../../src/core/decoder.ts'
import { KIND_OF, READS, WRITES } from '../../src/engine/recompiler/facts.ts'
import { Random } from '../../src/fuzz/random.ts'
import { decodeOperands } from '../../src/isa/format.ts'
import { type InstructionSetName, instructionSet, UNDEFINED_OPCODE } from '../../src/isa/set.ts'
import type { InstructionKind } from '../../src/isa/table.ts'
import { INSTRUCTIONS, TRAP_ID } from '../../src/isa/table.ts'
import { createCodeMap } from '../../src/program/code-map.ts'
import { profile } from '../../src/program/profile.ts'
import type { Program } from '../../src/program/program.ts'

const SETS: readonly InstructionSetName[] = ['gp-0.7.2', 'gp-0.8.0', 'latest64', 'revive-v1', 'latest32']

/** Bytes of the longest programs here. */
const LONG = 0x1000

/** The kinds of instructions that more of their segment may follow, and those that end a segment and go on behind it. */
const STRAIGHT: ReadonlySet<InstructionKind> = new Set<InstructionKind>(['alu', 'nop', 'load', 'store'])
const STOPS: ReadonlySet<InstructionKind> = new Set<InstructionKind>(['host', 'sbrk', 'memset'])

/** Code and where its instructions start, as far as a decoder looks at a program. */
function programOf(name: InstructionSetName, code: Uint8Array, bitmask: Uint8Array, opens = true): Program {
  const set = instructionSet(name)
  const rules = profile('polkavm', { jumpBehindUndefined: opens })
  const parts = { code, bitmask, jumpTable: new Uint32Array(0), jumpTableLength: 0, jumpTableEntrySize: 0 }
  const map = createCodeMap(parts, set, opens)
  return { ...parts, profile: rules, instructionSet: set, map } as unknown as Program
}

/** First instructions of segments: behind what ends one, a gap, and where blocks start. */
function segmentsOf({ map }: Program, ids: readonly number[]): number[] {
  const { offsets, blockStart } = map
  const ends = (id: number): boolean => !STRAIGHT.has(KIND_OF[id]!)
  return [...offsets.keys()].filter(
    i => i === 0 || blockStart[offsets[i]!] === 1 || ends(ids[i - 1]!) || offsets[i]! - offsets[i - 1]! > 25,
  )
}

/** What the columns have to be, one instruction after the other. */
function expected(program: Program): string[] {
  const { code, map, instructionSet } = program
  const ids = Array.from(map.offsets, pc => {
    const known = instructionSet.ids[code[pc]!]!
    return known === UNDEFINED_OPCODE ? TRAP_ID : known
  })
  const starts = segmentsOf(program, ids)
  const segmentAt = new Map(starts.map((i, s) => [map.offsets[i]!, s]))
  const lasts = new Set(starts.map(i => i - 1))
  lasts.add(ids.length - 1)
  return Array.from(map.offsets, (pc, i) => {
    const id = ids[i]!
    const skip = Math.min((map.offsets[i + 1] ?? code.length) - pc - 1, 24)
    const { a, b, d, x, xHigh, y, target } = decodeOperands(INSTRUCTIONS[id]!.format, code, pc, skip)
    const mask = (letters: number): number =>
      [a, b, d].reduce((sum, register, letter) => sum | (((letters >> letter) & 1) << register), 0)
    const jumps = lasts.has(i) && (KIND_OF[id] === 'jump' || KIND_OF[id] === 'branch')
    const to = jumps && map.blockStart[target] === 1 ? segmentAt.get(target)! : -1
    return [pc, id, a, b, d, x, xHigh, y, to, mask(READS[id]!), mask(WRITES[id]!)].join()
  })
}

/** Segments as they have to be. */
function checkSegments(program: Program): void {
  const { id, pc, segmentStart, segmentOf, isBlock, nextSegment, accesses, indexOf } = decodeColumns(program)
  const { blockStart, offsets } = program.map
  const starts = segmentsOf(program, [...id])
  expect([...segmentStart]).toEqual([...starts, id.length])
  expect([...isBlock]).toEqual(starts.map(i => blockStart[offsets[i]!]))
  expect([...segmentOf]).toEqual([...id.keys()].map(i => starts.findLastIndex(start => start <= i)))
  for (const [s, start] of starts.entries()) {
    const end = segmentStart[s + 1]!
    const kinds = [...id.subarray(start, end)].map(one => KIND_OF[one]!)
    expect(accesses[s]).toBe(Math.min(255, kinds.filter(kind => kind === 'load' || kind === 'store').length))
    const adjacent = end < id.length && pc[end]! - pc[end - 1]! <= 25
    const goesOn =
      adjacent && (STRAIGHT.has(kinds.at(-1)!) || STOPS.has(kinds.at(-1)!) || blockStart[offsets[end]!] === 1)
    expect(nextSegment[s]).toBe(goesOn ? s + 1 : -1)
  }
  for (let at = 0; at < program.code.length; at++) expect(indexOf[at]).toBe(offsets.indexOf(at))
}

function decoded(program: Program): string[] {
  const columns = decodeColumns(program)
  const { pc, id, a, b, d, x, xHigh, y, target, uses, defs } = columns
  const all = [pc, id, a, b, d, x, xHigh, y, target, uses, defs]
  expect(new Set(all.map(column => column.length)).size).toBe(1)
  return Array.from(id, (_, i) => all.map(column => column[i]).join())
}

function check(name: InstructionSetName, code: Uint8Array, bitmask: Uint8Array): void {
  for (const opens of [true, false]) {
    const program = programOf(name, code, bitmask, opens)
    const wanted = expected(program)
    const got = decoded(program)
    const wrong = wanted.findIndex((line, i) => line !== got[i])
    expect({ wrong, line: got[wrong] }).toEqual({ wrong, line: wanted[wrong] })
    expect(got.length).toBe(wanted.length)
  }
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
      const length = random.below(3 * LONG)
      const code = Uint8Array.from({ length }, () => random.below(256))
      const offsets = [...code.keys()].filter(() => random.below(sparse) === 0)
      check(name, code, maskOf(offsets, length, random.below(256)))
    }
  })

  it('instructions far apart', () => {
    for (let at = LONG - 26; at <= LONG + 1; at++) {
      const code = new Uint8Array(4 * LONG).fill(0x9c)
      const opcode = instructionSet(name).ids.findIndex(id => INSTRUCTIONS[id]?.format === 'reg_imm64')
      code[at] = opcode < 0 ? 0x50 : opcode
      check(name, code, maskOf([0, at], code.length))
      check(name, code, maskOf([0, at, at + 10, 4 * LONG - 1], code.length))
      check(name, code.subarray(0, LONG + 3), maskOf([at], LONG + 3))
    }
  })
})

describe('the core decodes', () => {
  it('no code as no instructions, and forgets the program before', () => {
    check('gp-0.7.2', new Uint8Array(LONG).fill(0xff), maskOf([0, 5], LONG))
    check('gp-0.7.2', new Uint8Array(0), new Uint8Array(0))
    check('gp-0.7.2', Uint8Array.of(0x14, 0xff), maskOf([0], 2))
  })

  it('segments of random instructions, with gaps and undefined opcodes', () => {
    const random = new Random('segments')
    for (let round = 0; round < 60; round++) {
      const length = random.below(600)
      const code = Uint8Array.from({ length }, () => random.below(256))
      const sparse = random.pick([2, 5, 30] as const)
      const offsets = [...code.keys()].filter(() => random.below(sparse) === 0)
      checkSegments(programOf('gp-0.7.2', code, maskOf(offsets, length)))
      for (const opens of [true, false]) checkSegments(programOf('latest64', code, maskOf(offsets, length), opens))
    }
  })

  it('nothing where nothing is laid out', () => {
    const { core } = new Cell()
    core.pvm_decode()
    expect(core.pvm_count(0, 0)).toBe(0)
  })
})
