// Malformed and well-formed containers: what is read, what is refused and how. 100,000 random and mutated blobs.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import { BLOB_KINDS, type BlobKind, encodeContainer, parseContainer, partsOf } from '../../src/blob/container.ts'
import { detectBlob } from '../../src/blob/detect.ts'
import { BlobError, type BlobErrorCode } from '../../src/blob/error.ts'
import { decodeMetadata, encodeMetadata } from '../../src/blob/jam.ts'
import { Reader } from '../../src/blob/reader.ts'
import { Writer } from '../../src/blob/writer.ts'
import { profile } from '../../src/program/profile.ts'
import { loadProgram } from '../../src/program/program.ts'

function failure(action: () => unknown): BlobError {
  try {
    action()
  } catch (error) {
    if (error instanceof BlobError) return error
    throw error
  }
  throw new Error('no error')
}

function bytes(...parts: (number | number[] | Uint8Array)[]): Uint8Array {
  return Uint8Array.from(parts.flatMap(part => (typeof part === 'number' ? [part] : [...part])))
}

const TEXT = `
.jump_table @a, @b
@a: load_imm r7, &b
    jump_ind r7
@b: trap
`

/** One good file of every kind, the seeds of the mutations. */
const SEEDS: readonly Uint8Array[] = [
  assemble(TEXT).bytes,
  assemble('').bytes,
  assemble(`.ro\n.ascii "hello"\n.rw\n.u64 1\n.stack 4096\n.heap 2\n.code\n${TEXT}`).bytes,
  assemble(`.metadata "n", "1", "L", "a", "b"\n.ro\n.zero 40\n.stack 8192\n.code\n${TEXT}`).bytes,
  assemble(`.format jam\n.stack 100\n${TEXT}`).bytes,
  assemble(`.import a, b\n.export c @a\n.ro\n.u8 1\n.rw_size 9\n.section 128 00 61\n.code\n${TEXT}`).bytes,
]

/** A seed with some bytes changed, removed, added or repeated, or nothing of a seed at all. */
const blob = fc.oneof(
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }) },
  {
    weight: 9,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...SEEDS),
        fc.array(fc.record({ at: fc.nat(), how: fc.constantFrom(0, 0, 1, 2, 3, 4, 4, 4), value: fc.nat(255) }), {
          minLength: 1,
          maxLength: 3,
        }),
      )
      .map(([seed, edits]) => {
        let out = [...seed]
        for (const { at, how, value } of edits) {
          const index = out.length === 0 ? 0 : at % out.length
          if (how === 0) out[index] = value
          else if (how === 1) out.splice(index, 1 + (value % 4))
          else if (how === 2) out.splice(index, 0, value)
          else if (how === 3) out = out.slice(0, index)
          else out[index] = (out[index] ?? 0) ^ (1 << (value & 7))
        }
        return Uint8Array.from(out)
      }),
  },
)

const STRICT = profile('gp-0.8.0')

describe('100,000 random and mutated blobs', () => {
  it('load, or fail with a BlobError whose offset is in the input; nothing larger than 8 times the input is made', () => {
    const detectOrRaw = (input: Uint8Array): BlobKind => {
      try {
        return detectBlob(input).kind
      } catch (error) {
        if (error instanceof BlobError) return 'raw'
        throw error
      }
    }
    let loaded = 0
    let refused = 0
    const attempt = (input: Uint8Array, wanted: BlobKind | null): void => {
      const kind = wanted ?? detectOrRaw(input)
      let lenient = false
      for (const rules of [undefined, STRICT]) {
        try {
          const program = loadProgram(input, rules === undefined ? { kind } : { kind, profile: rules })
          const { parts, map } = program
          const made = parts.jumpTable.byteLength + map.offsets.byteLength + map.instruction.length
          if (made > 8 * input.length + 8) throw new Error(`${made} bytes made of ${input.length}`)
          // lenient loading takes whatever strict loading takes
          if (rules === STRICT && !lenient) throw new Error('strict loading takes what lenient loading refuses')
          lenient = true
          loaded += 1
        } catch (error) {
          if (!(error instanceof BlobError)) throw error
          const { offset, expected, message } = error
          if (!(offset >= 0 && offset <= input.length && message.includes(expected))) throw new Error(message)
          refused += 1
        }
      }
    }
    fc.assert(
      fc.property(blob, fc.option(fc.constantFrom(...BLOB_KINDS), { freq: 2 }), (input, kind) => attempt(input, kind)),
      { numRuns: 100_000 },
    )
    // both outcomes have to be common, else the mutations test nothing
    expect(loaded).toBeGreaterThan(10_000)
    expect(refused).toBeGreaterThan(50_000)
  })

  it('what loads is written back byte for byte (.polkavm allows several spellings of one file)', () => {
    fc.assert(
      fc.property(blob, fc.constantFrom('raw', 'standard', 'jam'), (input, kind) => {
        let container: ReturnType<typeof parseContainer>
        try {
          container = parseContainer(input, kind)
        } catch {
          return
        }
        expect(Buffer.compare(encodeContainer(container), input)).toBe(0)
      }),
      { numRuns: 20_000 },
    )
  })
})

describe('raw program blobs (GP A.2)', () => {
  const raw = (input: Uint8Array): BlobError => failure(() => parseContainer(input, 'raw'))

  it('reads jump table, code and bitmask', () => {
    const parts = partsOf(parseContainer(bytes(2, 3, 2, [1, 0, 0], [2, 0, 1], [0x64, 0], 0b01), 'raw'))
    expect([...parts.jumpTable]).toEqual([1, 0x10002])
    expect([...parts.code]).toEqual([0x64, 0])
    expect([...parts.bitmask]).toEqual([1])
  })

  it('entries beyond 32 bits cannot be a target and read as 2^32 - 1', () => {
    const parts = partsOf(parseContainer(bytes(2, 5, 1, [1, 0, 0, 0, 1], [7, 0, 0, 0, 0], 0, 1), 'raw'))
    expect([...parts.jumpTable]).toEqual([0xffffffff, 7])
  })

  it('entry size 0 makes every entry 0, whatever the count, and takes no memory', () => {
    const count = new Writer().varint(2n ** 63n).toBytes()
    const parts = partsOf(parseContainer(bytes(count, 0, 1, 0, 1), 'raw'))
    expect(parts.jumpTable).toHaveLength(0)
    expect(parts.jumpTableLength).toBe(2 ** 31 - 1)
  })

  it.each<[string, Uint8Array, BlobErrorCode, number]>([
    ['nothing', bytes(), 'truncated', 0],
    ['no code length', bytes(0, 0), 'truncated', 2],
    ['less code than said', bytes(0, 0, 5, 1, 2), 'truncated', 3],
    ['no bitmask', bytes(0, 0, 1, 0), 'truncated', 4],
    ['bits set behind the code', bytes(0, 0, 1, 0, 0b11), 'bad-bitmask', 4],
    ['one byte more', bytes(0, 0, 1, 0, 1, 0), 'trailing-bytes', 5],
    ['an over-long varint', bytes(0x80, 0, 0, 1, 0, 1), 'bad-varint', 0],
    ['a huge code length', bytes(0, 0, [0xff, 0, 0, 0, 0, 0, 0, 0, 0x80]), 'length-too-large', 2],
    ['a huge jump table', bytes([0xff, 0, 0, 0, 0, 0, 0, 0, 0x80], 4, 0), 'bad-jump-table', 0],
    ['a jump table of 2^60 × 255 bytes', bytes([0xff, 0, 0, 0, 0, 0, 0, 0, 0x10], 255, 0), 'bad-jump-table', 0],
  ])('refuses %s', (_, input, code, offset) => {
    expect(raw(input)).toMatchObject({ code, offset })
  })
})

describe('standard programs (GP A.7)', () => {
  const head = (ro: number, rw: number, heap: number, stack: number): Uint8Array =>
    new Writer().uint(ro, 3).uint(rw, 3).uint(heap, 2).uint(stack, 3).toBytes()

  it.each<[string, Uint8Array, BlobErrorCode, number]>([
    ['a short head', bytes(0, 0, 0), 'truncated', 3],
    ['missing data', bytes(head(4, 0, 0, 0), 1, 2), 'truncated', 11],
    ['a short program blob', bytes(head(0, 0, 0, 0), [9, 0, 0, 0], 0, 0, 0), 'truncated', 15],
    ['bytes behind the program blob', bytes(head(0, 0, 0, 0), [3, 0, 0, 0], 0, 0, 0, 1), 'trailing-bytes', 18],
    ['a program blob that ends early', bytes(head(0, 0, 0, 0), [4, 0, 0, 0], 0, 0, 0, 1), 'trailing-bytes', 18],
  ])('refuses %s, with offsets of the file', (_, input, code, offset) => {
    expect(failure(() => parseContainer(input, 'standard'))).toMatchObject({ code, offset })
  })

  it('offsets in a .jam file count from its first byte', () => {
    const input = bytes(3, [1, 2, 3], head(0, 0, 0, 0), [9, 0, 0, 0])
    expect(failure(() => parseContainer(input, 'jam'))).toMatchObject({ code: 'truncated', offset: 19 })
  })

  it('refuses areas that exceed the address space (GP A.7: 5 Z_Z + … <= 2^32)', () => {
    // 0xffff pages are 256 MiB; no combination of 3-byte sizes overflows, so nothing is refused here
    const most = bytes(head(0, 0, 0xffff, 0xffffff), [3, 0, 0, 0], 0, 0, 0)
    expect(loadProgram(most, { kind: 'standard' }).layout.regions).toHaveLength(2)
  })
})

describe('.jam metadata', () => {
  it('reads what it writes, and any other bytes are legal but not shown', () => {
    const metadata = { name: 'näme', version: '1', license: '', authors: ['a', 'b'] }
    expect(decodeMetadata(encodeMetadata(metadata))).toEqual(metadata)
    for (const other of [bytes(), bytes(1, 0, 0, 0, 0), bytes(0, 9), bytes(0, 1, 0xff, 0, 0, 0)]) {
      expect(decodeMetadata(other)).toBeUndefined()
    }
  })
})

describe('detection', () => {
  it('finds every kind the assembler writes and says why not the others', () => {
    expect(SEEDS.map(seed => detectBlob(seed).kind)).toEqual(['raw', 'raw', 'standard', 'jam', 'jam', 'polkavm'])
    const { rejected } = detectBlob(SEEDS[0]!)
    expect(rejected.map(({ kind }) => kind)).toEqual([...BLOB_KINDS].reverse().slice(0, -1))
    for (const { why } of rejected) expect(why).toBeInstanceOf(BlobError)
  })

  it.each([
    ['an ELF file', bytes(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0)],
    ['a WebAssembly module', bytes(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)],
    ['LLVM bitcode', bytes(0x42, 0x43, 0xc0, 0xde)],
    ['an empty file', bytes()],
    ['text', new TextEncoder().encode('load_imm r7, 1\ntrap\n')],
    ['none; the option kind says why', bytes(1, 2, 3)],
  ])('says in short that it is %s', (name, content) => {
    const error = failure(() => detectBlob(content))
    expect(error.code).toBe('unknown-format')
    expect(error.message).toContain(`, found ${name}`)
    expect(error.message.length).toBeLessThan(200)
    for (const kind of BLOB_KINDS) {
      expect(failure(() => loadProgram(content, { kind })).code).not.toBe('unknown-format')
    }
  })

  it('can be overridden', () => {
    expect(failure(() => loadProgram(SEEDS[0]!, { kind: 'jam' }))).toBeInstanceOf(BlobError)
    expect(loadProgram(SEEDS[3]!, { kind: 'jam' }).metadata?.name).toBe('n')
  })
})

describe('strict loading (GP 0.8.0 A.2)', () => {
  it.each<[string, string, BlobErrorCode | undefined, number]>([
    ['a program that ends with a terminator', 'load_imm r7, 1\ntrap', undefined, 0],
    ['no code', '', 'empty-code', 0],
    ['an instruction that does not start at 0', '.gap 00\ntrap', 'not-an-instruction', 0],
    ['an undefined opcode', 'fallthrough\n.raw ff\ntrap', 'undefined-opcode', 1],
    ['25 operand bytes', `.raw 00 ${'00'.repeat(24)}\n.gap 00\ntrap`, 'skip-too-long', 25],
    ['24 operand bytes', `.raw 00 ${'00'.repeat(24)}\ntrap`, undefined, 0],
    ['no terminator at the end', 'trap\nload_imm r7, 1', 'no-terminator', 1],
  ])('of %s', (_, text, code, offset) => {
    const input = assemble(text, { instructionSet: 'gp-0.8.0' }).bytes
    expect(() => loadProgram(input, { kind: 'raw', profile: { ...STRICT, loader: 'lenient' } })).not.toThrow()
    if (code === undefined) expect(() => loadProgram(input, { kind: 'raw', profile: STRICT })).not.toThrow()
    else expect(failure(() => loadProgram(input, { kind: 'raw', profile: STRICT }))).toMatchObject({ code, offset })
  })
})

describe('varints (GP C.1.3)', () => {
  it('read what is written, for every length', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.nat(64), (value, shift) => {
        const x = value >> BigInt(shift)
        const written = new Writer().varint(x).toBytes()
        const reader = new Reader(written)
        expect(reader.varint64('x')).toBe(x)
        expect(reader.remaining).toBe(0)
      }),
    )
  })

  it.each([
    [0n, '00'],
    [127n, '7f'],
    [128n, '8080'],
    [300n, '812c'],
    [16383n, 'bfff'],
    [16384n, 'c00040'],
    [2n ** 21n, 'e0000020'],
    [2n ** 64n - 1n, 'ffffffffffffffffff'],
  ])('%s is %s', (value, hex) => {
    expect(Buffer.from(new Writer().varint(value).toBytes()).toString('hex')).toBe(hex)
  })
})
