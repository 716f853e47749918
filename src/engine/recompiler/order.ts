// Orders a graph: reverse postorder, dominators, loop headers, merge nodes, reducibility. Not emission: see structure.ts.
import { End, type Graph, visitSuccessors } from './graph.ts'

/** The order of a graph. Arrays are indexed by node unless said otherwise. */
export interface Order {
  /** Nodes in reverse postorder; all nodes of a graph are reachable. */
  readonly sequence: Int32Array
  /** Position in `sequence`. */
  readonly position: Int32Array
  /** Immediate dominator; the root's is itself. */
  readonly dominator: Int32Array
  /** 1 where an edge comes back from a node the target dominates. */
  readonly isLoop: Uint8Array
  /** 1 where more than one forward edge comes in, or a hub branches to it: needs a label. */
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

function successorsOf(graph: Graph): { start: Int32Array; list: Int32Array } {
  const start = new Int32Array(graph.count + 1)
  let total = 0
  for (let n = 0; n < graph.count; n++) {
    visitSuccessors(graph, n, () => {
      total += 1
    })
    start[n + 1] = total
  }
  const list = new Int32Array(total)
  let at = 0
  for (let n = 0; n < graph.count; n++) {
    visitSuccessors(graph, n, successor => {
      list[at++] = successor
    })
  }
  return { start, list }
}

/** Reverse postorder by an explicit stack. A branch's not-taken side is visited first, so that it comes last. */
function reversePostorder(count: number, start: Int32Array, list: Int32Array): Int32Array {
  const sequence = new Int32Array(count)
  const next = start.slice(0, count)
  const seen = new Uint8Array(count)
  const stack = new Int32Array(count)
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

/** Groups indices by key: counting sort into start and list. */
function group(count: number, keys: Int32Array, items: Int32Array): { start: Int32Array; list: Int32Array } {
  const start = new Int32Array(count + 1)
  for (let i = 0; i < items.length; i++) start[keys[i]! + 1]! += 1
  for (let n = 0; n < count; n++) start[n + 1]! += start[n]!
  const fill = start.slice(0, count)
  const list = new Int32Array(items.length)
  for (let i = 0; i < items.length; i++) list[fill[keys[i]!]!++] = items[i]!
  return { start, list }
}

/** Immediate dominators by iteration over the reverse postorder (Cooper, Harvey, Kennedy). */
function dominators(sequence: Int32Array, position: Int32Array, predStart: Int32Array, preds: Int32Array): Int32Array {
  const count = sequence.length
  const dominator = new Int32Array(count).fill(-1)
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

/** Orders the graph. */
export function orderGraph(graph: Graph): Order {
  const { count } = graph
  const { start, list } = successorsOf(graph)
  const sequence = reversePostorder(count, start, list)
  const position = new Int32Array(count)
  for (let i = 0; i < count; i++) position[sequence[i]!] = i
  const sources = new Int32Array(list.length)
  for (let n = 0; n < count; n++) for (let e = start[n]!; e < start[n + 1]!; e++) sources[e] = n
  const { start: predStart, list: preds } = group(count, list, sources)
  const dominator = dominators(sequence, position, predStart, preds)
  const isLoop = new Uint8Array(count)
  const isMerge = new Uint8Array(count)
  let reducible = true
  for (let n = 0; n < count; n++) {
    let forward = 0
    for (let p = predStart[n]!; p < predStart[n + 1]!; p++) {
      const from = preds[p]!
      if (graph.end[from] === End.Hub) isMerge[n] = 1
      if (position[from]! < position[n]!) forward += 1
      else if (dominates(dominator, position, n, from)) isLoop[n] = 1
      else reducible = false
    }
    if (forward > 1) isMerge[n] = 1
  }
  // Children by descending position: insert in reverse sequence order.
  const nodes = new Int32Array(count - 1)
  const parents = new Int32Array(count - 1)
  for (let i = count - 1, k = 0; i > 0; i--, k++) {
    nodes[k] = sequence[i]!
    parents[k] = dominator[sequence[i]!]!
  }
  const { start: childStart, list: children } = group(count, parents, nodes)
  return { sequence, position, dominator, isLoop, isMerge, childStart, children, predStart, preds, reducible }
}
