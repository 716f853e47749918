// Loops in loops: turns that compiled code counts ahead, towards bounds at the edges of numbers, and accesses from a register that a
// loop keeps, steps or assigns. They may never end, so gas has to be bounded.
import { Attack } from './attack-host.ts'
import { add, alu, attackCallAt, begin, type Ground, LOADS, type Menu, registers, STORES } from './attacks.ts'
import type { Emitter } from './emit.ts'
import { enginePlace } from './places.ts'

/** Registers by what they are for. */
interface Parts {
  readonly base: number
  readonly copy: number
  readonly count: number
  readonly bound: number
  readonly idle: number
  readonly values: readonly [number, number]
}

/** All branches that compare two registers, and those that compare one with a number. */
const BRANCHES = ['eq', 'ne', 'ne', 'lt_u', 'lt_s', 'ge_u', 'ge_s'] as const
const IMMEDIATE_BRANCHES = ['eq', 'ne', 'ne', 'lt_u', 'le_u', 'ge_u', 'gt_u', 'lt_s', 'le_s', 'ge_s', 'gt_s'] as const
const STEPS = [1, -1, 1, -1, 2, -2, 8, -8, 64, -1024, 3, -5] as const
const WIDE_STEPS = [
  0x8000000, -0x10000000, 0x10000000, 0x20000000, -0x20000000, 0x3fffffff, 0x40000000, -0x40000000,
] as const
const BOUNDS = [0, 0, 0, 1, -1, 16, -16, 2047, -2048, 0x7fffffff, -0x80000000] as const
const UPPER_HALVES = [0, 0, 0, -1, -1, 0x7fffffff, -0x80000000, 1] as const

/** How the inner loop counts: by which step, towards what, from how many turns before it. */
interface Counting {
  readonly step: number
  readonly constant: number
  readonly upper: number | undefined
  readonly turns: number
  readonly beside: number
}

function counting({ random }: Emitter): Counting {
  const step = random.chance(80) ? random.pick(STEPS) : random.pick(WIDE_STEPS)
  const wide = Math.abs(step) > 0xffff
  return {
    step,
    constant: random.pick(BOUNDS),
    upper: random.chance(40) ? random.pick(UPPER_HALVES) : undefined,
    turns: wide ? random.between(1, 3) : random.pick([1, 2, 5, 9, 17, 33, 40, 100, 300]),
    beside: random.chance(75) ? 0 : random.pick([1, -1, 2, -7, step >> 1]),
  }
}

/** The bound and the count, some turns before it. */
function setCount(emitter: Emitter, { count, bound }: Parts, how: Counting): void {
  const { step, constant, upper, turns, beside } = how
  if (upper === undefined) emitter.set32(bound, constant)
  else emitter.set64(bound, constant >>> 0, upper >>> 0)
  emitter.operands(emitter.opcode('add_imm_64'), 'reg_reg_imm', count, bound, 0, (beside - step * turns) | 0)
}

function closeLoop(emitter: Emitter, { count, bound }: Parts, { step, constant }: Counting, head: number): void {
  const { random } = emitter
  // Mostly the comparison that goes on until the bound.
  const usual = step > 0 ? random.pick(['ne', 'lt_s', 'lt_u']) : random.pick(['ne', 'ne', 'gt'])
  if (random.chance(50)) {
    const name = random.chance(60) ? (usual === 'gt' ? 'gt_s' : usual) : random.pick(IMMEDIATE_BRANCHES)
    emitter.operands(emitter.opcode(`branch_${name}_imm`), 'reg_imm_off', count, 0, 0, constant, head)
  } else {
    const regular = random.chance(60)
    const name = regular ? (usual === 'gt' ? 'lt_s' : usual) : random.pick(BRANCHES)
    const turned = regular ? usual === 'gt' : random.chance(50)
    emitter.operands(
      emitter.opcode(`branch_${name}`),
      'reg_reg_off',
      turned ? bound : count,
      turned ? count : bound,
      0,
      0,
      head,
    )
  }
}

function accessAt(emitter: Emitter, value: number, base: number): void {
  const { random } = emitter
  const [low, high] = random.chance(50) ? STORES : LOADS
  const offset = 8 * random.below(12) + (random.chance(3) ? 3 : 0) - (random.chance(10) ? 4096 : 0)
  emitter.operands(emitter.between(low, high, 40), 'reg_reg_imm', value, base, 0, offset)
}

/** What a body is made of: anything, what counted turns may do, or accesses in several blocks from a register that stays. */
type Mode = 'any' | 'straight' | 'kept'
const ROLLS = {
  straight: [20, 20, 20, 20, 20, 20, 50, 50, 65, 65, 70, 70, 80],
  kept: [20, 20, 20, 50, 85, 85, 85, 95],
} as const

/** This writes one statement of a loop's body. */
function statement(emitter: Emitter, parts: Parts, menu: Menu, branches: boolean, mode: Mode = 'any'): void {
  const { random, writer } = emitter
  const { base, copy, count, bound, idle, values } = parts
  const roll = mode === 'any' || random.chance(4) ? random.below(100) : random.pick(ROLLS[mode])
  if (roll < 45) accessAt(emitter, random.pick(values), random.chance(85) ? base : copy)
  else if (roll < 60) alu(emitter, mode !== 'any' || random.chance(80) ? values : [...values, count, base, idle])
  else if (roll < 68) add(emitter, base, random.pick([8, 8, -8, 16, 64, random.pick([1, 512, 4096])]))
  else if (roll < 74) add(emitter, idle, random.chance(50) ? random.pick(STEPS) : random.pick(WIDE_STEPS))
  else if (roll < 78)
    emitter.operands(
      emitter.opcode('add_imm_32'),
      'reg_reg_imm',
      random.pick([idle, base]),
      base,
      0,
      random.pick([8, -8]),
    )
  else if (roll < 80)
    emitter.operands(
      emitter.opcode('move_reg'),
      'reg_reg',
      random.pick([copy, base]),
      random.pick([copy, base, idle]),
      0,
      0,
    )
  else if (roll < 81) add(emitter, random.pick([bound, count]), random.pick(STEPS))
  else if (!branches) accessAt(emitter, random.pick(values), base)
  else if (roll < 92) {
    const [skip, value] = [writer.newLabel(), random.pick(values)]
    emitter.operands(emitter.opcode('and_imm'), 'reg_reg_imm', values[1], value, 0, random.pick([1, 1, 7, 0]))
    emitter.operands(
      emitter.opcode(random.chance(50) ? 'branch_eq_imm' : 'branch_ne_imm'),
      'reg_imm_off',
      values[1],
      0,
      0,
      0,
      skip,
    )
    for (let i = random.between(1, 2); i > 0; i--) statement(emitter, parts, menu, false)
    begin(emitter, skip)
  } else if (menu.length > 0) attackCallAt(emitter, menu, base)
}

function statements(emitter: Emitter, parts: Parts, menu: Menu, most: number): void {
  const mode = emitter.random.pick(['any', 'straight', 'kept'] as const)
  const branches = mode === 'kept' || emitter.random.chance(50)
  for (let i = emitter.random.between(1, most); i > 0; i--) statement(emitter, parts, menu, branches, mode)
}

/** Calls that take away what a loop has found out, and let it go on. */
const RIGHTS: Menu = [Attack.Protect, Attack.Protect, Attack.Zero, Attack.Look]

/** A loop in a loop. `calls` may be empty; no gas that they give may be without end. */
export function nestedLoops(emitter: Emitter, ground: Ground, calls: Menu): void {
  const { random, writer } = emitter
  const menu = calls.length > 0 && random.chance(50) ? RIGHTS : calls
  const [base, copy, count, bound, idle, round, first, second] = registers(emitter, 8)
  const parts: Parts = { base, copy, count, bound, idle, values: [first, second] }
  const pages = Math.min(8, (ground.wall - ground.first) / 4096)
  if (random.chance(85)) {
    for (let page = 0; page < pages; page++) {
      emitter.set32(base, ground.first + 4096 * page)
      emitter.operands(emitter.opcode('store_ind_u8'), 'reg_reg_imm', base, base, 0, 0)
    }
  }
  const how = counting(emitter)
  const [outer, inner] = [writer.newLabel(), writer.newLabel()]
  const place = random.chance(90)
    ? ground.first +
      4096 * random.below(pages) +
      (random.chance(60) ? 8 * random.below(400) : 4096 - 8 * random.below(14))
    : enginePlace(random)
  const again = random.chance(60)
  emitter.set32(round, random.between(1, 6))
  emitter.set32(copy, ground.first)
  emitter.set32(base, place)
  if (random.chance(60)) emitter.operands(emitter.opcode('or_imm'), 'reg_reg_imm', base, base, 0, 0)
  begin(emitter, outer)
  if (again) {
    emitter.set32(base, place)
    if (random.chance(70)) {
      emitter.operands(emitter.opcode('mul_imm_64'), 'reg_reg_imm', second, round, 0, random.pick([8, 8, 64, -8, 4096]))
      emitter.operands(emitter.opcode('add_64'), 'reg_reg_reg', base, second, base, 0)
    }
  }
  if (random.chance(40)) statements(emitter, parts, menu, 3)
  setCount(emitter, parts, how)
  begin(emitter, inner)
  statements(emitter, parts, menu, 9)
  add(emitter, count, how.step)
  if (random.chance(20)) statement(emitter, parts, menu, false)
  closeLoop(emitter, parts, how, inner)
  if (random.chance(40)) statements(emitter, parts, menu, 3)
  add(emitter, round, -1)
  emitter.operands(emitter.opcode('branch_ne_imm'), 'reg_imm_off', round, 0, 0, 0, outer)
}
