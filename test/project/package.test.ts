// What npm would publish: the files, the exports, no dependencies. Not the types' resolution: npm run package:check.
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const BUILT = existsSync(join(ROOT, 'dist/lib/index.js')) // npm ci builds it; a checkout without may still run the tests

interface Manifest {
  readonly dependencies?: object
  readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string } | string>>
  readonly sideEffects: readonly string[]
  readonly type: string
}

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest

let files: string[] | undefined

/** The files that npm would publish. It takes npm a second to say so, hence once. */
function packed(): string[] {
  if (files !== undefined) return files
  const json = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: ROOT, stdio: 'pipe' })
  const [pack] = JSON.parse(json.toString()) as [{ files: { path: string }[] }]
  files = pack.files.map(({ path }) => path)
  return files
}

describe('package', () => {
  it('has no runtime dependencies, is ESM, free of side effects but for a worker that serves', () => {
    expect(manifest.dependencies).toBeUndefined()
    expect(manifest.type).toBe('module')
    expect(manifest.sideEffects).toEqual(['./dist/lib/debugger-worker.js'])
  })

  it.skipIf(!BUILT)(
    'publishes bundles with their sources, types, the C core, documents, examples, and nothing else',
    () => {
      const files = packed()
      const allowed = [
        /^dist\/(lib|commands)\/[\w-]+\.js(\.map)?$/,
        /^dist\/commands\/entry\/process\.js$/, // where the pool of worker processes looks for it
        /^dist\/lib\/[\w-]+\.d\.ts$/,
        /^dist\/cli\.js(\.LICENSES\.txt)?$/,
        /^core\/([\w/.]+\.(c|h|wasm)|Makefile)$/,
        /^(docs|examples)\//,
        /^(BENCHMARKS|CHANGELOG|CONTRIBUTING|RATIONALE|README|SECURITY)\.md$|^LICENSE$|^package\.json$/,
      ]
      expect(files.filter(file => !allowed.some(pattern => pattern.test(file)))).toEqual([])
      expect(files.filter(file => /^(src|dist\/(cli|fuzz))\//.test(file))).toEqual([])
      // Half of the 814 that there were before entries and their types were bundled.
      expect(files.length).toBeLessThanOrEqual(407)
      for (const map of files.filter(file => file.endsWith('.js.map'))) {
        const { sources, sourcesContent } = JSON.parse(readFileSync(join(ROOT, map), 'utf8')) as Record<
          string,
          string[]
        >
        expect(sourcesContent!.filter(text => typeof text === 'string').length, map).toBe(sources!.length)
      }
    },
  )

  it.skipIf(!BUILT).each([
    ['of a page', ['ES2022', 'DOM'], []],
    ['of Node', ['ES2022'], ['node']],
    ['of the language alone', ['ES2022'], []],
  ])('has types without errors for who has TypeScript check them, with the types %s', (_, lib, types) => {
    const entries = Object.values(manifest.exports).flatMap(entry => (typeof entry === 'string' ? [] : [entry.types]))
    expect(entries.length).toBeGreaterThan(10)
    const folder = mkdtempSync(join(tmpdir(), 'coulis-types-'))
    const of = (file: string): string => JSON.stringify(join(ROOT, file))
    writeFileSync(
      join(folder, 'client.ts'),
      `${entries.map((file, i) => `import * as m${i} from ${of(file.replace('.d.ts', '.js'))}`).join('\n')}
      const { createEngine, loadProgram } = m0
      const vm = createEngine().instantiate(loadProgram(new Uint8Array(9)), { gas: 5n })
      export const all: unknown[] = [vm.run() satisfies number, vm.regs[0]! satisfies bigint, ${entries.map((_, i) => `m${i}`)}]
      export function wrong(): void {
        // @ts-expect-error: gas is a bigint
        vm.gas = 5
        ${types.length + lib.length > 1 ? 'void vm.runAsync({ signal: new AbortController().signal })' : ''}
        m0.useCore({})
      }`,
    )
    const settings = {
      noEmit: true,
      strict: true,
      skipLibCheck: false,
      module: 'nodenext',
      target: 'es2022',
      lib,
      types,
    }
    const typeRoots = [join(ROOT, 'node_modules/@types')]
    const config = { compilerOptions: { ...settings, typeRoots }, files: ['client.ts'] }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { cwd: ROOT, encoding: 'utf8' })
    expect(stdout).toBe('')
  })

  it.skipIf(!BUILT)('has no types but those of its entries, in few files', () => {
    const declarations = packed().filter(file => file.endsWith('.d.ts'))
    expect(declarations.filter(file => !file.startsWith('dist/lib/'))).toEqual([])
    expect(declarations.length).toBeLessThanOrEqual(2 * Object.keys(manifest.exports).length)
  })

  it.skipIf(!BUILT)(
    'publishes all that the C library is made of: everything that core.c includes, and what that includes',
    () => {
      const files = new Set(packed())
      const missing: string[] = []
      const seen = new Set<string>()
      const visit = (file: string): void => {
        if (seen.has(file)) return
        seen.add(file)
        if (!files.has(file)) missing.push(file)
        for (const [, name] of readFileSync(join(ROOT, file), 'utf8').matchAll(/^#include "([^"]+)"/gm)) {
          visit(relative(ROOT, join(ROOT, dirname(file), name!)))
        }
      }
      visit('core/core.c')
      expect(missing).toEqual([])
      expect(seen.size).toBeGreaterThan(20) // or it has found nothing
    },
  )

  it.skipIf(!BUILT)('every link of its documents leads to a file of the package, or to the web', () => {
    const files = packed()
    const broken: string[] = []
    for (const file of files.filter(name => name.endsWith('.md'))) {
      for (const [, link] of readFileSync(join(ROOT, file), 'utf8').matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^(https?:|#)/.test(link!)) continue
        const path = relative(ROOT, join(ROOT, dirname(file), link!.replace(/#.*/, '')))
        if (!files.includes(path)) broken.push(`${file}: ${link}`)
      }
    }
    expect(broken).toEqual([])
  })

  it.skipIf(!BUILT)('every export is there with its types, and imports nothing but its own files', () => {
    for (const [path, target] of Object.entries(manifest.exports)) {
      const files = typeof target === 'string' ? [target] : [target.types, target.default]
      for (const file of files) expect(existsSync(join(ROOT, file)), `${path}: ${file}`).toBe(true)
      const js = files.at(-1)!
      if (!js.endsWith('.js')) continue
      const statement = /(?:^|;)(?:import|export)\s*[\w*{][^'"();]*from ?["']([^"']+)["']/gm
      const specifiers = [...readFileSync(join(ROOT, js), 'utf8').matchAll(statement)].map(match => match[1]!)
      expect(specifiers.filter(specifier => !specifier.startsWith('./'))).toEqual([])
    }
  })

  it.skipIf(!BUILT)('works where it is installed, as README says', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'coulis-package-'))
    const home = join(folder, 'node_modules/coulis')
    for (const file of packed()) {
      mkdirSync(dirname(join(home, file)), { recursive: true })
      copyFileSync(join(ROOT, file), join(home, file))
    }
    const cli = (...args: string[]): string =>
      execFileSync(process.execPath, [join(home, 'dist/cli.js'), ...args], { cwd: home, encoding: 'utf8' })
    expect(cli('inspect', 'examples/counter.jam')).toContain('coulis-counter')
    expect(cli('run', 'examples/counter.jam', '--entry', 'accumulate', '--args', '0x2a0003')).toMatch(/^HALT/m)
    for (const command of [
      'asm',
      'conform',
      'disasm',
      'dump',
      'engines',
      'fuzz',
      'gas',
      'init',
      'inspect',
      'replay',
      'run',
    ]) {
      expect(cli('help', command)).toContain('Examples:')
    }
    const names = Object.keys(manifest.exports).filter(path => !/\.(wasm|json)$/.test(path))
    const script = `${names.map((path, i) => `import * as m${i} from 'coulis${path.slice(1)}'`).join('\n')}
      import { readFileSync } from 'node:fs'
      const seen = []
      for (const { loadProgram, createEngine } of [m0, m1]) {
        const program = loadProgram(readFileSync('node_modules/coulis/examples/counter.jam'))
        const vm = createEngine().instantiate(program, { entry: 'accumulate', args: Uint8Array.of(42, 0, 3), gas: 10_000n })
        seen.push(vm.kind, vm.run(), vm.exitArg, vm.gas)
      }
      console.log(seen.join(' '), ${names.map((_, i) => `Object.keys(m${i}).length > 0`).join(', ')})`
    writeFileSync(join(folder, 'try.mjs'), script)
    const printed = execFileSync(process.execPath, ['try.mjs'], { cwd: folder, encoding: 'utf8' })
    expect(names.slice(0, 2)).toEqual(['.', './interpreter'])
    expect(printed).toBe(`auto 3 3 9933 interpreter 3 3 9933 ${names.map(() => true).join(' ')}\n`)
  })

  it.skipIf(!BUILT)('an error class is one class in all entries, so that instanceof holds', async () => {
    const classes = new Map<string, Set<unknown>>()
    const thrown = new Map<string, unknown>()
    for (const [path, target] of Object.entries(manifest.exports)) {
      if (typeof target === 'string' || path.endsWith('worker')) continue // importing a worker begins its work
      const entry = await import(join(ROOT, target.default))
      for (const [name, value] of Object.entries(entry)) {
        if (!name.endsWith('Error') || typeof value !== 'function') continue
        classes.set(name, (classes.get(name) ?? new Set()).add(value))
      }
      try {
        entry.loadProgram?.(Uint8Array.of(1, 2, 3), { kind: 'raw' })
      } catch (error) {
        thrown.set(path, error)
      }
    }
    expect([...thrown.keys()]).toEqual(['.', './interpreter'])
    expect([...classes.keys()]).toEqual(expect.arrayContaining(['BlobError', 'HostCallError', 'ResourceError']))
    for (const [name, all] of classes) expect([name, all.size]).toEqual([name, 1])
    const [BlobError] = classes.get('BlobError') as Set<new () => Error>
    for (const error of thrown.values()) expect(error).toBeInstanceOf(BlobError)
  })

  it.skipIf(!BUILT)('the interpreter alone is at most 50 KB gzipped in a page', async () => {
    const contents =
      "import { createEngine, loadProgram } from './dist/lib/interpreter.js'\nwindow.run = [createEngine, loadProgram]"
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: ROOT },
      bundle: true,
      minify: true,
      format: 'esm',
      write: false,
    })
    const size = gzipSync(outputFiles[0]!.contents, { level: 9 }).length
    expect(size).toBeLessThanOrEqual(50 * 1024)
    expect(size).toBeGreaterThan(20 * 1024) // or it is not in there
  })

  it.skipIf(!BUILT).each([
    ['disasm', ['disasm', 'examples/counter.jam'], 300_000],
    ['inspect', ['inspect', 'examples/counter.jam'], 300_000],
    ['asm', ['asm', 'examples/fibonacci.pvm', '-o', '-'], 300_000],
    ['run', ['run', 'examples/fibonacci.pvm'], 900_000],
    ['engines', ['engines'], 900_000],
  ])('coulis %s is a few files to load, and no more than it needs', (_, args, most) => {
    const env = { ...process.env, NODE_DEBUG: 'esm' }
    const { stderr, status } = spawnSync(process.execPath, ['dist/cli.js', ...args], {
      cwd: ROOT,
      encoding: 'utf8',
      env,
    })
    expect(status).toBe(0)
    const loaded = new Set([...stderr.matchAll(/Translating StandardModule file:\/\/(\S+)/g)].map(([, file]) => file!))
    expect(loaded.size).toBeGreaterThan(2) // or Node says it in other words now
    expect(loaded.size).toBeLessThanOrEqual(6)
    expect([...loaded].reduce((sum, file) => sum + statSync(file).size, 0)).toBeLessThan(most)
  })

  it.skipIf(!BUILT)('the command is executable and loads a command when it is asked for', () => {
    const { mode, size } = statSync(join(ROOT, 'dist/cli.js'))
    expect(mode & 0o111).not.toBe(0)
    expect(size).toBeLessThan(30_000)
    const text = readFileSync(join(ROOT, 'dist/cli.js'), 'utf8')
    expect(text.startsWith('#!/usr/bin/env node\n')).toBe(true)
    // What it loads at once has no engine in it.
    for (const [, file] of text.matchAll(/\bfrom ?["']\.\/([^"']+)["']/g)) {
      expect(statSync(join(ROOT, 'dist', file!)).size, file).toBeLessThan(100_000)
      expect(readFileSync(join(ROOT, 'dist', file!), 'utf8'), file).not.toContain('AGFzbQ')
    }
    expect(readFileSync(join(ROOT, 'dist/cli.js.LICENSES.txt'), 'utf8')).toContain('commander')
  })
})
