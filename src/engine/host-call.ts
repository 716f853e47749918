// What happens at an `ecalli`: price, call, outcome. One place for all engines. Not the functions themselves: host/.

import { ResourceError } from '../core/resource-error.ts'
import type { Program } from '../program/program.ts'
import { type Allowance, GAP_MS } from './allowance.ts'
import { HostAction, type HostEntry, type HostPrice, type HostTable, type Vm } from './engine.ts'
import { Exit } from './exit.ts'
import { isPromise, LateAnswer } from './late-answer.ts'

/** What was thrown or answered, in a message. Anything at all can be thrown, also what has no text form. */
function describe(value: unknown): string {
  try {
    return value instanceof Error ? String(value.message) : String(value) // both run code of whoever made the value
  } catch {
    return typeof value
  }
}

/** A host function threw. The machine has panicked, its state is that at the throw. */
export class HostCallError extends Error {
  override readonly name = 'HostCallError'
  /** Host-call index, low 32 bits, signed. */
  readonly index: number
  /** Address of the `ecalli`. */
  readonly pc: number
  readonly #program: Program
  readonly #regs: BigUint64Array

  constructor(index: number, pc: number, cause: unknown, { program, regs }: Pick<Vm, 'program' | 'regs'>) {
    super(`host call ${index} at pc ${pc}: ${describe(cause)}`, { cause })
    this.index = index
    this.pc = pc
    this.#program = program
    this.#regs = regs.slice()
  }

  /** The program that called. */
  get program(): Program {
    return this.#program
  }

  /** The 13 registers at the throw. They outlive the machine. */
  get regs(): BigUint64Array {
    return this.#regs
  }
}

/** What the next run does first, when pc stands on an `ecalli`. */
export const Pending = {
  None: 0,
  /** Make the call, which could not be paid; the `ecalli` itself was paid already. */
  Call: 1,
  /** Go on behind the `ecalli`, which somebody outside has answered. */
  Skip: 2,
} as const
export type Pending = (typeof Pending)[keyof typeof Pending]

/** What `performHostCall` needs of a machine. Host functions never see it. */
export interface HostCallSite {
  /** The machine as the host function gets it. */
  readonly vm: Vm
  readonly host: HostTable | undefined
  /** Moves pc and nothing else: the block stays paid, unlike when `vm.pc` is written. */
  movePc(pc: number): void
  /**
   * Gas was written as less than zero, or `chargeGas` failed and gas has not been written since. A flag that those two
   * keep, because looking at the gas itself, twice per call, takes 2 ns.
   */
  overdrawn: boolean
  /** The computed price that was taken last. */
  paid: bigint
  /** Set by `performHostCall`; writing `vm.pc` clears it. */
  pending: Pending
  /** `dispose` was called by the host function; the engine disposes when the run is over. */
  disposeRequested: boolean
  /** Portions of gas of the run that is under way; undefined where it has no bounds. */
  readonly allowance: Allowance | undefined
  /** Of a host function that has returned a promise; see `resumeLate`. Set by `performHostCall`. */
  late: LateAnswer | undefined
  /** What the host function threw; the engine rethrows it from `run`, or keeps it for `vm.hostError`. */
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

/** Takes the price, which a function computes with pc still at the `ecalli`. */
function charge(site: HostCallSite, price: HostPrice, index: number, pc: number, next: number): boolean {
  const { vm } = site
  if (typeof price === 'number') return vm.chargeGas(price)
  site.movePc(pc)
  const amount = price(vm, index)
  const paid = vm.chargeGas(amount)
  site.paid = BigInt(amount)
  site.movePc(next)
  return paid
}

/** Gives the price back: the next run makes the call again, and pays again. */
function again(site: HostCallSite, entry: HostEntry, pc: number): Exit {
  site.movePc(pc)
  const paid = typeof entry.price === 'number' ? BigInt(entry.price) : site.paid
  if (paid !== 0n) site.vm.gas = BigInt.asIntN(64, site.vm.gas + paid)
  site.pending = Pending.Call
  return Exit.Paused
}

/** A host function threw, or answered something that is no HostAction. A ResourceError is no answer: the call will be made again. */
function failed(site: HostCallSite, entry: HostEntry | undefined, index: number, pc: number, error: unknown): Exit {
  site.thrown = new HostCallError(index, pc, error, site.vm)
  if (entry !== undefined && ResourceError.is(error) && !site.disposeRequested) return again(site, entry, pc)
  return ended(site, pc, Exit.Panic)
}

/** How the machine stops after a host function that did more than return; undefined when the machine goes on. */
function outcome(site: HostCallSite, entry: HostEntry, action: unknown, index: number, pc: number): Exit | undefined {
  if (isPromise(action)) {
    const late = new LateAnswer(entry, index, pc, action)
    if (!site.disposeRequested) site.late = late
    return Exit.Break
  }
  if (action !== undefined && !isHostAction(action)) {
    const what = `${entry.name} returned ${describe(action)}, no HostAction`
    return failed(site, entry, index, pc, new TypeError(what))
  }
  if (site.disposeRequested) return Exit.Break
  if (site.overdrawn) {
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
 * Makes the host call of the `ecalli` at `pc`, with `index` as `exitArg` has it and `next` the instruction behind it.
 * The block's payment is not touched (GP 0.8.0 A.36: the flag is passed through). Does not allocate when the price is a
 * number and the host function does not. The site's pc is `next` already: compiled code has stored it, and moving it again
 * would cost every call.
 *
 * @returns undefined when the machine goes on, at its pc, which the host function may have moved; else how it stops:
 * - `Host`, no function for the index: pc is the ecalli, `pending` is `Skip`.
 * - `OutOfGas` before the call, by its price: gas emptied, pc is the ecalli, `pending` is `Call`.
 * - `OutOfGas` after the call, by what the host function took: gas emptied, pc is where the machine would have gone on.
 * - `Halt`, `Panic`: pc is the ecalli. A thrown error is a panic with `thrown` set.
 * - `Break`: pc is where the machine goes on. Also when the host function disposed of the machine, or returned a promise:
 *   then `late` is set.
 * - `Paused`: pc is the ecalli, `pending` is `Call`, the price is given back. With `thrown` set for a ResourceError.
 *
 * What is rare is in functions of its own: over 460 bytes of bytecode V8 does not take this one into its callers, and a
 * host call costs 4 ns more (bench/micro/host-call.mjs).
 */
export function performHostCall(site: HostCallSite, index: number, pc: number, next: number): Exit | undefined {
  let entry: HostEntry | undefined
  let action: unknown
  try {
    const { host } = site
    entry = host === undefined ? undefined : host.entry(index)
    if (entry === undefined) {
      site.pending = Pending.Skip
      return ended(site, pc, Exit.Host)
    }
    const { price } = entry
    if ((price !== 0 || site.overdrawn) && !charge(site, price, index, pc, next)) return unpaid(site, pc) // GP A.36
    site.overdrawn = false
    action = entry.call(site.vm, index)
  } catch (error) {
    return failed(site, entry, index, pc, error)
  }
  if (action === undefined && !site.disposeRequested && !site.overdrawn) return undefined
  return outcome(site, entry, action, index, pc)
}

/**
 * Goes on behind a host function whose promise is settled: what it says counts as if it had been returned or thrown.
 *
 * @returns as `performHostCall` does.
 */
export function resumeLate(site: HostCallSite, late: LateAnswer): Exit | undefined {
  site.late = undefined
  const { entry, index, pc, answer } = late
  if (answer === undefined) throw new TypeError('late: not settled')
  if ('error' in answer) return failed(site, entry, index, pc, answer.error)
  if (answer.action === undefined && !site.overdrawn) return undefined
  return outcome(site, entry, answer.action, index, pc)
}

/**
 * The same where a run has bounds: the function sees the whole gas, and behind it the clock is looked at, and the run may have to
 * pause. All of it in one function of more than 460 bytes of bytecode, which V8 takes into no other: in a new process it optimizes
 * each of several on its own, each with those that it calls, and the threads it does that on take the processor from the guest
 * for 4 ms and more (bench/micro/deadline-cold.mjs). test/engine/bounded-call-size.test.ts holds it.
 */
export function performBoundedCall(site: HostCallSite, index: number, pc: number, next: number): Exit | undefined {
  const { allowance, vm } = site
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
        if (price !== 0 || site.overdrawn) isPaid = vm.chargeGas(price)
      } else {
        site.movePc(pc)
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
        site.overdrawn = false
        const action = entry.call(vm, index)
        if (action !== undefined || site.disposeRequested || site.overdrawn) {
          exit = outcome(site, entry, action, index, pc)
        }
      }
    }
  } catch (error) {
    exit = failed(site, entry, index, pc, error)
  }
  if (exit === undefined) {
    if (!isWhole) {
      if (allowance.goOn(had, before)) return undefined
    } else {
      const now = performance.now()
      if (now < allowance.until && now - allowance.seen < GAP_MS) {
        allowance.seen = now
        return undefined
      }
      if (!allowance.isOverAt(now)) return undefined
    }
  }
  allowance.stoppedByHost = true
  return exit ?? Exit.Paused
}
