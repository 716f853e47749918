// disassemble | assemble gives identical bytes for whatever loads, sensible or not.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import { parseContainer } from '../../src/blob/container.ts'
import { disassemble, formatListing } from '../../src/blob/disassembly.ts'
import { encodeJam, encodeMetadata } from '../../src/blob/jam.ts'
import { encodeProgramBlob, type ProgramParts } from '../../src/blob/raw.ts'
import { encodeStandardProgram, type StandardProgram } from '../../src/blob/standard.ts'
import { INSTRUCTION_SETS, instructionSet } from '../../src/isa/set.ts'
import { instructionNamed } from '../../src/isa/table.ts'

/** Code in chunks: each starts with a marked byte, most often a defined opcode. */
const chunk = fc.record({
  opcode: fc.oneof(
    fc.constantFrom(...instructionSet('latest64').opcodes.filter(opcode => opcode >= 0)),
    fc.integer({ min: 0, max: 255 }),
  ),
  operands: fc.oneof(
    { weight: 6, arbitrary: fc.uint8Array({ maxLength: 10 }) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) },
  ),
})

function partsOf(
  lead: Uint8Array,
  chunks: readonly { opcode: number; operands: Uint8Array }[],
  jumpTable: readonly number[],
  jumpTableEntrySize: number,
): ProgramParts {
  const code: number[] = [...lead]
  const marks: number[] = []
  for (const { opcode, operands } of chunks) {
    marks.push(code.length)
    code.push(opcode, ...operands)
  }
  const bitmask = new Uint8Array(Math.ceil(code.length / 8))
  for (const at of marks) bitmask[at >> 3]! |= 1 << (at & 7)
  const fits = jumpTable.map(entry => entry % 256 ** Math.min(4, jumpTableEntrySize))
  return {
    code: Uint8Array.from(code),
    bitmask,
    jumpTable: Uint32Array.from(jumpTableEntrySize === 0 ? [] : fits),
    jumpTableLength: jumpTable.length,
    jumpTableEntrySize,
  }
}

const parts = fc
  .tuple(
    fc.oneof({ weight: 4, arbitrary: fc.constant(new Uint8Array(0)) }, fc.uint8Array({ maxLength: 40 })),
    fc.array(chunk, { maxLength: 40 }),
    fc.array(fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 2 ** 32 - 1 })), { maxLength: 12 }),
    fc.integer({ min: 0, max: 6 }),
  )
  .map(input => partsOf(...input))

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 80 }),
  fc.integer({ min: 0, max: 300 }).map(n => new Uint8Array(n)),
)

const standard = fc.record<StandardProgram>({
  readOnly: bytes,
  readWrite: bytes,
  heapPages: fc.integer({ min: 0, max: 0xffff }),
  stackSize: fc.integer({ min: 0, max: 0xffffff }),
  parts,
})

const metadata = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc
    .record({ name: fc.string(), version: fc.string(), license: fc.string(), authors: fc.array(fc.string()) })
    .map(encodeMetadata),
)

const set = fc
  .constantFrom(...INSTRUCTION_SETS.filter(name => instructionSet(name).encoding === 'bitmask'))
  .map(instructionSet)

describe('disassemble | assemble gives identical bytes', () => {
  it('on random raw programs of every instruction set', () => {
    fc.assert(
      fc.property(parts, set, (parts, instructionSet) => {
        const blob = encodeProgramBlob(parts)
        const text = disassemble({ container: parseContainer(blob, 'raw'), instructionSet })
        expect(assemble(text).bytes).toEqual(blob)
      }),
      { numRuns: 3000 },
    )
  })

  it('on random standard programs and .jam files', () => {
    fc.assert(
      fc.property(standard, fc.option(metadata), set, (program, metadata, instructionSet) => {
        const kind = metadata === null ? 'standard' : 'jam'
        const blob = metadata === null ? encodeStandardProgram(program) : encodeJam(metadata, program)
        const text = disassemble({ container: parseContainer(blob, kind), instructionSet })
        expect(assemble(text).bytes).toEqual(blob)
      }),
      { numRuns: 1500 },
    )
  })

  it('on jump tables no machine could use: huge counts, entries beyond 32 bits', () => {
    const blobs = [
      [0xff, 255, 255, 255, 255, 255, 255, 255, 255, 0, 1, 0, 1], // 2^64 - 1 entries of 0 bytes
      [2, 0, 1, 0, 1],
      [1, 5, 1, 1, 2, 3, 4, 5, 0, 1],
      [1, 200, 1, ...new Array<number>(200).fill(7), 0, 1],
      [0, 9, 0],
    ]
    for (const blob of blobs) {
      const container = parseContainer(Uint8Array.from(blob), 'raw')
      const text = disassemble({ container, instructionSet: instructionSet('gp-0.7.2') })
      expect([...assemble(text).bytes]).toEqual(blob)
    }
  })

  it('where two jumps could both be shorter: the assembler alone would choose 1 byte, the text keeps 2', () => {
    // jump over 128 bytes, forwards and backwards across each other's offsets
    const jump = instructionNamed('jump')!.opcodes.gp072!
    const code = new Uint8Array(131)
    code.set([jump, 128, 0], 0)
    code.set([jump, 0x80, 0xff], 128)
    const parts: ProgramParts = {
      code,
      bitmask: new Uint8Array(17).fill(255, 0, 16).map((byte, i) => (i === 0 ? byte & ~6 : i === 16 ? 1 : byte)),
      jumpTable: new Uint32Array(0),
      jumpTableLength: 0,
      jumpTableEntrySize: 0,
    }
    const blob = encodeProgramBlob(parts)
    const container = parseContainer(blob, 'raw')
    const text = disassemble({ container, instructionSet: instructionSet('gp-0.7.2') })
    expect(assemble(text).bytes).toEqual(blob)
    expect(text).toContain(':2')
  })
})

describe('listings', () => {
  it('show every instruction of a random program once, in order, and only the window asked for', () => {
    fc.assert(
      fc.property(parts, fc.nat(100), fc.nat(100), (parts, from, length) => {
        const container = parseContainer(encodeProgramBlob(parts), 'raw')
        const program = { container, instructionSet: instructionSet('gp-0.7.2') }
        const offsets = (text: string): number[] =>
          text.split('\n').flatMap(line => (/^ *\d+ {2}[^@]/.test(line) ? [Number.parseInt(line, 10)] : []))
        const all = offsets(formatListing(program, { bytes: true }))
        expect(all).toEqual([...all].sort((a, b) => a - b))
        for (let pc = 0; pc < parts.code.length; pc++) {
          if ((parts.bitmask[pc >> 3]! >> (pc & 7)) & 1) expect(all).toContain(pc)
        }
        const ends = [...all.slice(1), parts.code.length]
        const expected = all.filter((pc, i) => pc < from + length && ends[i]! > from)
        expect(offsets(formatListing(program, { from, to: from + length }))).toEqual(expected)
      }),
      { numRuns: 300 },
    )
  })
})
