// The loops of a graph that have a fast version, as the core has found them (core/recompiler/fast.c). Not the code: loops.c.
import { type GraphTables, GraphWord } from '../../core/contract.gen.ts'
import type { Graph } from './graph.ts'
import { accessesOf } from './memory-plan.ts'

/** A group of accesses that moves by a constant or by an invariant register each turn. */
export interface Stream {
  /** The register whose value at the top of the loop is the base; -1 for a constant address. */
  readonly base: number
  /** Lowest byte relative to the base, and bytes from there to the end of the highest access. */
  readonly low: number
  readonly span: number
  /** Bytes moved each turn, or the register that holds them (then `stride` is 0). */
  readonly stride: number
  readonly strideRegister: number
  readonly isStore: boolean
  /** Number of its pair of locals in the function. */
  readonly pair: number
}

/** A loop that gets a fast version. */
export interface FastLoop {
  /** Its number among the fast loops of the function. */
  readonly number: number
  readonly streams: readonly Stream[]
  /** 1 per access whose check the fast version leaves out. */
  readonly unchecked: Uint8Array
  /** Whether the loop goes on at the taken side of its branch. */
  readonly continuesWhenTaken: boolean
  readonly exit: number
}

/** The fast loops of a graph by node, and the pairs of locals they need. */
export interface FastLoops {
  readonly loops: ReadonlyMap<number, FastLoop>
  readonly pairs: number
}

export const NO_FAST_LOOPS: FastLoops = { loops: new Map(), pairs: 0 }

function streamAt(found: GraphTables, pair: number): Stream {
  return {
    base: found.streamBase[pair]!,
    low: found.streamLow[pair]!,
    span: found.streamSpan[pair]!,
    stride: found.streamStride[pair]!,
    strideRegister: found.streamRegister[pair]!,
    isStore: found.streamStore[pair] === 1,
    pair,
  }
}

/** What the core has found in a graph. */
export function readFastLoops(graph: Graph, found: GraphTables): FastLoops {
  const loops = new Map<number, FastLoop>()
  for (let number = 0; number < found.words[GraphWord.loops]!; number++) {
    const node = found.loopNode[number]!
    const first = found.loopFirst[number]!
    const accesses = accessesOf(graph.decoded, graph.seg[node]!)
    loops.set(node, {
      number,
      streams: Array.from({ length: found.loopStreams[number]! }, (_, k) => streamAt(found, first + k)),
      unchecked: Uint8Array.from(accesses, (_, k) => (found.loopUnchecked[2 * number + (k >> 5)]! >>> (k & 31)) & 1),
      continuesWhenTaken: graph.succA[node] === node,
      exit: found.loopExit[number]!,
    })
  }
  return { loops, pairs: found.words[GraphWord.streams]! }
}
