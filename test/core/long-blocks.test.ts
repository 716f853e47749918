// Basic blocks longer than what the core decodes at once: paid once, on every engine, however often records are thrown away.
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import { createEngine, loadProgram } from '../../src/index.ts'

/** A block of `count` additions that jumps to itself. */
function longLoop(count: number): Uint8Array {
  const lines = Array.from({ length: count }, (_, i) => `add_imm_64 r${i % 13}, r${(i * 7) % 13}, ${i & 127}`)
  return assemble(`@again:\n${lines.join('\n')}\njump @again`).bytes
}

describe('the core on long blocks', () => {
  for (const profile of ['w3f-vectors', 'gas-model-vectors', 'gp-0.7.2'] as const) {
    // 12,000 and more need their records flushed in mid-block; the link of the sequence behind was an old record's.
    for (const count of [1023, 1024, 1025, 12_000, 20_000]) {
      it(`a block of ${count} instructions stops where the reference machine does, ${profile}`, () => {
        const program = loadProgram(longLoop(count), { profile })
        const gas = BigInt(Math.floor(program.costAt(0) * 3.5))
        const seen = (['reference', 'interpreter'] as const).map(kind => {
          const vm = createEngine({ kind }).instantiate(program, { gas })
          const exit = vm.run()
          const state = { exit, pc: vm.pc, gas: vm.gas, regs: [...vm.regs] }
          vm.dispose()
          return state
        })
        expect(seen[1]).toEqual(seen[0])
      })
    }
  }
})
