// Finds hot code, and decides what is compiled. It goes by samples of the interpreter's pc, and by the places where compiled code had to
// stop because what follows is not compiled. The numbers are in policy.ts.
//
// Samples are added up by code and not by machine, so short runs of the same service add up too. At first only pcs are counted. When the
// samples stand for as much time as the analysis of the program will take, it is analysed, and samples count for functions and loops.

import type { Cell } from '../../../core/cell.ts'
import { type Analysis, functionSize, segmentOfAddress } from '../analysis.ts'
import { KIND_OF } from '../facts.ts'
import { reachOf } from './cluster.ts'
import { FirstLoop } from './first-loop.ts'
import {
  ANALYSIS_MS,
  CALLER_SHARE,
  CLUSTER_INSTRUCTIONS,
  COLD_ANALYSIS_MS,
  ENOUGH_SAMPLES,
  FAR_TO_GO,
  FIRST_ANALYSIS_MS,
  FIRST_LASTING_PATIENCE,
  GROUP_GROWTH,
  INSTRUCTION_BYTES,
  LASTING_PATIENCE,
  LASTING_SAMPLES,
  LOOK_GROWTH,
  MISS_MS,
  SAMPLE_STRETCH,
  SHORT_MS,
  SOON_SAMPLES,
  TIMED_SHARE,
  TOGETHER,
  tierPolicy,
} from './policy.ts'
import type { SharedCode } from './shared-code.ts'
import { processWarmth, type Warmth } from './warmth.ts'

/** The header of the innermost loop around a segment, or -1 if there is none. A jump back inside of the function makes a loop. */
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

/** Whether a loop has a host call in it, up to its last jump back to the header. Most of the time of such a loop is the host's. */
function callsHost({ decoded, functions }: Analysis, header: number): boolean {
  const { id, segmentStart, target } = decoded
  const end = functions.start[functions.of[header]! + 1]!
  let isIn = false
  for (let s = end - 1; s >= header; s--) {
    const last = segmentStart[s + 1]! - 1
    isIn ||= target[last] === header
    if (isIn && KIND_OF[id[last]!] === 'host') return true
  }
  return false
}

/** The register that holds the return address while a function runs, by the convention of compilers. A wrong one costs time only. */
const RETURN_ADDRESS = 0

/** What is hot in one code. */
export class HotCode {
  readonly #shared: SharedCode
  readonly #warmth: Warmth
  /** The samples before the analysis, by pc: how many there were, and the time that they stand for. */
  #early: Map<number, { count: number; ms: number }> | undefined = new Map()
  /** The same time by the address in the register for return addresses. */
  #earlyReturns = new Map<number, number>()
  /** How many samples there were so far, and the milliseconds of interpretation that they stand for. */
  count = 0
  #spent = 0
  /** These are the milliseconds of each function. */
  #functions = new Map<number, number>()
  /** Milliseconds of other functions, by the function that they return to. */
  readonly #callers = new Map<number, number>()
  /** Milliseconds by loop header, of functions that are compiled already. */
  readonly #loops = new Map<number, number>()
  /** Loop headers of segments seen so far. */
  readonly #headers = new Map<number, number>()
  /** The heat that functions were found to need, by their first segment, when the process had compiled so many instructions. */
  readonly #needs = new Map<number, number>()
  #needsAsOf = 0
  /** At so many samples it asks again whether all warm functions together are worth a module. */
  #nextGroup = 0
  /** At so many samples it asks again what has run. */
  #nextLook = 0
  /** The loop that the samples before the first module of a process were in. */
  readonly #firstLoop: FirstLoop
  /** The segment of the last sample, and how many samples in a row were in the same loop. */
  #last = -1
  #inRow = 0
  /** By root that is not compiled: what the stops of compiled code before it have cost, and what makes it worth compiling, in ms. */
  readonly #misses = new Map<number, { ms: number; needed: number }>()

  constructor(shared: SharedCode, warmth: Warmth = processWarmth) {
    this.#shared = shared
    this.#warmth = warmth
    this.#firstLoop = new FirstLoop(shared.program)
  }

  /** What analysing a program of so many instructions will take, in ms. */
  #analysisMs(instructions: number): number {
    return instructions * (this.#warmth.hasCompiled ? ANALYSIS_MS : COLD_ANALYSIS_MS)
  }

  /** How many instructions the program has, estimated: the exact number needs the code map, which takes 2 ms. */
  get #size(): number {
    return this.#shared.program.code.length / INSTRUCTION_BYTES
  }

  /** Whether there is time to take a sample. A sample may be followed by the analysis of the program. */
  canSample(remainingMs: number = Number.POSITIVE_INFINITY): boolean {
    if (remainingMs === Number.POSITIVE_INFINITY || this.#shared.isAnalysed) return true
    const first = this.#warmth.hasCompiled ? 0 : FIRST_ANALYSIS_MS
    return first + this.#analysisMs(this.#size) <= TIMED_SHARE * remainingMs
  }

  /** Whether there is time to compile these roots. */
  canCompile(roots: Iterable<number>, remainingMs: number = Number.POSITIVE_INFINITY): boolean {
    if (remainingMs === Number.POSITIVE_INFINITY) return true
    let ms = this.#warmth.moduleMs
    for (const root of roots) ms += this.#warmth.instructionsMs(functionSize(this.#shared.analysis, root))
    return ms <= TIMED_SHARE * remainingMs
  }

  /** The milliseconds of interpretation that were counted for the function of a segment. */
  heat(segment: number): number {
    return this.#functions.get(this.#shared.analysis.functions.of[segment]!) ?? 0
  }

  /**
   * For how many sample periods the next sample may stand. When there are many samples already, and the last ones were not in one
   * loop, the code is a service whose heat is spread, and few samples say as much as many.
   */
  get stretch(): number {
    const inRow = this.#early !== undefined ? this.#firstLoop.inRow : this.#inRow
    const isSpread = this.count >= ENOUGH_SAMPLES && inRow < 2
    return isSpread && tierPolicy.patience > 0 ? SAMPLE_STRETCH : 1
  }

  /**
   * Takes a sample of a cell, which stands for `stretch` sample periods. Returns the roots that should be compiled now, which most of
   * the time are none.
   */
  sample(cell: Cell, pc: number, isCompiled: (segment: number) => boolean, stretch = 1): readonly number[] {
    const ms = this.#warmth.sampleMs * stretch
    this.count += 1
    this.#spent += ms
    const returns = cell.regs32[2 * RETURN_ADDRESS]!
    const early = this.#early
    if (early === undefined) {
      this.#look(cell)
      const segment = this.#attribute(pc, ms)
      this.#attributeCaller(returns, ms)
      return this.#judge(segment, ms, isCompiled)
    }
    this.#earlyReturns.set(returns, (this.#earlyReturns.get(returns) ?? 0) + ms)
    const here = early.get(pc)
    if (here === undefined) early.set(pc, { count: 1, ms })
    else {
      here.count += 1
      here.ms += ms
    }
    this.#firstLoop.see(cell, pc)
    const least = tierPolicy.patience * Math.max(SHORT_MS, this.#analysisMs(this.#size))
    if (this.#spent < least || !this.#mayBeFirst()) return []
    this.#early = undefined
    this.#look(cell)
    const segment = this.#attribute(pc, 0)
    this.#last = segment
    this.#inRow = 0
    const { of } = this.#shared.analysis.functions
    for (const [at, was] of early) {
      const seen = this.#attribute(at, was.ms)
      // Which loop it is in takes a look at all of its function: only the same function has the same loop.
      if (seen < 0 || segment < 0 || of[seen] !== of[segment]) continue
      if (this.#loopOf(seen) === this.#loopOf(segment)) this.#inRow += was.count
    }
    for (const [address, was] of this.#earlyReturns) this.#attributeCaller(address, was)
    this.#earlyReturns.clear()
    return this.#judge(segment, ms, isCompiled)
  }

  /**
   * Whether it is time for the program to be analysed and compiled, if its module is the first of the process. A loop that will end before it has
   * won back what that costs is not. One that lasts need not wait for so long, least of all where it counts and has far to go.
   */
  #mayBeFirst(): boolean {
    const { hasCompiled, moduleMs, warmSampleMs } = this.#warmth
    const { patience } = tierPolicy
    if (hasCompiled || patience === 0) return true
    const { lasts, samplesLeft } = this.#firstLoop
    if (samplesLeft !== undefined && samplesLeft * warmSampleMs < FAR_TO_GO * moduleMs) return false
    const share = !lasts ? 1 : samplesLeft === undefined ? FIRST_LASTING_PATIENCE : LASTING_PATIENCE
    return this.#spent >= patience * share * moduleMs
  }

  /** Notes what has run by now, from time to time. */
  #look(cell: Cell): void {
    if (this.count < this.#nextLook) return
    this.#nextLook = this.count * LOOK_GROWTH
    this.#shared.coverage.add(cell)
  }

  /** Header of the innermost loop around a segment, -1 where there is none. */
  #loopOf(segment: number): number {
    let header = segment < 0 ? -1 : this.#headers.get(segment)
    if (header === undefined) {
      header = loopAround(this.#shared.analysis, segment)
      this.#headers.set(segment, header)
    }
    return header
  }

  /** Counts milliseconds for the function at pc. Returns the segment at pc, or -1 if there is none. */
  #attribute(pc: number, ms: number): number {
    const { decoded, functions } = this.#shared.analysis
    const index = decoded.indexOf[pc] ?? -1
    if (index < 0) return -1
    const segment = decoded.segmentOf[index]!
    const f = functions.of[segment]!
    this.#functions.set(f, (this.#functions.get(f) ?? 0) + ms)
    return segment
  }

  /** Counts milliseconds for the function that the present one returns to, if the address is one in the jump table. */
  #attributeCaller(address: number, ms: number): void {
    const { analysis } = this.#shared
    const segment = segmentOfAddress(analysis, address)
    if (segment < 0) return
    const f = analysis.functions.of[segment]!
    this.#callers.set(f, (this.#callers.get(f) ?? 0) + ms)
  }

  /** Decides what to compile, now that the interpreter was seen in a segment for so many milliseconds. */
  #judge(segment: number, ms: number, isCompiled: (segment: number) => boolean): readonly number[] {
    if (segment < 0) return []
    const { analysis, coverage } = this.#shared
    const { functions } = analysis
    const f = functions.of[segment]!
    const start = functions.start[f]!
    const before = this.#last
    this.#last = segment
    // Looking for a loop takes a look at all of its function. A sample in another function than the last one is in no loop that lasts.
    const stays = before >= 0 && functions.of[before] === f
    const header = stays || isCompiled(start) ? this.#loopOf(segment) : -1
    this.#inRow = stays && header >= 0 && header === this.#loopOf(before) ? this.#inRow + 1 : 1
    const lasts = this.#inRow >= LASTING_SAMPLES && !callsHost(analysis, header)
    if (isCompiled(start)) return this.#judgeLoop(header, ms, lasts, isCompiled)
    if (!lasts && this.heat(start) < this.#needed(start)) return this.#group(isCompiled)
    const roots: number[] = []
    let size = 0
    // Control is in the loop now. Without a root there the loop would stay interpreted until the function is called again.
    if (header >= 0 && this.#inRow >= SOON_SAMPLES && header !== start && !isCompiled(header)) {
      roots.push(header)
      size = reachOf(analysis, header, CLUSTER_INSTRUCTIONS, coverage)
    }
    // If a loop lasts, the function around it may never be called again. It is compiled only if it turns out hot itself.
    if (!lasts || roots.length === 0) {
      roots.push(start)
      size += functionSize(analysis, start, coverage)
    }
    const patience = lasts ? LASTING_PATIENCE : 1
    const cost = patience * (this.#warmth.moduleMs + this.#warmth.worthMs(size))
    if (!this.#pays(this.heat(start), cost)) {
      if (!lasts) this.#needs.set(start, tierPolicy.patience * cost)
      return this.#group(isCompiled)
    }
    // The heat was the loop's, and has paid for it. If it stayed, one stop behind the loop would have the function compiled too.
    if (lasts && roots[0] === header) this.#functions.set(f, ms)
    return this.#withCallers([...this.#together(roots, size, isCompiled)], isCompiled)
  }

  /**
   * The heat that the function which starts here needs at least, or 0 if nobody has asked yet. It only grows while more of the
   * program runs. Where something was compiled since, it may have become less, so all of them are forgotten.
   */
  #needed(start: number): number {
    if (this.#needsAsOf !== this.#warmth.compiled) {
      this.#needs.clear()
      this.#needsAsOf = this.#warmth.compiled
    }
    return this.#needs.get(start) ?? 0
  }

  /**
   * Decides about a loop whose function is compiled, but was seen interpreted. The function was entered before it was compiled, and
   * has been in the loop since.
   */
  #judgeLoop(header: number, ms: number, lasts: boolean, isCompiled: (segment: number) => boolean): readonly number[] {
    if (header < 0 || isCompiled(header)) return []
    const spent = (this.#loops.get(header) ?? 0) + ms
    this.#loops.set(header, spent)
    if (!lasts) {
      const { analysis, coverage } = this.#shared
      const size = reachOf(analysis, header, CLUSTER_INSTRUCTIONS, coverage)
      if (!this.#pays(spent, this.#warmth.moduleMs + this.#warmth.worthMs(size))) return []
    }
    return [header]
  }

  /** Called when no function is hot enough for a module of its own. Perhaps all warm functions together are worth one. */
  #group(isCompiled: (segment: number) => boolean): readonly number[] {
    if (this.count < this.#nextGroup) return []
    this.#nextGroup = this.count * GROUP_GROWTH
    const roots = this.#together([], 0, isCompiled)
    let heat = 0
    let size = 0
    for (const start of roots) {
      heat += this.heat(start)
      size += functionSize(this.#shared.analysis, start, this.#shared.coverage)
    }
    const isWorth = roots.length > 0 && this.#pays(heat, this.#warmth.moduleMs + this.#warmth.worthMs(size))
    return isWorth ? this.#withCallers([...roots], isCompiled) : []
  }

  /** Whether so much time was spent interpreting that this much may be spent on compiling, both in ms. */
  #pays(spent: number, cost: number): boolean {
    return spent >= tierPolicy.patience * cost
  }

  /**
   * Adds other functions to the roots of a module that will be made: those that would soon be hot enough for a module of their own.
   */
  #together(roots: number[], size: number, isCompiled: (segment: number) => boolean): readonly number[] {
    const { analysis, coverage } = this.#shared
    const { of, start: starts } = analysis.functions
    const own = new Set(roots.map(root => of[root]!))
    let total = size
    for (const [f, spent] of this.#functions) {
      const start = starts[f]!
      if (own.has(f) || isCompiled(start)) continue
      const more = functionSize(analysis, start, coverage)
      if (total + more > CLUSTER_INSTRUCTIONS || !this.#pays(spent, TOGETHER * this.#warmth.worthMs(more))) continue
      total += more
      roots.push(start)
    }
    return roots
  }

  /**
   * Adds functions that call others. A compiled function that returns to an interpreted one is left each time, so a caller is worth
   * compiling with what it calls although it takes little time itself.
   */
  #withCallers(roots: number[], isCompiled: (segment: number) => boolean): readonly number[] {
    const { analysis, coverage } = this.#shared
    const { of, start: starts } = analysis.functions
    const own = new Set(roots.map(root => of[root]!))
    let total = 0
    for (const f of own) total += functionSize(analysis, starts[f]!, coverage)
    for (const [f, called] of this.#callers) {
      const start = starts[f]!
      const more = functionSize(analysis, start, coverage)
      if (own.has(f) || more === 0 || isCompiled(start) || total + more > CLUSTER_INSTRUCTIONS) continue
      if (!this.#pays(called + this.heat(start), CALLER_SHARE * this.#warmth.worthMs(more))) continue
      total += more
      roots.push(start)
    }
    return roots
  }

  /**
   * Called when compiled code had to stop before a segment that is not compiled: it returned there, or jumped there indirectly. Returns
   * what to compile, once this has happened often enough.
   *
   * While the function around the segment is interpreted, that is the function. The stops at all places that calls return to count
   * together for it; one by one, a caller with ninety calls in a row was never worth compiling. In a function that is compiled it is
   * the segment, one at a time: what follows the segment is compiled with it, so the stops there end by themselves.
   */
  missed(segment: number, isCompiled: (segment: number) => boolean, weight = 1): readonly number[] {
    const { analysis, coverage } = this.#shared
    const { functions } = analysis
    const f = functions.of[segment]!
    const start = functions.start[f]!
    const ms = weight * MISS_MS
    if (!isCompiled(start)) {
      const spent = (this.#functions.get(f) ?? 0) + ms
      this.#functions.set(f, spent)
      const size = functionSize(analysis, start, coverage)
      if (!this.#pays(spent, this.#warmth.moduleMs + this.#warmth.worthMs(size))) return []
      return this.#missedToo(this.#together([start], size, isCompiled), isCompiled)
    }
    const size = (): number => reachOf(analysis, segment, CLUSTER_INSTRUCTIONS, coverage)
    return this.#missedOften(segment, ms, size) ? this.#missedToo([segment], isCompiled) : []
  }

  /** Adds segments to the roots of a module, one for each function: those that soon would have been missed often enough. */
  #missedToo(wanted: readonly number[], isCompiled: (segment: number) => boolean): readonly number[] {
    const { of } = this.#shared.analysis.functions
    const roots = new Map(wanted.map(root => [of[root]!, root]))
    for (const [other, { ms, needed }] of this.#misses) {
      if (ms >= TOGETHER * needed && !roots.has(of[other]!) && !isCompiled(other)) roots.set(of[other]!, other)
    }
    for (const other of this.#misses.keys()) if (roots.has(of[other]!)) this.#misses.delete(other)
    return [...roots.values()]
  }

  /** Counts misses of a root, in ms. Returns whether they have cost as much as compiling it is worth. Its size is asked for once. */
  #missedOften(root: number, ms: number, size: () => number): boolean {
    let known = this.#misses.get(root)
    if (known === undefined) {
      // No patience is needed. The code that runs up to here was hot enough to be compiled, so this is hot too.
      const needed = Math.min(1, tierPolicy.patience) * (this.#warmth.moduleMs + this.#warmth.worthMs(size()))
      known = { ms: 0, needed }
      this.#misses.set(root, known)
    }
    known.ms += ms
    return known.ms >= known.needed
  }
}

const hotCodes = new WeakMap<SharedCode, HotCode>()

/** What is hot in a code, over all machines that run it. */
export function hotCodeOf(shared: SharedCode): HotCode {
  let hot = hotCodes.get(shared)
  if (hot === undefined) {
    hot = new HotCode(shared)
    hotCodes.set(shared, hot)
  }
  return hot
}
