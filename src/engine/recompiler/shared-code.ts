// What all machines that run the same code share: analysis and compiled modules. Not instances: those belong to a cell.
import type { Program } from '../../program/program.ts'
import type { CodeStats } from '../engine.ts'
import { type Analysis, analyseProgram, type CompiledModule, compileRoots } from './compile.ts'
import { MAX_CACHED_PROGRAMS, tierPolicy } from './policy.ts'

/** Instructions compiled in this process so far: the first ones are slower, the compiler itself is still cold. */
let processInstructions = 0

/** See `processInstructions`. */
export function compiledInProcess(): number {
  return processInstructions
}

/** A module in use. */
export interface SharedModule {
  readonly module: WebAssembly.Module
  readonly compiled: CompiledModule
}

/** Analysis and modules of one code under one set of rules. */
export class SharedCode {
  readonly program: Program
  #analysis: Analysis | undefined
  readonly #modules = new Map<string, SharedModule>()
  readonly #refused = new Set<string>()
  /** How often the interpreter was seen at a pc, see hot-code.ts; kept over machines. */
  readonly samples: Map<number, number> = new Map()
  sampleCount = 0
  /** How often an access was left for being misaligned, by instruction; see runtime.ts. */
  readonly misaligned: Map<number, number> = new Map()
  /** Grows when the same roots give other bytes: an access has become tolerant. */
  version = 0
  /** Bytes of WebAssembly made, PVM instructions compiled, milliseconds spent in generation and in V8's validation. */
  bytes = 0
  instructions = 0
  generateMs = 0
  validateMs = 0

  constructor(program: Program) {
    this.program = program
  }

  /** The analysis, made on first use. */
  get analysis(): Analysis {
    this.#analysis ??= analyseProgram(this.program)
    return this.#analysis
  }

  /** Modules made so far. */
  get moduleCount(): number {
    return this.#modules.size
  }

  /** What was compiled, without what single machines did. */
  stats(): CodeStats {
    let functions = 0
    for (const { compiled } of this.#modules.values()) functions += compiled.roots.length
    const { bytes, instructions, generateMs, validateMs } = this
    return { modules: this.#modules.size, functions, instructions, bytes, generateMs, validateMs, entered: 0, left: 0 }
  }

  /** All modules made so far, in that order. */
  modules(): Iterable<SharedModule> {
    return this.#modules.values()
  }

  /**
   * The module with these roots; the same roots give the same module object, so that V8 shares its optimized code
   * between machines. Undefined when the program has used up its bytes, or when these roots cannot be compiled.
   */
  module(roots: readonly number[], now: () => number): SharedModule | undefined {
    const key = `${this.version}:${roots.join()}`
    const known = this.#modules.get(key)
    if (known !== undefined) return known
    if (this.bytes > tierPolicy.maxCodeBytes) return undefined
    if (this.generateMs + this.validateMs > tierPolicy.maxCompileMs) return undefined
    if (this.#refused.has(key)) return undefined
    const start = now()
    let generated = start
    let made: SharedModule
    try {
      const compiled = compileRoots(this.analysis, roots)
      generated = now()
      made = { module: new WebAssembly.Module(compiled.bytes as BufferSource), compiled }
    } catch (error) {
      // Nested deeper than the host's stack, or beyond what the host accepts as a function: interpreted instead.
      if (!(error instanceof RangeError || error instanceof WebAssembly.CompileError)) throw error
      this.generateMs += now() - start
      this.#refused.add(key)
      return undefined
    }
    const { compiled } = made
    this.validateMs += now() - generated
    this.generateMs += generated - start
    this.bytes += compiled.bytes.length
    this.instructions += compiled.instructions
    processInstructions += compiled.instructions
    this.#modules.set(key, made)
    return made
  }
}

const byProgram = new WeakMap<Program, SharedCode>()
/** Recently used codes by content, so that a program loaded again finds its modules. */
const byContent = new Map<string, SharedCode>()

/** FNV-1a over 32-bit words: finds equal contents, which are compared in full before they count as equal. */
function hash(bytes: Uint8Array, seed: number): number {
  let h = seed
  const words = bytes.length >>> 2
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let i = 0; i < words; i++) h = Math.imul(h ^ view.getUint32(4 * i, true), 0x01000193)
  for (let i = 4 * words; i < bytes.length; i++) h = Math.imul(h ^ bytes[i]!, 0x01000193)
  return h >>> 0
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

function equalPrograms(a: Program, b: Program): boolean {
  if (a.jumpTableLength !== b.jumpTableLength || a.jumpTable.length !== b.jumpTable.length) return false
  for (let i = 0; i < a.jumpTable.length; i++) if (a.jumpTable[i] !== b.jumpTable[i]) return false
  return equalBytes(a.code, b.code) && equalBytes(a.bitmask, b.bitmask)
}

/** What is shared by all programs with the code and rules of this one. */
export function sharedCode(program: Program): SharedCode {
  const known = byProgram.get(program)
  if (known !== undefined) return known
  const { profile, code, bitmask } = program
  const rules = [profile.instructionSet, profile.gasModel, profile.branchCheck, profile.cmovReadsDestination].join()
  const key = `${rules}:${code.length}:${hash(code, 0x811c9dc5)}:${hash(bitmask, 0x811c9dc5)}`
  let shared = byContent.get(key)
  if (shared !== undefined && !equalPrograms(shared.program, program)) shared = undefined
  shared ??= new SharedCode(program)
  byContent.delete(key)
  byContent.set(key, shared) // last used is last
  if (byContent.size > MAX_CACHED_PROGRAMS) byContent.delete(byContent.keys().next().value!)
  byProgram.set(program, shared)
  return shared
}
