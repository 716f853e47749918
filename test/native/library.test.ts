// The core as a library that others install and bind: what it exports, where it goes, hosts in four languages.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compilers } from './build.ts'

const ROOT = join(import.meta.dirname, '../..')
const HEADER = readFileSync(join(ROOT, 'core/pvm.h'), 'utf8')

function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): string {
  const env = { ...process.env, ...options.env }
  return execFileSync(command, args, { cwd: options.cwd ?? ROOT, env, stdio: 'pipe' }).toString()
}

function has(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const usable = compilers.includes('gcc') && has('make', '--version')
const work = mkdtempSync(join(tmpdir(), 'coulis-library-'))
const prefix = join(work, 'installed')
const library = join(prefix, 'lib')
const env = {
  PKG_CONFIG_PATH: join(library, 'pkgconfig'),
  LD_LIBRARY_PATH: library,
  CGO_ENABLED: '1',
  RUSTFLAGS: `-L ${library}`,
  CARGO_TARGET_DIR: join(work, 'rust'),
}

/** What every example prints. */
const SESSION = 'log: count is 3\nhalt, counter 3, gas used 139\nlog: count is 6\nhalt, counter 6, gas used 139\n'

/** Symbols of a library: `T name` lines of nm. */
function symbols(file: string, ...flags: string[]): string[] {
  const lines = run('nm', [...flags, '--defined-only', file]).split('\n')
  return lines.flatMap(line => /^[0-9a-f]+ ([A-Za-z]) (\w+)$/.exec(line)?.[2] ?? []).sort()
}

describe.skipIf(!usable)('the C library, installed', () => {
  if (usable) {
    // A copy, so that nothing is built into the working tree.
    run('cp', ['-r', join(ROOT, 'core'), work])
    run('make', ['-s', '-C', join(work, 'core'), 'install', `PREFIX=${prefix}`])
  }
  const declared = [...HEADER.matchAll(/^PVM_API[^(]*?\b(pvm_\w+)\(/gm)].map(match => match[1]!).sort()

  it('exports what the header declares and nothing else: a host keeps its own memcpy', () => {
    expect(declared.length).toBeGreaterThan(50)
    expect(symbols(join(library, 'libpvm.so'), '-D')).toEqual(declared)
    expect(symbols(join(library, 'libpvm.a'), '-g').filter(name => !name.startsWith('pvm_'))).toEqual([])
  })

  it('has what docs/from-the-specification.md and docs/c-library.md say it has', () => {
    for (const page of ['from-the-specification', 'c-library']) {
      const text = readFileSync(join(ROOT, 'docs', `${page}.md`), 'utf8')
      // The design's own names are in the first column of a table; ours are in all others.
      const ours = text.replaceAll(/^\|[^|]*\|/gm, '')
      const names = [...ours.matchAll(/\b(?:pvm_[a-z0-9_]+|PVM_[A-Z0-9_]+)\b/g)].map(match => match[0])
      const missing = names.filter(name => !new RegExp(`\\b${name}\\b`).test(HEADER) && name !== 'PVM_FREESTANDING')
      expect(names.length, page).toBeGreaterThan(15)
      expect(missing, page).toEqual([])
    }
  })

  it('has a soname, pkg-config and CMake files with its version, which is that of the package', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
    expect(HEADER).toContain(`#define PVM_VERSION "${version}"`)
    expect(run('readelf', ['-d', join(library, 'libpvm.so')])).toContain(`soname: [libpvm.so.${version.split('.')[0]}]`)
    expect(readFileSync(join(library, 'pkgconfig/pvm.pc'), 'utf8')).toContain(`Version: ${version}\n`)
    expect(readFileSync(join(library, 'cmake/pvm/pvmConfigVersion.cmake'), 'utf8')).toContain(`"${version}"`)
  })

  it('builds without the C library, in which case it brings memset and memcpy and no allocator', () => {
    const free = join(work, 'free')
    mkdirSync(free)
    run('cp', ['-r', join(ROOT, 'core'), free])
    run('make', ['-s', '-C', join(free, 'core'), 'FREESTANDING=1'])
    const needed = run('nm', ['-u', join(free, 'core/libpvm.a')])
    expect(needed.match(/\b(calloc|free|fprintf|stderr|malloc|abort)\b/g)).toBeNull()
  })

  it('C: a service runs in memory that the host lends', () => {
    const flags = has('pkg-config', '--version')
      ? run('pkg-config', ['--cflags', '--libs', 'pvm'], { env }).trim().split(' ')
      : [`-I${join(prefix, 'include')}`, `-L${library}`, '-lpvm']
    const program = join(work, 'service')
    run('gcc', ['-Wall', '-Wextra', '-Werror', 'examples/c/service.c', ...flags, '-o', program])
    expect(run(program, ['examples/counter.jam'], { env })).toBe(SESSION)
    const broken = join(work, 'broken.jam')
    writeFileSync(broken, 'hello')
    expect(() => run(program, [broken], { env })).toThrow(/unknown-format at offset 0/)
  })

  it.skipIf(!has('python3', '--version'))('Python: the same', () => {
    const args = ['examples/python/service.py', join(library, 'libpvm.so'), 'examples/counter.jam']
    expect(run('python3', args)).toBe(SESSION)
  })

  it.skipIf(!(has('go', 'version') && has('pkg-config', '--version')))('Go: the same', { timeout: 300_000 }, () => {
    const file = join(ROOT, 'examples/counter.jam')
    expect(run('go', ['run', '.', file], { env, cwd: join(ROOT, 'examples/go') })).toBe(SESSION)
  })

  it.skipIf(!has('cargo', '--version'))('Rust: the same', { timeout: 300_000 }, () => {
    const file = join(ROOT, 'examples/counter.jam')
    expect(run('cargo', ['run', '-q', '--', file], { env, cwd: join(ROOT, 'examples/rust') })).toBe(SESSION)
  })

  it('each example has fewer than 80 lines', () => {
    for (const file of ['c/service.c', 'python/service.py', 'go/service.go', 'rust/src/main.rs']) {
      expect(
        readFileSync(join(ROOT, 'examples', file), 'utf8')
          .trimEnd()
          .split('\n').length,
        file,
      ).toBeLessThan(80)
    }
  })
})
