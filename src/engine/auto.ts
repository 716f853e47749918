// What users can do about compilation besides choosing an engine: compile ahead, ask what was compiled, set bounds.
// Not the tiers themselves: recompiler/runtime/runtime.ts and recompiler/tiers/hot-code.ts.

import { moduleRefusal } from '../core/code-generation.ts'
import type { Program } from '../program/program.ts'
import type { CodeStats } from './engine.ts'
import { functionSize } from './recompiler/analysis.ts'
import { CLUSTER_INSTRUCTIONS } from './recompiler/tiers/policy.ts'
import { type SharedCode, sharedCode } from './recompiler/tiers/shared-code.ts'

export { type TierPolicy, tierPolicy } from './recompiler/tiers/policy.ts'

/** Every function of a program in groups, one for each module. */
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
 * Compiles every function of a program now, so that machines of kinds `auto` and `recompiler` made later start compiled.
 * Stops early at the bounds of `tierPolicy` (bytes of WebAssembly, milliseconds). Machines that exist take it over when
 * they next look for compiled code. Does nothing where the runtime makes no modules (`engineStatus`). Modules over `tierPolicy.maxSyncBytes` are there later: see `compileAsync`.
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
 * The same without blocking for long: the modules are compiled by the host in the background, one after the other, and
 * between them the caller's event loop goes on. Machines run meanwhile, interpreted. Has no limit of size on a browser's
 * main thread. Also waits for what machines are having compiled in the background.
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
