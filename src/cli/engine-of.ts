// The engine that a command was asked for. A file of its own: commands without machines start faster without engines.
import { createEngine } from '../engine/create.ts'
import type { Engine, EngineKind } from '../engine/engine.ts'

/** The engine asked for, else the best that works in this runtime. */
export function engineOf(kind: EngineKind | undefined): Engine {
  return createEngine(kind === undefined ? {} : { kind })
}
