// The error for assembly text that cannot be assembled. Not for malformed binaries: that is blob/error.ts.

/** Stable codes of `AssemblyError`; messages may change, codes may not. */
export type AssemblyErrorCode =
  | 'syntax'
  | 'unknown-instruction'
  | 'not-in-instruction-set'
  | 'unknown-directive'
  | 'unknown-label'
  | 'unknown-name'
  | 'duplicate-name'
  | 'out-of-range'
  | 'wrong-section'
  | 'wrong-place'
  | 'conflict'

/** What is wrong in assembly text (`code`), where (`line`, `column`, both from 1), and what was expected there. */
export class AssemblyError extends Error {
  override readonly name = 'AssemblyError'
  readonly code: AssemblyErrorCode
  readonly line: number
  readonly column: number
  /** What the grammar asks for at that place. */
  readonly expected: string

  constructor(code: AssemblyErrorCode, line: number, column: number, expected: string, found?: string) {
    super(`${line}:${column}: ${code}: expected ${expected}${found === undefined ? '' : `, found ${found}`}`)
    this.code = code
    this.line = line
    this.column = column
    this.expected = expected
  }
}
