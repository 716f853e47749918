// The other engines, as a machine on the core needs them. They are only a contract here, so that the interpreter can be bundled
// without them. ../core-machines.ts fulfils it.

import type { Cell } from '../../core/cell.ts'
import type { Program } from '../../program/program.ts'
import type { RunningTally } from '../../program/tally.ts'
import type { CodeStats, EngineKind } from '../engine.ts'
import type { Exit } from '../exit.ts'
import type { HostCallSite } from '../host-call.ts'

/** What a machine on the core needs of other engines. */
export interface OtherEngines {
  /** Why no machine can be switched to an engine now, or undefined if one can. */
  refusal(kind: EngineKind): string | undefined
  /** Puts a cell into the mode of an engine. Where the runtime makes no modules, the cell interprets. */
  attach(cell: Cell, program: Program, kind: EngineKind): void
  /** What was compiled of the program in the cell, if anything was. */
  stats(cell: Cell): CodeStats | undefined
  /** Has the reference machine execute at most so many instructions on the cell's state. */
  runSlowly(cell: Cell, site: HostCallSite, limit: number): Exit
  /** Has a body count its runs. */
  startTally(body: CountedBody): RunningTally
}

/** A body on the core whose runs are counted. */
export interface CountedBody {
  readonly program: Program
  readonly cell: Cell
  /** Moves it into a cell with so many bytes for counts. `set` prepares the counts there. */
  recell(counts: number, set: (cell: Cell) => void): void
}

/** What a machine gets from its engine. */
export interface CoreSettings {
  readonly kind: EngineKind
  readonly maxMemory: number
  /** The other engines. Without them the interpreter is the only one. */
  readonly others?: OtherEngines
}
