// Groups of accesses to a base plus an index of which an upper bound is known: m[s[i]] where s[i] is a byte. Part of the
// memory plan (memory-plan.ts), which plans all others. Not the code: see emit-memory.ts.
//
// They reach over two pages at most. The first access looks at the rights of both, and keeps the highest address that is
// allowed; each compares its own with that, half of what a check of its own costs. When the page of the base has not the
// right, the core goes on, which is exact; an access where that happens often is made tolerant (runtime.ts), and is
// checked alone from then on.
import { INSTRUCTIONS } from '../../isa/table.ts'
import type { Decoded } from './decode.ts'
import { ACCESS_BASE, ACCESS_LOG2, CLASS, Class, NO_LETTER, WRITES } from './facts.ts'
import {
  ADD_IMM_32,
  ADD_IMM_64,
  Check,
  CONSTANT_ROOT,
  LOAD_IMM,
  type MemoryPlan,
  MOVE_REG,
  WIDE_GROUPS,
  WIDE_WORTH,
} from './memory-plan.ts'
import { boundOf, MAX_BOUND, UNBOUNDED } from './value-bounds.ts'

/** Bytes a group may reach over: at most a page, so that two checks see all. */
const WINDOW = 4096
/** Groups looked at for an access. */
const NEAR = 4

const ADD_64 = INSTRUCTIONS.find(i => i.name === 'add_64')!.id

/** Makes the part of a planner that finds the wide groups of a segment whose accesses are collected, and plans them. */
export function createWidePlanner(decoded: Decoded, plan: MemoryPlan, tolerant: Uint8Array): (segment: number) => void {
  const { id, a, b, d, x, defs, segmentStart } = decoded
  const capacity = plan.at.length
  // Per register: its value is root + shift + something from 0 to extent. Its own bound, where one is known.
  const root = new Int32Array(13)
  const shift = new Int32Array(13)
  const extent = new Int32Array(13)
  const bound = new Int32Array(13)
  let fresh = 0
  // Candidates, in order: access, root, lowest and highest byte from there, register that holds the root and its shift.
  let count = 0
  const candidate = new Int32Array(capacity)
  const rootOf = new Int32Array(capacity)
  const low = new Float64Array(capacity) // sums may pass 2^31
  const high = new Float64Array(capacity)
  const holder = new Int8Array(capacity)
  const holderShift = new Int32Array(capacity)
  // Per group: its first candidate, whose bounds become the group's, how many addresses, the last of them.
  const head = new Int32Array(capacity)
  const members = new Int32Array(capacity)
  const latest = new Int32Array(capacity)
  const widest = new Int32Array(capacity)
  /** Its number among those that are worth while, -1 for the others. */
  const number = new Int8Array(capacity)
  /** Per candidate: its group. */
  const groupOf = new Int32Array(capacity)

  /** Register whose value is exactly the root and a shift: -1 when the root is a constant, -2 when there is none. */
  const findHolder = (wanted: number): number => {
    if (wanted === CONSTANT_ROOT) return -1
    for (let r = 0; r < 13; r++) if (root[r] === wanted && extent[r] === 0) return r
    return -2
  }

  const bytesOf = (k: number): number => 1 << ACCESS_LOG2[id[plan.at[k]!]!]!
  const isStore = (k: number): boolean => CLASS[id[plan.at[k]!]!] === Class.Store

  /** Puts a candidate into one of the last groups; starts one where it fits into none. */
  const join = (c: number, groups: number): number => {
    const k = candidate[c]!
    for (let g = groups - 1; g >= 0 && groups - g <= NEAR; g--) {
      const first = head[g]!
      if (rootOf[first] !== rootOf[c] || isStore(candidate[first]!) !== isStore(k)) continue
      const lower = Math.min(low[first]!, low[c]!)
      const higher = Math.max(high[first]!, high[c]!)
      if (higher - lower > WINDOW) continue
      low[first] = lower
      high[first] = higher
      // Accesses with one root of their own would share a check anyway.
      if (plan.root[k] !== latest[g]) members[g]! += 1
      latest[g] = plan.root[k]!
      widest[g] = Math.max(widest[g]!, bytesOf(k))
      groupOf[c] = g
      return groups
    }
    head[groups] = c
    members[groups] = 1
    latest[groups] = plan.root[k]!
    widest[groups] = bytesOf(k)
    groupOf[c] = groups
    return groups + 1
  }

  /** Notes access `k` of the plan, by instruction `i` with this base register, if it can be in a group. */
  const note = (k: number, i: number, base: number): void => {
    const bytes = 1 << ACCESS_LOG2[id[i]!]!
    if (extent[base]! + bytes > WINDOW || tolerant[i] === 1) return
    const register = findHolder(root[base]!)
    if (register < -1) return
    const c = count++
    candidate[c] = k
    rootOf[c] = root[base]!
    low[c] = shift[base]! + x[i]!
    high[c] = low[c]! + extent[base]! + bytes
    holder[c] = register
    holderShift[c] = register < 0 ? 0 : shift[register]!
  }

  /** Follows what instruction `i` writes to a register. */
  const follow = (i: number, to: number): void => {
    const is = id[i]!
    const limit = boundOf(decoded, i, bound)
    if (is === ADD_IMM_64 || is === ADD_IMM_32 || is === MOVE_REG) {
      const from = is === MOVE_REG ? a[i]! : b[i]!
      shift[to] = is === MOVE_REG ? shift[from]! : (shift[from]! + x[i]!) | 0
      root[to] = root[from]!
      extent[to] = extent[from]!
    } else if (is === LOAD_IMM) {
      shift[to] = x[i]!
      root[to] = CONSTANT_ROOT
      extent[to] = 0
    } else if (is === ADD_64 && (bound[a[i]!] !== UNBOUNDED || bound[b[i]!] !== UNBOUNDED)) {
      const isIndex = bound[b[i]!] !== UNBOUNDED
      const base = isIndex ? a[i]! : b[i]!
      const reach = extent[base]! + bound[isIndex ? b[i]! : a[i]!]!
      shift[to] = shift[base]!
      root[to] = root[base]!
      extent[to] = Math.min(reach, MAX_BOUND + 1)
    } else {
      shift[to] = 0
      root[to] = fresh++
      extent[to] = 0
    }
    bound[to] = limit
  }

  /** Collects the candidates of a segment. */
  const collect = (begin: number, end: number): void => {
    for (let r = 0; r < 13; r++) {
      root[r] = r
      shift[r] = 0
      extent[r] = 0
      bound[r] = UNBOUNDED
    }
    fresh = CONSTANT_ROOT + 1
    count = 0
    let k = 0
    for (let i = begin; i < end; i++) {
      if (k < plan.count && plan.at[k] === i) {
        const base = ACCESS_BASE[id[i]!] === 1 ? a[i]! : b[i]!
        if (ACCESS_BASE[id[i]!] !== NO_LETTER && extent[base]! > 0) note(k, i, base)
        k += 1
      }
      if (defs[i] !== 0) follow(i, WRITES[id[i]!] === 1 ? a[i]! : d[i]!)
    }
  }

  /** Puts the part of candidate `c` into the plan. */
  const assign = (c: number): void => {
    const k = candidate[c]!
    const g = groupOf[c]!
    const first = head[g]!
    plan.check[k] = first === c ? Check.WideLeader : Check.WideMember
    plan.local[k] = number[g]!
    plan.offset[k] = widest[g]! - 1
    plan.root[k] = CONSTANT_ROOT + 1 // its own address is none a loop could check ahead
    plan.low[k] = (low[first]! - holderShift[first]!) | 0
    plan.span[k] = high[first]! - low[first]!
    plan.baseRegister[k] = holder[first]!
  }

  return segment => {
    collect(segmentStart[segment]!, segmentStart[segment + 1]!)
    if (count < WIDE_WORTH) return
    let groups = 0
    for (let c = 0; c < count; c++) groups = join(c, groups)
    let kept = 0
    for (let g = 0; g < groups; g++) number[g] = members[g]! >= WIDE_WORTH && kept < WIDE_GROUPS ? kept++ : -1
    for (let c = 0; c < count; c++) if (number[groupOf[c]!] !== -1) assign(c)
  }
}

/** The instructions of the wide group that the access of an instruction leads; none when it leads none. */
export function wideGroupAt(plan: MemoryPlan, instruction: number): number[] {
  const group: number[] = []
  for (let k = 0; k < plan.count; k++) {
    if (group.length === 0) {
      if (plan.at[k] === instruction && plan.check[k] === Check.WideLeader) group.push(k)
    } else if (plan.check[k] === Check.WideMember && plan.local[k] === plan.local[group[0]!]) group.push(k)
  }
  return group.map(k => plan.at[k]!)
}
