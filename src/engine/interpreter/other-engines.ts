// What a machine on the core may become besides interpreted: compiled, or run by the reference machine. Only the contract,
// so that the interpreter can be had alone; ../core-machines.ts brings them together.

import type { Cell } from '../../core/cell.ts'
import type { Program } from '../../program/program.ts'
import type { RunningTally } from '../../program/tally.ts'
import type { CodeStats, EngineKind } from '../engine.ts'
import type { Exit } from '../exit.ts'
import type { HostCallSite } from '../host-call.ts'

/** The other engines, as a machine on the core needs them. */
export interface OtherEngines {
  /** Why no machine can be switched to an engine now; undefined when it can. */
  refusal(kind: EngineKind): string | undefined
  /** Puts a cell into the mode of an engine; where the runtime makes no modules, it interprets. */
  attach(cell: Cell, program: Program, kind: EngineKind): void
  /** What was compiled of the program in the cell. */
  stats(cell: Cell): CodeStats | undefined
  /** Runs the reference machine on the cell's state, so many instructions at most. */
  runSlowly(cell: Cell, site: HostCallSite, limit: number): Exit
  /** Has a body count its runs. */
  startTally(body: CountedBody): RunningTally
}

/** A body on the core whose runs are counted. */
export interface CountedBody {
  readonly program: Program
  readonly cell: Cell
  /** Moves it into a cell with so many bytes for counts, which is set up there. */
  recell(counts: number, set: (cell: Cell) => void): void
}

/** What a machine gets from its engine. */
export interface CoreSettings {
  readonly kind: EngineKind
  readonly maxMemory: number
  /** What the machine may become besides interpreted; without it there is the interpreter alone. */
  readonly others?: OtherEngines
}
