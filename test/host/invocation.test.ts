// invokeProgram (Ψ_M) and the stub of a service's surroundings.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import { answer, createHost, createJamStub, encodeConstants, HostResult, invokeProgram } from '../../src/host/index.ts'
import { HostCallError, profile } from '../../src/index.ts'
import { vectors } from '../vectors.ts'

const HEAD = '.format standard\n.ro\n.ascii "result"\n.rw_size 4096\n.stack 4096\n.code\n'
const program = (text: string): Uint8Array => assemble(HEAD + text, { instructionSet: 'gp-0.7.2' }).bytes
const engine = 'reference'
const run = (text: string, options: Parameters<typeof invokeProgram>[1] = {}): ReturnType<typeof invokeProgram> =>
  invokeProgram(program(text), { engine, gas: 100n, ...options })
const ascii = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

describe('invokeProgram (GP A.8)', () => {
  it('a halt answers the |r8| bytes at r7', () => {
    const { outcome, result, gasUsed } = run('load_imm r7, 0x10000\nload_imm r8, 6\njump_ind r0')
    expect([outcome, ascii(result), gasUsed]).toEqual(['halt', 'result', 3n])
  })

  it('arguments are at r7, r8: a program that halts at once answers them', () => {
    expect([...run('jump_ind r0', { args: Uint8Array.of(1, 2, 3) }).result]).toEqual([1, 2, 3])
  })

  it.each([
    ['nothing', 'load_imm r7, 5\nload_imm r8, 0\njump_ind r0'],
    ['a range that is not readable', 'load_imm r7, 0x10000\nload_imm r8, 0x1001\njump_ind r0'],
    ['a range beyond 2^32', 'load_imm_64 r7, 0x100010000\nload_imm r8, 6\njump_ind r0'],
    ['a length beyond everything', 'load_imm r7, 0x10000\nload_imm r8, -1\njump_ind r0'],
  ])('a halt with %s answers the empty string', (_name, text) => {
    expect(run(text)).toMatchObject({ outcome: 'halt', result: new Uint8Array(0), gasUsed: 3n })
  })

  it('trap and page fault are panics', () => {
    expect(run('trap')).toMatchObject({ outcome: 'panic', result: new Uint8Array(0), gasUsed: 1n })
    expect(run('load_u8 r7, [0x900000]\ntrap')).toMatchObject({
      outcome: 'panic',
      result: new Uint8Array(0),
      gasUsed: 1n,
    })
  })

  it('out of gas uses the whole limit in 0.7.2', () => {
    expect(run('loop: jump @loop')).toMatchObject({ outcome: 'out-of-gas', result: new Uint8Array(0), gasUsed: 100n })
  })

  it('out of gas leaves what the next block would not have cost in 0.8.0', () => {
    const bytes = assemble(`${HEAD}loop: add_imm_64 r7, r7, 1\njump @loop`, { instructionSet: 'gp-0.8.0' }).bytes
    const { outcome, gasUsed } = invokeProgram(bytes, { engine, gas: 100n, profile: 'gp-0.8.0' })
    expect(outcome).toBe('out-of-gas')
    expect(gasUsed).toBeLessThan(100n)
  })

  it('bytes that are no program panic without using gas; so does a start that is no instruction in 0.8.0', () => {
    const nothing = { outcome: 'panic', result: new Uint8Array(0), gasUsed: 0n }
    expect(invokeProgram(Uint8Array.of(1, 2, 3), { engine, gas: 100n })).toMatchObject(nothing)
    expect(invokeProgram(program('trap'), { engine, gas: 100n, profile: 'gp-0.8.0', entry: 5 })).toMatchObject(nothing)
  })

  it('without a host every call answers WHAT', () => {
    const text = `ecalli 3\nstore_u64 [0x30000], r7\nload_imm r7, 0x30000\nload_imm r8, 8\njump_ind r0`
    expect(new DataView(run(text).result.buffer).getBigUint64(0, true)).toBe(HostResult.WHAT)
  })

  it('a host function that throws comes out', () => {
    const host = createHost({
      3: () => {
        throw new Error('no')
      },
    })
    expect(() => run('ecalli 3\ntrap', { host })).toThrow(HostCallError)
  })

  it('options that are wrong are misuse, not a panic', () => {
    expect(() => run('trap', { gas: -1n })).toThrow(RangeError)
    expect(() => run('trap', { args: new Uint8Array(2 ** 24 + 1) })).toThrow(RangeError)
  })
})

describe('constants', () => {
  it('are 134 bytes in 0.7.2 and 122 in 0.8.0', () => {
    expect(encodeConstants('gp-0.7.2')).toHaveLength(134)
    expect(encodeConstants('gp-0.8.0')).toHaveLength(122)
  })
})

describe('jamStub', () => {
  const hello = (text: string): string => `
.format standard
.ro
key: .ascii "key"
value: .ascii "some value"
.rw_size 4096
.stack 4096
.code
${text}
`
  const service = (text: string): Uint8Array => assemble(hello(text), { instructionSet: 'gp-0.7.2' }).bytes

  it('write answers what was there, read gives it back', () => {
    const stub = createJamStub()
    const write = 'load_imm r7, @key\nload_imm r8, 3\nload_imm r9, @value\nload_imm r10, 10\necalli 4\n'
    const bytes = service(`${write}store_u64 [0x30100], r7
${write}store_u64 [0x30108], r7
load_imm r7, -1
load_imm r8, @key
load_imm r9, 3
load_imm r10, 0x30110
load_imm r11, 5
load_imm r12, 3
ecalli 3
store_u64 [0x30118], r7
load_imm r7, 0x30100
load_imm r8, 32
jump_ind r0`)
    const { outcome, result } = invokeProgram(bytes, { engine, gas: 1000n, host: stub.host })
    expect(outcome).toBe('halt')
    const view = new DataView(result.buffer)
    expect([view.getBigUint64(0, true), view.getBigUint64(8, true), view.getBigUint64(24, true)]).toEqual([
      HostResult.NONE,
      10n,
      10n,
    ])
    expect(ascii(result.subarray(16, 19))).toBe('val')
    expect([...stub.storage.keys()]).toEqual(['6b6579'])
  })

  it('what the balance does not cover is FULL and not written', () => {
    const stub = createJamStub({ balance: 100n, gratis: 0n })
    const bytes = service(`load_imm r7, @key
load_imm r8, 3
load_imm r9, @value
load_imm r10, 10
ecalli 4
store_u64 [0x30100], r7
load_imm r7, 0x30100
load_imm r8, 8
jump_ind r0`)
    const { result } = invokeProgram(bytes, { engine, gas: 1000n, host: stub.host })
    expect(new DataView(result.buffer).getBigUint64(0, true)).toBe(HostResult.FULL)
    expect(stub.storage.size).toBe(0)
  })

  it('has no place under profiles without host calls', () => {
    expect(() => createJamStub({ profile: 'polkavm' })).toThrow(RangeError)
    expect(createJamStub({ profile: profile('gp-0.8.0') }).host.entry(1)?.name).toBe('grow_heap')
  })

  it.skipIf(vectors === undefined)(
    'accumulate of the service in trace-001 does what was recorded, to the last gas (skipped without shared vectors)',
    () => {
      const log = readFileSync(join(vectors!, 'traces/trace-001.log'), 'utf8')
      const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'))
      const fetched = [...log.matchAll(/^ecalli=1 .*\nmemwrite \S+ len=\d+ <- 0x([0-9a-f]+)/gm)].map(match =>
        hex(match[1]!),
      )
      expect(fetched).toHaveLength(2)
      const info = hex(/^ecalli=5 .*\nmemwrite \S+ len=96 <- 0x([0-9a-f]+)/m.exec(log)![1]!)
      const octets = new DataView(info.buffer).getBigUint64(64, true)
      const stub = createJamStub({
        slot: 6,
        codeHash: info.slice(0, 32),
        minAccumulateGas: 10n,
        minMemoGas: 10n,
        otherOctets: octets,
        otherItems: 4,
        // The inputs are recorded as one sequence.
        handlers: {
          fetch: vm => answer(vm, vm.regs[10] === 0n ? fetched[0] : fetched[1], { at: 7, offset: 8, length: 9 }),
        },
      })
      const { outcome, gasUsed } = invokeProgram(hex(/^program 0x([0-9a-f]+)/m.exec(log)![1]!), {
        engine,
        gas: 20_000_000n,
        entry: 'accumulate',
        args: Uint8Array.of(6, 0, 3),
        host: stub.host,
      })
      // As recorded: 43 log messages, 20,000,000 - 19,521,320 gas; the 18 writes delete what is not there.
      expect([outcome, gasUsed, stub.logs.length, stub.storage.size]).toEqual(['halt', 478_680n, 43, 0])
    },
  )
})
