// Guests that attack: every boundary of the address space and of the engine's own memory, sbrk, endless loops, recursion.
// The reference machine says what has to happen; every other engine has to do the same, in bounded time and memory.
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import { ROTATION, TOP_SIZE, WINDOW_END } from '../../src/core/contract.gen.ts'
import { Random } from '../../src/fuzz/random.ts'
import {
  Access,
  availableEngines,
  createEngine,
  type EngineKind,
  Exit,
  exitName,
  HostAction,
  type HostTable,
  loadProgram,
  type Mapping,
  PROFILE_NAMES,
  type ProfileName,
  type Program,
  profile,
  type StartOptions,
  type Vm,
} from '../../src/index.ts'
import { processorSeconds } from '../clock.ts'
import { Digest, digestMemory } from '../runtimes/digest.ts'

const PAGE = 4096
const ADDRESSES = 2 ** 32

/** Guest address of a physical address of the wasm engines' memory, were there no checks. */
function guestOf(physical: number): number {
  return (physical - ROTATION + 2 * ADDRESSES) % ADDRESSES
}

/** Where something begins or ends: in the address space, in the layout of programs, in the engines' memory. */
const BOUNDARIES: readonly number[] = [
  0,
  PAGE,
  0x10000,
  0x20000,
  2 ** 31,
  0xfeff0000,
  0xff000000,
  0xffff0000,
  ADDRESSES - PAGE,
  ADDRESSES - TOP_SIZE,
  guestOf(WINDOW_END),
  // What guests would reach were an address used unchecked: the struct, rights, frames, arena, first window byte.
  guestOf(0),
  guestOf(0x400),
  guestOf(0x10000),
  guestOf(0x100000),
  guestOf(0x900000),
  guestOf(0xd00000),
  guestOf(0x4000000),
  guestOf(0x18ffffff),
  guestOf(0x19000000),
]

/** Some of the pages at the boundaries are mapped, with different rights on the two sides. */
function mappings(): Mapping[] {
  const pages = new Map<number, Access>()
  BOUNDARIES.forEach((boundary, index) => {
    const page = Math.floor(boundary / PAGE)
    const before = (page + 2 ** 20 - 1) % 2 ** 20
    if (index % 4 !== 0) pages.set(page, index % 2 === 0 ? Access.Write : Access.Read)
    if (index % 3 !== 0) pages.set(before, index % 2 === 0 ? Access.Read : Access.Write)
  })
  return [...pages].map(([page, access]) => ({ address: page * PAGE, length: PAGE, access }))
}

const ACCESSES = [
  ...['u8', 'i8', 'u16', 'i16', 'u32', 'i32', 'u64'].map(type => `load_ind_${type} r6, [r9 + 3]`),
  ...['u8', 'u16', 'u32', 'u64'].map(type => `store_ind_${type} [r9 + 3], r7`),
  ...['u8', 'u16', 'u32', 'u64'].map(type => `store_imm_ind_${type} [r9 - 8], 0x5a`),
]

/** A loop: a host call chooses an access and its address, the access is made, and so on. */
const ATTACKER = [
  '@next:',
  '    ecalli 1',
  '    jump_ind r10',
  ...ACCESSES.flatMap((access, index) => [`@access${index}:`, `    ${access}`, '    jump @next']),
  `.jump_table ${ACCESSES.map((_, index) => `@access${index}`).join(', ')}`,
].join('\n')

/** Chooses like `random` says: near a boundary, with any upper half, any access. */
function chooser(random: Random): HostTable {
  const call = (vm: Vm): void => {
    const boundary = random.pick(BOUNDARIES)
    const address = (boundary + random.below(33) - 20 + ADDRESSES) % ADDRESSES
    vm.regs32[18] = random.chance(90) ? address : random.next()
    vm.regs32[19] = random.chance(80) ? 0 : random.next()
    vm.regs32[14] = random.next()
    vm.regs32[15] = random.next()
    vm.regs[10] = BigInt(2 * random.below(ACCESSES.length) + 2)
  }
  return { entry: index => (index === 1 ? { name: 'choose', price: 0, call } : undefined) }
}

function outcome(vm: Vm): string {
  return `${exitName(vm.exit!)} ${vm.exitArg} pc ${vm.pc} gas ${vm.gas} ${vm.regs.join(' ')}`
}

function memoryDigest(vm: Vm): string {
  const digest = new Digest()
  digestMemory(digest, vm)
  return `${digest}`
}

function machine(kind: EngineKind, program: Program, options: StartOptions): Vm {
  return createEngine({ kind }).instantiate(program, options)
}

const others = availableEngines().filter(kind => kind !== 'reference')

describe.each(others)('attacks of the address space on %s', kind => {
  const program = loadProgram(assemble(ATTACKER).bytes)

  it('every access at every boundary does what the reference machine does', () => {
    const options = { gas: 10n ** 9n, pages: mappings() }
    const pair = ['reference' as const, kind].map(each =>
      machine(each, program, { ...options, host: chooser(new Random('attack')) }),
    )
    const [oracle, vm] = pair as [Vm, Vm]
    for (let i = 0; i < 6000; i++) {
      for (const each of pair) {
        each.run()
        if (i % 1000 === 999) each.memory.protect(Math.floor(BOUNDARIES[i % 7]! / PAGE), 1, Access.Write)
      }
      expect(outcome(vm)).toBe(outcome(oracle))
      if (i % 500 === 0) expect(memoryDigest(vm)).toBe(memoryDigest(oracle))
      for (const each of pair) each.pc = 0
    }
    expect(memoryDigest(vm)).toBe(memoryDigest(oracle))
    for (const each of pair) each.dispose()
  })

  it('an absolute address of 32 bits, negative ones too, is where it says', () => {
    for (const boundary of BOUNDARIES) {
      const text = [boundary, boundary - 1, boundary - 7].flatMap((address, i) => {
        const immediate = ((address + ADDRESSES) % ADDRESSES) | 0
        return [
          `@a${i}: load_u64 r${i}, [${immediate}]`,
          `store_imm_u32 [${immediate}], 7`,
          `store_u16 [${immediate}], r8`,
        ]
      })
      const absolute = loadProgram(assemble([...text, 'trap'].join('\n')).bytes)
      const pair = ['reference' as const, kind].map(each => machine(each, absolute, { gas: 1000n, pages: mappings() }))
      const [oracle, vm] = pair as [Vm, Vm]
      for (let pc = 0; pc < absolute.code.length; pc = absolute.next(pc)) {
        for (const each of pair) {
          each.pc = pc
          each.gas = 1n
          each.run()
        }
        expect(outcome(vm)).toBe(outcome(oracle))
      }
      expect(memoryDigest(vm)).toBe(memoryDigest(oracle))
      for (const each of pair) each.dispose()
    }
  })
})

/** Whether something takes less than `seconds` of processor time. */
function within<T>(seconds: number, action: () => T): T {
  const started = processorSeconds()
  const result = action()
  expect(processorSeconds() - started).toBeLessThan(seconds)
  return result
}

const SBRK = `
    sbrk r3, r2
    sbrk r4, r5
    load_imm r6, 1
    store_ind_u64 [r3], r6
    jump_ind r0
`

describe.each(availableEngines())('hostile guests on %s', kind => {
  it('huge and nonsense sbrk do what the reference machine does, at once, without touching what they map', () => {
    const program = loadProgram(assemble(SBRK).bytes)
    const standard = loadProgram(assemble(`.stack 4096\n.heap 1\n.code${SBRK}`).bytes)
    const amounts = [0n, 4095n, 4096n, 2n ** 20n, 2n ** 28n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n]
    const heaps = [
      { start: 0x20000, limit: ADDRESSES },
      { start: 0x20001, limit: 0x30000 },
      { start: 0x20000, limit: 0x20000 },
      { start: ADDRESSES - 8192, limit: ADDRESSES - 1 },
    ]
    for (const first of amounts) {
      for (const second of [4096n, 2n ** 32n - 1n]) {
        const regs = [0n, 0n, first, 0n, 0n, second]
        const starts: [Program, StartOptions][] = [
          ...heaps.map(heap => [program, { gas: 100n, regs, heap }] as [Program, StartOptions]),
          [standard, { gas: 100n, regs }],
        ]
        for (const [each, options] of starts) {
          const vm = within(5, () => {
            const made = machine(kind, each, options)
            made.run()
            return made
          })
          const oracle = machine('reference', each, options)
          oracle.run()
          expect(outcome(vm), `sbrk ${first} ${second}`).toBe(outcome(oracle))
          expect(vm.heapEnd).toBe(oracle.heapEnd)
          expect(vm.memory.pages()).toEqual(oracle.memory.pages())
          vm.dispose()
          oracle.dispose()
        }
      }
    }
  })

  const LOOPS: [name: string, text: string][] = [
    ['jump to itself', '@a: jump @a'],
    ['a branch that is always taken', '@a: branch_eq_imm r7, 0, @a\ntrap'],
    ['an indirect jump to itself', '@a: load_imm r8, &a\njump_ind r8'],
    ['two that jump at each other', '@a: jump @b\n@b: jump @a'],
    ['a call that never returns', '.stack 4096\n.code\n@f: load_imm_jump r0, 2, @f'],
    ['an empty loop that counts to 2^64', '@a: add_imm_64 r7, r7, 1\nbranch_ne_imm r7, 0, @a\ntrap'],
    ['stores in a loop', '.stack 4096\n.code\n@a: store_ind_u64 [r1 - 8], r7\nadd_imm_64 r7, r7, 1\njump @a'],
    ['sbrk(0) in a loop', '@a: sbrk r3, r2\njump @a'],
    ['host calls in a loop', '@a: ecalli 1\njump @a'],
  ]
  it.each(LOOPS)('gas ends %s, to the last unit', (_name, text) => {
    const program = loadProgram(assemble(text).bytes)
    const host: HostTable = { entry: () => ({ name: 'nothing', price: 1, call: () => HostAction.Continue }) }
    const vm = machine(kind, program, { gas: 300_000n, host })
    expect(within(20, () => vm.run())).toBe(Exit.OutOfGas)
    expect([vm.gas, vm.gasUsed]).toEqual([0n, 300_000n])
    vm.dispose()
  })

  it('recursion is as deep as the guest has stack, whatever the stack of the host', () => {
    const self =
      '@f:\nadd_imm_64 r1, r1, -16\nstore_ind_u64 [r1], r0\nadd_imm_64 r7, r7, 1\nload_imm_jump r0, &back, @f\n'
    const indirect =
      '@f:\nadd_imm_64 r1, r1, -16\nstore_ind_u64 [r1], r0\nadd_imm_64 r7, r7, 1\nload_imm r8, &f\nload_imm_jump_ind r0, &back, r8\n'
    const mutual =
      '@f:\nadd_imm_64 r1, r1, -16\nstore_ind_u64 [r1], r0\nload_imm_jump r0, &back, @g\n@g:\nadd_imm_64 r7, r7, 1\nload_imm_jump r0, &back, @f\n'
    for (const body of [self, indirect, mutual]) {
      const text = `.stack 4194304\n.code\njump @f\n${body}@back:\nload_ind_u64 r0, [r1]\nadd_imm_64 r1, r1, 16\njump_ind r0`
      const vm = machine(kind, loadProgram(assemble(text).bytes), { gas: 10n ** 8n })
      expect(exitName(within(60, () => vm.run()))).toBe('page-fault')
      expect(vm.regs[7]).toBeGreaterThanOrEqual(262143n)
      vm.dispose()
    }
  })

  it('recursion that turns round at the bottom comes all the way back', () => {
    const text = `.stack 4194304
.code
    add_imm_64 r1, r1, -16
    store_ind_u64 [r1 + 8], r0
    load_imm r7, 200000
    load_imm_jump r0, &done, @f
@done:
    load_ind_u64 r0, [r1 + 8]
    jump_ind r0
@f:
    add_imm_64 r1, r1, -16
    store_ind_u64 [r1], r0
    branch_eq_imm r7, 0, @return
    add_imm_64 r7, r7, -1
    load_imm_jump r0, &back, @f
@back:
    add_imm_64 r8, r8, 1
    fallthrough
@return:
    load_ind_u64 r0, [r1]
    add_imm_64 r1, r1, 16
    jump_ind r0`
    const vm = machine(kind, loadProgram(assemble(text).bytes), { gas: 10n ** 8n })
    expect(exitName(within(60, () => vm.run()))).toBe('halt')
    expect([vm.regs[7], vm.regs[8]]).toEqual([0n, 200_000n])
    vm.dispose()
  })

  it('a machine sees nothing of the one before it', () => {
    const program = loadProgram(assemble(ATTACKER).bytes)
    const pages = mappings().map(mapping => ({ ...mapping, access: Access.Write }))
    const far: Mapping = { address: 0x40000000, length: 64 * PAGE, access: Access.Write }
    for (let round = 0; round < 3; round++) {
      const vm = machine(kind, program, { pages: [...pages, far] })
      const zeros = new Digest()
      digestMemory(zeros, vm)
      expect(`${zeros}`).toBe(memoryDigest(machine('reference', program, { pages: [...pages, far] })))
      for (const { address, length } of [...pages, far]) vm.memory.write(address, new Uint8Array(length).fill(0xa5))
      vm.regs.fill(2n ** 64n - 1n)
      if (round === 1) vm.reset({ pages: [...pages, far] })
      if (round === 1) expect([memoryDigest(vm), ...vm.regs]).toEqual([`${zeros}`, ...new Array(13).fill(0n)])
      vm.dispose()
    }
  })

  // Compiled code was once entered under the rules of the next machine, on whatever engine, and paid by its own.
  it('a machine pays by its own rules, whatever rules the same code ran under before', () => {
    const { bytes } = assemble(
      '.stack 4096\n.code\nload_imm r7, 5\n@a: add_imm_64 r7, r7, -1\nbranch_ne_imm r7, 0, @a\njump_ind r0',
    )
    const runOn = (each: EngineKind, rules: ProfileName): string => {
      const vm = machine(each, loadProgram(bytes, { profile: profile(rules, { name: 'variant' }) }), { gas: 500n })
      vm.run()
      const result = outcome(vm)
      vm.dispose()
      return result
    }
    for (const before of PROFILE_NAMES) {
      for (const rules of PROFILE_NAMES) {
        for (const each of availableEngines()) runOn(each, before)
        expect(runOn(kind, rules), `${rules} after ${before}`).toBe(runOn('reference', rules))
      }
    }
  })

  // The bytes of a program that was there already were compared in the arena and forgotten there: later tables lay over them.
  it('a program loaded twice leaves nothing for the next one', () => {
    const run = (bytes: Uint8Array, gas: bigint): string => {
      const vm = machine(kind, loadProgram(bytes), { gas, regs: [0xffff0000n] })
      vm.run()
      const result = `${exitName(vm.exit!)}, gas ${vm.gas}`
      vm.dispose()
      return result
    }
    for (const count of [100, 400, 1600, 6400]) {
      // More programs of each size than are kept for later, so that each memory gets larger and larger ones.
      for (let variant = 1; variant < 8; variant++) {
        const line = `add_imm_64 r7, r7, 0x765432${variant}\nbranch_eq_imm r7, 3, @end\n`
        const { bytes } = assemble(`${line.repeat(count)}@end: jump_ind r0`)
        expect(run(bytes, 100_000n)).toBe(`halt, gas ${99_999 - 2 * count}`)
        expect(run(bytes, 5n)).toBe('out-of-gas, gas 0')
      }
    }
  })

  it('two machines at work in turns never meet', () => {
    const text = '@a: store_ind_u64 [r9], r7\nload_ind_u64 r8, [r9]\nxor r6, r8, r7\nadd_imm_64 r7, r7, 3\njump @a'
    const program = loadProgram(assemble(text).bytes)
    const pages: Mapping[] = [{ address: 0x20000, length: PAGE, access: Access.Write }]
    const start = (r7: bigint): Vm =>
      machine(kind, program, { pages, regs: [0n, 0n, 0n, 0n, 0n, 0n, 0n, r7, 0n, 0x20000n], gas: 0n })
    const [left, right] = [start(0n), start(1n << 40n)]
    for (let i = 0; i < 200; i++) {
      for (const vm of [left, right]) {
        vm.gas = 101n
        vm.run()
        expect(vm.regs[6]).toBe(0n)
      }
    }
    expect(left.regs[7]).not.toBe(right.regs[7])
    expect(right.memory.readU64(0x20000) - left.memory.readU64(0x20000)).toBe(1n << 40n)
    left.dispose()
    right.dispose()
  })
})
