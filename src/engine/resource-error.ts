// What a run throws when the host has too little of something. Not an outcome of the guest: those are exits.

/** What there was too little of: room on the host's stack, or memory. */
export type Resource = 'stack' | 'memory'

/**
 * The host has too little of something for the machine to go on. Thrown out of `run`, `step`, `reset` and `instantiate`,
 * whatever `hostErrors` says: a guest's outcome never depends on the host. The machine is at an exact state: `run` goes on
 * when the host has more.
 */
export class ResourceError extends Error {
  override readonly name = 'ResourceError'
  readonly code: Resource
  readonly #isOne = true

  constructor(code: Resource, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }

  /** Whether a value is one. Runs no code of whoever made the value. */
  static is(value: unknown): value is ResourceError {
    return typeof value === 'object' && value !== null && #isOne in value && value.#isOne
  }
}
