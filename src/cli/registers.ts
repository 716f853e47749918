// Registers on the command line: their names, the values they are given, how they are printed. Not JSON: json.ts.
import { InvalidArgumentError } from 'commander'
import { formatRegister } from './format.ts'

/** How registers are printed. */
export const REGISTER_FORMS = ['hex', 'signed', 'unsigned'] as const
export type RegisterForm = (typeof REGISTER_FORMS)[number]

/** A register to start with. */
export interface RegisterSetting {
  readonly index: number
  readonly value: bigint
}

/** Names of the calling convention, as assembly text has them, by register. */
const NAMES = ['ra', 'sp', 't0', 't1', 't2', 's0', 's1', 'a0', 'a1', 'a2', 'a3', 'a4', 'a5']

/** A 64-bit value is decimal or 0x, both also negative; it is from -2^63 to 2^64 - 1. */
export function parseValue(text: string): bigint {
  const match = /^(-?)(\d[\d_]*|0x[0-9a-f_]+)$/i.exec(text)
  if (match === null) throw new InvalidArgumentError('expected a number, like 42, -1 or 0xff.')
  const size = BigInt(match[2]!.replaceAll('_', ''))
  const value = match[1] === '-' ? -size : size
  if (value < -(2n ** 63n) || value >= 2n ** 64n) throw new InvalidArgumentError('does not fit 64 bits.')
  return BigInt.asUintN(64, value)
}

/** Numbers of an option that may be repeated. */
export function collectValues(text: string, previous: readonly bigint[] = []): bigint[] {
  return [...previous, parseValue(text)]
}

/** The register of that name, r0 to r12 or as the calling convention has it; -1 for none. */
export function registerIndex(name: string): number {
  const lower = name.toLowerCase()
  const named = NAMES.indexOf(lower)
  if (named >= 0) return named
  const number = /^r?(\d{1,2})$/.exec(lower)
  return number === null || Number(number[1]) > 12 ? -1 : Number(number[1])
}

/** The text is `rN=value` or `a0=value`; it may be repeated. */
export function parseRegister(text: string, previous: readonly RegisterSetting[] = []): RegisterSetting[] {
  const at = text.indexOf('=')
  const index = at < 0 ? -1 : registerIndex(text.slice(0, at))
  if (index < 0) {
    throw new InvalidArgumentError(`expected a register, r0 to r12 or ${NAMES.join(' ')}, and a value, like a0=-1.`)
  }
  return [...previous, { index, value: parseValue(text.slice(at + 1)) }]
}

/** A register as it is asked for. */
export function formatValue(value: bigint, form: RegisterForm): string {
  if (form === 'hex') return formatRegister(value)
  return `${form === 'signed' ? BigInt.asIntN(64, value) : value}`
}
