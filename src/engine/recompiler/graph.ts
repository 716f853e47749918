// The control-flow graph of one compiled function: nodes are segments in a calling context. Not the order: see order.ts.
//
// A root is the segment a compiled function starts at; its graph holds what is reachable inside the PVM function that
// owns the root. Edges that leave it end in Tail nodes. Inlined callees get nodes of their own, in their own context.
import type { Decoded } from './decode.ts'
import { CLASS, Class } from './facts.ts'
import { type Functions, isCall, isReturn, LOAD_IMM_JUMP_IND } from './functions.ts'

/** How a node ends. */
export const End = {
  /** Continues at `succA`. */
  Goto: 0,
  /** `succA` if the condition holds, else `succB`. */
  Branch: 1,
  /** Hands over to the core at the last instruction, which is not executed. */
  Exit: 2,
  /** Direct call of the root at `callee`; comes back to `succA`. */
  Call: 3,
  /** Indirect call; comes back to `succA`. */
  CallIndirect: 4,
  /** Returns the address in a link register. */
  Return: 5,
  /** Indirect jump that may stay in the function: computes the address, goes on to the hub `succA`. */
  Switch: 6,
  /** Indirect tail call. */
  TailIndirect: 7,
  /** Host call, then `succA`. */
  Host: 8,
  /** No instructions: tail call of the root at `callee`. In an inlined context: a call that returns to `succA`. */
  Tail: 9,
  /** Return of an inlined callee: to `succA` if the address is the expected one, else as Return. */
  InlineReturn: 10,
  /**
   * No instructions: branches on the address a Switch computed, to `switchNodes`; elsewhere an indirect tail call. One
   * hub for all switches of a graph: handlers that jump to one another stay reducible, the hub is their loop header.
   */
  Hub: 11,
} as const
export type End = (typeof End)[keyof typeof End]

/** Nodes beyond this number become tail calls: TurboFan's time grows faster than the function. */
export const MAX_NODES = 3000
/** Callees of at most this many instructions are inlined, so deep, until the root has taken that many. */
const MAX_INLINE = 40
const MAX_INLINE_DEPTH = 2
const MAX_INLINED = 400
/** Recursion is unrolled deeper: fib(33) 41 ms with 0, 25 with 2, 22 with 3, 20 with 4 (bench, fib33). */
const MAX_RECURSION_DEPTH = 4
const MAX_RECURSION_INLINED = 1000

/** A graph; arrays are indexed by node, node 0 is the root. Valid until the next `buildGraph`. */
export interface Graph {
  readonly decoded: Decoded
  readonly functions: Functions
  count: number
  /** The segment; for Tail nodes the segment called. */
  seg: Int32Array
  end: Uint8Array
  succA: Int32Array
  succB: Int32Array
  /** Call: segment called. */
  callee: Int32Array
  /** The value a link register must have for an InlineReturn, or for a Tail in an inlined context; 0 where none. */
  expected: Int32Array
  /** The hub's successors, one per entry of `switchLabels`. */
  switchNodes: readonly number[]
  /** Jump-table entries (from 0) of the labels, ascending. */
  switchLabels: readonly number[]
}

/** Calls `visit` for every successor of a node. */
export function visitSuccessors(graph: Graph, node: number, visit: (successor: number) => void): void {
  if (graph.end[node] === End.Hub) {
    for (const successor of graph.switchNodes) visit(successor)
    return
  }
  const a = graph.succA[node]!
  const b = graph.succB[node]!
  if (a >= 0) visit(a)
  if (b >= 0) visit(b)
}

/** Whether a node has instructions; Tail and Hub nodes have none. */
export function hasInstructions(graph: Graph, node: number): boolean {
  return graph.end[node] !== End.Tail && graph.end[node] !== End.Hub
}

/** Options of `buildGraph`. */
export interface GraphOptions {
  readonly root: number
  /** Whether small callees are inlined. */
  readonly inline: boolean
}

interface Context {
  readonly first: number
  readonly end: number
  /** Node per segment of the range, -1 where none yet. */
  readonly nodes: Int32Array
  readonly depth: number
  /** Node to return to and the address that means it; -1 in the outermost context. */
  readonly returnNode: number
  readonly returnAddress: number
}

/** Grows all arrays of a graph together. */
function grow(graph: Graph): void {
  const size = graph.seg.length * 2
  const wider = (array: Int32Array): Int32Array => {
    const next = new Int32Array(size)
    next.set(array)
    return next
  }
  graph.seg = wider(graph.seg)
  graph.succA = wider(graph.succA)
  graph.succB = wider(graph.succB)
  graph.callee = wider(graph.callee)
  graph.expected = wider(graph.expected)
  const end = new Uint8Array(size)
  end.set(graph.end)
  graph.end = end
}

/**
 * Instructions of the callee if it can be inlined: small, all its jumps stay inside or return, no host calls (their
 * frames must be left often enough for nothing to be gained). Else 0.
 */
function inlineSize(decoded: Decoded, functions: Functions, callee: number): number {
  const f = functions.of[callee]!
  const first = functions.start[f]!
  if (first !== callee) return 0
  const end = functions.start[f + 1]!
  const size = decoded.segmentStart[end]! - decoded.segmentStart[first]!
  if (size > MAX_INLINE) return 0
  for (let s = first; s < end; s++) {
    const last = decoded.segmentStart[s + 1]! - 1
    const kind = CLASS[decoded.id[last]!]!
    if (kind === Class.Host || kind === Class.Step) return 0
    if (isCall(decoded, s)) continue
    if (kind === Class.DynamicJump && !isReturn(decoded, functions.links, last)) return 0
    for (const target of [decoded.target[last]!, kind === Class.Jump ? -1 : decoded.nextSegment[s]!]) {
      if (target >= 0 && (target < first || target >= end) && kind !== Class.DynamicJump) return 0
    }
  }
  return size
}

/** Removes nodes nothing leads to: where an inlined callee would return that never does. Numbers move up. */
function dropUnreachable(graph: Graph): void {
  const reached = new Int32Array(graph.count)
  const stack = [0]
  reached[0] = 1
  let kept = 1
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    visitSuccessors(graph, node, successor => {
      if (reached[successor] === 1) return
      reached[successor] = 1
      kept += 1
      stack.push(successor)
    })
  }
  if (kept === graph.count) return
  const moved = new Int32Array(graph.count).fill(-1)
  for (let node = 0, to = 0; node < graph.count; node++) if (reached[node] === 1) moved[node] = to++
  const follow = (node: number): number => (node < 0 ? -1 : moved[node]!)
  for (let node = 0; node < graph.count; node++) {
    const to = moved[node]!
    if (to < 0) continue
    graph.seg[to] = graph.seg[node]!
    graph.end[to] = graph.end[node]!
    graph.succA[to] = follow(graph.succA[node]!)
    graph.succB[to] = follow(graph.succB[node]!)
    graph.callee[to] = graph.callee[node]!
    graph.expected[to] = graph.expected[node]!
  }
  graph.count = kept
  graph.switchNodes = graph.switchNodes.map(follow)
}

/** Builds the graph of the root. Linear in its size. */
export function buildGraph(decoded: Decoded, functions: Functions, options: GraphOptions): Graph {
  const { segmentStart, nextSegment, target, id, x } = decoded
  const f = functions.of[options.root]!
  const graph: Graph = {
    decoded,
    functions,
    count: 0,
    seg: new Int32Array(64),
    end: new Uint8Array(64),
    succA: new Int32Array(64),
    succB: new Int32Array(64),
    callee: new Int32Array(64),
    expected: new Int32Array(64),
    switchNodes: [],
    switchLabels: [],
  }
  const both = decoded.program.profile.branchCheck === 'both'
  const contexts: Context[] = []
  const contextOf: number[] = []

  const addNode = (seg: number, context: number): number => {
    if (graph.count === graph.seg.length) grow(graph)
    const node = graph.count++
    graph.seg[node] = seg
    graph.end[node] = End.Goto
    graph.succA[node] = graph.succB[node] = graph.callee[node] = -1
    graph.expected[node] = 0
    contextOf[node] = context
    return node
  }
  const addContext = (fn: number, depth: number, returnNode: number, returnAddress: number): number => {
    const first = functions.start[fn]!
    const end = functions.start[fn + 1]!
    const nodes = new Int32Array(end - first).fill(-1)
    contexts.push({ first, end, nodes, depth, returnNode, returnAddress })
    return contexts.length - 1
  }
  const addTail = (seg: number, index: number): number => {
    const { returnNode, returnAddress } = contexts[index]!
    const node = addNode(seg, index)
    graph.end[node] = End.Tail
    graph.callee[node] = seg
    graph.succA[node] = returnNode
    graph.expected[node] = returnAddress
    return node
  }
  /** The node for a segment in a context; created on first use. */
  const nodeFor = (seg: number, index: number): number => {
    const context = contexts[index]!
    if (seg < context.first || seg >= context.end) return addTail(seg, index)
    const known = context.nodes[seg - context.first]!
    if (known >= 0) return known
    const node = graph.count >= MAX_NODES ? addTail(seg, index) : addNode(seg, index)
    context.nodes[seg - context.first] = node
    return node
  }
  let inlined = 0
  const mayInline = (callee: number, context: Context): boolean => {
    const recursive = callee === context.first
    if (context.depth >= (recursive ? MAX_RECURSION_DEPTH : MAX_INLINE_DEPTH)) return false
    const size = inlineSize(decoded, functions, callee)
    if (size === 0 || inlined + size > (recursive ? MAX_RECURSION_INLINED : MAX_INLINED)) return false
    inlined += size
    return true
  }
  let hub = -1
  const hubNode = (): number => {
    if (hub >= 0) return hub
    hub = addNode(-1, 0)
    graph.end[hub] = End.Hub
    const labels = functions.labels.get(f)!
    graph.switchLabels = labels
    graph.switchNodes = labels.map(label => nodeFor(decoded.jumpTable[label]!, 0))
    return hub
  }
  const connect = (node: number): void => {
    const index = contextOf[node]!
    const context = contexts[index]!
    const seg = graph.seg[node]!
    const last = segmentStart[seg + 1]! - 1
    const kind = CLASS[id[last]!]!
    const next = nextSegment[seg]!
    const to = target[last]!
    const set = (how: End, a = -1, b = -1): void => {
      graph.end[node] = how
      graph.succA[node] = a
      graph.succB[node] = b
    }
    switch (kind) {
      case Class.Trap:
      case Class.Step: // rare: the core executes it
        set(End.Exit)
        return
      case Class.Jump:
        if (to < 0) {
          set(End.Exit)
          return
        }
        if (!isCall(decoded, seg)) {
          set(End.Goto, nodeFor(to, index))
          return
        }
        if (options.inline && mayInline(to, context)) {
          const back = nodeFor(next, index)
          const inner = addContext(functions.of[to]!, context.depth + 1, back, x[last]!)
          set(End.Goto, nodeFor(to, inner))
          return
        }
        set(End.Call, nodeFor(next, index))
        graph.callee[node] = to
        return
      case Class.Branch:
        if (both && (to < 0 || next < 0)) {
          set(End.Exit)
          return
        }
        set(End.Branch, to < 0 ? -1 : nodeFor(to, index), next < 0 ? -1 : nodeFor(next, index))
        return
      case Class.DynamicJump:
        if (isCall(decoded, seg)) {
          set(End.CallIndirect, nodeFor(next, index))
          return
        }
        if (isReturn(decoded, functions.links, last)) {
          if (context.returnNode < 0) {
            set(End.Return)
            return
          }
          set(End.InlineReturn, context.returnNode)
          graph.expected[node] = context.returnAddress
          return
        }
        if (index === 0 && id[last] !== LOAD_IMM_JUMP_IND && functions.labels.has(f)) {
          set(End.Switch, hubNode())
          return
        }
        set(End.TailIndirect)
        return
      default:
        if (next < 0) {
          set(End.Exit)
          return
        }
        if (kind === Class.Host) {
          set(End.Host, nodeFor(next, index))
          return
        }
        set(End.Goto, nodeFor(next, index))
        return
    }
  }

  addContext(f, 0, -1, 0)
  nodeFor(options.root, 0)
  for (let node = 0; node < graph.count; node++) {
    if (hasInstructions(graph, node)) connect(node)
  }
  dropUnreachable(graph)
  return graph
}
