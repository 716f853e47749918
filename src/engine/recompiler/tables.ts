// The tables that the core's passes read and write: a program's, which are filled in here, and those of one graph of it.
// Not the passes: core/passes.h has the same tables, core/graph.c, order.c, flow.c, plan.c and wide.c work on them.
import { type CoreExports, decodeBase64 } from '../machine/core.ts'
import { AT_GRAPH, AT_PLAN, AT_PROGRAM } from '../machine/layout.ts'
import { Areas, isOpen, type Workspace } from '../machine/workspace.ts'
import type { Decoded } from './decode.ts'
import { Local } from './emitter.ts'
import { CODE_ROOM } from './function-code.ts'
import type { Functions } from './functions.ts'
import { TEMPLATES_BASE64 } from './templates.gen.ts'

/** Capacities of core/passes.h. */
const NODES = 0x4000
const EDGES = 0xa000
const LIST = 0x1000
/** Words of an instruction, `record_words`. */
export const RECORD_WORDS = 16
/** Nodes of inlined callees, beside one for each segment. */
const POOL = 1024
/** Functions that an indirect call takes in. */
const MAX_CALLEES = 16
/** Masks of exits. */
const EXITS = 0x4000

/** Words of `now`, where the generator is: see core/passes.h. */
export const Now = { Dirty: 0, Valid: 1, Depth: 2, Exits: 3, Emitted: 4, Values: 5 } as const

/** What is known of one root; by node unless said otherwise, and longer than needed. Valid until the next root. */
export interface GraphTables {
  /** u64: low and high half. */
  readonly path: Uint32Array
  readonly seg: Int32Array
  readonly succA: Int32Array
  readonly succB: Int32Array
  readonly callee: Int32Array
  readonly expected: Int32Array
  readonly sequence: Int32Array
  readonly position: Int32Array
  readonly dominator: Int32Array
  readonly cost: Int32Array
  readonly succStart: Int32Array
  readonly predStart: Int32Array
  readonly childStart: Int32Array
  readonly children: Int32Array
  readonly succs: Int32Array
  readonly preds: Int32Array
  readonly switchNodes: Int32Array
  readonly calleeNodes: Int32Array
  readonly dirtyIn: Uint16Array
  readonly liveIn: Uint16Array
  readonly validIn: Uint16Array
  readonly storedBefore: Uint16Array
  readonly end: Uint8Array
  readonly isLoop: Uint8Array
  readonly isMerge: Uint8Array
  readonly checkpoint: Uint8Array
  /** Nodes; whether the graph is reducible; switch nodes; callee nodes. */
  readonly counts: Uint32Array
  /** For emitter.ts, which says what they are: see `Now`; masks of exits; by node. */
  readonly now: Uint32Array
  readonly exits: Uint16Array
  readonly labelDepth: Int32Array
  readonly dirtyBefore: Uint16Array
  readonly validBefore: Uint16Array
}

/** The memory plan by instruction, see memory-plan.ts. */
export interface PlanTables {
  readonly check: Uint8Array
  readonly local: Uint8Array
  readonly offset: Int32Array
  readonly span: Int32Array
  readonly root: Int32Array
  readonly low: Int32Array
  readonly base: Int8Array
  /** What templates are filled from, RECORD_WORDS of each instruction, and the template that checks it: emit-memory.ts. */
  readonly records: Int32Array
  readonly way: Uint8Array
}

/** Tables as they are for one program. */
export interface Tables {
  readonly core: CoreExports
  /** Where core/emit.c writes code. */
  readonly code: Uint8Array
  readonly workspace: Workspace
  readonly graph: GraphTables
  readonly plan: PlanTables
  readonly tolerant: Uint8Array
  /** By segment, for block gas models: filled in where a graph needs it. */
  readonly cost: Int32Array
  /** Jump-table entries of the functions that are inlined at indirect calls. */
  readonly callees: Int32Array
  /** By segment: 1 where an edge to it leaves the graph, because it has not run. */
  readonly leave: Uint8Array
}

/** A program to be compiled. */
export interface TableSource {
  readonly decoded: Decoded
  readonly functions: Functions
  /** 1 per instruction whose access is checked without the rotate trick, because it is often misaligned. */
  readonly tolerant: Uint8Array
}

type Numbers = Int32Array | Uint32Array | Uint16Array | Uint8Array | Int8Array
interface Make<T> {
  new (buffer: ArrayBuffer, at: number, length: number): T
  readonly BYTES_PER_ELEMENT: number
}

/** `graph_tables`, as far as it is used here. */
function viewGraph({ buffer }: Workspace): GraphTables {
  let at = AT_GRAPH
  const view = <T extends Numbers>(make: Make<T>, length: number): T => {
    const made = new make(buffer, at, length)
    at += made.byteLength
    return made
  }
  const int32 = (length = NODES): Int32Array => view(Int32Array, length)
  const uint16 = (): Uint16Array => view(Uint16Array, NODES)
  const uint8 = (): Uint8Array => view(Uint8Array, NODES)
  return {
    path: view(Uint32Array, 2 * NODES),
    seg: int32(),
    succA: int32(),
    succB: int32(),
    callee: int32(),
    expected: int32(),
    sequence: int32(),
    position: int32(),
    dominator: int32(),
    cost: int32(),
    succStart: int32(),
    predStart: int32(),
    childStart: int32(),
    children: int32(),
    succs: int32(EDGES),
    preds: int32(EDGES),
    switchNodes: int32(LIST),
    calleeNodes: int32(LIST),
    dirtyIn: uint16(),
    liveIn: uint16(),
    validIn: uint16(),
    storedBefore: uint16(),
    end: uint8(),
    isLoop: uint8(),
    isMerge: uint8(),
    checkpoint: uint8(),
    counts: view(Uint32Array, 4),
    now: view(Uint32Array, Object.keys(Now).length),
    exits: view(Uint16Array, EXITS),
    labelDepth: int32(),
    dirtyBefore: uint16(),
    validBefore: uint16(),
  }
}

let graph: GraphTables | undefined

/** The views on `graph_tables`, made again only where the memory has moved. */
function graphOf(workspace: Workspace): GraphTables {
  if (graph?.seg.buffer !== workspace.buffer) graph = viewGraph(workspace)
  return graph
}

let decodedTemplates: Uint8Array | undefined

/** The templates of straight code, as bytes. */
function templates(): Uint8Array {
  decodedTemplates ??= new Uint8Array(decodeBase64(TEMPLATES_BASE64))
  return decodedTemplates
}

/** Writes a program's tables and `program_tables`. */
function writeProgram(source: TableSource): Tables {
  const { decoded, functions, tolerant } = source
  const { count, segments, jumpTable, program } = decoded
  const given = [
    ...[decoded.id, decoded.a, decoded.b, decoded.d, decoded.x, decoded.xHigh, decoded.y, decoded.target, decoded.pc],
    ...[
      decoded.uses,
      decoded.defs,
      tolerant,
      decoded.segmentStart,
      decoded.nextSegment,
      functions.of,
      decoded.accesses,
    ],
    ...[decoded.cost, functions.start, decoded.labelStart, decoded.labels, jumpTable],
    templates(),
  ]
  const made: (readonly [make: Make<Numbers>, length: number])[] = [
    [Int32Array, MAX_CALLEES],
    [Int32Array, segments + POOL],
    [Uint8Array, count],
    [Uint8Array, count],
    [Int32Array, count],
    [Int32Array, count],
    [Int32Array, count],
    [Int32Array, count],
    [Int8Array, count],
    [Int32Array, RECORD_WORDS * count],
    [Uint8Array, count],
    [Uint8Array, segments],
  ]
  const areas = new Areas()
  const givenAt = given.map(array => areas.take(array.byteLength))
  const madeAt = made.map(([make, length]) => areas.take(make.BYTES_PER_ELEMENT * length))
  const workspace = areas.open()
  const { buffer, core } = workspace
  const views = given.map((array, k) => {
    const view = new (array.constructor as Make<Numbers>)(buffer, givenAt[k]!, array.length)
    view.set(array)
    return view
  })
  const [callees, , check, local, offset, span, root, low, base, records, way, leave] = made.map(
    ([make, length], k) => new make(buffer, madeAt[k]!, length),
  )
  const { branchCheck, gasModel } = program.profile
  const numbers = [segments, functions.start.length - 1, jumpTable.length, branchCheck === 'both' ? 1 : 0]
  const locals = [Local.register, Local.address, Local.group, Local.limit]
  const words = new Uint32Array(buffer, AT_PROGRAM)
  words.set([...numbers, functions.links, 0, gasModel === 'instruction' ? 0 : 1, ...locals, ...givenAt, ...madeAt])
  const found = core.pvm_find_callees()
  words[5] = found
  return {
    core,
    code: new Uint8Array(buffer, AT_PLAN, CODE_ROOM),
    workspace,
    graph: graphOf(workspace),
    plan: { check, local, offset, span, root, low, base, records, way } as PlanTables,
    tolerant: views[11] as Uint8Array,
    cost: views[16] as Int32Array,
    callees: (callees as Int32Array).slice(0, found),
    leave: leave as Uint8Array,
  }
}

/** What the workspace has the tables of. */
let known: { readonly serial: number; readonly tables: Tables } | undefined

/** The tables of a program, by its number: those that are there, or written now. What is tolerant is always as of now. */
export function tablesOf(source: TableSource): Tables {
  if (known === undefined || known.serial !== source.decoded.serial || !isOpen(known.tables.workspace)) {
    known = { serial: source.decoded.serial, tables: writeProgram(source) }
  } else known.tables.tolerant.set(source.tolerant)
  return known.tables
}
