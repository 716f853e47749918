// Builds C programs with the core for the native tests, in a folder of their own. Not the wasm build.
import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
const FLAGS = ['-std=gnu11', '-O1', '-g', '-Wall', '-Wextra', '-Werror', `-I${join(ROOT, 'core')}`]

/** The C compilers that are here. */
export const compilers: readonly string[] = ['gcc', 'clang-19'].filter(name => {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})

const cores = new Map<string, string>()

/** The core as an object file; made once for each way of compiling it. */
function coreObject(compiler: string, flags: readonly string[]): string {
  const key = [compiler, ...flags].join(' ')
  let object = cores.get(key)
  if (object === undefined) {
    object = join(mkdtempSync(join(tmpdir(), 'coulis-native-')), 'core.o')
    execFileSync(compiler, [...FLAGS, ...flags, '-c', '-o', object, join(ROOT, 'core/core.c')], { stdio: 'pipe' })
    cores.set(key, object)
  }
  return object
}

/** Compiles a source of the repository with the core; the path of the program. */
export function compile(compiler: string, source: string, flags: readonly string[] = []): string {
  const output = join(mkdtempSync(join(tmpdir(), 'coulis-native-')), 'program')
  const core = coreObject(compiler, flags)
  execFileSync(compiler, [...FLAGS, ...flags, '-o', output, join(ROOT, source), core], { stdio: 'pipe' })
  return output
}

/** Address and undefined-behaviour sanitizers; any report ends the program. */
export const SANITIZERS: readonly string[] = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all']
