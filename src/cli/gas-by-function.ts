// Gas by function, counted by a tracer: where a run spends it. Not the gas of blocks: gas.ts.
import type { Vm } from '../engine/engine.ts'
import type { Tracer } from '../engine/tracing.ts'
import { formatCount } from './format.ts'
import type { Loaded } from './load.ts'
import { symbolsFor } from './source.ts'

interface Spent {
  gas: bigint
  instructions: number
}

/** Counts gas and instructions by the function or label they are in; `undefined` is code before the first. */
export class GasByFunction {
  readonly #spent = new Map<string, Spent>()
  readonly #nameAt: (pc: number) => string
  #gas = 0n

  constructor(loaded: Loaded) {
    const { functionAt } = symbolsFor(loaded)
    const known = new Map<number, string>()
    this.#nameAt = pc => {
      let name = known.get(pc)
      if (name === undefined) known.set(pc, (name = functionAt(pc)?.name ?? '(no name)'))
      return name
    }
  }

  /** A tracer that counts, and calls another one. Gas of a host call counts where the call is. */
  tracer(vm: Vm, other: Tracer | undefined): Tracer {
    this.#gas = vm.gas
    let spent = this.#at(vm.pc)
    return event => {
      // What was taken since the last instruction was seen, host calls before this one included, is that one's.
      spent.gas += this.#gas - event.gasBefore
      spent = this.#at(event.pc)
      spent.gas += event.gasBefore - event.gasAfter
      spent.instructions += 1
      this.#gas = event.gasAfter
      other?.(event)
    }
  }

  #at(pc: number): Spent {
    const name = this.#nameAt(pc)
    let spent = this.#spent.get(name)
    if (spent === undefined) this.#spent.set(name, (spent = { gas: 0n, instructions: 0 }))
    return spent
  }

  /** Adds what the last host call took, which no instruction followed. */
  finish(vm: Vm, at: number): void {
    const left = vm.gas > 0n ? vm.gas : 0n
    if (this.#gas > left) this.#at(at).gas += this.#gas - left
    this.#gas = left
  }

  /** The function with the most gas stands first. */
  get rows(): readonly (Spent & { readonly name: string })[] {
    return [...this.#spent].map(([name, spent]) => ({ name, ...spent })).sort((a, b) => (a.gas < b.gas ? 1 : -1))
  }

  /** A line each, with its share. */
  lines(): string[] {
    const { rows } = this
    const total = rows.reduce((sum, { gas }) => sum + gas, 0n)
    const width = Math.max(8, ...rows.map(({ name }) => name.length))
    return [
      `${'function'.padEnd(width)}             gas       %   instructions`,
      ...rows.map(({ name, gas, instructions }) => {
        const share = total === 0n ? '0.0' : (Number((gas * 1000n) / total) / 10).toFixed(1)
        return `${name.padEnd(width)} ${formatCount(gas).padStart(15)} ${share.padStart(7)} ${formatCount(instructions).padStart(14)}`
      }),
    ]
  }
}
