// Forged code that no generator has made yet: WebAssembly and the verifier have to read the same, a choice of values has no effects,
// cases of a dispatch loop are reached by its table only, and gas is what callees leave.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { verifyModule } from '../../src/verify/module.ts'
import type { Rule } from '../../src/verify/refusal.ts'
import { programOf } from '../engine/recompiler/programs.ts'
import { find, type Instruction, putTogether, replace, takeApart } from './instructions.ts'
import { CALLING, type MadeModule, moduleOf } from './modules.ts'

/** An instruction by its opcode and its numbers. */
const make = (op: number, ...numbers: readonly (number | bigint)[]): Instruction => {
  return { op, numbers: numbers.map(BigInt), takes: 0, puts: 0 }
}
const set = (local: number, value: number): Instruction[] => [make(0x41, value), make(0x21, local)]

const looped = moduleOf(
  'looped',
  programOf(`
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
`),
)
const calling = moduleOf('calling', programOf(CALLING))
const cases = moduleOf(
  'cases',
  programOf(readFileSync(new URL('../engine/recompiler/golden/irreducible.pvm', import.meta.url), 'utf8')),
)

/** The rule by which the module is refused after a change of the code of its first root. What is changed has to be WebAssembly. */
function ruleOf(
  { bytes, machine }: MadeModule,
  change: (code: Instruction[]) => Instruction[],
  isValid = true,
): Rule | undefined {
  const taken = takeApart(bytes)
  taken.bodies[1]!.instructions = change(taken.bodies[1]!.instructions)
  const changed = putTogether(taken)
  if (isValid) expect(WebAssembly.validate(changed)).toBe(true)
  return verifyModule(changed, machine)?.rule
}

/** The code of the first root. */
const made = ({ bytes }: MadeModule): Instruction[] => takeApart(bytes).bodies[1]!.instructions

/** Behind the first payment: a place between statements. */
const paid = (code: readonly Instruction[]): number => find(code, [0x42, 0x7d, 0x21]) + 3
const insert = (code: Instruction[], at: number, ...more: readonly Instruction[]): Instruction[] =>
  code.toSpliced(at, 0, ...more)

/** A store that no rule allows, to the gas of the machine. */
const STRAY = [make(0x41, 0), make(0x42, 7), make(0x37, 3, 0x468)]
/** A choice of values: what stands in its first half and in its second. */
const choice = (first: readonly Instruction[], second: readonly Instruction[]): Instruction[] => [
  ...[make(0x41, 1), make(0x04, 0x7e), ...first, make(0x42, 0)],
  ...[make(0x05), ...second, make(0x0b), make(0x21, 5)],
]

describe('what WebAssembly reads otherwise', () => {
  it('the number of another memory behind an alignment, and what follows as an offset', () => {
    // With many memories this is a load at offset 0x50 of memory 0; else it was one at offset 0, and i64.eqz.
    const load = (code: readonly Instruction[]): number =>
      code.findIndex(({ op, numbers }) => op === 0x35 && numbers[1] === 0n)
    expect(ruleOf(looped, code => replace(code, load(code), { numbers: [0x42n, 0n, 0x50n] }), false)).toBe('opcode')
    expect(ruleOf(looped, code => insert(code, paid(code), make(0x0c, 0), make(0x35, 0x42, 0, 0x50)), false)).toBe(
      'opcode',
    )
    // The same in front of a word of the engine, and in a host call.
    for (const op of [0x29, 0x37]) {
      const at = (code: readonly Instruction[]): number =>
        code.findIndex(({ op: it, numbers }) => it === op && numbers[1]! >= 1024n)
      expect(ruleOf(looped, code => replace(code, at(code), { numbers: [0x43n, 0x500n] }), false)).toBe('opcode')
    }
    const gas = (code: readonly Instruction[]): number => find(code, [0x35])
    expect(ruleOf(looped, code => replace(code, gas(code), { numbers: [0x42n, 1128n] }), false)).toBe('opcode')
  })

  it('a type of more than one byte in front of a block that is not reached', () => {
    // WebAssembly may read `02 63 02` as one block with a reference, and then comes code that is reached.
    const dead = (type: number): Instruction[] => [
      ...[make(0x02, 0x40), make(0x0c, 0), make(0x02, type), make(0x02, 0x40), make(0x0b)],
      ...[make(0x0c, 0), make(0x0b), ...STRAY, make(0x00), make(0x0b)],
    ]
    expect(ruleOf(calling, code => insert(code, paid(code), ...dead(0x40)))).toBeUndefined()
    for (const type of [0x63, 0x64, 0x00, 0x80, 0xc0, 0x7d, 0x70])
      expect(ruleOf(calling, code => insert(code, paid(code), ...dead(type)), false)).toBe('control')
  })
})

describe('a choice of values', () => {
  it('that returns: what follows it is reached by its other half', () => {
    const leave = [make(0x41, 1), make(0x20, 0), make(0x0f)]
    expect(ruleOf(calling, code => insert(code, paid(code), ...choice([], [make(0x42, 0)])))).toBeUndefined()
    expect(ruleOf(calling, code => insert(code, paid(code), ...choice([], leave), ...STRAY))).toBe('control')
    expect(ruleOf(calling, code => insert(code, paid(code), ...choice([], leave)))).toBe('control')
  })

  it('that forgets a range in one half only', () => {
    const forget = [make(0x41, 0), make(0x22, 36), make(0x21, 37)]
    expect(ruleOf(looped, code => insert(code, paid(code), ...forget))).toBeUndefined()
    expect(ruleOf(looped, code => insert(code, paid(code), ...choice(forget, [make(0x42, 0)])))).toBe('turns')
  })
})

describe('gas', () => {
  it('that a callee has left, and that is not taken', () => {
    const call = (code: readonly Instruction[]): number => find(code, [0x10, 0x21])
    expect(ruleOf(calling, code => replace(code, call(code) + 1, { numbers: [5n] }))).toBe('gas')
    expect(
      ruleOf(calling, code =>
        code.toSpliced(call(code) + 1, 1, make(0x21, 5), make(0x21, 17), make(0x41, 0), make(0x20, 0), make(0x0f)),
      ),
    ).toBe('gas')
  })

  it('that no function of a recursion pays: it ends with the stack, which may take for ever', () => {
    const begin = (code: readonly Instruction[]): number => find(code, [0x20, 0x41, 0x6b, 0x22, 0x41, 0x48, 0x0d]) + 7
    const call = [make(0x20, 0), make(0x20, 1), make(0x10, 2), make(0x21, 0), make(0x21, 17)]
    expect(ruleOf(calling, code => insert(code, paid(code), ...call, ...call))).toBeUndefined()
    expect(ruleOf(calling, code => insert(code, begin(code), ...call, ...call))).toBe('gas')
  })

  it('that is paid by the block, which no call is: nothing calls code in the middle of a block', () => {
    const text = `
    load_imm r3, 1
    ecalli 1
    load_imm_jump r0, &back, @f
@back:
    trap
@f:
    ecalli 2
    jump_ind r0
`
    const { bytes, machine } = moduleOf('within', programOf(text, 'w3f-vectors'), 'segments')
    const rule = (change: (code: Instruction[]) => Instruction[]): Rule | undefined => {
      const taken = takeApart(bytes)
      const within = taken.bodies[2]!
      within.instructions = change(within.instructions)
      const changed = putTogether(taken)
      expect(WebAssembly.validate(changed)).toBe(true)
      return verifyModule(changed, machine)?.rule
    }
    const call = (code: readonly Instruction[]): number => find(code, [0x10, 0x21])
    expect(rule(code => code)).toBeUndefined()
    expect(rule(code => replace(code, call(code), { numbers: [3n] }))).toBe('call')
    const byTable = (index: number) => (code: Instruction[]) =>
      code.toSpliced(call(code), 1, make(0x41, index), make(0x11, 0, 0))
    expect(rule(byTable(4))).toBeUndefined()
    expect(rule(byTable(2))).toBe('call')
  })

  it('that is given back for another instruction than the one that was paid', () => {
    const left = (code: readonly Instruction[]): number => find(code, [0x41, 0x20, 0x36, 0x41, 0x20, 0x36]) + 1
    expect(ruleOf(cases, code => replace(code, left(code), { op: 0x41, numbers: [0n] }))).toBe('control')
    // The place is stored once more, behind the reason.
    const again = [make(0x41, 0), make(0x41, 0), make(0x36, 2, 1136)]
    expect(ruleOf(cases, code => insert(code, left(code) + 2, ...again))).toBe('control')
    expect(ruleOf(cases, code => insert(code, left(code) + 5, ...again))).toBe('control')
  })
})

describe('a dispatch loop', () => {
  const table = (code: readonly Instruction[]): number => find(code, [0x0e])
  const state = (code: readonly Instruction[]): number => Number(code[table(code) - 1]!.numbers[0]!)
  /** Where the code of a case begins, by the place in the program that it looks at first. */
  const caseAt = (code: readonly Instruction[], pc: bigint): number =>
    code.findIndex((_, k) => {
      const [end, place, into] = code.slice(k, k + 3)
      return k > table(code) && end?.op === 0x0b && place?.numbers[0] === pc && into?.numbers[0] === 15n
    }) + 1
  const [first, second, third] = [0n, 7n, 3n]

  it('whose case is reached by a branch, or because the one in front of it runs on', () => {
    // The second case goes to the first one unpaid, which is fine if the first pays, and for ever if it does not.
    const back = (code: readonly Instruction[]): Instruction[] => [...set(state(code), 0), make(0x0c, 2)]
    expect(ruleOf(cases, code => insert(code, caseAt(code, second), ...back(code)))).toBeUndefined()
    const round = (code: Instruction[]): Instruction[] => insert(code, caseAt(code, second), ...back(code))
    expect(ruleOf(cases, code => insert(round(code), caseAt(code, first), make(0x0c, 0)))).toBe('control')
    const end = (code: readonly Instruction[]): number => caseAt(code, second) - 2
    expect(ruleOf(cases, code => round(code).toSpliced(end(code), 1))).toBe('control')
  })

  it('whose state is assigned between its head and the table', () => {
    const back = (code: readonly Instruction[]): Instruction[] => [...set(state(code), 0), make(0x0c, 2)]
    const change = (code: Instruction[]): Instruction[] => insert(code, caseAt(code, second), ...back(code))
    expect(ruleOf(cases, code => insert(change(code), table(code) - 1, ...set(state(code), 1)))).toBe('gas')
    expect(ruleOf(cases, code => insert(change(code), table(code) - 5, ...set(state(code), 1)))).toBe('gas')
  })

  it('whose first case is not the first, because the state is assigned in front of the loop', () => {
    const call = [make(0x20, 0), make(0x20, 1), make(0x10, 2), make(0x21, 0), make(0x21, 17)]
    const change = (code: Instruction[]): Instruction[] => insert(code, caseAt(code, second), ...call, ...call)
    const loop = (code: readonly Instruction[]): number => code.findIndex(({ op }) => op === 0x03)
    expect(ruleOf(cases, change)).toBeUndefined()
    expect(ruleOf(cases, code => insert(change(code), loop(code), ...set(state(code), 1)))).toBe('gas')
    expect(ruleOf(cases, code => replace(change(code), loop(code) - 2, { numbers: [1n] }))).toBe('gas')
    expect(ruleOf(cases, code => change(code).toSpliced(loop(code) - 2, 2))).toBe('gas')
  })

  it('that calls a function where nothing has been paid on the way to the case', () => {
    const call = [make(0x20, 0), make(0x20, 1), make(0x10, 2), make(0x21, 0), make(0x21, 17)]
    expect(ruleOf(cases, code => insert(code, caseAt(code, second), ...call, ...call))).toBeUndefined()
    expect(ruleOf(cases, code => insert(code, caseAt(code, first), ...call, ...call))).toBe('gas')
    // It goes on to the second case unpaid.
    const round = [...set(state(made(cases)), 1), make(0x0c, 3)]
    const change = (code: Instruction[]): Instruction[] => insert(code, caseAt(code, second), ...call)
    expect(ruleOf(cases, code => insert(change(code), caseAt(code, first), ...round))).toBe('gas')
  })

  it('in a case of which stand frames in frames', () => {
    // From the third case to the third, unpaid: behind an inner frame that is still the third.
    const frames = (code: readonly Instruction[], to: number): Instruction[] => [
      ...[make(0x02, 0x40), make(0x02, 0x40), make(0x0b), ...set(state(code), to), make(0x0c, 2), make(0x0b)],
    ]
    expect(ruleOf(cases, code => insert(code, caseAt(code, third), ...frames(code, 0)))).toBeUndefined()
    expect(ruleOf(cases, code => insert(code, caseAt(code, third), ...frames(code, 2)))).toBe('gas')
  })
})
