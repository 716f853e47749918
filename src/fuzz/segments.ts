// Pieces of generated programs: straight runs, loops, calls, recursion, switches, memory and host calls, irreducible flow.
// Not single instructions: emit.ts; memory in patterns: streams.ts. Every piece begins a basic block, most end with a
// terminator.

import { copyLoop } from './copies.ts'
import type { Emitter } from './emit.ts'
import { accessGroup, deepCalls, straddles, streamLoop, walks } from './streams.ts'
import { edge32 } from './values.ts'

/** One random instruction that does not end the block. */
function filler(emitter: Emitter): void {
  const { random } = emitter
  const roll = random.below(100)
  if (roll < 62) emitter.ofKind('alu')
  else if (roll < 76) memoryAccess(emitter, 'load')
  else if (roll < 90) memoryAccess(emitter, 'store')
  else if (roll < 92) emitter.ofKind('host')
  else if (roll < 94) growHeap(emitter)
  else if (roll < 96) blockFill(emitter)
  else if (roll < 98) emitter.ofKind('nop')
  else emitter.ofKind('alu')
}

function fillers(emitter: Emitter, count: number): void {
  for (let i = 0; i < count; i++) filler(emitter)
}

/** A load or store, half of them with a base register that was just given a good address. */
function memoryAccess(emitter: Emitter, kind: 'load' | 'store'): void {
  const { random } = emitter
  if (random.chance(50)) {
    emitter.ofKind(kind)
    return
  }
  const base = emitter.register()
  const offset = random.chance(60) ? random.below(16) - 8 : 0
  emitter.set32(base, emitter.address() - offset)
  // store_ind_u8 … load_ind_u64: the same numbers in every set (GP A.5.10); those of 64 bits are not in every one.
  const opcode = kind === 'store' ? random.between(120, 123) : random.between(124, 130)
  const narrow = kind === 'store' ? 122 : 129
  emitter.operands(
    emitter.set.byOpcode[opcode] === undefined ? narrow : opcode,
    'reg_reg_imm',
    emitter.register(),
    base,
    0,
    offset,
  )
}

/** sbrk: by little, or by whatever a register holds. */
function growHeap(emitter: Emitter): void {
  const { random, writer } = emitter
  const opcode = emitter.opcode('sbrk')
  if (opcode < 0) return
  if (random.chance(emitter.mood.hugeHeap ? 2 : 30)) {
    emitter.ofKind('sbrk')
    return
  }
  const register = emitter.register()
  emitter.set32(register, random.pick([0, 1, 8, 100, 4095, 4096, 4097, 10000]))
  writer.begin(opcode)
  writer.byte(emitter.register() | (register << 4))
}

/** memset with a short, mostly good range; nothing where the set has no memset. */
function blockFill(emitter: Emitter): void {
  if (emitter.opcode('memset') < 0) return
  emitter.set32(7, emitter.address())
  emitter.set32(9, emitter.wild ? emitter.random.next() : emitter.random.below(40))
  emitter.ofKind('memset')
}

/** This jumps to `label` through the jump table. */
function jumpThroughTable(emitter: Emitter, label: number): void {
  const { random, writer } = emitter
  const address = emitter.wild
    ? random.pick([0, 1, 3, 0xffff0000, 0xfffffffe, 2 * (writer.tableLength + 1), random.next()])
    : writer.entry(label)
  const base = emitter.register()
  const offset = random.chance(50) ? 0 : random.below(256)
  if (random.chance(50)) {
    emitter.set32(base, address - offset)
    emitter.operands(emitter.opcode('jump_ind'), 'reg_imm', base, 0, 0, offset)
  } else {
    emitter.set32(base, address)
    // X is written to A, which may be the base: that has to be read first (GP A.5.12). Y is 0 for want of bytes.
    writer.begin(emitter.opcode('load_imm_jump_ind'))
    writer.byte((random.chance(30) ? base : emitter.register()) | (base << 4))
    const width = random.chance(50) ? 4 : random.below(4)
    writer.byte(width)
    writer.immediate(edge32(random), width)
  }
}

/** Ends a block: mostly a branch to somewhere. */
function terminator(emitter: Emitter): void {
  const { random, writer } = emitter
  const roll = random.below(20)
  if (roll < 10) emitter.ofKind('branch')
  else if (roll < 12) emitter.ofKind('jump')
  else if (roll < 15) emitter.ofKind('fallthrough')
  else if (roll < 17) jumpThroughTable(emitter, emitter.anyLabel())
  else if (roll < 18) {
    // Halt: jump to the address an invocation returns to (GP A.18).
    emitter.set64(0, 0xffff0000, random.chance(80) ? 0 : random.next())
    emitter.operands(emitter.opcode('jump_ind'), 'reg_imm', 0, 0, 0, 0)
  } else if (roll < 19) writer.begin(emitter.opcode('trap'))
  else emitter.ofKind('djump')
}

/** These blocks branch to each other at random. The flow is irreducible, and other pieces are targets too. */
function tangle(emitter: Emitter): void {
  const { random, writer } = emitter
  const labels = Array.from({ length: random.between(1, 8) }, () => writer.newLabel())
  for (const label of labels) {
    writer.place(label)
    if (random.chance(10)) emitter.ofKind('nop')
    if (random.chance(80)) fillers(emitter, random.below(6))
    if (random.chance(60)) emitter.ofKind('branch', random.pick(labels))
    else terminator(emitter)
  }
  writer.begin(emitter.opcode(random.chance(50) ? 'trap' : 'fallthrough'))
}

/** A counted loop, maybe with another inside; runs as long as gas lasts if the body changes the counter. */
function loop(emitter: Emitter, depth: number): void {
  const { random, writer } = emitter
  const counter = emitter.register() % 13
  const head = writer.newLabel()
  emitter.set32(counter, random.pick([1, 2, 5, 10, 100, 100000, -1]))
  writer.begin(emitter.opcode('fallthrough'))
  writer.place(head)
  fillers(emitter, random.between(1, 8))
  if (depth > 0 && random.chance(40)) loop(emitter, depth - 1)
  if (random.chance(30)) {
    const out = writer.newLabel()
    emitter.ofKind('branch', out)
    fillers(emitter, random.below(4))
    writer.begin(emitter.opcode('fallthrough'))
    writer.place(out)
  }
  emitter.operands(emitter.opcode('add_imm_64'), 'reg_reg_imm', counter, counter, 0, -1)
  writer.begin(emitter.opcode('branch_ne_imm'))
  writer.byte(counter)
  writer.target(head, 2)
  fillers(emitter, random.below(3))
}

/** load_imm_jump ra, return address, function. */
function call(emitter: Emitter, callee: number, link: number): void {
  const { writer } = emitter
  const back = writer.newLabel()
  const address = emitter.wild ? emitter.random.below(64) : writer.entry(back)
  writer.begin(emitter.opcode('load_imm_jump'))
  writer.byte(link | (4 << 4))
  writer.immediate(address, 4)
  writer.target(callee, 2)
  writer.place(back)
}

/** Functions that call each other, return through the jump table, and may recurse with their links on a stack. */
function calls(emitter: Emitter): void {
  const { random, writer } = emitter
  const link = random.chance(80) ? 0 : emitter.register() % 13
  const functions = Array.from({ length: random.between(1, 4) }, () => writer.newLabel())
  const frame = random.pick([8, 16, 64])
  for (let i = random.between(1, 4); i > 0; i--) {
    fillers(emitter, random.below(3))
    call(emitter, random.pick(functions), link)
  }
  terminator(emitter)
  for (const label of functions) {
    writer.place(label)
    const recursive = random.chance(60)
    if (recursive) {
      emitter.operands(emitter.opcode('add_imm_64'), 'reg_reg_imm', 1, 1, 0, -frame)
      emitter.operands(emitter.opcode('store_ind_u64'), 'reg_reg_imm', link, 1, 0, 0)
    }
    fillers(emitter, random.below(5))
    if (recursive) {
      const out = writer.newLabel()
      emitter.ofKind('branch', out)
      call(emitter, random.pick(functions), link)
      fillers(emitter, random.below(3))
      writer.begin(emitter.opcode('fallthrough'))
      writer.place(out)
      emitter.operands(emitter.opcode('load_ind_u64'), 'reg_reg_imm', link, 1, 0, 0)
      emitter.operands(emitter.opcode('add_imm_64'), 'reg_reg_imm', 1, 1, 0, frame)
    }
    emitter.operands(emitter.opcode('jump_ind'), 'reg_imm', link, 0, 0, 0)
  }
}

/** A jump table entry that leads to no block, or by chance to one. */
function wildEntry({ random, writer }: Emitter): number {
  if (random.chance(20)) return writer.entry(writer.newLabel()) // never placed: the end of the code
  return writer.wildEntry(random.pick([0, 1, random.below(writer.length), writer.length, 0x7fffffff, 0xffffffff]))
}

/** This is a table of targets, some of them bad, and a jump into it by a computed index. */
function jumpSwitch(emitter: Emitter): void {
  const { random, writer } = emitter
  const index = emitter.register() % 13
  const count = random.pick([2, 4, 8])
  const labels = Array.from({ length: count }, () => writer.newLabel())
  let first = 0
  for (const label of labels) {
    const address = emitter.wild ? wildEntry(emitter) : writer.entry(label)
    first ||= address
  }
  emitter.operands(emitter.opcode('and_imm'), 'reg_reg_imm', index, emitter.register(), 0, count - 1)
  emitter.operands(emitter.opcode('shlo_l_imm_64'), 'reg_reg_imm', index, index, 0, 1)
  emitter.operands(emitter.opcode('jump_ind'), 'reg_imm', index, 0, 0, first)
  for (const label of labels) {
    writer.place(label)
    fillers(emitter, random.below(4))
    terminator(emitter)
  }
}

/** A loop around host calls. */
function hostLoop(emitter: Emitter): void {
  const { random, writer } = emitter
  const head = writer.newLabel()
  const counter = emitter.register() % 13
  emitter.set32(counter, random.between(1, 6))
  writer.begin(emitter.opcode('fallthrough'))
  writer.place(head)
  fillers(emitter, random.below(3))
  emitter.ofKind('host')
  fillers(emitter, random.below(3))
  emitter.operands(emitter.opcode('add_imm_64'), 'reg_reg_imm', counter, counter, 0, -1)
  emitter.ofKind('branch', head)
}

/** A block longer than what is decoded at once; with accesses, or without anything that could end it early. */
function longBlock(emitter: Emitter): void {
  const { random } = emitter
  if (random.chance(50)) {
    fillers(emitter, random.between(200, 3000))
    return
  }
  const count = random.pick([1022, 1023, 1024, 1025, 2047, 2048, 2050])
  for (let i = 0; i < count; i++) emitter.ofKind('alu')
  emitter.gasNeeded = random.chance(70) ? count + 10 : 0
}

/** Writes one piece; control flow may leave it for any label written so far. */
export function writeSegment(emitter: Emitter, plain: boolean): void {
  const { random, writer } = emitter
  const roll = random.below(100)
  if (roll < 14) fillers(emitter, random.between(1, 12))
  else if (roll < 34) tangle(emitter)
  else if (roll < 48) loop(emitter, 2)
  else if (roll < 60) calls(emitter)
  else if (roll < 64) deepCalls(emitter)
  else if (roll < 72) jumpSwitch(emitter)
  else if (roll < 78) hostLoop(emitter)
  else if (roll < 80) streamLoop(emitter)
  else if (roll < 83) copyLoop(emitter)
  else if (roll < 88) walks(emitter)
  else if (roll < 90 && !plain) longBlock(emitter)
  else if (roll < 93) accessGroup(emitter)
  else if (roll < 98) straddles(emitter)
  else memoryAccesses(emitter)
  if (random.chance(85)) terminator(emitter)
  else {
    // Nothing ends the piece but the next one, whose first block then is the middle of this one's.
    writer.begin(emitter.opcode('move_reg'))
    writer.byte(0)
  }
}

function memoryAccesses(emitter: Emitter): void {
  for (let i = emitter.random.between(2, 12); i > 0; i--) {
    memoryAccess(emitter, emitter.random.chance(50) ? 'load' : 'store')
  }
}
