// How each memory access is done: checked alone, or together with which others. Not who decides it: core/plan.c and
// wide.c; nor the code: emit-memory.ts.
import type { Decoded } from './decode.ts'
import { CLASS, Class } from './facts.ts'
import type { PlanTables } from './tables.ts'

/** Address locals of a function: groups that overlap beyond this number compute their addresses anew. */
export const ADDRESS_LOCALS = 8
/** Wide groups of a segment: each has a local. */
export const WIDE_GROUPS = 4
/** How far apart the lowest and the highest byte of a group may be; at most a page, so that two checks see all. */
export const WINDOW = 2048
/** Root of constant addresses; roots below 13 are the registers' values on entry. */
export const CONSTANT_ROOT = 13

/** How one access is done. */
export const Check = {
  /** Checks itself. */
  Single: 0,
  /** First of a group: checks all of [low, high) and sets the address local. */
  Leader: 1,
  /** Checked by its leader. */
  Member: 2,
  /** First of a wide group: finds out how far in [low, low + span) from its base register accesses may be. */
  WideLeader: 3,
  /** Compares its address with what its leader found. */
  WideMember: 4,
} as const
export type Check = (typeof Check)[keyof typeof Check]

/** How an access is checked. Those from Member on have no exit. The core says which (core/plan.c), but Unchecked. */
export const Way = {
  /** By the rotate trick. */
  Single: 0,
  /** By the page of its first byte, or of the first and the last: leaders, and what is often misaligned. */
  First: 1,
  Both: 2,
  /** First of a wide group, from a register or a constant; one of its others. */
  Wide: 3,
  WideConstant: 4,
  Within: 5,
  /** By its leader. */
  Member: 6,
  /** It is known to be allowed, its address is not known yet. */
  Unchecked: 7,
} as const

/**
 * The plan, by instruction that is an access:
 *
 * - `check`: how it is done;
 * - `local`: address local 0…7; of wide groups, number of the local of its limit;
 * - `offset`: of this access from the group's lowest byte, for a leader too. WideLeader: bytes of its widest access less 1;
 * - `span`: leader: bytes from the lowest to the end of the highest access;
 * - `root`: register whose value on entry is the root, CONSTANT_ROOT, or beyond for values computed inside and wide groups;
 * - `low`: lowest byte of the group, or of a single access, relative to the root. WideLeader: relative to its base;
 * - `base`: WideLeader: register that holds the root plus a constant, -1 for a constant.
 */
export type MemoryPlan = PlanTables

/** The accesses of a segment: their instructions. */
export function accessesOf({ id, segmentStart }: Decoded, segment: number): number[] {
  const found: number[] = []
  for (let i = segmentStart[segment]!; i < segmentStart[segment + 1]!; i++) {
    const kind = CLASS[id[i]!]
    if (kind === Class.Load || kind === Class.Store) found.push(i)
  }
  return found
}

/** The instructions of the wide group that the access `i` of a segment leads; none when it leads none. */
export function wideGroupAt(decoded: Decoded, { check, local }: MemoryPlan, segment: number, i: number): number[] {
  if (check[i] !== Check.WideLeader) return []
  const members = accessesOf(decoded, segment).filter(
    at => at > i && check[at] === Check.WideMember && local[at] === local[i],
  )
  return [i, ...members]
}
