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

/** Texts quoted in messages are those of the input, however long. */
function short(text: string): string {
  return text.length > 1000 ? `${text.slice(0, 1000)}…` : text
}

/** What is wrong in assembly text (`code`), where (`line`, `column`, both from 1), and what was expected there. */
export class AssemblyError extends Error {
  override readonly name = 'AssemblyError'
  readonly code: AssemblyErrorCode
  readonly line: number
  readonly column: number
  /** What the grammar asks for at that place. */
  readonly expected: string

  constructor(code: AssemblyErrorCode, line: number, column: number, expected: string, found?: string) {
    super(
      `${line}:${column}: ${code}: expected ${short(expected)}${found === undefined ? '' : `, found ${short(found)}`}`,
    )
    this.code = code
    this.line = line
    this.column = column
    this.expected = expected
  }
}
