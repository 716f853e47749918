// The order in which the nodes of a graph are emitted: dominators, loops, merges (core/recompiler/order.c). Not the graph: graph.ts.

/** The order of a graph. Arrays are indexed by node unless said otherwise, and may be longer than needed. */
export interface Order {
  /** Nodes in reverse postorder; all nodes of a graph are reachable. */
  readonly sequence: Int32Array
  /** This is its position in `sequence`. */
  readonly position: Int32Array
  /** Immediate dominator; the root's is itself. */
  readonly dominator: Int32Array
  /** 1 where an edge comes back from a node the target dominates. */
  readonly isLoop: Uint8Array
  /** 1 where more than one forward edge comes in, or a table leads to it: needs a label. */
  readonly isMerge: Uint8Array
  /** Children in the dominator tree, by descending position: `children[childStart[n]] … childStart[n + 1]`. */
  readonly childStart: Int32Array
  readonly children: Int32Array
  /** Whether every edge back goes to a dominator; else the function is emitted as a dispatch loop. */
  readonly reducible: boolean
}
