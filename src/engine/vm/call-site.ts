// Where a machine stands with its host: the call that is made, what is left of it. Not the call itself: ../host-call.ts. Host
// functions get the machine and never see this.
import type { Allowance } from '../allowance.ts'
import type { HostTable, Vm } from '../engine.ts'
import { type HostCallError, type HostCallSite, Pending } from '../host-call.ts'
import type { LateAnswer } from '../late-answer.ts'

/** Whose pc a call moves. */
interface Place {
  pc: number
}

/** The call site of one machine. */
export class CallSite implements HostCallSite {
  readonly vm: Vm
  host: HostTable | undefined
  overdrawn = false
  pending: Pending = Pending.None
  disposeRequested = false
  thrown: HostCallError | undefined
  paid = 0n
  allowance: Allowance | undefined
  late: LateAnswer | undefined
  /** Set by the machine before anything runs. */
  place: Place | undefined

  constructor(vm: Vm) {
    this.vm = vm
  }

  movePc(pc: number): void {
    this.place!.pc = pc
  }

  /** Forgets what earlier runs left. */
  restart(host: HostTable | undefined, overdrawn: boolean): void {
    this.host = host
    this.pending = Pending.None
    this.overdrawn = overdrawn
    this.thrown = undefined
    this.late = undefined
  }
}
