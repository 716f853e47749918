// Decides per segment which memory accesses are checked, and together with which others. Not the code: see emit-memory.ts.
//
// Accesses whose addresses differ by a constant (the same root value, followed through add_imm, move_reg and constants)
// form a group when they lie within a window of 2 KiB: the first one checks the pages of the lowest and the highest
// byte for all, and keeps the lowest address in a local; the others are plain accesses with a static offset.
// Loads and stores are grouped apart, so that a read-only page does not refuse a load. Groups never span a host call
// or a step, because those end a segment and may change rights.
import { INSTRUCTIONS } from '../../isa/table.ts'
import type { Decoded } from './decode.ts'
import { ACCESS_BASE, ACCESS_LOG2, CLASS, Class, NO_LETTER, WRITES } from './facts.ts'
import { createWidePlanner } from './wide-groups.ts'

/** Address locals of a function: groups that overlap beyond this number compute their addresses anew. */
export const ADDRESS_LOCALS = 8
/** Wide groups of a segment: each has a local. */
export const WIDE_GROUPS = 4
/** Addresses that make a wide group worth while: what the first one computes costs as much as two checks. */
export const WIDE_WORTH = 5
/** How far apart the lowest and the highest byte of a group may be; at most a page, so that two checks see all. */
const WINDOW = 2048

/** How one access is done. */
export const Check = {
  /** Checks itself. */
  Single: 0,
  /** First of a group: checks all of [low, high) and sets the address local. */
  Leader: 1,
  /** Checked by its leader. */
  Member: 2,
  /** First of a wide group: finds out how far in [low, low + span) from `baseRegister` accesses may be. */
  WideLeader: 3,
  /** Compares its address with what its leader found. */
  WideMember: 4,
} as const
export type Check = (typeof Check)[keyof typeof Check]

/** Whether an access is one of a wide group, see wide-groups.ts. */
export function isWide(check: number): boolean {
  return check >= Check.WideLeader
}

/** Plan of the accesses of one segment, in instruction order. Reused: valid until the next `planMemory`. */
export interface MemoryPlan {
  count: number
  /** Instruction. */
  readonly at: Int32Array
  readonly check: Uint8Array
  /** Address local 0…7; of wide groups, number of the local of its limit. */
  readonly local: Uint8Array
  /** Offset of this access from the group's lowest byte; for a leader too. WideLeader: bytes of its widest access less 1. */
  readonly offset: Int32Array
  /** Leader: bytes from the lowest to the end of the highest access. */
  readonly span: Int32Array
  /** Register whose value on entry is the root, CONSTANT_ROOT, or beyond for values computed inside and wide groups. */
  readonly root: Int32Array
  /** Lowest byte of the group, or of a single access, relative to the root. WideLeader: relative to its base register. */
  readonly low: Int32Array
  /** WideLeader: register that holds the root plus a constant, -1 for a constant. */
  readonly baseRegister: Int8Array
}

export const ADD_IMM_64: number = INSTRUCTIONS.find(i => i.name === 'add_imm_64')!.id
export const ADD_IMM_32: number = INSTRUCTIONS.find(i => i.name === 'add_imm_32')!.id
export const MOVE_REG: number = INSTRUCTIONS.find(i => i.name === 'move_reg')!.id
export const LOAD_IMM: number = INSTRUCTIONS.find(i => i.name === 'load_imm')!.id
/** Root of constant addresses; roots below 13 are the registers' values on entry. */
export const CONSTANT_ROOT = 13
/** Segments with more accesses than this are planned in parts. */
const CAPACITY = 4096

/** Options of `createMemoryPlanner`. */
export interface PlannerOptions {
  /** Bytes that a group may span, up to a page; 0: no groups. */
  readonly window?: number
  /** 1 per instruction whose access must not be in a wide group; without it there are none. */
  readonly tolerant?: Uint8Array | undefined
}

/** Makes planners: the returned function plans a segment into the same record each time. */
export function createMemoryPlanner(
  decoded: Decoded,
  { window = WINDOW, tolerant }: PlannerOptions = {},
): (segment: number) => MemoryPlan {
  const { id, a, b, d, x, defs, segmentStart, accesses } = decoded
  const capacity = Math.min(CAPACITY, decoded.count) // small programs are many, and fresh memory is dear
  const plan: MemoryPlan = {
    count: 0,
    at: new Int32Array(capacity),
    check: new Uint8Array(capacity),
    local: new Uint8Array(capacity),
    offset: new Int32Array(capacity),
    span: new Int32Array(capacity),
    root: new Int32Array(capacity),
    low: new Int32Array(capacity),
    baseRegister: new Int8Array(capacity),
  }
  const planWide = tolerant === undefined ? undefined : createWidePlanner(decoded, plan, tolerant)
  const root = new Int32Array(13)
  const shift = new Int32Array(13)
  const accessRoot = plan.root
  const group = new Int32Array(capacity)
  // Per group: first access, last access, members, bounds relative to the root.
  const first = new Int32Array(capacity)
  const last = new Int32Array(capacity)
  const low = new Float64Array(capacity)
  const high = new Float64Array(capacity) // may pass 2^31
  const freeAfter = new Int32Array(ADDRESS_LOCALS)

  /** Collects accesses with their root and offset from it. */
  const collect = (begin: number, end: number): void => {
    for (let r = 0; r < 13; r++) {
      root[r] = r
      shift[r] = 0
    }
    let fresh = CONSTANT_ROOT + 1
    for (let i = begin; i < end; i++) {
      const is = id[i]!
      const kind = CLASS[is]!
      if ((kind === Class.Load || kind === Class.Store) && plan.count < capacity) {
        const k = plan.count++
        const letter = ACCESS_BASE[is]!
        plan.at[k] = i
        plan.check[k] = Check.Single
        if (letter === NO_LETTER) {
          accessRoot[k] = CONSTANT_ROOT
          plan.offset[k] = x[i]!
        } else {
          const base = letter === 1 ? a[i]! : b[i]!
          plan.offset[k] = (shift[base]! + x[i]!) | 0
          accessRoot[k] = root[base]!
        }
      }
      if (defs[i] === 0) continue
      const to = WRITES[is] === 1 ? a[i]! : d[i]!
      if (is === ADD_IMM_64 || is === ADD_IMM_32) {
        shift[to] = (shift[b[i]!]! + x[i]!) | 0 // addresses count modulo 2^32 only, so the 32-bit form is the same
        root[to] = root[b[i]!]!
      } else if (is === MOVE_REG) {
        shift[to] = shift[a[i]!]!
        root[to] = root[a[i]!]!
      } else if (is === LOAD_IMM) {
        shift[to] = x[i]!
        root[to] = CONSTANT_ROOT
      } else {
        shift[to] = 0
        root[to] = fresh++
      }
    }
  }

  /** Puts each access into the latest group that can take it, else starts one. */
  const form = (): number => {
    let groups = 0
    for (let k = 0; k < plan.count; k++) {
      const is = id[plan.at[k]!]!
      const isStore = CLASS[is] === Class.Store
      const from = plan.offset[k]!
      if (isWide(plan.check[k]!)) continue
      const to = from + (1 << ACCESS_LOG2[is]!)
      let g = groups - 1
      for (; g >= 0 && groups - g <= 16; g--) {
        const head = first[g]!
        if (accessRoot[head] !== accessRoot[k] || (CLASS[id[plan.at[head]!]!] === Class.Store) !== isStore) continue
        const widerLow = from < low[g]! ? from : low[g]!
        const widerHigh = to > high[g]! ? to : high[g]!
        if (widerHigh - widerLow > window) continue
        low[g] = widerLow
        high[g] = widerHigh
        break
      }
      if (g < 0 || groups - g > 16) {
        g = groups++
        first[g] = k
        low[g] = from
        high[g] = to
      }
      last[g] = k
      group[k] = g
    }
    return groups
  }

  /** Gives each group its local and each access its part. */
  const assign = (): void => {
    freeAfter.fill(-1)
    for (let k = 0; k < plan.count; k++) {
      const g = group[k]!
      const offset = plan.offset[k]!
      if (isWide(plan.check[k]!)) continue
      if (first[g] === k) {
        let local = 0
        while (local < ADDRESS_LOCALS - 1 && freeAfter[local]! >= k) local += 1
        const alone = last[g] === k || freeAfter[local]! >= k
        plan.check[k] = alone ? Check.Single : Check.Leader
        if (alone) {
          // No local for the group, or nobody to share it with: the others of the group check themselves.
          first[g] = -1
          plan.local[k] = ADDRESS_LOCALS
          plan.low[k] = offset
          plan.offset[k] = 0
          continue
        }
        freeAfter[local] = last[g]!
        plan.local[k] = local
        plan.low[k] = low[g]!
        plan.offset[k] = offset - low[g]!
        plan.span[k] = high[g]! - low[g]!
      } else if (first[g] === -1) {
        plan.check[k] = Check.Single
        plan.local[k] = ADDRESS_LOCALS
        plan.low[k] = offset
        plan.offset[k] = 0
      } else {
        plan.check[k] = Check.Member
        plan.local[k] = plan.local[first[g]!]!
        plan.offset[k] = offset - low[g]!
      }
    }
  }

  return segment => {
    plan.count = 0
    if (accesses[segment] === 0) return plan
    collect(segmentStart[segment]!, segmentStart[segment + 1]!)
    if (planWide !== undefined && accesses[segment]! >= WIDE_WORTH) planWide(segment)
    form()
    assign()
    return plan
  }
}
