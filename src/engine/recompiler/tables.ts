// The tables that the core's passes read and write: those of a program, which are filled in here, and those of one graph. What the
// tables are is in scripts/schema/structs.ts. The passes are in core/recompiler/.
import { type Columns, placeColumns, viewColumns } from '../../core/columns.ts'
import {
  CODE_AHEAD,
  type GraphTables,
  Leave,
  MASK_AHEAD,
  MAX_INDIRECT,
  POOL_CAPACITY,
  PROGRAM_COLUMNS,
  PROGRAM_SCRATCH,
  type ProgramNumber,
  ProgramWord,
  programWords,
  viewGraph,
} from '../../core/contract.gen.ts'
import { type CoreExports, decodeHex } from '../../core/core.ts'
import { coreRules } from '../../core/rules.ts'
import { Areas, isOpen, type Workspace } from '../../core/workspace.ts'
import type { Decoded } from './decode.ts'
import type { Functions } from './functions.ts'
import { TEMPLATES_HEX } from './templates.gen.ts'

/** The tables of a program: columns by instruction, segment, function or jump-table entry. `PROGRAM_COLUMNS` lists them. */
export type ProgramTables = Columns<typeof PROGRAM_COLUMNS>

/** All tables, for one program. */
export interface Tables {
  readonly core: CoreExports
  readonly workspace: Workspace
  /** What is known of one root. Valid until the next root. */
  readonly graph: GraphTables
  readonly program: ProgramTables
  /** The jump-table entries of the functions that are inlined at indirect calls. */
  readonly callees: Int32Array
  /** The words of `program_tables`; `ProgramWord` has their places. */
  readonly words: Uint32Array
  /** How many bytes a module may have. */
  readonly moduleRoom: number
}

/** What is needed of a program to fill its tables in. */
export interface TableSource {
  readonly decoded: Decoded
  readonly functions: Functions
  /** 1 for each instruction whose access is often misaligned: its check takes any alignment, and costs more. */
  readonly tolerant: Uint8Array
}

let graph: GraphTables | undefined

/** The views on `graph_tables`. They are made again only if the memory has grown. */
function graphOf(workspace: Workspace): GraphTables {
  if (graph?.seg.buffer !== workspace.buffer) graph = viewGraph(workspace.buffer)
  return graph
}

let decodedTemplates: Uint8Array | undefined

/** The templates of all code, as bytes. */
function templates(): Uint8Array {
  decodedTemplates ??= new Uint8Array(decodeHex(TEMPLATES_HEX))
  return decodedTemplates
}

/** Writes a program's tables and `program_tables`, with so many bytes of room for a module. */
function writeProgram(source: TableSource, moduleRoom: number): Tables {
  const { decoded, functions, tolerant } = source
  const { count, segments, jumpTable, labels, program } = decoded
  const functionCount = functions.start.length - 1
  const room = {
    ...{ instruction: count, segment: segments, 'segment-end': segments + 1, 'function-end': functionCount + 1 },
    ...{ label: labels.length, jump: jumpTable.length, template: templates().length / 2 },
    ...{ code: program.code.length + CODE_AHEAD, mask: Math.ceil(program.code.length / 8) + MASK_AHEAD },
    offset: program.code.length,
    ...{ callee: MAX_INDIRECT, pool: segments + POOL_CAPACITY, room: moduleRoom },
  }
  const areas = new Areas()
  const at = { ...placeColumns(PROGRAM_COLUMNS, room, areas), ...placeColumns(PROGRAM_SCRATCH, room, areas) }
  const workspace = areas.open()
  const { buffer, core } = workspace
  const { branchCheck, gasModel, cmovReadsDestination } = program.profile
  const { set, gasModel: model } = coreRules(program)
  const numbers: Readonly<Record<ProgramNumber, number>> = {
    ...{ segments, functions: functionCount, jumps: jumpTable.length, links: functions.links, indirect: 0 },
    both: branchCheck === 'both' ? 1 : 0,
    paidWhole: gasModel === 'instruction' ? 0 : 1,
    ...{ set, gasModel: model, cmovReads: cmovReadsDestination ? 1 : 0, codeLength: program.code.length },
    ...{ rootCount: 0, rootsDone: 0, tallyAt: 0, room: moduleRoom, moduleAt: 0, moduleEnd: 0 },
  }
  const words = programWords(buffer)
  const values: Readonly<Record<keyof typeof ProgramWord, number>> = { ...numbers, ...at }
  for (const [word, place] of Object.entries(ProgramWord)) words[place] = values[word as keyof typeof ProgramWord]
  const tables = viewColumns(PROGRAM_COLUMNS, room, at, buffer)
  for (const name of ['id', 'a', 'b', 'd', 'x', 'xHigh', 'y', 'target', 'pc', 'uses', 'defs'] as const) {
    tables[name].set(decoded[name])
  }
  for (const name of [
    'segmentStart',
    'nextSegment',
    'accesses',
    'isBlock',
    'labelStart',
    'labels',
    'jumpTable',
  ] as const) {
    tables[name].set(decoded[name])
  }
  tables.cost.fill(-1)
  tables.code.fill(0).set(program.code)
  tables.mask.fill(0).set(program.bitmask.subarray(0, Math.ceil(program.code.length / 8)))
  tables.tolerant.set(tolerant)
  tables.leave.fill(Leave.IfFull)
  tables.functionOf.set(functions.of)
  tables.functionStart.set(functions.start)
  new Uint8Array(buffer, at.templates).set(templates())
  const found = core.pvm_find_callees()
  words[ProgramWord.indirect] = found
  return {
    core,
    workspace,
    graph: graphOf(workspace),
    program: tables,
    callees: tables.callees.slice(0, found),
    words,
    moduleRoom,
  }
}

/** The program that the workspace has the tables of. */
let known: { readonly serial: number; readonly tables: Tables } | undefined

/** How many bytes of room a module gets at first. It is generous, because room that is not written costs nothing. */
function firstRoom({ count }: Decoded): number {
  return 0x40000 + Math.min(64 * count, 0x1000000)
}

/**
 * The tables of a program, with room for a module of so many bytes. If the workspace does not have them already, they are written
 * now. The column `tolerant` is always brought up to date. Throws a RangeError when the system does not have so much memory.
 */
export function tablesOf(source: TableSource, moduleRoom: number = firstRoom(source.decoded)): Tables {
  const { serial } = source.decoded
  if (known?.serial !== serial || !isOpen(known.tables.workspace) || known.tables.moduleRoom < moduleRoom) {
    known = undefined // the old tables are lost, also if there is no memory for the new ones
    known = { serial, tables: writeProgram(source, moduleRoom) }
  } else known.tables.program.tolerant.set(source.tolerant)
  return known.tables
}
