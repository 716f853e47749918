// Symbols files of the command line: made of one file, found beside another, by every command; files of other builds are errors.
import { readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { type Cli, createCli } from './cli.ts'

const BROKEN = `.rw
@result: .u64 0
.code
@main:
    load_imm_jump r0, &back, @fails
@back: trap
@fails:
    load_imm r7, 0
    load_u64 r7, [16]
    jump_ind r0
`

let cli: Cli
beforeAll(() => {
  cli = createCli()
  cli.file('broken.pvm', BROKEN)
  expect(cli.run(['asm', 'broken.pvm', '-f', 'jam', '-o', 'broken.jam']).code).toBe(0)
}, 60_000)

it('says nothing of names before there is a file, and all commands do with it', () => {
  expect(cli.run(['run', 'broken.jam']).out).not.toContain('fails')
  const made = cli.run(['symbols', 'broken.pvm', '--for', 'broken.jam'])
  expect([made.code, made.out]).toEqual([0, 'broken.jam.pvmsym: 3 functions, 5 source places\n'])
  const run = cli.run(['run', 'broken.jam'])
  expect([run.code, run.out]).toEqual([10, expect.stringContaining('where   fails + 2, in broken.pvm:9')])
  expect(JSON.parse(cli.run(['run', 'broken.jam', '--json']).out).where).toContain('fails')
  expect(cli.run(['profile', 'broken.jam']).out).toMatch(/^fails +2 /m)
  expect(cli.run(['coverage', 'broken.jam', '-o', 'lcov.info']).out).toMatch(/^fails +2 +3 /m)
  expect(readFileSync(join(cli.folder, 'lcov.info'), 'utf8')).toContain('FNDA:1,fails')
  expect(cli.run(['disasm', 'broken.jam', '--source']).out).toContain('broken.pvm:9')
  expect(cli.run(['debug', 'broken.jam', '--end', '--ex', 'bt', '--batch']).out).toContain('fails')
})

it('is found beside the code of a state, by the code', () => {
  const state = { services: { 7: { code: '@broken.jam', balance: 1e12 } } }
  cli.file('state.json', JSON.stringify(state))
  const item = { service: 7, gas: 100_000, result: '0x01' }
  cli.file('blocks.json', JSON.stringify({ blocks: [{ slot: 1, items: [item] }] }))
  const said = cli.run(['service', 'blocks.json', '--state', 'state.json'])
  expect(said.out).toContain('accumulate ended in panic')
  expect(said.out).toContain('where   fails + 2, in broken.pvm:9')
  cli.file('state.json', JSON.stringify({ services: { 7: { ...state.services[7], code: '@nameless.jam' } } }))
  cli.file('nameless.jam', readFileSync(join(cli.folder, 'broken.jam')))
  expect(cli.run(['service', 'blocks.json', '--state', 'state.json']).out).not.toContain('broken.pvm')
})

it('disasm --functions says where functions begin: as they are named, else where the code shows one', () => {
  const named = cli.run(['disasm', 'broken.jam', '--functions']).out
  expect(named).toMatch(/^; function main, \d+ bytes\n *\d+ {2}load_imm_jump r0/m)
  expect(named).toMatch(/^; function fails, \d+ bytes$/m)
  cli.file('bare.pvm', BROKEN)
  cli.run(['asm', 'bare.pvm', '-f', 'jam', '-o', 'bare.jam'])
  const found = cli.run(['disasm', 'bare.jam', '--functions']).out
  expect(found).toMatch(/^; function code at 0, \d+ bytes$/m)
  expect(found.match(/^; function/gm)!.length).toBeGreaterThan(1) // what is called is one
  expect(found.replace(/^; function.*\n/gm, '')).toBe(cli.run(['disasm', 'bare.jam', '--listing']).out)
  expect(cli.run(['disasm', 'bare.jam', '--functions', '--symbols', 'broken.jam.pvmsym']).out).toContain(
    '; function fails,',
  )
})

it('may be anywhere with --symbols, and is an error where it is of another program', () => {
  renameSync(join(cli.folder, 'broken.jam.pvmsym'), join(cli.folder, 'names'))
  expect(cli.run(['profile', 'broken.jam']).out).not.toContain('fails')
  expect(cli.run(['profile', 'broken.jam', '--symbols', 'names']).out).toContain('fails')
  expect(cli.run(['disasm', 'broken.jam', '--symbols', 'names']).out).toContain('broken.pvm:9')
  cli.file('other.pvm', BROKEN.replace('load_imm r7, 0', 'load_imm r7, 70000'))
  cli.run(['asm', 'other.pvm', '-f', 'jam', '-o', 'other.jam'])
  renameSync(join(cli.folder, 'names'), join(cli.folder, 'other.jam.pvmsym'))
  const stale =
    'other.jam.pvmsym: line 2: it is of another program: make it again, from the same build (coulis symbols)\n'
  for (const command of ['run', 'profile']) {
    expect(cli.run([command, 'other.jam']), command).toMatchObject({ code: 2, err: `error: ${stale}` })
  }
  expect(cli.run(['symbols', 'broken.pvm', '--for', 'other.jam']).code).toBe(2)
  expect(cli.run(['symbols', 'broken.jam'])).toMatchObject({
    code: 2,
    err: 'error: broken.jam: no names in it (link it without stripping)\n',
  })
  expect(cli.run(['symbols', 'broken.pvm']).out).toMatch(/^# coulis symbols 1\n/)
})
