// Each command of the CLI: what it prints and which code it exits with.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createCli, stable } from './cli.ts'

const cli = createCli()
const REFERENCE = ['--engine', 'reference']

const FIB = `; r7 = n on entry, fib(n) on exit
    load_imm   t0, 0
    load_imm   t1, 1
    fallthrough
@loop:
    branch_eq_imm a0, 0, @done
    add_64     t2, t0, t1
    move_reg   t0, t1
    move_reg   t1, t2
    add_imm_64 a0, a0, -1
    jump       @loop
@done:
    move_reg   a0, t0
    jump_ind   ra
`

/** Logs "hi", then returns the four bytes at its arguments. */
const SERVICE = `.format jam
.metadata "greeter", "1.0", "Apache-2.0", "A. Nonymous"
.stack 4096
.ro
@text:
    .ascii "hi"
.code
    move_reg   s0, a0
    move_reg   s1, a1
    load_imm   a0, 2
    load_imm   a1, 0
    load_imm   a2, 0
    load_imm   a3, @text
    load_imm   a4, 2
    ecalli     100
    move_reg   a0, s0
    move_reg   a1, s1
    jump_ind   ra
`

cli.file('fib.pvm', FIB)
cli.file('service.pvm', SERVICE)
cli.run(['asm', 'service.pvm', '-o', 'service.jam'])

describe('coulis run', () => {
  it('prints exit, gas, registers of a plain program', () => {
    const { code, out } = cli.run(['run', 'fib.pvm', '--reg', 'r7=10', ...REFERENCE])
    expect(code).toBe(0)
    expect(stable(out)).toMatchSnapshot()
  })

  it('prints log messages, host calls and output of a service', () => {
    const { code, out } = cli.run(['run', 'service.jam', '--args', '0x01020304', '--gas', '1k', ...REFERENCE])
    expect(code).toBe(0)
    expect(stable(out)).toMatchSnapshot()
  })

  it('prints everything as one JSON object', () => {
    const { out } = cli.run(['run', 'service.jam', '-a', '01020304', '-g', '1_000', '--json', ...REFERENCE])
    expect(out).toMatchSnapshot()
    const json = JSON.parse(out)
    expect(json).toMatchObject({
      exit: 'halt',
      exitArg: 0,
      output: '0x01020304',
      hostCallCount: 1,
      gas: 979,
      gasUsed: 21,
    })
    expect(json.regs).toHaveLength(13)
  })

  it('prints 64-bit values exactly', () => {
    const { out } = cli.run([
      'run',
      'fib.pvm',
      '--reg',
      'r12=-1',
      '--gas',
      '9223372036854775807',
      '--json',
      '--steps',
      '1',
    ])
    expect(out).toContain('"gas": 9223372036854775806,')
    expect(JSON.parse(out).regs[12]).toBe('0xffffffffffffffff')
  })

  it.each([
    ['halt', 'jump_ind r0', [], 0],
    ['panic', 'trap', [], 10],
    ['page-fault', 'load_u8 r7, [0x20000]', [], 11],
    ['out-of-gas', 'add_64 r1, r1, r1', ['--gas', '0'], 12],
    ['host', 'ecalli 7', [], 13],
    ['step', 'add_64 r1, r1, r1', ['--steps', '1'], 14],
  ])('exits with the code that tells %s', (exit, text, options, code) => {
    const { out, ...printed } = cli.run(['run', '-', '--json', ...options], { input: text })
    expect(printed.code).toBe(code)
    expect(JSON.parse(out).exit).toBe(exit)
  })

  it('traces every instruction with operands, registers and memory', () => {
    const text = 'load_imm r7, 5\nstore_u64 [0x20000], r7\nload_u8 r8, [0x20000]\necalli 3'
    const { out } = cli.run(['run', '-', '--map', '0x20000+4096', '--trace', '--gas', '9', ...REFERENCE], {
      input: text,
    })
    expect(stable(out)).toMatchSnapshot()
  })

  it('writes the step log that implementers compare, and nothing else, to standard output', () => {
    const { out } = cli.run(['run', 'fib.pvm', '--reg', 'r7=1', '--trace', 'steps', ...REFERENCE])
    expect(out).toMatchSnapshot()
  })

  it('records a run that replays identically', () => {
    expect(cli.run(['run', 'service.jam', '-a', '01020304', '--record', 'run.log']).code).toBe(0)
    const { code, out } = cli.run(['replay', 'run.log'])
    expect(out).toContain('1 host call, halt, 21 gas, identical')
    expect(code).toBe(0)
  })

  it('warns of what the assembler warns of', () => {
    const { err } = cli.run(['run', '-'], { input: 'load_imm r7, 1\n@a: jump @a' })
    expect(err).toContain('warning: -: 2:')
  })

  it('maps memory and sets the start', () => {
    const { code } = cli.run(['run', '-', '--pc', '1', '--json'], { input: 'trap\njump_ind r0' })
    expect(code).toBe(0)
  })
})

describe('coulis asm, disasm, inspect, gas', () => {
  it('asm -o - writes to standard output, as - reads standard input', () => {
    const { code, bytes } = cli.run(['asm', 'service.pvm', '-o', '-'])
    expect([code, bytes]).toEqual([0, cli.run(['asm', 'service.pvm']).bytes])
    expect(existsSync(join(cli.folder, '-'))).toBe(false)
  })

  it('disasm and asm are inverse to each other, through a pipe', () => {
    const { out } = cli.run(['disasm', 'service.jam'])
    const { bytes } = cli.run(['asm', '-'], { input: out })
    expect(bytes.equals(readFileSync(join(cli.folder, 'service.jam')))).toBe(true)
    expect(out).toMatchSnapshot()
  })

  it('disasm prints a listing with bytes and gas', () => {
    expect(cli.run(['disasm', 'fib.pvm', '--bytes', '--gas', '--profile', 'gp-0.8.0']).out).toMatchSnapshot()
    expect(cli.run(['disasm', 'fib.pvm', '--from', '8', '--to', '12']).out).toMatchSnapshot()
  })

  it('disasm --json is data', () => {
    const { instructions } = JSON.parse(cli.run(['disasm', 'fib.pvm', '--json']).out)
    expect(instructions[3]).toMatchObject({ pc: 6, name: 'branch_eq_imm', label: 'loop', blockStart: true })
  })

  it('inspect says what a file is and why', () => {
    expect(cli.run(['inspect', 'service.jam']).out).toMatchSnapshot()
    expect(cli.run(['inspect', 'service.jam', '--json']).out).toMatchSnapshot()
  })

  it('gas prints block costs and draws a block', () => {
    expect(cli.run(['gas', 'fib.pvm']).out).toMatchSnapshot()
    expect(cli.run(['gas', 'fib.pvm', '--chart', '--at', '9']).out).toMatchSnapshot()
  })
})

describe('coulis dump', () => {
  it('lists functions and writes the module of one, which WebAssembly accepts', () => {
    expect(cli.run(['dump', 'fib.pvm']).out).toContain('1 function as the recompiler cuts the code')
    const { code, out } = cli.run(['dump', 'fib.pvm', '--function', '9', '-o', 'fib.wasm'])
    expect(code).toBe(0)
    expect(out).toMatch(/^; function @0 to @25: 11 instructions, .* of WebAssembly\n$/)
    expect(WebAssembly.validate(readFileSync(join(cli.folder, 'fib.wasm')))).toBe(true)
  })

  it('shows the graph of a function, and what the passes know at each node', () => {
    expect(cli.run(['dump', 'fib.pvm', '--function', '9', '--cfg', '--analysis']).out).toMatchSnapshot()
  })

  it('an offset behind the code is a mistake, and so is a dump of no function', () => {
    expect(cli.run(['dump', 'fib.pvm', '--function', '999'])).toMatchObject({
      code: 2,
      err: 'error: --function 999: no function there\n',
    })
    expect(cli.run(['dump', 'fib.pvm', '--cfg']).code).toBe(2)
    expect(cli.run(['disasm', 'fib.pvm', '--from', '999'])).toMatchObject({ code: 2, out: '' })
    expect(cli.run(['disasm', 'fib.pvm', '--from', '5', '--to', '5']).err).toContain('--to 5: nothing is between')
  })
})

describe('.polkavm files', () => {
  const text =
    '.isa gp-0.8.0\n.stack 4096\n.import next\n.export twice @twice\n@twice: add_64 a0, a0, a0\njump_ind ra\n@more: ecalli next\n.export more @more\ntrap'
  cli.file('lib.pvm', text)
  cli.run(['asm', 'lib.pvm', '-o', 'lib.polkavm'])

  it('an export is called by name with arguments, its result is in r7', () => {
    const { code, out } = cli.run(['run', 'lib.polkavm', '--export', 'twice', '--arg', '21', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ exit: 'halt', profile: 'polkavm', kind: 'polkavm' })
    expect(JSON.parse(out).regs[7]).toBe('0x2a')
  })

  it('an import nobody handles is named', () => {
    const { code, out } = cli.run(['run', 'lib.polkavm', '--export', 'more'])
    expect(code).toBe(13)
    expect(out).toMatch(/^HOST 0 \(next\) {2}pc /)
  })

  it('an export that is not there is a mistake that lists those there are', () => {
    const { code, err } = cli.run(['run', 'lib.polkavm', '--export', 'thrice'])
    expect(code).toBe(2)
    expect(err).toContain('lib.polkavm: --export thrice: there is no such export; expected twice, more')
  })

  it('disasm and asm are inverse to each other, names and all', () => {
    const { out } = cli.run(['disasm', 'lib.polkavm'])
    expect(out).toContain('@twice:')
    const { bytes } = cli.run(['asm', '-'], { input: out })
    expect(bytes.equals(readFileSync(join(cli.folder, 'lib.polkavm')))).toBe(true)
  })
})

describe('mistakes', () => {
  it.each([
    ['an unknown command', ['rnu'], "unknown command 'rnu'\n(Did you mean run?)"],
    ['an unknown option', ['run', 'fib.pvm', '--gass', '1'], "unknown option '--gass'\n(Did you mean --gas?)"],
    ['a missing file', ['run', 'nothing.jam'], 'nothing.jam: there is no such file'],
    ['a folder', ['run', '.'], '.: a folder, expected a file'],
    ['bad gas', ['run', 'fib.pvm', '--gas', 'much'], "'much' is invalid. expected a number like 20000000"],
    ['bad hex', ['run', 'fib.pvm', '--args', '0x123'], "'0x123' is invalid. expected hex digits in pairs"],
    [
      'arguments for a plain program',
      ['run', 'fib.pvm', '--args', '0x12'],
      'fib.pvm: args: 1 bytes, a raw program takes none',
    ],
    ['an unknown engine', ['run', 'fib.pvm', '-e', 'steam'], "'steam' is invalid. Allowed choices are reference"],
    ['a cut file', ['inspect', 'cut.jam', '-k', 'jam'], 'cut.jam: truncated at offset 55: expected program blob'],
    ['bad assembly', ['asm', 'bad.pvm', '-o', 'x'], 'bad.pvm: 2:'],
    ['a trace', ['run', 'some.log'], 'some.log: this is a recorded trace, use: coulis replay'],
    ['a broken trace', ['replay', 'broken.log'], 'broken.log: missing-end in line 2'],
  ])('%s is told with a message and exit code 2', (_, args, message) => {
    cli.file('cut.jam', readFileSync(join(cli.folder, 'service.jam')).subarray(0, 60))
    cli.file('bad.pvm', 'trap\nadd_64 r1, r99, r2\n')
    cli.file('some.log', 'program 0x000001\nstart pc=0 gas=1\nPANIC=0 pc=0 gas=1\n')
    cli.file('broken.log', 'program 0x000001\nstart pc=0 gas=1\n')
    const { code, err, out } = cli.run(args)
    expect(err).toContain(message)
    expect(code).toBe(2)
    expect(out).toBe('')
  })

  it('every command has help with examples', () => {
    for (const command of ['run', 'inspect', 'disasm', 'asm', 'gas', 'replay', 'conform', 'fuzz', 'dump', 'engines']) {
      const { code, out } = cli.run(['help', command])
      expect(code).toBe(0)
      expect(out, command).toContain('Examples:')
    }
    expect(cli.run(['--help']).out).toContain('Exit codes:')
  })
})

describe('terminals and pipes', () => {
  it('prints no colours into a pipe, colours when forced, none with NO_COLOR', () => {
    const args = ['run', 'fib.pvm']
    expect(cli.run(args).out).not.toContain('\u001b[')
    expect(cli.run(args, { env: { FORCE_COLOR: '1' } }).out).toContain('\u001b[')
    expect(cli.run(args, { env: { FORCE_COLOR: '1', NO_COLOR: '1' } }).out).not.toContain('\u001b[')
  })

  it('a reader that goes away ends it quietly', () => {
    const loop = cli.file('loop.pvm', 'fallthrough\n@a: jump @a')
    const { status, stdout, stderr } = spawnSync(
      'bash',
      ['-c', `set -o pipefail; "${process.execPath}" "${cli.path}" run ${loop} --gas 1g --trace | head -2`],
      { cwd: cli.folder, timeout: 300_000 },
    )
    expect(stdout.toString().split('\n')).toHaveLength(3)
    expect(stderr.toString()).toBe('')
    expect(status).toBe(0)
  })
})
