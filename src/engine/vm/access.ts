// What other parts of the package can get at in a machine, and its host cannot: for snapshots, counts and searches.

import type { RunningTally } from '../../program/tally.ts'
import type { Vm } from '../engine.ts'
import type { Body } from './body.ts'
import type { InnerState, Surroundings } from './inner-state.ts'
import { machineAccess } from './machine.ts'

function isObject(vm: unknown): vm is object {
  return typeof vm === 'object' && vm !== null
}

/** The body of a machine, whatever it is doing. Undefined if it is no machine of this package. */
export function bodyOf(vm: Vm): Body | undefined {
  return isObject(vm) ? machineAccess.bodyOf(vm) : undefined
}

/**
 * The body of a machine that is at rest.
 *
 * @param what names the caller in messages.
 * @throws TypeError when the machine runs, waits for a promise, or is disposed of.
 */
export function restingBody(vm: Vm, what: string): Body | undefined {
  return isObject(vm) ? machineAccess.restingBody(vm, what) : undefined
}

function checkOurs(vm: Vm): void {
  if (!isObject(vm)) throw new TypeError('vm: expected a machine')
  if (machineAccess.bodyOf(vm) !== undefined) return
  throw new TypeError('vm: no machine of an engine of this package, or of coulis/interpreter')
}

/**
 * The hidden state of a machine that is at rest.
 *
 * @param what names the caller in messages.
 * @throws TypeError when the machine runs, waits for a promise, is disposed of, or is not of this package.
 */
export function readInner(vm: Vm, what: string): InnerState & Surroundings {
  checkOurs(vm)
  return machineAccess.readInner(vm, what)
}

/** Sets the hidden state of a machine that is at rest. pc, gas and all else that it shows have to be set before. */
export function writeInner(vm: Vm, state: InnerState): void {
  checkOurs(vm)
  machineAccess.writeInner(vm, state)
}

/**
 * Has a machine that is at rest count its runs from now on, until it is disposed of. A reset does not end that.
 *
 * @throws TypeError when the machine runs, waits for a promise, is disposed of, or is not of this package, and when a host function
 * has its registers or memory as views.
 */
export function startTally(vm: Vm): RunningTally {
  const body = restingBody(vm, 'count')
  if (body === undefined) throw new TypeError('vm: no machine of an engine of this package')
  return body.startTally()
}
