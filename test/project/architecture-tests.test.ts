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

/** The tests of a file that have more lines than that, by the line where they begin. */
function longTests(text: string, most: number): number[] {
  const lines = text.split('\n')
  return lines.flatMap((line, first) => {
    const indent = /^(\s*)(?:it|test)\b.*=> \{$/.exec(line)?.[1]
    if (indent === undefined) return []
    const end = lines.findIndex((other, i) => i > first && other.startsWith(`${indent}}`))
    return end - first + 1 > most ? [first + 1] : []
  })
}

it('a test fits on a screen', () => {
  const body = Array.from({ length: 60 }, () => '    work()').join('\n')
  expect(longTests(`  it('is long', () => {\n${body}\n  }, 1000)\n`, 60)).toEqual([1])
  expect(longTests(`  it('is short', () => {\n    work()\n  })\n${body}\n`, 60)).toEqual([])
  const files = readdirSync(join(ROOT, 'test'), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name.endsWith('.ts') && !entry.parentPath.includes('node_modules'))
    .map(entry => join(entry.parentPath, entry.name))
  const long = files.flatMap(file =>
    longTests(readFileSync(file, 'utf8'), 60).map(line => `${relative(ROOT, file)}:${line}`),
  )
  expect(long).toEqual([])
})
