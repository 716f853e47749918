// Every superinstruction of the core does what its instructions do one by one: with the result of one going into the next,
// without, with all operands in one register, with faults and the end of gas at every place, entered in the middle.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SEQUENCES } from '../../scripts/fused-sequences.ts'
import { assemble } from '../../src/blob/assembly.ts'
import { createEngine } from '../../src/engine/create.ts'
import type { Vm } from '../../src/engine/engine.ts'
import { difference } from '../../src/fuzz/compare.ts'
import { Random } from '../../src/fuzz/random.ts'
import { Access, loadProgram, type Program } from '../../src/index.ts'
import { effectOf, instructionNamed, type Slot, shapeOf } from '../../src/isa/index.ts'

const PAGES = [
  { address: 0x20000, length: 8192, access: Access.Write },
  { address: 0x30000, length: 4096, access: Access.Read },
]
/** Addresses in pages, at their ends, read-only, in no page; entries of the jump table; numbers. */
const VALUES = [0x20000n, 0x20ff8n, 0x20ffdn, 0x21ff9n, 0x30010n, 0x40000n, 2n, 4n, 0n, 1n, -1n, 0x80000000n, 1n << 63n]
const IMMEDIATES = [0, 1, 2, 7, 8, 31, -1, -8, 63]

/** How the registers of a sequence's instructions go together. */
type Wiring = 'forwarded' | 'random' | 'one register'

interface Written {
  readonly text: string
  readonly count: number
}

function operand(slot: Slot, registers: Readonly<Record<'A' | 'B' | 'D', number>>, random: Random): string {
  switch (slot.is) {
    case 'register':
      return `r${registers[slot.letter]}`
    case 'immediate':
      return `${random.pick(IMMEDIATES)}`
    case 'target':
      return random.below(2) === 0 ? '@near' : '@far'
    case 'memory':
      return slot.base === undefined ? '[0x20010]' : `[r${registers[slot.base]} + ${random.pick(IMMEDIATES)}]`
    case 'sum':
      return `r${registers[slot.base]} + ${random.pick(IMMEDIATES)}`
  }
}

function write(sequence: string, wiring: Wiring, random: Random): Written {
  let result: number | undefined
  const words = sequence.split(' ')
  const lines = words.map(word => {
    const [name, takes] = word.split(':')
    const instruction = instructionNamed(name!)!
    const { assign } = effectOf(instruction.id)
    const pick = (letter: string): number => {
      if (wiring === 'one register') return 5
      return wiring === 'forwarded' && letter === takes && result !== undefined ? result : random.between(1, 6)
    }
    const registers = { A: pick('A'), B: pick('B'), D: pick('D') }
    const operands = shapeOf(instruction).slots.map(slot => operand(slot, registers, random))
    result = assign === undefined ? undefined : registers[assign.to]
    return `${name} ${operands.join(', ')}`
  })
  return {
    text: `${lines.join('\n')}\n trap\n@near: load_imm r12, &near\n trap\n@far: load_imm r12, &far\n trap\n`,
    count: words.length,
  }
}

/** The reference machine and the core, both at the start of `program`. */
function start(program: Program, random: Random, gas: number, step: number): readonly [Vm, Vm] {
  const regs = Array.from({ length: 13 }, () => random.pick(VALUES))
  const contents = Uint8Array.from({ length: 256 }, () => random.pick([0, 0, 2, 4, 255]))
  const memory = [0x20000, 0x20f80, 0x30000].map(address => ({ address, bytes: contents }))
  const [reference, core] = (['reference', 'interpreter'] as const).map(kind => {
    const vm = createEngine({ kind }).instantiate(program, { regs, gas: BigInt(gas), pages: PAGES, memory })
    if (step > 0) vm.step(step)
    return vm
  })
  return [reference!, core!]
}

describe('superinstructions', () => {
  for (const sequence of SEQUENCES) {
    it(sequence, () => {
      const random = new Random(sequence)
      for (let turn = 0; turn < 36; turn++) {
        const wiring = (['forwarded', 'forwarded', 'random', 'one register'] as const)[turn & 3]!
        const { text, count } = write(sequence, wiring, random)
        const profile = turn % 5 === 4 ? 'gas-model-vectors' : 'gp-0.7.2'
        const program = loadProgram(assemble(text).bytes, { profile })
        for (const [gas, step] of [
          [1000, 0],
          [random.below(count + 1), 0],
          [1000, random.between(1, count - 1)],
        ] as const) {
          const [reference, core] = start(program, random, gas, step)
          reference.run()
          core.run()
          expect(difference(reference, core, true), `${wiring}, gas ${gas}, stepped ${step}:\n${text}`).toBeUndefined()
          core.dispose()
        }
      }
    })
  }

  it('are those of core/isa/fused.gen.h', () => {
    const header = readFileSync(join(import.meta.dirname, '../../core/isa/fused.gen.h'), 'utf8')
    expect([...header.matchAll(/\{ \/\* (.*) \*\//g)].map(match => match[1]).sort()).toEqual([...SEQUENCES].sort())
  })
})
