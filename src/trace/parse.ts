// Reads ecalli traces (the text format of the JIP-7 proposal). Tolerates logger prefixes and foreign lines as the format
// asks for; everything else malformed is a TraceError. Not a verification: see replay.ts.
import { TraceError, type TraceErrorCode } from './error.ts'
import { bytesFromHex } from './hex.ts'
import type { Trace, TraceBytes, TraceCall, TraceEnd, TraceRegister, TraceState } from './trace.ts'

// A record starts at the first match in its line, whatever a logger wrote in front of it.
const RECORD =
  /program 0x|memwrite 0x|start pc=|ecalli=(?=\d)|memread 0x|setreg r(?=\d)|setgas <-|HALT pc=|OOG pc=|PANIC=/g

interface OpenCall extends TraceCall {
  readonly reads: TraceBytes[]
  readonly writes: TraceBytes[]
  readonly registers: TraceRegister[]
  gasAfter: bigint | undefined
}

/** The program of the last trace parsed: a pure cache. */
let lastProgram: { readonly text: string; readonly bytes: Uint8Array } | undefined

const ZERO = 48
const SPACE = 32

/** A cursor over one line. */
class Line {
  readonly #text: string
  readonly #end: number
  readonly number: number
  #at: number
  #low = 0
  #high = 0

  constructor(text: string, at: number, end: number, number: number) {
    this.#text = text
    this.#at = at
    this.#end = end
    this.number = number
  }

  fail(code: TraceErrorCode, message: string): never {
    throw new TraceError(code, this.number, message)
  }

  /** Skips `literal` if it is next. */
  accept(literal: string): boolean {
    const found = this.#text.startsWith(literal, this.#at)
    if (found) this.#at += literal.length
    return found
  }

  expect(literal: string, code: TraceErrorCode = 'bad-record'): void {
    if (!this.accept(literal)) this.fail(code, `expected '${literal}', found '${this.#rest()}'`)
  }

  #rest(): string {
    const rest = this.#text.slice(this.#at, Math.min(this.#end, this.#at + 24))
    return rest === '' ? 'the end of the line' : rest
  }

  spaces(): void {
    while (this.#at < this.#end && this.#text.charCodeAt(this.#at) === SPACE) this.#at += 1
  }

  #digits(): string {
    const start = this.#at
    while (this.#at < this.#end) {
      const digit = this.#text.charCodeAt(this.#at) - ZERO
      if (digit < 0 || digit > 9) break
      this.#at += 1
    }
    return this.#text.slice(start, this.#at)
  }

  decimal(what: string, limit: number): number {
    const digits = this.#digits()
    const value = Number(digits)
    if (digits === '' || value > limit) {
      this.fail('bad-number', `expected ${what} of at most ${limit}, found '${digits || this.#rest()}'`)
    }
    return value
  }

  bigDecimal(what: string): bigint {
    const sign = this.accept('-') ? -1n : 1n
    const digits = this.#digits()
    if (digits === '' || digits.length > 20)
      this.fail('bad-number', `expected ${what}, found '${digits || this.#rest()}'`)
    return sign * BigInt(digits)
  }

  /** Hex digits up to the next character that is none, as the bounds of a slice. */
  #hexEnd(): number {
    let end = this.#at
    while (end < this.#end) {
      const c = this.#text.charCodeAt(end)
      if (!((c >= 48 && c <= 57) || (c >= 97 && c <= 102) || (c >= 65 && c <= 70))) break
      end += 1
    }
    return end
  }

  /** A hex number of up to 64 bits into `low` and `high`. Numbers, not bigints: traces have tens of thousands. */
  #hexHalves(what: string, maxDigits: number): void {
    const end = this.#hexEnd()
    const digits = end - this.#at
    if (digits === 0 || digits > maxDigits) {
      this.fail('bad-hex', `expected ${what} in 1 to ${maxDigits} hex digits, found '${this.#rest()}'`)
    }
    const middle = Math.max(this.#at, end - 8)
    this.#low = this.#hexDigits(middle, end)
    this.#high = this.#hexDigits(this.#at, middle)
    this.#at = end
  }

  /** Up to eight hex digits. */
  #hexDigits(start: number, end: number): number {
    let value = 0
    for (let i = start; i < end; i++) {
      const c = this.#text.charCodeAt(i)
      value = value * 16 + (c <= 57 ? c - 48 : (c | 32) - 87)
    }
    return value
  }

  hexNumber(what: string, maxDigits: number): bigint {
    this.#hexHalves(what, maxDigits)
    return (BigInt(this.#high) << 32n) | BigInt(this.#low)
  }

  address(): number {
    this.#hexHalves('an address', 8)
    return this.#low
  }

  /** The rest of the line as a byte string. */
  bytes(what: string): Uint8Array {
    let end = this.#end
    while (end > this.#at && this.#text.charCodeAt(end - 1) === SPACE) end -= 1
    const bytes = bytesFromHex(this.#text, this.#at, end)
    if (bytes === undefined) this.fail('bad-hex', `expected ${what} as pairs of hex digits`)
    return bytes
  }

  /**
   * The rest of the line as a program. Recorded services are few and their runs many: the program read last is compared
   * as text first and its bytes shared, which saves most of the time that parsing takes (32 traces: 64 ms to 14 ms cold).
   */
  program(): Uint8Array {
    const text = this.#text.slice(this.#at, this.#end)
    // Equality of strings is a memcmp; startsWith goes character by character and takes 15 times as long.
    if (lastProgram?.text !== text) lastProgram = { text, bytes: this.bytes('the program') }
    return lastProgram.bytes
  }

  register(what: string): number {
    const index = this.decimal(what, 99)
    if (index > 12) this.fail('bad-register', `register ${index} does not exist, there are r00 to r12`)
    return index
  }

  state(): TraceState {
    const pc = this.decimal('a pc', 0xffffffff)
    this.expect(' gas=')
    const gas = this.bigDecimal('gas')
    const halves = new Uint32Array(26)
    for (;;) {
      this.spaces()
      if (this.#at >= this.#end) return { line: this.number, pc, gas, regs: new BigUint64Array(halves.buffer) }
      this.expect('r', 'bad-register')
      const index = this.register('a register index')
      this.expect('=0x', 'bad-register')
      this.#hexHalves('a register value', 16)
      halves[2 * index] = this.#low
      halves[2 * index + 1] = this.#high
    }
  }

  /** Address, length and contents of a memory record behind its keyword. */
  memory(arrow: '->' | '<-'): TraceBytes {
    const address = this.address()
    this.expect(' len=')
    const length = this.decimal('a length', 2 ** 32)
    this.expect(` ${arrow} 0x`)
    const bytes = this.bytes('contents')
    if (bytes.length !== length) this.fail('bad-length', `len=${length}, but ${bytes.length} bytes follow`)
    if (address + length > 2 ** 32) this.fail('bad-length', 'the range ends beyond 2^32')
    return { line: this.number, address, bytes }
  }
}

/** Collects records in order and checks that the order is possible. */
class Collector {
  program: Uint8Array | undefined
  readonly initial: TraceBytes[] = []
  start: TraceState | undefined
  readonly calls: OpenCall[] = []
  end: TraceEnd | undefined

  #call(line: Line, keyword: string): OpenCall {
    const call = this.calls.at(-1)
    if (call === undefined) line.fail('misplaced-record', `${keyword} before the first ecalli`)
    return call
  }

  #started(line: Line, keyword: string): void {
    if (this.start === undefined) line.fail('misplaced-record', `${keyword} before start`)
  }

  #finish(line: Line, kind: TraceEnd['kind'], argument: bigint | undefined): void {
    this.#started(line, kind)
    this.end = { kind, argument, ...line.state() }
  }

  add(keyword: string, line: Line): void {
    if (this.end !== undefined) line.fail('record-after-end', `the run ended in line ${this.end.line}`)
    switch (keyword) {
      case 'program 0x':
        if (this.program !== undefined) line.fail('duplicate-record', 'a second program')
        this.program = line.program()
        break
      case 'memwrite 0x':
        if (this.start === undefined) this.initial.push(line.memory('<-'))
        else this.#call(line, 'memwrite').writes.push(line.memory('<-'))
        break
      case 'start pc=':
        if (this.start !== undefined) line.fail('duplicate-record', 'a second start')
        this.start = line.state()
        break
      case 'ecalli=': {
        this.#started(line, 'ecalli')
        const index = line.bigDecimal('a host-call index')
        line.expect(' pc=')
        this.calls.push({ index, ...line.state(), reads: [], writes: [], registers: [], gasAfter: undefined })
        break
      }
      case 'memread 0x':
        this.#call(line, 'memread').reads.push(line.memory('->'))
        break
      case 'setreg r': {
        const call = this.#call(line, 'setreg')
        const register = line.register('a register index')
        line.expect(' <- 0x')
        call.registers.push({ line: line.number, register, value: line.hexNumber('a register value', 16) })
        break
      }
      case 'setgas <-': {
        const call = this.#call(line, 'setgas')
        line.spaces()
        call.gasAfter = line.bigDecimal('gas')
        break
      }
      case 'HALT pc=':
        this.#finish(line, 'HALT', undefined)
        break
      case 'OOG pc=':
        this.#finish(line, 'OOG', undefined)
        break
      case 'PANIC=': {
        const argument = line.accept('0x') ? line.hexNumber('an argument', 16) : line.bigDecimal('an argument')
        line.expect(' pc=')
        this.#finish(line, 'PANIC', argument)
        break
      }
    }
  }
}

/** Whether `text` has a line that only an ecalli trace has: a `start` record. */
export function looksLikeTrace(text: string): boolean {
  return /start pc=\d+ gas=-?\d/.test(text) && /program 0x/.test(text)
}

/**
 * Parses an ecalli trace.
 *
 * @throws TraceError with code and line when a record is malformed, misplaced or missing.
 */
export function parseTrace(text: string): Trace {
  const records = new Collector()
  let line = 1
  let counted = 0
  let at = 0
  for (;;) {
    RECORD.lastIndex = at
    const match = RECORD.exec(text)
    if (match === null) break
    for (let next = text.indexOf('\n', counted); next !== -1 && next < match.index; ) {
      line += 1
      counted = next + 1
      next = text.indexOf('\n', counted)
    }
    let lineEnd = text.indexOf('\n', match.index)
    if (lineEnd === -1) lineEnd = text.length
    at = lineEnd
    const end = text.charCodeAt(lineEnd - 1) === 13 ? lineEnd - 1 : lineEnd
    records.add(match[0], new Line(text, match.index + match[0].length, end, line))
  }
  const { program, initial, start, calls, end } = records
  if (program === undefined) throw new TraceError('missing-program', line, 'no program record')
  if (start === undefined) throw new TraceError('missing-start', line, 'no start record')
  if (end === undefined) throw new TraceError('missing-end', line, 'no HALT, PANIC or OOG record')
  return { program, initial, start, calls, end }
}
