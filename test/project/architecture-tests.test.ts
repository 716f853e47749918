// The shape of the tests: they mirror the sources.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')

/** The folders of test/, by their paths from there, and those of what tests read left out. */
const folders = readdirSync(join(ROOT, 'test'), { recursive: true, withFileTypes: true })
  .filter(entry => entry.isDirectory())
  .map(entry => relative(join(ROOT, 'test'), join(entry.parentPath, entry.name)))
  .filter(folder => !folder.includes('node_modules'))

/** The folders that docs/testing.md names as those that cut across. */
const across = new Set(
  readFileSync(join(ROOT, 'docs/testing.md'), 'utf8')
    .split('\n')
    .filter(line => line.startsWith('| `test/'))
    .flatMap(line => [...line.split('|')[1]!.matchAll(/`test\/([\w/]+)\/`/g)].map(match => match[1]!)),
)

const holdsTests = (folder: string): boolean =>
  readdirSync(join(ROOT, 'test', folder)).some(name => name.endsWith('.test.ts'))

it('a folder of tests stands for a folder of src/, or docs/testing.md says what it is for', () => {
  expect(across.size).toBeGreaterThan(5)
  const unexplained = folders.filter(
    folder =>
      (holdsTests(folder) || !folder.includes('/')) && !across.has(folder) && !existsSync(join(ROOT, 'src', folder)),
  )
  expect(unexplained).toEqual([])
})

it('each folder that docs/testing.md explains is there, and stands for none of src/', () => {
  expect([...across].filter(folder => !folders.includes(folder) || existsSync(join(ROOT, 'src', folder)))).toEqual([])
})

it('an engine is tested in the folder of its name, beside what holds for all of them', () => {
  const engines = readdirSync(join(ROOT, 'src/engine'), { withFileTypes: true }).filter(entry => entry.isDirectory())
  const stray = engines.filter(({ name }) => folders.includes(name)).map(({ name }) => `test/${name}`)
  expect(stray).toEqual([])
})
