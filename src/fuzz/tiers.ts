// When engines compile during a fuzz case. Programs of a few thousand instructions never get as far as the usual limits,
// and what lies behind those would go untested. Not the limits themselves: engine/recompiler/tiers/policy.ts.
import { tierPolicy } from '../engine/auto.ts'
import type { FuzzCase } from './case.ts'

/** Does something while engines compile as the case says, then sets the policy back. */
export function withTiers<T>({ tiers }: FuzzCase, run: () => T): T {
  if (tiers === 'usual') return run()
  const before = { ...tierPolicy }
  tierPolicy.samplePeriod = 50
  tierPolicy.patience = 0
  tierPolicy.misalignedLimit = 3
  try {
    return run()
  } finally {
    Object.assign(tierPolicy, before)
  }
}
