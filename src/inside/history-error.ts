// A past that cannot be repeated. Not the run: history.ts.

/** Execution again did not lead where the first one did. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError'
  readonly code = 'diverged'
  /** Between this time and where it should have led. */
  readonly time: number

  constructor(time: number, message: string) {
    super(message)
    this.time = time
  }
}
