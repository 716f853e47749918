// Gas of 64 unsigned bits, as other people's interfaces count it, on a machine whose counter is signed. Not a price list.
import type { Vm } from '../engine/engine.ts'

/** The most that a machine counts itself. */
const MAX_GAS: bigint = 2n ** 63n - 1n
const MAX_U64: bigint = 2n ** 64n - 1n

/** This takes gas as a bigint and checks it. */
export function gasOf(name: string, gas: number | bigint): bigint {
  if (typeof gas !== 'bigint' && typeof gas !== 'number') throw new TypeError(`${name}: expected a number or a bigint`)
  if (typeof gas === 'number' && !Number.isInteger(gas)) throw new RangeError(`${name}: ${gas} is no integer`)
  const wide = BigInt(gas)
  if (wide < 0n || wide > MAX_U64) throw new RangeError(`${name}: ${wide} is not within 0…2^64 - 1`)
  return wide
}

/** The counter of the present machine. What does not fit into the machine is kept here. No run lives long enough to need it. */
export class WideGas {
  #vm: Vm | undefined
  #beyond = 0n

  /** Counts on this machine from now on. */
  attach(vm: Vm, gas: bigint): void {
    this.#vm = vm
    this.set(gas)
  }

  /** Notes that the machine is gone. Then no gas is left. */
  detach(): void {
    this.#vm = undefined
    this.#beyond = 0n
  }

  /** What is left, 0…2^64 - 1. */
  get(): bigint {
    const left = this.#vm === undefined ? 0n : this.#vm.gas
    return (left > 0n ? left : 0n) + this.#beyond
  }

  set(gas: bigint): void {
    if (this.#vm === undefined) return
    this.#beyond = gas > MAX_GAS ? gas - MAX_GAS : 0n
    this.#vm.gas = gas - this.#beyond
  }

  /** Takes `amount`; when there is less, takes all and answers false. */
  take(amount: number | bigint): boolean {
    if (this.#beyond === 0n && this.#vm !== undefined) return this.#vm.chargeGas(amount)
    const left = this.get() - BigInt(amount)
    this.set(left < 0n ? 0n : left)
    return left >= 0n
  }
}
