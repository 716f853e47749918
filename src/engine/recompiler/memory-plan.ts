// The memory plan: how each access is checked, alone or together with others. It is made by core/recompiler/plan.c and wide.c.
import { Check } from '../../core/contract.gen.ts'
import type { Decoded } from './decode.ts'
import { KIND_OF } from './facts.ts'
import type { ProgramTables } from './tables.ts'

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
export type MemoryPlan = Pick<
  ProgramTables,
  'check' | 'local' | 'offset' | 'span' | 'root' | 'low' | 'base' | 'records' | 'way'
>

/** The accesses of a segment: their instructions. */
export function accessesOf({ id, segmentStart }: Decoded, segment: number): number[] {
  const found: number[] = []
  for (let i = segmentStart[segment]!; i < segmentStart[segment + 1]!; i++) {
    const kind = KIND_OF[id[i]!]
    if (kind === 'load' || kind === 'store') found.push(i)
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
