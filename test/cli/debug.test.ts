// `coulis debug` as its users run it: scripts, answers, errors; expressions and completion by themselves.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseExpression } from '../../src/cli/debug/expression.ts'
import type { Vm } from '../../src/index.ts'
import { createEngine, ENGINE_KINDS } from '../../src/index.ts'
import { programOf } from '../suite/cases.ts'
import { vectors } from '../vectors.ts'
import { createCli } from './cli.ts'

const cli = createCli()
const OVERFLOW = join(import.meta.dirname, '../../examples/overflow.pvm')
const ARGS = ['--args', '0x68656c6c6f20776f726c64']

/** What commands print, prompts left out. */
function session(file: string, commands: readonly string[], ...options: readonly string[]): string[] {
  const given = commands.flatMap(command => ['--ex', command])
  const { code, out, err } = cli.run(['debug', file, '--batch', ...options, ...given])
  expect([code, err]).toEqual([0, ''])
  return out.split('\n')
}

/** Lines behind the prompt of a command. */
function answer(lines: readonly string[], command: string): string[] {
  const from = lines.indexOf(`(coulis) ${command}`)
  const rest = lines.slice(from + 1)
  const to = rest.findIndex(line => line.startsWith('(coulis)'))
  return to < 0 ? rest : rest.slice(0, to)
}

describe('coulis debug', () => {
  it.each(ENGINE_KINDS)('finds who wrote it, on %s', kind => {
    const lines = session(
      OVERFLOW,
      ['bt', 'origin r2', 'watch u64 @table', 'rc', 'info b'],
      ...ARGS,
      '--end',
      '-e',
      kind,
    )
    expect(lines[0]).toBe('the run ends here: PAGE-FAULT at 0x646000')
    expect(answer(lines, 'bt')).toHaveLength(2)
    expect(answer(lines, 'bt')[1]).toMatch(/^#1 {2}11 .*called at time 82$/)
    expect(answer(lines, 'origin r2').map(line => line.split('←')[1]?.trim().split(' ')[0])).toEqual([
      'load_u64',
      'store_ind_u8',
      'load_ind_u8',
      undefined,
    ])
    expect(answer(lines, 'rc')[0]).toBe('watchpoint 1, u64 at 0x20008: 0x26c72 → 0x646c72, by pc 30')
    expect(answer(lines, 'rc').at(-1)).toMatch(/^ {3}time 75 /)
    expect(answer(lines, 'info b')[0]).toBe('1   write of u64 at 0x20008, stopped there once')
  })

  it('finds where two runs part', () => {
    const folder = mkdtempSync(join(tmpdir(), 'coulis-against-'))
    const variant = (name: string, from: string, to: string): string => {
      const text = readFileSync(OVERFLOW, 'utf8')
      expect(text).toContain(from)
      writeFileSync(join(folder, name), text.replace(from, to))
      return join(folder, name)
    }
    const compare = (against: string, ...more: string[]): { code: number; lines: string[] } => {
      const { code, out, err } = cli.run(['debug', OVERFLOW, '--batch', ...ARGS, '--against', against, ...more])
      expect(err).toBe('')
      return { code, lines: out.split('\n') }
    }
    for (const kind of ENGINE_KINDS) {
      const { code, lines } = compare(kind)
      expect([code, lines[0]]).toEqual([0, `as on ${kind}: PAGE-FAULT at time 85, 0 host calls`])
    }
    const other = variant('other.pvm', 'add_imm_64     a0, a0, 1', 'add_imm_64     a0, a0, 2')
    const parted = compare(other)
    expect([parted.code, ...parted.lines.slice(0, 4)]).toEqual([
      1,
      `differs from ${other} behind the instruction at time 6`,
      '  r7                 0xfeff0001 here, 0xfeff0002 there',
      '  there it is        add_imm_64 r7, r7, 2',
      expect.stringMatching(/^=> 32 {2}add_imm_64 r7, r7, 1 /),
    ])
    const early = compare(other, '--at', '6')
    expect([early.code, early.lines[0]]).toEqual([0, `as on ${other}: goes on at time 6, 0 host calls`])
    const halts = variant('halts.pvm', 'load_ind_u64   t1, [t0]', 'move_reg       t1, t0')
    expect(compare(halts).lines.slice(0, 2)).toEqual([
      `differs from ${halts} behind the instruction at time 84`,
      expect.stringContaining('here'),
    ])
    const { code, err } = cli.run(['debug', OVERFLOW, '--batch', '--against', 'nobody'])
    expect([code, err.includes('nobody')]).toEqual([2, true])
  })

  it('steps, looks and goes back by the words of gdb', () => {
    const commands = [
      'b copy if a1 == 3',
      'c',
      'i r',
      'x/2gx @buffer',
      'x/s @buffer',
      'x/2i .',
      'p a1 * 2',
      'si 2',
      'rsi',
      'fin',
      'rn',
      'gas',
      'goto 0',
      'list :25',
      'disas copy',
      'info pages',
      'info run',
      'lw ra',
      'log copy a1',
      'why',
    ]
    const lines = session(OVERFLOW, commands, ...ARGS)
    expect(answer(lines, 'c')[0]).toBe('breakpoint 1')
    expect(answer(lines, 'i r').join('\n')).toMatch(/r8 {2}3 /)
    expect(answer(lines, 'x/2gx @buffer')).toEqual(['0x00020000  0x6f77206f6c6c6568  0x0000000000020010'])
    expect(answer(lines, 'x/s @buffer')[0]).toContain('"hello wo')
    expect(answer(lines, 'x/2i .')[0]).toMatch(/^=> {5}25 /)
    expect(answer(lines, 'p a1 * 2')).toEqual(['0x6  6'])
    expect(answer(lines, 'si 2').at(-1)).toContain('time 61')
    expect(answer(lines, 'rsi').at(-1)).toContain('time 60')
    expect(answer(lines, 'fin')[0]).toContain('copied')
    expect(answer(lines, 'rn')[0]).toContain('load_imm_jump r0, 2, 25')
    expect(answer(lines, 'goto 0')[0]).toContain('=> 0')
    expect(answer(lines, 'list :25').some(line => line.startsWith('=>    27'))).toBe(true)
    expect(answer(lines, 'disas copy')[0]).toBe('@copy:')
    expect(answer(lines, 'info pages')[0]).toMatch(/^0x00020000…0x00020fff {2}write/)
    expect(answer(lines, 'lw ra')).toEqual(['nothing has written r0 before this time: it is as it was at the start'])
    expect(answer(lines, 'log copy a1').length).toBeGreaterThan(10)
  })

  it('changes the machine and another future begins', () => {
    const lines = session(
      OVERFLOW,
      ['b copy', 'c', 'set a1 = 5', 'delete', 'c', 'set u32[@table] = 0x10', 'p *@table', 'set pc = @find', 'si 2'],
      ...ARGS,
    )
    expect(answer(lines, 'c')[0]).toBe('breakpoint 1')
    expect(lines).toContain('the run ends here: HALT')
    expect(answer(lines, 'p *@table')[0]).toContain('0x10')
    expect(answer(lines, 'si 2')[0]).toBe('the run ends here: PANIC')
  })

  it('reads commands from a script, and from standard input', () => {
    cli.file('commands', '# what a script may say\nbreak find\ncontinue\n\nbt\n')
    const script = cli.run(['debug', OVERFLOW, '--batch', '-x', 'commands'])
    expect([script.code, script.out]).toEqual([0, expect.stringContaining('#1 ')])
    const typed = cli.run(['debug', OVERFLOW, ...ARGS], { input: 'b copy\nc\nwrong\n\nc\nquit\nb 5\n' })
    expect(typed.code).toBe(0)
    expect(typed.out).toContain('error: there is no command wrong')
    expect(typed.out.match(/^breakpoint 1$/gm)).toHaveLength(2)
    expect(typed.out).not.toContain('breakpoint 2')
  })

  it.each([
    ['nonsense', 'there is no command nonsense; help lists them'],
    ['break nowhere', 'nowhere: no register, label or function of that name'],
    ['break 26', 'pc: no instruction begins at 26'],
    ['break 5000', '5000: the code has 54 bytes'],
    ['break x.c:3', 'x.c:3: no code is known to come from there'],
    ['watch 0xffffffff', '0xffffffff: no range below 2^32'],
    ['rwatch r7', 'register: only writes of registers are watched'],
    ['goto -', 'expected a time, +N, -N, start or end'],
    ['goto 99999999999999999999999', 'expected a time, +N, -N, start or end'],
    ['set r13 = 1', 'r13: expected a register, pc, gas, u32[ADDRESS] or *ADDRESS'],
    ['set u32[0] = 1', '4 bytes at 0x0 are not mapped'],
    ['set pc = 0x100000000', 'pc has 32 bits'],
    ['x/5000x 0', 'at most 4096'],
    ['p u8[0]', '1 bytes at 0x0 cannot be read'],
    ['delete 7', 'there is no breakpoint 7'],
    ['info everything', 'expected registers, breakpoints, pages, calls, run'],
    ['log copy', 'expected a place and expressions: log LOCATION EXPRESSION[, EXPRESSION…]'],
    ['up', 'this is the outermost frame'],
    ['si x', 'x: expected a number'],
  ])('%s: says what is wrong and ends with 2', (command, message) => {
    const { code, err } = cli.run(['debug', OVERFLOW, '--batch', '--ex', command])
    expect([code, err]).toEqual([2, `error: --ex: ${message}\n`])
  })

  it('refuses what says twice how a recorded run goes, and standard input for the program', () => {
    expect(cli.run(['debug', OVERFLOW, '--program', OVERFLOW, '--batch'])).toMatchObject({ code: 2 })
    expect(cli.run(['debug', '-'], { input: 'trap' })).toMatchObject({ code: 2 })
    expect(cli.run(['debug', 'missing.pvm'])).toMatchObject({
      code: 2,
      err: 'error: missing.pvm: there is no such file\n',
    })
  })

  it.skipIf(vectors === undefined)('opens a recorded service', () => {
    const file = join(vectors!, 'traces/trace-001.log')
    const lines = session(file, ['info calls 2', 'break 93537', 'rc', 'bt', 'goto start', 'c'], '--end')
    expect(lines[0]).toBe('the run ends here: HALT')
    expect(answer(lines, 'info calls 2')[1]).toMatch(/^ +66 {2}ecalli 100 log/)
    expect(answer(lines, 'bt')).toHaveLength(2)
    expect(answer(lines, 'c')[0]).toBe('breakpoint 1')
    expect(cli.run(['debug', file, '--gas', '5', '--batch'])).toMatchObject({
      code: 2,
      err: 'error: --gas: the recorded trace says how the program runs\n',
    })
  })

  it('coulis run says how to open it there', () => {
    const { out } = cli.run([
      'run',
      OVERFLOW,
      ...ARGS,
      '--regs',
      'signed',
      '--gas=1k',
      '-r',
      'a5=1',
      '--mem',
      '0x20000+8',
    ])
    const line = out.split('\n').find(one => one.startsWith('debug   '))!
    expect(line).toBe(`debug   coulis debug ${OVERFLOW} --args ${ARGS[1]} --gas 1k --reg a5=1 --end`)
    const opened = cli.run([...line.split(/\s+/).slice(2), '--batch'])
    expect(opened.out).toContain('the run ends here: PAGE-FAULT at 0x646000')
    expect(cli.run(['run', OVERFLOW]).out).not.toContain('debug ')
  })
})

describe('expressions', () => {
  const { program } = programOf('trap')
  const vm: Vm = createEngine().instantiate(program, {
    gas: 77n,
    regs: [0n, 5n, 2n ** 64n - 1n],
    pages: [{ address: 0x20000, length: 4096, access: 3 }],
    memory: [{ address: 0x20000, bytes: Uint8Array.of(0xfe, 0xff, 0xff, 0xff, 1) }],
  })
  const value = (text: string): bigint => parseExpression(text, name => (name === 'label' ? 0x20000 : undefined))(vm)

  it.each([
    ['1 + 2 * 3', 7n],
    ['(1 + 2) * 3', 9n],
    ['10 - 2 - 3', 5n],
    ['r1 + $r1 + sp', 15n],
    ['-1', 2n ** 64n - 1n],
    ['r2 + 1', 0n],
    ['u8[0x20000]', 0xfen],
    ['i8[label]', 2n ** 64n - 2n],
    ['i32[@label] == -2', 1n],
    ['u16[label + 3]', 0x1ffn],
    ['*label & 0xff', 0xfen],
    ['gas == 77 && pc == 0', 1n],
    ['1 < 2 || nothing', undefined],
    ['!5 | ~0 ^ 3', 2n ** 64n - 4n],
    ['1 << 63 >> 62', 2n],
    ['1_000 / 7 % 10', 2n],
    ['5 / 0', 2n ** 64n - 1n],
    ['5 % 0', 5n],
    ['1 << 64', 1n],
  ])('%s', (text, result) => {
    if (result === undefined) expect(() => value(text)).toThrow('nothing')
    else expect(value(text)).toBe(result)
  })

  it.each([
    '',
    '1 +',
    '(1',
    'u8[1',
    '1 2',
    'r13',
    '$x',
    '1 ; 2',
    '0x1_0000_0000_0000_0000_',
    '@r7',
    'constructor',
    '('.repeat(500),
    '-'.repeat(500) + '1',
  ])('refuses %s', text => {
    expect(() => value(text)).toThrow(expect.objectContaining({ name: 'CliError' }))
  })
})
