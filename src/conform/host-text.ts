// Reads the host calls that a vector describes in text, like `r7 := r7 + 1 mod 2^64`, into host functions. A small language
// of assignments; a description outside of it is refused with what was not understood, never guessed.
//
//   statements  S ; S ; …
//   S           place := expression [mod 2^64]      := may be written = or <-
//   place       r0 … r12 | u8[e] | u16[e] | u32[e] | u64[e]      u64 may be written mem64
//   expression  places, decimal and 0x numbers, + - * & | ^ xor, parentheses; ^ between numbers is a power
//   arithmetic  modulo 2^64; a memory place outside of the accessible pages panics
import type { Vm } from '../engine/engine.ts'
import { HostAction, type HostEntry, type HostTable } from '../engine/engine.ts'
import { OK } from '../engine/memory.ts'
import { VectorError } from './json.ts'

type Expression = (vm: Vm) => bigint
type Statement = (vm: Vm) => void

/** A memory place was not accessible. */
class Inaccessible extends Error {}

interface Place {
  readonly get: Expression
  readonly set: (vm: Vm, value: bigint) => void
}

function memoryPlace(width: 1 | 2 | 4 | 8, address: Expression): Place {
  const buffer = new Uint8Array(width)
  const at = (vm: Vm): number => Number(BigInt.asUintN(64, address(vm)))
  return {
    get(vm) {
      if (vm.memory.read(at(vm), buffer) !== OK) throw new Inaccessible()
      return buffer.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
    },
    set(vm, value) {
      for (let i = 0; i < width; i++) buffer[i] = Number((value >> BigInt(8 * i)) & 0xffn)
      if (vm.memory.write(at(vm), buffer) !== OK) throw new Inaccessible()
    },
  }
}

function registerPlace(index: number): Place {
  return { get: vm => vm.regs[index]!, set: (vm, value) => void (vm.regs[index] = value) }
}

const TOKEN = /\s*(r\d+|(?:u|mem)(?:8|16|32|64)(?=\s*\[)|0x[0-9a-fA-F]+|\d+|:=|=|<-|xor\b|mod\b|[-+*&|^()[\]])/y

class Parser {
  readonly #tokens: string[] = []
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text.trim()
    TOKEN.lastIndex = 0
    for (let match = TOKEN.exec(this.#text), end = 0; ; match = TOKEN.exec(this.#text)) {
      if (match === null) {
        if (end < this.#text.length) this.#refuse(this.#text.slice(end).trim())
        break
      }
      this.#tokens.push(match[1]!)
      end = TOKEN.lastIndex
    }
  }

  #refuse(found: string | undefined): never {
    throw new VectorError(`host-call description '${this.#text}': '${found ?? 'its end'}' was not understood`)
  }

  #accept(token: string): boolean {
    const found = this.#tokens[this.#at] === token
    if (found) this.#at += 1
    return found
  }

  #expect(token: string): void {
    if (!this.#accept(token)) this.#refuse(this.#tokens[this.#at])
  }

  statement(): Statement {
    const place = this.#place()
    if (place === undefined) this.#refuse(this.#tokens[this.#at])
    if (!this.#accept('=') && !this.#accept('<-')) this.#expect(':=')
    const value = this.#sum()
    if (this.#accept('mod') && this.#sum()(undefined as unknown as Vm) !== 2n ** 64n) this.#refuse('mod')
    if (this.#at < this.#tokens.length) this.#refuse(this.#tokens[this.#at])
    return vm => place.set(vm, BigInt.asUintN(64, value(vm)))
  }

  #place(): Place | undefined {
    const token = this.#tokens[this.#at] ?? ''
    if (/^r\d+$/.test(token)) {
      const index = Number(token.slice(1))
      if (index > 12) this.#refuse(token)
      this.#at += 1
      return registerPlace(index)
    }
    if (/^(u|mem)\d+$/.test(token)) {
      this.#at += 1
      this.#expect('[')
      const address = this.#sum()
      this.#expect(']')
      return memoryPlace((Number(token.replace(/\D+/, '')) / 8) as 1 | 2 | 4 | 8, address)
    }
    return undefined
  }

  #sum(): Expression {
    let left = this.#product()
    for (;;) {
      const a = left
      const operator = ['+', '-', '&', '|', 'xor'].find(token => this.#accept(token))
      if (operator === undefined) return left
      const b = this.#product()
      if (operator === '+') left = vm => a(vm) + b(vm)
      else if (operator === '-') left = vm => a(vm) - b(vm)
      else if (operator === '&') left = vm => a(vm) & b(vm)
      else if (operator === '|') left = vm => a(vm) | b(vm)
      else left = vm => a(vm) ^ b(vm)
    }
  }

  #product(): Expression {
    let left = this.#atom()
    while (this.#accept('*')) {
      const a = left
      const b = this.#atom()
      left = vm => a(vm) * b(vm)
    }
    return left
  }

  #atom(): Expression {
    if (this.#accept('(')) {
      const inner = this.#sum()
      this.#expect(')')
      return inner
    }
    const place = this.#place()
    if (place !== undefined) {
      if (!this.#accept('^')) return place.get
      const right = this.#atom() // a power of a register makes no sense in these descriptions: it is xor
      return vm => place.get(vm) ^ right(vm)
    }
    const token = this.#tokens[this.#at] ?? ''
    if (!/^(\d+|0x[0-9a-fA-F]+)$/.test(token)) this.#refuse(this.#tokens[this.#at])
    this.#at += 1
    const number = BigInt(token)
    if (!this.#accept('^')) return () => number
    const exponent = this.#tokens[this.#at++] ?? ''
    if (!/^\d{1,3}$/.test(exponent)) this.#refuse(exponent)
    const power = number ** BigInt(exponent)
    return () => power
  }
}

// One sentence that has no short formula: `reads 32 bytes at r7 and writes the sum of their four u64 words at r8`.
const SUM =
  /^(?:the host )?reads? (\d+) bytes (?:at|from) r(\d+),? (?:and |then )?writes? (.*\bsum\b.*) (?:at|to) r(\d+)$/i

/** The sum of the 64-bit words of a range, written to memory; undefined where the text is not that sentence. */
function sumStatement(text: string): Statement | undefined {
  const match = SUM.exec(text.trim())
  if (match === null) return undefined
  const [bytes, from, to] = [Number(match[1]), Number(match[2]), Number(match[4])]
  if (bytes % 8 !== 0 || from > 12 || to > 12 || !/\b(u64|64-bit|words)\b/.test(match[3]!)) return undefined
  const words = Array.from({ length: bytes / 8 }, (_, i) => memoryPlace(8, vm => vm.regs[from]! + BigInt(8 * i)))
  const target = memoryPlace(8, vm => vm.regs[to]!)
  return vm =>
    target.set(
      vm,
      BigInt.asUintN(
        64,
        words.reduce((sum, word) => sum + word.get(vm), 0n),
      ),
    )
}

/**
 * The host functions a vector describes: host-call index to text. They cost nothing.
 *
 * @throws VectorError naming what was not understood.
 */
export function hostFromText(descriptions: ReadonlyMap<number, string>): HostTable {
  const entries = new Map<number, HostEntry>()
  for (const [index, text] of descriptions) {
    const statements = text
      .split(/[;\n]/)
      .filter(part => part.trim() !== '')
      .map(part => sumStatement(part) ?? new Parser(part).statement())
    if (statements.length === 0) throw new VectorError(`host call ${index}: an empty description`)
    const call = (vm: Vm): HostAction => {
      try {
        for (const statement of statements) statement(vm)
        return HostAction.Continue
      } catch (error) {
        if (error instanceof Inaccessible) return HostAction.Panic
        throw error
      }
    }
    entries.set(index, { name: `described ${index}`, price: 0, call })
  }
  return { entry: index => entries.get(index) }
}
