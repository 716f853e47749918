// The core built natively, by every compiler there is, with sanitizers: the same results as the reference machine.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import { vectors } from '../vectors.ts'
import { compile, compilers, SANITIZERS } from './build.ts'
import {
  encodeCases,
  expectedLine,
  expectedTrace,
  goldenCases,
  type NativeCase,
  randomCases,
  vectorCases,
} from './cases.ts'

const NIGHTLY = process.env.COULIS_NIGHTLY !== undefined

/** Every case runs twice, with memory of its own and with borrowed memory. */
function compare(program: string, cases: readonly NativeCase[]): void {
  const output = execFileSync(program, { input: encodeCases(cases), maxBuffer: 2 ** 26, stdio: 'pipe' })
  const lines = output.toString().trim().split('\n')
  expect(lines).toHaveLength(2 * cases.length)
  for (const [i, each] of cases.entries()) {
    const expected = expectedLine(each)
    expect(lines[2 * i], each.name).toBe(expected)
    expect(lines[2 * i + 1], `${each.name}, borrowed memory`).toBe(expected)
  }
}

describe.skipIf(compilers.length === 0).each(compilers)('native core, built by %s', compiler => {
  // Sanitizers make the build slow: with gcc always, with clang in the nightly run.
  const runner = compile(compiler, 'test/native/runner.c', compiler === 'gcc' || NIGHTLY ? SANITIZERS : ['-O2'])

  it('random programs end as on the reference machine, sanitizers silent', () => {
    compare(runner, randomCases('native', NIGHTLY ? 5000 : 150))
  })

  it('the golden programs end as on the reference machine, sanitizers silent', () => {
    compare(runner, goldenCases(join(import.meta.dirname, '../golden')))
  })

  it.skipIf(vectors === undefined)('the published programs end as on the reference machine, sanitizers silent', () => {
    compare(runner, vectorCases(vectors!))
  })
})

describe.skipIf(!compilers.includes('gcc'))('native core, used wrongly', () => {
  it('malformed blobs, an allocator that runs dry, calls from inside a callback: error codes, sanitizers silent', () => {
    const { status, stderr } = spawnSync(compile('gcc', 'test/native/misuse.c', SANITIZERS))
    expect([status, stderr.toString()]).toEqual([0, ''])
  })

  it('prices, callbacks that are left, parts, names: as the header says, sanitizers silent', () => {
    const { status, stderr } = spawnSync(compile('gcc', 'test/native/library.c', SANITIZERS))
    expect([status, stderr.toString()]).toEqual([0, ''])
  })
})

describe.skipIf(!compilers.includes('gcc'))('trace lines in C', () => {
  it('are those of textTracer, instruction by instruction', () => {
    const runner = compile('gcc', 'test/native/runner.c', SANITIZERS)
    const golden = goldenCases(join(import.meta.dirname, '../golden')).filter(({ steps }) => steps === 0)
    const cases = [...golden, ...randomCases('lines', 200)].map(each => {
      const gas = each.options.gas! < 2000n ? each.options.gas! : 2000n
      return { ...each, steps: 0, options: { ...each.options, gas } }
    })
    const output = execFileSync(runner, ['trace'], { input: encodeCases(cases), maxBuffer: 2 ** 28, stdio: 'pipe' })
    const lines = output.toString().trimEnd().split('\n')
    const mnemonics = new Set<string>()
    let at = 0
    for (const each of cases) {
      const wanted = expectedTrace(each)
      expect(expectedTrace(each, 'interpreter'), each.name).toEqual(wanted)
      for (const line of wanted) mnemonics.add(line.trim().split(/\s+/)[1]!)
      expect(lines.slice(at, at + wanted.length), each.name).toEqual(wanted)
      at += wanted.length + 1 // and how it ended
    }
    expect(at).toBe(lines.length)
    expect(mnemonics.size).toBeGreaterThan(60)
  })
})

const FIBONACCI = `
    load_imm    r9, 0
    load_imm    r10, 1
    fallthrough
@loop:
    add_64      r11, r9, r10
    move_reg    r9, r10
    move_reg    r10, r11
    add_imm_64  r7, r7, -1
    branch_ne_imm r7, 0, @loop
    store_u8    [0x20000], r9
    move_reg    r7, r9
    load_imm    r8, 35
    ecalli      2
    jump_ind    r0
`

describe.skipIf(!compilers.includes('gcc'))('examples/c', () => {
  const host = compilers.includes('gcc') ? compile('gcc', 'examples/c/host.c', SANITIZERS) : ''

  it('the C host loads a program, answers its host call and lends it memory', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'coulis-host-')), 'fibonacci')
    writeFileSync(file, assemble(FIBONACCI).bytes)
    const output = execFileSync(host, [file, '10']).toString()
    expect(output).toBe('halt at 31, r7 = 90, gas left 999942, first word of memory 55\n')
  })

  it('an unknown host call stops the program there', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'coulis-host-')), 'unknown')
    writeFileSync(file, assemble('ecalli 7\ntrap').bytes)
    const { status, stdout } = spawnSync(host, [file])
    expect([status, stdout.toString().split(',')[0]]).toEqual([1, 'host at 0'])
  })
})
