// The control-flow graph of one compiled function: nodes are segments in a calling context. Not how it is made: that is
// core/recompiler/graph.c; nor what is known of its nodes: passes.ts.
//
// A root is the segment a compiled function starts at; its graph holds what is reachable inside the PVM function that
// owns the root. Edges that leave it end in Tail nodes. Inlined callees get nodes of their own, in their own context.
import { End } from '../../core/contract.gen.ts'
import type { Decoded } from './decode.ts'

/** A graph; arrays are indexed by node, may be longer than `count`; node 0 is the root. Valid until the next root. */
export interface Graph {
  readonly decoded: Decoded
  readonly count: number
  /** The segment; for Tail nodes the segment called. */
  readonly seg: Int32Array
  readonly end: Uint8Array
  readonly succA: Int32Array
  readonly succB: Int32Array
  /** Call: segment called. CallTable: index in `calleeNodes` of its first callee. */
  readonly callee: Int32Array
  /** The value a link register must have for an InlineReturn, or for a Tail in an inlined context; 0 where none. */
  readonly expected: Int32Array
  /** The hub's successors, one per entry of `switchLabels`. */
  readonly switchNodes: Int32Array
  /** Jump-table entries (from 0) of the labels, ascending. */
  readonly switchLabels: readonly number[]
  /** Jump-table entries (from 0) of the functions that CallTable nodes branch to, ascending. */
  readonly calleeEntries: readonly number[]
  /** Per CallTable node one node for each of them. */
  readonly calleeNodes: Int32Array
  /** All successors of a node: `succs[succStart[n]] … succs[succStart[n + 1] - 1]`. */
  readonly succStart: Int32Array
  readonly succs: Int32Array
}

/** Whether a node has instructions; Tail, Hub and CallElsewhere nodes have none. */
export function hasInstructions(graph: Graph, node: number): boolean {
  const end = graph.end[node]
  return end !== End.Tail && end !== End.Hub && end !== End.CallElsewhere
}
