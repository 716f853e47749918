// The options of `run` and `runAsync`.
import { checkOptions, knownOptions } from './check.ts'

/** The bounds of one run. When one is reached, the run returns `Exit.Paused` at an exact state, and the next run goes on. */
export interface RunOptions {
  /**
   * How much gas this run may use; default all there is. The rest stays in the machine. A block that costs more than is left is not
   * entered. A host call is never divided: its price, and what its function takes, may exceed this bound.
   */
  readonly maxGas?: bigint
  /**
   * The milliseconds after which the run pauses; default never. If the system has given the processor to others meanwhile, it pauses
   * 2.5 ms earlier, but at most a quarter of the time, so that it is not late if that happens again. It does so in the first 100 ms of
   * a process's machines too. A host function is not interrupted.
   * In some edge runtimes the clock stands still while code runs. This bounds nothing there, so use `maxGas`.
   */
  readonly maxMs?: number
}

/** An AbortSignal, or what is like one. It is described here so that these types need none of a runtime. */
export interface RunSignal {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** These are the options of `runAsync`. */
export interface RunAsyncOptions extends RunOptions {
  /** Ends the run when it is aborted. The promise is rejected with the signal's reason. The machine is paused, and the next run goes on. */
  readonly signal?: RunSignal
  /** The milliseconds between two turns of the event loop; default 8. */
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

/** Checks the options of `run`. */
export function resolveRun(given: RunOptions): RunOptions {
  checkOptions(given)
  const options = knownOptions(given, RUN_OPTIONS)
  checkBounds(options)
  return options
}

/** Checks the options of `runAsync`. */
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
