// The error for malformed program bytes. What a guest does ends in exits, and wrong use of the interface in a TypeError or RangeError.

/** The codes of `BlobError`. They never change; messages may. */
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

/** The codes that are about the code of a program whose structure is sound. Their offset is a code offset. */
const CODE_ERRORS: ReadonlySet<BlobErrorCode> = new Set<BlobErrorCode>([
  'empty-code',
  'undefined-opcode',
  'skip-too-long',
  'no-terminator',
  'not-an-instruction',
])

/** Malformed bytes: what is wrong (`code`), where (`offset`, in bytes of the input), and what was expected. */
export class BlobError extends Error {
  override readonly name = 'BlobError'
  readonly code: BlobErrorCode
  /** The byte offset in the input. For codes about the program's code (GP 0.8.0 A.2) it is a code offset. */
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
