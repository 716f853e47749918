// Pieces of programs that attack by an index: accesses off a base and a bounded index, near a wall, and calls of small functions
// through the jump table, as interpreters' handlers are. Not loops over memory: attacks.ts.
import { add, alu, attackCallAt, begin, type Ground, LOADS, type Menu, registers, STORES } from './attacks.ts'
import type { Emitter } from './emit.ts'

/** Loads or stores at a base plus a byte or a few bits, so many that one check is made for all. */
export function indexedAccesses(emitter: Emitter, ground: Ground, menu: Menu): void {
  const { random, writer } = emitter
  const [base, index, at, count, value] = registers(emitter, 5)
  const head = writer.newLabel()
  const scale = random.pick([0, 0, 0, 1, 3])
  const mask = random.pick([0xff, 0xff, 0x7f, 15, 1])
  const reach = (mask << scale) + 8
  // Mostly so that the highest index is near the wall, on this side or the other.
  const from = random.chance(75) ? ground.wall - reach + random.pick([-9, -8, -1, 0, 1, 8, 100]) : ground.first
  const constant = random.chance(30)
  emitter.set32(count, random.pick([1, 4, 30, 120]))
  emitter.set32(value, random.next())
  if (!constant) emitter.set32(base, from)
  begin(emitter, head)
  if (constant) emitter.set32(base, from)
  const [low, high] = random.chance(50) ? LOADS : STORES
  const opcode = random.chance(50) ? low : emitter.between(low, high, 0)
  for (let i = random.between(5, 9); i > 0; i--) {
    // The index is unsigned and at most the mask, as far as an analysis can see.
    emitter.operands(emitter.opcode('shlo_r_imm_64'), 'reg_reg_imm', at, value, 0, random.below(24))
    emitter.operands(emitter.opcode('and_imm'), 'reg_reg_imm', index, at, 0, mask)
    if (scale > 0) emitter.operands(emitter.opcode('shlo_l_imm_64'), 'reg_reg_imm', index, index, 0, scale)
    emitter.operands(emitter.opcode('add_64'), 'reg_reg_reg', base, index, at, 0)
    const to = low === LOADS[0] && random.chance(60) ? value : index
    emitter.operands(opcode, 'reg_reg_imm', to, at, 0, random.chance(80) ? 0 : random.below(8))
  }
  if (random.chance(15)) attackCallAt(emitter, menu, base)
  add(emitter, value, random.next() | 0)
  add(emitter, count, -1)
  emitter.operands(emitter.opcode('branch_ne_imm'), 'reg_imm_off', count, 0, 0, 0, head)
}

/** A loop that calls small functions through the jump table, now this one, now that. */
export function smallCallees(emitter: Emitter, ground: Ground, menu: Menu): void {
  const { random, writer } = emitter
  const [link, target, count, value, pointer] = registers(emitter, 5)
  const functions = Array.from({ length: random.pick([2, 2, 4]) }, () => writer.newLabel())
  const entries = functions.map(label => writer.entry(label))
  const [head, back, over] = [writer.newLabel(), writer.newLabel(), writer.newLabel()]
  emitter.set32(count, random.pick([2, 30, 150]))
  emitter.set32(pointer, ground.first)
  begin(emitter, head)
  emitter.operands(emitter.opcode('and_imm'), 'reg_reg_imm', target, count, 0, functions.length - 1)
  emitter.operands(emitter.opcode('shlo_l_imm_64'), 'reg_reg_imm', target, target, 0, 1)
  // Now and then an address that no entry has. Not another entry's: from there control may come back here again and again,
  // and gas may be near 2^63.
  add(emitter, target, entries[0]! + (random.chance(12) ? random.pick([1, -1, 0x10000, -0x10000]) : 0))
  writer.begin(emitter.opcode('load_imm_jump_ind'))
  writer.byte(link | (target << 4))
  writer.byte(4)
  writer.immediate(writer.entry(back), 4)
  writer.place(back)
  if (random.chance(20)) attackCallAt(emitter, menu, pointer)
  add(emitter, count, -1)
  emitter.operands(emitter.opcode('branch_ne_imm'), 'reg_imm_off', count, 0, 0, 0, head)
  emitter.operands(emitter.opcode('jump'), 'off', 0, 0, 0, 0, over)
  for (const label of functions) {
    writer.place(label)
    for (let i = random.below(4); i > 0; i--) alu(emitter, [value, pointer, value])
    if (random.chance(60)) {
      const [low, high] = random.chance(50) ? LOADS : STORES
      emitter.operands(emitter.between(low, high, 0), 'reg_reg_imm', value, pointer, 0, 8 * random.below(8))
    }
    emitter.operands(emitter.opcode('jump_ind'), 'reg_imm', link, 0, 0, 0)
  }
  begin(emitter, over)
}
