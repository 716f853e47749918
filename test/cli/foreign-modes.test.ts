// The modes for others' scripts: the command line of anan-as beside its own, and test cases on standard input.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import { objectOf, parseJson, registersOf } from '../../src/conform/json.ts'
import { vectors } from '../vectors.ts'
import { createCli } from './cli.ts'

const cli = createCli()
const ANAN_AS = join(import.meta.dirname, '../compat/peers/node_modules/@fluffylabs/anan-as/dist/bin/index.js')
const hasPeer = existsSync(ANAN_AS)

const raw = (text: string): Uint8Array => assemble(text, { format: 'raw' }).bytes
const standard = (text: string): Uint8Array => assemble(text, { format: 'standard' }).bytes

cli.file('halt.pvm', raw('load_imm_64 r0, 0xffff0000\n load_imm r7, 0x100\n jump_ind r0'))
cli.file('panic.pvm', raw('load_imm r7, 7\n trap'))
cli.file('host.pvm', raw('load_imm r7, 7\n ecalli 9\n trap'))
cli.file('with-metadata.pvm', Uint8Array.of(3, 1, 2, 3, ...raw('load_imm r7, 7\n ecalli 9')))
const SERVICE =
  '.ro\n@m: .ascii "hello"\n.rw\n.ascii "result!"\n.stack 4096\n.code\n load_ind_u8 r12, [r7]\n load_imm r7, 3\n load_imm r8, 0\n load_imm r9, 0\n load_imm r10, @m\n load_imm r11, 5\n ecalli 100\n load_imm r7, 0x30000\n load_imm r8, 0x30007\n jump_ind r0'
cli.file('service.spi', standard(SERVICE))
cli.file('service.jam', Uint8Array.of(0, ...standard(SERVICE)))
cli.file('args.bin', Uint8Array.of(5, 6))

/** Command lines that anan-as 1.2 has too. */
const RUNS: readonly string[][] = [
  ['run', '--no-logs', '--no-metadata', 'halt.pvm'],
  ['run', '--no-logs', '--no-metadata', 'panic.pvm'],
  ['run', '--no-logs', '--no-metadata', 'host.pvm'],
  ['run', '--no-logs', 'with-metadata.pvm'],
  ['run', '--no-logs', '--no-metadata', '--gas', '1', 'halt.pvm'],
  ['run', '--no-logs', '--no-metadata', '--gas=0', 'halt.pvm'],
  ['run', '--no-logs', '--no-metadata', '--pc', '3', 'panic.pvm'],
  ['run', '--spi', '--no-logs', 'service.jam', '0x2a'],
  ['run', '--spi', '--no-logs', '--no-metadata', 'service.spi', '0x2a'],
  ['run', '--spi', '--no-logs', '--no-log-host-call', 'service.jam', '0x2a'],
  ['run', '--spi', '--no-logs', 'service.jam'],
]
/** What it refuses, and so do we. */
const WRONG: readonly string[][] = [
  ['run'],
  ['run', '--no-logs', 'a', 'b'],
  ['run', '--gas', '1.5', 'halt.pvm'],
  ['run', '--gas', '-1', 'halt.pvm'],
  ['run', '--gas', '9223372036854775808', 'halt.pvm'],
  ['run', '--pc', 'x', 'halt.pvm'],
  ['run', '--no-logs', 'absent.pvm'],
  ['run', '--no-logs', 'args.bin'],
  ['run', '--nonsense', 'halt.pvm'],
  ['walk'],
  ['disassemble'],
  ['replay-trace', 'halt.pvm'],
]

function peer(args: readonly string[]): { out: string; code: number | null } {
  const { stdout, status } = spawnSync(process.execPath, [ANAN_AS, ...args], { cwd: cli.folder, encoding: 'utf8' })
  return { out: stdout, code: status }
}

/** Its exit code stays from the host call before; ours is 0 then. */
const withoutStale = (text: string): string => text.replace(/^(Status: [014]\nExit code: )\d+$/m, '$10')

describe('coulis anan-as', () => {
  it.skipIf(!hasPeer).each(RUNS.map(args => ({ line: args.join(' '), args })))(
    '$line: prints what anan-as prints',
    ({ args }) => {
      const [ours, theirs] = [cli.run(['anan-as', ...args]), peer(args)]
      expect(ours.out).toBe(withoutStale(theirs.out))
      expect(ours.code).toBe(theirs.code)
    },
  )

  it.skipIf(!hasPeer).each(WRONG.map(args => ({ line: args.join(' '), args })))(
    '$line: is refused, as there',
    ({ args }) => {
      const ours = cli.run(['anan-as', ...args])
      expect([ours.code, ours.err.split('\n').length]).toEqual([1, 2])
      expect(ours.err).toMatch(/^Error: /)
      // Where anan-as fails in the middle it ends with 1 as well.
      expect(peer(args).code).toBe(1)
    },
  )

  it.skipIf(!hasPeer || vectors === undefined)('prints recorded runs as anan-as does', () => {
    for (const name of ['trace-001.log', 'trace-009.log']) {
      const file = join(vectors!, 'traces', name)
      const args = ['replay-trace', '--no-verify', '--no-logs', '--no-log-host-call', file]
      // anan-as 1.2 takes gas for sbrk in this mode, which the runs do not have, and has warnings of its own.
      const plain = (text: string): string => text.replaceAll(/^Warning: .*\n/gm, '').replaceAll(/gas=\d+/g, 'gas')
      expect(plain(cli.run(['anan-as', ...args]).out)).toBe(plain(peer(args).out))
      const verified = cli.run(['anan-as', 'replay-trace', '--no-logs', file])
      expect([verified.code, verified.out.includes('✅ Replay complete')]).toEqual([0, true])
    }
  })

  it('takes registers, pages, contents and dumps', () => {
    cli.file('memory.pvm', raw('load_u8 r8, [0x20001]\n add_64 r8, r8, r7\n store_u8 [0x20002], r8\n trap'))
    const regs = `0,0,0,0,0,0,0,0x10,0,0,0,0,-1`
    const memory = ['--pages', '0x20000:4096;0x30000:10:ro', '--mem', '0x20000:0102', '--dump', '0x20000:20;0x40000:4']
    const { out, code } = cli.run([
      'anan-as',
      'run',
      '--no-logs',
      '--no-metadata',
      '--regs',
      regs,
      ...memory,
      'memory.pvm',
    ])
    expect(code).toBe(0)
    expect(out).toContain('\nMemory @ 0x20000 (20 bytes):\n  00020000:  01 02 12 00')
    expect(out).toContain('\n  00020010:  00 00 00 00')
    expect(out).toContain('\nMemory @ 0x40000: <page fault>\n')
    expect(out).toContain('Registers: [0, 0, 0, 0, 0, 0, 0, 16, 18, 0, 0, 0, 18446744073709551615]')
    for (const wrong of [
      ['--regs', '1,2'],
      ['--pages', '0x20000'],
      ['--pages', 'x:1'],
      ['--mem', '0x20000:0'],
      ['--dump', '1:0'],
    ]) {
      const failed = cli.run(['anan-as', 'run', '--no-logs', '--no-metadata', ...wrong, 'memory.pvm'])
      expect([failed.code, failed.err.split('\n').length]).toEqual([1, 2])
    }
  })

  it('takes arguments from a file, prints instructions, disassembles, and helps', () => {
    const { out } = cli.run(['anan-as', 'run', '--spi', 'service.jam', 'args.bin'])
    expect(out).toContain('LOAD_IND_U8')
    expect(out).toContain('Result: [0x726573756c7421]')
    expect(cli.run(['anan-as', 'disassemble', '--spi', 'service.jam']).out).toMatch(
      /^🤖 Assembly of service.jam \(as JAM SPI\)\n(.*\n)*.*ecalli 100/,
    )
    for (const args of [['anan-as'], ['anan-as', '--help'], ['anan-as', 'run', '-h'], ['help', 'anan-as']]) {
      expect(cli.run(args)).toMatchObject({ code: 0, out: expect.stringContaining('replay-trace') })
    }
  })
})

describe('coulis serve', () => {
  const vector = {
    name: 'one',
    'initial-regs': [0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0],
    'initial-pc': 0,
    'initial-page-map': [{ address: 0x20000, length: 4096, 'is-writable': true }],
    'initial-memory': [{ address: 0x20000, contents: [1, 2] }],
    'initial-gas': 100,
    program: [...raw('store_u8 [0x20005], r7\n load_imm r8, -1\n ecalli 7')],
  }

  it('answers a case with its results, numbers as numbers', () => {
    const { out, code } = cli.run(['serve'], { input: `${JSON.stringify(vector)}\n\n` })
    expect([code, out.endsWith('}\n\n'), out.includes('18446744073709551615')]).toEqual([0, true, true])
    const result = JSON.parse(out)
    expect(result).toMatchObject({
      name: 'one',
      program: vector.program,
      'initial-page-map': vector['initial-page-map'],
      'initial-memory': vector['initial-memory'],
      'initial-gas': 100,
      'expected-status': 'host',
      'host-call': 7,
      'expected-memory': [
        { address: 0x20000, contents: [1, 2] },
        { address: 0x20005, contents: [5] },
      ],
      'expected-gas': 96,
    })
  })

  it('answers one after the other, mistakes too, and the last without an empty line', () => {
    const input = `${JSON.stringify(vector)}\n\n{"program": 1}\n\nnonsense\n\n{"program":[9]}\n\n\n\n${JSON.stringify({ program: vector.program })}`
    const { out, code } = cli.run(['serve', '--engine', 'interpreter'], { input })
    const answers = out
      .trim()
      .split('\n\n')
      .map(text => JSON.parse(text))
    expect(code).toBe(0)
    expect(answers.map(it => it['expected-status'] ?? Object.keys(it)[0])).toEqual([
      'host',
      'error',
      'error',
      'error',
      'out-of-gas',
    ])
  })

  it.skipIf(vectors === undefined)('answers every shared vector as it says', () => {
    const folder = join(vectors!, 'w3f-pvm')
    const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.json'))
      .map(name => readFileSync(join(folder, name), 'utf8'))
      .filter(text => /"program":\s*\[/.test(text))
    // Empty lines end a case.
    const input = texts.map(text => `${text.trim().replaceAll(/\n\s*\n/g, '\n')}\n\n`).join('')
    const answers = cli.run(['serve', '--engine', 'interpreter'], { input }).out.trim().split('\n\n')
    expect(answers.length).toBe(texts.length)
    expect(texts.length).toBeGreaterThanOrEqual(311)
    texts.forEach((text, i) => {
      const expected = objectOf(parseJson(text), 'vector')
      const found = objectOf(parseJson(answers[i]!), 'answer')
      for (const key of ['expected-pc', 'expected-gas', 'expected-page-fault-address']) {
        if (expected[key] !== undefined) expect(found[key], `${expected.name} ${key}`).toEqual(expected[key])
      }
      expect(found['expected-status'], `${expected.name}`).toBe(String(expected['expected-status']).split(' ')[0])
      const regs = expected['expected-regs-hex'] ?? expected['expected-regs']
      if (regs !== undefined) {
        expect(registersOf(found['expected-regs'], 'found'), `${expected.name}`).toEqual(registersOf(regs, 'regs'))
      }
    })
  })
})
