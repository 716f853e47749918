// The control-flow graph of one compiled function: nodes are segments in a calling context. Not the order: see order.ts.
//
// A root is the segment a compiled function starts at; its graph holds what is reachable inside the PVM function that
// owns the root. Edges that leave it end in Tail nodes. Inlined callees get nodes of their own, in their own context.
import { inlineSize } from './callees.ts'
import type { Decoded } from './decode.ts'
import { CLASS, Class } from './facts.ts'
import { type Functions, isCall, isReturn, LOAD_IMM_JUMP_IND } from './functions.ts'
import { Scratch } from './scratch.ts'

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
  /**
   * Indirect call whose likely callees are inlined: computes the address, assigns the link register, branches to the
   * nodes of the callees; with another address to the CallElsewhere `succA`.
   */
  CallTable: 12,
  /** No instructions: the indirect call of a CallTable, as CallIndirect. */
  CallElsewhere: 13,
} as const
export type End = (typeof End)[keyof typeof End]

/** Nodes beyond this number become tail calls: TurboFan's time grows faster than the function. */
export const MAX_NODES = 3000
/** Callees are inlined so deep, until the root has taken that many instructions. */
const MAX_INLINE_DEPTH = 2
const MAX_INLINED = 400
/** Recursion is unrolled deeper: fib(33) 41 ms with 0, 25 with 2, 22 with 3, 20 with 4 (bench, fib33). */
const MAX_RECURSION_DEPTH = 4
const MAX_RECURSION_INLINED = 1000

/** A graph; arrays are indexed by node, may be longer than `count`; node 0 is the root. */
export interface Graph {
  readonly decoded: Decoded
  readonly functions: Functions
  count: number
  /** The segment; for Tail nodes the segment called. */
  seg: Int32Array
  end: Uint8Array
  succA: Int32Array
  succB: Int32Array
  /** Call: segment called. CallTable: index in `calleeNodes` of its first callee. */
  callee: Int32Array
  /** The value a link register must have for an InlineReturn, or for a Tail in an inlined context; 0 where none. */
  expected: Int32Array
  /** The hub's successors, one per entry of `switchLabels`. */
  switchNodes: readonly number[]
  /** Jump-table entries (from 0) of the labels, ascending. */
  switchLabels: readonly number[]
  /** Jump-table entries (from 0) of the functions that CallTable nodes branch to, ascending. */
  readonly calleeEntries: readonly number[]
  /** Per CallTable node one node for each of them. */
  calleeNodes: number[]
  /** All successors of a node: `succs[succStart[n]] … succs[succStart[n + 1] - 1]`. */
  succStart: Int32Array
  succs: Int32Array
}

/** Whether a node has instructions; Tail, Hub and CallElsewhere nodes have none. */
export function hasInstructions(graph: Graph, node: number): boolean {
  const end = graph.end[node]
  return end !== End.Tail && end !== End.Hub && end !== End.CallElsewhere
}

/** Whether a node branches by a table. */
export function hasTable(end: number): boolean {
  return end === End.Hub || end === End.CallTable
}

/** Options of `buildGraph`. */
export interface GraphOptions {
  readonly root: number
  /** Whether small callees are inlined. */
  readonly inline: boolean
  /** Whether recursion is inlined deeper. */
  readonly unrollRecursion: boolean
  /** Jump-table entries of the functions that are inlined at indirect calls, see callees.ts. */
  readonly indirect: readonly number[]
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

function wider(array: Int32Array, capacity: number): Int32Array {
  if (array.length >= capacity) return array
  const next = new Int32Array(capacity)
  next.set(array)
  return next
}

/** Gives all arrays of a graph at least that much room. */
function grow(graph: Graph, capacity: number): void {
  if (graph.end.length < capacity) {
    const end = new Uint8Array(capacity)
    end.set(graph.end)
    graph.end = end
  }
  graph.seg = wider(graph.seg, capacity)
  graph.succA = wider(graph.succA, capacity)
  graph.succB = wider(graph.succB, capacity)
  graph.callee = wider(graph.callee, capacity)
  graph.expected = wider(graph.expected, capacity)
}

/** Lists all successors. */
function listSuccessors(graph: Graph, scratch: Scratch): void {
  const { count, end, succA, succB, switchNodes, callee, calleeNodes, calleeEntries } = graph
  const start = scratch.int32(count + 1)
  const list = scratch.int32(2 * count + switchNodes.length + calleeNodes.length)
  let at = 0
  for (let n = 0; n < count; n++) {
    if (end[n] === End.CallTable) {
      for (let k = 0; k < calleeEntries.length; k++) list[at++] = calleeNodes[callee[n]! + k]!
    }
    if (end[n] === End.Hub) for (let k = 0; k < switchNodes.length; k++) list[at++] = switchNodes[k]!
    if (succA[n]! >= 0) list[at++] = succA[n]!
    if (succB[n]! >= 0) list[at++] = succB[n]!
    start[n + 1] = at
  }
  graph.succStart = start
  graph.succs = list
}

/** 1 per node that something leads to. */
function findReached(graph: Graph, scratch: Scratch): Uint8Array {
  const { count, succStart, succs } = graph
  const reached = scratch.uint8(count)
  const stack = scratch.int32(count)
  let depth = 1
  reached[0] = 1
  while (depth > 0) {
    const node = stack[--depth]!
    for (let e = succStart[node]!; e < succStart[node + 1]!; e++) {
      const successor = succs[e]!
      if (reached[successor] === 1) continue
      reached[successor] = 1
      stack[depth++] = successor
    }
  }
  return reached
}

/** Removes nodes nothing leads to: where an inlined callee would return that never does. Numbers move up. */
function dropUnreachable(graph: Graph, scratch: Scratch): void {
  const { count } = graph
  const reached = findReached(graph, scratch)
  const moved = scratch.int32(count)
  let kept = 0
  for (let node = 0; node < count; node++) moved[node] = reached[node] === 1 ? kept++ : -1
  if (kept === count) return
  const follow = (node: number): number => (node < 0 ? -1 : moved[node]!)
  for (let node = 0; node < count; node++) {
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
  graph.calleeNodes = graph.calleeNodes.map(follow)
  listSuccessors(graph, scratch)
}

/** Nodes a graph has room for at first. */
const CAPACITY = 64
const NONE = new Int32Array(0)

/** A graph in the making. */
class Builder {
  readonly graph: Graph
  readonly #decoded: Decoded
  readonly #functions: Functions
  readonly #options: GraphOptions
  /** The PVM function of the root. */
  readonly #own: number
  /** Whether a branch panics when either side is no block start. */
  readonly #both: boolean
  readonly #contexts: Context[] = []
  readonly #contextOf: number[] = []
  readonly #scratch: Scratch
  /** Nodes the arrays have room for. */
  #capacity = CAPACITY
  #inlined = 0
  #hub = -1

  constructor(decoded: Decoded, functions: Functions, options: GraphOptions, scratch: Scratch) {
    this.#decoded = decoded
    this.#functions = functions
    this.#options = options
    this.#own = functions.of[options.root]!
    this.#both = decoded.program.profile.branchCheck === 'both'
    this.#scratch = scratch
    this.graph = {
      decoded,
      functions,
      count: 0,
      seg: scratch.int32(CAPACITY),
      end: scratch.uint8(CAPACITY),
      succA: scratch.int32(CAPACITY),
      succB: scratch.int32(CAPACITY),
      callee: scratch.int32(CAPACITY),
      expected: scratch.int32(CAPACITY),
      switchNodes: [],
      switchLabels: [],
      calleeEntries: options.indirect,
      calleeNodes: [],
      succStart: NONE,
      succs: NONE,
    }
    this.#addContext(this.#own, 0, -1, 0)
    this.#nodeFor(options.root, 0)
  }

  #addNode(seg: number, context: number): number {
    const { graph } = this
    if (graph.count === this.#capacity) {
      this.#capacity *= 2
      grow(graph, this.#capacity)
    }
    const node = graph.count++
    graph.seg[node] = seg
    graph.end[node] = End.Goto
    graph.succA[node] = -1
    graph.succB[node] = -1
    graph.callee[node] = -1
    graph.expected[node] = 0
    this.#contextOf.push(context)
    return node
  }

  #addContext(fn: number, depth: number, returnNode: number, returnAddress: number): number {
    const { start } = this.#functions
    const first = start[fn]!
    const end = start[fn + 1]!
    const nodes = this.#scratch.int32(end - first).fill(-1, 0, end - first)
    this.#contexts.push({ first, end, nodes, depth, returnNode, returnAddress })
    return this.#contexts.length - 1
  }

  #addTail(seg: number, index: number): number {
    const { graph } = this
    const { returnNode, returnAddress } = this.#contexts[index]!
    const node = this.#addNode(seg, index)
    graph.end[node] = End.Tail
    graph.callee[node] = seg
    graph.succA[node] = returnNode
    graph.expected[node] = returnAddress
    return node
  }

  /** The node for a segment in a context; created on first use. */
  #nodeFor(seg: number, index: number): number {
    const context = this.#contexts[index]!
    if (seg < context.first || seg >= context.end) return this.#addTail(seg, index)
    const known = context.nodes[seg - context.first]!
    if (known >= 0) return known
    const node = this.graph.count >= MAX_NODES ? this.#addTail(seg, index) : this.#addNode(seg, index)
    context.nodes[seg - context.first] = node
    return node
  }

  #mayInline(callee: number, context: Context): boolean {
    const recursive = this.#options.unrollRecursion && callee === context.first
    if (context.depth >= (recursive ? MAX_RECURSION_DEPTH : MAX_INLINE_DEPTH)) return false
    const size = inlineSize(this.#decoded, this.#functions, callee)
    if (size === 0 || this.#inlined + size > (recursive ? MAX_RECURSION_INLINED : MAX_INLINED)) return false
    this.#inlined += size
    return true
  }

  #mayInlineIndirect(context: Context): boolean {
    const { indirect } = this.#options
    if (indirect.length === 0 || context.depth >= MAX_INLINE_DEPTH) return false
    let size = 0
    for (const entry of indirect) size += inlineSize(this.#decoded, this.#functions, this.#decoded.jumpTable[entry]!)
    if (this.#inlined + size > MAX_INLINED) return false
    this.#inlined += size
    return true
  }

  /** The indirect call of `node` becomes a branch to its callees, each in a context of its own. */
  #inlineIndirect(node: number, index: number, back: number, address: number): void {
    const { graph } = this
    const elsewhere = this.#addNode(graph.seg[node]!, index)
    this.#end(elsewhere, End.CallElsewhere, back)
    this.#end(node, End.CallTable, elsewhere)
    graph.callee[node] = graph.calleeNodes.length
    const { depth } = this.#contexts[index]!
    for (const entry of graph.calleeEntries) {
      const callee = this.#decoded.jumpTable[entry]!
      const inner = this.#addContext(this.#functions.of[callee]!, depth + 1, back, address)
      graph.calleeNodes.push(this.#nodeFor(callee, inner))
    }
  }

  #hubNode(): number {
    if (this.#hub >= 0) return this.#hub
    const { graph } = this
    this.#hub = this.#addNode(-1, 0)
    graph.end[this.#hub] = End.Hub
    const labels = this.#functions.labels.get(this.#own)!
    graph.switchLabels = labels
    graph.switchNodes = labels.map(label => this.#nodeFor(this.#decoded.jumpTable[label]!, 0))
    return this.#hub
  }

  /** Connects every node, and those that are added by that. */
  connectAll(): void {
    const { graph } = this
    for (let node = 0; node < graph.count; node++) {
      if (hasInstructions(graph, node)) this.#connect(node)
    }
  }

  #end(node: number, how: End, a = -1, b = -1): void {
    const { graph } = this
    graph.end[node] = how
    graph.succA[node] = a
    graph.succB[node] = b
  }

  #connect(node: number): void {
    const decoded = this.#decoded
    const seg = this.graph.seg[node]!
    const index = this.#contextOf[node]!
    const next = decoded.nextSegment[seg]!
    const last = decoded.segmentStart[seg + 1]! - 1
    const kind = CLASS[decoded.id[last]!]!
    switch (kind) {
      case Class.Trap:
      case Class.Step: // rare: the core executes it
        this.#end(node, End.Exit)
        return
      case Class.Jump:
        this.#connectJump(node, last)
        return
      case Class.Branch: {
        const to = decoded.target[last]!
        if (this.#both && (to < 0 || next < 0)) {
          this.#end(node, End.Exit)
          return
        }
        const taken = to < 0 ? -1 : this.#nodeFor(to, index)
        this.#end(node, End.Branch, taken, next < 0 ? -1 : this.#nodeFor(next, index))
        return
      }
      case Class.DynamicJump:
        this.#connectDynamicJump(node, last)
        return
      default:
        if (next < 0) this.#end(node, End.Exit)
        else this.#end(node, kind === Class.Host ? End.Host : End.Goto, this.#nodeFor(next, index))
    }
  }

  #connectJump(node: number, last: number): void {
    const decoded = this.#decoded
    const functions = this.#functions
    const { graph } = this
    const seg = graph.seg[node]!
    const index = this.#contextOf[node]!
    const to = decoded.target[last]!
    if (to < 0) {
      this.#end(node, End.Exit)
      return
    }
    if (!isCall(decoded, seg)) {
      this.#end(node, End.Goto, this.#nodeFor(to, index))
      return
    }
    const context = this.#contexts[index]!
    const inline = this.#options.inline && this.#mayInline(to, context)
    const back = this.#nodeFor(decoded.nextSegment[seg]!, index)
    if (inline) {
      const inner = this.#addContext(functions.of[to]!, context.depth + 1, back, decoded.x[last]!)
      this.#end(node, End.Goto, this.#nodeFor(to, inner))
      return
    }
    this.#end(node, End.Call, back)
    graph.callee[node] = to
  }

  #connectDynamicJump(node: number, last: number): void {
    const decoded = this.#decoded
    const functions = this.#functions
    const { graph } = this
    const seg = graph.seg[node]!
    const index = this.#contextOf[node]!
    if (isCall(decoded, seg)) {
      const back = this.#nodeFor(decoded.nextSegment[seg]!, index)
      if (this.#mayInlineIndirect(this.#contexts[index]!)) this.#inlineIndirect(node, index, back, decoded.x[last]!)
      else this.#end(node, End.CallIndirect, back)
      return
    }
    if (isReturn(decoded, functions.links, last)) {
      const { returnNode, returnAddress } = this.#contexts[index]!
      if (returnNode < 0) {
        this.#end(node, End.Return)
        return
      }
      this.#end(node, End.InlineReturn, returnNode)
      graph.expected[node] = returnAddress
      return
    }
    const mayStay = index === 0 && decoded.id[last] !== LOAD_IMM_JUMP_IND && functions.labels.has(this.#own)
    if (mayStay) this.#end(node, End.Switch, this.#hubNode())
    else this.#end(node, End.TailIndirect)
  }

  /** Whether nodes may be unreachable: only behind inlined callees. */
  get hasInlined(): boolean {
    return this.#contexts.length > 1
  }
}

/** Builds the graph of the root. Linear in its size. The arrays are the scratch's: valid until that is reset. */
export function buildGraph(
  decoded: Decoded,
  functions: Functions,
  options: GraphOptions,
  scratch: Scratch = new Scratch(),
): Graph {
  const builder = new Builder(decoded, functions, options, scratch)
  builder.connectAll()
  const { graph } = builder
  listSuccessors(graph, scratch)
  if (builder.hasInlined) dropUnreachable(graph, scratch)
  return graph
}
