// `coulis disasm --source`: source lines of .polkavm files with debug sections and of assembly text.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createCli } from './cli.ts'

const cli = createCli()
const FIXTURES = join(import.meta.dirname, '../fixtures/polkavm')
cli.file('triangle.polkavm', readFileSync(join(FIXTURES, 'triangle.polkavm')))

describe('coulis disasm --source', () => {
  it('names functions and places, also where a function was inlined', () => {
    const { code, out } = cli.run(['disasm', 'triangle.polkavm', '--source'])
    expect(code).toBe(0)
    expect(out).toContain('@triangle:')
    expect(out).toMatch(/; \.\/triangle\.c:\d+ square\n; {3}in \.\/triangle\.c:\d+ triangle\n[^;]* mul_64/)
  })

  it('shows the text of the lines where the source file lies beside the program', () => {
    cli.file('triangle.c', readFileSync(join(FIXTURES, 'triangle.c')))
    const { out } = cli.run(['disasm', 'triangle.polkavm', '-s'])
    expect(out).toContain('square: return x * x;')
    expect(out).toContain('triangle: sum += square(i);')
  })

  it('shows the lines of assembly text', () => {
    cli.file('two.pvm', '@a:\n    load_imm r7, 1 ; one\n    trap\n')
    const { out } = cli.run(['disasm', 'two.pvm', '--source'])
    expect(out.split('\n').slice(0, 4)).toEqual([
      '; two.pvm:2 a: load_imm r7, 1 ; one',
      '       @a:',
      '    0  load_imm r7, 1',
      '; two.pvm:3 a: trap',
    ])
  })

  it('--symbols takes them from another file of the same code, and refuses one of other code', () => {
    const stripped = cli
      .run(['disasm', 'triangle.polkavm'])
      .out.split('\n')
      .filter(line => !line.startsWith('.section'))
    cli.run(['asm', '-', '-o', 'stripped.polkavm'], { input: stripped.join('\n') })
    const without = cli.run(['disasm', 'stripped.polkavm', '--source'])
    expect([without.code, without.err]).toEqual([2, expect.stringContaining('stripped.polkavm: no source lines')])
    const { out } = cli.run(['disasm', 'stripped.polkavm', '--symbols', 'triangle.polkavm'])
    expect(out).toBe(cli.run(['disasm', 'triangle.polkavm', '--source']).out)
    const other = cli.run(['disasm', 'stripped.polkavm', '--symbols', 'two.pvm'])
    expect([other.code, other.err]).toEqual([2, expect.stringContaining('two.pvm: it is of another program')])
  })
})
