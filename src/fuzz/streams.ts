// Memory in patterns that compilers of guest code look for: loops that walk through pages with a stride, groups of accesses
// off one base, frames of a deep recursion. Not single accesses: segments.ts.
import { copyLoop } from './copies.ts'
import type { Emitter } from './emit.ts'
import { RIGHTS_CALL } from './reactions.ts'

const STORES = [120, 123] as const // store_ind_u8 … u64, the same in every set (GP A.5.10)
const LOADS = [124, 130] as const // load_ind_u8 … u64

function access(emitter: Emitter, value: number, base: number, offset: number): void {
  const { random } = emitter
  const [low, high] = random.chance(50) ? LOADS : STORES
  emitter.operands(random.between(low, high), 'reg_reg_imm', value, base, 0, offset)
}

function addImmediate(emitter: Emitter, register: number, by: number): void {
  const name = emitter.random.chance(85) ? 'add_imm_64' : 'add_imm_32'
  emitter.operands(emitter.opcode(name), 'reg_reg_imm', register, register, 0, by)
}

/** Moves a pointer by a constant or by what a register holds. */
function advance(emitter: Emitter, pointer: number, stride: number, strideRegister: number): void {
  if (strideRegister < 0) addImmediate(emitter, pointer, stride)
  else emitter.operands(emitter.opcode('add_64'), 'reg_reg_reg', pointer, strideRegister, pointer, 0)
}

/** A walk through memory, a host call that may change rights, and the same walk again, some times over. */
export function walks(emitter: Emitter): void {
  const { random, writer } = emitter
  const rounds = random.below(13)
  const again = writer.newLabel()
  emitter.set32(rounds, random.between(2, 4))
  writer.begin(emitter.opcode('fallthrough'))
  writer.place(again)
  emitter.sparing([rounds], () => {
    const pointer = random.chance(40) ? copyLoop(emitter) : streamLoop(emitter)
    // The host function sees in r7 where the walk ended, and may take away or give rights there.
    if (rounds !== 7) {
      writer.begin(emitter.opcode('move_reg'))
      writer.byte(7 | (pointer << 4))
    }
    emitter.operands(emitter.opcode('ecalli'), 'imm', 0, 0, 0, RIGHTS_CALL | random.below(64))
  })
  addImmediate(emitter, rounds, -1)
  writer.begin(emitter.opcode('branch_ne_imm'))
  writer.byte(rounds)
  writer.target(again, 2)
}

/** A loop of one block that reads and writes through pointers moving by a step, until a count or an end is reached. Returns a pointer. */
export function streamLoop(emitter: Emitter): number {
  const { random, writer } = emitter
  const [first, second, counter, value, step] = emitter.distinct(5) as [number, number, number, number, number]
  const pointers = random.chance(50) ? [first] : [first, second]
  const stride = random.pick([8, 8, 16, -8, 64, 64, 128, 128, 256, 4096, 0, 1, 2, 3, 4, -1, -4])
  const strideRegister = random.chance(25) ? step : -1
  // Mostly aligned: an access that is not leaves the paths this is about.
  const aligned = random.chance(80)
  for (const pointer of pointers) emitter.set32(pointer, emitter.address() & (aligned ? ~7 : ~0))
  const offset = (): number => (aligned ? 8 * random.below(3) : random.below(24) - 8)
  emitter.set32(step, stride)
  const byEnd = random.chance(40)
  if (byEnd)
    emitter.operands(emitter.opcode('add_imm_64'), 'reg_reg_imm', counter, first, 0, stride * random.below(600))
  else emitter.set32(counter, random.pick([1, 7, 9, 20, 40, 60, 300, 600]))
  writer.begin(emitter.opcode('fallthrough'))
  const head = writer.newLabel()
  writer.place(head)
  emitter.sparing([first, second, counter, step], () => {
    const early = random.chance(20)
    if (early) advance(emitter, first, stride, strideRegister)
    for (let i = random.between(1, 5); i > 0; i--) {
      access(emitter, random.chance(60) ? value : emitter.register(), random.pick(pointers), offset())
      if (random.chance(40)) emitter.ofKind('alu')
    }
    if (!early) advance(emitter, first, stride, strideRegister)
    if (pointers.length > 1) advance(emitter, second, random.chance(50) ? stride : -stride, strideRegister)
  })
  if (byEnd) {
    // branch_ne, _lt_u, _lt_s, _ge_u, _ge_s of pointer and end
    emitter.operands(random.between(171, 175), 'reg_reg_off', first, counter, 0, 0, head)
    return first
  }
  addImmediate(emitter, counter, -1)
  writer.begin(emitter.opcode('branch_ne_imm'))
  writer.byte(counter)
  writer.target(head, 2)
  return first
}

/** Accesses off one base, some of them after it has moved or from a copy of it. */
export function accessGroup(emitter: Emitter): void {
  const { random, writer } = emitter
  const [base, copy] = emitter.distinct(2) as [number, number]
  const reach = random.pick([16, 64, 512, 4096])
  const mask = random.chance(60) ? ~7 : ~0
  const offset = (): number => (random.below(2 * reach) - reach) & mask
  if (random.chance(90)) emitter.set32(base, emitter.address() & mask)
  // An address that no analysis knows, though it is the same.
  if (random.chance(60)) emitter.operands(emitter.opcode('or_imm'), 'reg_reg_imm', base, base, 0, 0)
  emitter.sparing([base, copy], () => {
    for (let i = random.between(3, 14); i > 0; i--) {
      const roll = random.below(10)
      if (roll < 7) access(emitter, emitter.register(), roll < 5 ? base : copy, offset())
      else if (roll < 8) addImmediate(emitter, base, offset() & ~7)
      else if (roll < 9) {
        writer.begin(emitter.opcode('move_reg'))
        writer.byte(copy | (base << 4))
      } else emitter.ofKind('alu')
    }
  })
}

/**
 * Accesses that are misaligned so often that compiled code is made again to take them, and then lie across a page end, on
 * it and beside it: the pages have other rights, one of them may have none, or be the first or last there is.
 */
export function straddles(emitter: Emitter): void {
  const { random, writer } = emitter
  const [base, counter, rounds, copy] = emitter.distinct(4) as [number, number, number, number]
  const { pages } = emitter.mood
  const page = pages.length === 0 || random.chance(10) ? random.pick([0x10, 0xf, 0xfffff]) : random.pick(pages)
  const turns = random.pick([5, 5, 5, 1100])
  // Mostly upwards: the fault of an access beyond the edge may give the next page rights.
  const upwards = random.chance(75)
  const edge = (page + random.below(2)) * 4096 + (upwards ? random.below(3) : -random.between(2, 9))
  const [head, out] = [writer.newLabel(), writer.newLabel()]
  // An address that no analysis knows is looked up at every access; others may be checked once for all.
  const known = random.chance(30)
  const reach = random.chance(70) ? 1 : 9
  const accesses = random.pick([1, 1, 2, 4])
  emitter.set32(base, page * 4096 + 8 * random.between(2, 500) + random.pick([1, 3, 5, 7]))
  emitter.set32(counter, turns)
  emitter.set32(rounds, random.between(1, 10))
  writer.begin(emitter.opcode('fallthrough'))
  writer.place(head)
  emitter.sparing([base, counter, rounds, copy], () => {
    for (let i = 0; i < accesses; i++) {
      if (!known) emitter.operands(emitter.opcode('or_imm'), 'reg_reg_imm', copy, base, 0, 0)
      access(emitter, emitter.register(), known ? base : copy, random.below(reach))
    }
  })
  addImmediate(emitter, counter, -1)
  emitter.operands(emitter.opcode('branch_ne_imm'), 'reg_imm_off', counter, 0, 0, 0, head)
  emitter.set32(base, edge)
  emitter.operands(emitter.opcode(upwards ? 'sub_64' : 'add_64'), 'reg_reg_reg', base, rounds, base, 0)
  if (random.chance(20)) {
    writer.begin(emitter.opcode('move_reg'))
    writer.byte(7 | (base << 4))
    emitter.operands(emitter.opcode('ecalli'), 'imm', 0, 0, 0, RIGHTS_CALL | random.below(64))
  }
  emitter.set32(counter, 1)
  emitter.operands(emitter.opcode('branch_eq_imm'), 'reg_imm_off', rounds, 0, 0, 0, out)
  addImmediate(emitter, rounds, -1)
  emitter.operands(emitter.opcode('jump'), 'off', 0, 0, 0, 0, head)
  writer.place(out)
  emitter.gasNeeded = turns * (2 * accesses + 2) + 200
}

/** A function that calls itself to a depth, with return addresses on a stack. */
export function deepCalls(emitter: Emitter): void {
  const { random, writer } = emitter
  const [link, stack, depth] = random.chance(70) ? [0, 1, 5] : (emitter.distinct(3) as [number, number, number])
  const [self, out] = [writer.newLabel(), writer.newLabel()]
  const frame = random.pick([8, 8, 16, 40])
  const call = (): void => {
    const back = writer.newLabel()
    writer.begin(emitter.opcode('load_imm_jump'))
    writer.byte(link | (4 << 4))
    writer.immediate(writer.entry(back), 4)
    writer.target(self, 2)
    writer.place(back)
  }
  if (emitter.mood.pages.length > 0) emitter.set32(stack, (random.pick(emitter.mood.pages) + 1) * 4096)
  emitter.set32(depth, random.pick([0, 1, 3, 20, 100, 300, 500]))
  call()
  writer.begin(emitter.opcode('trap'))
  writer.place(self)
  addImmediate(emitter, stack, -frame)
  emitter.operands(emitter.opcode('store_ind_u64'), 'reg_reg_imm', link, stack, 0, 0)
  writer.begin(emitter.opcode('branch_eq_imm'))
  writer.byte(depth)
  writer.target(out, 2)
  addImmediate(emitter, depth, -1)
  emitter.sparing([link, stack, depth], () => {
    for (let i = random.below(3); i > 0; i--) emitter.ofKind(random.chance(90) ? 'alu' : 'host')
  })
  call()
  emitter.sparing([link, stack, depth], () => {
    for (let i = random.below(3); i > 0; i--) emitter.ofKind('alu')
  })
  writer.begin(emitter.opcode('fallthrough'))
  writer.place(out)
  emitter.operands(emitter.opcode('load_ind_u64'), 'reg_reg_imm', link, stack, 0, 0)
  addImmediate(emitter, stack, frame)
  emitter.operands(emitter.opcode('jump_ind'), 'reg_imm', link, 0, 0, 0)
}
