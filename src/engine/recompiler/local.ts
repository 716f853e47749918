// The locals of a compiled function, by number. Not what is in them: emitter.ts.
import { ADDRESS_LOCALS, WIDE_GROUPS } from '../machine/contract.gen.ts'

/** Locals of a compiled function: parameters first. */
export const Local = {
  gas: 0,
  /** Bytes of the host's stack that compiled code may still take, without this frame. */
  stack: 1,
  /** r0…r12. */
  register: 2,
  /** Where a side exit hands over, and in what state (see Why). */
  pc: 15,
  why: 16,
  /** Target of a dynamic jump, result of a call. */
  target: 17,
  /** Physical address of a single access. */
  address: 18,
  /** Next node, in functions that are not reducible. */
  state: 19,
  /** Physical addresses of groups, see memory-plan.ts. */
  group: 20,
  /** Turns ahead, the gas they end at and began with, see emit-loops.ts. */
  count: (20 + ADDRESS_LOCALS) as number,
  floor: (21 + ADDRESS_LOCALS) as number,
  before: (22 + ADDRESS_LOCALS) as number,
  /** Highest addresses of wide groups, see core/recompiler/wide.c. */
  limit: (23 + ADDRESS_LOCALS) as number,
  /** Ranges of streams, two each. */
  pairs: (23 + ADDRESS_LOCALS + WIDE_GROUPS) as number,
} as const
