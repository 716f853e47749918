// What all machines that run the same code share: its analysis and its compiled modules. Each cell has its own instances of them.

import { makeModule, moduleRefusal, type WasmModule } from '../../../core/code-generation.ts'
import { equalBytes } from '../../../program/equal-bytes.ts'
import type { Profile } from '../../../program/profile.ts'
import type { Program } from '../../../program/program.ts'
import type { Machine } from '../../../verify/machine.ts'
import { verifyModule } from '../../../verify/module.ts'
import type { CodeStats } from '../../engine.ts'
import { engineLimits } from '../../machine/limits.ts'
import type { Analysis } from '../analysis.ts'
import { analyseProgram, type CompiledModule, compileRoots } from '../compile.ts'
import type { CompileOptions } from '../compile-options.ts'
import { Coverage } from '../coverage.ts'
import { wideGroupAt } from '../memory-plan.ts'
import { planSegment } from '../passes.ts'
import { machineOf } from '../verification.ts'
import { CODE_BASE, CODE_GROWTH, tierPolicy } from './policy.ts'
import { processWarmth } from './warmth.ts'

/** A module in use. */
export interface SharedModule {
  readonly module: WebAssembly.Module
  readonly compiled: CompiledModule
  /** Whether it holds only code that had run by then. */
  readonly partial: boolean
}

/** A module in the form in which it is sent to another thread: plain data, and the module itself, which threads share. */
export interface SentModule {
  readonly key: string
  readonly module: WasmModule
  readonly compiled: CompiledModule
}

/** The analysis and the modules of one code under one set of rules. */
export class SharedCode {
  readonly program: Program
  /** The optimisations of its modules. They have to be set before the first module is made. */
  options: CompileOptions = {}
  #analysis: Analysis | undefined
  #coverage: Coverage | undefined
  #machine: Machine | undefined
  readonly #modules = new Map<string, SharedModule>()
  readonly #refused = new Set<string>()
  /** The modules that the host is compiling in the background. */
  readonly #pending = new Map<string, Promise<void>>()
  /** How often compiled code was left because an access was misaligned, by instruction; see runtime.ts. */
  readonly misaligned: Map<number, number> = new Map()
  /** The wide groups of accesses that were left, by their leaders, as they are in this version. */
  readonly #wideGroups = new Map<number, readonly number[]>()
  /** It grows when an access becomes tolerant, because then the same roots give other bytes. */
  version = 0
  /** Whether the JavaScript engine refused a module the last time. Machines then go on interpreted. */
  forbidden = false
  /**
   * Bytes of WebAssembly made, PVM instructions compiled, milliseconds spent making the bytes, milliseconds that V8 spent validating
   * them.
   */
  bytes = 0
  instructions = 0
  generateMs = 0
  validateMs = 0
  /** How many modules the verifier has refused. */
  refused = 0

  /** @param tallyAt the address where modules count what they execute, or undefined if they do not count. */
  constructor(program: Program, tallyAt?: number) {
    this.program = program
    this.options = { tallyAt }
  }

  /** Whether the analysis has been made. */
  get isAnalysed(): boolean {
    return this.#analysis !== undefined
  }

  /** The analysis, made on first use. */
  get analysis(): Analysis {
    this.#analysis ??= analyseProgram(this.program)
    return this.#analysis
  }

  /** What has run so far, as the machines that compile hot code have reported. */
  get coverage(): Coverage {
    this.#coverage ??= new Coverage(this.analysis)
    return this.#coverage
  }

  /** The wide group that an access leads. Planning its segment takes as long as leaving it does, so it is done once. */
  wideGroup(index: number): readonly number[] {
    const { analysis } = this
    let group = this.#wideGroups.get(index)
    if (group === undefined) {
      const segment = analysis.decoded.segmentOf[index]!
      group = wideGroupAt(analysis.decoded, planSegment(analysis, segment), segment, index)
      this.#wideGroups.set(index, group)
    }
    return group
  }

  /** An access has become tolerant: the same roots give other bytes from now on. */
  makeAgain(): void {
    this.version += 1
    this.#wideGroups.clear()
  }

  /** Modules made so far. */
  get moduleCount(): number {
    return this.#modules.size
  }

  /** What was compiled, without what single machines did. */
  stats(): CodeStats {
    let functions = 0
    for (const { compiled } of this.#modules.values()) functions += compiled.roots.length
    const { bytes, instructions, generateMs, validateMs, refused } = this
    const made = { modules: this.#modules.size, functions, instructions, bytes, generateMs, validateMs, refused }
    return { ...made, entered: 0, left: 0 }
  }

  /** All modules made so far, in that order. */
  modules(): Iterable<SharedModule> {
    return this.#modules.values()
  }

  /** The whole modules made so far, for other threads of the process. */
  sent(): SentModule[] {
    const whole = [...this.#modules].filter(([, { partial }]) => !partial)
    return whole.map(([key, { module, compiled }]) => ({ key, module, compiled }))
  }

  /**
   * Takes modules that another thread has made of the same code. Those that are here already stay.
   *
   * @throws TypeError when they are none.
   */
  adopt(modules: readonly SentModule[]): void {
    for (const { module } of modules) {
      if (!(module instanceof WebAssembly.Module)) throw new TypeError('modules: expected modules of shareProgram')
    }
    for (const { key, module, compiled } of modules) {
      if (this.#modules.has(key)) continue
      this.#modules.set(key, { module, compiled, partial: false })
      this.bytes += compiled.bytes.length
      this.instructions += compiled.instructions
      this.coverage.addFunctions(this.analysis.functions, compiled.roots)
    }
  }

  /** Whether the program has used up its bytes or milliseconds. Then nothing more is compiled. */
  get isFull(): boolean {
    const most = Math.min(tierPolicy.maxCodeBytes, CODE_BASE + CODE_GROWTH * this.program.code.length)
    return this.bytes > most || this.generateMs + this.validateMs > tierPolicy.maxCompileMs
  }

  /**
   * The module with these roots. The same roots give the same module object, so that V8 shares its optimized code between
   * machines. It is undefined when the program has used up its bounds, when these roots cannot be compiled, and while the host
   * compiles them in the background; then the module is among `modules` later. A `partial` module has only code that has run.
   */
  module(roots: readonly number[], now: () => number, partial = false): SharedModule | undefined {
    const key = this.#keyOf(roots, partial)
    const known = this.#modules.get(key)
    if (known !== undefined) return known
    const compiled = this.#generate(key, roots, now, partial)
    if (compiled === undefined) return undefined
    if (compiled.bytes.length > tierPolicy.maxSyncBytes) {
      this.#compileLater(key, compiled, partial)
      return undefined
    }
    const start = now()
    try {
      const module = makeModule(compiled.bytes)
      if (module === undefined) {
        this.forbidden = true
        return undefined
      }
      const made = { module, compiled, partial }
      this.#modules.set(key, made)
      return made
    } catch (error) {
      // A RangeError: a browser's main thread refuses large modules. A CompileError: a function is larger than the host accepts.
      if (error instanceof RangeError) this.#compileLater(key, compiled, partial)
      else if (error instanceof WebAssembly.CompileError) this.#refused.add(key)
      else throw error
      return undefined
    } finally {
      this.validateMs += now() - start
    }
  }

  /** Has the host compile the module with these roots in the background, unless it is there already. Resolves when it is there. */
  async prepare(roots: readonly number[], now: () => number, partial = false): Promise<void> {
    const key = this.#keyOf(roots, partial)
    if (this.#modules.has(key)) return
    const compiled = this.#generate(key, roots, now, partial)
    if (compiled !== undefined) this.#compileLater(key, compiled, partial)
    await this.#pending.get(key)
  }

  /** Resolves when nothing is compiled in the background any more. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending.values())
  }

  #keyOf(roots: readonly number[], partial: boolean): string {
    return `${this.version}${partial ? 'p' : ':'}${roots.join()}`
  }

  /** Makes the module's bytes. Undefined when it must not or cannot be compiled, or is being compiled already. */
  #generate(key: string, roots: readonly number[], now: () => number, partial: boolean): CompiledModule | undefined {
    if (this.isFull || this.#refused.has(key) || this.#pending.has(key)) return undefined
    this.forbidden = moduleRefusal() !== undefined
    if (this.forbidden) return undefined
    const start = now()
    try {
      const compiled = compileRoots(this.analysis, roots, this.options, partial ? this.coverage : undefined)
      if (!partial) this.coverage.addFunctions(this.analysis.functions, compiled.roots)
      this.bytes += compiled.bytes.length
      this.instructions += compiled.instructions
      processWarmth.compiled += compiled.instructions
      if (tierPolicy.verify === false || this.#accepts(compiled)) return compiled
      this.#refused.add(key)
      return undefined
    } catch (error) {
      if (!(error instanceof RangeError)) throw error // the host has no memory for it, so the code stays interpreted
      this.#refused.add(key)
      return undefined
    } finally {
      this.generateMs += now() - start
    }
  }

  /** Whether the verifier accepts a module. Throws the refusal where the policy is strict. */
  #accepts({ bytes }: CompiledModule): boolean {
    this.#machine ??= machineOf(this.analysis.decoded, this.options.tallyAt)
    const refusal = verifyModule(bytes, this.#machine)
    if (refusal === undefined) return true
    if (tierPolicy.verify === 'strict') throw refusal
    this.refused += 1
    return false
  }

  #compileLater(key: string, compiled: CompiledModule, partial: boolean): void {
    const finish = async (): Promise<void> => {
      try {
        const module = await WebAssembly.compile(compiled.bytes as BufferSource)
        this.#modules.set(key, { module, compiled, partial })
      } catch (error) {
        if (!(error instanceof RangeError || error instanceof WebAssembly.CompileError)) throw error
        this.#refused.add(key)
      } finally {
        this.#pending.delete(key)
      }
    }
    this.#pending.set(key, finish())
  }
}

const byProgram = new WeakMap<Program, SharedCode>()
/** Recently used codes by content, so that a program loaded again finds its modules. */
const byContent = new Map<string, SharedCode>()

/** A hash of contents: FNV-1a over words of 32 bits. With a step only one of so many words counts. */
export function contentHash(bytes: Uint8Array, seed: number, step = 1): number {
  let h = seed
  const words = bytes.length >>> 2
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let i = 0; i < words; i += step) h = Math.imul(h ^ view.getUint32(4 * i, true), 0x01000193)
  for (let i = 4 * words; i < bytes.length; i++) h = Math.imul(h ^ bytes[i]!, 0x01000193)
  return h >>> 0
}

/** How many words of a program's bytes count for the hash by which it is found. */
const WORDS_LOOKED_AT = 1024
/** How many programs with the same hash are kept. */
const MOST_ALIKE = 4

/**
 * A hash by which equal contents are found. They are compared in full before they count as equal, so a part of the words is enough. With all
 * of them the hash of a service was the first loop of a process that V8 had to optimize, which took 3 to 6 ms.
 */
function lookUpHash(bytes: Uint8Array): number {
  return contentHash(bytes, 0x811c9dc5, Math.max(1, Math.ceil(bytes.length / 4 / WORDS_LOOKED_AT)))
}

function equalPrograms(a: Program, b: Program): boolean {
  if (a.jumpTableLength !== b.jumpTableLength || a.jumpTable.length !== b.jumpTable.length) return false
  for (let i = 0; i < a.jumpTable.length; i++) if (a.jumpTable[i] !== b.jumpTable[i]) return false
  return equalBytes(a.code, b.code) && equalBytes(a.bitmask, b.bitmask)
}

const tallied = new WeakMap<Program, Map<number, SharedCode>>()

/** What is shared by machines of this program that count what they execute at this address. It goes when the program goes. */
export function talliedCode(program: Program, tallyAt: number): SharedCode {
  let codes = tallied.get(program)
  if (codes === undefined) tallied.set(program, (codes = new Map()))
  let shared = codes.get(tallyAt)
  if (shared === undefined) codes.set(tallyAt, (shared = new SharedCode(program, tallyAt)))
  return shared
}

/** The rules of a profile that compiled code depends on. */
export function codeRules(profile: Profile): string {
  const { instructionSet, gasModel, branchCheck, jumpBehindUndefined, cmovReadsDestination } = profile
  return [instructionSet, gasModel, branchCheck, jumpBehindUndefined, cmovReadsDestination].join()
}

/** What is shared by all programs with the code and rules of this one. */
export function sharedCode(program: Program): SharedCode {
  const known = byProgram.get(program)
  if (known !== undefined) return known
  const { profile, code, bitmask } = program
  const hash = `${codeRules(profile)}:${code.length}:${lookUpHash(code)}:${lookUpHash(bitmask)}`
  // Different programs with the same hash are told apart by a number. They are few, because each one before is compared in full.
  let key = hash
  let shared = byContent.get(key)
  for (let other = 1; other < MOST_ALIKE && shared !== undefined && !equalPrograms(shared.program, program); other++) {
    key = `${hash}:${other}`
    shared = byContent.get(key)
  }
  if (shared !== undefined && !equalPrograms(shared.program, program)) shared = undefined
  shared ??= new SharedCode(program)
  byContent.delete(key)
  byContent.set(key, shared) // the one that was used last comes last
  while (byContent.size > Math.max(1, engineLimits.codes)) byContent.delete(byContent.keys().next().value!)
  byProgram.set(program, shared)
  return shared
}

/** How much is kept of codes, also after their programs are gone. */
export function keptCodes(): { codes: number; codeBytes: number; modules: number; moduleBytes: number } {
  const kept = { codes: byContent.size, codeBytes: 0, modules: 0, moduleBytes: 0 }
  for (const shared of byContent.values()) {
    kept.codeBytes += shared.program.code.length
    kept.modules += shared.moduleCount
    kept.moduleBytes += shared.bytes
  }
  return kept
}
