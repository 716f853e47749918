// Engines by name, and which of them this runtime allows. Their machines are made by reference/body.ts and core-machines.ts.

import { moduleRefusal } from '../core/code-generation.ts'
import { coreRefusal } from '../core/core.ts'
import type { Program } from '../program/program.ts'
import { checkOptions, knownOptions } from './check.ts'
import { createAutoVm, createInterpreterVm, createRecompilerVm } from './core-machines.ts'
import type { Engine, EngineKind, StartOptions, Vm } from './engine.ts'
import { ENGINE_KINDS } from './engine.ts'
import { resolveMaxMemory } from './max-memory.ts'
import { createReferenceVm } from './reference/body.ts'
import { warmUp } from './warm-up.ts'

/** These are the options of `createEngine`. */
export interface EngineOptions {
  /** The engine; default `auto`. */
  readonly kind?: EngineKind
  /**
   * How many bytes of memory may hold something at a time, by whole pages, 4096…2^32; default 512 MiB. Pages that the guest may use,
   * but has not written, do not count. At the limit `run` throws a ResourceError `memory`, with the machine at the instruction.
   */
  readonly maxMemory?: number
}

/** What an engine is in this runtime. */
export interface EngineStatus {
  readonly kind: EngineKind
  /** Whether `createEngine({ kind })` works here. `auto` always does. */
  readonly available: boolean
  /** The engine that its machines run on now: itself, or what `auto` falls back to. Undefined when it is not available. */
  readonly runsOn: EngineKind | undefined
  /** A sentence that says why it is not available or runs on another engine. Undefined when it is what its name says. */
  readonly reason: string | undefined
}

const MAKERS: Readonly<Record<EngineKind, (program: Program, options: StartOptions, maxMemory: number) => Vm>> = {
  reference: createReferenceVm,
  interpreter: createInterpreterVm,
  recompiler: createRecompilerVm,
  auto: createAutoVm,
}

/** Asks the runtime only for what the engine needs. To ask whether it makes modules takes some microseconds. */
function statusOf(kind: EngineKind): EngineStatus {
  const status = (runsOn: EngineKind | undefined, reason?: string): EngineStatus => ({
    kind,
    available: runsOn !== undefined,
    runsOn,
    reason,
  })
  if (kind === 'reference') return status(kind)
  const core = coreRefusal()
  if (core !== undefined) return status(kind === 'auto' ? 'reference' : undefined, core)
  const modules = kind === 'interpreter' ? undefined : moduleRefusal()
  if (modules === undefined) return status(kind)
  return status(kind === 'auto' ? 'interpreter' : undefined, modules)
}

/**
 * What each engine is in this runtime, and why. It asks the runtime anew each time, because some runtimes allow modules at first and
 * refuse them later, and because `useCore` may have brought the core.
 *
 * @example engineStatus().find(({ kind }) => kind === 'auto')?.runsOn // auto, interpreter or reference
 */
export function engineStatus(): readonly EngineStatus[] {
  return ENGINE_KINDS.map(statusOf)
}

/** The engines that work in this runtime. `engineStatus` says why others do not. `auto` chooses the best of them. */
export function availableEngines(): EngineKind[] {
  return engineStatus()
    .filter(({ available }) => available)
    .map(({ kind }) => kind)
}

/**
 * Makes an engine, which makes machines. `auto` is what works best here. Where the runtime makes no modules, it interprets. Where
 * there is no core either, it is the reference machine. `kind` of the engine and of its machines says which one it is.
 *
 * @example createEngine({ kind: 'reference' }).instantiate(program, { gas: 1_000n }).run()
 * @throws RangeError when that engine does not work here, with the reason.
 */
export function createEngine(options: EngineOptions = {}): Engine {
  checkOptions(options)
  const { kind = 'auto', maxMemory } = knownOptions(options, ['kind', 'maxMemory'])
  const most = resolveMaxMemory(maxMemory)
  if (!ENGINE_KINDS.includes(kind)) throw new RangeError(`kind: ${String(kind)} is none of ${ENGINE_KINDS.join(', ')}`)
  const { runsOn, reason } = statusOf(kind)
  if (runsOn === undefined) throw new RangeError(`kind: ${kind} does not work here: ${reason}`)
  const make = MAKERS[runsOn]
  return {
    kind: runsOn,
    instantiate: (program, start = {}) => {
      if (runsOn !== 'reference') warmUp(createInterpreterVm, most)
      return make(program, start, most)
    },
  }
}
