// One call of an imported function: its arguments, guest memory with its limits, the words for the log. Not the functions.
import type { Vm } from '../../engine/engine.ts'
import { OOB } from '../../engine/memory.ts'
import { readBytes } from '../registers.ts'
import { ContractFailure } from './failure.ts'
import type { Frame } from './frame.ts'
import { SENTINEL } from './interface.ts'
import { type Hex, hexOf, numberOf } from './text.ts'

/** A handler's answer for r7; undefined leaves the register alone. */
export type Answer = number | bigint | undefined

/** The call cannot be finished now: it is made again. */
export const AGAIN: unique symbol = Symbol('again')

/** Bytes of data that a log line shows. */
const SHOWN = 36
const ZEROS = new Uint8Array(32)

/** Bytes stand in a log as `32 bytes 0x…`; of longer ones it shows the beginning. */
export function dataWords(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'no data'
  const text = hexOf(bytes.subarray(0, SHOWN))
  return `${bytes.length} byte${bytes.length === 1 ? '' : 's'} ${text}${bytes.length > SHOWN ? '…' : ''}`
}

/** A host call of a contract. */
export class HostCall {
  readonly frame: Frame
  readonly vm: Vm
  readonly name: string
  readonly #gas: bigint

  constructor(frame: Frame, vm: Vm, name: string) {
    this.frame = frame
    this.vm = vm
    this.name = name
    this.#gas = frame.world.onLine === undefined ? 0n : vm.gas
  }

  /** Argument `i` is an address or a length here: its low 32 bits. */
  u32(i: number): number {
    return this.vm.regs32[2 * (7 + i)]!
  }

  u64(i: number): bigint {
    return this.vm.regs[7 + i]!
  }

  /** Argument `i` holds two numbers: the high and the low 32 bits. */
  pair(i: number): readonly [high: number, low: number] {
    return [this.vm.regs32[2 * (7 + i) + 1]!, this.u32(i)]
  }

  read(address: number, length: number): Uint8Array {
    const bytes = readBytes(this.vm, address, length)
    if (bytes === undefined) throw this.#outOfBounds('readable', address, length)
    return bytes
  }

  write(address: number, bytes: Uint8Array): void {
    if (this.vm.memory.write(address, bytes) === OOB) throw this.#outOfBounds('writable', address, bytes.length)
  }

  /** Writes zeros, a page at most at a time: lengths are the guest's. */
  zero(address: number, length: number): void {
    if (!this.vm.memory.writable(address, length)) throw this.#outOfBounds('writable', address, length)
    for (let at = 0; at < length; at += ZEROS.length) {
      this.vm.memory.write(address + at, ZEROS.subarray(0, Math.min(ZEROS.length, length - at)))
    }
  }

  #outOfBounds(right: string, address: number, length: number): ContractFailure {
    const range = `${length} bytes at 0x${address.toString(16)}`
    return new ContractFailure('out-of-bounds', `${this.name}: ${range} are not ${right}`)
  }

  /** This reads an address, which has 20 bytes. */
  address(at: number): Hex {
    return hexOf(this.read(at, 20))
  }

  /** This reads a number of 256 bits, with the low byte first. */
  number(at: number): bigint {
    return numberOf(this.read(at, 32))
  }

  /**
   * Writes as much as there is room for: the length at `lengthAt` is read, and becomes what was written. An address of all
   * ones skips it, where that is allowed.
   */
  writeOutput(at: number, lengthAt: number, bytes: Uint8Array, maySkip: boolean): void {
    if (maySkip && at === SENTINEL) return
    const room = new DataView(this.read(lengthAt, 4).buffer).getUint32(0, true)
    const count = Math.min(room, bytes.length)
    this.write(at, bytes.subarray(0, count))
    const length = new Uint8Array(4)
    new DataView(length.buffer).setUint32(0, count, true)
    this.write(lengthAt, length)
  }

  /** Whether somebody reads the log: words cost time. */
  get logged(): boolean {
    return this.frame.world.onLine !== undefined
  }

  /** This adds a line to the log. */
  say(words: string): void {
    const { onLine } = this.frame.world
    const gas = this.#gas - this.vm.gas
    onLine?.({ depth: this.frame.depth, address: this.frame.address, name: this.name, words, gas })
  }
}

/** What answers a call. */
export type Handler = (call: HostCall) => Answer | typeof AGAIN
