// Checks of what callers hand to a machine. They are the same on every engine, and throw a TypeError or RangeError that names the
// argument. What guests do is never checked here: that ends in exits.
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

/** Whether [address, address + length) is a range of at least one guest byte. A range never wraps. */
export function isRange(address: number, length: number): boolean {
  return (
    Number.isInteger(address) && Number.isInteger(length) && address >= 0 && length > 0 && address + length <= 2 ** 32
  )
}

/** Checks a pc, or another address of a machine, of 32 bits. */
export function checkAddress(name: string, value: number): number {
  if (typeof value !== 'number') throw new TypeError(`${name}: expected a number, found ${typeof value}`)
  if (!isAddress(value)) throw new RangeError(`${name}: ${show(value)} is not within 0…2^32 - 1`)
  return value
}

/** Checks a value of the gas counter, which is signed and has 64 bits. */
export function checkGas(value: bigint): bigint {
  if (typeof value !== 'bigint') throw new TypeError(`gas: expected a bigint, found ${typeof value}`)
  if (BigInt.asIntN(64, value) !== value) throw new RangeError(`gas: ${value} is not within -2^63…2^63 - 1`)
  return value
}

/** Checks an amount of gas to take. */
export function checkCharge(amount: number | bigint): bigint {
  if (typeof amount !== 'bigint' && typeof amount !== 'number') {
    throw new TypeError(`amount: expected a number or bigint, found ${typeof amount}`)
  }
  if (!(amount >= 0) || (typeof amount === 'number' && !Number.isInteger(amount))) {
    throw new RangeError(`amount: ${show(amount)} is no amount of gas`)
  }
  return BigInt(amount)
}

/** Checks how many instructions to step. */
export function checkCount(count: number): number {
  if (!(Number.isInteger(count) && count >= 0)) {
    throw new RangeError(`count: ${show(count)} is no number of instructions`)
  }
  return count
}

/** Checks a tracer, or undefined. */
export function checkTracer(tracer: unknown): void {
  if (tracer !== undefined && typeof tracer !== 'function') {
    throw new TypeError('tracer: expected a function or undefined')
  }
}

/** Checks a run of pages, which has to be within the address space. */
export function checkPages(page: number, count: number): void {
  if (!Number.isInteger(page) || page < 0 || page > PAGE_COUNT) {
    throw new RangeError(`page: ${show(page)} is no page number`)
  }
  if (!Number.isInteger(count) || count < 0 || page + count > PAGE_COUNT) {
    throw new RangeError(`count: ${show(count)} pages from ${page} are not within ${PAGE_COUNT}`)
  }
}

/** Checks that an address and a length of guest memory are numbers. Whether there is such a range is another question. */
export function checkRange(address: number, length: number): void {
  if (typeof address !== 'number') {
    throw new TypeError(
      `address: expected a number, found a ${typeof address}; guestAddress(value) makes one of a register`,
    )
  }
  if (typeof length !== 'number') throw new TypeError(`length: expected a number, found a ${typeof length}`)
}

/**
 * The guest address in a register, which is its low 32 bits. Pointers of 32-bit programs and of contracts are sign-extended in
 * registers, so `Number(vm.regs[7])` would not be the address.
 *
 * @throws TypeError for anything but a bigint or a number.
 * @example vm.memory.view(guestAddress(vm.regs[7]), 8)
 */
export function guestAddress(value: bigint | number): number {
  if (typeof value === 'number') return value >>> 0
  if (typeof value !== 'bigint') throw new TypeError(`value: expected a bigint or a number, found a ${typeof value}`)
  return Number(BigInt.asUintN(32, value))
}

/** Checks the rights of a page. */
export function checkAccess(access: Access): void {
  if (access !== Access.None && access !== Access.Read && access !== Access.Write) {
    throw new RangeError(`access: ${show(access)} is no Access`)
  }
}

/** Throws if the machine has never been given gas. To give it 0 is fine; to give it none is a mistake. */
export function checkGasGiven(gas: bigint): void {
  if (gas !== 0n) return
  throw new TypeError('gas: the machine was given none; instantiate(program, { gas })')
}

/** Checks a byte array to read into or to write from. */
export function checkBytes(name: string, bytes: Uint8Array): void {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${name}: expected a Uint8Array`)
}

/** Checks a value of 64 bits to write to memory. */
export function checkBig(value: bigint): void {
  if (typeof value !== 'bigint') throw new TypeError(`value: expected a bigint, found ${typeof value}`)
}

/** Checks what `instantiate` is given. */
export function checkProgram(program: Program): void {
  if (typeof program !== 'object' || program === null || !(program.code instanceof Uint8Array)) {
    throw new TypeError('program: expected what loadProgram returns')
  }
}

/** Checks an options object, or undefined. */
export function checkOptions(options: unknown): void {
  if (options !== undefined && (typeof options !== 'object' || options === null)) {
    throw new TypeError('options: expected an object')
  }
}
