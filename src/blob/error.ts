// The error for malformed program bytes. Not for guest outcomes (values) nor for wrong API use (TypeError, RangeError).

/** Stable codes of `BlobError`; messages may change, codes may not. */
export type BlobErrorCode =
  | 'truncated'
  | 'trailing-bytes'
  | 'bad-varint'
  | 'length-too-large'
  | 'bad-bitmask'
  | 'bad-jump-table'
  | 'bad-layout'
  | 'bad-magic'
  | 'bad-version'
  | 'bad-section'
  | 'bad-symbol'
  | 'empty-code'
  | 'undefined-opcode'
  | 'skip-too-long'
  | 'no-terminator'
  | 'not-an-instruction'
  | 'unknown-format'

/** Codes about the code of a program that was read all right; their offset is a code offset (a pc). */
const CODE_ERRORS: ReadonlySet<BlobErrorCode> = new Set<BlobErrorCode>([
  'empty-code',
  'undefined-opcode',
  'skip-too-long',
  'no-terminator',
  'not-an-instruction',
])

/** Malformed bytes: what is wrong (`code`), where (`offset`, in bytes of the input as given), what was expected. */
export class BlobError extends Error {
  override readonly name = 'BlobError'
  readonly code: BlobErrorCode
  /** Byte offset into the input; for the codes about the code itself (GP 0.8.0 A.2) an offset into the code. */
  readonly offset: number
  /** What the format asks for at that place. */
  readonly expected: string

  constructor(code: BlobErrorCode, offset: number, expected: string, found?: string) {
    const place = CODE_ERRORS.has(code) ? 'code offset' : 'offset'
    super(`${code} at ${place} ${offset}: expected ${expected}${found === undefined ? '' : `, found ${found}`}`)
    this.code = code
    this.offset = offset
    this.expected = expected
  }
}
