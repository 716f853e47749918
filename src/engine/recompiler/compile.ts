// Compiles roots of a program into the bytes of one WebAssembly module. The core writes the module (core/recompiler/module.c). This
// file tells the core what to compile, and takes the bytes. Which roots are compiled, and when, is decided in hot-code.ts.

import { Compiled, FIRST_ROOT, GraphOption, Leave, MAX_NODES, ProgramWord } from '../../core/contract.gen.ts'
import type { Program } from '../../program/program.ts'
import { type Analysis, functionSize } from './analysis.ts'
import type { CompileOptions } from './compile-options.ts'
import type { Coverage } from './coverage.ts'
import { decodeProgram } from './decode.ts'
import { isExercised } from './exercise.ts'
import { findFunctions } from './functions.ts'
import { indirectCallees } from './passes.ts'
import { type Tables, tablesOf } from './tables.ts'

/** Decodes and analyses a program. This is done once for all its compilations. */
export function analyseProgram(program: Program): Analysis {
  const decoded = decodeProgram(program)
  const functions = findFunctions(decoded)
  const source = { decoded, functions, tolerant: new Uint8Array(decoded.count) }
  return { ...source, indirect: indirectCallees(source) }
}

/** This is a compiled module. */
export interface CompiledModule {
  readonly bytes: Uint8Array
  /** The segments of its roots. The function of each is exported under that number, in decimal. */
  readonly roots: readonly number[]
  /** How many PVM instructions its functions have. One in two functions counts twice. With coverage only those that have run count. */
  readonly instructions: number
  /** How many bytes of the host's stack the function of each root takes at most. */
  readonly frames: readonly number[]
  /** The segments of the roots that it calls through the table. The table index of a root is its segment plus 1. */
  readonly externals: readonly number[]
}

/** A function with more instructions is large: a root in its middle is compiled with the nearest blocks only, so many. */
const LARGE_FUNCTION = 5000
const NEAR_NODES = 400

/**
 * How many nodes the graph of a root has at most. A large function is compiled whole only for the root at its start. For each
 * root elsewhere it would be compiled whole again: for one function of a service that was 340 KB, which took V8's optimizing
 * compiler 3 s.
 */
function nodesOf(analysis: Analysis, root: number, coverage?: Coverage): number {
  const { start, of } = analysis.functions
  const isLarge = functionSize(analysis, root, coverage) > LARGE_FUNCTION
  return isLarge && root !== start[of[root]!] ? NEAR_NODES : MAX_NODES
}

/** The options as bits of `GraphOption`, which the core takes. */
function optionBits(options: CompileOptions): number {
  const { inline = true, unrollRecursion = true, inlineIndirect = true } = options
  const { fastLoops = true, groupChecks = true, wideChecks = groupChecks, gasPaths = true, loopStores = true } = options
  const { bulk = true, counted = true, frames = true, unrollSearches = true } = options
  return (
    (inline ? GraphOption.Inline : 0) |
    (unrollRecursion ? GraphOption.Unroll : 0) |
    (inline && inlineIndirect ? GraphOption.Indirect : 0) |
    (fastLoops ? GraphOption.FastLoops : 0) |
    (fastLoops && bulk ? GraphOption.Bulk : 0) |
    (fastLoops && counted ? GraphOption.Counted : 0) |
    (frames ? GraphOption.Frames : 0) |
    (groupChecks ? GraphOption.Groups : 0) |
    (groupChecks && wideChecks ? GraphOption.Wide : 0) |
    (gasPaths ? 0 : GraphOption.EveryNode) |
    (loopStores ? GraphOption.LoopStores : 0) |
    (unrollSearches ? GraphOption.Searches : 0) |
    (isExercised() ? GraphOption.Says : 0)
  )
}

/** Tells the core what to compile. */
function writeRoots(
  { core, program, words }: Tables,
  analysis: Analysis,
  roots: readonly number[],
  tallyAt: number,
  coverage: Coverage | undefined,
): void {
  program.rootIndex.fill(0)
  program.external.fill(0)
  for (const [k, root] of roots.entries()) {
    program.roots[k] = root
    program.rootNodes[k] = nodesOf(analysis, root, coverage)
    program.rootIndex[root] = FIRST_ROOT + k
  }
  if (coverage === undefined) program.leave.fill(Leave.IfFull)
  else {
    program.ran.set(coverage.ran)
    core.pvm_leave_unrun()
  }
  words[ProgramWord.rootCount] = roots.length
  words[ProgramWord.tallyAt] = tallyAt
}

/** The roots of other modules that the module calls, ascending. */
function externalsIn(external: Uint8Array): number[] {
  const found: number[] = []
  for (let s = external.indexOf(1); s >= 0; s = external.indexOf(1, s + 1)) found.push(s)
  return found
}

/**
 * Compiles the roots into one module, in ascending order of segments. The same roots give the same bytes. With `coverage` only
 * what has run of their functions is compiled, and the bytes depend on that too. Throws a RangeError when the system has no
 * memory for it.
 */
export function compileRoots(
  analysis: Analysis,
  roots: readonly number[],
  options: CompileOptions = {},
  coverage?: Coverage,
): CompiledModule {
  const sorted = [...new Set(roots)].sort((a, b) => a - b)
  const { segmentStart } = analysis.decoded
  const { of, start } = analysis.functions
  let instructions = 0
  for (const root of sorted) {
    const end = start[of[root]! + 1]!
    instructions += coverage?.size(root, end) ?? segmentStart[end]! - segmentStart[root]!
  }
  const bits = optionBits(options)
  for (let tables = tablesOf(analysis); ; tables = tablesOf(analysis, 2 * tables.moduleRoom)) {
    writeRoots(tables, analysis, sorted, options.tallyAt ?? 0, coverage)
    const { core, program, words } = tables
    if (core.pvm_compile(bits) !== Compiled.Whole) continue
    const externals = externalsIn(program.external)
    const bytes = program.module.slice(words[ProgramWord.moduleAt], words[ProgramWord.moduleEnd])
    return { bytes, roots: sorted, instructions, frames: [...program.frames.subarray(0, sorted.length)], externals }
  }
}
