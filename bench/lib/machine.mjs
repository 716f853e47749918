// What the figures were taken on.

import { readFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'

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
