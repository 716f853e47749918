// What users can do about compilation besides choosing an engine: compile ahead, ask what was compiled, set bounds.

import { moduleRefusal } from '../core/code-generation.ts'
import type { Program } from '../program/program.ts'
import { knownOptions } from './check.ts'
import type { CodeStats } from './engine.ts'
import { functionSize, segmentAt } from './recompiler/analysis.ts'
import { encodeHeat, fingerprint, type Heat, heatOf, readHeat } from './recompiler/tiers/heat.ts'
import { CLUSTER_INSTRUCTIONS } from './recompiler/tiers/policy.ts'
import { type SharedCode, sharedCode } from './recompiler/tiers/shared-code.ts'

export { type TierPolicy, tierPolicy } from './recompiler/tiers/policy.ts'

/** These are the options of `compile` and `compileAsync`. */
export interface CompileAheadOptions {
  /**
   * What `exportHeat` gave for the same code, in another process perhaps. Only what was hot then is compiled. Bytes that are of
   * another code or no heat at all are ignored, and nothing is compiled; `heatRefusal` says why.
   */
  readonly heat?: Uint8Array
}

/** Roots in groups, one for each module. */
function inGroups(roots: Iterable<number>, sizeOf: (root: number) => number): number[][] {
  const groups: number[][] = []
  let size = Number.POSITIVE_INFINITY
  for (const root of roots) {
    const more = sizeOf(root)
    if (size + more > CLUSTER_INSTRUCTIONS) {
      groups.push([])
      size = 0
    }
    groups[groups.length - 1]!.push(root)
    size += more
  }
  return groups
}

/** All functions of a program, in a group for each module. */
function groupsOf({ analysis }: SharedCode): number[][] {
  return inGroups(analysis.functions.start.subarray(0, -1), root => functionSize(analysis, root))
}

/** Tells a code what has run of it, and gives the roots that were hot, in groups. */
function takeHeat(shared: SharedCode, { roots, ran, tolerant }: Heat): number[][] {
  const { analysis, coverage } = shared
  const segmentsOf = (offsets: readonly number[]): number[] => offsets.map(pc => segmentAt(analysis, pc))
  coverage.addBlocks(segmentsOf(ran))
  // Modules that are there already were made for other accesses, and would not be found again.
  if (shared.moduleCount === 0) for (const pc of tolerant) analysis.tolerant[analysis.decoded.indexOf[pc]!] = 1
  return inGroups(segmentsOf(roots), root => functionSize(analysis, root, coverage))
}

/** What is to be compiled ahead: groups of roots, and whether only what has run of them. Nothing where the runtime makes no modules. */
function planAhead(shared: SharedCode, options: CompileAheadOptions): { groups: number[][]; partial: boolean } {
  const { heat: given } = knownOptions(options, ['heat'])
  const bytes = given === undefined ? undefined : checkHeat(given)
  if (moduleRefusal() !== undefined) return { groups: [], partial: false }
  if (bytes === undefined) return { groups: groupsOf(shared), partial: false }
  const heat = readHeat(shared, bytes)
  return { groups: typeof heat === 'string' ? [] : takeHeat(shared, heat), partial: true }
}

function checkHeat(heat: unknown): Uint8Array {
  if (!(heat instanceof Uint8Array)) throw new TypeError(`heat: expected bytes, found ${typeof heat}`)
  return heat
}

/**
 * What is hot in the code of a program by now, as bytes that can be kept in a file: which functions `auto` has compiled, and which
 * blocks have run. A later process gives them to `compileAsync` and starts with the same code compiled.
 *
 * @example writeFileSync('service.heat', exportHeat(program))
 */
export function exportHeat(program: Program): Uint8Array {
  return encodeHeat(program, heatOf(sharedCode(program)))
}

/** A name for the code and the rules of a program, in hexadecimal digits: that under which its heat can be kept. */
export function heatKey(program: Program): string {
  return Array.from(fingerprint(program), byte => byte.toString(16).padStart(2, '0')).join('')
}

/** Whether `auto` has compiled anything of a program: otherwise there is no use in its heat. */
export function isHot(program: Program): boolean {
  return heatOf(sharedCode(program)).roots.length > 0
}

/**
 * Why bytes are of no use as heat of this program here, in a sentence; undefined when `compileAsync` takes them.
 *
 * @example heatRefusal(program, new Uint8Array(4)) // 'it does not begin as heat of coulis does'
 * @throws TypeError if `heat` is no Uint8Array.
 */
export function heatRefusal(program: Program, heat: Uint8Array): string | undefined {
  const bytes = checkHeat(heat)
  const refusal = moduleRefusal()
  if (refusal !== undefined) return refusal
  const read = readHeat(sharedCode(program), bytes)
  return typeof read === 'string' ? read : undefined
}

function now(): number {
  return performance.now()
}

/**
 * Compiles every function of a program now, or with `heat` what was hot. Machines of the kinds `auto` and `recompiler` that are made
 * later start compiled. Machines that exist already take the code over when they next look for compiled code.
 *
 * It stops early at the bounds of `tierPolicy` (bytes of WebAssembly, milliseconds). It does nothing where the runtime makes no
 * modules (`engineStatus`). Modules larger than `tierPolicy.maxSyncBytes` are there later; see `compileAsync`.
 *
 * @example compile(program).functions
 */
export function compile(program: Program, options: CompileAheadOptions = {}): CodeStats {
  const shared = sharedCode(program)
  const { groups, partial } = planAhead(shared, options)
  for (const group of groups) shared.module(group, now, partial)
  return shared.stats()
}

/**
 * Does the same as `compile` without blocking for long. The host compiles the modules in the background, one after the other, and
 * between them the caller's event loop goes on. Machines can run meanwhile; they interpret. On a browser's main thread there is
 * no limit of size this way. The promise also waits for what machines are having compiled in the background.
 *
 * @example await compileAsync(program, { heat: readFileSync('service.heat') })
 */
export async function compileAsync(program: Program, options: CompileAheadOptions = {}): Promise<CodeStats> {
  const shared = sharedCode(program)
  const { groups, partial } = planAhead(shared, options)
  for (const group of groups) await shared.prepare(group, now, partial)
  await shared.settled()
  return shared.stats()
}
