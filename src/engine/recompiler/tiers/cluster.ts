// Decides which roots go into one module with the one that is wanted: those that it calls, the nearest first.
import { type Analysis, functionSize } from '../analysis.ts'
import type { Coverage } from '../coverage.ts'
import { KIND_OF } from '../facts.ts'
import { isCall, isReturn } from '../functions.ts'
import { NEIGHBOUR_INSTRUCTIONS } from './policy.ts'

/** How many instructions control can reach from a segment inside of its function, counting those that have run, up to `limit`. */
export function reachOf(analysis: Analysis, from: number, limit: number, { ran }: Coverage): number {
  const { decoded, functions } = analysis
  const f = functions.of[from]!
  const first = functions.start[f]!
  const end = functions.start[f + 1]!
  const seen = new Set([from])
  let size = 0
  for (const s of seen) {
    if (ran[s] === 0 && s !== from) continue
    const last = decoded.segmentStart[s + 1]! - 1
    size += last + 1 - decoded.segmentStart[s]!
    if (size >= limit) return limit
    const kind = KIND_OF[decoded.id[last]!]!
    const called = isCall(decoded, s)
    const target = decoded.target[last]!
    if (!called && target >= first && target < end) seen.add(target)
    const next = decoded.nextSegment[s]!
    if (next >= 0 && next < end && (called || (kind !== 'jump' && kind !== 'djump'))) seen.add(next)
    if (kind === 'djump' && !called && !isReturn(decoded, functions.links, last)) {
      for (const label of functions.labels.get(f) ?? []) seen.add(decoded.jumpTable[label]!)
    }
  }
  return size
}

/** The roots that the function of `segment` calls directly or jumps to, in code order; with coverage, only from what has run. */
function callees(analysis: Analysis, segment: number, coverage: Coverage | undefined): number[] {
  const { decoded, functions } = analysis
  const f = functions.of[segment]!
  const first = functions.start[f]!
  const end = functions.start[f + 1]!
  const found: number[] = []
  const outside = (target: number): void => {
    if (target >= 0 && (target < first || target >= end)) found.push(target)
  }
  for (let s = first; s < end; s++) {
    if (coverage?.ran[s] === 0) continue
    const last = decoded.segmentStart[s + 1]! - 1
    const kind = KIND_OF[decoded.id[last]!]!
    if (isCall(decoded, s)) {
      if (decoded.target[last]! >= 0) found.push(decoded.target[last]!)
      continue
    }
    outside(decoded.target[last]!)
    if (kind !== 'jump' && kind !== 'djump' && kind !== 'trap') outside(decoded.nextSegment[s]!)
  }
  return found
}

/**
 * The roots of one module: those that are wanted, then those that they call, and so on. A root is taken if `takes` says so, and
 * if the module then has at most `limit` instructions. With coverage only instructions that have run count.
 */
export function clusterOf(
  analysis: Analysis,
  wanted: readonly number[],
  takes: (segment: number) => boolean,
  limit: number,
  coverage?: Coverage,
): number[] {
  const roots = new Set(wanted)
  let size = 0
  for (const root of wanted) size += functionSize(analysis, root, coverage)
  for (const root of roots) {
    for (const callee of callees(analysis, root, coverage)) {
      if (roots.has(callee) || !takes(callee)) continue
      const more = functionSize(analysis, callee, coverage)
      if (size + more > limit) continue
      size += more
      roots.add(callee)
    }
  }
  return [...roots]
}

/** Functions behind a segment's own that go into the same module, so that thousands of tiny functions do not become modules. */
export function neighboursOf(
  analysis: Analysis,
  segment: number,
  isCompiled: (segment: number) => boolean,
): readonly number[] {
  const { start, of } = analysis.functions
  const found: number[] = []
  let size = 0
  for (let f = of[segment]! + 1; f + 1 < start.length && size < NEIGHBOUR_INSTRUCTIONS; f++) {
    if (isCompiled(start[f]!)) continue
    size += functionSize(analysis, start[f]!)
    found.push(start[f]!)
  }
  return found
}
