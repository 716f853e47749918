// What the figures were taken on.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { ROOT } from './programs.mjs'

/** Processor, cores, memory, system, and the Node that ran the benchmark. */
export function machine() {
  let system = `Linux ${release()}`
  try {
    const name = /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1]
    if (name !== undefined) system = `${name}, ${system}`
  } catch {
    // Not a Linux with os-release: the kernel's name has to do.
  }
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system,
    node: process.version,
  }
}

/**
 * The commit that is measured: the last one that changed the engine, with a + where files of it were changed since; `unknown` without git.
 * COULIS_DIST may be of another.
 */
export function commit() {
  const git = (...args) => spawnSync('git', ['-C', ROOT, ...args, '--', 'src', 'core'], { encoding: 'utf8' })
  const { status, stdout } = git('log', '-1', '--format=%h')
  if (status !== 0 || stdout === '') return 'unknown'
  return `${stdout.trim()}${git('status', '--porcelain').stdout === '' ? '' : '+'}`
}
