// The examples of adapters run, and print what is expected. Not the adapters themselves.
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { arePeersInstalled, unlessInstalled } from './peers.ts'

const ROOT = join(import.meta.dirname, '../..')
const MODULES = join(import.meta.dirname, 'peers/node_modules')
const isBuilt = existsSync(join(ROOT, 'dist/lib/typeberry.js'))

/** Runs an example where a user would have it: beside an installed coulis and its peer. */
function runExample(name: string): string {
  const folder = join(MODULES, '.examples')
  mkdirSync(folder, { recursive: true })
  if (!existsSync(join(MODULES, 'coulis'))) symlinkSync(ROOT, join(MODULES, 'coulis'), 'dir')
  copyFileSync(join(ROOT, 'examples/adapters', name), join(folder, name))
  return execFileSync(process.execPath, [join(folder, name)], { encoding: 'utf8' })
}

describe.skipIf(!arePeersInstalled || !isBuilt)(`examples of adapters${unlessInstalled}`, () => {
  it('typeberry.mjs runs a service in typeberry’s own loop', () => {
    expect(runExample('typeberry.mjs')).toBe(
      ['log: count is 3', 'OK gas 119n output Uint8Array(8) [', '  3, 0, 0, 0,', '  0, 0, 0, 0', ']', ''].join('\n'),
    )
  })

  it('ananas.mjs runs a service, call by call', () => {
    expect(runExample('ananas.mjs')).toBe('log: count is 3\nstatus 0 gas left 9861n\n')
  })

  it('debugger.mjs stops at every turn of a loop', () => {
    const turns = ['r7 5n r8 1n', 'r7 4n r8 5n', 'r7 3n r8 20n', 'r7 2n r8 60n', 'r7 1n r8 120n'].map(
      regs => `at 4 ${regs}`,
    )
    expect(runExample('debugger.mjs')).toBe(`${turns.join('\n')}\nstatus 3 call 9 r8 120n\n`)
  })

  it('tsjam.mjs answers a host call with a new register object', () => {
    expect(runExample('tsjam.mjs')).toBe('host call 3 r7 41n pc 7\nhalt r7 1001n gas 96n\n')
  })

  it('pool.mjs runs a service in two threads', () => {
    const counts = Array.from({ length: 20 }, (_, i) => i).join(' ')
    expect(runExample('pool.mjs')).toBe(`${counts}\ngas 2890n\n`)
  })
})
