// What PolkaVM changed from 0.35 to 0.37: each row in both forms on every engine, against what both versions said of it
// (scripts/polkavm-versions.mjs wrote that down), and that the table in docs/formats.md has all of them, each with its test.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { availableEngines, profile } from '../../src/index.ts'
import { lineOf } from '../narrow/cases.ts'
import { caseFor, outcomeUnder, PEERS, ROWS } from './versions.ts'

const ROOT = join(import.meta.dirname, '../..')
const { hasTest } = await import(pathToFileURL(join(ROOT, 'scripts/rules.mjs')).href)

type Peer = (typeof PEERS)[number]

/** By row: the question and the answer of each peer. */
const ANSWERS = new Map<string, Map<Peer, { line: string; answer: string }>>()
for (const text of readFileSync(join(ROOT, 'test/fixtures/versions.txt'), 'utf8').trimEnd().split('\n')) {
  const [name, peer, rest] = text.split(' | ') as [string, Peer, string]
  const [line, answer] = rest.split(' > ') as [string, string]
  if (!ANSWERS.has(name)) ANSWERS.set(name, new Map())
  // Why PolkaVM refuses a file is in its own words.
  ANSWERS.get(name)!.set(peer, { line, answer: answer.replace(/^refused.*/, 'refused') })
}

const answerOf = (name: string, peer: Peer): string => ANSWERS.get(name)!.get(peer)!.answer

it('PolkaVM was asked about every row, as it is here', () => {
  expect([...ANSWERS.keys()]).toEqual(ROWS.map(({ name }) => name))
  for (const row of ROWS) {
    for (const peer of PEERS) expect(ANSWERS.get(row.name)!.get(peer)!.line, row.name).toBe(lineOf(caseFor(row, peer)))
  }
})

describe.each(ROWS.filter(({ kind }) => kind === 'rule'))('$name', row => {
  it('ended otherwise in 0.35 than in 0.37', () => {
    expect(answerOf(row.name, '0.35')).not.toBe(answerOf(row.name, '0.37'))
    expect(answerOf(row.name, '0.37 recompiler')).toBe(answerOf(row.name, '0.37'))
  })

  it('is a rule that the profiles have in both forms', () => {
    expect(profile('polkavm')[row.rule!]).not.toBe(profile('polkavm-0.37')[row.rule!])
  })

  // A file of version 2 is told by its content here: 0.37 takes it for code of the extended encoding whatever it holds.
  it.each(availableEngines())('ends on %s as in 0.35 under polkavm, as in 0.37 under polkavm-0.37', kind => {
    for (const version of ['0.35', '0.37'] as const) {
      const expected = answerOf(row.name, version)
      const isForced = row.rule === 'instructionSet' && version === '0.37'
      const set = isForced ? 'latest64-0.37' : undefined
      expect(outcomeUnder(caseFor(row, version), kind, version, expected, set), version).toBe(expected)
    }
  })

  it.runIf(row.rule !== 'instructionSet' && row.rule !== 'polkavmNumbers')(
    'is that rule and no other that makes the difference',
    () => {
      const [older, newer] = ['polkavm', 'polkavm-0.37'] as const
      const mixed = profile(older, { [row.rule!]: profile(newer)[row.rule!] })
      const expected = answerOf(row.name, '0.37')
      const each = caseFor(row, '0.35')
      expect(outcomeUnder(each, 'reference', mixed, expected)).toBe(
        outcomeUnder(each, 'reference', profile(newer, { instructionSet: mixed.instructionSet }), expected),
      )
      expect(outcomeUnder(each, 'reference', mixed, expected)).not.toBe(answerOf(row.name, '0.35'))
    },
  )
})

describe.each(ROWS.filter(({ kind }) => kind === 'mended'))('$name', row => {
  it('was a fault of the recompiler of 0.35 alone: its interpreter said what both say in 0.37', () => {
    expect(answerOf(row.name, '0.35 recompiler')).not.toBe(answerOf(row.name, '0.35'))
    for (const peer of ['0.37', '0.37 recompiler'] as const)
      expect(answerOf(row.name, peer)).toBe(answerOf(row.name, '0.35'))
  })

  it.each(availableEngines())('ends on %s as in that interpreter under both profiles', kind => {
    for (const version of ['0.35', '0.37'] as const) {
      const expected = answerOf(row.name, version)
      expect(outcomeUnder(caseFor(row, version), kind, version, expected), version).toBe(expected)
    }
  })
})

describe.each(ROWS.filter(({ kind }) => kind === 'same'))('$name', row => {
  it('ended in 0.35 as in 0.37', () => {
    for (const peer of PEERS) expect(answerOf(row.name, peer), peer).toBe(answerOf(row.name, '0.35'))
  })

  it.each(availableEngines())('ends on %s as there under both profiles', kind => {
    for (const version of ['0.35', '0.37'] as const) {
      const expected = answerOf(row.name, version)
      expect(outcomeUnder(caseFor(row, version), kind, version, expected), version).toBe(expected)
    }
  })
})

describe('the table of docs/formats.md', () => {
  const text = readFileSync(join(ROOT, 'docs/formats.md'), 'utf8')
  const table = text.slice(text.indexOf('#### What PolkaVM changed'), text.indexOf('Differences that are left'))
  const rows = [...table.matchAll(/^\| (?!what |-)(.*) \|$/gm)].map(([, cells]) =>
    cells!.split(' | ').map(cell => cell.trim()),
  )

  it('has a row for everything that PolkaVM was asked, and for every field in which the profiles differ', () => {
    expect(rows.length).toBeGreaterThan(10)
    const names = rows.map(([name]) => name!.replaceAll('`', ''))
    for (const { name } of ROWS) expect(names).toContain(name)
    const [older, newer] = [profile('polkavm'), profile('polkavm-0.37')]
    const fields = (Object.keys(older) as (keyof typeof older)[]).filter(field => older[field] !== newer[field])
    const tested = ROWS.flatMap(({ rule }) => rule ?? [])
    expect(fields.filter(field => field !== 'name').sort()).toEqual([...tested].sort())
    for (const field of tested) expect(table).toContain(`\`${field}\``)
  })

  it('names a test in each row, and there is one', () => {
    for (const [name, , , , tests] of rows) {
      const named = [...tests!.matchAll(/`(test\/[^`]+)`(?:: ([^;|]+))?/g)]
      expect(named.length, name).toBeGreaterThan(0)
      for (const [, file, test] of named) {
        expect(readFileSync(join(ROOT, file!), 'utf8').length, name).toBeGreaterThan(0)
        if (test !== undefined) expect(hasTest({ file, name: test.trim() }, ROOT), `${file}: ${test}`).toBe(true)
      }
    }
  })
})
