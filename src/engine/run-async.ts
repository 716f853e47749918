// Running with turns of the event loop: between slices of time, and while a host function's promise is not settled. Not a
// machine, and no promise is inside one: this is what `Vm.runAsync` does around its runs.
import { Allowance, type GasCounter } from './allowance.ts'
import { Exit } from './exit.ts'
import type { LateAnswer } from './late-answer.ts'
import { type RunAsyncOptions, resolveRunAsync } from './run-options.ts'

/** A machine as this file needs it. */
export interface SlicedMachine {
  readonly counter: GasCounter
  /** `late`: the host call that waits for its promise. */
  readonly site: { readonly late: LateAnswer | undefined }
  /** One run within the allowance. */
  slice(allowance: Allowance): Exit
}

/** Whether `runAsync` is under way on a machine. */
export class AsyncTurns {
  isUnderWay = false
  /** True within a slice: what is asked for then comes from the run itself. */
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

  /** The machine is disposed of: a run that is under way ends. */
  dispose(): void {
    this.isDisposed = true
    this.#wake?.()
  }
}

/**
 * Refuses what a machine cannot do while it waits; waiting on, by `runAsync`, it can.
 *
 * @throws TypeError while `runAsync` is under way, or while a host call has not been answered.
 */
export function refuseMeanwhile(what: string, turns: AsyncTurns | undefined, late: LateAnswer | undefined): void {
  if (turns?.inSlice === true) return
  if (turns?.isUnderWay === true) throw new TypeError(`vm: ${what}() while runAsync() is under way`)
  const isPending = late !== undefined && late.answer === undefined
  if (isPending && what !== 'runAsync') throw unanswered(what, late)
}

/** What a run throws that meets a promise and cannot wait for it. */
export function unanswered(what: string, { index, entry }: LateAnswer): TypeError {
  return new TypeError(`vm: ${what}(): host call ${index} (${entry.name}) answers by a promise, go on with runAsync()`)
}

const SLICE_MS = 8
/** The longest time that timers take. */
const LONGEST_MS = 2 ** 31 - 1

/** Waits for one turn of the event loop: timers, messages and whatever else waits is served. */
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

/** Resolves when one of the promises does, the signal is aborted, or the time is over. */
function first(promises: readonly Promise<void>[], signal: AbortSignal | undefined, ms: number): Promise<void> {
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
    // A pause that is not the slice's end is a bound of the caller's, or a host function's wish.
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
