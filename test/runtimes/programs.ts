// Programs of our own for the runtimes: every arithmetic instruction on edge values, page borders, the ends of the address
// space, calls, jump tables, host calls. Not a test of expectations: their digest has to be the same everywhere.
import { INSTRUCTIONS, type Instruction } from '../../src/isa/table.ts'

/** Values at which 64-bit arithmetic goes wrong. */
export const EDGES: readonly bigint[] = [
  0n,
  1n,
  2n,
  31n,
  32n,
  63n,
  64n,
  0x7fn,
  0x80n,
  0xffffn,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  0x1_0000_0000n,
  0x7fff_ffff_ffff_ffffn,
  0x8000_0000_0000_0000n,
  0x8000_0000_0000_0001n,
  0xffff_ffff_7fff_ffffn,
  0xffff_ffff_8000_0000n,
  0xffff_ffff_ffff_fffen,
  0xffff_ffff_ffff_ffffn,
  0x0123_4567_89ab_cdefn,
  0xfedc_ba98_7654_3210n,
]

/** A text program with how to run it. */
export interface OwnProgram {
  readonly name: string
  readonly text: string
  /** Gas amounts it is run with, one machine each. */
  readonly gas: readonly number[]
}

const IMMEDIATES = ['0', '1', '-1', '31', '63', '64', '0x7fffffff', '-0x80000000']

function applied(instruction: Instruction): string[] {
  const { name, format } = instruction
  switch (format) {
    case 'reg_reg':
      return [`${name} r5, r2`]
    case 'reg_reg_reg':
      return [`${name} r5, r2, r3`]
    case 'reg_reg_imm':
      return IMMEDIATES.map(immediate => `${name} r5, r2, ${immediate}`)
    case 'reg_imm':
      return IMMEDIATES.map(immediate => `${name} r5, ${immediate}`)
    case 'reg_imm64':
      return [`${name} r5, 0x123456789abcdef0`, `${name} r5, -1`]
    default:
      throw new Error(`${name}: an alu instruction of format ${format}`)
  }
}

/** One loop over all pairs of edge values for every instruction without memory access; results go into a checksum. */
function arithmetic(): OwnProgram[] {
  const all = INSTRUCTIONS.filter(({ kind, opcodes }) => kind === 'alu' && opcodes.gp072 !== null)
  const groups: Instruction[][] = []
  for (let i = 0; i < all.length; i += 12) groups.push(all.slice(i, i + 12))
  return groups.map((group, index) => {
    const body = group.flatMap(instruction =>
      applied(instruction).flatMap(line => [
        '    add_imm_64 r5, r3, 7',
        `    ${line}`,
        '    rot_l_64 r7, r7, r12',
        '    xor r7, r7, r5',
        '    mul_64 r7, r7, r11',
      ]),
    )
    const text = [
      '.isa gp-0.7.2',
      '.ro',
      '@edges:',
      ...EDGES.map(value => `.u64 0x${value.toString(16)}`),
      '.code',
      '    load_imm_64 r11, 0x9e3779b97f4a7c15',
      '    load_imm r12, 23',
      `    load_imm r9, ${EDGES.length * 8}`,
      '    load_imm r4, 0',
      '    fallthrough',
      '@outer:',
      '    load_imm r6, 0',
      '    fallthrough',
      '@inner:',
      '    load_ind_u64 r2, [r4 + @edges]',
      '    load_ind_u64 r3, [r6 + @edges]',
      ...body,
      '    add_imm_64 r6, r6, 8',
      '    branch_lt_u r6, r9, @inner',
      '    add_imm_64 r4, r4, 8',
      '    branch_lt_u r4, r9, @outer',
      '    jump_ind r0',
    ].join('\n')
    return { name: `arithmetic-${index}`, text, gas: [1_000_000, 1009] }
  })
}

const LOADS = INSTRUCTIONS.filter(({ kind, format }) => kind === 'load' && format === 'reg_reg_imm')
const STORES = INSTRUCTIONS.filter(({ kind, format }) => kind === 'store' && format === 'reg_reg_imm')

/** Every width around a page border that is accessible on both sides, and around one that is not. */
function memory(): OwnProgram[] {
  const walk = STORES.flatMap((store, i) => [
    `    ${store.name} [r9 + ${i * 8}], r7`,
    ...LOADS.flatMap(load => [`    ${load.name} r6, [r9 + ${i * 8}]`, '    mul_64 r7, r7, r11', '    xor r7, r7, r6']),
  ])
  const prologue = ['.isa gp-0.7.2', '.stack 4096', '.heap 2', '.rw', '@data:', '.u64 1, 2, 3', '.code']
  const crossing = [
    ...prologue,
    '    load_imm_64 r11, 0x9e3779b97f4a7c15',
    '    load_imm r7, 12345',
    '    load_imm r9, 0x20fe0',
    '    load_imm r8, 0x21020',
    '    fallthrough',
    '@next:',
    ...walk,
    '    add_imm_64 r9, r9, 1',
    '    branch_lt_u r9, r8, @next',
    '    jump_ind r0',
  ].join('\n')
  // Walks over the end of the heap, grows it after the fault, and over the end of the stack, which faults for good.
  const ends = [
    ...prologue,
    '    load_imm r7, 1',
    '    load_imm r2, 4096',
    '    load_imm r9, 0x22ff0',
    '    fallthrough',
    '@next:',
    '    store_ind_u8 [r9], r7',
    '    add_imm_64 r9, r9, 1',
    '    add_imm_64 r7, r7, 1',
    '    branch_ne_imm r9, 0x23000, @next',
    '    sbrk r3, r2',
    '    store_ind_u64 [r9 - 4], r3',
    '    load_imm r2, 0x100001',
    '    sbrk r4, r2',
    '    store_ind_u64 [r9 + 8], r4',
    '    store_ind_u32 [r1 - 4], r7',
    '    load_ind_u64 r5, [r1 - 8]',
    '    store_ind_u8 [r1], r7',
    '    jump_ind r0',
  ].join('\n')
  const wrap = ['0xfffffffffffffff8', '0xfffffffc', '0xffff', '0x10000', '0xfffc', '0x100010000'].map((address, i) => ({
    name: `wrap-${i}`,
    text: `.isa gp-0.7.2\n.stack 4096\n.ro\n.u64 77\n.code\nload_imm_64 r9, ${address}\nload_ind_u64 r7, [r9]\nstore_ind_u64 [r9 + 16], r7\njump_ind r0`,
    gas: [100, 2],
  }))
  const gas = [1_000_000, 1, 17, 4099]
  return [{ name: 'page-crossing', text: crossing, gas }, { name: 'memory-ends', text: ends, gas }, ...wrap]
}

const FIB = `
.isa gp-0.7.2
.stack 65536
.jump_table @first, @second
    load_imm r7, 15
    add_imm_64 r1, r1, -8
    store_ind_u64 [r1], r0
    load_imm_jump r0, 6, @fib
@fib:
    branch_lt_u_imm r7, 2, @leaf
    add_imm_64 r1, r1, -16
    store_ind_u64 [r1 + 8], r0
    store_ind_u64 [r1], r7
    add_imm_64 r7, r7, -1
    load_imm_jump r0, 2, @fib
@first:
    load_ind_u64 r8, [r1]
    store_ind_u64 [r1], r7
    add_imm_64 r7, r8, -2
    load_imm_jump r0, 4, @fib
@second:
    load_ind_u64 r8, [r1]
    add_64 r7, r7, r8
    load_ind_u64 r0, [r1 + 8]
    add_imm_64 r1, r1, 16
    fallthrough
@leaf:
    jump_ind r0
`

/** Calls without end: the stack pointer runs out of its pages. */
const DEEP = `
.isa gp-0.7.2
.stack 1048576
.jump_table @back
    jump @down
@down:
    add_imm_64 r1, r1, -16
    store_ind_u64 [r1], r0
    add_imm_64 r7, r7, 1
    load_imm_jump r0, 2, @down
@back:
    jump_ind r0
`

/** Calls of a function of 400 loops: its frame is large wherever it is compiled, and the host's stack in workers is small. */
const DEEP_FRAMES = `
.isa gp-0.7.2
.stack 65536
.jump_table @back, @again
    jump @main
@down:
    add_imm_64 r1, r1, -8
    store_ind_u64 [r1], r0
    branch_eq_imm r5, 0, @out
    add_imm_64 r5, r5, -1
${Array.from({ length: 400 }, (_, i) => `load_imm r3, 1\nfallthrough\n@l${i}:\nxor r7, r7, r5\nadd_imm_64 r3, r3, -1\nbranch_ne_imm r3, 0, @l${i}`).join('\n')}
    load_imm_jump r0, 2, @down
@back:
    fallthrough
@out:
    load_ind_u64 r0, [r1]
    add_imm_64 r1, r1, 8
    jump_ind r0
@main:
    load_imm r6, 3
    fallthrough
@turn:
    load_imm r5, 200
    load_imm_jump r0, 4, @down
@again:
    add_imm_64 r6, r6, -1
    branch_ne_imm r6, 0, @turn
    trap
`

const SWITCH = `
.isa gp-0.7.2
.jump_table @a, @b, @c, @d
    load_imm r7, 1
    load_imm r4, 4000
    fallthrough
@next:
    mul_imm_32 r7, r7, 1103515245
    add_imm_32 r7, r7, 12345
    shlo_r_imm_64 r3, r7, 7
    and_imm r3, r3, 7
    add_imm_64 r3, r3, 2
    and_imm r3, r3, 14
    jump_ind r3
@a:
    xor_imm r7, r7, 0x55
    jump @end
@b:
    ecalli 7
    jump @end
@c:
    rot_r_64_imm r7, r7, 13
    jump @end
@d:
    set_lt_s r8, r7, r4
    add_64 r9, r9, r8
    fallthrough
@end:
    add_imm_64 r4, r4, -1
    branch_ne_imm r4, 0, @next
    ecalli -1
    jump_ind r0
`

const LOOP = '.isa gp-0.7.2\n@again:\n    add_imm_64 r7, r7, 1\n    jump @again'

const CUTS = [1_000_000, 0, 1, 2, 3, 5, 8, 13, 97, 1009, 12_347]

/** All of them. */
export function ownPrograms(): OwnProgram[] {
  return [
    ...arithmetic(),
    ...memory(),
    { name: 'fib', text: FIB, gas: CUTS },
    { name: 'deep-frames', text: DEEP_FRAMES, gas: [5_000_000] },
    { name: 'deep', text: DEEP, gas: CUTS },
    { name: 'switch', text: SWITCH, gas: CUTS },
    { name: 'endless', text: LOOP, gas: CUTS },
    { name: 'undefined-opcode', text: '.isa gp-0.7.2\n.raw 33 07 09\n.raw ff 01', gas: CUTS },
  ]
}
