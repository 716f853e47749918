// Compile bombs: programs made to be expensive to analyse or compile. Every engine has to do what the reference machine does,
// in bounded time: what is too large or too tangled to compile is interpreted. Figures are in docs/testing.md.
import { describe, expect, it } from 'vitest'
import { assemble } from '../src/blob/assembly.ts'
import { Random } from '../src/fuzz/random.ts'
import { availableEngines, createEngine, type EngineKind, exitName, loadProgram, type Program } from '../src/index.ts'

/** Bombs that the bounds do not hold for where compilation is forced (SECURITY.md). */
const EAGER = ['a jump table of 20,000 entries']

/** Seconds that a bomb may take on an engine, from the program's bytes to its end; other work may share the machine. */
const MAX_SECONDS = 30

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join('\n')
}

const random = new Random('bombs')

const BOMBS: readonly [name: string, text: string][] = [
  [
    'a function of 100,000 blocks',
    `@again:\n${lines(100_000, i => `add_imm_64 r7, r7, ${i & 63}\nbranch_eq_imm r7, ${i}, @end`)}\njump @again\n@end: jump_ind r0`,
  ],
  [
    'a block of 100,000 instructions',
    `@again:\n${lines(100_000, i => `add_imm_64 r${i % 13}, r${(i * 7) % 13}, ${i & 127}`)}\njump @again`,
  ],
  [
    '3,000 loops, each in the one before',
    `load_imm r1, 3\nfallthrough\n${lines(3000, i => `@l${i}: add_imm_64 r${i % 6}, r${i % 6}, 1\nfallthrough`)}\n${lines(
      3000,
      i => `add_imm_64 r8, r8, 1\nand_imm r9, r8, 7\nbranch_eq_imm r9, 0, @l${2999 - i}`,
    )}\njump_ind r0`,
  ],
  [
    'a jump table of 20,000 entries',
    `@loop:\nadd_imm_64 r7, r7, 2\nand_imm r7, r7, 0x7ffe\njump_ind r7 + 2\n${lines(
      5_000,
      i => `@t${i}: xor_imm r8, r8, ${i}\njump @loop`,
    )}\n.jump_table ${Array.from({ length: 20_000 }, (_, i) => `@t${(i * 7919) % 5_000}`).join(', ')}`,
  ],
  [
    'jumps from everywhere to everywhere',
    `${lines(6000, i => `@b${i}: add_imm_64 r7, r7, ${random.below(100)}\nand_imm r8, r7, ${1 + random.below(15)}\nbranch_ne_imm r8, ${random.below(8)}, @b${random.below(6000)}`)}\njump @b0`,
  ],
  [
    '20,000 functions that call each other',
    `.stack 65536\n.code\n${lines(20_000, i => `@f${i}: add_imm_64 r7, r7, 1\nload_imm_jump r0, &r${i}, @f${(i * 7 + 3) % 20_000}\n@r${i}: jump_ind r0`)}`,
  ],
  [
    'a block of 30,000 stores',
    `.stack 65536\n.code\n@again:\n${lines(30_000, i => `store_ind_u${[8, 16, 32, 64][i & 3]} [r1 - ${8 + (i % 4000)}], r${i % 13 === 1 ? 2 : i % 13}`)}\njump @again`,
  ],
]

function run(kind: EngineKind, program: Program): { readonly state: string; readonly seconds: number } {
  const started = performance.now()
  const vm = createEngine({ kind }).instantiate(program, { gas: 400_000n })
  vm.run()
  const state = `${exitName(vm.exit!)} ${vm.exitArg} pc ${vm.pc} gas ${vm.gas} ${vm.regs.join(' ')}`
  vm.dispose()
  return { state, seconds: (performance.now() - started) / 1000 }
}

describe.each(BOMBS)('%s', (name, text) => {
  const { bytes } = assemble(text)
  const program = loadProgram(bytes)
  const expected = run('reference', program).state

  // Forced compilation compiles every target when it is first entered, which takes minutes here: `auto` is for strangers.
  const kinds = availableEngines().filter(kind => kind !== 'recompiler' || !EAGER.includes(name))

  it.each(kinds)('ends as it should on %s, in time', kind => {
    const fresh = loadProgram(bytes)
    const { state, seconds } = run(kind, fresh)
    expect(state).toBe(expected)
    expect(seconds).toBeLessThan(MAX_SECONDS)
  })

  it('costs of its blocks are known in time under the pipeline model', () => {
    const rules = { profile: 'gas-model-vectors' } as const
    const { state, seconds } = run('auto', loadProgram(bytes, rules))
    expect(state).toBe(run('reference', loadProgram(bytes, rules)).state)
    expect(seconds).toBeLessThan(MAX_SECONDS)
  })
})
