// The command line where things go wrong outside of it: full disks, readers that go away, files of other kinds, nothing to do,
// Ctrl-C. One line and a documented exit code, never a stack trace.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createCli, type Printed } from './cli.ts'

const cli = createCli()
cli.file('fib.pvm', readFileSync(join(import.meta.dirname, '../../examples/fibonacci.pvm')))
cli.file('counter.jam', readFileSync(join(import.meta.dirname, '../../examples/counter.jam')))

/** Runs a line of shell in the folder; `coulis` is the command. */
function shell(line: string, env: Record<string, string> = {}): Printed {
  const script = `set -o pipefail; coulis() { "${process.execPath}" "${cli.path}" "$@"; }; ${line}`
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], {
    cwd: cli.folder,
    env: { ...process.env, ...env },
  })
  return { code: status ?? -1, out: stdout.toString(), err: stderr.toString(), bytes: stdout }
}

describe.skipIf(!existsSync('/dev/full'))('output that cannot be written', () => {
  it.each([
    ['a result', 'coulis run fib.pvm >/dev/full'],
    ['a trace', 'coulis run fib.pvm --trace >/dev/full'],
    ['a program', 'coulis asm fib.pvm >/dev/full'],
    ['help', 'coulis --help >/dev/full'],
    ['the help of a command', 'coulis run --help >/dev/full'],
    ['the version', 'coulis --version >/dev/full'],
    ['JSON', 'coulis inspect counter.jam --json >/dev/full'],
    ['a record', 'coulis run fib.pvm --record /dev/full'],
    ['memory', 'coulis run counter.jam --entry 5 --args 2a0003 --dump 0x30000+8=/dev/full'],
    ['a folder that is not there', 'coulis asm fib.pvm -o nowhere/x'],
  ])('%s: one line, exit code 3', (_, line) => {
    const { code, err } = shell(line)
    expect(err).toMatch(
      /^error: (cannot write the output: .*|\S+: (no space left to write it|there is no such folder))\n$/,
    )
    expect(code).toBe(3)
  })

  it('errors that nobody can be told end it all the same', () => {
    expect(shell('coulis run nothing 2>/dev/full').code).toBe(3)
  })
})

describe('control characters of files that others wrote', () => {
  const evil = '\u001b]0;owned\u0007\u001b[2J\r\u009b'
  const shown = '\\u001b]0;owned\\u0007\\u001b[2J\\u000d\\u009b'

  it('are shown where a finding is merged, as text and as JSON', () => {
    const campaign = { event: 'campaign', command: 'fuzz', seed: '1', style: 'close', engines: ['reference'] }
    const difference = {
      event: 'difference',
      case: 1,
      shows: 'alone',
      left: 'a',
      right: 'b',
      what: evil,
      path: [],
      program: '',
    }
    const events = [{ ...campaign, cases: 2, from: 0, shard: '1/1' }, difference, { event: 'done', cases: 2 }]
    cli.file('evil.jsonl', events.map(event => JSON.stringify(event)).join('\n'))
    expect(cli.run(['merge', 'evil.jsonl']).out).toContain(shown)
    const { out } = cli.run(['merge', 'evil.jsonl', '--jsonl'])
    expect(out).toContain('\\u009b') // JSON.stringify leaves it as it is
    expect(out).not.toMatch(/[^\P{Cc}\n]/u)
    expect(JSON.parse(out.split('\n').find(line => line.includes('owned'))!).what).toBe(evil)
  })

  it('are shown where an error names a file, and colours stay colours', () => {
    const { err } = cli.run(['run', evil], { env: { FORCE_COLOR: '1', NO_COLOR: '' } })
    expect(err).toContain(shown)
    expect(err.replaceAll(/\p{Cc}\[[\d;]*m/gu, '')).not.toMatch(/[^\P{Cc}\n]/u)
  })
})

describe('a reader that goes away', () => {
  it.each([
    'coulis run fib.pvm --trace --gas 1m | head -1',
    'coulis --help | head -1',
    'coulis disasm counter.jam | head -1',
    'coulis run nothing 2>&1 | head -0',
  ])('%s', line => {
    const { err } = shell(line)
    expect(err).toBe('')
  })
})

describe('nothing that did not run exits 0', () => {
  mkdirSync(join(cli.folder, 'empty'))
  cli.file('empty.pvm', '')
  cli.file('comment.pvm', '; nothing yet\n\n')
  cli.file('notes.txt', 'not a test')

  it.each([
    [['conform', 'empty'], 'no test in empty: 0 files looked at'],
    [['conform', 'notes.txt', 'empty'], 'no test in notes.txt empty: 1 file looked at'],
    [['conform', 'empty', '--json'], 'no test in empty'],
    [['replay', 'empty'], 'no recorded trace in empty'],
    [['replay', 'empty', '--json'], 'no recorded trace in empty'],
    [['asm', 'empty.pvm', '-o', 'x'], 'empty.pvm: there is no instruction in it'],
    [['asm', 'comment.pvm', '-o', 'x'], 'comment.pvm: there is no instruction in it'],
    [['run', 'comment.pvm'], 'comment.pvm: there is no instruction in it'],
    [['run', 'empty.pvm'], 'empty.pvm: this is an empty file'],
  ])('%j', (args, message) => {
    const { code, err } = cli.run(args)
    expect(err).toContain(`error: ${message}`)
    expect(code).toBe(2)
    expect(existsSync(join(cli.folder, 'x'))).toBe(false)
  })
})

describe('files of other kinds', () => {
  const elf = (...header: readonly number[]): Uint8Array => {
    const bytes = new Uint8Array(64)
    bytes.set([0x7f, 0x45, 0x4c, 0x46, ...header])
    return bytes
  }
  const machine = (low: number, width: number): Uint8Array => {
    const bytes = elf(width, 1, 1)
    bytes[18] = low
    return bytes
  }
  // A .polkavm file with the version byte of 32-bit programs.
  cli.run(['asm', '-', '-o', 'narrow.polkavm'], {
    input: '.format polkavm\n.isa latest64\n.export f @f\n@f: jump_ind ra\n',
  })
  const narrow = readFileSync(join(cli.folder, 'narrow.polkavm'))
  narrow[4] = 1
  cli.file('narrow.polkavm', narrow)

  it.each([
    ['service.elf', machine(243, 2), 'this is an ELF file for RISC-V; link it'],
    ['narrow.elf', machine(243, 1), 'an ELF file for 32-bit RISC-V; link it'],
    ['a.out', machine(62, 2), 'an ELF file for x86-64; compile its source'],
    ['module.wasm', Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0), 'a WebAssembly module; wasm-pvm-cli'],
    ['main.c', '#include <stdint.h>\nint main(void) { return 0; }\n', 'this looks like C source'],
    ['lib.rs', '#![no_std]\npub fn f() {}\n', 'this looks like Rust source'],
    ['a.sol', 'pragma solidity ^0.8.0;\ncontract A {}\n', 'Solidity source; resolc'],
    [
      'README.md',
      '# Title\n\n## Use\n\nprogram 0x00\nstart pc=5 gas=10\n',
      'this looks like a document, not a program',
    ],
    ['a.jam.gz', Uint8Array.of(0x1f, 0x8b, 8, 0), 'a gzip file; unpack it first'],
    ['random.bin', Uint8Array.of(9, 250, 1, 2, 3, 0, 7), 'no program file that coulis knows (docs/formats.md)'],
  ])('%s is recognised, with the next step', (name, content, message) => {
    cli.file(name, content)
    const { code, err } = cli.run(['run', name])
    expect(err).toContain(message)
    expect(err.length).toBeLessThan(250)
    expect(err.trimEnd().split('\n')).toHaveLength(1)
    expect(code).toBe(2)
  })

  it('a 32-bit program is called that, and runs', () => {
    const { out } = cli.run(['inspect', 'narrow.polkavm'])
    expect(out).toContain('PolkaVM program of 32 bits')
    expect(out).toContain('latest32 opcodes')
    const run = cli.run(['run', 'narrow.polkavm', '--export', 'f', '--arg', '0x80000000'])
    expect(run.code).toBe(0)
    expect(run.out).toContain('r7=0xffffffff80000000') // sign-extended
  })

  it('our own text with a mistake is not taken for another language', () => {
    const { err } = cli.run(['run', '-'], { input: '.format polkavm\n.section 200\n.hex 00\n.code\nadd_65 r1, r1, r1' })
    expect(err).toMatch(/^error: -: \d+:\d+: /)
  })

  it('a file in a folder that is too large is no test', () => {
    mkdirSync(join(cli.folder, 'large'))
    cli.file('large/huge.bin', '')
    truncateSync(join(cli.folder, 'large/huge.bin'), 2 ** 28 + 1)
    expect(cli.run(['conform', 'large'])).toMatchObject({
      code: 2,
      err: 'error: no test in large: 0 files looked at\n',
    })
    expect(cli.run(['run', 'large/huge.bin'])).toMatchObject({
      code: 2,
      err: 'error: large/huge.bin: more than 256 MB, no program or test is that large\n',
    })
  })

  it.skipIf(!existsSync('/dev/zero'))('a file without an end is given up', () => {
    const { code, err } = cli.run(['inspect', '/dev/zero'])
    expect([code, err]).toEqual([2, 'error: /dev/zero: more than 256 MB, no program or test is that large\n'])
  })
})

describe('names and values of run', () => {
  it('an entry that is not there names those there are', () => {
    expect(cli.run(['run', 'counter.jam', '--entry', 'acumulate'])).toMatchObject({
      code: 2,
      err: 'error: counter.jam: --entry acumulate: there is no such entry; expected refine, is-authorized, accumulate or a code offset\n',
    })
    expect(cli.run(['run', 'counter.jam', '--entry', '99999999999'])).toMatchObject({
      code: 2,
      err: 'error: counter.jam: --entry 99999999999: expected an offset below 2^32, decimal or 0x.\n',
    })
    const text = 'trap\n@one: jump_ind ra\n@two: trap'
    expect(cli.run(['run', '-', '--entry', 'three'], { input: text }).err).toContain(
      'expected one, two or a code offset',
    )
    expect(cli.run(['run', '-', '--entry', 'one'], { input: text }).code).toBe(0)
  })

  it('registers by either name, signed, unsigned or hex, in and out', () => {
    const text = 'jump_ind ra'
    const run = (...args: string[]): Printed => cli.run(['run', '-', ...args], { input: text })
    const set = [
      '--reg',
      'a0=-1',
      '--reg',
      'r8=0xffff_ffff_ffff_fffe',
      '--reg',
      'a2=18446744073709551613',
      '-r',
      't0=-0x10',
    ]
    expect(run(...set).out).toContain('r2=0xfffffffffffffff0')
    expect(run(...set).out).toContain('r7=0xffffffffffffffff r8=0xfffffffffffffffe r9=0xfffffffffffffffd')
    expect(run(...set, '--regs', 'signed').out).toContain('r7=-1 r8=-2 r9=-3')
    expect(run(...set, '--regs', 'unsigned').out).toContain('r7=18446744073709551615 ')
    for (const wrong of ['a0=', 'a0', 'a6=1', 'r13=1', 'a0=18446744073709551616', 'a0=-9223372036854775809', 'x=1']) {
      expect(run('--reg', wrong), wrong).toMatchObject({ code: 2, err: expect.stringMatching(/--reg.*is invalid/) })
    }
  })

  it('memory is mapped with rights and contents, printed and written', () => {
    const text = 'load_u8 r7, [0x20001]\nstore_u8 [0x30000], r7\njump_ind ra'
    const map = ['--map', '0x20000+4096:ro=0x0102', '--map', '0x30000+4096']
    const more = ['--mem', '0x20000+4', '--mem', '0x2fffe+4', '--dump', '0x30000+2=cells']
    const { code, out } = cli.run(['run', '-', ...map, ...more], { input: text })
    expect(code).toBe(0)
    expect(out).toMatch(/^0x00020000 {2}01 02 00 00 +\.{4}$/m)
    expect(out).toMatch(/^0x0002fffe {2}not readable, 2 bytes\n0x00030000 {2}02 00 +\.\.$/m)
    expect([...readFileSync(join(cli.folder, 'cells'))]).toEqual([2, 0])
    const store = 'store_u8 [0x20000], r7'
    expect(cli.run(['run', '-', ...map], { input: store }).code).toBe(11) // page fault: read-only
    const missing = cli.run(['run', '-', '--dump', '0x50000+2=none'], { input: 'jump_ind ra' })
    expect(missing).toMatchObject({
      code: 2,
      err: 'error: --dump 0x00050000+2: not all readable, none is not written\n',
    })
  })

  it('--max-ms stops a program that does not end, with its state', () => {
    const args = ['run', '-', '--gas', '9000g', '--max-ms', '50', '--json']
    const { code, out } = cli.run(args, { input: 'fallthrough\n@a: add_imm_64 r7, r7, 1\njump @a' })
    expect(code).toBe(14)
    expect(Number(JSON.parse(out).regs[7])).toBeGreaterThan(1000)
  })
})

describe('narrow terminals', () => {
  it.each([40, 80])('calls and registers fit %i columns, numbers whole', columns => {
    const args = 'run counter.jam --entry accumulate --args 0x2a0003'
    const wide = shell(`coulis ${args}`).out
    const narrow = shell(`coulis ${args}`, { COLUMNS: `${columns}` }).out
    for (const line of narrow.split('\n')) expect(line.length, line).toBeLessThanOrEqual(columns)
    const words = (text: string): string[] => text.replace(/\d+\.\d ms/, '').split(/[\s·]+/)
    expect(words(narrow)).toEqual(words(wide))
  })

  it('the reason of a panic fits 40 columns, word by word', () => {
    cli.file('fault.pvm', 'load_u8 r7, [0x20001]\ntrap')
    const wide = shell('coulis run fault.pvm').out
    const narrow = shell('coulis run fault.pvm', { COLUMNS: '40' }).out
    expect(narrow).toMatch(/^why {5}load_u8 r7, \S+ reads 1\n {8}\S/m)
    for (const line of narrow.split('\n'))
      if (!/^(debug| {8}coulis)/.test(line)) expect(line.length, line).toBeLessThanOrEqual(40)
    const reason = (text: string): string => text.slice(text.indexOf('why'), text.indexOf('where')).replace(/\s+/g, ' ')
    expect(reason(narrow)).toBe(reason(wide))
  })

  it.each([40, 80])('inspect fits its host calls into %i columns', columns => {
    cli.file('many.pvm', Array.from({ length: 30 }, (_, i) => `ecalli ${i}`).join('\n'))
    const wide = shell('coulis inspect many.pvm').out
    const narrow = shell('coulis inspect many.pvm', { COLUMNS: `${columns}` }).out
    const calls = narrow.slice(narrow.indexOf('host calls'), narrow.indexOf('strict')).trimEnd().split('\n')
    expect(calls.length).toBeGreaterThan(3)
    for (const line of calls) expect(line.length, line).toBeLessThanOrEqual(columns)
    const words = (text: string): string[] => text.split(/[\s·]+/)
    expect(words(narrow)).toEqual(words(wide))
  })

  it('inspect keeps a program with thousands of host calls short', () => {
    const text = Array.from({ length: 5000 }, (_, i) => `ecalli ${i}`).join('\n')
    const { out } = cli.run(['inspect', '-'], { input: `${text}\ntrap` })
    expect(out).toContain('and 4,976 more, --json has all')
    expect(out.length).toBeLessThan(1500)
  })
})

describe('Ctrl-C, and what is like it', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s ends a campaign with its totals, its seed and how to go on',
    async signal => {
      const child = spawn(process.execPath, [
        cli.path,
        'fuzz',
        '--seconds',
        '600',
        '--seed',
        'stop',
        '--style',
        'close',
      ])
      let [out, err] = ['', '']
      child.stdout.on('data', data => (out += data))
      child.stderr.on('data', data => {
        err += data
        child.kill(signal) // the first line of progress: it is at work
      })
      const code = await new Promise(resolve => child.on('close', resolve))
      expect(code).toBe(130)
      expect(out).toMatch(/^interrupted, no difference so far: [\d,]+ programs, .* starts\/s\n/)
      expect(out).toMatch(/\nseed stop, go on with: coulis fuzz --seed stop --from \d+ --style close --engines \S+\n$/)
      expect(err).not.toContain('error')
    },
  )
})

describe('a mistake of ours', () => {
  it('is one line, and the stack only where it is asked for', () => {
    writeFileSync(join(cli.folder, 'break.mjs'), 'process.hrtime = () => { throw new Error("broken on purpose") }')
    const run = (env: object): Printed => {
      const args = ['--import', './break.mjs', cli.path, 'run', 'fib.pvm']
      const { status, stdout, stderr } = spawnSync(process.execPath, args, {
        cwd: cli.folder,
        env: { ...process.env, ...env },
      })
      return { code: status ?? -1, out: stdout.toString(), err: stderr.toString(), bytes: stdout }
    }
    const { code, err } = run({})
    expect(err).toMatch(
      /^coulis made a mistake, please report it: broken on purpose \(.*:\d+:\d+; COULIS_STACK=1 prints more\)\n$/,
    )
    expect(code).toBe(70)
    expect(run({ COULIS_STACK: '1' }).err).toContain('\n    at ')
  })
})
