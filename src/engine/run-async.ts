// What `Vm.runAsync` does around the runs of a machine: it gives the event loop turns, between slices of time and while the promise
// of a host function is not settled. The machine itself knows nothing of promises.
import { Allowance, type GasCounter } from './allowance.ts'
import { Exit } from './exit.ts'
import type { LateAnswer } from './late-answer.ts'
import { type RunAsyncOptions, type RunSignal, resolveRunAsync } from './run-options.ts'

/** What this file needs of a machine. */
export interface SlicedMachine {
  readonly counter: GasCounter
  /** `late` is the host call that waits for its promise. */
  readonly site: { readonly late: LateAnswer | undefined }
  /** Makes one run within the allowance. */
  slice(allowance: Allowance): Exit
}

/** Whether `runAsync` is under way on a machine. */
export class AsyncTurns {
  isUnderWay = false
  /** True within a slice. Whoever uses the machine then is called by the run itself. */
  inSlice = false
  isDisposed = false
  /** Resolves when the machine is disposed of. */
  readonly disposed: Promise<void>
  #wake: (() => void) | undefined

  constructor() {
    this.disposed = new Promise(resolve => {
      this.#wake = resolve
    })
  }

  /** Called when the machine is disposed of. A run that is under way ends. */
  dispose(): void {
    this.isDisposed = true
    this.#wake?.()
  }
}

/**
 * Refuses what a machine cannot do while it waits for a promise.
 *
 * @throws TypeError while `runAsync` is under way, or while a host call has not been answered.
 */
export function refuseMeanwhile(what: string, turns: AsyncTurns | undefined, late: LateAnswer | undefined): void {
  if (turns?.inSlice === true) return
  if (turns?.isUnderWay === true) throw new TypeError(`vm: ${what}() while runAsync() is under way`)
  const isPending = late !== undefined && late.answer === undefined
  if (isPending && what !== 'runAsync') throw unanswered(what, late)
}

/** The error of a run that meets a promise and cannot wait for it. */
export function unanswered(what: string, { index, entry }: LateAnswer): TypeError {
  return new TypeError(`vm: ${what}(): host call ${index} (${entry.name}) answers by a promise, go on with runAsync()`)
}

const SLICE_MS = 8
/** The longest time that a timer can have. */
const LONGEST_MS = 2 ** 31 - 1

/** Waits for one turn of the event loop, in which timers, messages and all else that waits are served. */
function turn(): Promise<void> {
  const { setImmediate: immediate } = globalThis as { setImmediate?: (call: () => void) => unknown }
  return new Promise(resolve => {
    if (typeof immediate === 'function') immediate(resolve)
    else if (typeof MessageChannel === 'undefined') setTimeout(resolve, 0)
    else {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        port1.close()
        resolve()
      }
      port2.postMessage(undefined)
    }
  })
}

/** Resolves when one of the promises does, when the signal is aborted, or when the time is over. */
function first(promises: readonly Promise<void>[], signal: RunSignal | undefined, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  let onAbort: (() => void) | undefined
  const ended = new Promise<void>(resolve => {
    onAbort = resolve
    for (const promise of promises) void promise.then(resolve)
    signal?.addEventListener('abort', onAbort, { once: true })
    if (ms <= LONGEST_MS) timer = setTimeout(resolve, ms)
  })
  return ended.finally(() => {
    clearTimeout(timer)
    if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort)
  })
}

async function runSlices(machine: SlicedMachine, turns: AsyncTurns, options: RunAsyncOptions): Promise<Exit> {
  const { signal, sliceMs = SLICE_MS, maxGas, maxMs } = options
  const until = maxMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + maxMs
  const allowance = new Allowance(machine.counter, { maxGas, until })
  for (;;) {
    if (turns.isDisposed) return Exit.Break
    if (signal?.aborted === true) throw signal.reason
    const { late } = machine.site
    const now = performance.now()
    if (late !== undefined && late.answer === undefined) {
      if (now >= until) return Exit.Paused
      await first([late.settled, turns.disposed], signal, until - now)
      continue
    }
    allowance.extend(Math.min(until, now + sliceMs))
    turns.inSlice = true
    let exit: Exit
    try {
      exit = machine.slice(allowance)
    } finally {
      turns.inSlice = false
    }
    if (machine.site.late !== undefined) continue
    // If it is not the slice that has ended, the caller's bound was reached, or a host function asked for the pause.
    if (exit !== Exit.Paused || !allowance.isOver || !allowance.hasLeft || performance.now() >= until) return exit
    await turn()
  }
}

/** Runs a machine until it exits, reaches a bound, or the signal is aborted. */
export async function runInSlices(machine: SlicedMachine, turns: AsyncTurns, given: RunAsyncOptions): Promise<Exit> {
  const options = resolveRunAsync(given)
  turns.isUnderWay = true
  try {
    return await runSlices(machine, turns, options)
  } finally {
    turns.isUnderWay = false
  }
}
