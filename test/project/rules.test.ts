// Every rule of the machine's reference has a test that is named for it, and no section of the reference is forgotten.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { vectors } from '../vectors.ts'

interface Rule {
  readonly id: string
  readonly paper: string
  readonly rule: string
  readonly tests: readonly { readonly file: string; readonly name: string }[]
}
interface Rules {
  readonly rules: readonly Rule[]
  readonly without: readonly { readonly id: string; readonly why: string }[]
}
const script = '../../scripts/rules.mjs'
const { missing, readRules } = (await import(script)) as {
  readRules(): Rules
  missing(rules: Pick<Rules, 'rules'>): string[]
}
const known = readRules()

it('every rule has a test, and the tests that it names are there', () => {
  expect(missing(known)).toEqual([])
  expect(new Set(known.rules.map(({ id }) => id)).size).toBe(known.rules.length)
})

it('a rule without a test, and a test that is gone, are said', () => {
  const rule = { id: 'x 1', paper: 'GP X', rule: 'something', tests: [] }
  expect(missing({ rules: [rule] })).toEqual(['x 1 (GP X): something: no test'])
  const name = ['not', 'here'].join(' ')
  const tests = [{ file: 'test/project/rules.test.ts', name }]
  expect(missing({ rules: [{ ...rule, tests }] })).toEqual([`x 1 (GP X): no "${name}" in test/project/rules.test.ts`])
})

const spec = vectors === undefined ? undefined : join(vectors, '../spec')

it.skipIf(spec === undefined || !existsSync(spec))(
  'every section of the reference is in the list (needs ../shared/spec)',
  () => {
    const ids = [...known.rules, ...known.without].map(({ id }) => id)
    const forgotten: string[] = []
    for (const file of readdirSync(spec!).filter(name => name.endsWith('.md'))) {
      const name = file.replace(/\.md$/, '')
      for (const [, title] of readFileSync(join(spec!, file), 'utf8').matchAll(/^##+ (.+)$/gm)) {
        const number = /^\d+(\.\d+)*/.exec(title!)?.[0]
        // Without numbers the second level counts, by its first words; below a number, titles are parts of that.
        const isOwn = number !== undefined || ['polkavm-extended-encoding', 'gp-after-0.8'].includes(name)
        const wanted = number === undefined ? undefined : `${name} ${number}`
        const isThere = wanted === undefined ? ids.some(id => `${name} ${title}`.startsWith(id)) : ids.includes(wanted)
        if (isOwn && !isThere && !/^[a-z_\d]+$/.test(title!)) forgotten.push(`${name} ${title}`)
      }
    }
    expect(forgotten).toEqual([])
  },
)
