// Turns a graph into structured WebAssembly: nested blocks and loops along the dominator tree (Ramsey, "Beyond Relooper").
// Irreducible graphs become one loop around a branch table. What is inside of the nodes is lower.ts and emit-ends.ts.

import { End } from '../../../src/engine/machine/contract.gen.ts'
import type { Decoded } from '../../../src/engine/recompiler/decode.ts'
import { CLASS, Class } from '../../../src/engine/recompiler/facts.ts'
import { hasInstructions, runsLast } from '../../../src/engine/recompiler/graph.ts'
import { Local } from '../../../src/engine/recompiler/local.ts'
import { S, template, U } from '../../../src/engine/recompiler/template.ts'
import { Op, VOID } from '../../../src/engine/recompiler/wasm-op.ts'
import {
  emitCall,
  emitCallElsewhere,
  emitCallIndirect,
  emitCallTable,
  emitCheckpoint,
  emitExit,
  emitHost,
  emitHubCheck,
  emitHubElsewhere,
  emitInlineReturn,
  emitReturn,
  emitTableIndex,
  emitTail,
  emitTailIndirect,
  emitTarget,
} from './emit-ends.ts'
import { emitFastLoop, emitLoopEntry } from './emit-loops.ts'
import { tallySegment } from './emit-tally.ts'
import { type Emitter, exit, PAY, prepareExit, storeRegisters, Why } from './emitter.ts'
import { emitAssignment, emitCondition, emitInstructions } from './lower.ts'

/** A hub with labels further apart than this is cut; jumps beyond go through the dispatch table. */
const MAX_HUB = 4096

/** Control frames around a node in a dispatch loop, at the start of the loop. */
const DISPATCH_DEPTH = 1
/** To node S(0) by a branch to the dispatch loop. */
const GO_TO_STATE = template(Op.i32Const, S(0), Op.localSet, Local.state, Op.br, U(1))

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
  if (flow.checkpoint[node] === 1 && (gas.path[2 * node]! | gas.path[2 * node + 1]!) !== 0)
    emitCheckpoint(emitter, node)
  if (cost > 0) code.put(PAY, cost, 0)
  const seg = graph.seg[node]!
  const end = graph.end[node]!
  const stop = decoded.segmentStart[seg + 1]! - (runsLast(end) ? 0 : 1)
  tallySegment(emitter, seg)
  emitInstructions(emitter, seg, stop)
}

/** A branch with both sides. A side without node hands over: its target is no block start. */
function emitBranch(emitter: Emitter, node: number): void {
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
    go(emitter, node, taken < 0 ? fall : taken)
    return
  }
  emitCondition(emitter, last)
  if (goIf(emitter, node, taken)) {
    go(emitter, node, fall)
    return
  }
  code.byte(Op.i32Eqz)
  if (goIf(emitter, node, fall)) {
    go(emitter, node, taken)
    return
  }
  if (!emitter.order.reducible) {
    code.byte(Op.i32Eqz)
    open(emitter, Op.if)
    go(emitter, node, taken)
    close(emitter)
    go(emitter, node, fall)
    return
  }
  // Neither side has a label, so both are nodes for the agenda: the taken one inside of the `if`.
  code.byte(Op.i32Eqz)
  open(emitter, Op.if)
  emitter.agenda.push(fall, CLOSE_FRAME, taken)
}

/** The end of a node. */
function emitEnd(emitter: Emitter, node: number): void {
  const { graph, decoded } = emitter
  const seg = graph.seg[node]!
  const a = graph.succA[node]!
  const end = graph.end[node] as End
  const last = hasInstructions(graph, node) ? lastInstruction(decoded, seg) : -1
  switch (end) {
    case End.Goto:
      if (CLASS[decoded.id[last]!] === Class.Jump) emitAssignment(emitter, last) // an inlined call keeps its link
      go(emitter, node, a)
      break
    case End.Branch:
      emitBranch(emitter, node)
      break
    case End.Exit:
      emitExit(emitter, last)
      break
    case End.Call:
      emitAssignment(emitter, last)
      emitCall(emitter, graph.callee[node]!, decoded.x[last]!, a)
      go(emitter, node, a)
      break
    case End.CallIndirect:
      emitCallIndirect(emitter, last, a)
      go(emitter, node, a)
      break
    case End.CallTable:
      emitCallTable(emitter, last, a)
      emitCallees(emitter, node)
      break
    case End.CallElsewhere:
      emitCallElsewhere(emitter, node, lastInstruction(decoded, seg), a)
      go(emitter, node, a)
      break
    case End.Return:
      emitReturn(emitter, last)
      break
    case End.Switch:
      prepareExit(emitter, decoded.pc[last]!, Why.Paid)
      emitTarget(emitter, last, false)
      go(emitter, node, a)
      break
    case End.TailIndirect:
      emitTailIndirect(emitter, last, decoded.defs[last] !== 0)
      break
    case End.Host:
      emitHost(emitter, last, a)
      go(emitter, node, a)
      break
    case End.Tail:
      emitTail(emitter, graph.callee[node]!, graph.expected[node]!, a)
      if (a >= 0) go(emitter, node, a)
      break
    case End.InlineReturn:
      emitInlineReturn(emitter, last, graph.expected[node]!)
      go(emitter, node, a)
      break
    case End.Hub:
      throw new Error('assert: hubs are emitted with their labels')
  }
}

/** Branch depth of a node that has a label. */
function labelOf(emitter: Emitter, node: number): number {
  return emitter.depth - emitter.labelDepth[node]!
}

/** Whether the way to a node is a branch to its label, not the code of the node itself. */
function hasLabel({ order }: Emitter, from: number, to: number): boolean {
  return order.position[to]! <= order.position[from]! || order.isMerge[to] === 1
}

/**
 * Goes to a node from the point of emission; leaves the code unreachable behind it. A node without label is put on the
 * agenda, so this is the last thing that the end of a node does.
 */
function go(emitter: Emitter, from: number, to: number): void {
  if (!emitter.order.reducible) emitter.code.put(GO_TO_STATE, to, emitter.depth - DISPATCH_DEPTH)
  else if (hasLabel(emitter, from, to)) emitter.code.op(Op.br, labelOf(emitter, to))
  else emitter.agenda.push(to)
}

/** Branches to a node when the i32 on the stack is not 0; writes nothing and is false when it cannot. */
function goIf(emitter: Emitter, from: number, to: number): boolean {
  if (!emitter.order.reducible || !hasLabel(emitter, from, to)) return false
  emitter.code.op(Op.brIf, labelOf(emitter, to))
  return true
}

/**
 * A branch table on the target local: to the nodes from `at` in a list, one per jump-table entry, and to the branch depth
 * `elsewhere` for all other targets.
 */
function emitTable(
  emitter: Emitter,
  entries: readonly number[],
  nodes: Int32Array,
  at: number,
  elsewhere: number,
): void {
  const { code } = emitter
  const first = entries[0]!
  const size = Math.min(entries[entries.length - 1]! - first + 1, MAX_HUB)
  emitTableIndex(emitter, first)
  code.byte(Op.brTable)
  code.unsigned(size)
  for (let entry = 0, k = 0; entry < size; entry++) {
    if (entries[k] === first + entry) code.unsigned(labelOf(emitter, nodes[at + k++]!))
    else code.unsigned(elsewhere)
  }
  code.unsigned(elsewhere)
}

/** A branch table over the hub's labels, then the way for all other targets. */
function emitHub(emitter: Emitter, node: number): void {
  const { graph } = emitter
  if (emitter.flow.checkpoint[node] === 1) emitHubCheck(emitter, node)
  open(emitter, Op.block)
  emitTable(emitter, graph.switchLabels, graph.switchNodes, 0, 0)
  close(emitter)
  emitHubElsewhere(emitter)
}

/** The branch of a CallTable node. */
function emitCallees(emitter: Emitter, node: number): void {
  const { graph } = emitter
  const { calleeEntries, calleeNodes } = graph
  const at = graph.callee[node]!
  const elsewhere = graph.succA[node]!
  if (emitter.order.reducible) emitTable(emitter, calleeEntries, calleeNodes, at, labelOf(emitter, elsewhere))
  else {
    emitComparisons(emitter, node, calleeEntries, calleeNodes, at)
    go(emitter, node, elsewhere)
  }
}

/** The same without labels to branch to: sets the state by comparing, rare and slow. Falls through elsewhere. */
function emitComparisons(
  emitter: Emitter,
  node: number,
  entries: readonly number[],
  nodes: Int32Array,
  at: number,
): void {
  for (let k = 0; k < entries.length; k++) {
    emitTableIndex(emitter, entries[k]!)
    emitter.code.byte(Op.i32Eqz)
    open(emitter, Op.if)
    go(emitter, node, nodes[at + k]!)
    close(emitter)
  }
}

/** On the agenda instead of a node: the end of a block or loop. */
const CLOSE_FRAME = -1

/** Opens a node: its loop, the blocks of its merge children, the last in the order outermost. Then the node itself. */
function emitNode(emitter: Emitter, node: number): void {
  const { agenda, code, flow, labelDepth, loops, order, graph } = emitter
  const { isLoop, isMerge, childStart, children } = order
  const loop = loops.get(node)
  if (isLoop[node] === 1) {
    storeRegisters(code, flow.storedBefore[node]!)
    if (loop !== undefined) emitLoopEntry(emitter, loop)
    open(emitter, Op.loop)
    labelDepth[node] = emitter.depth
    agenda.push(CLOSE_FRAME)
  }
  for (let child = childStart[node]!; child < childStart[node + 1]!; child++) {
    const merge = children[child]!
    if (isMerge[merge] === 0) continue
    open(emitter, Op.block)
    labelDepth[merge] = emitter.depth
    agenda.push(merge, CLOSE_FRAME)
  }
  emitBody(emitter, node)
  if (loop !== undefined) emitFastLoop(emitter, node, loop, labelOf)
  else if (graph.end[node] === End.Hub) emitHub(emitter, node)
  else emitEnd(emitter, node)
}

/**
 * Emits a reducible graph along its dominator tree. What is still to be written is on the agenda, last first: code
 * nested however deep needs no stack of the host.
 */
function emitTree(emitter: Emitter): void {
  const { agenda } = emitter
  agenda.push(0)
  for (let next = agenda.pop(); next !== undefined; next = agenda.pop()) {
    if (next === CLOSE_FRAME) close(emitter)
    else emitNode(emitter, next)
  }
}

/** Emits any graph as a loop around a branch table on the node to go to, kept in a local. */
function emitDispatchLoop(emitter: Emitter): void {
  const { code, graph } = emitter
  const { count, switchNodes, switchLabels } = graph
  code.i32(0)
  code.set(Local.state)
  open(emitter, Op.loop)
  for (let n = 0; n < count; n++) open(emitter, Op.block)
  code.get(Local.state)
  code.byte(Op.brTable)
  code.unsigned(count - 1)
  for (let n = 0; n < count; n++) code.unsigned(n)
  for (let n = 0; n < count; n++) {
    close(emitter)
    emitBody(emitter, n)
    if (graph.end[n] !== End.Hub) {
      emitEnd(emitter, n)
      continue
    }
    emitComparisons(emitter, n, switchLabels, switchNodes, 0)
    emitHubElsewhere(emitter)
  }
  close(emitter)
}

/** Emits the whole body; control does not reach the code behind it. */
export function emitStructure(emitter: Emitter): void {
  if (emitter.order.reducible) emitTree(emitter)
  else emitDispatchLoop(emitter)
}
