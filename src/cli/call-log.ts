// Remembers host calls of a run, the first ones in full and how many there were. Not a trace: trace/record.ts.
import type { HostTable, Vm } from '../engine/engine.ts'
import { hostIndex64 } from '../engine/exit.ts'
import { observeHost } from '../trace/observe.ts'

/** This is one host call. */
export interface LoggedCall {
  readonly index: bigint
  readonly name: string
  /** This is the address of the `ecalli`. */
  readonly pc: number
  /** This is the gas before its price. */
  readonly gas: bigint
  /** r7 to r12 at the call. */
  readonly args: readonly bigint[]
  /** r7 behind it; undefined where the call did not return. */
  result: bigint | undefined
}

/** Host calls of one run. */
export class CallLog {
  readonly calls: LoggedCall[] = []
  /** The last one, also when there were more than are remembered. */
  last: LoggedCall | undefined
  count = 0
  /** Gas that host calls took. */
  gas = 0n
  readonly #limit: number
  readonly #onCall: ((call: LoggedCall) => void) | undefined
  #before = 0n
  #open: LoggedCall | undefined

  constructor(limit: number, onCall?: (call: LoggedCall) => void) {
    this.#limit = limit
    this.#onCall = onCall
  }

  /** The host, with its calls remembered here. */
  observe(host: HostTable): HostTable {
    return observeHost(host, {
      before: (vm, index, name) => {
        this.#before = vm.gas
        this.count += 1
        this.#remember(vm, index, name)
      },
      after: vm => {
        this.gas += this.#before - vm.gas
        if (this.#open === undefined) return
        this.#open.result = vm.regs[7]!
        if (this.count <= this.#limit) this.#onCall?.(this.#open)
        this.#open = undefined
      },
    })
  }

  #remember(vm: Vm, index: number, name: string): void {
    const args = Array.from(vm.regs.subarray(7))
    const call = { index: hostIndex64(index), name, pc: vm.pc, gas: vm.gas, args, result: undefined }
    if (this.count <= this.#limit) this.calls.push(call)
    this.last = this.#open = call
  }
}
