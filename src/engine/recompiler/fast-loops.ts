// Finds loops of one segment whose memory accesses move by the same step each turn, and so can be checked ahead of many
// turns. Not the code: see emit-loops.ts.
import { INSTRUCTIONS } from '../../isa/table.ts'
import { type Decoded, segmentCost } from './decode.ts'
import { ACCESS_LOG2, CLASS, Class } from './facts.ts'
import { End, type Graph } from './graph.ts'
import { Check, CONSTANT_ROOT, type MemoryPlan } from './memory-plan.ts'
import type { Order } from './order.ts'

/** Loops with more instructions are not doubled. */
const MAX_INSTRUCTIONS = 64
/** Streams of one loop, and of all loops of a function: each keeps two locals. */
const MAX_STREAMS = 8
const MAX_STREAMS_OF_FUNCTION = 32

/** A group of accesses that moves by a constant or by an invariant register each turn. */
export interface Stream {
  /** Access that heads the group in the segment's plan. */
  readonly access: number
  /** Register whose value at the top of the loop is the base, -1 for a constant address. */
  readonly base: number
  /** Lowest byte relative to the base, and bytes from there to the end of the highest access. */
  readonly low: number
  readonly span: number
  /** Bytes moved each turn, or the register that holds them (then `stride` is 0). */
  readonly stride: number
  readonly strideRegister: number
  readonly isStore: boolean
  /** Number of its pair of locals in the function. */
  readonly pair: number
}

/** A loop that gets a fast version. */
export interface FastLoop {
  /** Its number among the fast loops of the function. */
  readonly number: number
  readonly streams: readonly Stream[]
  /** Access numbers whose check the fast version leaves out. */
  readonly unchecked: ReadonlySet<number>
  /** Successor inside of the loop is the taken side of its branch. */
  readonly continuesWhenTaken: boolean
  readonly exit: number
}

const ADD_64 = INSTRUCTIONS.find(i => i.name === 'add_64')!.id
const ADD_IMM_64 = INSTRUCTIONS.find(i => i.name === 'add_imm_64')!.id
const ADD_IMM_32 = INSTRUCTIONS.find(i => i.name === 'add_imm_32')!.id

/** How a register changes over one turn. */
interface Step {
  /** The address it holds moves by a constant, by an invariant register, or unpredictably. */
  readonly is: 'constant' | 'register' | 'unknown'
  readonly by: number
}

/** Steps of all registers over the segment. Addresses count modulo 2^32, so 32-bit additions are as good. */
function stepsOf(decoded: Decoded, segment: number): Step[] {
  const { id, a, b, d, x, defs, segmentStart } = decoded
  const begin = segmentStart[segment]!
  const end = segmentStart[segment + 1]!
  const steps: Step[] = []
  for (let r = 0; r < 13; r++) {
    let is: Step['is'] = 'constant'
    let by = 0
    let count = 0
    for (let i = begin; i < end; i++) {
      if (((defs[i]! >> r) & 1) === 0) continue
      count += 1
      if ((id[i] === ADD_IMM_64 || id[i] === ADD_IMM_32) && a[i] === r && b[i] === r && is === 'constant') {
        by = (by + x[i]!) | 0
      } else if (id[i] === ADD_64 && d[i] === r && (a[i] === r) !== (b[i] === r) && count === 1) {
        is = 'register'
        by = a[i] === r ? b[i]! : a[i]!
      } else {
        is = 'unknown'
      }
    }
    if (is === 'register' && count > 1) is = 'unknown'
    steps.push({ is, by })
  }
  const written = (r: number): boolean => {
    for (let i = begin; i < end; i++) if (((defs[i]! >> r) & 1) === 1) return true
    return false
  }
  return steps.map(step => (step.is === 'register' && written(step.by) ? { is: 'unknown', by: 0 } : step))
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
  const steps = stepsOf(decoded, segment)
  const streams: Stream[] = []
  const unchecked = new Set<number>()
  const heads = new Map<number, number>()
  for (let k = 0; k < plan.count; k++) {
    const is = decoded.id[plan.at[k]!]!
    if (plan.check[k] === Check.Member) {
      if (unchecked.has(heads.get(plan.local[k]!)!)) unchecked.add(k)
      continue
    }
    if (plan.check[k] === Check.Leader) heads.set(plan.local[k]!, k)
    const root = plan.root[k]!
    if (root > CONSTANT_ROOT) continue
    const step: Step = root === CONSTANT_ROOT ? { is: 'constant', by: 0 } : steps[root]!
    if (step.is === 'unknown' || streams.length >= MAX_STREAMS) continue
    if (firstPair + streams.length >= MAX_STREAMS_OF_FUNCTION) continue
    unchecked.add(k)
    streams.push({
      access: k,
      base: root === CONSTANT_ROOT ? -1 : root,
      low: plan.low[k]!,
      span: plan.check[k] === Check.Leader ? plan.span[k]! : 1 << ACCESS_LOG2[is]!,
      stride: step.is === 'constant' ? step.by : 0,
      strideRegister: step.is === 'register' ? step.by : -1,
      isStore: CLASS[is] === Class.Store,
      pair: firstPair + streams.length,
    })
  }
  const continuesWhenTaken = taken === node
  return { number, streams, unchecked, continuesWhenTaken, exit: continuesWhenTaken ? fall : taken }
}

/** All fast loops of a graph by node, and the pairs of locals they need. Their exits become merge nodes. */
export function findFastLoops(
  graph: Graph,
  order: Order,
  planFor: (segment: number) => MemoryPlan,
): { loops: ReadonlyMap<number, FastLoop>; pairs: number } {
  const loops = new Map<number, FastLoop>()
  let pairs = 0
  if (!order.reducible) return { loops, pairs }
  for (let n = 0; n < graph.count; n++) {
    if (order.isLoop[n] === 0 || graph.end[n] !== End.Branch) continue
    const loop = findFastLoop(graph, order, n, planFor(graph.seg[n]!), pairs, loops.size)
    if (loop === null) continue
    loops.set(n, loop)
    pairs += loop.streams.length
    order.isMerge[loop.exit] = 1
  }
  return { loops, pairs }
}
