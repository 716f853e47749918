// The recompiler's passes over one root as text: its control-flow graph, and what is known at each node. Not a command:
// dump.ts. The words are those of docs/how-the-recompiler-works.md.
import { Check, End } from '../core/contract.gen.ts'
import type { FastLoop, Stream } from '../engine/recompiler/fast-loops.ts'
import { hasInstructions } from '../engine/recompiler/graph.ts'
import { accessesOf } from '../engine/recompiler/memory-plan.ts'
import { pathOf, type RootPasses } from '../engine/recompiler/passes.ts'

const END_NAMES = new Map<number, string>(Object.entries(End).map(([name, end]) => [end, words(name)]))
const CHECK_NAMES = new Map<number, string>(Object.entries(Check).map(([name, check]) => [check, words(name)]))

/** CallIndirect → call indirect. */
function words(name: string): string {
  return name.replaceAll(/(?!^)([A-Z])/g, ' $1').toLowerCase()
}

/** Registers of a mask, r1 r7; – for none. */
function registers(mask: number): string {
  const list = Array.from({ length: 13 }, (_, r) => r).filter(r => ((mask >> r) & 1) === 1)
  return list.length === 0 ? '–' : list.map(r => `r${r}`).join(' ')
}

/** The pc a node's segment starts at. */
function pcOf({ graph }: RootPasses, node: number): number {
  const { decoded, seg } = graph
  return decoded.pc[decoded.segmentStart[seg[node]!]!]!
}

/** Node number and where it is: n3 @128; nodes without instructions have no place. */
function placeOf(passes: RootPasses, node: number): string {
  const { graph } = passes
  return hasInstructions(graph, node) ? `n${node} @${pcOf(passes, node)}` : `n${node}`
}

/** What kind of place a node is in the structure. */
function marksOf({ order, flow, loops }: RootPasses, node: number): string[] {
  const marks: string[] = []
  if (order.isLoop[node] === 1) marks.push(loops.has(node) ? 'loop, with a fast version' : 'loop')
  if (order.isMerge[node] === 1) marks.push('merge')
  if (flow.checkpoint[node] === 1) marks.push('checkpoint')
  return marks
}

/** The graph: a line for each node, in the order they are emitted in. */
export function describeGraph(passes: RootPasses): string[] {
  const { graph, order } = passes
  const { decoded } = graph
  const lines = [`${graph.count} nodes, ${order.reducible ? 'reducible' : 'not reducible: a dispatch loop'}`]
  for (let i = 0; i < graph.count; i++) {
    const node = order.sequence[i]!
    const successors = Array.from(graph.succs.subarray(graph.succStart[node]!, graph.succStart[node + 1]!))
    const parts = [placeOf(passes, node).padEnd(12), (END_NAMES.get(graph.end[node]!) ?? '?').padEnd(13)]
    const to = successors.map(successor => `n${successor}`).join(' ')
    parts.push(`→ ${to === '' ? 'out' : to}`.padEnd(14))
    const { end } = graph
    if (end[node] === End.Call || end[node] === End.Tail) {
      parts.push(`calls @${decoded.pc[decoded.segmentStart[graph.callee[node]!]!]}`)
    }
    const marks = marksOf(passes, node)
    if (i > 0) marks.push(`dominated by n${order.dominator[node]}`)
    lines.push(`${parts.join(' ')} ${marks.join(', ')}`.trimEnd())
  }
  return lines
}

/** This describes one access of a plan. */
function describeAccess({ graph, plan }: RootPasses, i: number): string {
  const { decoded } = graph
  const check = plan.check[i]!
  const group = check === Check.Single ? '' : ` of group ${plan.local[i]}`
  const leads = check === Check.Leader || check === Check.WideLeader
  return `  access @${decoded.pc[i]}  ${CHECK_NAMES.get(check)}${group}${leads ? `, ${plan.span[i]} bytes` : ''}`
}

function describeStream({ base, low, span, stride, strideRegister, isStore }: Stream): string {
  const from = base < 0 ? `${low >>> 0}` : `r${base}${low < 0 ? ` - ${-low}` : ` + ${low}`}`
  const moves = strideRegister < 0 ? `${stride}` : `r${strideRegister}`
  return `  stream ${isStore ? 'stores' : 'loads'} ${span} bytes at ${from}, moves by ${moves}`
}

function describeLoop(loop: FastLoop): string[] {
  const unchecked = loop.unchecked.reduce((sum, one) => sum + one, 0)
  return [`  fast version: ${unchecked} accesses unchecked`, ...loop.streams.map(describeStream)]
}

/** What is known at each node: registers on entry, gas, memory accesses, fast loops. */
export function describeAnalysis(passes: RootPasses): string[] {
  const { graph, order, flow, gas, loops } = passes
  const lines: string[] = []
  for (let i = 0; i < graph.count; i++) {
    const node = order.sequence[i]!
    const [dirty, live, valid] = [flow.dirtyIn[node]!, flow.liveIn[node]!, flow.validIn[node]!]
    lines.push(
      `${placeOf(passes, node).padEnd(12)} gas ${gas.cost[node]}, dearest path ${pathOf(gas, node)}`,
      `  dirty ${registers(dirty)}; live ${registers(live)}; valid ${registers(valid)}`,
    )
    if (!hasInstructions(graph, node)) continue
    for (const i of accessesOf(graph.decoded, graph.seg[node]!)) lines.push(describeAccess(passes, i))
    const loop = loops.get(node)
    if (loop !== undefined) lines.push(...describeLoop(loop))
  }
  return lines
}
