// The words of the assembly text: a cursor over one line, registers, numbers, strings, expressions.
// Not what a line means: operands are in shape.ts, instructions and directives in assembler.ts.
import { AssemblyError, type AssemblyErrorCode } from './assembly-error.ts'

/** Other names of r0…r12, the RISC-V calling convention as PolkaVM uses it. */
export const REGISTER_ALIASES: readonly string[] = [
  'ra',
  'sp',
  't0',
  't1',
  't2',
  's0',
  's1',
  'a0',
  'a1',
  'a2',
  'a3',
  'a4',
  'a5',
]

const REGISTERS: ReadonlyMap<string, number> = new Map([
  ...REGISTER_ALIASES.map((name, index) => [name, index] as const),
  ...REGISTER_ALIASES.map((_, index) => [`r${index}`, index] as const),
])

/** A term of an expression: a number, a constant, a data label `@x`, or the jump table address `&x` of a code label. */
export interface Term {
  readonly is: 'number' | 'name' | 'label' | 'entry'
  readonly name: string
  readonly value: bigint
  readonly negative: boolean
  readonly line: number
  readonly column: number
}

/** A sum of terms, and the width in bytes the writer insists on (`value:width`). */
export interface Expression {
  readonly terms: readonly Term[]
  readonly width: number | undefined
  readonly line: number
  readonly column: number
}

const SPACE = /[ \t\r]*/y
const WORD = /[A-Za-z_][\w.]*/y
const DIRECTIVE = /\.[a-z_][a-z0-9_]*/y
const LABEL = /[\w.$]+/y
/** Digits of a number, its prefix among them: 64 in base 2 and room for leading zeros and intermediate results. */
const MAX_DIGITS = 1000

const NUMBER = /0[xX][0-9a-fA-F_]+|0[bB][01_]+|[0-9][0-9_]*/y
const HEX = /[0-9a-fA-F]+/y
const CHARACTER = /'(?:[^'\\]|\\.)'/y
const STRING = /"((?:[^"\\]|\\x[0-9a-fA-F]{2}|\\[nrt0\\"'])*)"/y
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', 0: '\0' }

/** A cursor over one line of assembly text; what it cannot read it refuses with line and column. */
export class Line {
  readonly text: string
  readonly number: number
  #at = 0

  constructor(text: string, number: number) {
    this.text = text
    this.number = number
    this.#space()
  }

  /** Column of the next thing, from 1. */
  get column(): number {
    return this.#at + 1
  }

  /** Whether nothing but a comment is left. */
  get atEnd(): boolean {
    const next = this.text[this.#at]
    return next === undefined || next === ';' || next === '#' || this.text.startsWith('//', this.#at)
  }

  /** An error at the next thing. */
  error(expected: string, code: AssemblyErrorCode = 'syntax', column: number = this.column): AssemblyError {
    const rest = /^\s*(\.?[\w@&$.]+|"[^"]*"|\S)/.exec(this.text.slice(column - 1))
    const found = this.atEnd && column === this.column ? 'the end of the line' : rest?.[1]
    return new AssemblyError(code, this.number, column, expected, found)
  }

  #space(): void {
    SPACE.lastIndex = this.#at
    SPACE.exec(this.text)
    this.#at = SPACE.lastIndex
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.text)
    if (match === null) return undefined
    this.#at = pattern.lastIndex
    this.#space()
    return match
  }

  /** Takes one punctuation mark if it is next. */
  take(mark: string): boolean {
    if (!this.text.startsWith(mark, this.#at)) return false
    this.#at += mark.length
    this.#space()
    return true
  }

  expect(mark: string): void {
    if (!this.take(mark)) throw this.error(`"${mark}"`)
  }

  expectEnd(): void {
    if (!this.atEnd) throw this.error('the end of the line')
  }

  /** A mnemonic, constant or option name. */
  word(): string | undefined {
    return this.#match(WORD)?.[0]
  }

  directive(): string | undefined {
    return this.#match(DIRECTIVE)?.[0]
  }

  /** `name:` or `@name:`, a label's definition. */
  labelDefinition(): string | undefined {
    const start = this.#at
    this.take('@')
    const name = this.#match(LABEL)?.[0]
    if (name !== undefined && this.take(':')) return name
    this.#at = start
    return undefined
  }

  /** `@name`, a label's use. */
  label(): string | undefined {
    if (!this.take('@')) return undefined
    const name = this.#match(LABEL)?.[0]
    if (name === undefined) throw this.error('a label name')
    return name
  }

  /** The number of a register, if one is next. */
  register(): number | undefined {
    const start = this.#at
    const word = this.word()
    const index = word === undefined ? undefined : REGISTERS.get(word.toLowerCase())
    if (index === undefined) this.#at = start
    return index
  }

  /** A natural number, if one is next. */
  natural(): bigint | undefined {
    const match = this.#match(NUMBER)
    if (match === undefined) return undefined
    const digits = match[0].replaceAll('_', '')
    if (/^0[xXbB]$/.test(digits)) throw this.error('digits', 'syntax', match.index + 1)
    // No value has that many, and making and printing such a number takes time that grows faster than its length.
    if (digits.length > MAX_DIGITS) throw this.error(`at most ${MAX_DIGITS} digits`, 'out-of-range', match.index + 1)
    return BigInt(digits)
  }

  /** A natural number within a limit, as directives want it. */
  count(what: string, limit: number): number {
    const column = this.column
    const value = this.natural()
    if (value === undefined) throw this.error(what)
    if (value > BigInt(limit)) throw this.error(`${what} of at most ${limit}`, 'out-of-range', column)
    return Number(value)
  }

  /** A quoted string, if one is next, as its bytes. `\xNN` is one byte, everything else UTF-8. */
  string(): Uint8Array | undefined {
    const match = this.#match(STRING)
    if (match === undefined) {
      if (this.text[this.#at] === '"')
        throw this.error('a string with a closing quote and escapes \\n \\r \\t \\0 \\xNN')
      return undefined
    }
    const bytes: number[] = []
    const encoder = new TextEncoder()
    for (const part of match[1]!.matchAll(/\\x([0-9a-fA-F]{2})|\\(.)|[^\\]+/g)) {
      if (part[1] !== undefined) bytes.push(Number.parseInt(part[1], 16))
      else
        for (const byte of encoder.encode(part[2] === undefined ? part[0] : (ESCAPES[part[2]] ?? part[2])))
          bytes.push(byte)
    }
    return Uint8Array.from(bytes)
  }

  /** Hexadecimal bytes to the end of the line: `0a 05ff`. */
  hexBytes(): number[] {
    const bytes: number[] = []
    while (!this.atEnd) {
      const match = this.#match(HEX)
      if (match === undefined) throw this.error('bytes as pairs of hexadecimal digits')
      if (match[0].length % 2 !== 0) throw this.error('pairs of hexadecimal digits', 'syntax', match.index + 1)
      for (let i = 0; i < match[0].length; i += 2) bytes.push(Number.parseInt(match[0].slice(i, i + 2), 16))
    }
    return bytes
  }

  /** A sum of numbers, constants and labels, with `:width` behind it where `widths` says so. */
  expression(what: string, widths = false): Expression {
    const line = this.number
    const column = this.column
    const terms: Term[] = []
    let negative = this.take('-')
    for (;;) {
      terms.push(this.#term(what, negative))
      if (this.take('+')) negative = false
      else if (this.take('-')) negative = true
      else break
    }
    const width = widths && this.take(':') ? this.count('a width in bytes', 4) : undefined
    return { terms, width, line, column }
  }

  #term(what: string, negative: boolean): Term {
    const { number: line, column } = this
    const make = (is: Term['is'], name: string, value = 0n): Term => ({ is, name, value, negative, line, column })
    const number = this.natural()
    if (number !== undefined) return make('number', '', number)
    const character = this.#match(CHARACTER)?.[0].slice(1, -1)
    if (character !== undefined) {
      const text = character[0] === '\\' ? (ESCAPES[character[1]!] ?? character[1]!) : character
      return make('number', '', BigInt(text.codePointAt(0)!))
    }
    if (this.take('&')) {
      this.take('@')
      const name = this.#match(LABEL)?.[0]
      if (name === undefined) throw this.error('a label name behind &')
      return make('entry', name)
    }
    const label = this.label()
    if (label !== undefined) return make('label', label)
    if (this.register() !== undefined) throw this.error(`${what}, not a register`, 'syntax', column)
    const name = this.word()
    if (name === undefined) throw this.error(what)
    return make('name', name)
  }
}

/** `bytes` as pairs of hexadecimal digits with spaces between them. */
export function formatHex(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i++) text += (i === 0 ? '' : ' ') + bytes[i]!.toString(16).padStart(2, '0')
  return text
}

/** A quoted string that `Line.string` reads back to the same bytes. */
export function formatString(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) {
    if (byte === 0x22 || byte === 0x5c) text += `\\${String.fromCharCode(byte)}`
    else if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte)
    else text += `\\x${byte.toString(16).padStart(2, '0')}`
  }
  return `"${text}"`
}

/** A number as people read it: decimal while short, else hexadecimal. */
export function formatNumber(value: number | bigint): string {
  const magnitude = value < 0 ? -value : value
  const sign = value < 0 ? '-' : ''
  return magnitude < 10000 ? `${sign}${magnitude}` : `${sign}0x${magnitude.toString(16)}`
}
