// How programs stop: halt, panic, page fault, host call, out of gas. Every engine, every case (GP A.1 to A.9).
import { describe, expect, it } from 'vitest'
import { Access, Exit, hostIndex64, profile } from '../../src/index.ts'
import { type Case, type CreateVm, programOf, runCases } from './cases.ts'

const PAGE = 4096
const W = 0x20000
const R = 0x30000
const TOP = 0xfffff000
/** A writable page and a read-only one, nothing else. */
const pages = [
  { address: W, length: PAGE, access: Access.Write },
  { address: R, length: PAGE, access: Access.Read },
]
const HALT = 0xffff0000n

const JUMPS: readonly Case[] = [
  {
    name: 'a jump to 0xffff0000 halts, pc at the jump',
    text: 'load_imm r7, 5\nend: jump_ind r0 + 0',
    options: { regs: [HALT] },
    expect: { exit: 'Halt', pc: 'end', gas: 98n, regs: { 7: 5n } },
  },
  {
    name: 'trap panics, pc at the trap, and is paid',
    text: 'load_imm r7, 5\nend: trap',
    expect: { exit: 'Panic', pc: 'end', gas: 98n, regs: { 7: 5n } },
  },
  {
    name: 'running off the end is a trap behind the code and costs 1 (GP A.4)',
    text: 'load_imm r7, 5',
    expect: { exit: 'Panic', pc: 3, gas: 98n, regs: { 7: 5n } },
  },
  {
    name: 'an undefined opcode is a trap (GP 0.7.2 A.4)',
    text: 'load_imm r7, 5\nend: .raw ff\ntrap',
    expect: { exit: 'Panic', pc: 'end', gas: 98n, regs: { 7: 5n } },
  },
  {
    name: 'a start behind the code traps at once',
    text: 'trap',
    options: { entry: 77 },
    expect: { exit: 'Panic', pc: 77, gas: 99n },
  },
  {
    name: 'a start in the middle of an instruction traps at once',
    text: 'load_imm r7, 5\ntrap',
    options: { entry: 1 },
    expect: { exit: 'Panic', pc: 1, gas: 99n },
  },
  {
    name: 'a jump reaches a block start',
    text: 'jump @to\ntrap\nto: load_imm r7, 1\nend: trap',
    expect: { exit: 'Panic', pc: 'end', gas: 97n, regs: { 7: 1n } },
  },
  {
    name: 'a jump to an instruction that starts no block panics at the jump (GP A.17)',
    text: 'load_imm r7, 1\nend: jump @to\nload_imm r7, 2\nto: load_imm r7, 3\ntrap',
    expect: { exit: 'Panic', pc: 'end', gas: 98n, regs: { 7: 1n } },
  },
  {
    name: 'a branch that is not taken does not look at its target (GP 0.7.2 A.17)',
    text: 'branch_eq_imm r7, 1, @to\nload_imm r8, 2\nto: load_imm r9, 3\nend: trap',
    expect: { exit: 'Panic', pc: 'end', gas: 96n, regs: { 8: 2n, 9: 3n } },
  },
  {
    name: 'a branch that is taken does',
    text: 'end: branch_eq_imm r7, 0, @to\nload_imm r8, 2\nto: load_imm r9, 3\ntrap',
    expect: { exit: 'Panic', pc: 'end', gas: 99n },
  },
  {
    name: 'load_imm_jump writes its register even when the jump panics (GP A.5.8)',
    text: 'end: load_imm_jump r7, 9, @to\nload_imm r8, 2\nto: load_imm r9, 3\ntrap',
    expect: { exit: 'Panic', pc: 'end', regs: { 7: 9n } },
  },
  {
    name: 'load_imm_jump_ind reads its base before it writes the same register (GP A.5.12)',
    text: 'end: load_imm_jump_ind r0, 7, r0 + 0',
    options: { regs: [HALT] },
    expect: { exit: 'Halt', pc: 'end', regs: { 0: 7n } },
  },
  {
    name: 'load_imm_jump_ind writes its register even when the jump panics',
    text: 'end: load_imm_jump_ind r7, 7, r1 + 0',
    expect: { exit: 'Panic', pc: 'end', regs: { 7: 7n } },
  },
]

const TABLE =
  '.jump_table @one, @two, @inside\ntrap\none: load_imm r7, 1\ntrap\ntwo: load_imm r7, 2\ninside: load_imm r8, 3\ntrap\n'

function dynamic(name: string, address: bigint, expected: Partial<Case['expect']>): Case {
  const text = `${TABLE}start: jump_ind r5 + 0`
  const { labels } = programOf(text)
  const options = { entry: labels.get('start')!, regs: [0n, 0n, 0n, 0n, 0n, address] }
  return { name, text, options, expect: { exit: 'Panic', pc: 'start', gas: 99n, ...expected } }
}

/** GP A.18. */
const DYNAMIC_JUMPS: readonly Case[] = [
  dynamic('a dynamic jump goes through the table: 2 is its first entry', 2n, { pc: 4, gas: 97n, regs: { 7: 1n } }),
  dynamic('the upper half of the address does not count', 2n ** 40n + 4n, { pc: 11, gas: 96n, regs: { 7: 2n, 8: 3n } }),
  dynamic('0 panics', 0n, {}),
  dynamic('an odd address panics', 3n, {}),
  dynamic('an address beyond the table panics', 8n, {}),
  dynamic('an entry that is no block start panics', 6n, {}),
  dynamic('the halt address halts', HALT, { exit: 'Halt' }),
]

function access(name: string, instruction: string, expected: Case['expect'], options: Case['options'] = {}): Case {
  return {
    name,
    text: `load_imm r9, 1\nend: ${instruction}\nafter: trap`,
    options: { pages, ...options },
    expect: expected,
  }
}

const fault = (page: number): Case['expect'] => ({ exit: 'PageFault', arg: page, pc: 'end', gas: 98n, regs: { 9: 1n } })
const panic: Case['expect'] = { exit: 'Panic', pc: 'end', gas: 98n, regs: { 9: 1n } }
const done = (regs: Case['expect']['regs'] = {}): Case['expect'] => ({
  exit: 'Panic',
  pc: 'after',
  gas: 97n,
  regs: { 9: 1n, ...regs },
})
const top = { address: TOP, length: PAGE, access: Access.Write }
const bottom = { address: 0, length: PAGE, access: Access.Write }

/** GP A.8, A.9. */
const MEMORY_FAULTS: readonly Case[] = [
  access(
    'a load from an inaccessible page faults with the address of the page',
    `load_u8 r9, [${W + PAGE + 5}]`,
    fault(W + PAGE),
  ),
  access('so does a store', `store_u8 [${W + PAGE + 5}], r9`, fault(W + PAGE)),
  access('a load across a page end faults with the missing page', `load_u32 r9, [${W + PAGE - 1}]`, fault(W + PAGE)),
  access('a store across a page end writes nothing', `store_u64 [${W + PAGE - 4}], r9`, {
    ...fault(W + PAGE),
    memory: { [W + PAGE - 4]: [0, 0, 0, 0] },
  }),
  access(
    'a store into a missing page that ends in a mapped one faults with the missing page',
    `store_u16 [${W - 1}], r9`,
    fault(W - PAGE),
  ),
  access('a store to a read-only page faults (GP A.9, the formula)', `store_u8 [${R}], r9`, fault(R)),
  access('a load from a read-only page does not', `load_u8 r8, [${R}]`, done()),
  access('a store that starts below 2^16 panics', 'store_u8 [0xffff], r9', panic),
  access('a load that starts below 2^16 panics', 'load_u8 r9, [0]', panic),
  access('the first bad byte decides: a load from 0xffff panics whatever follows', 'load_u16 r9, [0xffff]', panic),
  access('0x10000 faults', 'load_u8 r9, [0x10000]', fault(0x10000)),
  access('the last byte of the address space faults like any other', 'load_u8 r9, [0xffffffff]', fault(TOP)),
  access('across 2^32, nothing mapped: the first bad byte faults', 'load_u64 r9, [0xfffffffc]', fault(TOP)),
  access('across 2^32, the top mapped: the byte at 0 panics', 'load_u64 r9, [0xfffffffc]', panic, { pages: [top] }),
  access('across 2^32, both mapped: a load wraps', 'load_u64 r8, [0xfffffffc]', done({ 8: 0x0807060504030201n }), {
    pages: [top, bottom],
    memory: [
      { address: 0xfffffffc, bytes: Uint8Array.of(1, 2, 3, 4) },
      { address: 0, bytes: Uint8Array.of(5, 6, 7, 8) },
    ],
  }),
  access(
    'across 2^32, both mapped: a store wraps',
    'store_imm_ind_u32 [r8 + 0], 0x04030201',
    { ...done(), memory: { 4294967294: [1, 2], 0: [3, 4] } },
    { pages: [top, bottom], regs: [0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0xfffffffen] },
  ),
  access('the base wraps modulo 2^32', 'load_ind_u8 r8, [r7 + 1]', done({ 8: 9n }), {
    regs: [0n, 0n, 0n, 0n, 0n, 0n, 0n, BigInt(W) + 2n ** 32n * 5n],
    memory: [{ address: W + 1, bytes: Uint8Array.of(9) }],
  }),
  access('a base below the offset wraps below 0', 'load_ind_u8 r9, [r7 - 1]', fault(TOP)),
]

const readOnly = 'a store to a read-only page'
const SWITCHES: readonly Case[] = [
  {
    ...access(`${readOnly} panics under the vectors' rule`, `store_u8 [${R}], r9`, panic),
    profile: profile('gp-0.7.2', { readOnlyStore: 'panic' }),
  },
  {
    ...access(
      'a store that misses the page before a read-only one still faults',
      `store_u16 [${R - 1}], r9`,
      fault(R - PAGE),
    ),
    profile: profile('gp-0.7.2', { readOnlyStore: 'panic' }),
  },
  {
    ...access('an inaccessible page panics where there is no paging', `load_u8 r9, [${W + PAGE}]`, panic),
    profile: profile('gp-0.7.2', { inaccessible: 'panic' }),
  },
]

const OUT_OF_GAS: readonly Case[] = [
  {
    name: 'out of gas comes before the instruction that cannot be paid, registers as they were (GP A.1)',
    text: 'load_imm r7, 5\nend: load_imm r8, 6\ntrap',
    options: { gas: 1n },
    expect: { exit: 'OutOfGas', pc: 'end', gas: 0n, regs: { 7: 5n } },
  },
  {
    name: 'out of gas comes before the panic of the same instruction',
    text: 'end: trap',
    options: { gas: 0n },
    expect: { exit: 'OutOfGas', pc: 'end', gas: 0n },
  },
  {
    name: 'out of gas comes before a page fault',
    text: 'end: load_u8 r7, [0x20000]',
    options: { gas: 0n },
    expect: { exit: 'OutOfGas', pc: 'end', gas: 0n },
  },
  {
    name: 'out of gas comes before the trap behind the code',
    text: 'load_imm r7, 5',
    options: { gas: 1n },
    expect: { exit: 'OutOfGas', pc: 3, gas: 0n, regs: { 7: 5n } },
  },
  {
    name: 'out of gas comes before a host call',
    text: 'load_imm r7, 5\nend: ecalli 1',
    options: { gas: 1n },
    expect: { exit: 'OutOfGas', pc: 'end', gas: 0n, regs: { 7: 5n } },
  },
  {
    name: 'an endless loop runs out of gas, at the instruction that comes next',
    text: 'start: add_imm_64 r7, r7, 1\nend: jump @start',
    options: { gas: 1_000_001n },
    expect: { exit: 'OutOfGas', pc: 'end', gas: 0n, regs: { 7: 500_001n } },
  },
]

const HOST: readonly Case[] = [
  {
    name: 'an ecalli without host functions exits with its index, pc at the ecalli (GP A.5.2)',
    text: 'load_imm r7, 5\nend: ecalli 77\ntrap',
    expect: { exit: 'Host', arg: 77, pc: 'end', gas: 98n, regs: { 7: 5n } },
  },
  {
    name: 'its index is the sign-extended immediate',
    text: 'end: ecalli -1\ntrap',
    expect: { exit: 'Host', arg: -1, pc: 'end', gas: 99n },
  },
  {
    name: 'of 32 bits',
    text: 'end: ecalli 0x7fffffff\ntrap',
    expect: { exit: 'Host', arg: 0x7fffffff, pc: 'end', gas: 99n },
  },
]

/** Exits, each from a program, and going on after those one can go on from. */
export function exitSuite(createVm: CreateVm): void {
  describe('jumps', () => runCases(createVm, JUMPS))
  describe('dynamic jumps', () => runCases(createVm, DYNAMIC_JUMPS))
  describe('memory faults', () => runCases(createVm, MEMORY_FAULTS))
  describe('memory faults under other rules', () => runCases(createVm, SWITCHES))
  describe('out of gas', () => runCases(createVm, OUT_OF_GAS))
  describe('host calls without host', () => runCases(createVm, HOST))

  describe('going on', () => {
    it('a new machine has not stopped yet', () => {
      const vm = createVm(programOf('trap').program)
      expect([vm.exit, vm.exitArg, vm.pc, vm.gas, vm.gasUsed]).toEqual([undefined, 0, 0, 0n, 0n])
    })

    it('after a page fault, run tries the instruction again and pays it again (GP A.1)', () => {
      const { program } = programOf(`load_u8 r7, [${W}]\ntrap`)
      const vm = createVm(program, { gas: 10n })
      expect([vm.run(), vm.gas]).toEqual([Exit.PageFault, 9n])
      expect([vm.run(), vm.gas]).toEqual([Exit.PageFault, 8n])
      vm.memory.protect(W / PAGE, 1, Access.Write)
      vm.memory.writeU8(W, 42)
      expect([vm.run(), vm.gas, vm.regs[7]]).toEqual([Exit.Panic, 6n, 42n])
      expect(vm.gasUsed).toBe(4n)
    })

    it('after out of gas, run goes on where it stopped once there is gas', () => {
      const { program, labels } = programOf('load_imm r7, 5\nload_imm r8, 6\nend: trap')
      const vm = createVm(program, { gas: 1n })
      expect([vm.run(), vm.run()]).toEqual([Exit.OutOfGas, Exit.OutOfGas])
      vm.gas = 5n
      expect([vm.run(), vm.pc, vm.gas, vm.regs[8]]).toEqual([Exit.Panic, labels.get('end'), 3n, 6n])
    })

    it('after a host call, run goes on behind the ecalli', () => {
      const { program, labels } = programOf('ecalli 3\nadd_imm_64 r7, r7, 1\nend: trap')
      const vm = createVm(program, { gas: 10n })
      expect(vm.run()).toBe(Exit.Host)
      vm.regs[7] = 41n
      expect([vm.run(), vm.pc, vm.gas, vm.regs[7]]).toEqual([Exit.Panic, labels.get('end'), 7n, 42n])
    })

    it('writing pc after a host call jumps instead', () => {
      const { program, labels } = programOf('ecalli 3\ntrap\nto: load_imm r7, 1\nend: trap')
      const vm = createVm(program, { gas: 10n })
      vm.run()
      vm.pc = labels.get('to')!
      expect(vm.pc).toBe(labels.get('to'))
      expect([vm.run(), vm.pc, vm.regs[7]]).toEqual([Exit.Panic, labels.get('end'), 1n])
      vm.pc = 0
      expect([vm.run(), vm.pc]).toEqual([Exit.Host, 0])
      vm.pc = 0
      expect([vm.run(), vm.pc]).toEqual([Exit.Host, 0])
    })

    it('writing pc re-arms a machine that has ended; what it reports stays until it stops again', () => {
      const { program } = programOf('add_imm_64 r7, r7, 1\nend: trap')
      const vm = createVm(program, { gas: 10n })
      expect([vm.run(), vm.paperPc]).toEqual([Exit.Panic, 0])
      vm.pc = 0
      expect([vm.exit, vm.pc]).toEqual([Exit.Panic, 0])
      expect([vm.run(), vm.regs[7], vm.gas]).toEqual([Exit.Panic, 2n, 6n])
    })

    it('an index is sign-extended to 64 bits by hostIndex64', () => {
      expect(hostIndex64(-1)).toBe(2n ** 64n - 1n)
      expect(hostIndex64(77)).toBe(77n)
    })
  })

  describe('gas', () => {
    it('gasUsed is what was there at the start minus what is left, never negative', () => {
      const vm = createVm(programOf('load_imm r7, 1\ntrap').program, { gas: 10n })
      vm.run()
      expect(vm.gasUsed).toBe(2n)
      vm.gas = 50n
      expect(vm.gasUsed).toBe(0n)
      vm.gas = -3n
      expect([vm.gas, vm.gasUsed]).toEqual([-3n, 10n])
    })

    it('2^63 - 1 gas can be given and counted', () => {
      const vm = createVm(programOf('load_imm r7, 1\ntrap').program, { gas: 2n ** 63n - 1n })
      vm.run()
      expect(vm.gas).toBe(2n ** 63n - 3n)
    })

    it('chargeGas takes what is there or empties the counter and says no (GP A.36)', () => {
      const vm = createVm(programOf('trap').program, { gas: 10n })
      expect([vm.chargeGas(4), vm.gas]).toEqual([true, 6n])
      expect([vm.chargeGas(6n), vm.gas]).toEqual([true, 0n])
      vm.gas = 10n
      expect([vm.chargeGas(11), vm.gas]).toEqual([false, 0n])
      vm.gas = 2n ** 60n
      expect([vm.chargeGas(2n ** 70n), vm.gas]).toEqual([false, 0n])
      vm.gas = 2n ** 60n
      expect([vm.chargeGas(2n ** 59n + 1n), vm.gas]).toEqual([true, 2n ** 59n - 1n])
      expect([vm.chargeGas(2 ** 58), vm.gas]).toEqual([true, 2n ** 58n - 1n])
      expect(() => vm.chargeGas(-1)).toThrow(RangeError)
    })

    it('negative gas is out of gas', () => {
      const vm = createVm(programOf('trap').program)
      vm.gas = -5n
      expect(vm.run()).toBe(Exit.OutOfGas)
    })
  })
}
