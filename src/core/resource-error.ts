// What a run throws when the host has too little of something. Not an outcome of the guest: those are exits.

/** What the host had too little of: room on its stack, or memory. */
export type Resource = 'stack' | 'memory'

/**
 * The host has too little of something for the machine to go on. Thrown out of `run`, `step`, `reset` and `instantiate`,
 * whatever `hostErrors` says: a guest's outcome never depends on the host. `stack`: nothing has changed, and the next `run`
 * goes on. `memory` out of `run`: the machine stands at the instruction whose page is not to be had, as at a page fault.
 * Inside a host function, as one that makes an inner machine, it is the cause of a HostCallError; the machine that called
 * it stands at the `ecalli`, the price is given back, and the next run makes the call again.
 */
export class ResourceError extends Error {
  override readonly name = 'ResourceError'
  readonly code: Resource
  readonly #isOne = true

  constructor(code: Resource, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }

  /** Whether a value is a ResourceError. It runs no code of whoever made the value. */
  static is(value: unknown): value is ResourceError {
    return typeof value === 'object' && value !== null && #isOne in value && value.#isOne
  }
}
