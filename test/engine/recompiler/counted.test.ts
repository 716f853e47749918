// Fast loops whose condition says ahead how often they go on: memory, registers, gas, faults and where gas ends stay those of the
// reference machine, whatever moves, wherever pages end.
import { describe, expect, it } from 'vitest'
import { compileRoots } from '../../../src/engine/recompiler/compile.ts'
import { Random } from '../../../src/fuzz/random.ts'
import { analysisOf, expectSame, loopOf, loopUntil, TOUCH } from './programs.ts'

/** Whether the turns of a loop in a program are counted. */
function isCounted(text: string): boolean {
  const analysis = analysisOf(text.slice(TOUCH.length)) // that loop is counted too
  const [has, lacks] = [compileRoots(analysis, [0]), compileRoots(analysis, [0], { counted: false })]
  return Buffer.compare(Buffer.from(has.bytes), Buffer.from(lacks.bytes)) !== 0
}

/** A loop that adds up what it loads, with the bodies of turns and conditions that are asked for. */
const sum = (turns: number, body: string, condition = 'branch_ne_imm r10, 0, @loop', step = -1): string =>
  loopOf(
    `    load_imm r8, 0x20000\n    load_imm r9, 0x24000\n    load_imm r10, ${-step * turns}\n    load_imm r11, 5`,
    `${body}\n    add_imm_64 r10, r10, ${step}\n    ${condition}`,
  )

const PRODUCT = `    load_ind_u64 r7, [r8]
    load_ind_u64 r6, [r9]
    mul_64 r7, r7, r6
    add_64 r12, r12, r7
    add_imm_64 r8, r8, 8
    add_imm_64 r9, r9, 16`

describe('counted turns', () => {
  it('are those of loops whose condition compares a register that moves with one that stays', () => {
    expect(isCounted(sum(100, PRODUCT))).toBe(true)
    expect(isCounted(sum(100, PRODUCT, 'branch_lt_s r11, r10, @loop'))).toBe(true)
    expect(isCounted(sum(100, PRODUCT, 'branch_lt_u r12, r10, @loop'))).toBe(false) // both move
    expect(isCounted(sum(100, PRODUCT, 'branch_ne r10, r11, @loop', -3))).toBe(false) // by no power of two
    expect(isCounted(sum(100, PRODUCT, 'branch_eq_imm r10, 99, @loop'))).toBe(false)
    // A stream that moves by a register, one that moves too far, and a loop that copies.
    expect(isCounted(sum(100, '    store_ind_u8 [r8], r10\n    add_64 r8, r8, r11'))).toBe(false)
    expect(isCounted(sum(100, '    store_ind_u8 [r8], r10\n    add_imm_64 r8, r8, 0x20000'))).toBe(false)
    expect(isCounted(sum(100, '    store_ind_u8 [r8], r2\n    add_imm_64 r8, r8, 1'))).toBe(false)
  })

  it.each([1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 30, 31, 32, 33, 200])('of %i turns', turns => {
    for (const step of [-1, 1, -64, 1024]) {
      expectSame(sum(turns, PRODUCT, undefined, step))
      expectSame(sum(turns, '    xor r12, r12, r10\n    add_64 r7, r7, r12', undefined, step))
    }
  })

  it('see registers that move where a turn reads them: before, between and behind their steps', () => {
    const random = new Random('turns')
    let counted = 0
    for (let k = 0; k < 300; k++) {
      const reads = [
        'add_64 r12, r12, r8',
        'xor r12, r12, r10',
        'store_ind_u64 [r9 + 8], r9',
        'store_ind_u32 [r8], r10',
        'store_ind_u8 [r8 + 3], r8',
        'store_imm_ind_u16 [r9 - 8], 0x7fff',
        'load_ind_i16 r7, [r9 - 6]',
        'load_ind_u64 r6, [r8 + 16]',
        'load_u64 r5, [0x20100]',
        'store_u32 [0x27000], r12',
        'add_64 r12, r12, r7',
        'mul_imm_64 r12, r12, 13',
        'move_reg r4, r8',
        'load_ind_u8 r3, [r4 + 1]',
        'add_imm_64 r4, r9, 24',
        'add_imm_64 r8, r8, 8',
        'add_imm_64 r9, r9, -8',
        'add_imm_32 r9, r9, -16',
        'add_imm_64 r8, r8, -4',
      ]
      const body = Array.from({ length: 1 + random.below(7) }, () => `    ${random.pick(reads)}`).join('\n')
      const text = sum(40 + random.below(20), body)
      if (isCounted(text)) counted += 1
      expectSame(text)
    }
    expect(counted).toBeGreaterThan(100)
  })

  it('end where gas does', () => {
    const text = sum(60, PRODUCT)
    const prologue = 4096 * 5 + 8
    for (let gas = prologue; gas < prologue + 8 * 60 + 20; gas += 1) expectSame(text, BigInt(gas))
  })

  it('fault where pages end, up and down', () => {
    for (const step of [1, 2, 8, 520, 4096]) {
      for (const past of [0, 1, 2, 3, 9]) {
        const at = 0x28000 - step * (100 - past)
        const up = `    load_ind_u8 r7, [r8]\n    add_64 r12, r12, r7\n    add_imm_64 r8, r8, ${step}`
        expectSame(sum(100, up).replace('0x20000\n    load_imm r9', `${at}\n    load_imm r9`))
        const down = up.replace(`r8, r8, ${step}`, `r8, r8, ${-step}`).replace('[r8]', `[r8 + ${step - 1}]`)
        expectSame(
          sum(100, down).replace('0x20000\n    load_imm r9', `${0x20000 + step * (99 - past)}\n    load_imm r9`),
        )
      }
    }
  })

  it('go on as long as the condition says: any branch, any bound, steps of any power of two', () => {
    const random = new Random('counted conditions')
    const steps = [1, 2, 4, 16, 64, -1, -2, -8, -64]
    const body = '    load_ind_u8 r7, [r8]\n    add_64 r12, r12, r7\n    add_imm_64 r8, r8, 1'
    for (let k = 0; k < 400; k++) expectSame(loopUntil(random, steps, body), 60_000n)
  })
})
