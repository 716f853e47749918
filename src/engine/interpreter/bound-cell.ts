// What a run with bounds does to a cell: its clock is looked at, running out of gas keeps the counter. Not the bounds: ../allowance.ts.

import type { Cell } from '../../core/cell.ts'
import { AT_ASKS, AT_VM, Rule, VM } from '../../core/contract.gen.ts'
import type { Allowance } from '../allowance.ts'
import { checkCharge } from '../check.ts'

const RULES = (AT_VM + VM.rules) >>> 2
const HOT = (AT_VM + VM.hot) >>> 2
const HOT_LEFT = (AT_VM + VM.hotLeft) >>> 2
const STRIDE = (AT_VM + VM.stride) >>> 2
/** Of its bits, one says that the clock has to be looked at when compiled code is left. */
const ASKS = AT_ASKS >>> 2
const CLOCK = 1

/**
 * Gas between two looks at the clock in the interpreter, while a run is timed: a sixth of a millisecond in a new process. Each
 * look more makes V8 compile more JavaScript, and on two cores its compilers then take the machine's: single runs with 1000
 * came milliseconds late.
 */
const LOOK_GAS = 16_000
/**
 * Gas between two times at which the core itself sees whether the guest has got many new pages, and lets the clock be looked at
 * if so: a few milliseconds where each instruction touches one.
 */
const STRIDE_GAS = 1000

/** Takes an amount from a counter; empties it where that is too much, and returns false (GP A.36, A.37). */
export function chargeSlowly(gas: BigInt64Array, amount: number | bigint): boolean {
  const charge = checkCharge(amount)
  const have = gas[0]!
  gas[0] = have < charge ? 0n : have - charge
  return have >= charge
}

/** Prepares a cell for a run within an allowance; the function undoes it. */
export function bindCell(cell: Cell, allowance: Allowance): () => void {
  const drains = cell.u32[RULES]! & Rule.Drain
  cell.u32[RULES] = cell.u32[RULES]! & ~Rule.Drain
  const unwatch = allowance.isTimed ? watch(cell, allowance) : undefined
  return () => {
    cell.u32[RULES] = cell.u32[RULES]! | drains
    unwatch?.()
    const { onUnbound } = cell
    cell.onUnbound = undefined
    onUnbound?.()
  }
}

/** Looks at the clock from the interpreter; the recompiler's samples stay as frequent as they were. */
function watch(cell: Cell, allowance: Allowance): () => void {
  const hot = cell.u32[HOT]!
  const { onSlice } = cell
  cell.u32[ASKS] = cell.u32[ASKS]! | CLOCK
  let gas = Math.max(0, hot - cell.u32[HOT_LEFT]!)
  cell.u32[HOT] = LOOK_GAS
  cell.u32[HOT_LEFT] = LOOK_GAS
  cell.u32[STRIDE] = STRIDE_GAS
  cell.onSlice = used => {
    allowance.look()
    gas += used
    if (onSlice === undefined || gas < hot) return
    onSlice(gas)
    gas = 0
    allowance.forgive()
  }
  return () => {
    cell.u32[ASKS] = cell.u32[ASKS]! & ~CLOCK
    cell.u32[STRIDE] = 0
    cell.u32[HOT] = hot
    cell.u32[HOT_LEFT] = Math.max(1, hot - gas)
    cell.onSlice = onSlice
  }
}
