// Compile bombs: programs made to be expensive to analyse or compile, and how they are run. Not the tests: hostile-compile.test.ts.
import { Random } from '../../src/fuzz/random.ts'
import { createEngine, type EngineKind, exitName, type Program } from '../../src/index.ts'
import { processorSeconds } from '../clock.ts'

/** Seconds of processor time that a bomb may take on an engine, from the program's bytes to its end. */
export const MAX_SECONDS = 30

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join('\n')
}

const random = new Random('bombs')

/** Name and assembly text of each. */
export const BOMBS: readonly (readonly [name: string, text: string, gas?: number])[] = [
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
      20_000,
      i => `@t${i}: xor_imm r8, r8, ${i}\njump @loop`,
    )}\n.jump_table ${Array.from({ length: 20_000 }, (_, i) => `@t${(i * 7919) % 20_000}`).join(', ')}`,
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
  [
    '300 functions with an access that is misaligned 1,100 times each',
    `.stack 65536\n.code\n${lines(
      300,
      i =>
        `@f${i}: load_imm r3, 1100\nor_imm r4, r1, 0\nfallthrough\n@l${i}: load_ind_u32 r5, [r4 - ${4 * i + 7}]\nadd_imm_64 r3, r3, -1\nbranch_ne_imm r3, 0, @l${i}`,
    )}\njump_ind r0`,
    1_200_000,
  ],
]

/** How a program ends on an engine, and the seconds of processor time it takes. */
export function run(
  kind: EngineKind,
  program: Program,
  gas = 400_000,
): { readonly state: string; readonly seconds: number } {
  const started = processorSeconds()
  const vm = createEngine({ kind }).instantiate(program, { gas: BigInt(gas) })
  vm.run()
  const state = `${exitName(vm.exit!)} ${vm.exitArg} pc ${vm.pc} gas ${vm.gas} ${vm.regs.join(' ')}`
  vm.dispose()
  return { state, seconds: processorSeconds() - started }
}
