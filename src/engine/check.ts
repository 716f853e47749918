// Checks of what callers hand to a machine, the same on every engine: a TypeError or RangeError that names the argument.
// Not checks of what guests do: those are exits.
import { Access, PAGE_COUNT } from '../blob/address-space.ts'
import type { Program } from '../program/program.ts'

export { knownOptions } from '../isa/own-options.ts'

function show(value: unknown): string {
  return typeof value === 'bigint' ? `${value}n` : String(value)
}

/** Whether the value is a guest address, 0…2^32 - 1. */
export function isAddress(value: unknown): value is number {
  return typeof value === 'number' && value >>> 0 === value
}

/** Whether [address, address + length) is a range of at least one guest byte; ranges never wrap. */
export function isRange(address: number, length: number): boolean {
  return (
    Number.isInteger(address) && Number.isInteger(length) && address >= 0 && length > 0 && address + length <= 2 ** 32
  )
}

/** A pc, or another 32-bit address of a machine. */
export function checkAddress(name: string, value: number): number {
  if (typeof value !== 'number') throw new TypeError(`${name}: expected a number, found ${typeof value}`)
  if (!isAddress(value)) throw new RangeError(`${name}: ${show(value)} is not within 0…2^32 - 1`)
  return value
}

/** A gas counter's value, signed 64 bit. */
export function checkGas(value: bigint): bigint {
  if (typeof value !== 'bigint') throw new TypeError(`gas: expected a bigint, found ${typeof value}`)
  if (BigInt.asIntN(64, value) !== value) throw new RangeError(`gas: ${value} is not within -2^63…2^63 - 1`)
  return value
}

/** An amount of gas to take. */
export function checkCharge(amount: number | bigint): bigint {
  if (typeof amount !== 'bigint' && typeof amount !== 'number') {
    throw new TypeError(`amount: expected a number or bigint, found ${typeof amount}`)
  }
  if (!(amount >= 0) || (typeof amount === 'number' && !Number.isInteger(amount))) {
    throw new RangeError(`amount: ${show(amount)} is no amount of gas`)
  }
  return BigInt(amount)
}

/** How many instructions to step. */
export function checkCount(count: number): number {
  if (!(Number.isInteger(count) && count >= 0)) {
    throw new RangeError(`count: ${show(count)} is no number of instructions`)
  }
  return count
}

/** A tracer, or none. */
export function checkTracer(tracer: unknown): void {
  if (tracer !== undefined && typeof tracer !== 'function') {
    throw new TypeError('tracer: expected a function or undefined')
  }
}

/** A run of pages within the address space. */
export function checkPages(page: number, count: number): void {
  if (!Number.isInteger(page) || page < 0 || page > PAGE_COUNT) {
    throw new RangeError(`page: ${show(page)} is no page number`)
  }
  if (!Number.isInteger(count) || count < 0 || page + count > PAGE_COUNT) {
    throw new RangeError(`count: ${show(count)} pages from ${page} are not within ${PAGE_COUNT}`)
  }
}

/** An address and a length of guest memory, as numbers; whether there is such a range is another question. */
export function checkRange(address: number, length: number): void {
  if (typeof address !== 'number') {
    throw new TypeError(
      `address: expected a number, found a ${typeof address}; guestAddress(value) makes one of a register`,
    )
  }
  if (typeof length !== 'number') throw new TypeError(`length: expected a number, found a ${typeof length}`)
}

/**
 * The guest address in a register: its low 32 bits. Pointers of 32-bit programs and of contracts are sign-extended, so
 * `Number(vm.regs[7])` is no address of theirs.
 *
 * @throws TypeError for anything but a bigint or a number.
 * @example vm.memory.view(guestAddress(vm.regs[7]), 8)
 */
export function guestAddress(value: bigint | number): number {
  if (typeof value === 'number') return value >>> 0
  if (typeof value !== 'bigint') throw new TypeError(`value: expected a bigint or a number, found a ${typeof value}`)
  return Number(BigInt.asUintN(32, value))
}

/** Rights of a page. */
export function checkAccess(access: Access): void {
  if (access !== Access.None && access !== Access.Read && access !== Access.Write) {
    throw new RangeError(`access: ${show(access)} is no Access`)
  }
}

/** Whether the machine has ever been given gas. 0 is an answer; to give none is a mistake. */
export function checkGasGiven(gas: bigint): void {
  if (gas !== 0n) return
  throw new TypeError('gas: the machine was given none; instantiate(program, { gas })')
}

/** A byte array to read into or write from. */
export function checkBytes(name: string, bytes: Uint8Array): void {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${name}: expected a Uint8Array`)
}

/** A 64-bit value to write to memory. */
export function checkBig(value: bigint): void {
  if (typeof value !== 'bigint') throw new TypeError(`value: expected a bigint, found ${typeof value}`)
}

/** What `instantiate` is given. */
export function checkProgram(program: Program): void {
  if (typeof program !== 'object' || program === null || !(program.code instanceof Uint8Array)) {
    throw new TypeError('program: expected what loadProgram returns')
  }
}

/** An options object, or nothing. */
export function checkOptions(options: unknown): void {
  if (options !== undefined && (typeof options !== 'object' || options === null)) {
    throw new TypeError('options: expected an object')
  }
}
