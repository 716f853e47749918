// Debug sections of .polkavm files: a file made by PolkaVM's linker, line programs by hand, and broken ones.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import { disassemble } from '../../src/blob/disassembly.ts'
import { BlobError } from '../../src/blob/error.ts'
import { encodePolkavm, type PolkavmFile, parsePolkavm } from '../../src/blob/polkavm.ts'
import { readDebugInfo } from '../../src/blob/polkavm-debug.ts'
import { createEngine } from '../../src/engine/create.ts'
import { HostAction } from '../../src/engine/engine.ts'
import { Exit } from '../../src/engine/exit.ts'
import { callExport } from '../../src/program/call.ts'
import { loadProgram } from '../../src/program/program.ts'
import { type Symbols, symbolsOf, symbolsOfText } from '../../src/program/symbols.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures/polkavm')
const TRIANGLE = Uint8Array.from(readFileSync(join(FIXTURES, 'triangle.polkavm')))
const SOURCE = readFileSync(join(FIXTURES, 'triangle.c'), 'utf8').split('\n')

describe('triangle.polkavm, made by polkavm-linker of triangle.c', () => {
  const program = loadProgram(TRIANGLE)
  const symbols = symbolsOf(program)

  it('loads, and disassemble | assemble gives identical bytes, debug sections included', () => {
    expect([program.instructionSet.name, program.bits, ...program.exports.keys(), ...program.imports]).toEqual([
      'gp-0.8.0',
      64,
      'triangle',
      'scaled',
      'scale',
    ])
    expect(assemble(disassemble(program)).bytes).toEqual(TRIANGLE)
  })

  it('computes what the C source says', () => {
    const engine = createEngine({ kind: 'reference' })
    const host = {
      entry: () => ({
        name: 'scale',
        price: 0,
        call: (vm: { regs: BigUint64Array | bigint[] }) => {
          vm.regs[7] = vm.regs[7]! * 1000n
          return HostAction.Continue
        },
      }),
    }
    for (const [name, n, result] of [
      ['triangle', 0n, 0n],
      ['triangle', 10n, 385n],
      ['scaled', 4n, 30_001n],
    ] as const) {
      const vm = engine.instantiate(program, { ...callExport(program, name, [n]), gas: 10_000n, host })
      expect(vm.run()).toBe(Exit.Halt)
      expect(vm.regs[7]).toBe(result)
    }
  })

  it('has its functions by name', () => {
    expect(symbols.functions.map(({ name }) => name)).toEqual(['triangle', 'scaled'])
    expect(symbols.functions[0]!.start).toBe(program.exports.get('triangle'))
    expect(symbols.functionAt(program.exports.get('scaled')! + 1)?.name).toBe('scaled')
    expect(symbols.functionAt(program.code.length)).toBeUndefined()
  })

  it('has the line of every instruction, and through inlined functions the places they are inlined into', () => {
    let multiplied = false
    for (const pc of program.map.offsets) {
      const places = symbols.sourceAt(pc)
      expect(places.length, `${pc}`).toBeGreaterThan(0)
      for (const { path, line } of places) {
        expect(path).toBe('./triangle.c')
        expect(line).toBeLessThanOrEqual(SOURCE.length)
      }
      if (program.instructionSet.byOpcode[program.code[pc]!]?.name !== 'mul_64') continue
      // the multiplication is in square(), which is inlined into triangle()
      expect(places.map(place => place.function)).toEqual(['square', 'triangle'])
      expect(places.map(({ line }) => SOURCE[line! - 1]!.trim())).toEqual(['return x * x;', 'sum += square(i);'])
      multiplied = true
    }
    expect(multiplied).toBe(true)
  })
})

/** A file with a line program for code offsets 0 to 4. */
function withProgram(program: number[], strings: number[] = [0, 1, 0x66, 1, 0x6e, 1, 0x70]): PolkavmFile {
  const { container } = assemble('.export e @e\n@e: load_imm r7, 300\ntrap')
  if (container.kind !== 'polkavm') throw new Error('no .polkavm file')
  const sections = [
    { id: 128, bytes: Uint8Array.from(strings) },
    { id: 129, bytes: Uint8Array.from([1, ...program]) },
    { id: 130, bytes: Uint8Array.from([0, 0, 0, 0, 5, 0, 0, 0, 1, 0, 0, 0]) },
  ]
  return { ...container.file, sections }
}

function symbolsOfProgram(program: number[]): Symbols {
  return symbolsOf(loadProgram(encodePolkavm(withProgram(program))))
}

describe('line programs (docs/formats.md)', () => {
  // strings: 0 "", 1 "f", 3 "n", 5 "p"
  it('set, add and subtract lines, change depth behind a region, and keep what they do not change', () => {
    const program = [
      ...[1, 0, 2, 5, 3, 6, 1, 7, 5, 8, 10, 10, 1], // level 0: enter n::f in p line 10; depth 1
      ...[16], // one byte, then depth 2
      ...[1, 1, 4, 6, 1, 7, 5, 8, 20, 9, 7, 17, 2], // level 1: f line 20 column 7; two bytes, then depth 3
      ...[1, 2, 4, 7, 5, 12, 5, 13, 2, 11, 18], // level 2: line 0 + 5 - 2 + 1; one byte, then depth 2
      ...[14, 0],
    ]
    const symbols = symbolsOfProgram(program)
    const at = (pc: number): unknown[] => symbols.sourceAt(pc).map(({ line, column }) => [line, column])
    expect([0, 1, 2, 3, 4].map(at)).toEqual([
      [[10, undefined]],
      [[20, 7]],
      [[20, 7]],
      [
        [4, undefined],
        [20, 7],
      ],
      [[20, 7]],
    ])
    expect(symbols.functions).toEqual([{ name: 'n::f', start: 0, end: 5 }])
    expect(symbols.sourceAt(5)).toEqual([])
  })

  it('levels beyond 16 are dropped, as in PolkaVM', () => {
    const program = [1, 0, 6, 1, 8, 3, 1, 40, 8, 99, 10, 40, 15, 5, 0]
    expect(symbolsOfProgram(program).sourceAt(0)).toHaveLength(16)
  })

  it.each<[string, number[]]>([
    ['an unknown operation', [20]],
    ['no end', [10, 1, 14]],
    ['more code than its range', [10, 1, 15, 6, 0]],
    ['a string that is not there', [1, 0, 6, 99, 10, 1, 14, 0]],
    ['a string beyond the section', [1, 0, 6, 5, 6, 6, 10, 1, 14, 0]],
  ])('with %s are refused, and the program loads all the same', (_, program) => {
    const strings = [0, 1, 0x66, 1, 0x6e, 1, 9]
    const loaded = loadProgram(encodePolkavm(withProgram(program, strings)))
    expect(loaded.exports.get('e')).toBe(0)
    expect(() => symbolsOf(loaded)).toThrow(BlobError)
  })

  it('a file without debug sections has its exports as functions, each up to the next', () => {
    const { bytes } = assemble('.export b @b\n.export a @a\n@a: trap\n@b: trap\ntrap')
    const symbols = symbolsOf(loadProgram(bytes))
    expect(symbols.functions).toEqual([
      { name: 'a', start: 0, end: 1 },
      { name: 'b', start: 1, end: 3 },
    ])
  })

  it('many ranges that share one long line program do not take time without limit', () => {
    const file = withProgram([...new Array<number>(20_000).fill(11), 0])
    const ranges = new Uint8Array(12 * 20_000)
    for (let i = 0; i < ranges.length; i += 12) ranges[i + 8] = 1
    const sections = file.sections.map(section => (section.id === 130 ? { id: 130, bytes: ranges } : section))
    expect(() => symbolsOf(loadProgram(encodePolkavm({ ...file, sections })))).toThrow('overlap')
  })

  it('random and mutated debug sections give symbols or a BlobError', () => {
    const file = parsePolkavm(TRIANGLE)
    let read = 0
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(2), fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.option(fc.uint8Array({ maxLength: 50 })),
        (edits, random) => {
          const sections = file.sections.map(({ id, bytes }) => ({ id, bytes: bytes.slice() }))
          if (random !== null) sections[1] = { id: 129, bytes: Uint8Array.of(1, ...random) }
          for (const [which, at, value] of edits) {
            const { bytes } = sections[which]!
            bytes[at % bytes.length] = value
          }
          try {
            const info = readDebugInfo(sections)
            for (const range of info?.ranges ?? []) info?.regionsOf(range)
            read += 1
          } catch (error) {
            if (!(error instanceof BlobError)) throw error
          }
        },
      ),
      { numRuns: 5000 },
    )
    expect(read).toBeGreaterThan(100)
  })
})

describe('symbols of an assembled text', () => {
  it('are its labels and lines', () => {
    const assembled = assemble('@start:\n  load_imm r7, 1\n  jump @end\n\n@end:\n  trap')
    const symbols = symbolsOfText(assembled, 'x.pvm')
    expect(symbols.functions).toEqual([
      { name: 'start', start: 0, end: 5 },
      { name: 'end', start: 5, end: 6 },
    ])
    expect([0, 2, 3, 5, 6].map(pc => symbols.sourceAt(pc)[0]?.line)).toEqual([2, 2, 3, 6, undefined])
    expect(symbols.sourceAt(4)).toEqual([{ function: 'start', path: 'x.pvm', line: 3, column: undefined }])
  })
})
