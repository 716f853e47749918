// The counts of scripts/counts.gen.json: what is compared, and that whatever grows is named. The counts of the core and of heap are
// looked at in CI (.ci/run, step counts).
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'

const SCRIPT = join(import.meta.dirname, '../../scripts/counts.mjs')
const FILE = join(import.meta.dirname, '../../scripts/counts.gen.json')
const { compareCounts } = await import(pathToFileURL(SCRIPT).href)

it('names what grew or shrank beyond its tolerance, what is new and what is gone', () => {
  const tolerance = { part: 0.01, absolute: 0, unit: 'bytes' }
  const compare = (before: object, now: object): string[] => compareCounts('modules', before, now, tolerance)
  expect(compare({ a: 1000, b: 1000 }, { a: 1010, b: 990 })).toEqual([])
  expect(compare({ a: 1000, b: 1000, c: 1 }, { a: 1011, b: 989, d: 2 })).toEqual([
    'grew: modules, a: 1000 to 1011 bytes (+1.1 %)',
    'shrank: modules, b: 1000 to 989 bytes (-1.1 %)',
    'gone: modules, c',
    'new: modules, d: 2 bytes',
  ])
  const heap = { part: 0, absolute: 0.5, unit: 'bytes' }
  expect(compareCounts('heap', { a: 0 }, { a: 0.5 }, heap)).toEqual([])
  expect(compareCounts('heap', { a: 0 }, { a: 16 }, heap)).toEqual(['grew: heap, a: 0 to 16 bytes'])
})

it('the modules of the benchmark programs have the size that is written down', () => {
  execFileSync(process.execPath, [SCRIPT, '--check', '--only', 'modules'])
})

it('a module that is 2 % larger than it was ends the check with exit code 1, its name and how to renew the file', () => {
  const counts = JSON.parse(readFileSync(FILE, 'utf8'))
  const now = counts.modules.fib33
  counts.modules.fib33 = Math.floor(now / 1.02)
  const file = join(mkdtempSync(join(tmpdir(), 'coulis-counts-')), 'counts.json')
  writeFileSync(file, JSON.stringify(counts))
  const { status, stdout } = spawnSync(process.execPath, [SCRIPT, '--check', '--only', 'modules', '--file', file], {
    encoding: 'utf8',
  })
  expect(status).toBe(1)
  expect(stdout).toContain(`grew: modules, fib33: ${counts.modules.fib33} to ${now} bytes of WebAssembly (+2.0 %)`)
  expect(stdout).toContain('npm run counts')
})
