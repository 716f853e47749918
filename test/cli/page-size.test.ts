// `--page-size`: a `.polkavm` file as under a host with larger pages.
import { expect, it } from 'vitest'
import { assemble } from '../../src/index.ts'
import { createCli } from './cli.ts'

const cli = createCli()
const text =
  '.isa latest64\n.format polkavm\n.rw\n.u64 1\n.stack 4096\n.export f @f\n.code\n@f: store_u8 [0x23fff], r7\njump_ind r0'
const file = cli.file('pages.polkavm', assemble(text).bytes)

it('run: what is behind a page of 4,096 bytes is in one of 16,384', () => {
  expect(cli.run(['run', file, '--export', 'f']).out).toMatch(/^PANIC/)
  expect(cli.run(['run', file, '--export', 'f', '--page-size', '16384']).out).toMatch(/^HALT/)
  expect(cli.run(['run', cli.file('pages.pvm', text), '--export', 'f', '--page-size', '16384']).out).toMatch(/^HALT/)
})

it('inspect shows the memory so', () => {
  const regions = (...args: string[]) => JSON.parse(cli.run(['inspect', file, '--json', ...args]).out)
  expect(JSON.stringify(regions('--page-size', '65536'))).toContain('65536')
  expect(JSON.stringify(regions())).not.toContain('65536')
})

it('other sizes, and files that have no such pages, are refused', () => {
  for (const size of ['0', '4095', '12288', '131072', 'x', '4096.0', ''])
    expect(cli.run(['run', file, '--page-size', size]).code, size).toBe(2)
  const raw = cli.file('raw.pvm', assemble('trap').bytes)
  const { code, err } = cli.run(['run', raw, '--page-size', '16384'])
  expect([code, err]).toEqual([expect.any(Number), expect.stringContaining('--page-size is for .polkavm files')])
  expect(code).not.toBe(0)
})
