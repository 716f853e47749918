// What a loop says of how long it will go on, from samples of its registers. A wrong answer costs time and nothing else, but a loop that is
// taken for one that ends would stay interpreted.
import { describe, expect, it } from 'vitest'
import { FirstLoop } from '../../../src/engine/recompiler/tiers/first-loop.ts'
import { HotCode } from '../../../src/engine/recompiler/tiers/hot-code.ts'
import { SharedCode } from '../../../src/engine/recompiler/tiers/shared-code.ts'
import { Warmth } from '../../../src/engine/recompiler/tiers/warmth.ts'
import { cellOf } from '../../core-body.ts'
import { machine, programOf } from './programs.ts'

/** Samples of one loop: the low and the high half of r6 at each of them. */
function seen(text: string, values: readonly bigint[], r5 = 0n): FirstLoop {
  const program = programOf(text)
  const loop = new FirstLoop(program)
  const regs32 = new Uint32Array(26)
  const regs = new BigUint64Array(regs32.buffer)
  regs[5] = r5
  const pc = program.next(0)
  for (const value of values) {
    regs[6] = BigInt.asUintN(64, value)
    loop.see({ regs32 }, pc)
  }
  return loop
}

const counting = (branch: string, body = 'add_imm_64 r6, r6, -1'): string => `
    fallthrough
@turn:
    ${body}
    ${branch}, @turn
    trap`
const steps = (from: bigint, by: bigint, count: number): bigint[] =>
  Array.from({ length: count }, (_, i) => from + BigInt(i) * by)

describe('a loop says how long it goes on', () => {
  it('by the register that its branch compares with a number', () => {
    expect(seen(counting('branch_ne_imm r6, 0'), steps(1000n, -10n, 20)).samplesLeft).toBe(81)
    expect(seen(counting('branch_ne_imm r6, -100'), steps(0n, -1n, 20)).samplesLeft).toBe(81)
    expect(seen(counting('branch_lt_s_imm r6, 100'), steps(-19n, 1n, 20)).samplesLeft).toBe(100)
  })
  it('by the two registers that its branch compares', () => {
    expect(seen(counting('branch_lt_u r6, r5'), steps(2n ** 40n, 1n << 20n, 20), 2n ** 41n).samplesLeft).toBe(
      2 ** 20 - 19,
    )
  })
  it('also where the slices of its samples differ a little', () => {
    const values = steps(100_000n, -1000n, 20).map((v, i) => v + BigInt(i % 3))
    expect(seen(counting('branch_ne_imm r6, 0'), values).samplesLeft).toBeCloseTo(81, 0)
  })
  it.each([
    ['too few samples', steps(1000n, -10n, 8)],
    ['a register that stands', steps(1000n, 0n, 20)],
    ['a register that moves away', steps(1000n, 10n, 20)],
    ['a counter of an inner loop, which begins again', steps(0n, 3n, 40).map(v => 10n - (v % 10n))],
    ['no order at all', steps(1n, 1n, 40).map(v => (v * 0x9e3779b97f4a7c15n) % 2n ** 64n)],
  ])('but not by %s', (_, values) => {
    expect(seen(counting('branch_ne_imm r6, 0'), values).samplesLeft).toBeUndefined()
  })
  it('and lasts when the last 16 samples were in it, unless it calls the host', () => {
    const text = counting('branch_ne_imm r6, 0')
    expect(seen(text, steps(1000n, -10n, 15)).lasts).toBe(false)
    expect(seen(text, steps(1000n, -10n, 16)).lasts).toBe(true)
    const calls = seen(counting('branch_ne_imm r6, 0', 'ecalli 1'), steps(1000n, -10n, 40))
    expect(calls.lasts).toBe(false)
    expect(calls.samplesLeft).toBeUndefined()
  })
  it('begins anew at another pc', () => {
    const program = programOf(counting('branch_ne_imm r6, 0'))
    const loop = new FirstLoop(program)
    const regs32 = new Uint32Array(26)
    const pc = program.next(0)
    for (const [i, value] of steps(1000n, -10n, 20).entries()) {
      regs32[12] = Number(value)
      loop.see({ regs32 }, i === 14 ? 0 : pc)
    }
    expect(loop.samplesLeft).toBeUndefined()
    expect(loop.lasts).toBe(false)
  })
})

describe('the first module of a process', () => {
  /** After how many samples it is made, where the loop has so far to go at the first sample, 100 a sample; 100 where it is not. */
  function madeAfter(distance: number): number {
    const program = programOf(counting('branch_ne_imm r6, 0'))
    const warmth = new Warmth()
    const hot = new HotCode(new SharedCode(program), warmth)
    const vm = machine('interpreter', program, { gas: 1000n, regs: [0n, 0n, 0n, 0n, 0n, 0n, 500n] })
    vm.run()
    const cell = cellOf(vm)
    let made = 100
    for (let i = 0; i < 100 && made === 100; i++) {
      cell.regs32[12] = Math.max(0, distance - 100 * i)
      if (!warmth.isFirstSlice() && hot.sample(cell, program.next(0), () => false).length > 0) made = i
    }
    vm.dispose()
    return made
  }
  it('comes early where a loop has far to go, and not at all where it soon ends', () => {
    expect(madeAfter(1_000_000)).toBeLessThan(60)
    expect(madeAfter(10_000)).toBe(100)
    expect(madeAfter(20_000)).toBe(100)
  })
})
