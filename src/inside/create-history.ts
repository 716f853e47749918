// Begins a history of a program that a host answers. Not the history: history.ts, and not that of a record: recorded.ts.
import { checkOptions, knownOptions } from '../engine/check.ts'
import type { Engine, HostTable, StartOptions, Vm } from '../engine/engine.ts'
import { hostStateOf } from '../engine/host-state.ts'
import type { Program } from '../program/program.ts'
import { History, MAX_BYTES } from './history.ts'
import type { CallSource } from './journal.ts'

/** These are the options of `createHistory`. */
export interface HistoryOptions {
  readonly engine: Engine
  readonly program: Program
  /**
   * How the machine starts; default: as `instantiate` without options. Its host is asked once for each call, and again for calls that
   * come behind a change in the past.
   */
  readonly start?: StartOptions
  /** Bytes of memory contents that checkpoints may hold; default 128 MiB. One checkpoint may be larger. */
  readonly maxBytes?: number
  /**
   * Executes each stretch on the engine that is given, to find out whether engines differ; default: no, short stretches are
   * interpreted, since compiling takes longer.
   */
  readonly ownEngine?: boolean
}

const OPTIONS = ['engine', 'program', 'start', 'maxBytes', 'ownEngine'] as const

/** Where a history's host calls come from when a host answers them. */
function asked(host: HostTable | undefined): CallSource {
  return { ...hostStateOf(host), ...(host?.version && { version: host.version }), entry: index => host?.entry(index) }
}

/**
 * Begins a run that can be gone through in both directions, at its start. It holds for every engine; without moves backwards
 * it is as fast as the engine.
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 * @example
 * const history = createHistory({ engine: createEngine(), program, start: { gas: 1000n, host } })
 * history.toEnd()
 * history.goto(history.time - 1)
 */
export function createHistory(options: HistoryOptions): History {
  checkOptions(options)
  const { engine, program, start, maxBytes = MAX_BYTES, ownEngine = false } = knownOptions(options, OPTIONS)
  if (typeof engine?.instantiate !== 'function') throw new TypeError('engine: expected an engine')
  if (typeof maxBytes !== 'number') throw new TypeError('maxBytes: expected a number of bytes')
  if (!(maxBytes >= 0)) throw new RangeError(`maxBytes: ${maxBytes} is no number of bytes`)
  if (typeof ownEngine !== 'boolean') throw new TypeError('ownEngine: expected a boolean')
  checkOptions(start)
  const instantiate = (host: HostTable): Vm => engine.instantiate(program, { ...start, host, hostErrors: 'panic' })
  return new History(instantiate, asked(start?.host), maxBytes, ownEngine)
}
