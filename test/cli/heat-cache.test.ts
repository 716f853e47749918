// `--heat-cache`: what was hot in a program is kept in a folder from one process to the next.
import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createCli } from './cli.ts'

const cli = createCli()
/** A loop of 60 million instructions: long enough to be compiled in a process that begins with it. */
const loop = cli.file(
  'loop.pvm',
  `load_imm r5, 20000000
  fallthrough
  @turn:
  add_imm_64 r7, r7, 3
  add_imm_64 r5, r5, -1
  branch_ne_imm r5, 0, @turn
  jump_ind r0`,
)
const heat = join(cli.folder, 'kept', 'heat')
const run = (...more: string[]) => cli.run(['run', loop, '--reg', 'r0=0xffff0000', '--gas', '1000000000', ...more])
const files = () => readdirSync(heat)

describe('--heat-cache', () => {
  const expected = run().out.replace(/\d+(\.\d+)? ms/g, '')
  const isSame = (out: string) => expect(out.replace(/\d+(\.\d+)? ms/g, '')).toBe(expected)

  it('makes the folder and writes the heat of what was compiled', () => {
    const { out, err, code } = run('--heat-cache', heat)
    expect([code, err]).toEqual([0, ''])
    isSame(out)
    expect(files()).toEqual([expect.stringMatching(/^[0-9a-f]{32}\.heat$/)])
    expect(readFileSync(join(heat, files()[0]!)).subarray(0, 11).toString()).toBe('coulis heat')
  })

  it('begins with it the next time', () => {
    const before = readFileSync(join(heat, files()[0]!))
    const { out, err } = run('--heat-cache', heat)
    isSame(out)
    expect(err).toBe('')
    expect(files().length).toBe(1)
    expect(readFileSync(join(heat, files()[0]!)).subarray(0, 28)).toEqual(before.subarray(0, 28))
  })

  it('says when a file is of no use, runs without it, and writes it anew', () => {
    const path = join(heat, files()[0]!)
    for (const junk of ['', 'junk', 'coulis heat\u0009 and more']) {
      writeFileSync(path, junk)
      const { out, err, code } = run('--heat-cache', heat)
      expect([code, err]).toEqual([0, expect.stringContaining(`${path}: this heat is not used: it `)])
      isSame(out)
      expect(readFileSync(path).subarray(0, 11).toString()).toBe('coulis heat')
    }
  })

  // A machine with Node and git alone has no command that makes a pipe, and Node makes none itself.
  it.skipIf(spawnSync('mkfifo', ['--help']).error !== undefined)('reads no pipe, and puts a file in its place', () => {
    const path = join(heat, files()[0]!)
    rmSync(path)
    execFileSync('mkfifo', [path])
    const { out, err, code } = run('--heat-cache', heat)
    expect([code, err]).toEqual([0, expect.stringContaining('this heat is not used: it is no file')])
    isSame(out)
    expect(readFileSync(path).subarray(0, 11).toString()).toBe('coulis heat')
  })

  it('is refused where no heat comes to be, and where there can be no folder', () => {
    const other = run('--heat-cache', heat, '--engine', 'interpreter')
    expect([other.code, other.err]).toEqual([2, expect.stringContaining('only the engine auto has heat')])
    const nowhere = run('--heat-cache', loop)
    expect([nowhere.code, nowhere.err]).toEqual([2, expect.stringContaining('--heat-cache: ')])
    if (process.platform !== 'linux') return
    const refused = run('--heat-cache', '/proc/coulis/heat')
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('--heat-cache: ')])
  })
})
