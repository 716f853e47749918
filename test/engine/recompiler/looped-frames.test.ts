// Frames that outlive the head of a loop, from any register: code asks whether they have been checked. Memory, registers, gas and faults
// stay those of the reference machine, whatever assigns the register, calls, or takes rights away.
import { describe, expect, it } from 'vitest'
import type { StartOptions, Vm } from '../../../src/engine/engine.ts'
import { compileRoots } from '../../../src/engine/recompiler/compile.ts'
import { sharedCode } from '../../../src/engine/recompiler/tiers/shared-code.ts'
import { Random } from '../../../src/fuzz/random.ts'
import { createHost } from '../../../src/host/registry.ts'
import { analysisOf, machine, programOf, stateOf } from './programs.ts'

/** `local.get frame; i32.eqz; if`: code that asks whether the frame has been checked. */
const ASKS = '20234504'
/** `i32.const 0; local.set frame`: it has not. */
const FORGETS = '41002123'

function count(text: string, code: string): number {
  const analysis = analysisOf(text)
  const { bytes } = compileRoots(analysis, [...analysis.functions.start.subarray(0, -1)])
  return Buffer.from(bytes).toString('hex').split(code).length - 1
}

/** Touches pages, which may be written fast only then. */
const touch = (...pages: readonly number[]): string => pages.map(page => `    store_u8 [${page}], r0\n`).join('')
const ALL = touch(...Array.from({ length: 8 }, (_, k) => 0x20000 + 0x1000 * k))

/** A machine of functions in a jump table: some inlined into the loop, the last one called. */
const dispatch = (base: number, far: string): string => `
.jump_table @back, @first, @second, @third, @far
${ALL}    load_imm r5, ${base}
    load_imm r6, 400
    fallthrough
@loop:
    load_ind_u32 r7, [r5 + 72]
    add_imm_64 r8, r7, 1
    store_ind_u32 [r5 + 72], r8
    and_imm r8, r7, 31
    set_lt_u_imm r9, r8, 5
    and_imm r8, r8, 3
    mul_64 r8, r8, r9
    shlo_l_imm_64 r8, r8, 1
    add_imm_64 r10, r8, 4
    load_imm_jump_ind r0, 2, r10
@back:
    load_ind_u64 r7, [r5 + 64]
    load_ind_i32 r8, [r5 + 72]
    add_64 r7, r7, r8
    store_ind_u64 [r5 + 64], r7
    add_imm_64 r6, r6, -1
    branch_ne_imm r6, 0, @loop
    trap
@first:
    add_64 r11, r11, r7
    jump_ind r0
@second:
    xor r11, r11, r10
    jump_ind r0
@third:
    store_ind_u16 [r5 + 80], r11
    jump_ind r0
@far:
${far}
${'    add_imm_64 r12, r12, 1\n'.repeat(50)}    jump_ind r0
`

type Act = (vm: Vm, calls: number) => unknown

/** Runs on both machines. The host function 1 is `act`, which is told how often it has been called. */
function expectSame(text: string, act: Act = () => undefined, options: StartOptions = {}): void {
  const states = (['recompiler', 'reference'] as const).map(kind => {
    let calls = 0
    const host = createHost({ 1: vm => void act(vm, calls++) })
    const vm = machine(kind, programOf(text), { gas: 100_000n, host: { entry: host.entry }, ...options })
    const found = [vm.run(), stateOf(vm)]
    vm.dispose()
    return found
  })
  expect([text, states[0]]).toEqual([text, states[1]])
}

/** A program of a loop in a loop that accesses memory by three registers and does something to them, and the pages that it gets. */
function loopsInLoops(random: Random): {
  text: string
  pages: { address: number; length: number; access: 0 | 1 | 3 }[]
} {
  const bases = ['r5', 'r5', 'r5', 'r5', 'r5', 'r1', 'r3']
  let labels = 0
  const statement = (): string => {
    const base = random.pick(bases)
    const at = 8 * random.below(12) + (random.chance(10) ? 3 : 0)
    const type = random.pick(['u64', 'u64', 'u32', 'u8'])
    switch (random.below(16)) {
      case 0:
        return `    add_imm_64 ${base}, ${base}, ${random.pick([8, -8, 16])}`
      case 1:
        return random.chance(30) ? `    move_reg ${base}, ${random.pick(bases)}` : '    add_imm_64 r9, r9, 3'
      case 2:
        return random.chance(30) ? '    ecalli 1' : '    xor r9, r9, r8'
      case 3: {
        const label = `@skip${labels++}`
        return `    and_imm r10, r9, 1\n    branch_eq_imm r10, 0, ${label}\n${statement()}\n    fallthrough\n${label}:`
      }
      case 4:
        return `    load_imm_jump r0, ${2 * (1 + labels)}, @leaf\n@skip${labels++}:`
      default:
        return random.chance(50)
          ? `    store_ind_${type} [${base} + ${at}], r9`
          : `    load_ind_${type} r8, [${base} + ${at}]\n    add_64 r9, r9, r8`
    }
  }
  const some = (most: number): string => Array.from({ length: 1 + random.below(most) }, statement).join('\n')
  const pages = [0x21000, 0x22000, 0x23000, 0x24000].flatMap(address => {
    const access = random.pick([0, 1, 3, 3, 3, 3, 3] as const)
    return access === 0 ? [] : [{ address, length: 4096, access }]
  })
  const written = pages.filter(({ access }) => access === 3).map(({ address }) => address)
  const body = `
${touch(...written)}    load_imm r5, ${0x22000 - 8 * random.below(12)}
    load_imm r1, ${0x23000 - 8 * random.below(12)}
    load_imm r3, 0x24000
    load_imm r6, 25
    fallthrough
@outer:
${some(3)}
    load_imm r7, ${1 + random.below(12)}
    fallthrough
@inner:
${some(9)}
    add_imm_64 r7, r7, -1
    branch_ne_imm r7, 0, @inner
${some(3)}
    add_imm_64 r6, r6, -1
    branch_ne_imm r6, 0, @outer
    trap
@leaf:
    ${random.pick(['store_ind_u64 [r5 + 40], r9', 'add_imm_64 r9, r9, 1', 'add_imm_64 r5, r5, 8'])}
    jump_ind r0`
  const table = Array.from({ length: labels }, (_, n) => `@skip${n}`).join(', ')
  const text = `${labels > 0 ? `.entry_size 4\n.jump_table ${table}` : ''}${body}`
  return { text, pages }
}

describe('a frame of a loop', () => {
  it('is asked for where a loop keeps a register that it checks twice, and forgotten behind calls', () => {
    const text = dispatch(0x21000, '')
    expect(count(text, ASKS)).toBeGreaterThan(1)
    expect(count(text, FORGETS)).toBeGreaterThan(0)
    // The loop assigns the register; nothing is stored; one check of a turn.
    expect(count(text.replaceAll('add_64 r11, r11, r7', 'move_reg r5, r11'), ASKS)).toBe(0)
    expect(count(text.replaceAll(/store_ind_u\d+ \[r5 \+ \d+\], r\d+/g, 'fallthrough'), ASKS)).toBe(0)
    const once = text.replaceAll('[r5 + 64]', '[r4]').replace('load_ind_i32 r8, [r5 + 72]', 'xor r8, r8, r7')
    expect(count(once.replace('store_ind_u16 [r5 + 80], r11', 'xor r8, r8, r7'), ASKS)).toBe(0)
  })

  it.each([
    ['nothing', ''],
    ['another base', '    add_imm_64 r5, r5, 8'],
    [
      'a base from memory',
      '    load_ind_u64 r5, [r5 + 64]\n    and_imm r5, r5, 0x1ff8\n    add_imm_64 r5, r5, 0x21000',
    ],
    ['a base without pages', '    xor_imm r5, r5, 0x800000'],
    ['a host call', '    ecalli 1'],
  ])('is the right one behind a function that leaves behind %s', (_, far) => {
    for (const base of [0x21000, 0x21fb0, 0x21fb4, 0x21fa8, 0x21003, 0x27fb8]) expectSame(dispatch(base, far))
    for (let gas = 20n; gas < 3000n; gas += 37n) expectSame(dispatch(0x21000, far), undefined, { gas })
  })

  it('is checked again behind a host call that takes rights away, in the loop and in a function that it calls', () => {
    const within = dispatch(0x21fb4, '').replace('    load_ind_i32 r8', '    ecalli 1\n    load_ind_i32 r8')
    for (const text of [dispatch(0x21fb4, '    ecalli 1'), within]) {
      for (const page of [0x21, 0x22]) {
        for (const access of [0, 1] as const) {
          for (const when of [0, 3, 9, 10])
            expectSame(text, (vm, calls) => calls === when && vm.memory.protect(page, 1, access))
        }
      }
    }
  })

  it('is another one where a loop around assigns the register', () => {
    for (const assigns of ['add_64 r5, r5, r8', 'or r5, r5, r8', 'move_reg r5, r4']) {
      const text = `
${ALL}    load_imm r5, 0x21000
    load_imm r6, 40
    fallthrough
@outer:
    load_imm r4, 0x21800
    and_imm r8, r6, 3
    shlo_l_imm_64 r8, r8, 3
    add_64 r4, r4, r8
    ${assigns}
    load_imm r7, 3
    fallthrough
@inner:
    load_ind_u64 r9, [r5 + 16]
    add_64 r10, r10, r9
    branch_eq_imm r9, 0, @on
    add_imm_64 r10, r10, 1
    fallthrough
@on:
    store_ind_u64 [r5 + 24], r6
    store_ind_u64 [r5 + 16], r10
    add_imm_64 r7, r7, -1
    branch_ne_imm r7, 0, @inner
    add_imm_64 r6, r6, -1
    branch_ne_imm r6, 0, @outer
    trap`
      expect(count(text, ASKS)).toBeGreaterThan(0)
      expectSame(text)
    }
  })

  it('is given up where its pages may not be written', () => {
    const text = `
    load_imm r5, 0x21000
    load_imm r6, 20000
    fallthrough
@loop:
    load_ind_u32 r7, [r5 + 8]
    branch_eq_imm r6, 0, @store
    add_64 r9, r9, r7
    load_ind_u8 r8, [r5 + 3]
    add_64 r9, r9, r8
    jump @next
@store:
    store_ind_u32 [r5 + 16], r9
    fallthrough
@next:
    add_imm_64 r6, r6, -1
    branch_ne_imm r6, 0, @loop
    trap`
    expect(count(text, ASKS)).toBeGreaterThan(0)
    const pages = [{ address: 0x20000, length: 0x8000, access: 1 as const }]
    const { tolerant } = sharedCode(programOf(text)).analysis
    expectSame(text, undefined, { pages, gas: 1_000_000n })
    expect([...tolerant].some(is => is === 1)).toBe(true)
  })

  it('ends at the same instruction in programs of loops in loops, whatever they do to the register', () => {
    const random = new Random('looped frames')
    let framed = 0
    for (let k = 0; k < 400; k++) {
      const { text, pages } = loopsInLoops(random)
      if (count(text, ASKS) > 0) framed += 1
      const when = random.below(20)
      const [page, access] = [0x21 + random.below(4), random.pick([0, 1] as const)]
      expectSame(text, (vm, calls) => calls === when && vm.memory.protect(page, 1, access), {
        pages,
        gas: BigInt(500 + random.below(20_000)),
      })
    }
    expect(framed).toBeGreaterThan(30)
  })
})
