// The generator as it was when it was TypeScript: an opponent of core/recompiler/module.c, which has to write the same bytes. It
// compiles roots of a program into one WebAssembly module, with the core's passes and straight code.

import {
  AT_PLAN,
  AT_WHY,
  CODE_ROOM,
  GOES_ON,
  GraphWord,
  Leave,
  MAX_NODES,
} from '../../../src/engine/machine/contract.gen.ts'
import { AT_VM, VM } from '../../../src/engine/machine/layout.ts'
import type { Analysis } from '../../../src/engine/recompiler/analysis.ts'
import { functionSize } from '../../../src/engine/recompiler/cluster.ts'
import type { CompiledModule } from '../../../src/engine/recompiler/compile.ts'
import type { CompileOptions } from '../../../src/engine/recompiler/compile-options.ts'
import type { Coverage } from '../../../src/engine/recompiler/coverage.ts'
import { createHelpers } from '../../../src/engine/recompiler/helpers.ts'
import { Local } from '../../../src/engine/recompiler/local.ts'
import { type RootPasses, runPasses } from '../../../src/engine/recompiler/passes.ts'
import { LARGE_FUNCTION, NEAR_NODES } from '../../../src/engine/recompiler/policy.ts'
import { type Tables, tablesOf } from '../../../src/engine/recompiler/tables.ts'
import { WasmCode } from '../../../src/engine/recompiler/wasm-code.ts'
import { encodeModule, type FunctionType, putFunction } from '../../../src/engine/recompiler/wasm-module.ts'
import { I32, I64, Op } from '../../../src/engine/recompiler/wasm-op.ts'
import { emitStackCheck, putFrameBytes, putGoOn } from './emit-ends.ts'
import {
  type Emitter,
  FIRST_ROOT,
  HELPER_TYPES,
  loadRegisters,
  localsOf,
  type RootIndex,
  storeRegisters,
} from './emitter.ts'
import { findFastLoops } from './fast-loops.ts'
import { FunctionCode } from './function-code.ts'
import { emitStructure } from './structure.ts'

/** Types of every module: compiled code, imports, helpers. */
const TYPES: readonly FunctionType[] = [
  { params: [I64, I32], results: [I32, I64] },
  { params: [I32, I32, I32], results: [I32] },
  { params: [I32, I32, I32], results: [I32, I32] },
]

/** What code takes on average, for room at first. */
const BYTES_PER_INSTRUCTION = 26

/** The helpers, as they stand in every module. */
function helpers(): WasmCode {
  const code = new WasmCode()
  for (const helper of createHelpers()) putFunction(code, helper)
  return code
}

/** Emitter of one module's functions; the passes are those of its first root. */
function createEmitter(
  { decoded, tolerant }: Analysis,
  tables: Tables,
  passes: RootPasses,
  rootIndex: RootIndex,
  externals: Set<number>,
  tallyAt: number | undefined,
): Emitter {
  const { core, graph } = tables
  const { words, exits, labelDepth, dirtyBefore, validBefore } = graph
  return {
    ...passes,
    code: new FunctionCode(),
    core,
    words,
    exits,
    decoded,
    rootIndex,
    externals,
    tallyAt,
    tolerant,
    depth: 0,
    labelDepth,
    agenda: [],
    dirty: 0,
    valid: 0,
    dirtyBefore,
    validBefore,
  }
}

/** The passes over a root, fast loops found here. */
function passesOf(
  analysis: Analysis,
  root: number,
  options: CompileOptions,
  nodes: number,
  tables: Tables,
): RootPasses {
  const passes = runPasses(analysis, root, { ...options, fastLoops: false }, nodes, tables)
  const { graph, order, plan } = passes
  return options.fastLoops === false ? passes : { ...passes, ...findFastLoops(graph, order, plan) }
}

/**
 * Nodes that the graph of a root has at most. A large function is compiled whole from its start only: from elsewhere it
 * would be compiled again for each such root, 340 KB for one function of a service, 3 s in V8's optimizing compiler.
 */
function nodesOf(analysis: Analysis, root: number, coverage?: Coverage): number {
  const { start, of } = analysis.functions
  const isLarge = functionSize(analysis, root, coverage) > LARGE_FUNCTION
  return isLarge && root !== start[of[root]!] ? NEAR_NODES : MAX_NODES
}

/** Bytes of a frame beside its slots: what the runtime itself puts there, arguments of calls. */
const FRAME_BASE = 256
/** Operands that code has on the stack at once, at most. */
const OPERANDS = 24

/**
 * What a function takes of the host's stack at most, in bytes: a slot for each local, each operand and each value that its
 * code makes. Most values never need one; but which of them a compiler keeps, the guest has a say in.
 */
function frameBytes(locals: number, values: number): number {
  return FRAME_BASE + 8 * (locals + OPERANDS + values)
}

/** Writes the function of the root whose passes the emitter has; returns the bytes of its frame. */
function compileRoot(emitter: Emitter, tables: Tables, root: number, into: WasmCode): number {
  const { code: body, decoded, exits, flow, loops, pairs, words } = emitter
  body.begin(new Uint8Array(tables.workspace.buffer, AT_PLAN, CODE_ROOM))
  words.fill(0, GraphWord.dirtyNow) // what is the generator's
  emitter.depth = 0
  emitter.dirty = 0
  emitter.valid = 0
  const frameAt = emitStackCheck(emitter, decoded.pc[decoded.segmentStart[root]!]!, decoded.isBlock[root] === 0)
  loadRegisters(body, flow.liveIn[0]!)
  emitStructure(emitter)
  body.byte(Op.unreachable)
  // Behind the body: unwinding, the exits, what all exits share. Their frames are opened in front of it.
  body.byte(Op.end)
  body.get(Local.target)
  body.get(Local.gas)
  body.byte(Op.return)
  const count = words[GraphWord.exitCount]!
  if (count > 0) {
    for (let i = 0; i < count; i++) {
      body.byte(Op.end)
      const mask = exits[i]!
      storeRegisters(body, mask & ~GOES_ON)
      if ((mask & GOES_ON) !== 0) putGoOn(body)
      else if (i + 1 < count) body.op(Op.br, count - 1 - i)
    }
    body.byte(Op.end)
    body.i32(0)
    body.get(Local.pc)
    body.memory(Op.i32Store, 2, AT_VM + VM.pc)
    body.i32(0)
    body.get(Local.why)
    body.memory(Op.i32Store, 2, AT_WHY)
    body.i32(1)
    body.get(Local.gas)
  }
  const blocks = count > 0 ? count + 2 : 1
  const code = body.whole()
  const locals = localsOf(pairs, loops.size)
  let slots: number = Local.register
  for (const [more] of locals) slots += more
  const frame = frameBytes(slots, body.values + words[GraphWord.values]!)
  putFrameBytes(code, frameAt, frame)
  putFunction(into, { type: 0, locals, code }, blocks)
  return frame
}

/**
 * Compiles the roots, in ascending order of segments, into one module: the same roots give the same bytes. With `coverage`
 * only what has run of their functions, and then the bytes depend on that as well.
 */
export function compileRoots(
  analysis: Analysis,
  roots: readonly number[],
  options: CompileOptions = {},
  coverage?: Coverage,
): CompiledModule {
  const sorted = [...new Set(roots)].sort((a, b) => a - b)
  const index = new Map(sorted.map((segment, i) => [segment, FIRST_ROOT + i]))
  const externals = new Set<number>()
  const rootIndex = (segment: number): number | undefined => index.get(segment)
  const { segmentStart } = analysis.decoded
  const { of, start } = analysis.functions
  let instructions = 0
  for (const root of sorted) {
    const end = start[of[root]! + 1]!
    instructions += coverage?.size(root, end) ?? segmentStart[end]! - segmentStart[root]!
  }
  const code = new WasmCode(BYTES_PER_INSTRUCTION * instructions + 1024)
  code.append(helpers())
  const tables = tablesOf(analysis)
  if (coverage === undefined) tables.program.leave.fill(Leave.IfFull)
  else tables.program.leave.set(coverage.leftOut())
  let emitter: Emitter | undefined
  const frames: number[] = []
  for (const root of sorted) {
    const passes = passesOf(analysis, root, options, nodesOf(analysis, root, coverage), tables)
    if (emitter === undefined) emitter = createEmitter(analysis, tables, passes, rootIndex, externals, options.tallyAt)
    else Object.assign(emitter, passes)
    frames.push(compileRoot(emitter, tables, root, code))
  }
  const bytes = encodeModule({
    types: TYPES,
    imports: [
      { name: 'memory', is: 'memory' },
      { name: 'table', is: 'table' },
      { name: 'host', is: { type: 1 } },
    ],
    functions: [...HELPER_TYPES, ...sorted.map(() => 0)],
    code,
    exports: sorted.map(segment => ({ name: `${segment}`, index: index.get(segment)! })),
  })
  return { bytes, roots: sorted, instructions, frames, externals: [...externals].sort((a, b) => a - b) }
}
