// Engines by name. Not their implementation: each engine registers itself by being imported here.
import { checkOptions } from './check.ts'
import type { Engine, EngineKind } from './engine.ts'
import { ENGINE_KINDS } from './engine.ts'
import { createAutoVm, createInterpreterVm, createRecompilerVm } from './interpreter/vm.ts'
import { createReferenceVm } from './reference/vm.ts'

/** Options of `createEngine`. */
export interface EngineOptions {
  /** Which engine; default `auto`. */
  readonly kind?: EngineKind
}

const MAKERS: Partial<Record<EngineKind, Engine['instantiate']>> = {
  reference: createReferenceVm,
  interpreter: createInterpreterVm,
  recompiler: createRecompilerVm,
  auto: createAutoVm,
}

/** The engines that exist in this build. */
export function availableEngines(): EngineKind[] {
  return ENGINE_KINDS.filter(kind => MAKERS[kind] !== undefined)
}

/**
 * An engine, which makes machines.
 *
 * @example createEngine({ kind: 'reference' }).instantiate(program, { gas: 1_000n }).run()
 * @throws RangeError when that engine does not exist here.
 */
export function createEngine(options: EngineOptions = {}): Engine {
  checkOptions(options)
  const kind = options.kind ?? 'auto'
  const instantiate = Object.hasOwn(MAKERS, kind) ? MAKERS[kind] : undefined
  if (instantiate === undefined) {
    throw new RangeError(`kind: engine ${kind} is not available, there is ${availableEngines().join(', ')}`)
  }
  return { kind, instantiate }
}
