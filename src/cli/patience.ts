// Whether compiling pays in a campaign. Unlike a machine, a worker knows how much is left. The tiers are in
// engine/recompiler/tiers/policy.ts.
import type { TierPolicy } from '../engine/auto.ts'

/**
 * Gas a worker has to have before it for compiling to pay where all cores are busy: about half a second of interpretation. The
 * modules of one service take V8's compilers and ours a tenth of a second of processor time, and halve its runs from then on.
 */
const WORTH_COMPILING_GAS = 200_000_000

/** So many times the usual patience where it pays: V8 compiles what it is given on a core that another worker would have. */
const BUSY = 1.6

/**
 * The patience where it does not pay: a few hundred recorded runs of a service for each worker stay interpreted. A run that is
 * longer than all before it, or the first of all, is interpreted for some tenths of a second, and then compiled all the same.
 */
const LATE = 40

/** Sets the patience of the tiers by what a worker has before it. */
export interface Patience {
  /** @param left runs before this worker where several share the cores; undefined: nothing is known, or cores are idle. */
  begin(left: number | undefined): void
  /** A run has ended. */
  ran(gasUsed: bigint): void
}

/** @param policy whose patience is set; what it is now is the usual one. */
export function createPatience(policy: Pick<TierPolicy, 'patience'>): Patience {
  const usual = policy.patience
  let [runs, gas] = [0, 0]
  let left: number | undefined
  const decide = (): void => {
    if (left === undefined) policy.patience = usual
    else policy.patience = (left * gas) / Math.max(runs, 1) > WORTH_COMPILING_GAS ? BUSY * usual : LATE
  }
  return {
    begin(before) {
      left = before
      decide()
    },
    ran(gasUsed) {
      runs += 1
      gas += Number(gasUsed)
      if (left !== undefined) left = Math.max(left - 1, 0)
      decide()
    },
  }
}
