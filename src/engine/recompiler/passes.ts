// What is known of one root before its code is written, found by the core's passes. Not the passes themselves:
// core/recompiler/graph.c, order.c, flow.c, stores.c, plan.c, fast.c, which say how. `compileRoots` does not come by here: the core
// runs them itself (core/recompiler/module.c).

import { GROUP_WINDOW, GraphOption, type GraphTables, GraphWord, MAX_NODES } from '../../core/contract.gen.ts'
import type { CompileOptions } from './compile-options.ts'
import { type FastLoop, NO_FAST_LOOPS, readFastLoops } from './fast-loops.ts'
import type { Graph } from './graph.ts'
import type { MemoryPlan } from './memory-plan.ts'
import type { Order } from './order.ts'
import { type TableSource, type Tables, tablesOf } from './tables.ts'

/**
 * Which registers are where on entry of each node, by node: bit masks of 13 registers. Dirty: newer in the local than in
 * memory; live: the local is read later; valid: the local is current.
 */
export interface Dataflow {
  readonly dirtyIn: Uint16Array
  readonly liveIn: Uint16Array
  readonly validIn: Uint16Array
  /** Per loop header: what is stored before the loop is entered, and so is not dirty in it; see core/recompiler/stores.c. */
  readonly storedBefore: Uint16Array
  /** 1 where the path's gas is checked: the root, loop headers, behind calls. */
  readonly checkpoint: Uint8Array
}

/** This is the gas of each node. */
export interface GasPaths {
  readonly cost: Int32Array
  /**
   * Cost of the dearest path from the node, itself included, up to but not including the next checkpoint: low and high
   * half, see `pathOf`.
   */
  readonly path: Uint32Array
}

/** The dearest path from a node. */
export function pathOf({ path }: GasPaths, node: number): number {
  return path[2 * node]! + path[2 * node + 1]! * 2 ** 32
}

/** What the passes know of one root. Arrays are the workspace's: valid until the next root, of whatever program. */
export interface RootPasses {
  readonly graph: Graph
  readonly order: Order
  readonly flow: Dataflow
  readonly gas: GasPaths
  readonly plan: MemoryPlan
  /** Loops with a fast version, by node, and the pairs of locals they use. */
  readonly loops: ReadonlyMap<number, FastLoop>
  readonly pairs: number
  /** The struct that points to all of it, and the words for the generator. */
  readonly found: GraphTables
}

/** The functions that are inlined at indirect calls: jump-table entries (from 0), ascending. */
export function indirectCallees(source: TableSource): readonly number[] {
  return Array.from(tablesOf(source).callees)
}

/** The plan of one segment's accesses, all optimisations on. Valid until the next root. */
export function planSegment(source: TableSource, segment: number): MemoryPlan {
  const { core, program } = tablesOf(source)
  core.pvm_plan(segment, GROUP_WINDOW, 1)
  return program
}

const NO_CALLEES: readonly number[] = []

/** Runs the passes over one root, with a graph of so many nodes at most. A caller that has the tables already gives them. */
export function runPasses(
  source: TableSource & { readonly indirect: readonly number[] },
  root: number,
  options: CompileOptions = {},
  nodes: number = MAX_NODES,
  tables: Tables = tablesOf(source),
): RootPasses {
  const { decoded, functions } = source
  const { inline = true, unrollRecursion = true, inlineIndirect = true, unrollSearches = true } = options
  const { fastLoops = true, groupChecks = true, wideChecks = groupChecks, gasPaths = true, loopStores = true } = options
  const { core, graph: found, program: plan } = tables
  const indirect = inline && inlineIndirect
  core.pvm_graph(
    root,
    (inline ? GraphOption.Inline : 0) |
      (unrollRecursion ? GraphOption.Unroll : 0) |
      (indirect ? GraphOption.Indirect : 0) |
      (unrollSearches ? GraphOption.Searches : 0),
    nodes,
  )
  const { words } = found
  const count = words[GraphWord.count]!
  core.pvm_flow(gasPaths ? 0 : 1, loopStores ? 1 : 0)
  core.pvm_plan_graph(groupChecks ? GROUP_WINDOW : 0, groupChecks && wideChecks ? 1 : 0)
  const graph: Graph = {
    decoded,
    count,
    seg: found.seg,
    end: found.end,
    succA: found.succA,
    succB: found.succB,
    callee: found.callee,
    expected: found.expected,
    switchNodes: found.switchNodes,
    switchLabels: words[GraphWord.switches]! > 0 ? functions.labels.get(functions.of[root]!)! : NO_CALLEES,
    calleeEntries: indirect ? source.indirect : NO_CALLEES,
    calleeNodes: found.calleeNodes,
    succStart: found.succStart,
    succs: found.succs,
  }
  const order: Order = {
    sequence: found.sequence,
    position: found.position,
    dominator: found.dominator,
    isLoop: found.isLoop,
    isMerge: found.isMerge,
    childStart: found.childStart,
    children: found.children,
    reducible: words[GraphWord.reducible] === 1,
  }
  if (fastLoops) core.pvm_fast_loops()
  const { loops, pairs } = fastLoops ? readFastLoops(graph, found) : NO_FAST_LOOPS
  return { graph, order, flow: found, gas: found, plan, loops, pairs, found }
}
