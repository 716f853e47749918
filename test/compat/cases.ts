// What clients do to a machine, and the edges of it: each case gives lines of what can be seen, to be the same on every machine.
import { assemble } from '../../src/blob/assembly.ts'
import type { Mapping } from '../../src/engine/engine.ts'
import { type Client, type Pvm, read, registersOf, type Start, stateOf } from './client.ts'

/** One case. */
export interface Case {
  readonly name: string
  run(client: Client): string[]
}

const READ = 1
const WRITE = 3
const M64 = 2n ** 64n - 1n

function rawOf(text: string): Uint8Array {
  return assemble(text, { format: 'raw' }).bytes
}

/** Metadata of no bytes and a standard program. */
export function jamOf(text: string): Uint8Array {
  return Uint8Array.of(0, ...assemble(text, { format: 'standard' }).bytes)
}

const pages = (address: number, length: number, access: 1 | 3): Mapping => ({ address, length, access })

function startOf(text: string, more: Partial<Start> = {}): Start {
  return { program: rawOf(text), pc: 0, gas: 1000n, regs: new BigUint64Array(13), pages: [], memory: [], ...more }
}

function setRegister(pvm: Pvm, register: number, value: bigint): void {
  const bytes = pvm.registers.getAllEncoded()
  new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(8 * register, value, true)
  pvm.registers.setAllEncoded(bytes)
}

function go(pvm: Pvm): string {
  pvm.runProgram()
  return stateOf(pvm)
}

function store(pvm: Pvm, address: number, length: number): string {
  const answer = pvm.memory.store(address, new Uint8Array(length).fill(7))
  return answer.isOk ? 'stored' : `fault 0x${answer.error.address.toString(16)}`
}

/** Runs a text from a plain start. */
function plain(name: string, text: string, more: Partial<Start> = {}): Case {
  return {
    name,
    run(client) {
      client.load(startOf(text, more))
      const before = stateOf(client.pvm)
      const after = go(client.pvm)
      return [before, after, ...(more.pages ?? []).map(page => read(client.pvm, page.address, page.length))]
    },
  }
}

/** The same for a service. */
function service(name: string, text: string, act: (pvm: Pvm) => string[], args = Uint8Array.of(1, 2, 3)): Case {
  return {
    name,
    run({ pvm }) {
      pvm.resetJam(jamOf(text), args, 0, 10_000n)
      return [stateOf(pvm), ...act(pvm)]
    },
  }
}

const ACCESSES: readonly Case[] = [
  plain('a store at the last byte of a page', 'store_imm_u8 [0x20fff], 1\n trap', {
    pages: [pages(0x20000, 4096, WRITE)],
  }),
  plain('a store across the end of the last page', 'load_imm r7, 0x20ffd\n store_ind_u32 [r7], r7\n trap', {
    pages: [pages(0x20000, 4096, WRITE)],
  }),
  plain(
    'a store from a page to one without rights in between',
    'load_imm r7, 0x20ffd\n store_ind_u64 [r7], r7\n trap',
    {
      pages: [pages(0x20000, 4096, WRITE), pages(0x22000, 4096, WRITE)],
    },
  ),
  plain('a load across the border of two pages', 'load_imm r7, 0x20ffd\n load_ind_u64 r8, [r7]\n trap', {
    pages: [pages(0x20000, 4096, READ), pages(0x21000, 4096, WRITE)],
    memory: [{ address: 0x20ff8, bytes: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) }],
  }),
  plain('a store to a read-only page', 'store_imm_u8 [0x20000], 1\n trap', { pages: [pages(0x20000, 4096, READ)] }),
  plain('a load below 2^16', 'load_u8 r7, [0xffff]\n trap'),
  plain('a load of what is not there', 'load_u8 r7, [0x20001]\n trap'),
  plain('a store at 0xfffff000', 'load_imm r7, -4096\n store_ind_u64 [r7], r7\n trap', {
    pages: [pages(0xfffff000, 4096, WRITE)],
  }),
  plain('a load that begins in the last page and ends at 2^32', 'load_imm r7, -8\n load_ind_u64 r8, [r7]\n trap', {
    pages: [pages(0xfffff000, 4096, READ)],
  }),
]

const GAS: readonly Case[] = [
  ...[0n, 1n, 2n, 2n ** 31n, 2n ** 32n, 2n ** 53n + 1n, 2n ** 63n - 1n].map(gas =>
    plain(`gas ${gas}`, 'load_imm r7, 1\n ecalli 7\n trap', { gas }),
  ),
  ...[2n ** 63n, M64].map(gas => plain(`gas ${gas}`, 'load_imm r7, 1\n ecalli 7\n trap', { gas })),
  {
    name: 'out of gas, then refilled',
    run(client) {
      client.load(startOf('load_imm r7, 1\n load_imm r8, 2\n ecalli 3\n load_imm r9, 4\n trap', { gas: 1n }))
      const lines = [go(client.pvm)]
      client.pvm.gas.set(1n)
      lines.push(go(client.pvm))
      client.pvm.gas.set(100)
      return [...lines, go(client.pvm), go(client.pvm)]
    },
  },
  {
    name: 'gas taken by the host',
    run(client) {
      client.load(startOf('ecalli 3\n trap', { gas: 100n }))
      const { gas } = client.pvm
      const lines = [go(client.pvm), `${gas.sub(9n)} ${BigInt(gas.get())} ${BigInt(gas.used())}`]
      lines.push(`${gas.sub(91)} ${BigInt(gas.get())} ${BigInt(gas.used())}`)
      gas.set(50n)
      lines.push(`${gas.sub(50n)} ${BigInt(gas.get())} ${BigInt(gas.used())}`)
      gas.set(5000n)
      return [...lines, `more than at first: ${BigInt(gas.get())} ${BigInt(gas.used())}`, go(client.pvm)]
    },
  },
]

const TWO_CALLS = 'load_imm r7, 5\n ecalli 1\n add_imm_64 r7, r7, 1\n ecalli 2\n add_imm_64 r7, r7, 1\n jump_ind r0'

const HOST_CALLS: readonly Case[] = [
  {
    name: 'a host call, registers written, resumed, to the halt',
    run(client) {
      const regs = new BigUint64Array(13)
      regs[0] = 0xffff0000n
      client.load(startOf(TWO_CALLS, { regs }))
      const lines = [go(client.pvm)]
      setRegister(client.pvm, 7, 100n)
      lines.push(go(client.pvm))
      setRegister(client.pvm, 12, M64)
      return [...lines, go(client.pvm)]
    },
  },
  {
    name: 'a host call, memory written, resumed',
    run(client) {
      const text = 'ecalli 1\n load_u64 r8, [0x20ffc]\n ecalli 2\n trap'
      client.load(startOf(text, { pages: [pages(0x20000, 8192, WRITE)] }))
      const { pvm } = client
      const lines = [go(pvm), store(pvm, 0x20ffe, 4), read(pvm, 0x20ff0, 32), go(pvm)]
      return [...lines, store(pvm, 0x21ff0, 16), store(pvm, 0x21ff0, 17), read(pvm, 0x21fe0, 32), go(pvm)]
    },
  },
  {
    name: 'the registers of the first call, kept by the client for the whole run',
    run(client) {
      client.load(startOf(TWO_CALLS))
      const { pvm } = client
      const kept = pvm.registers.getAllEncoded()
      const lines = [go(pvm)]
      kept.set(pvm.registers.getAllEncoded())
      new DataView(kept.buffer, kept.byteOffset).setBigUint64(56, 77n, true)
      pvm.registers.setAllEncoded(kept)
      lines.push(go(pvm))
      kept.set(pvm.registers.getAllEncoded())
      pvm.registers.setAllEncoded(kept)
      return [...lines, go(pvm)]
    },
  },
  plain('a host call with an index above 2^31', 'ecalli -1\n trap'),
  plain('a host call with index 0', 'ecalli 0\n trap'),
]

const RANGES: readonly Case[] = [
  {
    name: 'reads and writes of the host at the ends of what is mapped',
    run(client) {
      const mapped = [pages(0x20000, 4096, READ), pages(0x21000, 4096, WRITE), pages(0xfffff000, 4096, WRITE)]
      client.load(startOf('ecalli 1\n trap', { pages: mapped }))
      const { pvm } = client
      return [
        go(pvm),
        ...[0, 0x20000, 0x30000, 0xffffffff].map(at => `none at ${at}: ${read(pvm, at, 0)} ${store(pvm, at, 0)}`),
        `inside: ${read(pvm, 0x20ffe, 4)} ${store(pvm, 0x21000, 4096)}`,
        `last byte: ${read(pvm, 0xffffffff, 1)} ${store(pvm, 0xffffffff, 1)} ${read(pvm, 0xfffffff0, 16)}`,
      ]
    },
  },
  {
    name: 'which page is missing, when it is the first',
    run(client) {
      client.load(startOf('ecalli 1\n trap', { pages: [pages(0x21000, 4096, WRITE)] }))
      return [go(client.pvm), read(client.pvm, 0x20ffe, 4), store(client.pvm, 0x20ffe, 4), read(client.pvm, 0x50123, 1)]
    },
  },
  {
    name: 'which page is missing, when it is a later one',
    run(client) {
      client.load(startOf('ecalli 1\n trap', { pages: [pages(0x21000, 4096, WRITE)] }))
      return [go(client.pvm), read(client.pvm, 0x21ffe, 4), store(client.pvm, 0x21ffe, 8192)]
    },
  },
  {
    name: 'a store of the host to a read-only page',
    run(client) {
      client.load(startOf('ecalli 1\n trap', { pages: [pages(0x20000, 4096, READ)] }))
      return [go(client.pvm), store(client.pvm, 0x20010, 4), read(client.pvm, 0x20000, 32)]
    },
  },
  {
    name: 'a range that ends beyond 2^32',
    run(client) {
      client.load(startOf('ecalli 1\n trap', { pages: [pages(0xfffff000, 4096, WRITE)] }))
      return [go(client.pvm), read(client.pvm, 0xfffffffe, 4), store(client.pvm, 0xfffffffe, 4)]
    },
  },
]

const SERVICES: readonly Case[] = [
  service('a service that answers its arguments', '.stack 8192\n move_reg r9, r8\n ecalli 1\n jump_ind r0', pvm => [
    go(pvm),
    read(pvm, 0xfeff0000, 3),
    read(pvm, 0xfeff0000, 4096),
    store(pvm, 0xfeff0000, 1),
    read(pvm, 0xfefdf000, 4),
    read(pvm, 0xfefdd000, 4),
    go(pvm),
  ]),
  service(
    'a service without arguments',
    '.stack 4096\n load_ind_u8 r9, [r7]\n trap',
    pvm => [go(pvm)],
    new Uint8Array(0),
  ),
  service(
    'data, heap and sbrk',
    '.stack 4096\n.ro\n@a: .ascii "hello"\n.rw\n@b: .ascii "world"\n.heap 2\n.code\n load_imm r9, 5000\n sbrk r10, r9\n store_ind_u8 [r10], r9\n ecalli 4\n trap',
    pvm => [
      go(pvm),
      read(pvm, 0x10000, 16),
      read(pvm, 0x30000, 16),
      store(pvm, 0x10000, 1),
      store(pvm, 0x31000, 4),
      read(pvm, 0x33000, 8),
      go(pvm),
    ],
  ),
  ...[0, 5, 1, 6, 1000].map(pc => ({
    name: `a service from pc ${pc}`,
    run: ({ pvm }: Client) => {
      pvm.resetJam(jamOf('load_imm r7, 1000000\n load_imm r8, 2\n ecalli 9\n trap'), new Uint8Array(0), pc, 100n)
      return [stateOf(pvm), go(pvm)]
    },
  })),
  {
    name: 'arguments of 2^24 bytes',
    run({ pvm }) {
      const args = new Uint8Array(2 ** 24).fill(9)
      pvm.resetJam(jamOf('ecalli 9\n trap'), args, 0, 100n)
      return [go(pvm), read(pvm, 0xfeff0000 + 2 ** 24 - 4, 4)]
    },
  },
]

const AGAIN: readonly Case[] = [
  ...[
    'trap',
    'jump_ind r0',
    'ecalli 1\n trap',
    'load_u8 r7, [0x50000]\n trap',
    'load_imm r7, 7\n load_imm r8, 8\n trap',
  ].map(text => ({
    name: `started again after: ${text.replaceAll('\n', ';')}`,
    run: (client: Client): string[] => {
      const regs = new BigUint64Array(13)
      regs[0] = 0xffff0000n
      client.load(startOf(text, { gas: text.startsWith('load_imm') ? 1n : 10n, regs }))
      const lines = [go(client.pvm)]
      client.pvm.resetGeneric(rawOf('ecalli 5\n trap'), 0, 50n)
      lines.push(stateOf(client.pvm), go(client.pvm), go(client.pvm))
      client.pvm.resetJam(jamOf('.stack 4096\n ecalli 6\n trap'), Uint8Array.of(1), 0, 60)
      return [...lines, stateOf(client.pvm), go(client.pvm), registersOf(client.pvm), go(client.pvm)]
    },
  })),
  {
    name: 'nothing of the memory before is left',
    run(client) {
      client.load(startOf('store_imm_u8 [0x20000], 1\n ecalli 1\n trap', { pages: [pages(0x20000, 4096, WRITE)] }))
      const lines = [go(client.pvm), read(client.pvm, 0x20000, 4)]
      client.load(startOf('load_u8 r7, [0x20000]\n ecalli 1\n trap', { pages: [pages(0x20000, 4096, WRITE)] }))
      lines.push(go(client.pvm))
      client.load(startOf('load_u8 r7, [0x20000]\n ecalli 1\n trap'))
      return [...lines, go(client.pvm)]
    },
  },
  plain('an empty code', ''),
  {
    name: 'a plain program with sbrk, from 2^16',
    run({ pvm }) {
      pvm.resetGeneric(
        rawOf('load_imm r7, 1\n sbrk r8, r7\n store_ind_u8 [r8], r7\n sbrk r9, r7\n ecalli 1\n trap'),
        0,
        100n,
      )
      return [go(pvm), read(pvm, 0x10000, 4)]
    },
  },
  {
    name: 'a plain program from a pc',
    run({ pvm }) {
      pvm.resetGeneric(rawOf('ecalli 1\n ecalli 2\n trap'), 2, 100n)
      return [stateOf(pvm), go(pvm)]
    },
  },
]

/** Bytes that are no program: how a reset and a run end is all there is to see. */
const BROKEN: readonly Case[] = [
  ['an empty blob', Uint8Array.of()],
  ['a blob that is cut off', Uint8Array.of(0, 0, 9, 1)],
  ['a length of 2^56', Uint8Array.of(255, 1, 2, 3, 4, 5, 6, 7, 8)],
].flatMap(([name, bytes]) => [
  {
    name: `${name}, plain`,
    run({ pvm }: Client): string[] {
      pvm.resetGeneric(bytes as Uint8Array, 0, 100n)
      return [stateOf(pvm), go(pvm)]
    },
  },
  {
    name: `${name}, service`,
    run({ pvm }: Client): string[] {
      pvm.resetJam(Uint8Array.of(0, ...(bytes as Uint8Array)), new Uint8Array(0), 0, 100n)
      return [stateOf(pvm), go(pvm)]
    },
  },
])

const TOO_LONG: Case = {
  name: 'arguments of 2^24 + 1 bytes',
  run({ pvm }) {
    pvm.resetJam(jamOf('ecalli 9\n trap'), new Uint8Array(2 ** 24 + 1), 0, 100n)
    return [stateOf(pvm), go(pvm)]
  },
}

/** All cases. */
export const CASES: readonly Case[] = [
  ...ACCESSES,
  ...GAS,
  ...HOST_CALLS,
  ...RANGES,
  ...SERVICES,
  ...AGAIN,
  ...BROKEN,
  TOO_LONG,
]
