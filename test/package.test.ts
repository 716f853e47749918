// What npm would publish: the files, the exports, no dependencies. Not the types' resolution: npm run package:check.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const BUILT = existsSync(join(ROOT, 'dist/index.js')) // npm ci builds it; a checkout without may still run the tests

interface Manifest {
  readonly dependencies?: object
  readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string } | string>>
  readonly sideEffects: boolean
  readonly type: string
}

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest

function packed(): string[] {
  const json = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: ROOT, stdio: 'pipe' })
  const [{ files }] = JSON.parse(json.toString()) as [{ files: { path: string }[] }]
  return files.map(({ path }) => path)
}

describe('package', () => {
  it('has no runtime dependencies, is ESM, free of side effects', () => {
    expect(manifest.dependencies).toBeUndefined()
    expect(manifest.type).toBe('module')
    expect(manifest.sideEffects).toBe(false)
  })

  it.skipIf(!BUILT)('publishes sources, builds, the C core, and nothing else', () => {
    const files = packed()
    const allowed =
      /^(dist\/.*\.(js|d\.ts)(\.map)?|dist\/cli\.js\.LICENSES\.txt|src\/.*\.ts|core\/([\w.]+\.(c|h|wasm)|Makefile))$/
    const top = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']
    expect(files.filter(file => !allowed.test(file) && !top.includes(file))).toEqual([])
    for (const file of [
      'dist/cli.js',
      'dist/index.js',
      'dist/index.d.ts',
      'dist/index.d.ts.map',
      'core/pvm.h',
      ...top,
    ]) {
      if (file !== 'CHANGELOG.md') expect(files).toContain(file)
    }
    // A source for every built file, so that maps lead somewhere.
    const orphans = files.filter(file => /^dist\/.*\.js$/.test(file) && file !== 'dist/cli.js')
    expect(orphans.filter(file => !files.includes(file.replace('dist/', 'src/').replace(/js$/, 'ts')))).toEqual([])
  })

  it.skipIf(!BUILT)('every export is there with its types, and imports nothing but its own files', () => {
    for (const [path, target] of Object.entries(manifest.exports)) {
      const files = typeof target === 'string' ? [target] : [target.types, target.default]
      for (const file of files) expect(existsSync(join(ROOT, file)), `${path}: ${file}`).toBe(true)
      const js = files.at(-1)!
      if (!js.endsWith('.js')) continue
      const specifiers = [...readFileSync(join(ROOT, js), 'utf8').matchAll(/from '([^']+)'/g)].map(match => match[1]!)
      expect(specifiers.filter(specifier => !specifier.startsWith('.'))).toEqual([])
    }
  })

  it.skipIf(!BUILT)('the command is one executable file', () => {
    const { mode } = statSync(join(ROOT, 'dist/cli.js'))
    expect(mode & 0o111).not.toBe(0)
    expect(readFileSync(join(ROOT, 'dist/cli.js'), 'utf8').startsWith('#!/usr/bin/env node\n')).toBe(true)
    expect(readFileSync(join(ROOT, 'dist/cli.js.LICENSES.txt'), 'utf8')).toContain('commander')
  })
})
