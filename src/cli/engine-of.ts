// The engine that a command was asked for. A file of its own: commands without machines start faster without engines.
import { createEngine } from '../engine/create.ts'
import type { Engine, EngineKind } from '../engine/engine.ts'
import { withHeat } from './heat-cache.ts'

/** The engine asked for, else the best that works in this runtime. With a folder, its machines begin with the heat in there. */
export function engineOf(kind: EngineKind | undefined, heatCache?: string): Engine {
  return withHeat(createEngine(kind === undefined ? {} : { kind }), heatCache)
}
