// Turns a graph into structured WebAssembly: nested blocks and loops along the dominator tree (Ramsey, "Beyond Relooper").
// Irreducible graphs become one loop around a branch table. What is inside of the nodes is lower.ts and emit-ends.ts.

import { runsLast } from './dataflow.ts'
import type { Decoded } from './decode.ts'
import {
  emitCall,
  emitCallIndirect,
  emitCheckpoint,
  emitExit,
  emitHost,
  emitHubCheck,
  emitHubElsewhere,
  emitHubIndex,
  emitInlineReturn,
  emitReturn,
  emitTail,
  emitTailIndirect,
  emitTarget,
} from './emit-ends.ts'
import { emitFastLoop, emitLoopEntry } from './emit-loops.ts'
import { type Emitter, exit, Local, prepareExit, Why } from './emitter.ts'
import { CLASS, Class } from './facts.ts'
import { End, hasInstructions, visitSuccessors } from './graph.ts'
import { emitAssignment, emitCondition, emitInstructions } from './lower.ts'
import { Op, VOID } from './wasm-op.ts'

/** A hub with labels further apart than this is cut; jumps beyond go through the dispatch table. */
const MAX_HUB = 4096

/** How control reaches a node from the point of emission; leaves the code unreachable behind it. */
type Go = (from: number, to: number) => void
/** Pushes nothing, branches to the node when the i32 on the stack is not 0; false when it cannot. */
type GoIf = (from: number, to: number) => boolean

function lastInstruction(decoded: Decoded, segment: number): number {
  return decoded.segmentStart[segment + 1]! - 1
}

function open(emitter: Emitter, opcode: number): void {
  emitter.code.open(opcode, VOID)
  emitter.depth += 1
}

function close(emitter: Emitter): void {
  emitter.code.byte(Op.end)
  emitter.depth -= 1
}

/** The instructions of a node, with its payment and, at checkpoints, the check. Leaves dirty and valid at its end. */
function emitBody(emitter: Emitter, node: number): void {
  const { code, flow, gas, graph, decoded } = emitter
  emitter.dirty = flow.dirtyIn[node]!
  emitter.valid = flow.validIn[node]!
  if (!hasInstructions(graph, node)) return
  const cost = gas.cost[node]!
  if (flow.checkpoint[node] === 1 && gas.path[node]! > 0) emitCheckpoint(emitter, node)
  if (cost > 0) {
    code.get(Local.gas)
    code.i64(cost | 0, 0)
    code.byte(Op.i64Sub)
    code.set(Local.gas)
  }
  const seg = graph.seg[node]!
  const end = graph.end[node]!
  emitInstructions(emitter, seg, decoded.segmentStart[seg + 1]! - (runsLast(end) ? 0 : 1))
}

/** A branch with both sides. A side without node hands over: its target is no block start. */
function emitBranch(emitter: Emitter, node: number, go: Go, goIf: GoIf): void {
  const { code, decoded, graph } = emitter
  const last = lastInstruction(decoded, graph.seg[node]!)
  const taken = graph.succA[node]!
  const fall = graph.succB[node]!
  if (taken < 0 && fall < 0) {
    emitExit(emitter, last)
    return
  }
  if (taken < 0 || fall < 0) {
    prepareExit(emitter, decoded.pc[last]!, Why.Paid)
    emitCondition(emitter, last)
    if (fall < 0) code.byte(Op.i32Eqz)
    const { dirty, valid } = emitter
    open(emitter, Op.if)
    exit(emitter)
    close(emitter)
    emitter.dirty = dirty
    emitter.valid = valid
    go(node, taken < 0 ? fall : taken)
    return
  }
  emitCondition(emitter, last)
  if (goIf(node, taken)) {
    go(node, fall)
    return
  }
  code.byte(Op.i32Eqz)
  if (goIf(node, fall)) {
    go(node, taken)
    return
  }
  code.byte(Op.i32Eqz)
  open(emitter, Op.if)
  go(node, taken)
  close(emitter)
  go(node, fall)
}

/** The end of a node. */
function emitEnd(emitter: Emitter, node: number, go: Go, goIf: GoIf): void {
  const { graph, decoded } = emitter
  const seg = graph.seg[node]!
  const a = graph.succA[node]!
  const end = graph.end[node] as End
  const last = hasInstructions(graph, node) ? lastInstruction(decoded, seg) : -1
  switch (end) {
    case End.Goto:
      if (CLASS[decoded.id[last]!] === Class.Jump) emitAssignment(emitter, last) // an inlined call keeps its link
      go(node, a)
      break
    case End.Branch:
      emitBranch(emitter, node, go, goIf)
      break
    case End.Exit:
      emitExit(emitter, last)
      break
    case End.Call:
      emitAssignment(emitter, last)
      emitCall(emitter, graph.callee[node]!, decoded.x[last]!, a)
      go(node, a)
      break
    case End.CallIndirect:
      emitCallIndirect(emitter, last, a)
      go(node, a)
      break
    case End.Return:
      emitReturn(emitter, last)
      break
    case End.Switch:
      prepareExit(emitter, decoded.pc[last]!, Why.Paid)
      emitTarget(emitter, last, false)
      go(node, a)
      break
    case End.TailIndirect:
      emitTailIndirect(emitter, last, decoded.defs[last] !== 0)
      break
    case End.Host:
      emitHost(emitter, last, a)
      go(node, a)
      break
    case End.Tail:
      emitTail(emitter, graph.callee[node]!, graph.expected[node]!, a)
      if (a >= 0) go(node, a)
      break
    case End.InlineReturn:
      emitInlineReturn(emitter, last, graph.expected[node]!)
      go(node, a)
      break
    case End.Hub:
      throw new Error('assert: hubs are emitted with their labels')
  }
}

/** A branch table over the hub's labels, then the way for all other targets. `label` gives branch depths. */
function emitHub(emitter: Emitter, node: number, label: (node: number) => number): void {
  const { code, graph } = emitter
  if (emitter.flow.checkpoint[node] === 1) emitHubCheck(emitter, node)
  const first = graph.switchLabels[0]!
  const size = Math.min(graph.switchLabels[graph.switchLabels.length - 1]! - first + 1, MAX_HUB)
  open(emitter, Op.block)
  emitHubIndex(emitter, first)
  code.byte(Op.brTable)
  code.unsigned(size)
  for (let entry = 0, k = 0; entry < size; entry++) {
    if (graph.switchLabels[k] === first + entry) code.unsigned(label(graph.switchNodes[k++]!))
    else code.unsigned(0)
  }
  code.unsigned(0)
  close(emitter)
  emitHubElsewhere(emitter)
}

/** Emits a reducible graph. */
function emitTree(emitter: Emitter): void {
  const { code, graph, order, labelDepth } = emitter
  const { position, isLoop, isMerge, childStart, children } = order
  const label = (to: number): number => emitter.depth - labelDepth[to]!
  const isBack = (from: number, to: number): boolean => position[to]! <= position[from]!
  const go: Go = (from, to) => {
    if (isBack(from, to) || isMerge[to] === 1) code.op(Op.br, label(to))
    else tree(to)
  }
  const goIf: GoIf = (from, to) => {
    if (!isBack(from, to) && isMerge[to] === 0) return false
    code.op(Op.brIf, label(to))
    return true
  }
  const inside = (node: number, from: number, to: number): void => {
    // Merge children are the blocks around the node, the last in the order outermost.
    let child = from
    while (child < to && isMerge[children[child]!] === 0) child += 1
    if (child < to) {
      const merge = children[child]!
      open(emitter, Op.block)
      labelDepth[merge] = emitter.depth
      inside(node, child + 1, to)
      close(emitter)
      tree(merge)
      return
    }
    emitBody(emitter, node)
    const loop = emitter.loops.get(node)
    if (loop !== undefined) emitFastLoop(emitter, node, loop, label)
    else if (graph.end[node] === End.Hub) emitHub(emitter, node, label)
    else emitEnd(emitter, node, go, goIf)
  }
  const tree = (node: number): void => {
    if (isLoop[node] === 1) {
      const fast = emitter.loops.get(node)
      if (fast !== undefined) emitLoopEntry(emitter, fast)
      open(emitter, Op.loop)
      labelDepth[node] = emitter.depth
    }
    inside(node, childStart[node]!, childStart[node + 1]!)
    if (isLoop[node] === 1) close(emitter)
  }
  tree(0)
}

/** Emits any graph as a loop around a branch table on the node to go to, kept in a local. */
function emitDispatchLoop(emitter: Emitter): void {
  const { code, graph } = emitter
  const state = Local.state
  const inLoop = emitter.depth + 1
  const go: Go = (_, to) => {
    code.i32(to)
    code.set(state)
    code.op(Op.br, emitter.depth - inLoop)
  }
  const goIf: GoIf = () => false
  code.i32(0)
  code.set(state)
  open(emitter, Op.loop)
  for (let n = 0; n < graph.count; n++) open(emitter, Op.block)
  code.get(state)
  code.byte(Op.brTable)
  code.unsigned(graph.count - 1)
  for (let n = 0; n < graph.count; n++) code.unsigned(n)
  for (let n = 0; n < graph.count; n++) {
    close(emitter)
    emitBody(emitter, n)
    if (graph.end[n] !== End.Hub) {
      emitEnd(emitter, n, go, goIf)
      continue
    }
    // No labels to branch to: set the state by comparing, rare and slow.
    let k = 0
    visitSuccessors(graph, n, to => {
      emitHubIndex(emitter, graph.switchLabels[k++]!)
      code.byte(Op.i32Eqz)
      open(emitter, Op.if)
      go(n, to)
      close(emitter)
    })
    emitHubElsewhere(emitter)
  }
  close(emitter)
}

/** Emits the whole body; control does not reach the code behind it. */
export function emitStructure(emitter: Emitter): void {
  if (emitter.order.reducible) emitTree(emitter)
  else emitDispatchLoop(emitter)
}
