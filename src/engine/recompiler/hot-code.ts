// Finds hot code by sampling the interpreter's pc, and decides what to compile. The numbers are in policy.ts.
//
// Samples count per code, not per machine: short runs of the same service add up. Until they have cost what analysing
// the program will, only pcs are counted; then they are attributed to functions and loops.
import { functionSize } from './cluster.ts'
import type { Analysis } from './compile.ts'
import {
  ANALYSIS_MS,
  COLD_INSTRUCTION_MS,
  COLD_INSTRUCTIONS,
  INSTRUCTION_MS,
  INTERPRETED_PER_MS,
  MODULE_MS,
  tierPolicy,
} from './policy.ts'
import { compiledInProcess, type SharedCode } from './shared-code.ts'

/** Milliseconds of interpretation that one sample stands for. */
function sampleMs(): number {
  return tierPolicy.samplePeriod / INTERPRETED_PER_MS
}

/** What compiling that many instructions will take, in ms. */
function compileMs(instructions: number): number {
  const cold = Math.max(0, Math.min(instructions, COLD_INSTRUCTIONS - compiledInProcess()))
  return MODULE_MS + cold * COLD_INSTRUCTION_MS + (instructions - cold) * INSTRUCTION_MS
}

/** Header of the innermost loop around a segment, by its backward jumps within the function; -1 where there is none. */
export function loopAround(analysis: Analysis, segment: number): number {
  const { decoded, functions } = analysis
  const f = functions.of[segment]!
  const first = functions.start[f]!
  const end = functions.start[f + 1]!
  let header = -1
  for (let s = segment; s < end; s++) {
    const target = decoded.target[decoded.segmentStart[s + 1]! - 1]!
    if (target >= first && target <= segment && target > header) header = target
  }
  return header
}

/** Takes a sample, and returns the roots to compile now; none most of the time. */
export function sampleHotCode(
  shared: SharedCode,
  pc: number,
  isCompiled: (segment: number) => boolean,
): readonly number[] {
  const { samples, program } = shared
  const count = (samples.get(pc) ?? 0) + 1
  samples.set(pc, count)
  shared.sampleCount += 1
  const analysisMs = ANALYSIS_MS * program.map.offsets.length
  if (shared.sampleCount * sampleMs() < tierPolicy.patience * analysisMs) return []
  const { analysis } = shared
  const { decoded, functions } = analysis
  const index = decoded.indexOf[pc] ?? -1
  if (index < 0) return []
  const f = functions.of[decoded.segmentOf[index]!]!
  let inFunction = 0
  const from = decoded.pc[decoded.segmentStart[functions.start[f]!]!]!
  const behind = functions.start[f + 1]!
  const to = behind === decoded.segments ? Number.POSITIVE_INFINITY : decoded.pc[decoded.segmentStart[behind]!]!
  for (const [at, n] of samples) if (at >= from && at < to) inFunction += n
  const size = functionSize(analysis, functions.start[f]!)
  if (inFunction * sampleMs() < tierPolicy.patience * compileMs(size)) return []
  const segment = decoded.segmentOf[index]!
  const header = loopAround(analysis, segment)
  const roots = [functions.start[f]!]
  if (header >= 0) roots.push(header)
  // What is compiled and sampled all the same is entered in the middle, behind a call for instance.
  if (roots.every(isCompiled) && decoded.isBlock[segment] === 1 && count > 1) roots.push(segment)
  return roots.filter(root => !isCompiled(root))
}
