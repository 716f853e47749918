// Why a program stopped and where, as `coulis run` says it; where the gas went.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/index.ts'
import { createCli } from './cli.ts'

const cli = createCli()
const ROOT = join(import.meta.dirname, '../..')

/** The lines `why`, `with`, `where` and `after`. */
function reasonOf(text: string, ...options: readonly string[]): string[] {
  cli.file('p.pvm', text)
  const { out } = cli.run(['run', 'p.pvm', ...options])
  return out.split('\n').filter(line => /^(why|with|where|after) /.test(line))
}

describe('a program that panicked or faulted', () => {
  it.each([
    ['trap', 'trap: the program says so'],
    ['jump_ind r3', 'jump_ind r3: jumps to the address 0x0: 0 leads nowhere'],
    ['jump_ind r3 + 3', 'jump_ind r3 + 3: jumps to the address 0x3, which is odd'],
    ['jump_ind r3 + 6', 'jump_ind r3 + 6: jumps to the address 0x6, behind the jump table of 0'],
    ['store_u8 [0x100], r7', 'store_u8 [0x100], r7: writes 1 byte at 0x100, below 0x10000 every access panics'],
    [
      'load_ind_u32 r7, [r8 + 0x20000]',
      'load_ind_u32 r7, [r8 + 0x20000]: reads 4 bytes at 0x20000, which is not mapped',
    ],
    ['jump 1', 'jump 1: jumps to 1, where no instruction begins'],
    ['jump 9', 'jump 9: jumps to 9, outside of the code'],
    ['jump @a\n@a: trap', 'trap: the program says so'],
    ['load_imm r1, 5\n@a: jump @a', 'jump 3: jumps to 3, where no basic block begins'],
  ])('%s', (text, why) => {
    expect(reasonOf(text)[0]).toBe(`why     ${why}`)
  })

  it('says what is at a pc without an instruction', () => {
    expect(reasonOf('add_64 r1, r1, r1')).toEqual(['why     there is no code at 3: it has 3 bytes'])
    expect(reasonOf('load_imm r1, 0x4000', '--pc', '1')[0]).toMatch(/^why {5}no instruction at 1: the byte there is 0x/)
  })

  it('knows a store to a read-only page, and the label and line it is in', () => {
    const text = '.format standard\n.ro\n@x: .ascii "hi"\n.code\n@f:\nload_imm r7, 5\nstore_u8 [@x], r7'
    expect(reasonOf(text)).toEqual([
      'why     store_u8 [0x10000], r7: writes 1 byte at 0x10000, which is read-only',
      'with    r7=5',
      'where   f + 3, in p.pvm:7',
    ])
  })

  it('names the function by where it begins, where nothing else does', () => {
    const text = 'load_imm_jump r0, 2, @f\n@back: jump @back\n@f:\nload_imm r7, 5\nload_ind_u8 r2, [r3]'
    const { bytes, labels } = assemble(`.jump_table @back\n${text}`)
    cli.file('bare.bin', bytes)
    const { out } = cli.run(['run', 'bare.bin', '--json'])
    const at = labels.get('f')
    expect(JSON.parse(out).where).toBe(`code at ${at} + 3`)
    // Where there is a line, there is nothing to guess.
    expect(reasonOf('trap')).toEqual(['why     trap: the program says so', 'where   p.pvm:1'])
  })

  it('is said in JSON too, and of no other exit', () => {
    const { out } = cli.run(['run', '-', '--json'], { input: 'trap' })
    expect(JSON.parse(out)).toMatchObject({ exit: 'panic', why: 'trap: the program says so', where: '-:1' })
    expect(reasonOf('jump_ind r0')).toEqual([])
    expect(reasonOf('ecalli 3')[0]).toBe('why     ecalli 3: nobody answers host call 3')
  })

  it('says what could not be paid, and which host call was the last', () => {
    cli.file('counter.pvm', readFileSync(join(ROOT, 'examples/counter.pvm')))
    const run = (gas: number): string[] => {
      const args = [
        'run',
        'counter.pvm',
        '--entry',
        'accumulate',
        '--args',
        '0x2a0003',
        '--calls',
        '0',
        '--gas',
        `${gas}`,
      ]
      return cli
        .run(args)
        .out.split('\n')
        .filter(line => /^(why|after) /.test(line))
    }
    expect(run(107)).toEqual([
      'why     move_reg r7, r2: the instruction costs 1 gas, 0 left',
      'after   ecalli 4 write → 0xffffffffffffffff, at pc 83, 22 gas',
    ])
    expect(run(90)).toEqual(['why     ecalli 4: the host call takes more gas than there is, 5 left'])
  })

  it('has the reason as data in JSON', () => {
    const { out } = cli.run(['run', '-', '--json'], { input: 'load_imm r8, 0x20000\nload_ind_u32 r7, [r8 + 4]' })
    expect(JSON.parse(out).reason).toMatchObject({
      kind: 'access',
      instruction: { name: 'load_ind_u32', reads: { r8: '0x20000' } },
      access: { kind: 'load', address: 0x20004, width: 4, failing: 0x20004, rights: 'none', why: 'not-mapped' },
      place: { lines: [{ path: '-', line: 2 }] },
    })
  })

  it('is said of a replay that differs', () => {
    cli.file('good.pvm', 'load_imm r7, 5\necalli 0\nload_imm r8, 1\njump_ind r0')
    cli.file('bad.pvm', 'load_imm r7, 5\ntrap\nload_imm r8, 1\njump_ind r0')
    expect(cli.run(['run', 'good.pvm', '--record', 'good.trace', '--host', 'stub']).code).toBe(0)
    cli.run(['asm', 'bad.pvm', '-o', 'bad.bin'])
    const { code, out } = cli.run(['replay', 'good.trace', '--program', 'bad.bin'])
    expect(code).toBe(1)
    expect(out).toContain('why     trap: the program says so')
    const { traces } = JSON.parse(cli.run(['replay', 'good.trace', '--program', 'bad.bin', '--json']).out)
    expect(traces[0].reason).toMatchObject({ kind: 'trap', message: 'trap: the program says so' })
  })

  it('runs a file whose debug sections are broken, and says no place', () => {
    const bytes = readFileSync(join(ROOT, 'test/fixtures/polkavm/triangle.polkavm'))
    const at = bytes.indexOf('triangle.c')
    bytes[at - 1] = 0xff
    cli.file('broken.polkavm', bytes)
    const { code, err } = cli.run(['run', 'broken.polkavm', '--export', 'triangle', '--gas', '3'])
    expect([code, err]).toEqual([12, ''])
  })
})

describe('--by-function', () => {
  it('adds up to the gas used, host calls included', () => {
    cli.file('counter.pvm', readFileSync(join(ROOT, 'examples/counter.pvm')))
    const args = ['run', 'counter.pvm', '--entry', 'accumulate', '--args', '0x2a0003', '--by-function', '--json']
    const { gasUsed, gasByFunction, instructions } = JSON.parse(cli.run(args).out)
    const sum = (field: 'gas' | 'instructions'): number =>
      gasByFunction.reduce((total: number, row: Record<string, number>) => total + row[field]!, 0)
    expect(gasUsed).toBe(139)
    expect(sum('gas')).toBe(139)
    expect(sum('instructions')).toBe(instructions)
    expect(gasByFunction[0]).toEqual({ name: 'after_inputs', gas: 39, instructions: 19 })
  })

  it('counts a last host call that does not return, and gas that ends', () => {
    const run = (text: string, ...options: string[]): [number, number] => {
      const { gasUsed, gasByFunction } = JSON.parse(
        cli.run(['run', '-', '--by-function', '--json', ...options], { input: text }).out,
      )
      return [gasUsed, gasByFunction.reduce((total: number, { gas }: { gas: number }) => total + gas, 0)]
    }
    for (const [used, counted] of [
      run('@f: ecalli 0\njump_ind r0', '--host', 'stub'),
      run('@f: load_imm r7, 1\n@g: ecalli 3\n@h: trap', '--host', 'stub', '--gas', '5'),
      run('fallthrough\n@a: jump @a', '--gas', '1000'),
      run('fallthrough\n@a: jump @a', '--gas', '1000', '--profile', 'gp-0.8.0'),
    ]) {
      expect(counted).toBe(used)
      expect(used).toBeGreaterThan(0)
    }
  })
})
