// The error for malformed traces. Not for a replay that differs: that is a value, see replay.ts.

/** Stable codes of `TraceError`; messages may change, codes may not. */
export type TraceErrorCode =
  | 'bad-number'
  | 'bad-hex'
  | 'bad-length'
  | 'bad-register'
  | 'bad-record'
  | 'misplaced-record'
  | 'duplicate-record'
  | 'missing-program'
  | 'missing-start'
  | 'missing-end'
  | 'record-after-end'

/** A malformed trace: what is wrong (`code`) and where (`line`, counted from 1). */
export class TraceError extends Error {
  override readonly name = 'TraceError'
  readonly code: TraceErrorCode
  /** Line number, the first line is 1; for something missing, the last line. */
  readonly line: number

  constructor(code: TraceErrorCode, line: number, message: string) {
    super(`${code} in line ${line}: ${message}`)
    this.code = code
    this.line = line
  }
}
