// Watches host calls from outside: before their price is taken and after they are done. Changes nothing, costs one wrapper
// per index. Not a registry: host/.
import type { HostEntry, HostTable, Vm } from '../engine/engine.ts'
import { hostStateOf } from '../engine/host-state.ts'

/** What is told about host calls that are handled. */
export interface HostListener {
  /** At the `ecalli`, before the price: pc and gas are those a trace records. */
  before(vm: Vm, index: number, name: string): void
  /** Behind the call; not called when the gas did not suffice for the price or the host function threw. */
  after(vm: Vm, index: number, name: string): void
}

/** The same host, observed. */
export function observeHost(host: HostTable, listener: HostListener): HostTable {
  const wrapped = new Map<number, HostEntry | undefined>()
  const wrap = (index: number): HostEntry | undefined => {
    const entry = host.entry(index)
    if (entry === undefined) return undefined
    const { name, price, call } = entry
    return {
      name,
      price(vm, at) {
        listener.before(vm, at, name)
        return typeof price === 'number' ? price : price(vm, at)
      },
      call(vm, at) {
        const action = call(vm, at)
        listener.after(vm, at, name)
        return action
      },
    }
  }
  return {
    ...hostStateOf(host),
    entry(index) {
      if (!wrapped.has(index)) wrapped.set(index, wrap(index))
      return wrapped.get(index)
    },
  }
}
