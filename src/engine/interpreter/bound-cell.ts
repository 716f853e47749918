// What a run with bounds changes in a cell: the clock is looked at now and then, and running out of gas leaves the counter as it is.

import type { Cell } from '../../core/cell.ts'
import { AT_ASKS, AT_VM, Rule, VM } from '../../core/contract.gen.ts'
import type { Allowance } from '../allowance.ts'
import { checkCharge } from '../check.ts'

const RULES = (AT_VM + VM.rules) >>> 2
const HOT = (AT_VM + VM.hot) >>> 2
const HOT_LEFT = (AT_VM + VM.hotLeft) >>> 2
const STRIDE = (AT_VM + VM.stride) >>> 2
/** The word whose bit CLOCK says that the clock has to be looked at when compiled code is left. */
const ASKS = AT_ASKS >>> 2
const CLOCK = 1

/**
 * The gas between two looks at the clock in the interpreter, while a run is timed. In a new process that is a sixth of a
 * millisecond. More looks make V8 compile more JavaScript, and on two cores its compilers then take the processor that the guest
 * runs on: with 1000, single runs came milliseconds late.
 */
const LOOK_GAS = 16_000
/**
 * After so much gas the core sees whether the guest has got many new pages, and if so lets somebody look at the clock. If each
 * instruction touches a new page, that is a few milliseconds.
 */
const STRIDE_GAS = 1000

/** Takes an amount from a counter. If that is too much, empties the counter and returns false (GP A.36, A.37). */
export function chargeSlowly(gas: BigInt64Array, amount: number | bigint): boolean {
  const charge = checkCharge(amount)
  const have = gas[0]!
  gas[0] = have < charge ? 0n : have - charge
  return have >= charge
}

/** Prepares a cell for a run within an allowance. Returns a function that undoes it. */
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

/** Has the interpreter look at the clock. The recompiler's samples stay as frequent as they were. */
function watch(cell: Cell, allowance: Allowance): () => void {
  const hot = cell.u32[HOT]!
  const left = cell.u32[HOT_LEFT]!
  const { onSlice } = cell
  cell.u32[ASKS] = cell.u32[ASKS]! | CLOCK
  const first = hot === 0 ? LOOK_GAS : Math.max(1, Math.min(LOOK_GAS, hot, left))
  // The gas since the last sample. The core says LOOK_GAS of the first slice, too.
  let gas = Math.max(0, hot - left) - (LOOK_GAS - first)
  cell.u32[HOT] = LOOK_GAS
  cell.u32[HOT_LEFT] = first
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
    // What has been used since the last look counts too, otherwise runs that are shorter than that would have no samples.
    gas += Math.max(0, LOOK_GAS - cell.u32[HOT_LEFT]!)
    cell.u32[HOT_LEFT] = hot === 0 ? left : Math.max(1, hot - gas)
    cell.onSlice = onSlice
  }
}
