// The error that is thrown when the host has too little of something. What guests do never ends in this error.

/** What the host has too little of: room on its stack, or memory. */
export type Resource = 'stack' | 'memory'

/**
 * The host has too little of something for the machine to go on. `run`, `step`, `reset` and `instantiate` throw it, whatever
 * `hostErrors` says, because the outcome of a guest must not depend on the host.
 *
 * After `stack` nothing has changed, and the next `run` goes on. After `memory` thrown by `run`, the machine is at the instruction
 * that needed the page, as at a page fault. Thrown inside a host function, for instance by one that makes an inner machine, it is
 * the cause of a HostCallError. The machine that made the call is then at the `ecalli`, the price has been given back, and the next
 * run makes the call again.
 */
export class ResourceError extends Error {
  override readonly name = 'ResourceError'
  readonly code: Resource
  readonly #isOne = true

  constructor(code: Resource, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }

  /** Whether a value is a ResourceError. It does not run code of the value itself. */
  static is(value: unknown): value is ResourceError {
    return typeof value === 'object' && value !== null && #isOne in value && value.#isOne
  }
}
