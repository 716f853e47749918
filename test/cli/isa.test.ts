// `--isa` on the commands that run programs from records and test files, where nothing says the opcode numbers. Of files: wrapped.test.ts.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { assemble, type InstructionSetName } from '../../src/index.ts'
import { createCli } from './cli.ts'

const cli = createCli()

/** count_set_bits_64 has 102 in GP 0.7.2, 101 in 0.8.0, and forms of another encoding in PolkaVM 0.37. */
const TEXT = 'count_set_bits_64 r7, r8\necalli 3\njump_ind r0'
const program = (isa: InstructionSetName): Uint8Array => assemble(`.isa ${isa}\n.format raw\n${TEXT}`).bytes

function vector(isa: InstructionSetName): Record<string, unknown> {
  return {
    name: isa,
    'initial-regs': [0xffff0000, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0],
    'initial-pc': 0,
    'initial-page-map': [],
    'initial-memory': [],
    'initial-gas': 100,
    program: [...assemble(`.isa ${isa}\n.format raw\ncount_set_bits_64 r7, r8\ntrap`).bytes],
    'expected-status': 'panic',
    'expected-regs': [0xffff0000, 0, 0, 0, 0, 0, 0, 3, 7, 0, 0, 0, 0],
    'expected-pc': 2,
    'expected-memory': [],
    'expected-gas': 98,
  }
}

const trace = (isa: InstructionSetName): string =>
  [
    `program 0x${Buffer.from(program(isa)).toString('hex')}`,
    'start pc=0 gas=100 r00=0xffff0000 r08=0x7',
    'ecalli=3 pc=2 gas=98 r00=0xffff0000 r07=0x3 r08=0x7',
    'setreg r07 <- 0x10',
    'setgas <- 88',
    'HALT pc=4 gas=87 r00=0xffff0000 r07=0x10 r08=0x7',
    '',
  ].join('\n')

describe.each(['gp-0.8.0', 'latest64-0.37'] as const)('--isa %s', isa => {
  const tests = cli.file(`${isa}.json`, JSON.stringify(vector(isa)))
  const record = cli.file(`${isa}.log`, trace(isa))

  it.each([1, 2])('conform, in %i processes', jobs => {
    const other = cli.file(`${isa}-2.json`, JSON.stringify(vector(isa)))
    const run = (...args: string[]) => cli.run(['conform', tests, other, '--jobs', `${jobs}`, ...args])
    expect(run('--isa', isa)).toMatchObject({ code: 0, out: expect.stringContaining('2 passed, 0 failed') })
    expect(run().code).toBe(1)
    expect(run('--isa', isa, '--jsonl').out).toContain(`"isa":"${isa}"`)
  })

  it('serve', () => {
    const ask = (...args: string[]) => cli.run(['serve', ...args], { input: JSON.stringify(vector(isa)) })
    const counted = '"expected-regs":[4294901760,0,0,0,0,0,0,3,'
    expect(ask('--isa', isa).out).toContain(counted)
    expect(ask().out).not.toContain(counted)
  })

  it('replay, with the recorded program and with another', () => {
    expect(cli.run(['replay', record, '--isa', isa])).toMatchObject({ code: 0 })
    expect(cli.run(['replay', record]).code).not.toBe(0)
    const same = cli.file(`${isa}.bin`, program(isa))
    expect(cli.run(['replay', record, '--isa', isa, '--program', same])).toMatchObject({ code: 0 })
    expect(cli.run(['replay', record, '--isa', isa, '--jsonl']).out).toContain(`"isa":"${isa}"`)
  })

  it('debug, of a program and of a record', () => {
    const file = cli.file(`${isa}.bin`, program(isa))
    const look = (...args: string[]): string => {
      const { out, err } = cli.run(['debug', ...args, '--batch', '--ex', 'disas'])
      return out + err
    }
    for (const opened of [[file, '--kind', 'raw'], [record]]) {
      expect(look(...opened, '--isa', isa)).toContain('count_set_bits_64')
      expect(look(...opened)).not.toContain('count_set_bits_64')
    }
  })
})

it('fuzz names it in the commands that go on, and in its lines', () => {
  const args = ['fuzz', '--isa', 'latest32', '--seed', 'isa', '--cases', '3', '--jobs', '1']
  const { code, out } = cli.run([...args, '--jsonl'])
  expect([code, out.split('\n')[0]]).toEqual([0, expect.stringContaining('"isa":"latest32"')])
  expect(cli.run([...args, '--profile', 'gp-0.8.0'])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^no difference/),
  })
  expect(cli.run(['fuzz', '--isa', 'latest65']).code).toBe(2)
})

it('service: the codes of all services have it', () => {
  const folder = join(import.meta.dirname, '../../examples/service')
  const [blocks, state] = [join(folder, 'blocks.json'), join(folder, 'state.json')]
  const run = (...args: string[]) => cli.run(['service', blocks, '--state', state, ...args])
  const plain = run()
  expect(plain.code).toBe(0)
  expect(run('--isa', 'gp-0.7.2').out).toBe(plain.out)
  // Read in the other encoding it is another program.
  expect(run('--isa', 'latest64-0.37').out).not.toBe(plain.out)
})
