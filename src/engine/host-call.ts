// What happens at an `ecalli`, on every engine: the price, the call, the outcome. The host functions of JAM are in src/host/.

import { ResourceError } from '../core/resource-error.ts'
import type { Allowance } from './allowance.ts'
import type { Care } from './care.ts'
import { HostAction, type HostEntry, type HostPrice, type HostTable, type Vm } from './engine.ts'
import { Exit } from './exit.ts'
import { describe, HostCallError } from './host-call-error.ts'
import { isPromise, LateAnswer } from './late-answer.ts'

/** What the next run does first, if pc is at an `ecalli`. */
export const Pending = {
  None: 0,
  /** Makes the call. The `ecalli` itself has been paid already. */
  Call: 1,
  /** Goes on behind the `ecalli`, because somebody outside has answered the call. */
  Skip: 2,
} as const
export type Pending = (typeof Pending)[keyof typeof Pending]

/** What `performHostCall` needs of a machine. Host functions never see it. */
export interface HostCallSite {
  /** The machine as the host function gets it. */
  readonly vm: Vm
  readonly host: HostTable | undefined
  /** Moves pc and changes nothing else. The block stays paid, unlike when `vm.pc` is written. */
  movePc(pc: number): void
  /** What makes calls unusual. Among it is whether gas is overdrawn, because looking at the gas itself, twice in each call, takes 2 ns. */
  readonly care: Care
  /** The computed price that was taken for the call that is made, or was made last. */
  paid: bigint
  /** Set by `performHostCall`. Writing `vm.pc` clears it. */
  pending: Pending
  /** The bounds of the run that is under way. Undefined if it has none. */
  readonly allowance: Allowance | undefined
  /** The answer of a host function that has returned a promise; see `resumeLate`. Set by `performHostCall`. */
  late: LateAnswer | undefined
  /** What the host function threw. The engine throws it again from `run`, or keeps it for `vm.hostError`. */
  thrown: HostCallError | undefined
}

function isHostAction(action: unknown): action is HostAction {
  return typeof action === 'number' && action >= 0 && action <= HostAction.Again && Number.isInteger(action)
}

function unpaid(site: HostCallSite, pc: number): Exit {
  site.movePc(pc)
  site.pending = Pending.Call
  return Exit.OutOfGas
}

function ended(site: HostCallSite, pc: number, exit: Exit): Exit {
  site.movePc(pc)
  return exit
}

/** Takes the price. If a function computes it, that sees pc still at the `ecalli`. Without gas, a price of 0 is too much as well. */
function charge(site: HostCallSite, price: HostPrice, index: number, pc: number, next: number): boolean {
  const { vm, care } = site
  if (typeof price === 'number') {
    if (price === 0 && !care.overdrawn) return true
    if (!vm.chargeGas(price)) return false
    if (care.overdrawn) care.overdrawn = false
    return true
  }
  site.movePc(pc)
  site.paid = 0n // of an earlier call; if the price itself fails for lack of memory, nothing is given back
  const amount = price(vm, index)
  const paid = vm.chargeGas(amount)
  site.paid = BigInt(amount)
  site.movePc(next)
  if (paid) care.overdrawn = false
  return paid
}

/** Gives the price back. The next run makes the call again, and pays again. */
function again(site: HostCallSite, entry: HostEntry, pc: number): Exit {
  site.movePc(pc)
  const paid = typeof entry.price === 'number' ? BigInt(entry.price) : site.paid
  if (paid !== 0n) site.vm.gas = BigInt.asIntN(64, site.vm.gas + paid)
  site.pending = Pending.Call
  return Exit.Paused
}

/** A host function threw, or answered something that is no HostAction. After a ResourceError the call will be made again. */
function failed(site: HostCallSite, entry: HostEntry | undefined, index: number, pc: number, error: unknown): Exit {
  site.thrown = new HostCallError(index, pc, error, site.vm)
  if (entry !== undefined && ResourceError.is(error) && !site.care.disposeRequested) return again(site, entry, pc)
  return ended(site, pc, Exit.Panic)
}

/** How the machine stops after a host function that did more than return. Undefined when the machine goes on. */
function outcome(site: HostCallSite, entry: HostEntry, action: unknown, index: number, pc: number): Exit | undefined {
  if (isPromise(action)) {
    const late = new LateAnswer(entry, index, pc, action)
    if (!site.care.disposeRequested) site.late = late
    return Exit.Break
  }
  if (action !== undefined && !isHostAction(action)) {
    const what = `${entry.name} returned ${describe(action)}, no HostAction`
    return failed(site, entry, index, pc, new TypeError(what))
  }
  if (site.care.disposeRequested) return Exit.Break
  if (site.care.overdrawn) {
    site.vm.gas = 0n
    return Exit.OutOfGas
  }
  switch (action) {
    case HostAction.Halt:
      return ended(site, pc, Exit.Halt)
    case HostAction.Panic:
      return ended(site, pc, Exit.Panic)
    case HostAction.Stop:
      return Exit.Break
    case HostAction.OutOfGas:
      return unpaid(site, pc)
    case HostAction.Again:
      return again(site, entry, pc)
    default:
      return undefined
  }
}

/**
 * Makes the host call of the `ecalli` at `pc`. `index` is as in `exitArg`, and `next` is the address of the instruction behind it.
 * The machine's pc is `next` already. Whether the block has been paid does not change (GP 0.8.0 A.36 passes the flag through).
 * Nothing is allocated if the price is a number and the host function allocates nothing.
 *
 * @returns undefined when the machine goes on at its pc, which the host function may have moved. Otherwise how it stops:
 * - `Host`, no function for the index: pc is the ecalli, `pending` is `Skip`.
 * - `OutOfGas` before the call, by its price: gas emptied, pc is the ecalli, `pending` is `Call`.
 * - `OutOfGas` after the call, by what the host function took: gas emptied, pc is where the machine would have gone on.
 * - `Halt`, `Panic`: pc is the ecalli. A thrown error is a panic with `thrown` set.
 * - `Break`: pc is where the machine goes on. Also when the host function disposed of the machine, or returned a promise:
 *   then `late` is set.
 * - `Paused`: pc is the ecalli, `pending` is `Call`, the price is given back. With `thrown` set for a ResourceError.
 *
 * Rare cases are in other functions, because V8 inlines a function only up to 460 bytes of bytecode. Not inlined, a host call costs
 * 4 ns more (bench/micro/host-call.mjs).
 */
export function performHostCall(site: HostCallSite, index: number, pc: number, next: number): Exit | undefined {
  let entry: HostEntry | undefined
  let action: unknown
  const { care } = site
  try {
    const { host } = site
    entry = host === undefined ? undefined : host.entry(index)
    if (entry === undefined) {
      site.pending = Pending.Skip
      return ended(site, pc, Exit.Host)
    }
    const { price } = entry
    if ((price !== 0 || care.bits !== 0) && !charge(site, price, index, pc, next)) return unpaid(site, pc) // GP A.36
    action = entry.call(site.vm, index)
  } catch (error) {
    return failed(site, entry, index, pc, error)
  }
  if (action === undefined && care.bits === 0) return undefined
  return outcome(site, entry, action, index, pc)
}

/**
 * Goes on behind a host function whose promise is settled. The answer counts as if it had been returned or thrown.
 *
 * @returns as `performHostCall` does.
 */
export function resumeLate(site: HostCallSite, late: LateAnswer): Exit | undefined {
  site.late = undefined
  const { entry, index, pc, answer } = late
  if (answer === undefined) throw new TypeError('late: not settled')
  if ('error' in answer) return failed(site, entry, index, pc, answer.error)
  if (answer.action === undefined && !site.care.overdrawn) return undefined
  return outcome(site, entry, answer.action, index, pc)
}

/**
 * Does the same where a run has bounds. The host function sees the whole gas. Behind it the clock is looked at, and the run may have
 * to pause. All of this is one function on purpose, of more than 460 bytes of bytecode, so that V8 does not inline it. In a new process
 * V8 would optimize each of several functions on its own, with all that each calls, and its threads would take the processor from the
 * guest for 4 ms and more (bench/micro/deadline-cold.mjs). test/engine/bounded-call-size.test.ts holds that.
 */
export function performBoundedCall(site: HostCallSite, index: number, pc: number, next: number): Exit | undefined {
  const { allowance, vm, care } = site
  if (allowance === undefined) return performHostCall(site, index, pc, next)
  const { isWhole } = allowance
  const had = isWhole ? 0n : allowance.pause()
  const before = isWhole ? 0n : vm.gas
  let entry: HostEntry | undefined
  let exit: Exit | undefined
  try {
    const { host } = site
    entry = host === undefined ? undefined : host.entry(index)
    if (entry === undefined) {
      site.pending = Pending.Skip
      site.movePc(pc)
      exit = Exit.Host
    } else {
      const { price } = entry
      let isPaid = true
      if (typeof price === 'number') {
        if (price !== 0 || care.overdrawn) isPaid = vm.chargeGas(price)
      } else {
        site.movePc(pc)
        site.paid = 0n
        const amount = price(vm, index)
        isPaid = vm.chargeGas(amount)
        site.paid = BigInt(amount)
        site.movePc(next)
      }
      if (!isPaid) {
        site.pending = Pending.Call
        site.movePc(pc)
        exit = Exit.OutOfGas
      } else {
        care.overdrawn = false
        const action = entry.call(vm, index)
        if (action !== undefined || care.disposeRequested || care.overdrawn) {
          exit = outcome(site, entry, action, index, pc)
        }
      }
    }
  } catch (error) {
    site.thrown = new HostCallError(index, pc, error, vm)
    if (entry !== undefined && ResourceError.is(error) && !care.disposeRequested) exit = again(site, entry, pc)
    else exit = ended(site, pc, Exit.Panic)
  }
  if (exit === undefined) {
    if (isWhole) {
      const now = performance.now()
      if (now < allowance.next || !allowance.isOverAt(now)) return undefined
    } else if (allowance.goOn(had, before)) return undefined
    exit = Exit.Paused
  }
  allowance.stoppedByHost = true
  return exit
}
