// Symbols as a file: what is read is what was written, for every instruction; files of other builds and malformed ones are refused.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import { loadProgram } from '../../src/index.ts'
import { decodeSymbols, encodeSymbols, SymbolsError } from '../../src/inside/index.ts'
import { type Symbols, symbolsOf, symbolsOfText } from '../../src/program/symbols.ts'

const ROOT = join(import.meta.dirname, '../..')
const adder = loadProgram(readFileSync(join(ROOT, 'examples/contracts/flipper.polkavm')))
const text = assemble('@main: load_imm r7, 1\n@end: trap')
const small = loadProgram(text.bytes, { kind: text.kind })
const file = encodeSymbols(small, symbolsOfText(text, 'main.pvm'))

function refusal(content: string): unknown {
  try {
    decodeSymbols(content, small)
  } catch (error) {
    expect(error).toBeInstanceOf(SymbolsError)
    const { code, line } = error as SymbolsError
    return [code, line]
  }
  return undefined
}

describe('a symbols file', () => {
  it('is text, with what tells the build', () => {
    expect(file.replace(/[0-9a-f]{64}/, 'HASH')).toBe(
      `# coulis symbols 1\ncode\t${small.code.length}\tHASH\nfunction\t0\t3\tmain\nfunction\t3\t4\tend\nline\t0\t3\tmain.pvm\t1\t\tmain\nline\t3\t4\tmain.pvm\t2\t\tend\n`,
    )
  })

  it('has all names and lines, inlined ones too, whatever the symbols come from', () => {
    for (const [program, symbols] of [
      [adder, symbolsOf(adder)],
      [small, symbolsOfText(text, 'main.pvm')],
    ] as const) {
      const read = decodeSymbols(encodeSymbols(program, symbols), program)
      expect(read.functions).toEqual(symbols.functions)
      expect(read.names).toEqual(symbols.names)
      for (const pc of program.map.offsets) {
        expect(read.functionAt(pc)).toEqual(symbols.functionAt(pc))
        expect(read.sourceAt(pc)).toEqual(symbols.sourceAt(pc))
      }
    }
  })

  it('keeps inlined places, and takes tabs and line ends out of names', () => {
    const inner = { function: 'in\tner\n', path: 'a.c', line: 2 ** 32 - 1, column: 7 }
    const outer = { function: undefined, path: undefined, line: undefined, column: undefined }
    const strange: Symbols = {
      functions: [{ name: 'f\r\nfunction\t0\t4\tg', start: 0, end: 4 }],
      names: new Map(),
      functionAt: () => undefined,
      sourceAt: () => [inner, outer],
    }
    const read = decodeSymbols(encodeSymbols(small, strange), small)
    expect(read.functions).toEqual([{ name: 'f  function 0 4 g', start: 0, end: 4 }])
    expect(read.sourceAt(3)).toEqual([{ ...inner, function: 'in ner ' }, outer])
  })

  it('of another build, or malformed, is refused with its line', () => {
    const [header, code] = file.split('\n')
    const body = (line: string): string => `${header}\n${code}\n${line}`
    expect(refusal('')).toEqual(['not-symbols', 1])
    expect(refusal(`${header}2\n`)).toEqual(['not-symbols', 1])
    expect(refusal(`${header}\n`)).toEqual(['bad-line', 2])
    expect(refusal(`${header}\ncode\t4\t00`)).toEqual(['bad-line', 2])
    expect(refusal(`${header}\ncode\t4\t${'0'.repeat(64)}`)).toEqual(['other-program', 2])
    for (const [line, error] of [
      ['global\t1\t2\tx', 'bad-line'],
      ['function\t0\t3', 'bad-line'],
      ['function\t0\t5\tx', 'bad-line'],
      ['function\t-1\t3\tx', 'bad-line'],
      ['function\t3\t2\tx', 'bad-order'],
      ['function\t2\t3\tx\nfunction\t1\t3\ty', 'bad-order'],
      ['line\t0\t2\tp\t1\t1\tf\nline\t1\t3\tp\t1\t1\tf', 'bad-order'],
      ['line\t0\t2\tp\t4294967296\t1\tf', 'bad-line'],
      ['in\tp\t1\t1\tf', 'bad-order'],
      [`line\t0\t2\tp\t1\t1\tf\n${'in\tp\t1\t1\tf\n'.repeat(64)}`, 'bad-order'],
    ] as const) {
      expect((refusal(body(line)) as unknown[] | undefined)?.[0], line.slice(0, 60)).toBe(error)
    }
    expect(refusal(body('\n# remark\n\nfunction\t0\t3\tx'))).toBeUndefined()
    expect(refusal(file.replaceAll('\n', '\r\n'))).toBeUndefined()
  })
})
