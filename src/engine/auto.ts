// What users can do about compilation beside choosing an engine: compile ahead, ask what was compiled, set bounds.
// Not the tiers themselves: recompiler/runtime.ts and recompiler/hot-code.ts.
import type { Program } from '../program/program.ts'
import type { CodeStats } from './engine.ts'
import { functionSize } from './recompiler/cluster.ts'
import { CLUSTER_INSTRUCTIONS } from './recompiler/policy.ts'
import { sharedCode } from './recompiler/shared-code.ts'

export { type TierPolicy, tierPolicy } from './recompiler/policy.ts'

/**
 * Compiles every function of a program now, so that machines of kinds `auto` and `recompiler` made later start compiled.
 * Stops early at the bounds of `tierPolicy` (bytes of WebAssembly, milliseconds). Machines that exist are not changed.
 *
 * @example compile(program).functions
 */
export function compile(program: Program): CodeStats {
  const shared = sharedCode(program)
  const { analysis } = shared
  const roots = [...analysis.functions.start.subarray(0, -1)]
  let group: number[] = []
  let size = 0
  const flush = (): void => {
    if (group.length > 0) shared.module(group, () => performance.now())
    group = []
    size = 0
  }
  for (const root of roots) {
    const more = functionSize(analysis, root)
    if (size + more > CLUSTER_INSTRUCTIONS) flush()
    group.push(root)
    size += more
  }
  flush()
  return shared.stats()
}
