// The shape of the source tree: who may import whom, how long a file may be.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const ORDER = [
  'isa',
  'blob',
  'program',
  'core',
  'verify',
  'engine',
  'hash',
  'host',
  'trace',
  'inside',
  'conform',
  'debug',
  'compat',
  'fuzz',
  'cli',
]

/** The folders of the core, as core/core.c explains them; the header of hosts is below all of them. */
const CORE_ORDER = ['isa', 'gas', 'machine', 'interpreter', 'recompiler', 'hosts', 'lib']

function sources(folder: string, extensions: RegExp): string[] {
  if (!existsSync(join(ROOT, folder))) return []
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && extensions.test(entry.name) && !entry.parentPath.includes('node_modules'))
    .map(entry => relative(ROOT, join(entry.parentPath, entry.name)))
}

function imports(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8')
  const statement = /^(?:import|export)\b[^'"`]*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm
  return [...text.matchAll(statement)].map(match => match[1] ?? match[2] ?? match[3]!)
}

/** The folder under src/ a source file belongs to, or '' for src/index.ts and its like. */
function layer(file: string): string {
  const parts = file.split('/')
  return parts.length > 2 ? parts[1]! : ''
}

/** Circles among files, where each names others by paths from where it is. */
function circlesOf(files: readonly string[], namesIn: (file: string) => readonly string[]): string[] {
  const edges = new Map(
    files.map(file => [file, namesIn(file).map(name => relative(ROOT, join(ROOT, file, '..', name)))]),
  )
  /** Files that are known to be in no circle, and the way at hand. */
  const done = new Set<string>()
  const way: string[] = []
  const circles: string[] = []
  const visit = (file: string): void => {
    const at = way.indexOf(file)
    if (at >= 0) circles.push([...way.slice(at), file].join(' → '))
    if (at >= 0 || done.has(file)) return
    way.push(file)
    for (const next of edges.get(file) ?? []) visit(next)
    way.pop()
    done.add(file)
  }
  for (const file of files) visit(file)
  return circles
}

/** What a C file includes of this project. */
function includes(file: string): string[] {
  return [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^#include "([^"]+)"/gm)].map(match => match[1]!)
}

/** The text of a C file without comments and texts. */
function bareC(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, ' ')
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '""')
}

/** Names of the functions and macros that a C file defines. */
function definedIn(text: string): string[] {
  const functions = text.matchAll(/^(?!#|\s|typedef|return|else).*?\b([A-Za-z_]\w*)\([^;{}]*?\)\s*\{/gm)
  return [...functions, ...text.matchAll(/^#define (\w{3,})/gm)].map(match => match[1]!)
}

/** Whether a text calls a function or uses a macro; that it declares or undefines one does not count. */
function callsIn(text: string, name: string): boolean {
  return text.split('\n').some(line => {
    if (/^#undef/.test(line) || /^(CORE|COLD|static|EXPORT)\b.*;\s*$/.test(line)) return false
    return new RegExp(name === name.toUpperCase() ? `\\b${name}\\b` : `\\b${name}\\(`).test(line)
  })
}

describe('the tree of the core', () => {
  const files = sources('core', /\.[ch]$/)

  it('a folder includes only from itself and from folders below it', () => {
    const wrong: string[] = []
    for (const file of files.filter(name => name !== 'core/core.c')) {
      const from = CORE_ORDER.indexOf(layer(file))
      for (const name of includes(file)) {
        const target = relative(ROOT, join(ROOT, file, '..', name))
        const to = CORE_ORDER.indexOf(layer(target))
        if (target !== 'core/pvm.h' && (to < 0 || to > from)) wrong.push(`${file} includes ${name}`)
      }
    }
    expect(wrong).toEqual([])
    const unknown = [...new Set(files.map(layer))].filter(name => !['', 'fuzz', 'hash', ...CORE_ORDER].includes(name))
    expect(unknown).toEqual([])
  })

  it('no file includes itself by way of others', () => {
    expect(circlesOf(files, includes)).toEqual([])
  })

  it('no file calls what core.c includes after it, so nothing goes in a circle and no folder calls one above it', () => {
    const order = includes('core/core.c')
      .filter(name => name.endsWith('.c'))
      .map(name => `core/${name}`)
    const texts = order.map(bareC)
    const defined = texts.map(definedIn)
    expect(defined.flat().length).toBeGreaterThan(300)
    const wrong = order.flatMap((file, at) => {
      const above = new Set(defined.slice(at + 1).flat())
      for (const name of defined.slice(0, at + 1).flat()) above.delete(name)
      return [...above].filter(name => callsIn(texts[at]!, name)).map(name => `${file} uses ${name}`)
    })
    expect(wrong).toEqual([])
    const levels = order.map(file => CORE_ORDER.indexOf(layer(file)))
    expect(levels).toEqual([...levels].sort((a, b) => a - b))
  })

  it('core.c includes every file of the library once', () => {
    const apart = ['core/core.c', 'core/hash/', 'core/fuzz/']
    const library = files.filter(file => file.endsWith('.c') && !apart.some(start => file.startsWith(start)))
    const included = includes('core/core.c').filter(name => name.endsWith('.c'))
    expect(included.map(name => `core/${name}`).sort()).toEqual(library.sort())
  })
})

/** Inside of src/engine/: the contract, which is the files of the folder itself, and what is built on it. */
const ENGINE_ORDER = [
  '',
  'machine',
  'vm',
  'reference',
  'interpreter',
  'recompiler',
  'recompiler/tiers',
  'recompiler/runtime',
]

describe('architecture', () => {
  const files = sources('src', /\.ts$/)

  it('a folder imports only from itself and from folders below it', () => {
    const wrong: string[] = []
    for (const file of files) {
      const from = layer(file)
      if (from === '') continue
      for (const specifier of imports(file)) {
        if (!specifier.startsWith('.')) continue
        const to = layer(relative(ROOT, join(ROOT, file, '..', specifier)))
        if (to === '' || ORDER.indexOf(to) > ORDER.indexOf(from)) wrong.push(`${file} imports ${specifier}`)
      }
    }
    expect(wrong).toEqual([])
    expect([...new Set(files.map(layer))].filter(name => name !== '' && !ORDER.includes(name))).toEqual([])
  })

  it('inside of the engine too, where the files on top, which make machines of all kinds, are imported by no folder', () => {
    const inside = files.filter(file => file.startsWith('src/engine/'))
    const level = (file: string): number => ENGINE_ORDER.indexOf(file.split('/').slice(2, -1).join('/'))
    const targets = (file: string): string[] =>
      imports(file)
        .map(name => relative(ROOT, join(ROOT, file, '..', name)))
        .filter(name => name.startsWith('src/engine/'))
    expect(inside.filter(file => level(file) < 0)).toEqual([])
    const top = new Set(inside.filter(file => level(file) === 0 && targets(file).some(name => level(name) > 0)))
    for (let size = -1; size < top.size; ) {
      size = top.size
      for (const file of inside) if (level(file) === 0 && targets(file).some(name => top.has(name))) top.add(file)
    }
    const wrong = inside
      .filter(file => level(file) > 0)
      .flatMap(file =>
        targets(file)
          .filter(name => top.has(name) || level(name) > level(file))
          .map(name => `${file} imports ${name}`),
      )
    expect(wrong).toEqual([])
  })

  it('no file imports itself by way of others, types included', () => {
    const local = (file: string): string[] => imports(file).filter(specifier => specifier.startsWith('.'))
    expect(circlesOf(files, local)).toEqual([])
  })

  it('nothing outside cli/ imports from node: or from packages', () => {
    const wrong = files
      .filter(file => layer(file) !== 'cli' && file !== 'src/cli.ts')
      .flatMap(file =>
        imports(file)
          .filter(s => !s.startsWith('.'))
          .map(s => `${file} imports ${s}`),
      )
    expect(wrong).toEqual([])
  })

  it('no file has more than 500 lines, generated files and the instruction table excepted', () => {
    const all = [
      ...files,
      ...sources('test', /\.ts$/),
      ...sources('core', /\.[ch]$/),
      ...sources('bench', /\.(mjs|ts|c)$/),
    ]
    const long = all
      .filter(file => !file.includes('.gen.') && file !== 'src/isa/table.ts')
      .map(file => ({ file, lines: readFileSync(join(ROOT, file), 'utf8').split('\n').length - 1 }))
      .filter(({ lines }) => lines > 500)
    expect(long).toEqual([])
  })
})
