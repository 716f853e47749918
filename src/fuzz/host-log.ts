// What the host functions of one machine saw, so that engines can be compared at every call. Not what they do.
import type { Vm } from '../engine/engine.ts'

/** This is what the host functions of one machine saw. */
export interface HostLog {
  calls: number
  /** Calls since the machine was started last; what a call does depends on it, so that entries can be taken out. */
  sinceStart: number
  digest: number
  /** The same of memory and rights, where they are to be looked at: not by every case, since looking may put right what is wrong. */
  memory?: number
}

/** A digest of what a host function sees. */
function digest(vm: Vm, index: number, before: number): number {
  let h = before ^ index
  const { regs32 } = vm
  for (let i = 0; i < 26; i++) h = Math.imul(h ^ regs32[i]!, 0x01000193)
  h = Math.imul(h ^ vm.pc, 0x01000193)
  h = Math.imul(h ^ Number(BigInt.asIntN(32, vm.gas)), 0x01000193)
  return Math.imul(h ^ (vm.charged ? 1 : 2), 0x01000193)
}

/** Counts a call, with what it saw. */
export function digestCall(vm: Vm, index: number, log: HostLog): void {
  log.calls += 1
  log.sinceStart += 1
  log.digest = digest(vm, index, log.digest)
}
