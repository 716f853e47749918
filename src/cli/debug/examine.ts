// `x`: memory in gdb's notation. Not the ranges of `coulis run --mem`: memory.ts.
import { CliError } from '../errors.ts'
import { formatAddress } from '../format.ts'
import type { Debugger } from './debugger.ts'
import { parseExpression } from './expression.ts'
import { parseCode } from './locations.ts'

const SIZES: Readonly<Record<string, number>> = { b: 1, h: 2, w: 4, g: 8 }
const MOST = 4096
const MOST_TEXT = 4096

interface Format {
  readonly count: number
  readonly form: string
  readonly size: number
}

function formatOf(text: string): Format {
  const match = /^(\d*)([a-z]*)$/.exec(text)
  if (match === null) throw new CliError('expected x/8gx ADDRESS: a number, then x d u c s i, then b h w g')
  let [form, size] = ['x', 4]
  for (const letter of match[2]!) {
    if (Object.hasOwn(SIZES, letter)) size = SIZES[letter]!
    else if ('xducsi'.includes(letter)) form = letter
    else throw new CliError(`${letter}: formats are x d u c s i, sizes b h w g`)
  }
  const count = match[1] === '' ? 1 : Number(match[1])
  if (count > MOST) throw new CliError(`at most ${MOST}`)
  return { count, form, size: form === 'c' ? 1 : size }
}

function valueText(bytes: Uint8Array, form: string): string {
  const value = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  if (form === 'x') return `0x${value.toString(16).padStart(2 * bytes.length, '0')}`
  if (form === 'd') return `${BigInt.asIntN(8 * bytes.length, value)}`
  if (form === 'c') return value >= 32n && value < 127n ? `'${String.fromCharCode(Number(value))}'` : `${value}`
  return `${value}`
}

function stringAt({ opened }: Debugger, address: number): { text: string; length: number } {
  const bytes: number[] = []
  for (let at = address; bytes.length < MOST_TEXT; at++) {
    const byte = opened.history.vm.memory.readU8(at)
    if (byte <= 0) break
    bytes.push(byte)
  }
  return { text: JSON.stringify(new TextDecoder().decode(Uint8Array.from(bytes))), length: bytes.length + 1 }
}

/** The lines of an `x` command; `text` is what follows the x. */
export function examine(on: Debugger, text: string): string[] {
  const match = /^(?:\/(\S*))?\s*(.*)$/s.exec(text)!
  const { count, form, size } = formatOf(match[1] ?? '')
  const { opened } = on
  const { vm } = opened.history
  if (form === 'i') {
    const from = parseCode(match[2]!, opened)
    const first = opened.code.findLastIndex(line => line.pc <= from)
    return opened.code
      .slice(first, first + count)
      .map(line => `${line.pc === vm.pc ? '=>' : '  '} ${String(line.pc).padStart(6)}  ${line.text}`)
  }
  if (match[2] === '' && on.nextAddress === undefined) throw new CliError('expected an address')
  let at =
    match[2] === '' ? on.nextAddress! : Number(BigInt.asUintN(32, parseExpression(match[2]!, opened.nameValue)(vm)))
  const lines: string[] = []
  if (form === 's') {
    for (let i = 0; i < count; i++) {
      const found = stringAt(on, at)
      lines.push(`${formatAddress(at)}  ${found.text}`)
      at += found.length
    }
  } else {
    const perLine = form === 'c' ? 8 : 16 / size
    for (let i = 0; i < count; i += perLine) {
      const values: string[] = []
      for (let j = i; j < Math.min(count, i + perLine); j++) {
        const bytes = new Uint8Array(size)
        const isThere = vm.memory.read(at + (j - i) * size, bytes) === 0
        values.push(isThere ? valueText(bytes, form) : 'not readable')
      }
      lines.push(`${formatAddress(at)}  ${values.join('  ')}`)
      at += values.length * size
    }
  }
  on.nextAddress = at % 2 ** 32
  return lines
}
