// Gas of a graph: what each node costs, and the dearest path from each node to the next checkpoint. Not the checks.
//
// Gas is taken per node but compared only at checkpoints (root, loop headers, behind calls): when it covers the dearest
// acyclic path to the next checkpoint, nothing can run out before that. Otherwise the core steps, and is exact.
import { segmentCost } from './decode.ts'
import { type Graph, hasInstructions } from './graph.ts'
import type { Order } from './order.ts'
import { Scratch } from './scratch.ts'

/** Costs by node. */
export interface GasPaths {
  readonly cost: Float64Array
  /** Cost of the dearest path from the node, itself included, up to but not including the next checkpoint. */
  readonly path: Float64Array
}

/** Computes both by one pass against the order; checkpoints cut every cycle. Arrays are the scratch's. */
export function computeGasPaths(
  graph: Graph,
  order: Order,
  checkpoint: Uint8Array,
  scratch: Scratch = new Scratch(),
): GasPaths {
  const { count, decoded, seg, succStart, succs } = graph
  const cost = scratch.float64(count)
  const path = scratch.float64(count)
  for (let i = count - 1; i >= 0; i--) {
    const n = order.sequence[i]!
    if (hasInstructions(graph, n)) cost[n] = segmentCost(decoded, seg[n]!)
    let rest = 0
    for (let e = succStart[n]!; e < succStart[n + 1]!; e++) {
      const successor = succs[e]!
      if (checkpoint[successor] === 0 && path[successor]! > rest) rest = path[successor]!
    }
    path[n] = cost[n]! + rest
  }
  return { cost, path }
}
