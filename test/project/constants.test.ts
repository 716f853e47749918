// The bundles of the package have constants where the sources have them.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'

const { withConstants } = await import(pathToFileURL(join(import.meta.dirname, '../../scripts/constants.mjs')).href)
const LIBRARY = join(import.meta.dirname, '../../dist/lib')

it('makes constants of variables that nothing assigns to', () => {
  expect(withConstants('var A = 1, b = 2, c, D = A;\nfunction f() {\n  b = A\n}\n')).toBe(
    'const A = 1; var b = 2, c; const D = A;\nfunction f() {\n  b = A\n}\n',
  )
})

it.each([
  'n = 2',
  'n += 2',
  'n ??= 2',
  'n++',
  '--n',
  '[n] = [2]',
  '({ a: n } = { a: 2 })',
  '({ n } = { n: 2 })',
  '({ a: [n = 3] } = { a: [] })',
  '[...n] = []',
  'for (n of []) f()',
  'for (n in {}) f()',
  'for ([n] of []) f()',
])('leaves a variable alone that `%s` assigns to', statement => {
  const text = `var n = 1;\nfunction f() { ${statement} }\n`
  expect(withConstants(text)).toBe(text)
})

it.each(['var E = (e => e.A = 1, e)(E || {});', 'var a = 1;\nvar a = 2;'])(
  'leaves `%s` alone, which as a constant would not even start',
  text => expect(withConstants(text)).toBe(text),
)

it('assigning to an element or a field assigns to no variable', () => {
  expect(withConstants('var AT = 1, u32 = [];\nu32[AT] = AT;\nu32.field++;\n')).toMatch(/^const AT = 1, u32 = \[\];/)
})

it('leaves variables of functions and of blocks, and those without a value', () => {
  const text = 'var a;\nfunction f() { var b = 1; return b }\nif (a) { var c = 1 }\n'
  expect(withConstants(text)).toBe(text)
})

it.skipIf(!existsSync(LIBRARY))('the bundles that are built have their constants', () => {
  const texts = readdirSync(LIBRARY)
    .filter(name => name.endsWith('.js'))
    .map(name => readFileSync(join(LIBRARY, name), 'utf8'))
  expect(texts.length).toBeGreaterThan(10)
  expect(texts.filter(text => withConstants(text) !== text)).toEqual([])
  expect(texts.some(text => /\bconst GAS_LOW\d*\s*=|[;,\s]GAS_LOW\d*\s*=/.test(text))).toBe(true)
})
