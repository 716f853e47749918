// Finds loops of one segment whose memory accesses move by the same step each turn, and so can be checked ahead of many
// turns. Not the code: see emit-loops.ts.

import { ADDRESS_LOCALS, Check, CONSTANT_ROOT, End } from '../../../src/engine/machine/contract.gen.ts'
import { type Decoded, segmentCost } from '../../../src/engine/recompiler/decode.ts'
import { ACCESS_LOG2, CLASS, Class } from '../../../src/engine/recompiler/facts.ts'
import type { FastLoop, Stream } from '../../../src/engine/recompiler/fast-loops.ts'
import type { Graph } from '../../../src/engine/recompiler/graph.ts'
import { accessesOf, type MemoryPlan } from '../../../src/engine/recompiler/memory-plan.ts'
import type { Order } from '../../../src/engine/recompiler/order.ts'
import { INSTRUCTIONS } from '../../../src/isa/table.ts'

/** Loops with more instructions are not doubled. */
const MAX_INSTRUCTIONS = 64
/** Streams of one loop, and of all loops of a function: each keeps two locals. */
const MAX_STREAMS = 8
const MAX_STREAMS_OF_FUNCTION = 32

/**
 * Loops of a function that have a fast version: each has a local, and V8's optimizing compiler takes time for every local at every
 * loop. A function of 400 loops took it 0.6 s.
 */
const MAX_LOOPS = 24

export type { FastLoop, Stream }

const ADD_64 = INSTRUCTIONS.find(i => i.name === 'add_64')!.id
const ADD_IMM_64 = INSTRUCTIONS.find(i => i.name === 'add_imm_64')!.id
const ADD_IMM_32 = INSTRUCTIONS.find(i => i.name === 'add_imm_32')!.id

/** How the address that a register holds changes over one turn: by a constant, by an invariant register, unpredictably. */
const Step = { Constant: 0, Register: 1, Unknown: 2 } as const

/** Steps of the 13 registers; `by` is the constant or the register. */
interface Steps {
  readonly is: Uint8Array
  readonly by: Int32Array
}

/** Steps of all registers over the segment. Addresses count modulo 2^32, so 32-bit additions are as good. */
function stepsOf(decoded: Decoded, segment: number): Steps {
  const { id, a, b, d, x, defs, segmentStart } = decoded
  const is = new Uint8Array(13)
  const by = new Int32Array(13)
  const end = segmentStart[segment + 1]!
  let written = 0
  for (let i = segmentStart[segment]!; i < end; i++) {
    const mask = defs[i]!
    if (mask === 0) continue
    const r = 31 - Math.clz32(mask)
    const again = (written & mask) !== 0
    written |= mask
    if ((id[i] === ADD_IMM_64 || id[i] === ADD_IMM_32) && b[i] === r && is[r] === Step.Constant) {
      by[r] = by[r]! + x[i]!
    } else if (id[i] === ADD_64 && (a[i] === r) !== (b[i] === r) && !again) {
      is[r] = Step.Register
      by[r] = d[i] === a[i] ? b[i]! : a[i]!
    } else {
      is[r] = Step.Unknown
    }
  }
  for (let r = 0; r < 13; r++) if (is[r] === Step.Register && ((written >> by[r]!) & 1) === 1) is[r] = Step.Unknown
  return { is, by }
}

/**
 * Whether the loop's condition depends on what the loop has loaded, in this turn or an earlier one: then it searches, and
 * most searches are short. A fast version never pays for itself there, and its locals and code slow the short ones
 * down (quicksort's scans 46 ms with, 38 without; the bracket search of bytecode 96 and 77).
 */
function searches({ id, uses, defs, segmentStart }: Decoded, segment: number): boolean {
  const begin = segmentStart[segment]!
  const last = segmentStart[segment + 1]! - 1
  let loaded = 0
  for (let above = 0; ; above = loaded) {
    for (let i = begin; i < last; i++) {
      if (CLASS[id[i]!] === Class.Load || (uses[i]! & loaded) !== 0) loaded |= defs[i]!
      else loaded &= ~defs[i]!
    }
    if ((uses[last]! & loaded) !== 0) return true
    if ((loaded & ~above) === 0) return false
    loaded |= above
  }
}

/** The fast version of the loop at `node`, if it can have one. `firstPair`: pairs of locals already given away. */
function findFastLoop(
  graph: Graph,
  order: Order,
  node: number,
  plan: MemoryPlan,
  firstPair: number,
  number: number,
): FastLoop | null {
  if (order.isLoop[node] === 0 || graph.end[node] !== End.Branch) return null
  const taken = graph.succA[node]!
  const fall = graph.succB[node]!
  if (taken < 0 || fall < 0 || (taken === node) === (fall === node)) return null
  const { decoded } = graph
  const segment = graph.seg[node]!
  if (segmentCost(decoded, segment) === 0) return null // turns are counted in gas
  if (decoded.segmentStart[segment + 1]! - decoded.segmentStart[segment]! > MAX_INSTRUCTIONS) return null
  if (searches(decoded, segment)) return null
  const steps = stepsOf(decoded, segment)
  const streams: Stream[] = []
  const accesses = accessesOf(decoded, segment)
  const unchecked = new Uint8Array(accesses.length)
  const heads = new Int32Array(ADDRESS_LOCALS)
  for (const [k, i] of accesses.entries()) {
    const is = decoded.id[i]!
    if (plan.check[i] === Check.Member) {
      unchecked[k] = unchecked[heads[plan.local[i]!]!]!
      continue
    }
    if (plan.check[i] === Check.Leader) heads[plan.local[i]!] = k
    const root = plan.root[i]!
    if (root > CONSTANT_ROOT) continue
    const step = root === CONSTANT_ROOT ? Step.Constant : steps.is[root]!
    const by = root === CONSTANT_ROOT ? 0 : steps.by[root]!
    if (step === Step.Unknown || streams.length >= MAX_STREAMS) continue
    if (firstPair + streams.length >= MAX_STREAMS_OF_FUNCTION) continue
    unchecked[k] = 1
    streams.push({
      base: root === CONSTANT_ROOT ? -1 : root,
      low: plan.low[i]!,
      span: plan.check[i] === Check.Leader ? plan.span[i]! : 1 << ACCESS_LOG2[is]!,
      stride: step === Step.Constant ? by : 0,
      strideRegister: step === Step.Register ? by : -1,
      isStore: CLASS[is] === Class.Store,
      pair: firstPair + streams.length,
    })
  }
  const continuesWhenTaken = taken === node
  return { number, streams, unchecked, continuesWhenTaken, exit: continuesWhenTaken ? fall : taken }
}

/** The fast loops of a graph by node, and the pairs of locals they need. */
export interface FastLoops {
  readonly loops: ReadonlyMap<number, FastLoop>
  readonly pairs: number
}

export const NO_FAST_LOOPS: FastLoops = { loops: new Map(), pairs: 0 }

/** All fast loops of a graph. Their exits become merge nodes. */
export function findFastLoops(graph: Graph, order: Order, plan: MemoryPlan): FastLoops {
  if (!order.reducible) return NO_FAST_LOOPS
  const loops = new Map<number, FastLoop>()
  let pairs = 0
  for (let n = 0; n < graph.count; n++) {
    if (order.isLoop[n] === 0 || graph.end[n] !== End.Branch) continue
    if (loops.size === MAX_LOOPS) break
    const loop = findFastLoop(graph, order, n, plan, pairs, loops.size)
    if (loop === null) continue
    loops.set(n, loop)
    pairs += loop.streams.length
    order.isMerge[loop.exit] = 1
  }
  return { loops, pairs }
}
