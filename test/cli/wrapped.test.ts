// What the command line makes of program files inside of something else, and of --isa.
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/index.ts'
import { createCli } from './cli.ts'

const cli = createCli()

const TEXT = 'load_imm r7, 42\njump_ind r0'
const raw = assemble(TEXT).bytes
const next = assemble(`.isa latest64-0.37\n.format raw\n${TEXT}`).bytes
const container = assemble(`.isa gp-0.8.0\n.format polkavm\n${TEXT}`).bytes

describe('program files inside of something else', () => {
  const run = (name: string, contents: string | Uint8Array, ...args: string[]): string => {
    const { out, err } = cli.run(['run', cli.file(name, contents), '--reg', 'r0=0xffff0000', ...args])
    return out + err
  }
  const hex = Buffer.from(raw).toString('hex')

  it.each([
    ['hex', hex],
    ['hex with 0x', `0x${hex}\n`],
    ['hex in groups and lines', hex.replace(/(..)(?=.)/g, '$1 ').replace(/(.{12}) /, '$1\n')],
    ['a JSON array of bytes', JSON.stringify([...raw])],
  ])('%s is the bytes', (_, contents) => {
    expect(run('program.txt', contents)).toMatch(/^HALT[\s\S]* r7=0x2a /)
  })

  it('a container behind metadata of which the length stands in front', () => {
    const metadata = [5, ...Buffer.from('about')]
    expect(run('program.corevm', Uint8Array.from([...metadata, ...container]))).toMatch(/^HALT[\s\S]* r7=0x2a /)
    expect(run('other.corevm', Uint8Array.from([6, ...metadata.slice(1), ...container]))).toMatch(/no program file/)
  })

  it('numbers above 255, and an odd number of digits, are no bytes', () => {
    expect(run('program.json', '[0, 0, 256]')).not.toContain('HALT')
    expect(run('program.hex', `${hex}0`)).not.toContain('HALT')
  })

  it('--isa reads bytes in the encoding that nothing in them tells', () => {
    expect(run('next.bin', next, '--isa', 'latest64-0.37')).toMatch(/^HALT[\s\S]* r7=0x2a /)
    expect(run('next.bin', next, '--isa', 'latest65')).toMatch(/latest65/)
    for (const command of ['inspect', 'disasm', 'gas']) {
      const { code, out } = cli.run([command, 'next.bin', '--isa', 'latest64-0.37'])
      expect([command, code, out === '']).toEqual([command, 0, false])
    }
  })
})
