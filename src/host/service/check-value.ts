// Checks of single values that callers hand to a service host; the error names them. Not of what is made of them: check.ts.

/** This takes a natural number, by default of 32 bits. */
export function checkNumber(name: string, value: unknown, below: number = 2 ** 32): void {
  if (typeof value !== 'number') throw new TypeError(`${name}: expected a number, found ${typeof value}`)
  if (!Number.isInteger(value) || value < 0 || value >= below) {
    throw new RangeError(`${name}: ${value} is no whole number from 0 to ${below - 1}`)
  }
}

/** This takes an amount of 64 bits, such as a balance or gas. */
export function checkAmount(name: string, value: unknown): void {
  if (typeof value !== 'bigint') throw new TypeError(`${name}: expected a bigint, found ${typeof value}`)
  if (BigInt.asUintN(64, value) !== value) throw new RangeError(`${name}: ${value} is not within 0…2^64 - 1`)
}

/** Bytes, where it is known how many. */
export function checkBytes(name: string, value: unknown, length?: number): void {
  if (!(value instanceof Uint8Array)) throw new TypeError(`${name}: expected a Uint8Array, found ${typeof value}`)
  if (length !== undefined && value.length !== length) {
    throw new RangeError(`${name}: expected ${length} bytes, found ${value.length}`)
  }
}
