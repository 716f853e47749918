// Which registers are where: dirty (newer in the local than in memory), live (local is read later), valid (local is current).
// Bit masks of 13 registers per node. Not emission: lower.ts follows the masks inside of a node.
//
// Registers live in wasm locals inside a function and in memory between functions. A side exit, a call, a return
// flushes the dirty ones, so it is a use of the dirty mask and of nothing else. What is live at the root, or behind a
// call, is loaded there; nothing is loaded anywhere else.
import { CLASS, Class } from './facts.ts'
import { End, type Graph, hasInstructions, visitSuccessors } from './graph.ts'
import type { Order } from './order.ts'

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
    end === End.Call || end === End.CallIndirect || end === End.Host || end === End.Tail // inlined tail call
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

/** Computes all masks. `everyNode`: each node is a checkpoint, for irreducible functions. */
export function computeDataflow(graph: Graph, order: Order, everyNode: boolean): Dataflow {
  const { count, decoded } = graph
  const { uses, defs, id, segmentStart } = decoded
  const reads = new Uint16Array(count) // before any write in the node
  const writes = new Uint16Array(count)
  const leaves = new Uint8Array(count) // has a side exit or a flush
  const checkpoint = new Uint8Array(count)
  checkpoint[0] = 1
  for (let n = 0; n < count; n++) {
    if (everyNode || order.isLoop[n] === 1) checkpoint[n] = 1
    const end = graph.end[n]!
    if (endsInMemory(end) && graph.succA[n]! >= 0) checkpoint[graph.succA[n]!] = 1
  }
  for (let n = 0; n < count; n++) {
    const end = graph.end[n]!
    if (flushes(end) || end === End.Exit || checkpoint[n] === 1) leaves[n] = 1
    if (!hasInstructions(graph, n)) continue
    const seg = graph.seg[n]!
    const stop = segmentStart[seg + 1]! - (runsLast(end) ? 0 : 1)
    let read = 0
    let written = 0
    for (let i = segmentStart[seg]!; i < stop; i++) {
      const kind = CLASS[id[i]!]!
      if (kind === Class.Load || kind === Class.Store) leaves[n] = 1
      read |= uses[i]! & ~written
      written |= defs[i]!
    }
    // A branch with a missing side hands over there.
    if (end === End.Branch && (graph.succA[n]! < 0 || graph.succB[n]! < 0)) leaves[n] = 1
    reads[n] = read
    writes[n] = written
  }
  const { sequence, predStart, preds } = order
  const dirtyIn = new Uint16Array(count)
  for (let changed = true; changed; ) {
    changed = false
    for (let i = 0; i < count; i++) {
      const n = sequence[i]!
      let mask = 0
      for (let p = predStart[n]!; p < predStart[n + 1]!; p++) {
        const from = preds[p]!
        if (!endsInMemory(graph.end[from]!)) mask |= dirtyIn[from]! | writes[from]!
      }
      if (mask !== dirtyIn[n]) {
        dirtyIn[n] = mask
        changed = true
      }
    }
  }
  const liveIn = new Uint16Array(count)
  for (let changed = true; changed; ) {
    changed = false
    for (let i = count - 1; i >= 0; i--) {
      const n = sequence[i]!
      let out = 0
      if (!endsInMemory(graph.end[n]!)) {
        visitSuccessors(graph, n, successor => {
          out |= liveIn[successor]!
        })
      }
      // A flush at the end of the node uses what earlier nodes made dirty, whatever this one writes.
      const mask = reads[n]! | (out & ~writes[n]!) | (leaves[n] === 1 ? dirtyIn[n]! : 0)
      if (mask !== liveIn[n]) {
        liveIn[n] = mask
        changed = true
      }
    }
  }
  const validIn = new Uint16Array(count).fill(0x1fff)
  for (let changed = true; changed; ) {
    changed = false
    for (let i = 0; i < count; i++) {
      const n = sequence[i]!
      let mask = i === 0 ? liveIn[0]! : 0x1fff // the entry loads what is live
      for (let p = predStart[n]!; p < predStart[n + 1]!; p++) {
        const from = preds[p]!
        mask &= endsInMemory(graph.end[from]!) ? liveIn[n]! : validIn[from]! | writes[from]!
      }
      if (mask !== validIn[n]) {
        validIn[n] = mask
        changed = true
      }
    }
  }
  return { dirtyIn, liveIn, validIn, checkpoint }
}
