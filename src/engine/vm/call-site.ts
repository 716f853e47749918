// The call site of a machine: which host call is being made, and what is left to do about it. The call is made by ../host-call.ts.
// Host functions get the machine and never see this.
import type { Allowance } from '../allowance.ts'
import { Care } from '../care.ts'
import type { HostTable, Vm } from '../engine.ts'
import { type HostCallSite, Pending } from '../host-call.ts'
import type { HostCallError } from '../host-call-error.ts'
import type { LateAnswer } from '../late-answer.ts'

/** The body, as far as a call needs it. */
interface Place {
  pc: number
}

/** The call site of one machine. */
export class CallSite implements HostCallSite {
  readonly vm: Vm
  host: HostTable | undefined
  readonly care: Care = new Care()
  pending: Pending = Pending.None
  thrown: HostCallError | undefined
  paid = 0n
  late: LateAnswer | undefined
  /** The machine sets it before anything runs. */
  place: Place | undefined

  #allowance: Allowance | undefined

  constructor(vm: Vm) {
    this.vm = vm
  }

  get allowance(): Allowance | undefined {
    return this.#allowance
  }

  set allowance(allowance: Allowance | undefined) {
    this.#allowance = allowance
    this.care.hasBounds = allowance !== undefined
  }

  movePc(pc: number): void {
    this.place!.pc = pc
  }

  /** Forgets what earlier runs have left. */
  restart(host: HostTable | undefined, overdrawn: boolean): void {
    this.host = host
    this.pending = Pending.None
    this.care.overdrawn = overdrawn
    this.thrown = undefined
    this.late = undefined
  }
}
