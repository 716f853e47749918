// What users can do about compilation besides choosing an engine: compile ahead, ask what was compiled, set bounds.

import { moduleRefusal } from '../core/code-generation.ts'
import type { Program } from '../program/program.ts'
import type { CodeStats } from './engine.ts'
import { functionSize } from './recompiler/analysis.ts'
import { CLUSTER_INSTRUCTIONS } from './recompiler/tiers/policy.ts'
import { type SharedCode, sharedCode } from './recompiler/tiers/shared-code.ts'

export { type TierPolicy, tierPolicy } from './recompiler/tiers/policy.ts'

/** All functions of a program, in a group for each module. */
function groupsOf(shared: SharedCode): number[][] {
  const { analysis } = shared
  const groups: number[][] = []
  let size = Number.POSITIVE_INFINITY
  for (const root of analysis.functions.start.subarray(0, -1)) {
    const more = functionSize(analysis, root)
    if (size + more > CLUSTER_INSTRUCTIONS) {
      groups.push([])
      size = 0
    }
    groups[groups.length - 1]!.push(root)
    size += more
  }
  return groups
}

function now(): number {
  return performance.now()
}

/**
 * Compiles every function of a program now. Machines of the kinds `auto` and `recompiler` that are made later start compiled.
 * Machines that exist already take the code over when they next look for compiled code.
 *
 * It stops early at the bounds of `tierPolicy` (bytes of WebAssembly, milliseconds). It does nothing where the runtime makes no
 * modules (`engineStatus`). Modules larger than `tierPolicy.maxSyncBytes` are there later; see `compileAsync`.
 *
 * @example compile(program).functions
 */
export function compile(program: Program): CodeStats {
  const shared = sharedCode(program)
  if (moduleRefusal() !== undefined) return shared.stats()
  for (const group of groupsOf(shared)) shared.module(group, now)
  return shared.stats()
}

/**
 * Does the same as `compile` without blocking for long. The host compiles the modules in the background, one after the other, and
 * between them the caller's event loop goes on. Machines can run meanwhile; they interpret. On a browser's main thread there is
 * no limit of size this way. The promise also waits for what machines are having compiled in the background.
 *
 * @example await compileAsync(program)
 */
export async function compileAsync(program: Program): Promise<CodeStats> {
  const shared = sharedCode(program)
  if (moduleRefusal() !== undefined) return shared.stats()
  for (const group of groupsOf(shared)) await shared.prepare(group, now)
  await shared.settled()
  return shared.stats()
}
