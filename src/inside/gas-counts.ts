// How often each instruction of a machine was executed and what it cost, exactly, at nearly the speed of the run. Not who called whom:
// profile.ts.
import type { Vm } from '../engine/engine.ts'
import { startTally } from '../engine/vm/access.ts'
import type { Program } from '../program/program.ts'
import type { Counts } from '../program/tally.ts'
import type { WatchedGas } from './host-gas.ts'

/** Where the gas of runs went, by code offset. Arrays have one entry more than bytes of code: for all that is beyond it. */
export interface GasCounts {
  readonly program: Program
  /** How often each instruction was executed. */
  readonly executions: Float64Array
  /** Gas of each instruction; under block models what a block cost is at its start. */
  readonly gas: Float64Array
  /** Sums of the two. Without what host calls took: that is `watchHostGas`. */
  readonly instructions: number
  readonly total: bigint
}

/** Counts a machine's runs. */
export interface GasCounter {
  /** What was counted until now, over all runs. */
  counts(): GasCounts
}

function sum(values: Float64Array): number {
  let total = 0
  for (const value of values) total += value
  return total
}

function gasCounts(program: Program, { executed, paid, more }: Counts): GasCounts {
  const perInstruction = program.profile.gasModel === 'instruction'
  const gas = executed.map((times, pc) => {
    if (perInstruction) return times + more[pc]!
    return (paid[pc] === 0 ? 0 : paid[pc]! * program.costAt(pc)) + more[pc]!
  })
  return { program, executions: executed, gas, instructions: sum(executed), total: BigInt(sum(gas)) }
}

/**
 * Counts a machine's runs from now on, until it is disposed of, on any engine: the interpreter and compiled code count blocks, so
 * they stay nearly as fast as they are. Sums of gas and of what host calls take (`watchHostGas`) are `gasUsed`, to the unit.
 * Counts are exact below 2^53.
 *
 * @throws TypeError when the machine runs, waits for a promise, is disposed of, is one of `coulis/interpreter`, or when a host
 * function has its registers or memory as views: count from its start.
 * @param hostGas its host, where that is watched: it gets cheaper to watch.
 * @example const counter = countGas(vm); vm.run(); counter.counts().total
 */
export function countGas(vm: Vm, hostGas?: WatchedGas): GasCounter {
  if (hostGas !== undefined && typeof hostGas?.attach !== 'function')
    throw new TypeError('hostGas: expected what watchHostGas gave')
  const tally = startTally(vm)
  const { program } = vm
  if (tally.gas !== undefined) hostGas?.attach(tally.gas)
  return { counts: () => gasCounts(program, tally.counts()) }
}
