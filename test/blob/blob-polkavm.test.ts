// The .polkavm container: the worked example of the spec, every broken file, memory map, instruction sets, calls.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import { parseContainer } from '../../src/blob/container.ts'
import { detectBlob } from '../../src/blob/detect.ts'
import { disassemble } from '../../src/blob/disassembly.ts'
import { BlobError, type BlobErrorCode } from '../../src/blob/error.ts'
import { encodePolkavm, parsePolkavm, polkavmInstructionSet } from '../../src/blob/polkavm.ts'
import { availableEngines, createEngine } from '../../src/engine/create.ts'
import { HostAction, type HostTable } from '../../src/engine/engine.ts'
import { Exit } from '../../src/engine/exit.ts'
import { instructionSet } from '../../src/isa/set.ts'
import { callExport } from '../../src/program/call.ts'
import { loadProgram } from '../../src/program/program.ts'

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replace(/[^0-9a-f]/g, ''), 'hex'))
}

/** `example-hello-world` of the PolkaVM repository, as printed in spec/polkavm-blob.md 6. */
const HELLO = hex(`
  50 56 4d 00  01  5d 00 00 00 00 00 00 00
  01 04 00 00 a0 00
  04 15 01 00 00 00 00 ${Buffer.from('get_third_number').toString('hex')}
  05 0e 01 00 0b ${Buffer.from('add_numbers').toString('hex')}
  06 20 00 00 19  83 11 f8 7a 10 04 7a 15 be 78 05 0a be 57 07 81 10 04 81 15 83 11 08 32 00  49 99 94 00
  00`)

const ADDER = assemble(readFileSync(join(import.meta.dirname, '../../examples/adder.pvm'), 'utf8')).bytes

/** A file of these sections; the length is right. */
function file(sections: string, version = '03', extra = 0): Uint8Array {
  const body = hex(sections)
  const length = 13 + body.length + extra
  return Uint8Array.from([...hex(`50564d00${version}`), length & 255, length >> 8, 0, 0, 0, 0, 0, 0, ...body])
}

const CODE = '06 05 00 00 01 00 01' // one trap

function failure(action: () => unknown): BlobError {
  try {
    action()
  } catch (error) {
    if (error instanceof BlobError) return error
    throw error
  }
  throw new Error('no error')
}

describe('.polkavm files', () => {
  it('the worked example of the spec reads as described there', () => {
    const parsed = parsePolkavm(HELLO)
    expect(parsed).toMatchObject({ version: 1, readOnlySize: 0, readWriteSize: 0, stackSize: 0x2000, sections: [] })
    expect(parsed.imports.map(({ name }) => name)).toEqual(['get_third_number'])
    expect(parsed.exports.map(({ name, pc }) => [name, pc])).toEqual([['add_numbers', 0]])
    expect(parsed.parts.code).toHaveLength(25)
    expect(encodePolkavm(parsed)).toEqual(HELLO)
    const program = loadProgram(HELLO)
    expect([...program.map.offsets]).toEqual([0, 3, 6, 8, 11, 12, 15, 18, 20, 23])
  })

  it('a 32-bit file can be inspected, disassembled and run', () => {
    const program = loadProgram(HELLO)
    expect([program.bits, program.kind, program.imports]).toEqual([32, 'polkavm', ['get_third_number']])
    expect(disassemble(program)).toContain('ecalli 0')
    const start = callExport(program, 'add_numbers', [1n, 2n ** 32n - 3n])
    const vm = createEngine({ kind: 'reference' }).instantiate(program, { ...start, gas: 100n })
    expect([vm.run(), vm.program.imports[vm.exitArg]]).toEqual([Exit.Host, 'get_third_number'])
    vm.regs[7] = 1n
    expect([vm.run(), vm.regs[7]]).toEqual([Exit.Halt, 2n ** 64n - 1n]) // 1 - 3 + 1, sign-extended
  })

  it.each<[string, Uint8Array, BlobErrorCode, number]>([
    ['no magic', hex('50 56 4d 01 00'), 'bad-magic', 0],
    ['nothing behind the magic', hex('50 56 4d 00'), 'truncated', 4],
    ['an unknown version', hex('50 56 4d 00 04 0d 00 00 00 00 00 00 00'), 'bad-version', 4],
    ['a length beyond the file', file(`${CODE} 00`, '03', 1), 'truncated', 21],
    ['a length short of the file', file(`${CODE} 00`, '03', -1), 'trailing-bytes', 20],
    ['a length of 2^64 - 1', hex('50 56 4d 00 03 ff ff ff ff ff ff ff ff'), 'truncated', 13],
    ['no end marker', file(CODE), 'truncated', 20],
    ['no code section', file('00'), 'bad-section', 14],
    ['an empty code section', file('06 00 00'), 'bad-section', 15],
    ['sections in the wrong order', file(`05 01 00 04 01 00 ${CODE} 00`), 'bad-section', 16],
    ['a section twice', file(`${CODE} ${CODE} 00`), 'bad-section', 20],
    ['an optional section before the code', file(`80 00 ${CODE} 00`), 'bad-section', 15],
    ['an unknown section', file('07 00 00'), 'bad-section', 13],
    ['a section beyond the file', file('06 7f 00'), 'truncated', 15],
    ['a section length of 9 bytes', file('06 ff 00 00 00 00 00 00 00 00 00'), 'bad-varint', 14],
    ['a long memory section', file(`01 04 00 00 00 00 ${CODE} 00`), 'trailing-bytes', 18],
    ['a short memory section', file(`01 02 00 00 ${CODE} 00`), 'truncated', 17],
    ['more read-only data than its size', file(`01 03 01 00 00 02 02 aa bb ${CODE} 00`), 'bad-layout', 20],
    ['more read-write data than its size', file(`03 01 aa ${CODE} 00`), 'bad-layout', 15],
    ['1025 imports', file(`04 02 84 01 ${CODE} 00`), 'length-too-large', 15],
    ['imports without offsets', file(`04 03 02 00 00 ${CODE} 00`), 'truncated', 16],
    ['an import symbol outside of the symbols', file(`04 06 01 02 00 00 00 61 ${CODE} 00`), 'bad-symbol', 16],
    ['import symbols out of order', file(`04 0b 02 01 00 00 00 00 00 00 00 61 62 ${CODE} 00`), 'bad-symbol', 16],
    ['2^32 - 1 exports', file(`05 05 f0 ff ff ff ff ${CODE} 00`), 'length-too-large', 15],
    ['an export symbol beyond the section', file(`05 04 01 00 05 61 ${CODE} 00`), 'truncated', 18],
    ['bytes behind the exports', file(`05 02 00 00 ${CODE} 00`), 'trailing-bytes', 16],
    ['jump table entries of 5 bytes', file('06 04 00 05 00 00 00'), 'bad-jump-table', 16],
    ['2^24 + 1 jump table entries', file('06 06 e1 01 00 00 00 00 00'), 'bad-jump-table', 15],
    ['2^25 + 1 code bytes', file('06 06 00 00 e2 01 00 00 00'), 'length-too-large', 17],
    ['a short bitmask', file('06 04 00 00 01 00 00'), 'truncated', 19],
    ['a long bitmask', file('06 06 00 00 01 00 01 00 00'), 'trailing-bytes', 20],
    ['bits set behind the code', file('06 05 00 00 01 00 03 00'), 'bad-bitmask', 19],
  ])('with %s are refused, with code and offset', (_, input, code, offset) => {
    expect(failure(() => parsePolkavm(input))).toMatchObject({ code, offset })
    // detection does not hide the reason behind those of other formats
    if (code !== 'bad-magic') expect(failure(() => detectBlob(input))).toMatchObject({ code, offset })
  })

  it('every prefix of a good file is refused with an error of ours', () => {
    for (let length = 0; length < ADDER.length; length++) {
      expect(failure(() => parsePolkavm(ADDER.subarray(0, length))).offset).toBeLessThanOrEqual(length)
    }
  })

  it('unknown optional sections are kept and need no order behind the known ones', () => {
    const parsed = parsePolkavm(file(`${CODE} 80 01 aa f0 00 90 02 01 02 00`))
    expect(parsed.sections.map(({ id, bytes }) => [id, ...bytes])).toEqual([[128, 0xaa], [240], [144, 1, 2]])
  })

  it('numbers may be over-long, and lose bits above 32, until PolkaVM 0.36; 0.37 refuses both', () => {
    const overLong = file('06 80 05 00 00 01 00 01 00')
    const large = file(`01 07 f1 00 00 00 00 00 00 ${CODE} 00`)
    expect(parsePolkavm(overLong).parts.code).toHaveLength(1)
    expect(loadProgram(overLong, { profile: 'polkavm' }).code).toHaveLength(1)
    expect(failure(() => loadProgram(overLong, { profile: 'polkavm-0.37' }))).toMatchObject({
      code: 'bad-varint',
      offset: 14,
    })
    expect(parsePolkavm(large)).toMatchObject({ readOnlySize: 0 })
    expect(failure(() => parsePolkavm(large, { shortestNumbers: true })).code).toBe('bad-varint')
    const wide = file(`01 07 f1 00 00 00 10 00 00 ${CODE} 00`) // five bytes are the shortest form of 2^28, but bit 32 is lost
    expect(parsePolkavm(wide)).toMatchObject({ readOnlySize: 2 ** 28 })
    expect(failure(() => parsePolkavm(wide, { shortestNumbers: true }))).toMatchObject({
      code: 'bad-varint',
      offset: 15,
    })
  })
})

describe('section 131, a hash of metadata', () => {
  const input = file(`${CODE} 83 03 01 02 03 00`)

  it.each(['polkavm', 'polkavm-0.37'] as const)('is kept under %s, and written again', name => {
    const program = loadProgram(input, { profile: name })
    const { container } = program
    expect(container.kind === 'polkavm' && container.file.sections.map(({ id, bytes }) => [id, ...bytes])).toEqual([
      [131, 1, 2, 3],
    ])
    expect(program.toParts().bytes).toEqual(input)
  })
})

describe('random .polkavm files', () => {
  const text = fc.oneof(
    fc.uint8Array({ maxLength: 20 }),
    fc.constantFrom('a', 'a.2', 'L3', 'r7', 'two words', 'a::b<c>').map(name => new TextEncoder().encode(name)),
  )
  const random = fc
    .record({
      version: fc.nat(3),
      readOnly: text,
      readWrite: text,
      more: fc.nat(100_000),
      stackSize: fc.nat(1_000_000),
      imports: fc.array(text, { maxLength: 5 }),
      exports: fc.array(fc.record({ pc: fc.nat(8), bytes: text }), { maxLength: 5 }),
      sections: fc.uniqueArray(fc.record({ id: fc.integer({ min: 128, max: 255 }), bytes: text }), {
        maxLength: 4,
        selector: ({ id }) => id,
      }),
      code: fc.uint8Array({ minLength: 1, maxLength: 40 }),
      jumpTable: fc.array(fc.nat(45), { maxLength: 4 }),
    })
    .map(({ more, imports, exports, sections, code, jumpTable, ...rest }) => {
      const bitmask = new Uint8Array(Math.ceil(code.length / 8))
      code.forEach((byte, at) => {
        if (byte % 3 !== 0) bitmask[at >> 3]! |= 1 << (at & 7)
      })
      const name = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
      return {
        ...rest,
        readOnlySize: rest.readOnly.length + more,
        readWriteSize: rest.readWrite.length + more,
        imports: imports.map(bytes => ({ name: name(bytes), bytes })),
        exports: exports.map(({ pc, bytes }) => ({ pc, name: name(bytes), bytes })),
        sections: sections.sort((a, b) => a.id - b.id),
        parts: {
          code,
          bitmask,
          jumpTable: Uint32Array.from(jumpTable),
          jumpTableLength: jumpTable.length,
          jumpTableEntrySize: 2,
        },
      }
    })

  it('read as they were written, and disassemble | assemble gives identical bytes', () => {
    fc.assert(
      fc.property(random, input => {
        const bytes = encodePolkavm(input)
        expect(parsePolkavm(bytes, { encoding: 'bitmask' })).toEqual({
          ...input,
          parts: { ...input.parts, encoding: undefined },
        })
        const set = instructionSet(polkavmInstructionSet(input.version))
        const text = disassemble({
          container: parseContainer(bytes, 'polkavm', { encoding: 'bitmask' }),
          instructionSet: set,
        })
        expect(Buffer.compare(assemble(text).bytes, bytes), text).toBe(0)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('mutated .polkavm files', () => {
  it('read or fail with a BlobError; what reads gives the same again through encodePolkavm and through text', () => {
    const triangle = Uint8Array.from(readFileSync(join(import.meta.dirname, '../fixtures/polkavm/triangle.polkavm')))
    let read = 0
    fc.assert(
      fc.property(
        fc.constantFrom(ADDER, triangle),
        fc.array(fc.record({ at: fc.nat(), value: fc.nat(255), flip: fc.boolean() }), { minLength: 1, maxLength: 3 }),
        (seed, edits) => {
          const bytes = seed.slice()
          for (const { at, value, flip } of edits) {
            const index = 13 + (at % (bytes.length - 13))
            bytes[index] = flip ? bytes[index]! ^ (1 << (value & 7)) : value
          }
          let parsed: ReturnType<typeof parsePolkavm>
          try {
            parsed = parsePolkavm(bytes)
          } catch (error) {
            if (error instanceof BlobError) return
            throw error
          }
          read += 1
          const written = encodePolkavm(parsed)
          if (read % 8 === 0) expect(parsePolkavm(written)).toEqual(parsed)
          const container = { kind: 'polkavm', file: parsed } as const
          const { encoding } = parsed.parts
          const set = instructionSet(encoding === 'extended' ? 'latest64-0.37' : 'gp-0.8.0')
          const text = disassemble({ container, instructionSet: set })
          expect(Buffer.compare(assemble(text).bytes, written)).toBe(0)
        },
      ),
      { numRuns: 2000 },
    )
    expect(read).toBeGreaterThan(200)
  })
})

describe('loading .polkavm files', () => {
  it('takes the instruction set from the version byte, unless told otherwise', () => {
    const set = (version: string): string => loadProgram(file(`${CODE} 00`, version)).instructionSet.name
    expect(['00', '02', '03'].map(set)).toEqual(['revive-v1', 'latest64', 'gp-0.8.0'])
    const old = loadProgram(file(`${CODE} 00`, '03'), { instructionSet: 'gp-0.7.2' })
    expect(old.instructionSet.name).toBe('gp-0.7.2')
    expect(old.profile).toMatchObject({ name: 'polkavm with instructionSet gp-0.7.2', instructionSet: 'gp-0.7.2' })
  })

  it('tells the encoding of version 2 by lengths, padding and exports, and takes another one where it is asked for', () => {
    const set = (bytes: Uint8Array, options = {}): string => loadProgram(bytes, options).instructionSet.name
    const bytes = (text: string): Uint8Array => assemble(text).bytes
    const old = bytes('.isa latest64\n.export a 0\nload_imm r7, 5')
    const next = bytes('.isa latest64-0.37\n.export a 0\nload_imm r7, 5')
    expect([old, next].map(file => set(file))).toEqual(['latest64', 'latest64-0.37'])
    expect(loadProgram(next).exports.get('a')).toBe(0)
    // An export in the middle of an instruction is none of a file with a bitmask.
    const middle = bytes('.isa latest64\n.export a 2\nload_imm r7, 5')
    expect(set(middle)).toBe('latest64-0.37')
    expect(set(middle, { instructionSet: 'latest64' })).toBe('latest64')
    expect(set(old, { instructionSet: 'latest64-0.37' })).toBe('latest64-0.37')
    expect(failure(() => loadProgram(next, { instructionSet: 'latest64' })).code).toMatch(
      /truncated|bad-bitmask|trailing/,
    )
    // A program is the same one again, whatever it was taken for.
    for (const program of [loadProgram(middle, { instructionSet: 'latest64' }), loadProgram(next)])
      expect(loadProgram(program.toParts())).toMatchObject({ code: program.code, profile: program.profile })
  })

  it('maps memory as in the checked example of the spec (quake: 57,304, 5,621,064 and 524,288 bytes)', () => {
    const memory = '01 0a c0 d8 df  e0 48 c5 55  c8 00 00'
    const { layout } = loadProgram(file(`${memory} ${CODE} 00`))
    expect(layout.regions.map(({ address, length }) => [address, length])).toEqual([
      [0x10000, 57_344],
      [0x30000, 5_623_808],
      [0xfffe0000 - 524_288, 524_288],
    ])
    expect(layout).toMatchObject({ heapStart: 0x30000 + 5_621_064, stackTop: 0xfffe0000, argumentsLimit: 0 })
    expect(layout.heapLimit).toBe(0xfffe0000 - 524_288 - 0x10000)
  })

  it('refuses areas that do not fit the address space', () => {
    // 0x20000 for guard and gap, a gap below the stack, 0xfffe0000 above it (spec 3)
    const most = 0xfffe0000 - 0x20000 - 0x10000
    const withStack = (stackSize: number): Uint8Array => encodePolkavm({ ...parsePolkavm(ADDER), stackSize })
    expect(loadProgram(withStack(most)).layout.heapLimit).toBe(0x20000)
    expect(failure(() => loadProgram(withStack(most + 1))).code).toBe('bad-layout')
    expect(failure(() => loadProgram(withStack(2 ** 32 - 1))).code).toBe('bad-layout')
  })

  it('calls an export with arguments, answers its import, and reads the result', () => {
    const program = loadProgram(ADDER)
    expect([...program.exports.keys()]).toEqual(['add_numbers', 'sum'])
    expect(program.imports).toEqual(['get_third_number'])
    const engine = createEngine({ kind: 'reference' })
    const host: HostTable = {
      entry: index =>
        program.imports[index] === 'get_third_number'
          ? {
              name: 'get_third_number',
              price: 0,
              call: vm => {
                vm.regs[7] = 100n
                return HostAction.Continue
              },
            }
          : undefined,
    }
    const call = (name: string, ...args: bigint[]): bigint => {
      const vm = engine.instantiate(program, { ...callExport(program, name, args), gas: 10_000n, host })
      expect(vm.run()).toBe(Exit.Halt)
      return vm.regs[7]!
    }
    expect(call('add_numbers', 2n, 3n)).toBe(105n)
    expect(call('add_numbers', -1n, 0n)).toBe(99n)
    expect(call('sum', 100n)).toBe(5050n)
  })

  it('sbrk returns the new end of a heap that starts right behind the data (spec 3), on every engine', () => {
    // r7 = sbrk(r7), then a byte is stored at r8
    const text =
      '.isa latest64\n.rw\n.zero 100\n.export grow @grow\n.code\n@grow: sbrk r7, r7\nstore_ind_u8 [r8], r8\njump_ind r0'
    const program = loadProgram(assemble(text).bytes)
    const { heapStart } = program.layout
    expect(heapStart).toBe(0x20000 + 100)
    for (const kind of availableEngines()) {
      const grow = (by: number, at: number): readonly [Exit | undefined, bigint] => {
        const call = callExport(program, 'grow', [BigInt(by), BigInt(at)])
        const vm = createEngine({ kind }).instantiate(program, { ...call, gas: 100n })
        return [vm.run(), vm.regs[7]!]
      }
      const endAt = (by: number): bigint => BigInt(heapStart + by)
      expect(grow(0, heapStart), kind).toEqual([Exit.Halt, endAt(0)])
      expect(grow(0, 0x21000), kind).toEqual([Exit.Panic, endAt(0)])
      expect(grow(3996, 0x20fff), kind).toEqual([Exit.Halt, endAt(3996)]) // up to the end of the page, no further
      expect(grow(3996, 0x21000), kind).toEqual([Exit.Panic, endAt(3996)])
      expect(grow(3997, 0x21fff), kind).toEqual([Exit.Halt, endAt(3997)])
      expect(grow(2 ** 32 - 1, heapStart)[1], kind).toBe(0n)
    }
  })

  it('arguments go to r7…r12, then r2…r4, r0 returns to the host, r1 is the stack top (spec 5)', () => {
    const { regs, entry } = callExport(loadProgram(ADDER), 'sum', [1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n])
    expect(regs).toEqual([0xffff0000n, 0xfffe0000n, 7n, 8n, 9n, 0n, 0n, 1n, 2n, 3n, 4n, 5n, 6n])
    expect(entry).toBeGreaterThan(0)
    const program = loadProgram(ADDER)
    expect(() => callExport(program, 'nothing')).toThrow('add_numbers, sum')
    expect(() => callExport(program, 'sum', new Array<bigint>(10).fill(0n))).toThrow(RangeError)
    expect(() => callExport(program, 'sum', [2n ** 64n])).toThrow(RangeError)
  })
})
