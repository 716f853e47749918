// The answer of a host function that returned a promise. run-async.ts waits for it. A rejection is always handled.
import type { HostEntry } from './engine.ts'

/** How a promise was settled. */
export type Answer = { readonly action: unknown } | { readonly error: unknown }

/** Whether a value is a promise or can be awaited like one. A value that throws when it is asked counts as none. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  if (typeof value !== 'object' || value === null) return false
  try {
    return typeof (value as { then?: unknown }).then === 'function'
  } catch {
    return false
  }
}

/** A host call whose function has not answered yet. */
export class LateAnswer {
  readonly entry: HostEntry
  readonly index: number
  /** The address of the `ecalli`. */
  readonly pc: number
  /** Undefined until the promise is settled. */
  answer: Answer | undefined
  /** Resolves when the promise is settled. It never rejects. */
  readonly settled: Promise<void>

  constructor(entry: HostEntry, index: number, pc: number, promise: PromiseLike<unknown>) {
    this.entry = entry
    this.index = index
    this.pc = pc
    this.settled = new Promise<unknown>(resolve => resolve(promise)).then(
      action => {
        this.answer = { action }
      },
      (error: unknown) => {
        this.answer = { error }
      },
    )
  }
}
