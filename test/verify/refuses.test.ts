// The verifier refuses what let guests out, each of the forms of before 26 November, and what breaks each of its rules.
import { describe, expect, it } from 'vitest'
import { verifyModule } from '../../src/verify/module.ts'
import type { Refusal, Rule } from '../../src/verify/refusal.ts'
import { programOf } from '../engine/recompiler/programs.ts'
import { find, type Instruction, putTogether, replace, sees, takeApart } from './instructions.ts'
import { CALLING, moduleOf } from './modules.ts'

const LOOP = `
    load_imm r8, 0x20000
    load_imm r10, 300
    fallthrough
@loop:
    store_ind_u64 [r8], r10
    add_imm_64 r8, r8, 8
    add_imm_64 r10, r10, -1
    branch_ne_imm r10, 0, @loop
    ecalli 1
    load_ind_u32 r7, [r8 - 8]
    trap
`
const made = moduleOf('loop', programOf(LOOP))

/** The refusal of the module after a change of the code of its first root. */
function refusalOf(change: (code: Instruction[]) => Instruction[]): Refusal | undefined {
  const taken = takeApart(made.bytes)
  const [, root] = taken.bodies
  root!.instructions = change(root!.instructions)
  const bytes = putTogether(taken)
  expect(WebAssembly.validate(bytes)).toBe(true)
  return verifyModule(bytes, made.machine)
}

describe('verifier refuses', () => {
  it('takes the module as it is', () => {
    expect(refusalOf(code => code)).toBeUndefined()
  })

  it('the escape by physical place 0: a range of (0, 0) that holds an address', () => {
    // The last offset instead of the size: what is above it is outside, 0 is not.
    for (const nth of [0, 1]) {
      const refusal = refusalOf(code => replace(code, find(code, [0x4f, 0x04], nth), { op: 0x4b }))
      expect(refusal?.rule).toBe('turns')
    }
  })

  it('the escape by gas near 2^63: a host call behind which gas has no bound', () => {
    const bound = (code: readonly Instruction[]): number => find(code, [0x42, 0x56, 0x0d])
    expect(refusalOf(code => replace(code, bound(code), { numbers: [2n ** 63n - 1n] }))?.rule).toBe('call')
    const without = refusalOf(code => code.toSpliced(bound(code) - 1, 4))
    expect(without?.rule).toBe('call')
    expect(refusalOf(code => replace(code, bound(code) + 1, { op: 0x55 }))?.rule).toBe('call') // greater as a signed number
  })

  it('a host call with one of its two exits missing, or elsewhere', () => {
    const first = (code: readonly Instruction[]): number => find(code, [0x72, 0x0d, 0x20, 0x42, 0x56, 0x0d]) + 1
    expect(refusalOf(code => replace(code, first(code), { op: 0x1a, numbers: [] }))?.rule).toBe('call')
    for (const at of [0, 4]) {
      const other = (code: Instruction[]): Instruction[] => {
        const branch = code[first(code) + at]!
        return replace(code, first(code) + at, { numbers: [branch.numbers[0] === 0n ? 1n : 0n] })
      }
      expect(refusalOf(other)?.rule).toBe('call')
    }
  })

  it('the escape by frames: less than a slot for each value, or no look at the stack', () => {
    const at = (code: readonly Instruction[]): number => find(code, [0x20, 0x41, 0x6b, 0x22, 0x41, 0x48]) + 1
    expect(refusalOf(code => replace(code, at(code), { numbers: [400n] }))?.rule).toBe('frame')
    const prologue = refusalOf(code => code.toSpliced(at(code) - 1, 7))
    expect(prologue?.rule).toBe('frame')
    // A stack that is made larger, not smaller.
    expect(refusalOf(code => replace(code, at(code) + 1, { op: 0x6a }))?.rule).toBe('frame')
  })

  const cases: readonly (readonly [name: string, rule: Rule, change: (code: Instruction[]) => Instruction[]])[] = [
    ['a store without its check', 'store', code => code.toSpliced(find(code, [0x45, 0x0d]), 2, drop())],
    ['a check of the other right', 'store', code => replace(code, find(code, [0x41, 0x71, 0x45]), { numbers: [1n] })],
    ['a check of a narrower access', 'load', code => replace(code, find(code, [0x41, 0x78]), { numbers: [2n] })],
    ['a store further on than was checked', 'store', code => replace(code, find(code, [0x37]), { numbers: [0n, 8n] })],
    ['a store to another word of the machine', 'store', code => moveStore(code, 140)],
    ['gas that is not compared', 'gas', code => replace(code, find(code, [0x42, 0x53]), { numbers: [1n] })],
    ['gas that grows', 'gas', code => replace(code, find(code, [0x42, 0x7d, 0x21]), { numbers: [-4n] })],
    [
      'turns that cost less than was asked',
      'gas',
      code => replace(code, find(code, [0x42, 0x7d, 0x21], 1), { numbers: [1n] }),
    ],
    ['a count of one turn more', 'turns', code => replace(code, find(code, [0x6e, 0x41, 0x6a]) + 1, { numbers: [2n] })],
    [
      'turns that are not as far apart as asked',
      'store',
      code => replace(code, find(code, [0x41, 0x6e]), { numbers: [4n] }),
    ],
    [
      'an access of one turn more than was paid',
      'store',
      code =>
        replace(
          code,
          code.findLastIndex(({ op }) => op === 0x37),
          { numbers: [0n, 64n] },
        ),
    ],
    [
      'a step that is not the stream’s',
      'turns',
      code =>
        replace(
          code,
          code.findIndex(({ op, numbers }) => op === 0x42 && numbers[0] === 64n),
          { numbers: [56n] },
        ),
    ],
    [
      'a payment of some of the turns that were compared',
      'turns',
      code => replace(code, find(code, [0x42, 0x7d, 0x21], 2), { numbers: [28n] }),
    ],
    ['an exit at another instruction', 'control', code => replace(code, find(code, [0x41, 0x21]), { numbers: [1n] })],
  ]

  it('so many turns in a row that it takes minutes to look at their accesses', () => {
    const counted = moduleOf(
      'counted',
      programOf(`
    load_imm r8, 0x20000
    load_imm r10, 100
    fallthrough
@loop:
    load_ind_u64 r7, [r8]
    add_64 r12, r12, r7
    add_imm_64 r8, r8, 8
    add_imm_64 r10, r10, -1
    branch_ne_imm r10, 0, @loop
    trap
`),
    )
    const ruleOf = (turns: bigint): Rule | undefined => {
      const taken = takeApart(counted.bytes)
      let code = taken.bodies[1]!.instructions
      const set = (at: number, value: bigint): void => {
        code = replace(code, at, { numbers: [value] })
      }
      const ahead = find(code, [0x55, 0x1b, 0x42, 0x7c]) + 2
      set(find(code, [0xad, 0x42, 0x7e]) + 1, 1n) // what a turn costs
      set(ahead, turns - 1n)
      set(find(code, [0x42, 0x7d, 0x21], 2), turns)
      set(
        code.findIndex(({ op, numbers }, at) => at > ahead && op === 0x42 && numbers[0] === 48n),
        BigInt.asIntN(32, 8n * turns),
      )
      taken.bodies[1]!.instructions = code
      const bytes = putTogether(taken)
      expect(WebAssembly.validate(bytes)).toBe(true)
      return verifyModule(bytes, counted.machine)?.rule
    }
    expect(ruleOf(6n)).toBeUndefined()
    expect(ruleOf(64n)).toBeUndefined()
    expect(ruleOf(65n)).toBe('turns')
    expect(ruleOf(2n ** 32n - 1n)).toBe('turns')
  })

  it('counts in other words than those of segments, by other widths, or where none are asked for', () => {
    const tallyAt = 0x38000000
    const counting = moduleOf('counting', programOf(LOOP), 'functions', { tallyAt })
    const first = (code: readonly Instruction[]): number => find(code, [0x41, 0x41, 0x29, 0x42, 0x7c, 0x37])
    const refused = (
      change: (code: Instruction[]) => Instruction[],
      machine = counting.machine,
    ): string | undefined => {
      const taken = takeApart(counting.bytes)
      taken.bodies[1]!.instructions = change(taken.bodies[1]!.instructions)
      const bytes = putTogether(taken)
      expect(WebAssembly.validate(bytes)).toBe(true)
      return verifyModule(bytes, machine)?.rule
    }
    expect(refused(code => code)).toBeUndefined()
    const store = (code: Instruction[], offset: number): Instruction[] =>
      replace(code, first(code) + 5, { numbers: [3n, BigInt(offset)] })
    for (const offset of [tallyAt - 8, tallyAt + 1, tallyAt + 8, tallyAt + 8 * 4000, 0x4000000]) {
      expect(
        refused(code => store(code, offset)),
        `${offset}`,
      ).toBe('store')
    }
    const load = (code: Instruction[]): Instruction[] => replace(code, first(code) + 2, { numbers: [3n, 0x4000000n] })
    expect(refused(load)).toBe('load')
    expect(refused(code => code, made.machine)).toBe('load')
  })

  it('a frame that is not checked whole, for both rights, and again behind a call', () => {
    const framed = moduleOf(
      'framed',
      programOf(`
.jump_table @back
    load_imm r1, 0x21000
    load_imm_jump r0, &back, @function
@back:
    trap
@function:
    add_imm_64 r1, r1, -24
    store_ind_u64 [r1 + 16], r0
    and_imm r7, r6, 3
    branch_eq_imm r7, 0, @end
    load_ind_u64 r8, [r1 + 16]
    store_ind_u64 [r1], r8
    fallthrough
@end:
    load_ind_u64 r9, [r1]
    ecalli 1
    load_ind_u64 r0, [r1 + 16]
    add_imm_64 r1, r1, 24
    jump_ind r0
`),
    )
    const test = [0x41, 0x71, 0x41, 0x47, 0x0d]
    const refused = (change: (code: Instruction[]) => Instruction[]): string | undefined => {
      const taken = takeApart(framed.bytes)
      const body = taken.bodies.findLast(({ instructions }) =>
        instructions.some((_, at) => sees(instructions, at, test)),
      )!
      body.instructions = change(body.instructions)
      const bytes = putTogether(taken)
      expect(WebAssembly.validate(bytes)).toBe(true)
      return verifyModule(bytes, framed.machine)?.rule
    }
    expect(refused(code => code)).toBeUndefined()
    const set = (code: Instruction[], at: number, value: bigint): Instruction[] =>
      replace(code, at, { numbers: [value] })
    for (const nth of [0, 1]) {
      for (const mask of [1n, 2n]) {
        // One right instead of both; both asked for, and one is enough.
        const one = (code: Instruction[]): Instruction[] => set(code, find(code, test, nth), mask)
        expect(refused(code => set(one(code), find(code, test, nth) + 2, mask))).toBeDefined()
        expect(refused(one)).toBeDefined()
      }
      // All but the last byte; no check at all, of the address as it is computed anew.
      expect(refused(code => set(code, find(code, test, nth) - 6, 22n))).toBeDefined()
      expect(refused(code => code.toSpliced(find(code, test, nth) + 4, 1, drop()))).toBeDefined()
    }
  })

  /** What becomes of a loop with a frame that is checked twice in a turn, and other instructions at its head. */
  const loopedWith = (more: string, change: (code: Instruction[]) => Instruction[]): Rule | undefined => {
    const looped = moduleOf(
      'looped',
      programOf(`
    load_imm r5, 0x21000
    load_imm r6, 9
    fallthrough
@loop:
${more}    store_ind_u64 [r5 + 16], r6
    ecalli 1
    load_ind_u64 r8, [r5]
    add_imm_64 r6, r6, -1
    branch_ne_imm r6, 0, @loop
    trap
`),
    )
    const taken = takeApart(looped.bytes)
    taken.bodies[1]!.instructions = change(taken.bodies[1]!.instructions)
    const bytes = putTogether(taken)
    expect(WebAssembly.validate(bytes)).toBe(true)
    return verifyModule(bytes, looped.machine)?.rule
  }

  it('a frame that was checked for fewer bytes before, though a call ends it in each turn', () => {
    const refused = (change: (code: Instruction[]) => Instruction[]): Rule | undefined => loopedWith('', change)
    const check = [0x41, 0x71, 0x41, 0x47, 0x0d]
    // Both checks ask for the 8 bytes of the second access. The first access has 8 bytes behind 16.
    const narrow = (code: Instruction[], nth: number): Instruction[] =>
      replace(code, find(code, check, nth) - 6, { numbers: [7n] })
    expect(refused(code => code)).toBeUndefined()
    expect(refused(code => narrow(code, 1))).toBeDefined()
    expect(
      refused(code => {
        const from = find(code, [0x20, 0x45, 0x04])
        const to = code.findIndex(({ op }, at) => at > from && op === 0x0b) + 1
        const first = narrow(code, 0).slice(from, to)
        return narrow(code, 1).toSpliced(from, 0, ...first)
      }),
    ).toBe('store')
    // Where it is not checked, the function is left. Where it is, an access reaches further than a check that came before.
    const leaves = (code: Instruction[], reach: bigint): Instruction[] => {
      const asks = find(code, [0x20, 0x45, 0x04])
      const branch = code.findIndex(({ op }, at) => at > asks && op === 0x0d)
      const store = code.findIndex(({ op }, at) => at > branch && op === 0x37)
      const far = replace(code, store, { numbers: [code[store]!.numbers[0]!, reach] })
      return far.toSpliced(branch + 1, 0, { ...code[branch]!, op: 0x0c })
    }
    expect(refused(code => leaves(code, 4088n))).toBe('store')
  })

  it('another address that is checked only where the frame is not', () => {
    // The first load has a check of its own.
    const more = '    load_ind_u64 r9, [r4]\n'
    expect(loopedWith(more, code => code)).toBeUndefined()
    expect(
      loopedWith(more, code => {
        const tee = find(code, [0x22, 0x41, 0x78, 0x41, 0x76, 0x2d]) // the address of the first load
        const asks = find(code, [0x20, 0x45, 0x04])
        const end = code.findIndex(({ op }, at) => at > asks && op === 0x0b) + 1
        const load = code.findIndex(({ op }, at) => at > tee && op === 0x29)
        const check = replace(code, load - 2, { numbers: [code[load - 2]!.numbers[0]! + 1n] }).slice(tee + 1, load - 1)
        const address = code[load - 1]!
        return [
          ...replace(code, tee, { op: 0x21 }).slice(0, tee + 1),
          ...code.slice(asks, asks + 3),
          address,
          ...check,
          ...code.slice(asks + 3, end),
          ...code.slice(load - 1, asks),
          ...code.slice(end),
        ]
      }),
    ).toBe('load')
  })

  it('a frame that is taken for checked behind a call, or in a turn that another check was made for', () => {
    const looped = moduleOf(
      'looped',
      programOf(`
    load_imm r5, 0x21000
    load_imm r6, 9
    fallthrough
@loop:
    store_ind_u64 [r5 + 16], r6
    branch_eq_imm r7, 0, @on
    ecalli 1
    load_ind_u64 r8, [r5]
    fallthrough
@on:
    load_ind_u64 r9, [r5 + 8]
    add_imm_64 r6, r6, -1
    branch_ne_imm r6, 0, @loop
    trap
`),
    )
    const refused = (change: (code: Instruction[]) => Instruction[]): string | undefined => {
      const taken = takeApart(looped.bytes)
      taken.bodies[1]!.instructions = change(taken.bodies[1]!.instructions)
      const bytes = putTogether(taken)
      expect(WebAssembly.validate(bytes)).toBe(true)
      return verifyModule(bytes, looped.machine)?.rule
    }
    expect(refused(code => code)).toBeUndefined()
    const asks = [0x20, 0x45, 0x04]
    const check = [0x41, 0x71, 0x41, 0x47, 0x0d]
    const at = (code: readonly Instruction[], k: number): number =>
      code.findIndex(({ op, numbers }, n) => n >= k && op === 0x21 && numbers[0] === 35n && code[n - 1]!.op === 0x41)
    // It is not forgotten behind the host call (the first is that of the assignment); it is made another number than 0 there.
    const behind = (code: readonly Instruction[]): number => at(code, at(code, 0) + 1)
    expect(refused(code => code.toSpliced(behind(code) - 1, 2))).toBe('load')
    expect(refused(code => replace(code, behind(code) - 1, { numbers: [0x6221000n] }))).toBe('load')
    // One check asks for less than another, of one right, or is left out; one assigns something else.
    for (const nth of [0, 1]) {
      expect(refused(code => replace(code, find(code, check, nth) - 6, { numbers: [7n] }))).toBeDefined()
      expect(refused(code => replace(code, find(code, check, nth), { numbers: [1n] }))).toBeDefined()
      expect(refused(code => code.toSpliced(find(code, check, nth) + 4, 1, drop()))).toBeDefined()
      expect(refused(code => replace(code, find(code, asks, nth) + 4, { numbers: [18n] }))).toBeDefined()
    }
  })

  it.each(cases)('%s (%s)', (_, rule, change) => {
    expect(refusalOf(change)?.rule).toBe(rule)
  })

  it('gas compared before a call and not paid, for what comes behind it', () => {
    const called = moduleOf('called', programOf(CALLING))
    const taken = takeApart(called.bytes)
    const [, root] = taken.bodies
    const code = root!.instructions
    const [first, behind] = [find(code, [0x42, 0x53]), find(code, [0x42, 0x53], 1)]
    const refusal = (before: bigint, after: bigint): Refusal | undefined => {
      root!.instructions = replace(replace(code, first, { numbers: [before] }), behind, { numbers: [after] })
      return verifyModule(putTogether(taken), called.machine)
    }
    expect(refusal(code[first]!.numbers[0]!, code[behind]!.numbers[0]!)).toBeUndefined()
    expect(refusal(1000n, code[behind]!.numbers[0]!)).toBeUndefined() // stricter
    expect(refusal(1000n, 0n)?.rule).toBe('gas')
  })

  it('unchecked turns whose question changes what it is about, or whose streams move before the first of them', () => {
    // Gas is saved in the register that is the base of the stream, r8.
    const saved = refusalOf(code => replace(code, find(code, [0x20, 0x21, 0x02, 0x03]) + 1, { numbers: [10n] }))
    expect(saved?.rule).toBe('turns')
    const r8 = (op: number): Instruction => ({ op, numbers: [10n], takes: 0, puts: 0 })
    const move = [
      r8(0x20),
      { op: 0x42, numbers: [8n], takes: 0, puts: 1 },
      { op: 0x7c, numbers: [], takes: 2, puts: 1 },
      r8(0x21),
    ]
    const moved = refusalOf(code => code.toSpliced(find(code, [0x03, 0x20, 0x20, 0x53, 0x0d]) + 5, 0, ...move))
    expect(moved?.rule).toBe('turns')
  })

  it('a range whose halves are parameters, which calls and payments change', () => {
    const [low, size] = [36n, 37n]
    for (const half of [low, size]) {
      const refusal = refusalOf(code =>
        code.map(it => ([0x20, 0x21, 0x22].includes(it.op) && it.numbers[0] === half ? { ...it, numbers: [1n] } : it)),
      )
      expect(refusal?.rule).toBe('turns')
    }
  })

  it('a comparison with a limit that is computed after it', () => {
    const lookUps = Array.from(
      { length: 6 },
      () => 'load_ind_u8 r2, [r8]\nand_imm r2, r6, 0xfff\nadd_64 r3, r9, r2\nload_ind_u8 r4, [r3]',
    )
    const wide = moduleOf('wide', programOf(`${lookUps.join('\n')}\n trap`))
    const taken = takeApart(wide.bytes)
    const [, root] = taken.bodies
    const code = root!.instructions
    const limited = find(code, [0x1b, 0x21])
    const limit = code[limited + 1]!.numbers[0]!
    const compared = code.findIndex((it, at) => at > limited && it.op === 0x4b)
    expect(code[compared - 1]!.numbers[0]).toBe(limit)
    expect(verifyModule(putTogether(taken), wide.machine)).toBeUndefined()
    // The address that is looked up, its rotation, the limit, the comparison: put in front of where the limit is made.
    const question = code.slice(compared - 6, compared + 1)
    expect(question.map(({ op }) => op)).toEqual([0x20, 0xa7, 0x41, 0x6a, 0x22, 0x20, 0x4b])
    const without = code.toSpliced(compared - 6, 7)
    const accepted: number[] = []
    let valid = 0
    for (let at = limited + 1; at > limited - 30; at--) {
      root!.instructions = without.toSpliced(at, 0, ...question)
      const bytes = putTogether(taken)
      if (!WebAssembly.validate(bytes)) continue
      valid += 1
      if (verifyModule(bytes, wide.machine) === undefined) accepted.push(at)
    }
    expect(valid).toBeGreaterThan(0)
    expect(accepted).toEqual([])
  })

  it('anything else in the module: a start function, a global, another import, bytes behind the end', () => {
    const { bytes, machine } = made
    const refuse = (changed: readonly number[]): string | undefined =>
      verifyModule(Uint8Array.from(changed), machine)?.rule
    expect(refuse([...bytes, 0])).toBe('module')
    expect(refuse([...bytes.subarray(0, 8), 8, 1, 2, ...bytes.subarray(8)])).toBe('module')
    expect(refuse([...bytes.subarray(0, 8), ...bytes.subarray(8).map(byte => (byte === 0x65 ? 0x66 : byte))])).toBe(
      'module',
    )
    for (let length = 0; length < bytes.length; length++) expect(refuse([...bytes.subarray(0, length)])).toBeDefined()
  })
})

/** Something that takes the operand of a branch away, which is not in compiled code: a local is set. */
function drop(): Instruction {
  return { op: 0x21, numbers: [18n], takes: 1, puts: 0 }
}

/** The first store of a register becomes one of another word. */
function moveStore(code: Instruction[], offset: number): Instruction[] {
  const at = code.findIndex(({ op, numbers }) => op === 0x37 && numbers[1]! >= 1024n && numbers[1]! < 1128n)
  return replace(code, at, { numbers: [3n, BigInt(1024 + offset)] })
}
