// Engines by name, and which of them this runtime lets us have. Not their implementation: reference/ and core-machines.ts.

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

/** Options of `createEngine`. */
export interface EngineOptions {
  /** Which engine; default `auto`. */
  readonly kind?: EngineKind
  /**
   * Bytes of memory that a guest may have anything in, by whole pages, 4096…2^32; default 512 MiB. Pages that it only may use, and
   * has not written, do not count. At the limit `run` throws a ResourceError `memory`, the machine is at the instruction.
   */
  readonly maxMemory?: number
}

/** What this runtime lets one engine be. */
export interface EngineStatus {
  readonly kind: EngineKind
  /** Whether `createEngine({ kind })` works here. `auto` always does. */
  readonly available: boolean
  /** What machines of it run on now: itself, or what `auto` falls back to. Undefined when it is not available. */
  readonly runsOn: EngineKind | undefined
  /** Why it is not available or runs on another one, in a sentence; undefined when it is what its name says. */
  readonly reason: string | undefined
}

const MAKERS: Readonly<Record<EngineKind, (program: Program, options: StartOptions, maxMemory: number) => Vm>> = {
  reference: createReferenceVm,
  interpreter: createInterpreterVm,
  recompiler: createRecompilerVm,
  auto: createAutoVm,
}

/** Asks the runtime for what the engine needs only: whether it makes modules takes it some microseconds. */
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
 * What each engine is in this runtime, and why. Asks the runtime anew each time: some allow modules at first and refuse them
 * later, and `useCore` brings the core where there was none.
 *
 * @example engineStatus().find(({ kind }) => kind === 'auto')?.runsOn // auto, interpreter or reference
 */
export function engineStatus(): readonly EngineStatus[] {
  return ENGINE_KINDS.map(statusOf)
}

/** The engines that work in this runtime; `engineStatus` says why others do not. `auto` chooses the best of them. */
export function availableEngines(): EngineKind[] {
  return engineStatus()
    .filter(({ available }) => available)
    .map(({ kind }) => kind)
}

/**
 * An engine, which makes machines. `auto` is what works best here: where the runtime makes no modules it interprets, and where
 * there is no core either it is the reference machine. `kind` of the engine and of its machines says which.
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
