// What host calls cost: how often each was made, and the gas that left the machine with it, price and what the function took. Not the
// gas of instructions: gas-counts.ts.

import { ResourceError } from '../core/resource-error.ts'
import { HostAction, type HostEntry, type HostTable, type Vm } from '../engine/engine.ts'
import { isPromise } from '../engine/late-answer.ts'

/** A host call and what it cost. */
export interface HostCallCost {
  /** These are the low 32 bits of its index, signed. */
  readonly index: number
  /** This is the name of the host function. It is undefined where none answered. */
  readonly name: string | undefined
  /** How often its function was called, or how often nobody answered. */
  readonly calls: number
  /** Gas that was there before and not behind it; less than zero where the function gave some. */
  readonly gas: bigint
}

/** A host that is watched. */
export interface WatchedGas {
  /** The host table for the machine, in place of the one that is watched. */
  readonly host: HostTable
  /** What was counted so far, by index. */
  calls(): readonly HostCallCost[]
  /** Where the machine has its gas, as two halves: `countGas` says so. Then a call costs some ns more, without it 50. */
  attach(words: Uint32Array): void
}

const least = (gas: bigint): bigint => (gas > 0n ? gas : 0n)
const whole = (low: number, high: number): bigint => BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low))

/** What a price takes when it cannot be paid. It is undefined when the price can be paid, or is no amount. */
function emptied(gas: bigint, amount: number | bigint): bigint | undefined {
  const isAmount = typeof amount === 'bigint' || Number.isInteger(amount)
  return isAmount && amount >= 0 && gas < amount ? least(gas) : undefined
}

/** This is one host call. */
class Row {
  readonly index: number
  name: string | undefined
  calls = 0
  /** What the calls took beside `paid` times the price. */
  more = 0n
  price = 0
  paid = 0
  real: HostEntry | undefined
  entry: HostEntry | undefined

  constructor(index: number) {
    this.index = index
  }

  get gas(): bigint {
    return this.more + BigInt(this.price) * BigInt(this.paid)
  }

  /** Called when another function answers from now on, or has another price. */
  change(real: HostEntry, price: number, entry: HostEntry): void {
    this.more = this.gas
    this.paid = 0
    this.price = price
    this.real = real
    this.name = real.name
    this.entry = entry
  }
}

class HostGas implements WatchedGas {
  readonly host: HostTable
  readonly #rows = new Map<number, Row>()
  #words: Uint32Array | undefined
  /** A call that was looked up and not made yet, and the gas then: it may be too dear. */
  #open: Row | undefined
  #low = 0
  #high = 0

  constructor(real: HostTable) {
    const entry = (index: number): HostEntry | undefined => this.#look(index, real.entry(index))
    const { version } = real
    this.host = version === undefined ? { entry } : { entry, version }
  }

  attach(words: Uint32Array): void {
    this.#words = words
    for (const row of this.#rows.values()) row.real = undefined
  }

  calls(): readonly HostCallCost[] {
    this.#close()
    return [...this.#rows.values()]
      .map(({ index, name, calls, gas }) => ({ index, name, calls, gas }))
      .sort((a, b) => a.index - b.index)
  }

  /** A call that was not made could not be paid: it took all there was (GP A.36). */
  #close(): void {
    if (this.#open === undefined) return
    this.#open.more += least(whole(this.#low, this.#high))
    this.#open = undefined
  }

  #look(index: number, real: HostEntry | undefined): HostEntry | undefined {
    let row = this.#rows.get(index)
    if (row === undefined) this.#rows.set(index, (row = new Row(index)))
    const words = this.#words
    if (this.#open !== undefined) this.#close()
    if (real === undefined) {
      row.calls += 1
      return undefined
    }
    const { price } = real
    const isFixed = words !== undefined && typeof price === 'number' && price >= 0 && Number.isSafeInteger(price)
    if (row.real !== real || (isFixed && row.price !== price)) {
      if (isFixed) row.change(real, price, this.#fixed(row, real, words))
      else row.change(real, 0, measured(row, real))
    }
    if (isFixed) {
      this.#open = row
      this.#low = words[0]!
      this.#high = words[1]!
    }
    return row.entry
  }

  /** An entry with a fixed price: the gas is looked at before and behind the function only. */
  #fixed(row: Row, real: HostEntry, words: Uint32Array): HostEntry {
    const settle = (vm: Vm, low: number, high: number): void => {
      if (vm.isDisposed || (words[0] === low && words[1] === high)) return
      row.more += least(whole(low, high)) - least(whole(words[0]!, words[1]!))
    }
    const call: HostEntry['call'] = (vm, index) => {
      this.#open = undefined
      row.calls += 1
      row.paid += 1
      const low = words[0]!
      const high = words[1]!
      let action: ReturnType<HostEntry['call']>
      try {
        action = real.call(vm, index)
      } catch (error) {
        if (ResourceError.is(error)) takeBack(row)
        settle(vm, low, high)
        throw error
      }
      if (words[0] !== low || words[1] !== high) settle(vm, low, high)
      if (action === undefined) return
      if (action === HostAction.Again) takeBack(row)
      return isPromise(action) ? later(action, vm, least(vm.gas), row) : action
    }
    return { name: real.name, price: real.price, call }
  }
}

/** Whether the call will be made again, and paid again. */
function takeBack(row: Row): void {
  row.calls -= 1
  row.paid -= 1
}

/** What changes until a promise is settled is the host function's too. */
function later(action: PromiseLike<unknown>, vm: Vm, gas: bigint, row: Row): Promise<HostAction | undefined> {
  const promise = Promise.resolve(action as PromiseLike<HostAction | undefined>)
  return promise.finally(() => {
    if (!vm.isDisposed) row.more += gas - least(vm.gas)
  })
}

/** An entry of which price and gas are looked at in each call. */
function measured(row: Row, real: HostEntry): HostEntry {
  let before = 0n
  const settle = (vm: Vm, from: bigint): void => {
    if (!vm.isDisposed) row.more += least(from) - least(vm.gas)
  }
  const price = (vm: Vm, index: number): number | bigint => {
    const amount = typeof real.price === 'number' ? real.price : real.price(vm, index)
    before = vm.gas
    row.more += emptied(before, amount) ?? 0n
    return amount
  }
  const call: HostEntry['call'] = (vm, index) => {
    const started = before
    const paid = vm.gas
    row.calls += 1
    let isAgain = false
    try {
      const action = real.call(vm, index)
      isAgain = action === HostAction.Again
      return isPromise(action) ? later(action, vm, least(vm.gas), row) : action
    } catch (error) {
      isAgain = ResourceError.is(error)
      throw error
    } finally {
      if (isAgain) row.calls -= 1
      settle(vm, isAgain ? paid : started)
    }
  }
  return { name: real.name, price, call }
}

/**
 * Counts what host calls cost. The machine gets `host` of the result; to the guest it is the same host.
 *
 * @throws TypeError when it is no table of host functions.
 * @example const watched = watchHostGas(host); const vm = engine.instantiate(program, { gas, host: watched.host })
 */
export function watchHostGas(host: HostTable): WatchedGas {
  if (typeof host?.entry !== 'function') throw new TypeError('host: expected a table of host functions, with `entry`')
  return new HostGas(host)
}
