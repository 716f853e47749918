// What a function accesses on its stack shares one check, over blocks and inlined callees. Memory, registers, gas and faults stay
// those of the reference machine, also where a callee gives back another stack pointer and where pages of the stack lose rights.
import { describe, expect, it } from 'vitest'
import type { StartOptions } from '../../../src/engine/engine.ts'
import { compileRoots } from '../../../src/engine/recompiler/compile.ts'
import { sharedCode } from '../../../src/engine/recompiler/tiers/shared-code.ts'
import { machineOf } from '../../../src/engine/recompiler/verification.ts'
import { Random } from '../../../src/fuzz/random.ts'
import { createHost } from '../../../src/host/registry.ts'
import { verifyModule } from '../../../src/verify/module.ts'
import { analysisOf, machine, programOf, stateOf } from './programs.ts'

/** A function with a frame over two blocks and an inlined callee, called in a loop; the callee may leave the stack elsewhere. */
const calls = (rounds: number, callee: string, stack = 0x23000): string => `
.jump_table @done, @back, @again
    load_imm r1, ${stack}
    load_imm r6, ${rounds}
    fallthrough
@loop:
    load_imm_jump r0, &done, @function
@done:
    add_imm_64 r6, r6, -1
    branch_ne_imm r6, 0, @loop
    trap
@function:
    add_imm_64 r1, r1, -40
    store_ind_u64 [r1 + 32], r0
    store_ind_u64 [r1 + 24], r6
    and_imm r7, r6, 1
    branch_eq_imm r7, 0, @even
    store_ind_u32 [r1 + 12], r6
    load_imm_jump r0, &back, @callee
@back:
    load_ind_u32 r8, [r1 + 12]
    add_64 r9, r9, r8
    fallthrough
@even:
    load_ind_u64 r6, [r1 + 24]
    store_imm_ind_u16 [r1 + 8], 77
    load_imm_jump r0, &again, @callee
@again:
    load_ind_i8 r10, [r1 + 8]
    add_64 r9, r9, r10
    load_ind_u64 r0, [r1 + 32]
    add_imm_64 r1, r1, 40
    jump_ind r0
@callee:
${callee}
    jump_ind r0
`
const PLAIN =
  '    add_imm_64 r1, r1, -16\n    store_ind_u64 [r1 + 8], r9\n    load_ind_u64 r9, [r1 + 8]\n    add_imm_64 r1, r1, 16'

function expectSame(text: string, options: StartOptions): unknown {
  const program = programOf(text)
  const vm = machine('recompiler', program, options)
  const reference = machine('reference', program, options)
  const exit = reference.run()
  expect([text, vm.run(), stateOf(vm)]).toEqual([text, exit, stateOf(reference)])
  vm.dispose()
  return exit
}

/** How often the code of a program looks up the rights of a page. */
function lookUps(text: string, frames: boolean): number {
  const analysis = analysisOf(text)
  const { bytes } = compileRoots(analysis, [...analysis.functions.start.subarray(0, -1)], { frames })
  return Buffer.from(bytes).toString('hex').split('2d0080808004').length - 1
}

describe('a frame', () => {
  it('of one byte is accepted by the verifier, in the first block and in those behind it', () => {
    const byte =
      '    store_ind_u8 [r1 + 3], r9\n    branch_eq_imm r9, 0, @next\n    load_ind_u8 r8, [r1 + 3]\n    fallthrough\n@next:'
    const text = `${byte}\n    store_ind_u8 [r1 + 3], r8\n    trap`
    expect(lookUps(text, true)).toBeLessThan(lookUps(text, false))
    const analysis = analysisOf(text)
    const { bytes } = compileRoots(analysis, [...analysis.functions.start.subarray(0, -1)])
    expect(verifyModule(bytes, machineOf(analysis.decoded, 0))?.message).toBe(undefined)
  })

  it('is checked once where nothing ends that', () => {
    expect(lookUps(calls(10, PLAIN), true)).toBeLessThan(lookUps(calls(10, PLAIN), false) - 6)
    // Two accesses further apart than a check of two pages reaches are no frame; nor is a single one.
    const far = '    store_ind_u64 [r1], r9\n    load_ind_u64 r9, [r1 + 0x1000]'
    expect(lookUps(calls(10, far), true)).toBe(lookUps(calls(10, far), false))
    const single = '    store_ind_u64 [r1], r9\n    trap'
    expect(lookUps(single, true)).toBe(lookUps(single, false))
  })

  it.each([
    ['the same', PLAIN],
    ['a stack of its own', '    add_imm_64 r1, r1, 24'],
    ['one that depends on what was computed', '    and_imm r11, r9, 8\n    add_64 r1, r1, r11'],
    ['one from memory', '    store_ind_u64 [r1 - 8], r1\n    load_ind_u64 r1, [r1 - 8]'],
    ['one made of 32 bits', '    add_imm_32 r1, r1, 0'],
    ['another page', '    xor_imm r1, r1, 0x1000'],
    ['no page', '    load_imm r1, 0x1000'],
  ])('is the right one when a callee gives back %s', (_, callee) => {
    for (let gas = 100n; gas < 1200n; gas += 61n) expectSame(calls(30, callee), { gas })
    expectSame(calls(30, callee), { gas: 10_000n })
  })

  it('is another one where ways meet with different stack pointers', () => {
    for (const by of [0, 8, -8, 4096]) {
      const text = `
    load_imm r1, 0x22000
    load_imm r6, 50
    fallthrough
@loop:
    store_ind_u64 [r1 + 16], r6
    and_imm r7, r6, 3
    branch_ne_imm r7, 0, @on
    store_ind_u64 [r1 + 24], r6
    add_imm_64 r1, r1, ${by}
    fallthrough
@on:
    load_ind_u64 r8, [r1 + 16]
    add_64 r9, r9, r8
    store_ind_u64 [r1 + 24], r9
    add_imm_64 r6, r6, -1
    branch_ne_imm r6, 0, @loop
    trap`
      for (let gas = 50n; gas < 700n; gas += 43n) expectSame(text, { gas })
    }
  })

  it('ends at the same instruction whatever pages there are', () => {
    const random = new Random('frames')
    const exits = new Set<unknown>()
    for (let k = 0; k < 250; k++) {
      const stack = 0x23000 + 8 * random.between(-8, 8)
      const pages = [0x21000, 0x22000, 0x23000].flatMap(address => {
        const access = random.pick([0, 1, 3, 3, 3] as const)
        return access === 0 ? [] : [{ address, length: 4096, access }]
      })
      exits.add(expectSame(calls(12, PLAIN, stack), { gas: 10_000n, pages }))
    }
    expect(exits.size).toBeGreaterThan(1)
  })

  it('is checked again behind a host call, which may take rights away', () => {
    const text = `
    load_imm r1, 0x22ff8
    load_imm r6, 40
    fallthrough
@loop:
    store_ind_u64 [r1], r6
    store_ind_u64 [r1 + 8], r6
    load_ind_u64 r8, [r1]
    ecalli 1
    load_ind_u64 r9, [r1 + 8]
    store_ind_u64 [r1], r9
    add_imm_64 r6, r6, -1
    branch_ne_imm r6, 0, @loop
    trap`
    for (const page of [0x22, 0x23]) {
      for (const access of [0, 1] as const) {
        const states = (['recompiler', 'reference'] as const).map(kind => {
          let count = 0
          const host = createHost({
            1: vm => {
              count += 1
              if (count === 25) vm.memory.protect(page, 1, access)
            },
          })
          const vm = machine(kind, programOf(text), { gas: 100_000n, host: { entry: host.entry } })
          return [vm.run(), stateOf(vm), count]
        })
        expect(states[0]).toEqual(states[1])
      }
    }
  })

  it('is given up where a page of it that is never written fails its check again and again', () => {
    // The frame reaches down into a page that does not exist, but only on a way that is never taken.
    const text = `
    load_imm r1, 0x20010
    load_imm r6, 20000
    fallthrough
@loop:
    store_ind_u64 [r1 + 8], r6
    branch_eq_imm r6, 0, @never
    load_ind_u64 r8, [r1 + 8]
    add_64 r9, r9, r8
    store_ind_u64 [r1 + 16], r9
    add_imm_64 r6, r6, -1
    branch_ne_imm r6, 0, @loop
    trap
@never:
    store_ind_u64 [r1 - 64], r9
    load_ind_u64 r9, [r1 - 64]
    trap`
    const program = programOf(text)
    const { tolerant } = sharedCode(program).analysis
    expectSame(text, { gas: 1_000_000n })
    expect([...tolerant].some(is => is === 1)).toBe(true)
    // The next machine on the code has no frame any more.
    const before = sharedCode(program).version
    expectSame(text, { gas: 1_000_000n })
    expect(sharedCode(program).version).toBe(before)
  })
})
