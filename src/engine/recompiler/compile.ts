// Compiles roots of a program into the bytes of one WebAssembly module. Not which roots, not when: see policy.ts.

import type { Program } from '../../program/program.ts'
import { AT_VM, VM } from '../machine/layout.ts'
import { type Decoded, decodeProgram } from './decode.ts'
import { emitDepthCheck } from './emit-ends.ts'
import { type Emitter, FIRST_ROOT, Local, loadRegisters, localsOf, storeRegisters } from './emitter.ts'
import { type Functions, findFunctions } from './functions.ts'
import { createHelpers } from './helpers.ts'
import { indirectCallees, runPasses } from './passes.ts'
import { emitStructure } from './structure.ts'
import { WasmCode } from './wasm-code.ts'
import { encodeModule, type FunctionBody, type FunctionType } from './wasm-module.ts'
import { I32, I64, Op, VOID } from './wasm-op.ts'
import { AT_WHY } from './words.ts'

/** Types of every module: compiled code, imports, helpers. */
const TYPES: readonly FunctionType[] = [
  { params: [I64, I32], results: [I32, I64] },
  { params: [I32, I32, I32], results: [I32] },
  { params: [I64, I64], results: [I64] },
  { params: [I32, I32, I32], results: [I32, I32] },
]

/** A program as the recompiler sees it; kept per program. */
export interface Analysis {
  readonly decoded: Decoded
  readonly functions: Functions
  /** Jump-table entries of the functions that are inlined at indirect calls. */
  readonly indirect: readonly number[]
  /** 1 per instruction whose access is checked without the rotate trick, because it is often misaligned. */
  readonly tolerant: Uint8Array
  /** Where the function at hand is written before its frame is known. */
  readonly body: WasmCode
}

/** Decodes and analyses a program, once for all its compilations. */
export function analyseProgram(program: Program): Analysis {
  const decoded = decodeProgram(program)
  const functions = findFunctions(decoded)
  const source = { decoded, functions, tolerant: new Uint8Array(decoded.count) }
  return { ...source, indirect: indirectCallees(source), body: new WasmCode(1 << 12) }
}

/** Which optimisations `compileRoots` applies; all by default. Without them the code does the same, slower. */
export interface CompileOptions {
  /** Small callees are inlined, functions that call themselves several deep; see core/graph.c. */
  readonly inline?: boolean
  /** Functions that call themselves are inlined four deep, not two. */
  readonly unrollRecursion?: boolean
  /** Indirect calls take in the functions of the jump table, where those are few and small; see core/graph.c. */
  readonly inlineIndirect?: boolean
  /** Loops of one segment get a version without page checks and with one comparison of gas for several turns. */
  readonly fastLoops?: boolean
  /** Accesses near one base share a check; see core/plan.c. */
  readonly groupChecks?: boolean
  /** Accesses to a base plus a bounded index share a check of all they may reach; see core/wide.c. */
  readonly wideChecks?: boolean
  /** Gas is compared once per path, not in every node; see core/flow.c. */
  readonly gasPaths?: boolean
}

/** A compiled module. */
export interface CompiledModule {
  readonly bytes: Uint8Array
  /** Segments of its roots; the export of each is its number in decimal. */
  readonly roots: readonly number[]
  /** PVM instructions in the functions of its roots, those that are there twice counted twice. */
  readonly instructions: number
  /** Segments of roots it calls through the table, at index segment + 1. */
  readonly externals: readonly number[]
}

/** One root as a function body. `rootIndex` and `externals` as in Emitter. */
export function compileRoot(
  analysis: Analysis,
  root: number,
  rootIndex: (segment: number) => number | undefined,
  externals: Set<number>,
  options: CompileOptions = {},
): FunctionBody {
  const { decoded, body } = analysis
  const passes = runPasses(analysis, root, options)
  const { graph, flow, loops, pairs } = passes
  body.length = 0
  const emitter: Emitter = {
    ...passes,
    code: body,
    decoded,
    rootIndex,
    externals,
    tolerant: analysis.tolerant,
    depth: 0,
    labelDepth: new Int32Array(graph.count),
    agenda: [],
    exits: [],
    dirty: 0,
    valid: 0,
    dirtyBefore: new Uint16Array(graph.count),
    validBefore: new Uint16Array(graph.count),
  }
  emitDepthCheck(emitter, decoded.pc[decoded.segmentStart[root]!]!, decoded.isBlock[root] === 0)
  loadRegisters(body, flow.liveIn[0]!)
  emitStructure(emitter)
  body.byte(Op.unreachable)

  // Frames from the outside: what all exits share, the exits, unwinding, the body.
  const { exits } = emitter
  const code = new WasmCode(body.length + 64 * (exits.length + 2))
  if (exits.length > 0) code.open(Op.block, VOID)
  for (let i = 0; i < exits.length; i++) code.open(Op.block, VOID)
  code.open(Op.block, VOID)
  code.append(body)
  code.byte(Op.end)
  code.get(Local.target)
  code.get(Local.gas)
  code.byte(Op.return)
  if (exits.length > 0) {
    for (let i = 0; i < exits.length; i++) {
      code.byte(Op.end)
      storeRegisters(code, exits[i]!)
      if (i + 1 < exits.length) code.op(Op.br, exits.length - 1 - i)
    }
    code.byte(Op.end)
    code.i32(0)
    code.get(Local.pc)
    code.memory(Op.i32Store, 2, AT_VM + VM.pc)
    code.i32(0)
    code.get(Local.why)
    code.memory(Op.i32Store, 2, AT_WHY)
    code.i32(1)
    code.get(Local.gas)
  }
  return { type: 0, locals: localsOf(pairs, loops.size), code }
}

/** Compiles the roots, in ascending order of segments, into one module: the same roots give the same bytes. */
export function compileRoots(
  analysis: Analysis,
  roots: readonly number[],
  options: CompileOptions = {},
): CompiledModule {
  const sorted = [...new Set(roots)].sort((a, b) => a - b)
  const index = new Map(sorted.map((segment, i) => [segment, FIRST_ROOT + i]))
  const externals = new Set<number>()
  const rootIndex = (segment: number): number | undefined => index.get(segment)
  let instructions = 0
  const functions = sorted.map(root => {
    const f = analysis.functions.of[root]!
    const { segmentStart } = analysis.decoded
    instructions += segmentStart[analysis.functions.start[f + 1]!]! - segmentStart[root]!
    return compileRoot(analysis, root, rootIndex, externals, options)
  })
  const bytes = encodeModule({
    types: TYPES,
    imports: [
      { name: 'memory', is: 'memory' },
      { name: 'table', is: 'table' },
      { name: 'host', is: { type: 1 } },
    ],
    functions: [...createHelpers(2, 3), ...functions],
    exports: sorted.map(segment => ({ name: `${segment}`, index: index.get(segment)! })),
  })
  return { bytes, roots: sorted, instructions, externals: [...externals].sort((a, b) => a - b) }
}
