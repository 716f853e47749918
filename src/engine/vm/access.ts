// What other parts of the package get of a machine beyond what its host sees: snapshots, counts, searches. Not the machine: machine.ts.

import type { RunningTally } from '../../program/tally.ts'
import type { Vm } from '../engine.ts'
import type { Body } from './body.ts'
import type { InnerState, Surroundings } from './inner-state.ts'
import { machineAccess } from './machine.ts'

function isObject(vm: unknown): vm is object {
  return typeof vm === 'object' && vm !== null
}

/** The body of a machine, whatever it is doing; undefined of what is no machine of this package. */
export function bodyOf(vm: Vm): Body | undefined {
  return isObject(vm) ? machineAccess.bodyOf(vm) : undefined
}

/**
 * The body of a machine at rest.
 *
 * @param what who asks, for messages.
 * @throws TypeError when it runs, waits for a promise, or is disposed of.
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
 * The hidden state of a machine at rest.
 *
 * @param what who asks, for messages.
 * @throws TypeError when it runs, waits for a promise, is disposed of, or is none of ours.
 */
export function readInner(vm: Vm, what: string): InnerState & Surroundings {
  checkOurs(vm)
  return machineAccess.readInner(vm, what)
}

/** Sets the hidden state of a machine at rest; pc, gas and what else is shown has to be set before. */
export function writeInner(vm: Vm, state: InnerState): void {
  checkOurs(vm)
  machineAccess.writeInner(vm, state)
}

/**
 * Has a machine at rest count its runs from now on, until it is disposed of; a reset does not end it.
 *
 * @throws TypeError when it runs, waits for a promise, is disposed of, is none of ours, or when a host function has its registers or
 * memory as views.
 */
export function startTally(vm: Vm): RunningTally {
  const body = restingBody(vm, 'count')
  if (body === undefined) throw new TypeError('vm: no machine of an engine of this package')
  return body.startTally()
}
