// Contracts on the command line: calls with and without constructor, what is printed, exit codes, options that do not fit; what
// `inspect` says of limits.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import { checkContractCode } from '../../src/host/contract/index.ts'
import { loadProgram } from '../../src/program/program.ts'
import { call, values } from '../host/contract/abi.ts'
import { createCli } from './cli.ts'

const cli = createCli()
const ROOT = join(import.meta.dirname, '../..')
const flipper = cli.file('flipper.polkavm', readFileSync(join(ROOT, 'examples/contracts/flipper.polkavm')))
const fixture = (name: string): Uint8Array => readFileSync(join(ROOT, `test/fixtures/contracts/${name}.polkavm`))
const factory = cli.file('factory.polkavm', fixture('Factory'))
const child = cli.file('child.polkavm', fixture('Child'))
const run = (...args: string[]) => cli.run(['run', ...args])

describe('coulis run --calldata', () => {
  it('calls a contract, with a log in words, events and storage', () => {
    const { code, out } = run(flipper, '--export', 'call', '--calldata', call('flip()'))
    expect(code).toBe(0)
    expect(out).toMatch(/^set_storage {8}0x0{64} := 32 bytes 0x0{63}1, before nothing$/m)
    expect(out).toMatch(/^returned {2}0x {2}0 bytes$/m)
    expect(out).toMatch(/^event {3}0x[0-9a-f]{40} {2}topics 0x/m)
    expect(out).toMatch(/^storage 0x0{63}1 = 0x0{63}1$/m)
  })

  it('is hinted at where a contract runs without, and nowhere else', () => {
    const plain = run(flipper)
    expect([plain.code, plain.err]).toEqual([13, expect.stringMatching(/^hint: .*--calldata 0x… calls it/m)])
    expect(run(flipper, '--json').err).toContain('--calldata')
    expect(run(flipper, '--calldata', call('flip()')).err).not.toContain('hint')
    expect(run(flipper, '--host', 'none').err).not.toContain('hint')
    expect(run(join(ROOT, 'examples/adder.polkavm')).err).not.toContain('hint')
  })

  it('names no command of the debugger, which has no chain', () => {
    const calldata = ['--calldata', call('flip()')]
    const { out, code } = run(flipper, ...calldata, '--gas', '100')
    expect(code).not.toBe(0)
    expect(out).not.toContain('coulis debug')
    expect(run(flipper, '--gas', '100').out).toContain('coulis debug')
  })

  it('the debugger prints the two commands that debug a call', () => {
    const { code, out, err } = cli.run(['debug', flipper, '--batch'])
    expect(code).toBe(0)
    const found = /^hint: .*: coulis (run .*); coulis (debug .*)$/m.exec(`${out}\n${err}`)
    const [record, debug] = [found![1]!, found![2]!].map(line => line.split(' '))
    expect(cli.run(record!.map(word => (word === '0x…' ? call('flip()') : word))).code).toBe(0)
    const session = cli.run([...debug!, '--batch', '--end'])
    expect([session.code, session.out]).toEqual([0, expect.stringContaining('the run ends here: HALT')])
    expect(session.out).not.toContain('hint')
    const other = cli.run(['debug', join(ROOT, 'examples/adder.polkavm'), '--batch'])
    expect(other.out + other.err).not.toContain('hint')
  })

  it.each([
    [values(1), 1n],
    [values(0), 0n],
  ])('runs the constructor first where it has call data: %s', (data, expected) => {
    const { code, out } = run(flipper, '--deploy', data, '--calldata', call('get()'), '--json')
    expect(code).toBe(0)
    const { contract } = JSON.parse(out)
    expect(contract.outcome).toBe('returned')
    expect(BigInt(contract.output)).toBe(expected)
    expect(contract.log.map(({ name }: { name: string }) => name)).toContain('seal_return')
  })

  it('runs the constructor alone, deploys other contracts, sends value', () => {
    expect(run(flipper, '--export', 'deploy', '--calldata', values(1)).out).toMatch(/^storage 0x0{64} = 0x0{63}1$/m)
    const made = run(factory, '--code', child, '--calldata', call('make(uint256)', 42), '--value', '10')
    expect(made.out).toMatch(/^instantiate {8}code 0x[0-9a-f]{64}, value 5, 32 bytes/m)
    expect(made.out).toMatch(/^ {2}set_storage/m) // the child's constructor, further in
    expect(made.code).toBe(0)
  })

  it('ends with 10 for a revert and a trap, 12 without gas', () => {
    const reverted = run(flipper, '--calldata', call('only(bool)', 1))
    expect([reverted.code, /^reverted {2}0x08c379a0/m.test(reverted.out)]).toEqual([10, true])
    const failed = run(child, '--calldata', call('owner()'))
    expect([failed.code, /^failed {2}immutable-access/m.test(failed.out)]).toEqual([10, true])
    expect(run(flipper, '--calldata', call('flip()'), '--gas', '100').code).toBe(12)
  })

  it.each([
    ['--value', '1'],
    ['--calldata', '0x', '--export', 'other'],
    ['--calldata', '0x', '--host', 'none'],
    ['--calldata', '0x', '--deploy', '0x', '--export', 'deploy'],
    ['--calldata', '0x', '--caller', '0x11'],
    ['--calldata', '0x', '--value', '-1'],
    ['--calldata', '0x', '--code', 'nowhere.polkavm'],
    ['--calldata', '0x', '--deploy', '0x'], // the constructor wants an argument
  ])('refuses %s %s %s %s %s', (...options) => {
    const { code, err } = run(flipper, ...options)
    expect(code).toBe(2)
    expect(err).toMatch(/error: /)
  })

  it('refuses what is no .polkavm file', () => {
    const file = cli.file('plain.pvm', 'trap')
    expect(run(file, '--calldata', '0x').err).toContain('contracts are .polkavm files')
  })
})

describe('the limits of code', () => {
  const check = (text: string, imports = 'seal_return') => {
    const source = `.isa revive-v1\n.format polkavm\n.stack 4096\n.import ${imports}\n.export call @f\n.export deploy @f\n@f:\n${text}`
    const { bytes } = assemble(source)
    return checkContractCode(loadProgram(bytes), bytes.length)
  }
  const limits = (...args: Parameters<typeof check>): string[] => check(...args).issues.map(({ limit }) => limit)

  it.each([
    ['jump_ind r0', 'seal_return', []],
    ['sbrk r7, r7\njump_ind r0', 'seal_return', ['instruction']],
    ['.raw ff\njump_ind r0', 'seal_return', ['instruction']],
    ['ecalli -1\njump_ind r0', 'seal_return', ['instruction']],
    ['jump_ind r0', 'no_such_call', ['import']],
    ['jump_ind r0', 'terminate', ['import']],
    [`${'add_64 r7, r7, r8\n'.repeat(999)}jump_ind r0`, 'seal_return', []],
    [`${'add_64 r7, r7, r8\n'.repeat(1000)}jump_ind r0`, 'seal_return', ['block-size']],
  ] as const)('%#', (text, imports, expected) => {
    expect(limits(text, imports)).toEqual(expected)
  })

  it('memory and file have one, too', () => {
    const big = (size: number): string[] => {
      const { bytes } = assemble(
        `.isa revive-v1\n.format polkavm\n.rw_size ${size}\n.export call @f\n.export deploy @f\n@f:\njump_ind r0`,
      )
      return checkContractCode(loadProgram(bytes), bytes.length).issues.map(({ limit }) => limit)
    }
    expect(big(1_500_000)).toEqual([])
    expect(big(1_600_000)).toEqual(['memory-baseline'])
    const { bytes } = assemble('.isa revive-v1\n.format polkavm\n.export call @f\n.export deploy @f\n@f:\njump_ind r0')
    const program = loadProgram(bytes)
    expect(checkContractCode(program, 1_048_577).issues.map(({ limit }) => limit)).toEqual(['blob-size'])
  })

  it('inspect prints them', () => {
    expect(cli.run(['inspect', flipper]).out).toMatch(/^contract {3}within limits · largest block \d+/m)
    const { contract } = JSON.parse(cli.run(['inspect', flipper, '--json']).out)
    expect(contract).toMatchObject({ issues: [], blobBytes: 3738 })
    const text =
      '.isa revive-v1\n.format polkavm\n.import terminate\n.export call @f\n.export deploy @f\n@f: sbrk r7, r7\njump_ind r0'
    const bad = cli.file('bad.polkavm', assemble(text).bytes)
    expect(cli.run(['inspect', bad]).out).toMatch(/^contract {3}2 limits broken/m)
  })

  it('inspect prints them of a contract that imports nothing, or nothing that is known', () => {
    const head = '.isa revive-v1\n.format polkavm\n.export call @f\n'
    const code = '@f: sbrk r7, r7\njump_ind r0'
    const shown = (text: string): string => cli.run(['inspect', cli.file('alone.polkavm', assemble(text).bytes)]).out
    expect(shown(`${head}.export deploy @f\n${code}`)).toMatch(/^contract {3}1 limit broken/m)
    expect(shown(`${head}.import mine\n.export deploy @f\n${code}`)).toMatch(/^contract {3}2 limits broken/m)
    expect(shown(head + code)).not.toContain('pallet-revive')
  })
})
