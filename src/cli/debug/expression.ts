// Expressions of the debugger: registers, numbers, labels, memory, arithmetic modulo 2^64. Not commands: commands.ts.
import type { Vm } from '../../engine/engine.ts'
import { CliError } from '../errors.ts'
import { registerIndex } from '../registers.ts'

/** What names mean: labels and functions (code offsets), data labels (addresses). */
export type Names = (name: string) => number | undefined

/** An expression, ready to be asked on any machine of the program. */
export type Expression = (vm: Vm) => bigint

const WORD = (1n << 64n) - 1n
const MOST_DEEP = 100
const TOKEN = /\s*(?:(0x[\da-f_]+|\d[\d_]*)|([@$]?[A-Za-z_.][\w.:]*)|(<<|>>|<=|>=|==|!=|&&|\|\||[-+*&|^~!<>()[\]%/]))/iy

const BINARY: Readonly<Record<string, readonly [level: number, apply: (a: bigint, b: bigint) => bigint]>> = {
  '||': [1, (a, b) => BigInt(a !== 0n || b !== 0n)],
  '&&': [2, (a, b) => BigInt(a !== 0n && b !== 0n)],
  '|': [3, (a, b) => a | b],
  '^': [4, (a, b) => a ^ b],
  '&': [5, (a, b) => a & b],
  '==': [6, (a, b) => BigInt(a === b)],
  '!=': [6, (a, b) => BigInt(a !== b)],
  '<': [7, (a, b) => BigInt(a < b)],
  '>': [7, (a, b) => BigInt(a > b)],
  '<=': [7, (a, b) => BigInt(a <= b)],
  '>=': [7, (a, b) => BigInt(a >= b)],
  '<<': [8, (a, b) => a << (b & 63n)],
  '>>': [8, (a, b) => a >> (b & 63n)],
  '+': [9, (a, b) => a + b],
  '-': [9, (a, b) => a - b],
  '*': [10, (a, b) => a * b],
  '/': [10, (a, b) => (b === 0n ? WORD : a / b)], // as the machine divides (GP A.5.13)
  '%': [10, (a, b) => (b === 0n ? a : a % b)],
}

/** What is read of memory by `u8[address]` and its like. */
const WIDTHS: Readonly<Record<string, number>> = { u8: 1, u16: 2, u32: 4, u64: 8, i8: 1, i16: 2, i32: 4, i64: 8 }

function readMemory(vm: Vm, name: string, address: bigint): bigint {
  const width = WIDTHS[name]!
  const bytes = new Uint8Array(width)
  const at = Number(BigInt.asUintN(32, address))
  if (vm.memory.read(at, bytes) !== 0) throw new CliError(`${width} bytes at 0x${at.toString(16)} cannot be read`)
  const value = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  return name.startsWith('i') ? BigInt.asUintN(64, BigInt.asIntN(8 * width, value)) : value
}

class Parser {
  readonly #text: string
  readonly #names: Names
  readonly #tokens: string[] = []
  #at = 0
  #depth = 0

  constructor(text: string, names: Names) {
    this.#text = text
    this.#names = names
    const end = text.trimEnd().length
    for (TOKEN.lastIndex = 0; TOKEN.lastIndex < end; ) {
      const { lastIndex } = TOKEN
      const match = TOKEN.exec(text)
      if (match === null) throw new CliError(`${text}: nothing known at '${text.slice(lastIndex).trim()}'`)
      this.#tokens.push(match[0].trim())
    }
  }

  whole(): Expression {
    const expression = this.#binary(0)
    const rest = this.#tokens[this.#at]
    if (rest !== undefined) throw new CliError(`${this.#text}: '${rest}' was not expected`)
    return expression
  }

  #binary(level: number): Expression {
    if (++this.#depth > MOST_DEEP) throw new CliError('an expression that is too deep')
    let left = this.#unary()
    for (;;) {
      const known = BINARY[this.#tokens[this.#at] ?? '']
      if (known === undefined || known[0] <= level) break
      this.#at += 1
      const [a, b, apply] = [left, this.#binary(known[0]), known[1]]
      left = vm => BigInt.asUintN(64, apply(a(vm), b(vm)))
    }
    this.#depth -= 1
    return left
  }

  #unary(): Expression {
    const token = this.#tokens[this.#at]
    if (token === '-' || token === '~' || token === '!' || token === '*') {
      this.#at += 1
      if (++this.#depth > MOST_DEEP) throw new CliError('an expression that is too deep')
      const of = this.#unary()
      this.#depth -= 1
      if (token === '*') return vm => readMemory(vm, 'u64', of(vm))
      if (token === '-') return vm => BigInt.asUintN(64, -of(vm))
      return token === '~' ? vm => of(vm) ^ WORD : vm => BigInt(of(vm) === 0n)
    }
    return this.#primary()
  }

  #primary(): Expression {
    const token = this.#tokens[this.#at++]
    if (token === undefined)
      throw new CliError(
        this.#text === ''
          ? 'an address, a register or an expression is missing'
          : `${this.#text}: something is missing at the end`,
      )
    if (token === '(') return this.#enclosed(')')
    if (/^\d/.test(token)) {
      const value = BigInt(token.replaceAll('_', ''))
      if (value > WORD) throw new CliError(`${token} does not fit 64 bits`)
      return () => value
    }
    if (Object.hasOwn(WIDTHS, token) && this.#tokens[this.#at] === '[') {
      this.#at += 1
      const address = this.#enclosed(']')
      return vm => readMemory(vm, token, address(vm))
    }
    return this.#named(token)
  }

  #enclosed(end: string): Expression {
    const inside = this.#binary(0)
    if (this.#tokens[this.#at++] !== end) throw new CliError(`${this.#text}: a '${end}' is missing`)
    return inside
  }

  #named(token: string): Expression {
    const name = token.replace(/^[@$]/, '')
    if (!token.startsWith('@')) {
      if (name === 'pc') return vm => BigInt(vm.pc)
      if (name === 'gas') return vm => BigInt.asUintN(64, vm.gas)
      const register = registerIndex(name)
      if (register >= 0 && /^[a-z]/i.test(name)) return vm => vm.regs[register]!
    }
    const value = token.startsWith('$') ? undefined : this.#names(name)
    if (value === undefined) throw new CliError(`${token}: no register, label or function of that name`)
    return () => BigInt(value)
  }
}

/**
 * Reads an expression: `r7`, `$a0`, `pc`, `gas`, numbers, labels (`@count`), `u8[…]` to `i64[…]`, `*address`, and the operators
 * of C, on unsigned 64 bits.
 *
 * @throws CliError that says what is wrong with it; the expression itself throws one where memory cannot be read.
 */
export function parseExpression(text: string, names: Names): Expression {
  return new Parser(text, names).whole()
}
