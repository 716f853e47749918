// Pieces of programs that attack: loops entered again with other strides at the engine's own places, walks into walls, calls
// of a hostile host, deep recursion with large frames. All of them end by themselves, so that gas may be near 2^63: counters
// are never shared, calls never change them. Not the host: attack-host.ts; not the case around them: generate-attack.ts.
import { Attack, attackCall } from './attack-host.ts'
import type { Emitter } from './emit.ts'
import { enginePlace } from './places.ts'
import type { Random } from './random.ts'

/** Where a program's memory is: a run of writable pages with something else behind it. */
export interface Ground {
  readonly first: number
  /** Address behind its last writable byte. */
  readonly wall: number
}

/** What a program may call: actions of attack-host.ts. */
export type Menu = readonly Attack[]

/** Calls that leave a program with any amount of gas able to end. */
export const CALM: Menu = [
  Attack.GasHuge,
  Attack.GasHuge,
  Attack.GasHuge,
  Attack.GasWide,
  Attack.GasMore,
  Attack.Zero,
  Attack.Protect,
  Attack.Compile,
]

/** Calls under gas that is bounded. */
export const WILD: Menu = [
  Attack.GasLittle,
  Attack.GasLittle,
  Attack.GasNegative,
  Attack.GasMore,
  Attack.Zero,
  Attack.Protect,
  Attack.Protect,
  Attack.HeapEnd,
  Attack.Inner,
  Attack.Compile,
  Attack.Look,
  Attack.Throw,
  Attack.Answer,
  Attack.End,
  Attack.Jump,
  Attack.Trace,
  Attack.TracerThrows,
  Attack.Access,
  Attack.Misuse,
]

const CALM_ALU = ['xor', 'and', 'or', 'add_64', 'sub_64', 'mul_64', 'set_lt_u', 'add_32', 'rot_l_64'] as const
/** store_ind_u8 … u64 and load_ind_u8 … u64: the same numbers in every set that has them (GP A.5.10). */
export const STORES = [120, 123] as const
export const LOADS = [124, 130] as const

/** This is a list of so many numbers. */
type Numbers<N extends number, T extends number[] = []> = T['length'] extends N ? T : Numbers<N, [...T, number]>

/** Some different registers but r7 and r8, which belong to the host. */
export function registers<N extends number>(emitter: Emitter, count: N): Numbers<N> {
  let found: number[] = []
  emitter.sparing([7, 8], () => {
    found = emitter.distinct(count)
  })
  return found as Numbers<N>
}

export function alu(emitter: Emitter, values: readonly number[]): void {
  const { random } = emitter
  const [a, b, d] = [random.pick(values), random.pick(values), random.pick(values)]
  emitter.operands(emitter.opcode(random.pick(CALM_ALU)), 'reg_reg_reg', a, b, d, 0)
}

function access(emitter: Emitter, value: number, base: number, offset: number): void {
  const { random } = emitter
  const [low, high] = random.chance(45) ? LOADS : STORES
  emitter.operands(emitter.between(low, high, 50), 'reg_reg_imm', value, base, 0, offset)
}

export function add(emitter: Emitter, register: number, by: number): void {
  emitter.operands(emitter.opcode('add_imm_64'), 'reg_reg_imm', register, register, 0, by)
}

function move(emitter: Emitter, to: number, from: number): void {
  emitter.writer.begin(emitter.opcode('move_reg'))
  emitter.writer.byte(to | (from << 4))
}

export function begin(emitter: Emitter, label: number): void {
  emitter.writer.begin(emitter.opcode('fallthrough'))
  emitter.writer.place(label)
}

/** A call of the host, with an address in r7 that it may look at. */
export function attackCallAt(emitter: Emitter, menu: Menu, pointer: number): void {
  const { random } = emitter
  if (pointer !== 7) move(emitter, 7, pointer)
  const action = random.pick(menu)
  emitter.operands(emitter.opcode('ecalli'), 'imm', 0, 0, 0, attackCall(action, random.below(64)))
}

/** This is one way to enter a loop: where, by which step, and how often. */
interface Entrance {
  readonly at: number
  readonly stride: number
  readonly turns: number
}

/** Signed 32 bit, so that a 64-bit register gets it sign-extended. */
function distance(from: number, to: number): number {
  return (to - from) | 0
}

/** Ways that begin in the memory there is, near its wall, or at a place of the engine's, and mostly lead from one to the other. */
function entrances(emitter: Emitter, ground: Ground, offset: number, fixed: number): Entrance[] {
  const { random } = emitter
  const size = ground.wall - ground.first
  const usual = fixed !== 0 ? fixed : random.pick([8, 8, 16, 4, 1, 64, 0, -8])
  const first: Entrance = {
    at: (usual < 0 ? ground.wall - 64 : ground.first) - offset,
    stride: usual,
    turns: random.pick([1, 20, 60, 100, Math.min(200, Math.max(1, Math.floor(size / (Math.abs(usual) || 8)) - 2))]),
  }
  const found = random.chance(80) ? [first] : []
  for (let i = random.between(1, 3); i > 0; i--) {
    const turns = random.pick([1, 2, 2, 2, 3, 4, 7, 8, 9, 10, 12, 16, 40, 100])
    const roll = random.below(10)
    if (roll < 3) {
      // Into the wall, some turns before the end.
      const stride = fixed !== 0 ? fixed : random.pick([8, 4, 16, -8, 4096, 4104, 2048, 1, 7, 12])
      const ahead = random.below(10)
      const at = stride < 0 ? ground.first - ahead * stride : ground.wall - (ahead + 1) * (stride || 8)
      found.push({ at: at - offset - random.pick([0, 0, 0, 1, 4]), stride, turns })
    } else if (roll < 7) {
      // From good memory to a place of the engine's in one turn or a few.
      const at = ground.first + 8 * random.below(32)
      const steps = random.pick([1, 1, 1, 2, 3, 8, 9])
      const stride = fixed !== 0 ? fixed : Math.trunc(distance(at, enginePlace(random)) / steps)
      found.push({ at: at - offset, stride, turns })
    } else if (roll < 9) {
      // Begins near such a place.
      const stride =
        fixed !== 0 ? fixed : random.pick([8, -8, 4096, -4096, 0, 0x10000000, -0x10000000, 0x7fffffff, -0x80000000])
      const at = enginePlace(random) - random.below(9) * (random.chance(50) ? stride : 0)
      found.push({ at: at - offset, stride, turns })
    } else {
      found.push({ at: random.next(), stride: fixed !== 0 ? fixed : random.next() | 0, turns })
    }
  }
  return found
}

/** By how much a counter falls. The generator counts the turns ahead only if that is a power of two (core/recompiler/rooms.c). */
function countingDown(random: Random): number {
  return random.pick([1, 3])
}

/** A loop of one block, entered again and again in other ways, with calls of the host in between. */
export function loopAgain(emitter: Emitter, ground: Ground, menu: Menu): void {
  const { random, writer } = emitter
  const [pointer, count, step, round, value, other] = registers(emitter, 6)
  const aligned = random.chance(80)
  const offset = random.chance(50) ? 0 : aligned ? 8 * random.below(40) : random.below(40) - 20
  const byRegister = random.chance(50)
  const fixed = byRegister
    ? 0
    : random.pick([
        8, 8, -8, 16, 4, 1, 4096, 4104, 8192, -4096, -4104, -4104, -8192, -8192, 0x10000000, -0x10000000, 0x7fffffff, 7,
      ])
  const down = countingDown(random)
  const ways = entrances(emitter, ground, offset, fixed)
  const [head, out] = [writer.newLabel(), writer.newLabel()]
  const heads = ways.map(() => writer.newLabel())
  emitter.set32(round, 0)
  begin(emitter, heads[0]!)
  ways.forEach(({ at, stride, turns }, i) => {
    if (i > 0) writer.place(heads[i]!)
    if (i > 0 && random.chance(45)) {
      attackCallAt(emitter, menu, random.chance(70) ? pointer : value)
      if (random.chance(30)) writer.begin(emitter.opcode('fallthrough'))
    }
    if (byRegister) emitter.set32(step, stride)
    emitter.set32(pointer, at)
    if (random.chance(20)) emitter.operands(emitter.opcode('or_imm'), 'reg_reg_imm', pointer, pointer, 0, 0)
    emitter.set32(count, turns * down)
    emitter.operands(emitter.opcode('jump'), 'off', 0, 0, 0, 0, head)
  })
  writer.place(head)
  const early = random.chance(20)
  const advance = (): void => {
    if (byRegister) emitter.operands(emitter.opcode('add_64'), 'reg_reg_reg', pointer, step, pointer, 0)
    else add(emitter, pointer, fixed)
  }
  if (early) advance()
  for (let i = random.pick([1, 1, 1, 2, 3, 5]); i > 0; i--) {
    const aside = random.chance(60) ? 0 : aligned ? 8 * random.below(16) : random.below(20)
    access(emitter, random.pick([value, other]), pointer, offset + aside)
  }
  for (let i = random.pick([0, 0, 1, 2, 5, 14, 14, 30]); i > 0; i--) alu(emitter, [value, other])
  if (!early) advance()
  add(emitter, count, -down)
  emitter.operands(emitter.opcode('branch_ne_imm'), 'reg_imm_off', count, 0, 0, 0, head)
  add(emitter, round, 1)
  for (let i = 1; i < ways.length; i++) {
    emitter.operands(emitter.opcode('branch_eq_imm'), 'reg_imm_off', round, 0, 0, i, heads[i]!)
  }
  begin(emitter, out)
}

/** The same loop over the same memory, and between its walks calls that change rights, contents, gas under it. */
export function walkAgain(emitter: Emitter, ground: Ground, menu: Menu): void {
  const { random, writer } = emitter
  const [pointer, count, rounds, value, idle] = registers(emitter, 5)
  const stride = random.pick([8, 8, 16, 64, 4096, 8192, 8192, 4104, -8, -8192, -8192, -4104, 1])
  const size = ground.wall - ground.first
  const turns = random.pick([10, 30, 60, Math.min(600, Math.floor(size / Math.abs(stride)))])
  const [again, head] = [writer.newLabel(), writer.newLabel()]
  const inside = random.chance(35)
  const down = countingDown(random)
  const large = random.pick([0, 0, 0x8000000, 0x10000000, 0x20000000, -0x20000000, 0x3fffffff, -0x3fffffff, 0x7fffffff])
  emitter.set32(rounds, random.between(2, 5))
  begin(emitter, again)
  emitter.set32(pointer, stride < 0 ? ground.wall + stride : ground.first)
  emitter.set32(count, turns * down)
  begin(emitter, head)
  for (let i = random.between(1, 3); i > 0; i--) access(emitter, value, pointer, 0)
  if (random.chance(20)) alu(emitter, [value])
  if (inside) attackCallAt(emitter, menu, pointer)
  add(emitter, pointer, stride)
  if (large !== 0) add(emitter, idle, large) // nobody reads it
  add(emitter, count, -down)
  emitter.operands(emitter.opcode('branch_ne_imm'), 'reg_imm_off', count, 0, 0, 0, head)
  if (!inside) attackCallAt(emitter, menu, pointer)
  add(emitter, rounds, -1)
  emitter.operands(emitter.opcode('branch_ne_imm'), 'reg_imm_off', rounds, 0, 0, 0, again)
}

/** Calls of the host one after the other, with accesses between them. */
export function manyCalls(emitter: Emitter, ground: Ground, menu: Menu): void {
  const { random, writer } = emitter
  const [pointer, value, count] = registers(emitter, 3)
  const head = writer.newLabel()
  const turns = random.pick([1, 1, 3, 12, 30])
  emitter.set32(count, turns)
  emitter.set32(pointer, random.chance(70) ? ground.first + 8 * random.below(64) : enginePlace(random))
  begin(emitter, head)
  for (let i = random.between(1, 4); i > 0; i--) {
    attackCallAt(emitter, menu, pointer)
    if (random.chance(60)) access(emitter, value, pointer, 0)
    if (random.chance(30)) alu(emitter, [value])
    if (random.chance(40)) add(emitter, pointer, random.pick([8, 4096, -4096, 0x10000]))
  }
  add(emitter, count, -1)
  emitter.operands(emitter.opcode('branch_ne_imm'), 'reg_imm_off', count, 0, 0, 0, head)
}

/** A loop calls sbrk for nothing, for a page, or for too much. */
export function heapLoop(emitter: Emitter): void {
  const { random, writer } = emitter
  if (emitter.opcode('sbrk') < 0) return
  const [by, at, count, value] = registers(emitter, 4)
  const head = writer.newLabel()
  emitter.set32(by, random.pick([0, 0, 0, 1, 4096, 5000, 0x7fffffff]))
  emitter.set32(count, random.pick([3, 40, 300]))
  begin(emitter, head)
  for (let i = random.pick([1, 1, 8]); i > 0; i--) emitter.operands(emitter.opcode('sbrk'), 'reg_reg', at, by, 0, 0)
  if (random.chance(40)) access(emitter, value, at, random.pick([0, -1, -8, -4096]))
  add(emitter, count, -1)
  emitter.operands(emitter.opcode('branch_ne_imm'), 'reg_imm_off', count, 0, 0, 0, head)
}

/**
 * Shapes of `deepLoops`: loops in the function, calls deep. With walks, 24 loops have all the locals that a function gets for its
 * loops (MAX_LOOPS in core/recompiler/fast.c), so a frame has close to a kilobyte: 3,000 of them are more than the host's stack.
 */
const DEEP = [
  [24, 3000],
  [0, 300],
  [3, 300],
  [40, 260],
  [90, 100],
  [0, 3000],
  [12, 600],
] as const
/** Rare, for the time they take: frames of a kilobyte and more. */
const DEEPEST = [
  [40, 700],
  [300, 260],
  [1000, 300],
  [700, 1000],
] as const

/** A function full of loops that calls itself, by name or through the jump table, with its links on a stack. */
export function deepLoops(emitter: Emitter, ground: Ground): void {
  const { random, writer } = emitter
  const [link, stack, depth, count, pointer, value] = registers(emitter, 6)
  const [loops, most] = random.chance(4) ? random.pick(DEEPEST) : random.pick(DEEP)
  const frame = random.pick([8, 8, 16, 64])
  const deep = Math.min(most, Math.floor((ground.wall - ground.first) / frame) - 2)
  const [self, out] = [writer.newLabel(), writer.newLabel()]
  const walks = random.chance(40)
  const indirect = random.chance(30)
  const call = (): void => {
    const back = writer.newLabel()
    if (indirect) {
      emitter.set32(value, writer.entry(self))
      writer.begin(emitter.opcode('load_imm_jump_ind'))
      writer.byte(link | (value << 4))
      writer.byte(4)
      writer.immediate(writer.entry(back), 4)
    } else {
      writer.begin(emitter.opcode('load_imm_jump'))
      writer.byte(link | (4 << 4))
      writer.immediate(writer.entry(back), 4)
      writer.target(self, 4)
    }
    writer.place(back)
  }
  emitter.set32(stack, ground.wall)
  emitter.set32(depth, deep)
  const over = writer.newLabel()
  call()
  emitter.operands(emitter.opcode('jump'), 'off', 0, 0, 0, 0, over)
  writer.place(self)
  add(emitter, stack, -frame)
  emitter.operands(emitter.opcode('store_ind_u64'), 'reg_reg_imm', link, stack, 0, 0)
  emitter.operands(emitter.opcode('branch_eq_imm'), 'reg_imm_off', depth, 0, 0, 0, out)
  add(emitter, depth, -1)
  for (let i = 0; i < loops; i++) {
    const head = writer.newLabel()
    emitter.set32(count, 1)
    if (walks) emitter.set32(pointer, ground.first)
    begin(emitter, head)
    if (walks) {
      emitter.operands(emitter.opcode('load_ind_u64'), 'reg_reg_imm', value, pointer, 0, 0)
      add(emitter, pointer, 8)
    }
    add(emitter, count, -1)
    emitter.operands(emitter.opcode('branch_ne_imm'), 'reg_imm_off', count, 0, 0, 0, head)
  }
  call()
  begin(emitter, out)
  emitter.operands(emitter.opcode('load_ind_u64'), 'reg_reg_imm', link, stack, 0, 0)
  add(emitter, stack, frame)
  emitter.operands(emitter.opcode('jump_ind'), 'reg_imm', link, 0, 0, 0)
  writer.place(over)
  emitter.gasNeeded += deep * (10 + loops * (walks ? 7 : 4))
}
