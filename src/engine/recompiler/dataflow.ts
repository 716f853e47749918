// Which registers are where: dirty (newer in the local than in memory), live (local is read later), valid (local is current).
// Bit masks of 13 registers per node. Not emission: lower.ts follows the masks inside of a node.
//
// Registers live in wasm locals inside a function and in memory between functions. A side exit, a call, a return
// flushes the dirty ones, so it is a use of the dirty mask and of nothing else. What is live at the root, or behind a
// call, is loaded there; nothing is loaded anywhere else.
import type { Decoded } from './decode.ts'
import { CLASS, Class } from './facts.ts'
import { End, type Graph, hasInstructions } from './graph.ts'
import type { Order } from './order.ts'
import { Scratch } from './scratch.ts'

/** Masks on entry of each node, by node. */
export interface Dataflow {
  readonly dirtyIn: Uint16Array
  readonly liveIn: Uint16Array
  readonly validIn: Uint16Array
  /** 1 where the path's gas is checked: the root, loop headers, behind calls. */
  readonly checkpoint: Uint8Array
}

/** Whether registers are in memory after the node, so that its successors start clean and reload. */
export function endsInMemory(end: number): boolean {
  return (
    end === End.Call || end === End.CallIndirect || end === End.CallElsewhere || end === End.Host || end === End.Tail // inlined tail call
  )
}

/** Whether the node's end flushes the dirty registers. */
function flushes(end: number): boolean {
  return (
    endsInMemory(end) || end === End.Return || end === End.TailIndirect || end === End.Hub || end === End.InlineReturn
  )
}

/**
 * Whether an end executes its last instruction itself, in the way of straight-line code. Exit leaves it to the core;
 * Goto over a dynamic jump has none left (an inlined return); Host leaves registers to others.
 */
export function runsLast(end: number): boolean {
  return end !== End.Exit
}

/** What the nodes do by themselves. */
interface NodeMasks {
  /** Registers read before any write in the node, and registers written. */
  readonly reads: Uint16Array
  readonly writes: Uint16Array
  /** 1 where the node has a side exit or a flush. */
  readonly leaves: Uint8Array
  /** 0 where registers are in memory behind the node, else all ones: masks that pass through. */
  readonly passes: Uint16Array
}

const ALL = 0x1fff

/** The root, loop headers, and what follows a node that ends in memory. */
function findCheckpoints(graph: Graph, order: Order, everyNode: boolean, scratch: Scratch): Uint8Array {
  const { count, end, succA } = graph
  const checkpoint = scratch.uint8(count)
  checkpoint[0] = 1
  for (let n = 0; n < count; n++) {
    if (everyNode || order.isLoop[n] === 1) checkpoint[n] = 1
    if (endsInMemory(end[n]!) && succA[n]! >= 0) checkpoint[succA[n]!] = 1
  }
  return checkpoint
}

/** Reads, writes and accesses of a run of instructions go into `own` at node `n`. */
function addInstructions(own: NodeMasks, n: number, decoded: Decoded, begin: number, stop: number): void {
  const { uses, defs, id } = decoded
  let read = 0
  let written = 0
  let leaves = own.leaves[n]!
  for (let i = begin; i < stop; i++) {
    const kind = CLASS[id[i]!]!
    if (kind === Class.Load || kind === Class.Store) leaves = 1
    read |= uses[i]! & ~written
    written |= defs[i]!
  }
  own.reads[n] = read
  own.writes[n] = written
  own.leaves[n] = leaves
}

function findOwn(graph: Graph, checkpoint: Uint8Array, scratch: Scratch): NodeMasks {
  const { count, decoded, seg, succA, succB } = graph
  const { segmentStart } = decoded
  const reads = scratch.uint16(count)
  const writes = scratch.uint16(count)
  const leaves = scratch.uint8(count)
  const passes = scratch.uint16(count)
  const own = { reads, writes, leaves, passes }
  for (let n = 0; n < count; n++) {
    const end = graph.end[n]!
    if (!endsInMemory(end)) passes[n] = ALL
    if (flushes(end) || end === End.Exit || checkpoint[n] === 1) leaves[n] = 1
    // A branch with a missing side hands over there.
    if (end === End.Branch && (succA[n]! < 0 || succB[n]! < 0)) leaves[n] = 1
    if (!hasInstructions(graph, n)) continue
    const s = seg[n]!
    addInstructions(own, n, decoded, segmentStart[s]!, segmentStart[s + 1]! - (runsLast(end) ? 0 : 1))
  }
  return own
}

/** Forward: dirty where some way there made it so. */
function findDirty(count: number, order: Order, { writes, passes }: NodeMasks, scratch: Scratch): Uint16Array {
  const { sequence, predStart, preds } = order
  const dirtyIn = scratch.uint16(count)
  for (let changed = true; changed; ) {
    changed = false
    for (let i = 0; i < count; i++) {
      const n = sequence[i]!
      let mask = 0
      for (let p = predStart[n]!; p < predStart[n + 1]!; p++) {
        const from = preds[p]!
        mask |= (dirtyIn[from]! | writes[from]!) & passes[from]!
      }
      if (mask === dirtyIn[n]) continue
      dirtyIn[n] = mask
      changed = true
    }
  }
  return dirtyIn
}

/** Backward: live where read on some way. A flush at a node's end uses what earlier nodes made dirty, whatever it writes. */
function findLive(
  graph: Graph,
  { sequence }: Order,
  own: NodeMasks,
  dirtyIn: Uint16Array,
  scratch: Scratch,
): Uint16Array {
  const { count, succStart, succs } = graph
  const { reads, writes, leaves, passes } = own
  const liveIn = scratch.uint16(count)
  for (let changed = true; changed; ) {
    changed = false
    for (let i = count - 1; i >= 0; i--) {
      const n = sequence[i]!
      let out = 0
      for (let e = succStart[n]!; e < succStart[n + 1]!; e++) out |= liveIn[succs[e]!]!
      const mask = reads[n]! | (out & passes[n]! & ~writes[n]!) | (leaves[n] === 1 ? dirtyIn[n]! : 0)
      if (mask === liveIn[n]) continue
      liveIn[n] = mask
      changed = true
    }
  }
  return liveIn
}

/** Forward: valid where loaded or written on every way. */
function findValid(
  count: number,
  order: Order,
  { writes, passes }: NodeMasks,
  liveIn: Uint16Array,
  scratch: Scratch,
): Uint16Array {
  const { sequence, predStart, preds } = order
  const validIn = scratch.uint16(count).fill(ALL, 0, count)
  for (let changed = true; changed; ) {
    changed = false
    for (let i = 0; i < count; i++) {
      const n = sequence[i]!
      let mask = i === 0 ? liveIn[0]! : ALL // the entry loads what is live
      for (let p = predStart[n]!; p < predStart[n + 1]!; p++) {
        const from = preds[p]!
        mask &= passes[from] === 0 ? liveIn[n]! : validIn[from]! | writes[from]!
      }
      if (mask === validIn[n]) continue
      validIn[n] = mask
      changed = true
    }
  }
  return validIn
}

/** Computes all masks. `everyNode`: each node is a checkpoint, for irreducible functions. Arrays are the scratch's. */
export function computeDataflow(
  graph: Graph,
  order: Order,
  everyNode: boolean,
  scratch: Scratch = new Scratch(),
): Dataflow {
  const { count } = graph
  const checkpoint = findCheckpoints(graph, order, everyNode, scratch)
  const own = findOwn(graph, checkpoint, scratch)
  const dirtyIn = findDirty(count, order, own, scratch)
  const liveIn = findLive(graph, order, own, dirtyIn, scratch)
  const validIn = findValid(count, order, own, liveIn, scratch)
  return { dirtyIn, liveIn, validIn, checkpoint }
}
