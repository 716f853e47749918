// Gas of a graph: what each node costs, and the dearest path from each node to the next checkpoint. Not the checks.
//
// Gas is taken per node but compared only at checkpoints (root, loop headers, behind calls): when it covers the dearest
// acyclic path to the next checkpoint, nothing can run out before that. Otherwise the core steps, and is exact.
import { segmentCost } from './decode.ts'
import { type Graph, hasInstructions, visitSuccessors } from './graph.ts'
import type { Order } from './order.ts'

/** Costs by node. */
export interface GasPaths {
  readonly cost: Float64Array
  /** Cost of the dearest path from the node, itself included, up to but not including the next checkpoint. */
  readonly path: Float64Array
}

/** Computes both by one pass against the order; checkpoints cut every cycle. */
export function computeGasPaths(graph: Graph, order: Order, checkpoint: Uint8Array): GasPaths {
  const cost = new Float64Array(graph.count)
  const path = new Float64Array(graph.count)
  for (let i = graph.count - 1; i >= 0; i--) {
    const n = order.sequence[i]!
    const own = hasInstructions(graph, n) ? segmentCost(graph.decoded, graph.seg[n]!) : 0
    let rest = 0
    visitSuccessors(graph, n, successor => {
      if (checkpoint[successor] === 0 && path[successor]! > rest) rest = path[successor]!
    })
    cost[n] = own
    path[n] = own + rest
  }
  return { cost, path }
}
