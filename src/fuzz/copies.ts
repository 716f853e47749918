// Loops that copy or fill memory, as compilers write memcpy, memmove and memset: of one word a turn or several, up or down, over
// pages and their ends, with source and target apart, the same, or over each other. And now and then nearly such a loop.
import type { Emitter } from './emit.ts'

/** Opcodes of the Gray Paper, the same in every set: by log2 of the bytes. */
const LOAD_IND = [124, 126, 128, 130] as const
const LOAD_IND_SIGNED = [125, 127, 129, 130] as const
const STORE_IND = [120, 121, 122, 123] as const

/** One word of a turn: what is loaded or filled with, and where. */
interface Word {
  readonly log2: number
  readonly offset: number
}

/** A loop of one block that copies or fills. Returns the pointer that it writes through. */
export function copyLoop(emitter: Emitter): number {
  const { random, writer } = emitter
  const [to, from, end, value, other] = emitter.distinct(5) as [number, number, number, number, number]
  const log2 = random.below(4)
  const width = 2 ** log2
  const words = random.pick([1, 1, 1, 2, 4])
  const sign = random.chance(60) ? 1 : -1
  const stride = sign * width * words + (random.chance(5) ? width : 0)
  const copies = random.chance(55)
  const turns = random.pick([1, 8, 24, 25, 26, 40, 60, 130, 300, 511, 600])
  const aligned = random.chance(85) ? ~(width - 1) : ~0
  const start = emitter.address() & aligned
  const shift = random.chance(50) ? 0 : width * (random.below(9) - 4)
  const distance = random.pick([0, 1, -1, 2, -2, 8, 16, 17, 32, 40, -40, 64, 512, -512]) * width
  emitter.set32(to, start)
  emitter.set32(from, random.chance(60) ? start + distance : emitter.address() & aligned)
  if (random.chance(70)) emitter.set32(value, random.pick([0, -1, 0x5a5a5a5a, 0x1010101, 0x12, 255, 256]))
  const how = random.below(3)
  if (how === 0) emitter.set32(end, turns)
  else {
    const beyond = random.chance(80) ? 0 : random.below(2 * width + 1) - width
    emitter.operands(emitter.opcode('add_imm_64'), 'reg_reg_imm', end, to, 0, stride * turns + beyond)
  }
  writer.begin(emitter.opcode('fallthrough'))
  const head = writer.newLabel()
  writer.place(head)
  const early = random.chance(20)
  const step = (register: number, by: number): void =>
    emitter.operands(emitter.opcode('add_imm_64'), 'reg_reg_imm', register, register, 0, by)
  const steps = (): void => {
    step(to, stride)
    if (copies) step(from, stride)
  }
  if (early) steps()
  const list: Word[] = Array.from({ length: words }, (_, k) => ({ log2, offset: shift + sign * width * k }))
  if (random.chance(8)) list.reverse()
  moveWords(emitter, list, { to, from, value, other, copies })
  if (random.chance(6)) emitter.sparing([to, from, end], () => emitter.ofKind('alu'))
  if (!early) steps()
  if (how === 0) {
    step(end, -1)
    if (random.chance(50)) emitter.operands(emitter.opcode('branch_ne_imm'), 'reg_imm_off', end, 0, 0, 0, head)
    else emitter.operands(emitter.opcode('branch_gt_s_imm'), 'reg_imm_off', end, 0, 0, random.below(3), head)
  } else if (how === 1) emitter.operands(emitter.opcode('branch_ne'), 'reg_reg_off', to, end, 0, 0, head)
  else {
    // branch_lt_u, _lt_s, _ge_u, _ge_s of pointer and end, either way round.
    const [a, b] = random.chance(50) ? [to, end] : [end, to]
    emitter.operands(random.between(172, 175), 'reg_reg_off', a, b, 0, 0, head)
  }
  return to
}

interface Registers {
  readonly to: number
  readonly from: number
  readonly value: number
  readonly other: number
  readonly copies: boolean
}

/** What a turn moves: each word by itself, or all loads first where there are registers. */
function moveWords(emitter: Emitter, words: readonly Word[], { to, from, value, other, copies }: Registers): void {
  const { random } = emitter
  const apart = random.chance(30) ? 8 * random.below(3) : 0
  const load = (word: Word, into: number): void => {
    const opcode = (random.chance(50) ? LOAD_IND : LOAD_IND_SIGNED)[word.log2]!
    emitter.operands(opcode, 'reg_reg_imm', into, from, 0, word.offset + apart)
  }
  const store = (word: Word, what: number): void =>
    emitter.operands(STORE_IND[word.log2]!, 'reg_reg_imm', what, to, 0, word.offset)
  if (!copies) {
    const constant = random.chance(30)
    for (const word of words) {
      if (constant) storeConstant(emitter, word, to)
      else store(word, value)
    }
  } else if (words.length === 2 && random.chance(50)) {
    load(words[0]!, value)
    load(words[1]!, other)
    store(words[0]!, value)
    store(words[1]!, random.chance(90) ? other : value)
  } else {
    for (const word of words) {
      load(word, value)
      store(word, value)
    }
  }
}

/** A store of a constant, mostly of one byte again and again. */
function storeConstant({ writer, random }: Emitter, { log2, offset }: Word, to: number): void {
  writer.begin(70 + log2) // store_imm_ind_u8 … u64 (GP A.5.6)
  writer.byte(to | (4 << 4))
  writer.immediate(offset, 4)
  writer.immediate(random.pick([0, 0, 0, -1, 0x7777, 1]), random.pick([0, 1, 4]))
}
