// Small text programs for the tests of the recompiler, and how to make machines of them.
import { afterAll, beforeAll, expect } from 'vitest'
import { assemble } from '../../../src/blob/assembly.ts'
import { createEngine } from '../../../src/engine/create.ts'
import type { EngineKind, StartOptions, Vm } from '../../../src/engine/engine.ts'
import type { Analysis } from '../../../src/engine/recompiler/analysis.ts'
import { analyseProgram } from '../../../src/engine/recompiler/compile.ts'
import { tierPolicy } from '../../../src/engine/recompiler/tiers/policy.ts'
import { type ProfileName, profile } from '../../../src/program/profile.ts'
import { loadProgram, type Program } from '../../../src/program/program.ts'

/** Raw program of assembly text. */
export function programOf(text: string, rules: ProfileName = 'gp-0.7.2'): Program {
  const { bytes } = assemble(`.format raw\n${text}`)
  return loadProgram(bytes, { kind: 'raw', profile: profile(rules, { loader: 'lenient', instructionSet: 'gp-0.7.2' }) })
}

/** Analysis of assembly text. */
export function analysisOf(text: string): Analysis {
  return analyseProgram(programOf(text))
}

export const PAGES = [{ address: 0x20000, length: 0x8000, access: 3 as const }]

/** A machine on a program, with eight writable pages at 0x20000. */
export function machine(kind: EngineKind, program: Program, options: StartOptions = {}): Vm {
  return createEngine({ kind }).instantiate(program, { pages: PAGES, ...options })
}

/** Everything visible of a machine, memory as one checksum. */
export function stateOf(vm: Vm): unknown {
  const bytes = new Uint8Array(0x8000)
  let sum = 0
  for (let page = 0; page < 8; page++) {
    const part = bytes.subarray(page * 4096, page * 4096 + 4096)
    if (vm.memory.read(0x20000 + page * 4096, part) === 0)
      for (const byte of part) sum = (Math.imul(sum, 31) + byte) | 0
  }
  const { pc, gas, charged, exitArg, heapEnd } = vm
  return { pc, gas, charged, exitArg, heapEnd, regs: [...vm.regs].map(String), sum }
}

/** Touches all eight pages, each word another. */
export const TOUCH = `
    load_imm r2, 0x20000
    load_imm r3, 0x28000
    load_imm r4, 0x1234567
    fallthrough
@touch:
    store_ind_u64 [r2], r4
    mul_imm_64 r4, r4, 0x5bd1e995
    add_imm_64 r4, r4, 0x3039
    add_imm_64 r2, r2, 8
    branch_ne r2, r3, @touch
`

/** A loop behind that; its end is a trap, which leaves everything to be compared. */
export const loopOf = (setup: string, body: string): string => `${TOUCH}${setup}
    fallthrough
@loop:
${body}
    trap
`

/** A program ends on the recompiler as on the reference machine. */
export function expectSame(text: string, gas = 1_000_000n): void {
  const program = programOf(text)
  const options = { gas }
  const vm = machine('recompiler', program, options)
  const reference = machine('reference', program, options)
  const found = [vm.run(), stateOf(vm)]
  expect([text, gas, ...found]).toEqual([text, gas, reference.run(), stateOf(reference)])
  vm.dispose()
}

/** A loop that stores and loads with steps, a call in it, an indirect jump, a switch: every part of the generator. */
export const MIXED = `
.entry_size 4
.jump_table @back, @case0, @case1, @case2, @after
    load_imm r1, 0x20800
    load_imm r6, 3
    fallthrough
@outer:
    load_imm r5, 40
    load_imm r8, 0x20000
    fallthrough
@fill:
    store_ind_u32 [r8], r5
    load_ind_u16 r9, [r8 + 2]
    add_64 r7, r7, r9
    add_imm_64 r8, r8, 4
    add_imm_64 r5, r5, -1
    branch_ne_imm r5, 0, @fill
    load_imm_jump r0, &back, @function
@back:
    and_imm r10, r7, 1
    add_imm_64 r10, r10, 1
    shlo_l_imm_64 r10, r10, 1
    jump_ind r10 + 2
@case0:
    add_imm_64 r7, r7, 5
    jump @joined
@case1:
    xor_imm r7, r7, 0x55
    jump @joined
@case2:
    add_imm_64 r7, r7, 7
    fallthrough
@joined:
    add_imm_64 r6, r6, -1
    branch_ne_imm r6, 0, @outer
    trap
@function:
    add_imm_64 r1, r1, -16
    store_ind_u64 [r1], r0
    store_ind_u64 [r1 + 8], r6
    branch_lt_u_imm r6, 2, @leave
    add_imm_64 r6, r6, -1
    load_imm_jump r0, &after, @function
@after:
    add_64 r7, r7, r6
    fallthrough
@leave:
    load_ind_u64 r0, [r1]
    load_ind_u64 r6, [r1 + 8]
    add_imm_64 r1, r1, 16
    jump_ind r0
`

/**
 * Indirect calls of small leaf functions, of one that calls, of addresses that lead nowhere; through a link register that
 * held the address, once in vain, with a return to another place than the call.
 */
export const HANDLERS = `
.entry_size 4
.jump_table @back, @add, @store, @far, @xor, @nested, @end
    load_imm r1, 0x20800
    load_imm r5, 3
    load_imm r9, 0x20100
    fallthrough
@round:
    load_imm r6, 9
    fallthrough
@loop:
    mul_imm_64 r10, r6, 7
    and_imm r10, r10, 3
    shlo_l_imm_64 r10, r10, 1
    load_imm_jump_ind r0, &back, r10 + 4
@back:
    add_imm_64 r6, r6, -1
    branch_gt_s_imm r6, 0, @loop
    add_imm_64 r5, r5, -1
    branch_eq_imm r5, 0, @last
    branch_ne_imm r5, 1, @round
    load_imm r10, 6
    load_imm_jump_ind r10, &end, r10 - 2
@last:
    load_imm r10, 5
    load_imm_jump_ind r10, &end, r10 - 4
@end:
    trap
@add:
    add_64 r7, r7, r6
    add_imm_64 r7, r7, 3
    jump_ind r0
@store:
    branch_lt_u_imm r6, 3, @none
    store_ind_u64 [r9], r7
    add_imm_64 r9, r9, 0x808
    fallthrough
@none:
    jump_ind r0
@far:
    store_ind_u64 [r1], r0
    load_imm_jump r0, &nested, @add
@nested:
    load_ind_u64 r0, [r1]
    jump_ind r0
@xor:
    xor r7, r7, r10
    load_ind_u64 r8, [r9 - 8]
    jump_ind r0
`

/** Loads and stores at a base anywhere in eight pages plus a byte times 8: wide groups, some of them partly without right. */
export const TABLES = `
    load_imm r8, 0x20000
    load_imm r6, 40
    load_imm r7, 0x12345
    fallthrough
@loop:
    mul_imm_64 r9, r7, 0x1e3779b1
    store_ind_u64 [r8], r9
    shlo_r_imm_64 r9, r9, 20
    and_imm r9, r9, 0x7fff
    add_64 r9, r8, r9
${[0, 1, 2, 3, 4, 5]
  .map(
    k => `    load_ind_u8 r2, [r8 + ${k}]
    shlo_l_imm_64 r2, r2, 3
    add_64 r3, r9, r2
    load_ind_u64 r4, [r3${k === 5 ? ' + 16' : ''}]
    mul_imm_64 r7, r7, 31
    add_64 r7, r7, r4
    shlo_r_imm_64 r2, r7, 56
    shlo_l_imm_64 r2, r2, 2
    add_64 r3, r2, r9
    store_ind_u32 [r3 + 4], r7`,
  )
  .join('\n')}
    add_imm_64 r6, r6, -1
    branch_ne_imm r6, 0, @loop
    trap
`

/**
 * Loops with calls of a function too large to be inlined, one in the other, with registers that are dirty before either
 * and written in none, the outer, the inner; also where the loop is left and where it is entered from two sides.
 */
export const CALLS_IN_LOOPS = `
.jump_table @back
    load_imm r2, 77
    load_imm r6, 3
    branch_eq_imm r7, 0, @outer
    load_imm r3, 5
    fallthrough
@outer:
    add_imm_64 r4, r6, 100
    load_imm r5, 4
    fallthrough
@inner:
    load_imm_jump r0, 2, @large
@back:
    add_imm_64 r5, r5, -1
    branch_eq_imm r9, 7, @out
    branch_ne_imm r5, 0, @inner
    add_64 r10, r10, r4
    add_imm_64 r6, r6, -1
    branch_ne_imm r6, 0, @outer
    fallthrough
@out:
    add_64 r11, r2, r4
    trap
@large:
${'    add_64 r9, r9, r5\n    xor r8, r8, r3\n'.repeat(21)}
    jump_ind r0`

/** In a `describe`: what the interpreter is seen at is compiled at once, sampled every 20 gas. */
export function compileAtOnce(): void {
  const { samplePeriod, patience } = tierPolicy
  beforeAll(() => {
    tierPolicy.samplePeriod = 20
    tierPolicy.patience = 0
  })
  afterAll(() => {
    tierPolicy.samplePeriod = samplePeriod
    tierPolicy.patience = patience
  })
}

/** Something that a test picks by. */
interface Picks {
  pick<T>(from: readonly T[]): T
  chance(percent: number): boolean
}

const BOUNDS = [
  '0',
  '1',
  '16',
  '2048',
  '0xffffffffffffffff',
  '0x8000000000000000',
  '0x7fffffffffffff00',
  '0xfffffffffffff800',
]

/** A loop of that body whose condition is picked: any branch, any bound, and one of those steps of r10 a turn. */
export function loopUntil(random: Picks, steps: readonly number[], body: string): string {
  const step = random.pick(steps)
  const name = random.pick(['ne', 'eq', 'lt_u', 'lt_s', 'ge_u', 'ge_s'])
  const byNumber = random.pick(['ne', 'lt_u', 'le_u', 'ge_u', 'gt_u', 'lt_s', 'le_s', 'ge_s', 'gt_s'])
  const compared = random.chance(40)
    ? `branch_${byNumber}_imm r10, ${random.pick([0, 1, 2048, -1, -2048])}, @loop`
    : `branch_${name} ${random.pick(['r10, r11', 'r11, r10'])}, @loop`
  const setup = `    load_imm r8, 0x20000
    load_imm_64 r11, ${random.pick(BOUNDS)}
    load_imm_64 r10, ${random.pick(BOUNDS)}
    add_imm_64 r10, r10, ${random.pick([0, 0, step * 1000, -step * 1000, -step * 30, 7, -7])}`
  return loopOf(setup, `${body}\n    add_imm_64 r10, r10, ${step}\n    ${compared}`)
}
