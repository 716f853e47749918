// The examples of docs/ that say what comes out, `expression // => value`, run and say the truth. Such blocks are plain
// JavaScript, without types; blocks without `// =>` are fragments.
import * as fs from 'node:fs'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import * as host from '../../src/host/index.ts'
import * as coulis from '../../src/index.ts'
import * as inside from '../../src/inside/index.ts'
import * as isa from '../../src/isa/index.ts'
import * as trace from '../../src/trace/index.ts'

const DOCS = join(import.meta.dirname, '../../docs')
const MODULES: Readonly<Record<string, object>> = {
  coulis,
  'coulis/host': host,
  'coulis/inside': inside,
  'coulis/isa': isa,
  'coulis/trace': trace,
  'node:fs': fs,
}

type Block = (
  modules: typeof MODULES,
  check: (value: unknown, expected: string, line: string) => void,
  console: { log(): void },
) => Promise<void>

const AsyncFunction = (async () => {}).constructor as new (...texts: string[]) => Block

/** Imports become lookups, `expression // => value` becomes a check. */
function compile(code: string): Block {
  const body = code
    .replace(/^import (\{[^}]*\}) from '([^']+)'$/gm, "const $1 = modules['$2']")
    .replace(/^(.+?) \/\/ => (.+)$/gm, (line, expression: string, value: string) => {
      return `check(${expression}, ${JSON.stringify(value)}, ${JSON.stringify(line)})`
    })
  return new AsyncFunction('modules', 'check', 'console', body)
}

for (const page of readdirSync(DOCS, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.md'))) {
  const text = readFileSync(join(DOCS, page), 'utf8')
  const blocks = [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)]
    .map(match => match[1]!)
    .filter(code => code.includes('// =>'))
  if (blocks.length === 0) continue
  describe(`docs/${page}`, () => {
    it.each(blocks.map((code, index) => [index + 1, code] as const))('example %i', async (_index, code) => {
      const check = (value: unknown, expected: string, line: string): void => {
        expect(inspect(value), line).toBe(expected)
      }
      await compile(code)(MODULES, check, { log() {} })
    })
  })
}
