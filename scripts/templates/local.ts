// The locals of a compiled function, by number. `Local` in scripts/schema/enumerations.ts says what is in them.
import { Local as Numbers } from '../../src/core/contract.gen.ts'

/** The locals of a compiled function. The first two are its parameters. */
export const Local = {
  gas: Numbers.Gas as number,
  stack: Numbers.Stack as number,
  register: Numbers.Register as number,
  pc: Numbers.Pc as number,
  why: Numbers.Why as number,
  target: Numbers.Target as number,
  address: Numbers.Address as number,
  state: Numbers.State as number,
  group: Numbers.Group as number,
  count: Numbers.Turns as number,
  floor: Numbers.Floor as number,
  before: Numbers.Before as number,
  limit: Numbers.Limit as number,
  frame: Numbers.Frame as number,
  pairs: Numbers.Pairs as number,
} as const
