// The control-flow graph of one compiled function: nodes are segments in a calling context. Not how it is made: that is
// core/graph.c; nor what is known of its nodes: passes.ts.
//
// A root is the segment a compiled function starts at; its graph holds what is reachable inside the PVM function that
// owns the root. Edges that leave it end in Tail nodes. Inlined callees get nodes of their own, in their own context.
import type { Decoded } from './decode.ts'

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

/**
 * Whether an end executes its last instruction itself, in the way of straight-line code. Exit leaves it to the core;
 * Goto over a dynamic jump has none left (an inlined return); Host leaves registers to others.
 */
export function runsLast(end: number): boolean {
  return end !== End.Exit
}
