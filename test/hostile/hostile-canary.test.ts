// Canaries around the engine's own state, in the memory it shares with the guest: bytes that nobody may write, before and
// behind the struct, behind the core's stack, between tables, behind the arena. Guests attack every boundary, on compiled and
// interpreted code, and in the rounds between, hosts change rights; every canary has to live. What guests may do to their own
// memory is compared in hostile-guest.test.ts.
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import {
  AT_ARENA,
  AT_FRAMES,
  AT_RIGHTS,
  AT_VM,
  AT_WINDOW,
  MEMORY_SIZE,
  ROTATION,
  WINDOW_END,
} from '../../src/core/contract.gen.ts'
import { Random } from '../../src/fuzz/random.ts'
import { Access, createEngine, type EngineKind, type HostTable, loadProgram, type Vm } from '../../src/index.ts'

const PAGE = 4096
const ADDRESSES = 2 ** 32
const CANARY = 0xc5
/** The core's constants and stack begin here (AT_DATA of the contract). */
const AT_DATA = 0x10000

/** Where nobody writes: filled with canaries. The frame table's part for pages of the window is never used. */
const FILLED: readonly (readonly [name: string, from: number, to: number])[] = [
  ['before the struct', 0, AT_VM - 32],
  ['behind the struct', AT_VM + 0x4000, AT_DATA],
  ['behind the stack of the core', 0x100000, AT_FRAMES],
  ['frames of the window', AT_FRAMES + 4 * (AT_WINDOW / PAGE), AT_FRAMES + 4 * (WINDOW_END / PAGE)],
]

/** Where zeros have to stay zeros: checks of rights read them. */
const ZEROS: readonly (readonly [name: string, from: number, to: number])[] = [
  ['behind the rights', AT_RIGHTS + 2 ** 20, AT_ARENA],
  ['the end of the arena', AT_ARENA + 2 ** 22, AT_WINDOW],
  ['the last frames', MEMORY_SIZE - 2 ** 20, MEMORY_SIZE],
]

/** Physical addresses to attack, seen from inside and from outside of what lies there. */
const TARGETS: readonly number[] = [
  ...[...FILLED, ...ZEROS].flatMap(([, from, to]) => [from, to, (from + to) / 2]),
  ...[
    AT_VM,
    AT_VM + 104,
    AT_VM + 112,
    AT_VM + 192,
    AT_DATA,
    AT_RIGHTS,
    AT_RIGHTS + 2 ** 20,
    AT_ARENA,
    AT_WINDOW,
    WINDOW_END,
  ],
]

const WIDTHS = ['u8', 'u16', 'u32', 'u64']
const ACCESSES = [
  ...WIDTHS.map(type => `store_ind_${type} [r9], r7`),
  ...WIDTHS.map(type => `load_ind_${type} r6, [r9]`),
  ...WIDTHS.map(type => `store_imm_ind_${type} [r9 + 5], 0x5a`),
  ...WIDTHS.map(type => `store_ind_${type} [r9 - 2147483648], r7`),
]
const TEXT = [
  '@next:',
  '    ecalli 1',
  '    jump_ind r10',
  ...ACCESSES.flatMap((access, i) => [`@access${i}:`, `    ${access}`, '    jump @next']),
  // A row of stores that is checked once, and a loop that walks.
  '@row:',
  ...[0, 8, 2040, 16].map(offset => `    store_ind_u64 [r9 + ${offset}], r7`),
  '    jump @next',
  '@walk:',
  '    load_imm r5, 700',
  '    fallthrough',
  '@step:',
  '    store_ind_u64 [r9], r7',
  '    add_imm_64 r9, r9, 8',
  '    add_imm_64 r5, r5, -1',
  '    branch_ne_imm r5, 0, @step',
  '    jump @next',
  `.jump_table ${[...ACCESSES.map((_, i) => `@access${i}`), '@row', '@walk'].join(', ')}`,
].join('\n')

function guestOf(physical: number): number {
  return (physical - ROTATION + 2 * ADDRESSES) % ADDRESSES
}

/** Machines are kept: what they leave would be given to the next one, which here wants a memory of its own. */
const kept: Vm[] = []

/** A machine in a memory of its own, and that memory. */
function instantiate(kind: EngineKind, host: HostTable): { vm: Vm; memory: WebAssembly.Memory } {
  let memory: WebAssembly.Memory | undefined
  const Original = WebAssembly.Memory
  WebAssembly.Memory = class extends Original {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor)
      if (this.buffer.byteLength === MEMORY_SIZE) memory = this // not that of the recompiler's passes
    }
  }
  try {
    const program = loadProgram(assemble(TEXT).bytes)
    const page = { address: 0x20000, length: 2 * PAGE, access: Access.Write }
    const top = { address: ADDRESSES - PAGE, length: PAGE, access: Access.Write }
    const edge = { address: guestOf(WINDOW_END) - PAGE, length: 2 * PAGE, access: Access.Write }
    const vm = createEngine({ kind }).instantiate(program, { gas: 10n ** 9n, pages: [page, top, edge], host })
    return { vm, memory: memory! }
  } finally {
    WebAssembly.Memory = Original
  }
}

/** The first place where a canary has died. */
function dead(bytes: Uint8Array): string | undefined {
  for (const [list, value] of [
    [FILLED, CANARY],
    [ZEROS, 0],
  ] as const) {
    for (const [name, from, to] of list) {
      const at = bytes.subarray(from, to).findIndex(byte => byte !== value)
      if (at >= 0) return `${name}: 0x${(from + at).toString(16)}`
    }
  }
  return undefined
}

describe.each(['interpreter', 'recompiler', 'auto'] as const)('canaries on %s', kind => {
  it('live, wherever guests load and store', () => {
    const random = new Random('canary')
    const choices = ACCESSES.length + 2
    let calls = 0
    const choose = (vm: Vm): void => {
      calls += 1
      // Now and then a good address, so that compiled code keeps its fast paths.
      const good = random.chance(30)
      const near = good ? 0x20000 + random.below(PAGE) : guestOf(random.pick(TARGETS)) + random.below(33) - 20
      const choice = random.below(choices)
      const half = choice >= 12 && choice < 16 ? 2 ** 31 : 0
      vm.regs[9] = BigInt.asUintN(
        64,
        BigInt((near + half + ADDRESSES) % ADDRESSES) | (random.chance(20) ? 1n << 40n : 0n),
      )
      vm.regs[7] = 0xdeadbeefdeadbeefn
      vm.regs[10] = BigInt(2 * choice + 2)
    }
    const { vm, memory } = instantiate(kind, {
      entry: i => (i === 1 ? { name: 'choose', price: 0, call: choose } : undefined),
    })
    const bytes = new Uint8Array(memory.buffer)
    for (const [, from, to] of FILLED) bytes.fill(CANARY, from, to)
    expect(dead(bytes)).toBeUndefined()
    for (let i = 0; i < 4000; i++) {
      vm.run()
      vm.pc = 0
      // Rights of pages whose addresses are those of the engine's state, were they not moved.
      if (i % 97 === 0) vm.memory.protect(16 + random.below(2 ** 20 - 16), 1, random.pick([Access.Read, Access.Write]))
      if (i % 1000 === 999) expect(dead(bytes)).toBeUndefined()
    }
    expect(calls).toBeGreaterThan(4000)
    expect(dead(bytes)).toBeUndefined()
    expect(memory.buffer.byteLength).toBe(bytes.length)
    // They would notice: one byte, from the host's side.
    bytes[AT_VM - 33] = 0
    expect(dead(bytes)).toBe(`before the struct: 0x${(AT_VM - 33).toString(16)}`)
    kept.push(vm)
  })
})
