// Counts of a run by function and by host call. Not the counting: gas-counts.ts, host-gas.ts; not a tree of calls: profile.ts.

import { checkProgram } from '../engine/check.ts'
import { hostIndex64 } from '../engine/exit.ts'
import { checkSymbols, type Symbols } from '../program/symbols.ts'
import type { GasCounts } from './gas-counts.ts'
import type { HostCallCost } from './host-gas.ts'
import type { CallNode, GasProfile } from './profile.ts'

/** A function and what it cost itself, without what it called. */
export interface FunctionCost {
  readonly name: string
  /** Where it begins; undefined for code in no function. */
  readonly start: number | undefined
  readonly gas: bigint
  readonly instructions: number
  /** Control came to its first instruction so often; loops back to it count. */
  readonly entered: number
}

/** What code that is in no function is called. */
export const NO_FUNCTION = '(no function)'

/** @throws TypeError, RangeError for what is no counts of a program. */
function checkCounts({ program, executions, gas, instructions, total }: GasCounts): void {
  checkProgram(program)
  for (const [name, values] of Object.entries({ executions, gas })) {
    if (!(values instanceof Float64Array)) throw new TypeError(`counts: ${name}: expected a Float64Array`)
    if (values.length !== program.code.length + 1)
      throw new RangeError(`counts: ${name}: expected ${program.code.length + 1} of them, found ${values.length}`)
  }
  if (typeof instructions !== 'number') throw new TypeError('counts: instructions: expected a number')
  if (typeof total !== 'bigint') throw new TypeError('counts: total: expected a bigint')
}

function checkHostCalls(hostCalls: readonly HostCallCost[]): void {
  if (!Array.isArray(hostCalls)) throw new TypeError('hostCalls: expected an array')
  for (const [i, one] of hostCalls.entries()) {
    const { index, calls, gas } = (one ?? {}) as Partial<HostCallCost>
    if (typeof index !== 'number' || typeof calls !== 'number' || typeof gas !== 'bigint')
      throw new TypeError(`hostCalls[${i}]: expected index, calls and gas, as watchHostGas has them`)
  }
}

/**
 * What each function cost, dearest first. Gas of host calls is not in it.
 *
 * @throws TypeError, RangeError naming the argument.
 */
export function gasByFunction(counts: GasCounts, symbols: Symbols): FunctionCost[] {
  if (typeof counts !== 'object' || counts === null)
    throw new TypeError('counts: expected what a counter of countGas gives')
  checkCounts(counts)
  checkSymbols(symbols)
  const { executions, gas } = counts
  const rows = new Map<string, { name: string; start: number | undefined; gas: number; instructions: number }>()
  for (let pc = 0; pc < executions.length; pc++) {
    if (executions[pc] === 0 && gas[pc] === 0) continue
    const named = symbols.functionAt(pc)
    const key = named === undefined ? '' : `${named.start}`
    let row = rows.get(key)
    if (row === undefined) {
      row = { name: named?.name ?? NO_FUNCTION, start: named?.start, gas: 0, instructions: 0 }
      rows.set(key, row)
    }
    row.gas += gas[pc]!
    row.instructions += executions[pc]!
  }
  return [...rows.values()]
    .map(row => ({ ...row, gas: BigInt(row.gas), entered: row.start === undefined ? 0 : executions[row.start]! }))
    .sort((a, b) => (a.gas === b.gas ? (a.start ?? -1) - (b.start ?? -1) : a.gas < b.gas ? 1 : -1))
}

/** A host call in words: `host call 3 read`. */
export function hostCallName({ index, name }: Pick<HostCallCost, 'index' | 'name'>): string {
  return `host call ${hostIndex64(index)}${name === undefined ? '' : ` ${name}`}`
}

/**
 * This is the same as a tree of one level, for `foldedStacks` and the other files.
 *
 * @throws TypeError, RangeError naming the argument.
 */
export function flatProfile(counts: GasCounts, symbols: Symbols, hostCalls: readonly HostCallCost[] = []): GasProfile {
  checkHostCalls(hostCalls)
  const functions: CallNode[] = gasByFunction(counts, symbols).map(({ entered, ...row }) => ({
    ...row,
    calls: entered,
    children: [],
  }))
  const calls: CallNode[] = hostCalls.map(call => ({
    name: hostCallName(call),
    start: undefined,
    gas: call.gas,
    instructions: 0,
    calls: call.calls,
    children: [],
  }))
  const children = [...functions, ...calls]
  const root = { name: '(run)', start: undefined, gas: 0n, instructions: 0, calls: 1, children }
  const { instructions, executions } = counts
  return { root, gas: children.reduce((sum, { gas }) => sum + gas, 0n), instructions, executions }
}
