// The test files that CI runs a second time, on a bare clone: all that can tell where they run (scripts/bare-tests.mjs).
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const list = (...args: string[]): string[] =>
  execFileSync(process.execPath, [join(root, 'scripts/bare-tests.mjs'), ...args], { encoding: 'utf8' })
    .trim()
    .split('\n')

it('has every test file in one of its two lists', () => {
  const all = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.test.ts') && !name.includes('node_modules'))
    .map(name => `test/${name}`)
  expect([...list(), ...list('--others')].toSorted()).toEqual(all.toSorted())
})

it('takes those that start processes or are skipped somewhere, themselves or by what they import', () => {
  const told = list()
  // An import only: test/cli/cli.ts starts processes; test/suite/exits.ts looks for the vectors.
  for (const file of ['test/cli/corpus.test.ts', 'test/project/bare-tests.test.ts']) expect(told).toContain(file)
  expect(told.some(file => /\/native\.test\.ts$/.test(file))).toBe(true)
  const others = list('--others')
  expect(others.length).toBeGreaterThan(30)
  for (const file of others) {
    expect([file, readFileSync(join(root, file), 'utf8')]).not.toEqual([
      file,
      expect.stringMatching(/skipIf|runIf|spawn/),
    ])
  }
})

it('calls no command that a bare machine lacks, unless it asks first whether it is there', () => {
  const [, names = ''] = /for name in ([a-z ]+); do/.exec(readFileSync(join(root, '.ci/run'), 'utf8')) ?? []
  const there = names.split(' ')
  expect(there).toContain('node')
  let seen = 0
  for (const file of list()) {
    const text = readFileSync(join(root, file), 'utf8')
    for (const [, command = ''] of text.matchAll(/(?:execFile|execFileSync|spawn|spawnSync)\('([^']+)'/g)) {
      seen++
      const asked = RegExp(`spawnSync\\('${command}', \\['--(version|help)'\\]\\)\\.(status|error)`).test(text)
      if (!there.includes(command)) expect([file, command, asked]).toEqual([file, command, true])
    }
  }
  expect(seen).toBeGreaterThan(3)
})
