// Orders a graph: reverse postorder, dominators, loop headers, merge nodes, reducibility. Not emission: see structure.ts.
import { type Graph, hasTable } from './graph.ts'
import { Scratch } from './scratch.ts'

/** The order of a graph. Arrays are indexed by node unless said otherwise, and may be longer than needed. */
export interface Order {
  /** Nodes in reverse postorder; all nodes of a graph are reachable. */
  readonly sequence: Int32Array
  /** Position in `sequence`. */
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
  /** Predecessors, the same way. */
  readonly predStart: Int32Array
  readonly preds: Int32Array
  /** Whether every edge back goes to a dominator; else the function is emitted as a dispatch loop. */
  readonly reducible: boolean
}

/** Reverse postorder by an explicit stack. A branch's not-taken side is visited first, so that it comes last. */
function reversePostorder({ count, succStart: start, succs: list }: Graph, scratch: Scratch): Int32Array {
  const sequence = scratch.int32(count)
  const next = scratch.int32(count)
  const seen = scratch.uint8(count)
  const stack = scratch.int32(count)
  for (let n = 0; n < count; n++) next[n] = start[n]!
  let depth = 1
  let at = count
  seen[0] = 1
  while (depth > 0) {
    const node = stack[depth - 1]!
    if (next[node]! < start[node + 1]!) {
      const successor = list[next[node]!++]!
      if (seen[successor] === 0) {
        seen[successor] = 1
        stack[depth++] = successor
      }
    } else {
      depth -= 1
      sequence[--at] = node
    }
  }
  if (at !== 0) throw new Error('assert: every node is reachable from the root')
  return sequence
}

/** Groups `length` items by key: counting sort into start and list. */
function group(
  count: number,
  length: number,
  keys: Int32Array,
  items: Int32Array,
  scratch: Scratch,
): { start: Int32Array; list: Int32Array } {
  const start = scratch.int32(count + 1)
  const fill = scratch.int32(count)
  const list = scratch.int32(length)
  for (let i = 0; i < length; i++) start[keys[i]! + 1]! += 1
  for (let n = 0; n < count; n++) {
    fill[n] = start[n]!
    start[n + 1]! += start[n]!
  }
  for (let i = 0; i < length; i++) list[fill[keys[i]!]!++] = items[i]!
  return { start, list }
}

/** Immediate dominators by iteration over the reverse postorder (Cooper, Harvey, Kennedy). */
function dominators(
  count: number,
  { sequence, position, predStart, preds }: Pick<Order, 'sequence' | 'position' | 'predStart' | 'preds'>,
  scratch: Scratch,
): Int32Array {
  const dominator = scratch.int32(count).fill(-1, 0, count)
  dominator[0] = 0
  let changed = true
  while (changed) {
    changed = false
    for (let i = 1; i < count; i++) {
      const node = sequence[i]!
      let best = -1
      for (let p = predStart[node]!; p < predStart[node + 1]!; p++) {
        let other = preds[p]!
        if (dominator[other] === -1) continue
        if (best === -1) {
          best = other
          continue
        }
        while (best !== other) {
          while (position[best]! > position[other]!) best = dominator[best]!
          while (position[other]! > position[best]!) other = dominator[other]!
        }
      }
      if (dominator[node] !== best) {
        dominator[node] = best
        changed = true
      }
    }
  }
  return dominator
}

/** Whether `a` dominates `b`. */
function dominates(dominator: Int32Array, position: Int32Array, a: number, b: number): boolean {
  let node = b
  while (position[node]! > position[a]!) node = dominator[node]!
  return node === a
}

/** The source of each edge. */
function sourcesOf({ count, succStart }: Graph, scratch: Scratch): Int32Array {
  const sources = scratch.int32(succStart[count]!)
  for (let n = 0; n < count; n++) for (let e = succStart[n]!; e < succStart[n + 1]!; e++) sources[e] = n
  return sources
}

/** Position of each node in the sequence. */
function positionsOf(count: number, sequence: Int32Array, scratch: Scratch): Int32Array {
  const position = scratch.int32(count)
  for (let i = 0; i < count; i++) position[sequence[i]!] = i
  return position
}

/** Children in the dominator tree by descending position: grouped in reverse sequence order. */
function childrenOf(
  count: number,
  sequence: Int32Array,
  dominator: Int32Array,
  scratch: Scratch,
): { start: Int32Array; list: Int32Array } {
  const nodes = scratch.int32(count)
  const parents = scratch.int32(count)
  for (let i = count - 1, k = 0; i > 0; i--, k++) {
    nodes[k] = sequence[i]!
    parents[k] = dominator[sequence[i]!]!
  }
  return group(count, count - 1, parents, nodes, scratch)
}

/** Finds loops and merges from the edges into each node; returns whether every edge back goes to a dominator. */
function classifyEdges(graph: Graph, order: Omit<Order, 'children' | 'childStart' | 'reducible'>): boolean {
  const { position, dominator, predStart, preds, isLoop, isMerge } = order
  let reducible = true
  for (let n = 0; n < graph.count; n++) {
    let forward = 0
    for (let p = predStart[n]!; p < predStart[n + 1]!; p++) {
      const from = preds[p]!
      if (hasTable(graph.end[from]!)) isMerge[n] = 1
      if (position[from]! < position[n]!) forward += 1
      else if (dominates(dominator, position, n, from)) isLoop[n] = 1
      else reducible = false
    }
    if (forward > 1) isMerge[n] = 1
  }
  return reducible
}

/** Orders the graph. The arrays are the scratch's: valid until that is reset. */
export function orderGraph(graph: Graph, scratch: Scratch = new Scratch()): Order {
  const { count, succStart, succs } = graph
  const sequence = reversePostorder(graph, scratch)
  const position = positionsOf(count, sequence, scratch)
  const { start: predStart, list: preds } = group(count, succStart[count]!, succs, sourcesOf(graph, scratch), scratch)
  const dominator = dominators(count, { sequence, position, predStart, preds }, scratch)
  const isLoop = scratch.uint8(count)
  const isMerge = scratch.uint8(count)
  const known = { sequence, position, dominator, predStart, preds, isLoop, isMerge }
  const reducible = classifyEdges(graph, known)
  const { start: childStart, list: children } = childrenOf(count, sequence, dominator, scratch)
  return { sequence, position, dominator, predStart, preds, isLoop, isMerge, childStart, children, reducible }
}
