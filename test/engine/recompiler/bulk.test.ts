// Loops that copy or fill do many turns at once: memory, registers, gas, faults and where gas ends stay those of the reference
// machine, whatever overlaps, wherever pages end.
import { describe, expect, it } from 'vitest'
import { compileRoots } from '../../../src/engine/recompiler/compile.ts'
import { Random } from '../../../src/fuzz/random.ts'
import { analysisOf, expectSame, loopOf, loopUntil } from './programs.ts'

/** How often the code of a program has memory.copy and memory.fill. */
function bulkIn(text: string): { copies: number; fills: number } {
  const analysis = analysisOf(text)
  const code = Buffer.from(compileRoots(analysis, [0]).bytes).toString('hex')
  return { copies: code.split('fc0a0000').length - 1, fills: code.split('fc0b00').length - 1 }
}

const copy = (type: string, width: number, to: number, from: number, turns: number, sign = 1): string =>
  loopOf(
    `    load_imm r8, ${to}\n    load_imm r9, ${from}\n    load_imm r10, ${turns}`,
    `    load_ind_${type} r7, [r9]
    store_ind_u${8 * width} [r8], r7
    add_imm_64 r8, r8, ${sign * width}
    add_imm_64 r9, r9, ${sign * width}
    add_imm_64 r10, r10, -1
    branch_ne_imm r10, 0, @loop`,
  )

const fill = (width: number, to: number, value: string, turns: number, sign = 1): string =>
  loopOf(
    `    load_imm_64 r7, ${value}\n    load_imm r8, ${to}\n    add_imm_64 r9, r8, ${sign * width * turns}`,
    `    store_ind_u${8 * width} [r8 + 8], r7
    add_imm_64 r8, r8, ${sign * width}
    branch_${sign > 0 ? 'lt_u r8, r9' : 'lt_u r9, r8'}, @loop`,
  )

describe('turns at once', () => {
  it('are in the code of loops that copy or fill, and only there', () => {
    expect(bulkIn(copy('u64', 8, 0x20000, 0x24000, 300))).toEqual({ copies: 1, fills: 0 })
    expect(bulkIn(copy('i8', 1, 0x20000, 0x24000, 300, -1))).toEqual({ copies: 1, fills: 0 })
    // The prologue's word is another each time; a width of the load that is not the store's copies nothing.
    expect(bulkIn(copy('u32', 8, 0x20000, 0x24000, 300))).toEqual({ copies: 0, fills: 0 })
    expect(bulkIn(fill(4, 0x20000, '0', 300))).toEqual({ copies: 0, fills: 1 })
    const without = { copies: 0, fills: 0 }
    const base = fill(4, 0x20000, '0', 300)
    expect(bulkIn(base.replace('add_imm_64 r8, r8, 4', 'add_imm_64 r8, r8, 8'))).toEqual(without)
    expect(bulkIn(base.replace('add_imm_64 r8, r8, 4', 'add_imm_64 r8, r8, 4\n    add_imm_64 r7, r7, 1'))).toEqual(
      without,
    )
    expect(bulkIn(base.replace('add_imm_64 r8, r8, 4', 'add_imm_32 r8, r8, 4'))).toEqual(without)
    expect(bulkIn(base.replace('add_imm_64 r8, r8, 4', 'add_imm_64 r8, r8, 4\n    xor r6, r6, r7'))).toEqual(without)
    const analysis = analysisOf(base)
    expect(compileRoots(analysis, [0], { bulk: false }).bytes.length).toBeLessThan(
      compileRoots(analysis, [0]).bytes.length,
    )
  })

  it.each([1, 2, 4, 8])('copy words of %i bytes at any distance, up and down', width => {
    for (const sign of [1, -1]) {
      for (const distance of [0, 1, 3, width, 2 * width, 15, 40, 41, 100 * width, 101 * width, 399 * width, 4096]) {
        for (const side of [1, -1]) {
          const from = 0x23000 + (width === 1 ? 3 : 0)
          expectSame(copy(`u${8 * width}`, width, from + side * distance, from, 400, sign))
        }
      }
    }
  })

  it('copy words that a turn loads all before it stores one, or each by itself', () => {
    for (const distance of [-16, -8, 0, 8, 16, 24, 32, 800, 0x2000]) {
      for (const [first, second] of [
        ['load_ind_u64 r6, [r9 + 8]', 'store_ind_u64 [r8], r7'],
        ['store_ind_u64 [r8], r7', 'load_ind_u64 r6, [r9 + 8]'],
      ] as const) {
        const text = loopOf(
          `    load_imm r8, ${0x22000 + distance}\n    load_imm r9, 0x22000\n    load_imm r10, 0x22c80`,
          `    load_ind_u64 r7, [r9]
    ${first}
    ${second}
    store_ind_u64 [r8 + 8], r6
    add_imm_64 r8, r8, 16
    add_imm_64 r9, r9, 16
    branch_lt_u r9, r10, @loop`,
        )
        expect(bulkIn(text).copies).toBe(1)
        expectSame(text)
      }
    }
  })

  it('store in another order or to other places than one run are none', () => {
    const text = (a: number, b: number, c = 'r7'): string =>
      loopOf(
        '    load_imm r8, 0x20000\n    load_imm r9, 0x20800\n    load_imm r10, 100',
        `    load_ind_u64 r7, [r9]
    load_ind_u64 r6, [r9 + 8]
    store_ind_u64 [r8 + ${a}], ${c}
    store_ind_u64 [r8 + ${b}], r6
    add_imm_64 r8, r8, 16
    add_imm_64 r9, r9, 16
    add_imm_64 r10, r10, -1
    branch_ne_imm r10, 0, @loop`,
      )
    for (const other of [text(8, 0), text(0, 16), text(0, 4), text(0, 8, 'r6'), text(0, 0)]) {
      expect(bulkIn(other).copies).toBe(0)
      expectSame(other)
    }
    expect(bulkIn(text(0, 8)).copies).toBe(1)
    expectSame(text(0, 8))
  })

  it('of words that are checked one by one are none: their offsets wrap around, or no group is free', () => {
    const wrapping = loopOf(
      `    load_imm r8, ${0x20000 - 0x7ffffff8}\n    load_imm r10, 100`,
      `    store_ind_u64 [r8 + 0x7ffffff8], r2
    store_ind_u64 [r8 - 0x80000000], r2
    add_imm_64 r8, r8, 16
    add_imm_64 r10, r10, -1
    branch_ne_imm r10, 0, @loop`,
    )
    const others = [0, 2, 3, 4].map(base => [0, 2500].map(at => `    load_ind_u8 r12, [r${base} + ${at}]`).join('\n'))
    const many = `${others.join('\n')}
    store_ind_u64 [r8], r7
    store_ind_u64 [r8 + 8], r7
${others.join('\n')}`
    const crowded = loopOf(
      `${[0, 2, 3, 4].map(base => `    load_imm r${base}, 0x26000`).join('\n')}
    load_imm r8, 0x20000
    load_imm r10, 100`,
      `${many}\n    add_imm_64 r8, r8, 16\n    add_imm_64 r10, r10, -1\n    branch_ne_imm r10, 0, @loop`,
    )
    for (const text of [wrapping, crowded]) {
      expect(bulkIn(text)).toEqual({ copies: 0, fills: 0 })
      expectSame(text)
    }
    expect(bulkIn(wrapping.replace('0x7ffffff8]', '0x7fffffe8]').replace('- 0x80000000', '+ 0x7ffffff0')).fills).toBe(1)
  })

  it.each([1, 2, 4, 8])('fill with words of %i bytes that are one byte again and again, or not', width => {
    for (const value of [
      '0',
      '0xffffffffffffffff',
      '0x5a5a5a5a5a5a5a5a',
      '0x1200000034343434',
      '0x56565656565678',
      '0x100',
    ]) {
      for (const sign of [1, -1]) expectSame(fill(width, 0x23001 - (width > 1 ? 1 : 0), value, 500, sign))
    }
  })

  it('fill with constants', () => {
    for (const [type, value, fills] of [
      ['u8', 0x77, 1],
      ['u16', 0x7777, 1],
      ['u16', 0x77, 0],
      ['u32', -1, 1],
      ['u64', 0, 1],
      ['u64', -1, 1],
      ['u64', 0x11111111, 0],
      ['u32', 0x11111111, 1],
    ] as const) {
      const text = loopOf(
        '    load_imm r8, 0x21000\n    load_imm r9, 200',
        `    store_imm_ind_${type} [r8 - 8], ${value}
    add_imm_64 r8, r8, ${Number(type.slice(1)) / 8}
    add_imm_64 r9, r9, -2
    branch_ne_imm r9, 0, @loop`,
      )
      expect([type, value, bulkIn(text).fills]).toEqual([type, value, fills])
      expectSame(text)
    }
  })

  it('end where gas does', () => {
    const text = copy('u64', 8, 0x20010, 0x24000, 400)
    const prologue = 4096 * 5 + 4
    for (let gas = prologue + 20; gas < prologue + 2440; gas += 37) expectSame(text, BigInt(gas))
    for (let gas = prologue + 2390; gas < prologue + 2420; gas++) expectSame(text, BigInt(gas))
  })

  it('fault where pages end', () => {
    for (const width of [1, 8]) {
      const type = `u${8 * width}`
      for (const past of [0, 1, 2, 100]) {
        // The target, then the source, runs out of the pages above, then below.
        expectSame(copy(type, width, 0x28000 - width * (300 - past), 0x21000, 300))
        expectSame(copy(type, width, 0x21000, 0x28000 - width * (300 - past), 300))
        expectSame(copy(type, width, 0x20000 + width * (299 - past), 0x24000, 300, -1))
        expectSame(copy(type, width, 0x24000, 0x20000 + width * (299 - past), 300, -1))
        expectSame(fill(width, 0x28000 - 8 - width * (300 - past), '0', 300))
      }
    }
  })

  it('go on as long as the condition says: any branch, any bound, steps of any power of two', () => {
    const random = new Random('conditions')
    const steps = [1, 2, 4, 16, 64, -1, -2, -8, -64, 3]
    const body = '    store_ind_u8 [r8], r2\n    add_imm_64 r8, r8, 1'
    for (let k = 0; k < 400; k++) expectSame(loopUntil(random, steps, body), 60_000n)
  })

  it('count each instruction, and steps of every register', () => {
    const text = loopOf(
      '    load_imm r8, 0x20000\n    load_imm r9, 0x22000\n    load_imm r10, 1000\n    load_imm r12, 5',
      `    add_imm_64 r12, r12, 0x7001
    add_imm_64 r8, r8, 4
    load_ind_i32 r7, [r9 + 12]
    add_imm_64 r12, r12, -3
    store_ind_u32 [r8 - 20], r7
    add_imm_64 r9, r9, 4
    add_imm_64 r11, r11, -1000000
    add_imm_64 r10, r10, -1
    branch_gt_s_imm r10, 2, @loop`.replace('[r8 - 20]', '[r8 + 20]'),
    )
    expect(bulkIn(text).copies).toBe(1)
    expectSame(text)
  })
})
