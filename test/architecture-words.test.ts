// What documents and comments say of the source tree is there: files, and functions of files. Not whether the rest is true.
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const FOLDERS = ['src', 'core', 'scripts', 'test', 'bench', 'docs', 'examples', 'apps/debugger', '.ci']

const all = FOLDERS.flatMap(folder =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map(entry => relative(ROOT, join(entry.parentPath, entry.name))),
)
for (const entry of readdirSync(ROOT, { withFileTypes: true })) if (entry.isFile()) all.push(entry.name)

const byName = new Map<string, string[]>()
for (const path of all) byName.set(basename(path), [...(byName.get(basename(path)) ?? []), path])

/** The files that a name in a text can mean: a path from the root, or its end. */
function filesOf(name: string): readonly string[] {
  return (byName.get(basename(name)) ?? []).filter(path => path === name || path.endsWith(`/${name}`))
}

const pages = all.filter(path => /^docs\/.*\.md$/.test(path) || path === 'README.md' || path === 'CONTRIBUTING.md')
/** Files of others, and what a reader writes who follows an example. */
const ELSEWHERE = new Set([
  'packages/jam-core/src/pvm/proxy.ts',
  'test/golden/NAME.pvm',
  'adapter.mjs',
  'pvm-isa.md',
  'polkavm-blob.md',
  'vectors/gas-model/README.md',
  'p.c',
])

describe('names in documents', () => {
  it('files that documents name exist', () => {
    const wrong: string[] = []
    for (const page of pages) {
      const text = readFileSync(join(ROOT, page), 'utf8').replace(/^```[\s\S]*?^```$/gm, '')
      for (const [, name] of text.matchAll(/`([\w@./-]+\.(?:ts|c|h|mjs))`/g))
        if (filesOf(name!).length === 0 && !ELSEWHERE.has(name!)) wrong.push(`${page}: ${name}`)
      for (const [, name] of text.matchAll(/`((?:src|core|test|scripts|bench)\/[\w./-]*\/)`/g))
        if (!all.some(path => path.startsWith(name!))) wrong.push(`${page}: ${name}`)
    }
    expect(wrong).toEqual([])
  })

  it('functions that documents name behind a file, `file` (`name`, `name`), are in it', () => {
    const wrong: string[] = []
    let seen = 0
    for (const page of pages) {
      const text = readFileSync(join(ROOT, page), 'utf8')
      for (const [, file, names] of text.matchAll(/`([\w./-]+\.(?:ts|c|h))` \(((?:`[^`]+`(?:, )?)+)\)/g)) {
        const found = filesOf(file!).map(path => readFileSync(join(ROOT, path), 'utf8'))
        for (const [, name] of names!.matchAll(/`([^`]+)`/g)) {
          seen += 1
          const word = new RegExp(`(?<![\\w#])${name!.replace('.', '\\.')}\\b`)
          if (!found.some(source => word.test(source))) wrong.push(`${page}: ${file} has no ${name}`)
        }
      }
    }
    expect(wrong).toEqual([])
    expect(seen).toBeGreaterThan(10)
  })

  it('files that comments name exist', () => {
    const wrong: string[] = []
    for (const path of all.filter(
      file => /^(src|core|scripts)\/.*\.(ts|c|h|mjs)$/.test(file) && !file.includes('.gen.'),
    )) {
      const text = readFileSync(join(ROOT, path), 'utf8')
      for (const [comment] of text.matchAll(/(?:^|\s)\/\/.*$|\/\*[\s\S]*?\*\//gm))
        for (const [name] of comment.matchAll(/(?<![\w./*-])[\w-][\w./-]*\.(?:ts|c|h|mjs|md)\b/g))
          if (filesOf(name).length === 0 && !ELSEWHERE.has(name)) wrong.push(`${path}: ${name}`)
    }
    expect(wrong).toEqual([])
  })
})
