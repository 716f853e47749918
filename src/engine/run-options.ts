// What `run` and `runAsync` may be given. Not what they do with it: allowance.ts, run-async.ts.
import { checkOptions, knownOptions } from './check.ts'

/** Bounds of one run. When one is reached the run returns `Exit.Paused`, at an exact state, and the next one goes on. */
export interface RunOptions {
  /**
   * Gas this run may use at most; default all there is. The rest stays in the machine. A block that costs more than what is
   * left of it is not entered. A host call is made whole: its price, and what its function takes, may exceed it.
   */
  readonly maxGas?: bigint
  /**
   * Milliseconds after which the run pauses; default never. It pauses 2.5 ms earlier, a quarter of them at most, where the
   * system gave the processor to others meanwhile, so that it is not late if that happens again. A host function is not
   * interrupted. Where the clock stands still while code runs, as in some edge runtimes, this bounds nothing: use `maxGas` there.
   */
  readonly maxMs?: number
}

/** Options of `runAsync`. */
export interface RunAsyncOptions extends RunOptions {
  /** Ends the run: the promise is rejected with the signal's reason; the machine is paused, and the next run goes on. */
  readonly signal?: AbortSignal
  /** Milliseconds between two turns of the event loop; default 8. */
  readonly sliceMs?: number
}

const RUN_OPTIONS = ['maxGas', 'maxMs'] as const
const RUN_ASYNC_OPTIONS = [...RUN_OPTIONS, 'signal', 'sliceMs'] as const

function checkBounds({ maxGas, maxMs }: RunOptions): void {
  if (maxGas !== undefined && typeof maxGas !== 'bigint') throw new TypeError('maxGas: expected a bigint')
  if (maxGas !== undefined && maxGas < 0n) throw new RangeError(`maxGas: ${maxGas} is less than 0`)
  checkMs('maxMs', maxMs)
}

function checkMs(name: string, ms: number | undefined): void {
  if (ms === undefined) return
  if (typeof ms !== 'number') throw new TypeError(`${name}: expected a number of milliseconds`)
  if (!(ms >= 0)) throw new RangeError(`${name}: ${ms} is no number of milliseconds`)
}

/** The options of a run, checked. */
export function resolveRun(given: RunOptions): RunOptions {
  checkOptions(given)
  const options = knownOptions(given, RUN_OPTIONS)
  checkBounds(options)
  return options
}

/** The options of `runAsync`, checked. */
export function resolveRunAsync(given: RunAsyncOptions): RunAsyncOptions {
  checkOptions(given)
  const options = knownOptions(given, RUN_ASYNC_OPTIONS)
  checkBounds(options)
  checkMs('sliceMs', options.sliceMs)
  const { signal } = options
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    throw new TypeError('signal: expected an AbortSignal')
  }
  return options
}
