// JSON whose integers stay exact: test vectors hold 64-bit numbers, JSON.parse alone would round them. Not a schema: the
// readers below check one field each and say which one is wrong.
import { bytesFromHex } from '../trace/hex.ts'

/** A vector's field is missing or of the wrong kind. */
export class VectorError extends Error {
  override readonly name = 'VectorError'
}

/** This is a JSON object as parsed. */
export type JsonObject = Readonly<Record<string, unknown>>

// Strings are matched so that digits inside them are left alone; a number of 16 digits or more may exceed 2^53.
const LONG_NUMBERS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/**
 * Parses JSON; integers beyond 2^53 come out as decimal strings, which `bigintOf` reads like numbers.
 *
 * @throws VectorError when it is none.
 */
export function parseJson(text: string): unknown {
  const quoted = /\d{16}/.test(text)
    ? text.replace(LONG_NUMBERS, token => (/^-?\d{16,}$/.test(token) ? `"${token}"` : token))
    : text
  try {
    return JSON.parse(quoted)
  } catch (error) {
    throw new VectorError(`not JSON: ${(error as Error).message}`)
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function show(value: unknown): string {
  const text = JSON.stringify(value)
  return text === undefined ? 'nothing' : text.length > 40 ? `${text.slice(0, 40)}…` : text
}

/** An integer is a number, or a decimal or 0x string. */
export function bigintOf(value: unknown, what: string): bigint {
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value)
  if (typeof value === 'string' && /^(-?\d+|0x[0-9a-fA-F]+)$/.test(value)) return BigInt(value)
  throw new VectorError(`${what}: expected an integer, found ${show(value)}`)
}

/** This takes an integer from 0 to 2^53 - 1. */
export function numberOf(value: unknown, what: string): number {
  const number = bigintOf(value, what)
  if (number < 0n || number > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new VectorError(`${what}: expected a natural number below 2^53, found ${number}`)
  }
  return Number(number)
}

export function listOf(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new VectorError(`${what}: expected a list, found ${show(value)}`)
  return value
}

export function objectOf(value: unknown, what: string): JsonObject {
  if (!isObject(value)) throw new VectorError(`${what}: expected an object, found ${show(value)}`)
  return value
}

export function stringOf(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new VectorError(`${what}: expected text, found ${show(value)}`)
  return value
}

/** Bytes: a list of numbers 0…255, or hex text with 0x. */
export function bytesOf(value: unknown, what: string): Uint8Array {
  if (typeof value === 'string' && value.startsWith('0x')) {
    const bytes = bytesFromHex(value, 2)
    if (bytes !== undefined) return bytes
  }
  const list = listOf(value, what)
  const bytes = new Uint8Array(list.length)
  for (let i = 0; i < list.length; i++) {
    const byte = list[i]
    if (typeof byte !== 'number' || byte < 0 || byte > 255 || !Number.isInteger(byte)) {
      throw new VectorError(`${what}[${i}]: expected a byte, found ${show(byte)}`)
    }
    bytes[i] = byte
  }
  return bytes
}

/** 13 registers, unsigned 64 bit. */
export function registersOf(value: unknown, what: string): bigint[] {
  const regs = listOf(value, what).map((reg, i) => BigInt.asUintN(64, bigintOf(reg, `${what}[${i}]`)))
  if (regs.length !== 13) throw new VectorError(`${what}: expected 13 registers, found ${regs.length}`)
  return regs
}
