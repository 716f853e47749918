// 32-bit programs: what PolkaVM makes of them, on every engine; registers that hosts write; engines against each other.
// test/fixtures/narrow.txt was written by PolkaVM 0.35 (scripts/narrow.mjs --fixture); more programs: scripts/narrow.mjs.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import { disassemble } from '../../src/blob/disassembly.ts'
import { createEngine } from '../../src/engine/create.ts'
import { ENGINE_KINDS } from '../../src/engine/engine.ts'
import { Exit } from '../../src/engine/exit.ts'
import { createTotals, runCampaign } from '../../src/fuzz/campaign.ts'
import { instructionSet } from '../../src/isa/set.ts'
import { callExport } from '../../src/program/call.ts'
import { profile } from '../../src/program/profile.ts'
import { loadProgram } from '../../src/program/program.ts'
import { caseOf, narrowCase, outcomeOf } from './cases.ts'

const RECORDED = readFileSync(join(import.meta.dirname, '../fixtures/narrow.txt'), 'utf8')
  .trimEnd()
  .split('\n')
  .map(line => line.split(' > ') as [string, string])

/** A 32-bit program with an export `f`, which the text is. */
function program(text: string) {
  const source = `.isa latest32\n.format polkavm\n.stack 4096\n.rw\n.zero 4096\n.code\n.import host\n.export f @f\n@f:\n${text}`
  return loadProgram(assemble(source).bytes)
}

describe.each(ENGINE_KINDS)('32-bit programs on %s', kind => {
  it(`${RECORDED.length} programs end as PolkaVM says, with its gas by both models, registers, memory`, () => {
    for (const [line, expected] of RECORDED) expect(outcomeOf(caseOf(line), kind)).toBe(expected)
  })

  const engine = createEngine({ kind })

  it.each([
    ['sieve', 1n],
    ['matmul', 1n],
    ['crc', 2n],
    ['quicksort', 1n],
    ['sha', 20n],
  ])('a C program gives what it gives with 64 bits: %s', (name, n) => {
    const results = ['kernels32', 'kernels64'].map(file => {
      const loaded = loadProgram(readFileSync(join(import.meta.dirname, `../fixtures/polkavm/${file}.polkavm`)))
      using vm = engine.instantiate(loaded, { ...callExport(loaded, name, [n]), gas: 10_000_000n })
      expect(vm.run()).toBe(Exit.Halt)
      return [loaded.bits, BigInt.asUintN(32, vm.regs[7]!)]
    })
    expect(results.map(([bits]) => bits)).toEqual([32, 64])
    expect(results[0]![1]).toBe(results[1]![1])
  })

  /** r7 of f(...args), as a number of 32 bits. */
  const call = (text: string, ...args: bigint[]): bigint => {
    const loaded = program(`${text}\n  jump_ind r0`)
    using vm = engine.instantiate(loaded, { ...callExport(loaded, 'f', args), gas: 10_000n })
    expect(vm.run()).toBe(Exit.Halt)
    expect(vm.regs[7]).toBe(BigInt.asUintN(64, BigInt.asIntN(32, vm.regs[7]!)))
    return BigInt.asUintN(32, vm.regs[7]!)
  }
  const EDGES = [0n, 1n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 0x12345678n, 0xdeadbeefn]
  const s32 = (value: bigint): bigint => BigInt.asIntN(32, value)
  const u32 = (value: bigint): bigint => BigInt.asUintN(32, value)

  it.each<[string, string, (a: bigint, b: bigint) => bigint]>([
    ['products', 'mul_upper_u_u_32 r7, r7, r8', (a, b) => (a * b) >> 32n],
    ['signed products', 'mul_upper_s_s_32 r7, r7, r8', (a, b) => (s32(a) * s32(b)) >> 32n],
    ['mixed products', 'mul_upper_s_u_32 r7, r7, r8', (a, b) => (s32(a) * b) >> 32n],
    ['reversed bytes', 'reverse_bytes_32 r7, r7', a => BigInt(Buffer.from(hex8(a), 'hex').readUInt32LE())],
    ['unsigned compares', 'set_lt_u r7, r7, r8', (a, b) => (a < b ? 1n : 0n)],
    ['signed compares', 'set_lt_s r7, r7, r8', (a, b) => (s32(a) < s32(b) ? 1n : 0n)],
    ['unsigned maxima', 'max_u r7, r7, r8', (a, b) => (a > b ? a : b)],
    ['unsigned quotients', 'div_u_32 r7, r7, r8', (a, b) => (b === 0n ? 2n ** 32n - 1n : a / b)],
    ['shifts', 'shlo_r_32 r7, r7, r8', (a, b) => a >> (b & 31n)],
    ['sums', 'add_32 r7, r7, r8', (a, b) => a + b],
    ['inverted conjunctions', 'and_inv r7, r7, r8', (a, b) => a & ~b],
  ])('%s are those of 32 bits', (_, text, value) => {
    for (const a of EDGES) for (const b of EDGES) expect(call(text, a, b), `${a} ${b}`).toBe(u32(value(a, b)))
  })

  it('addresses are 32 bits, whatever the sign', () => {
    const stack = 0xfffdf000n
    expect(call('store_ind_u32 [r7], r8\nload_ind_i32 r7, [r7]', stack, 0x89abcdefn)).toBe(0x89abcdefn)
    expect(call('load_imm r7, 0x20000\nstore_ind_u8 [r7 - 0], r8\nload_ind_u8 r7, [r7]', 0n, 0x1ffn)).toBe(0xffn)
  })

  it('sbrk takes and gives 32 bits', () => {
    expect(call('sbrk r7, r7', 0n)).toBe(0x21000n)
    expect(call('sbrk r7, r7', 4096n)).toBe(0x22000n)
    expect(call('sbrk r7, r7', 2n ** 32n - 1n)).toBe(0n) // too much; sign-extended it would be no size at all
  })

  it('what a host writes to registers counts modulo 2^32, also between runs', () => {
    const loaded = program('ecalli 0\nset_lt_u r8, r7, r9\njump_ind r0')
    const run = (value: bigint): bigint[] => {
      const host = {
        entry: () => ({ name: 'host', price: 0, call: (vm: { regs: BigUint64Array }) => void (vm.regs[7] = value) }),
      }
      using answered = engine.instantiate(loaded, { ...callExport(loaded, 'f', [0n, 0n, 2n ** 31n]), gas: 100n, host })
      expect(answered.run()).toBe(Exit.Halt)
      using left = engine.instantiate(loaded, { ...callExport(loaded, 'f', [0n, 0n, 2n ** 31n]), gas: 100n })
      expect(left.run()).toBe(Exit.Host)
      left.regs[7] = value
      expect(left.run()).toBe(Exit.Halt)
      expect([...left.regs]).toEqual([...answered.regs])
      return [answered.regs[7]!, answered.regs[8]!]
    }
    expect(run(5n)).toEqual([5n, 1n])
    expect(run(2n ** 32n + 5n)).toEqual([5n, 1n])
    expect(run(0xffffffffn)).toEqual([2n ** 64n - 1n, 0n])
    expect(run(2n ** 63n)).toEqual([0n, 1n])
  })
})

const hex8 = (value: bigint): string => value.toString(16).padStart(8, '0')

describe('32-bit code', () => {
  it('Latest32 has 106 instructions, none of 64 bits', () => {
    const names = instructionSet('latest32')
      .byOpcode.filter(one => one !== undefined)
      .map(({ name }) => name)
    expect(names).toHaveLength(106)
    expect(names.filter(name => /_64|u64/.test(name))).toEqual([])
  })

  it('is assembled and disassembled, version byte and all', () => {
    const { bytes } = assemble(
      '.isa latest32\n.format polkavm\n.stack 4096\n.export f 0\n  reverse_bytes_32 r7, r8\n  jump_ind r0',
    )
    expect(bytes[4]).toBe(1)
    const text = disassemble(loadProgram(bytes))
    expect(text).toContain('.isa latest32')
    expect(assemble(text).bytes).toEqual(bytes)
    expect(() => assemble('.isa latest32\n  add_64 r7, r8, r9')).toThrow(/add_64/)
  })

  it('random programs end the same on every engine, hostile ones with reactions of hosts too', () => {
    const rules = { instructionSet: 'latest32' } as const
    const profiles = [
      profile('polkavm', rules),
      profile('polkavm', { ...rules, gasModel: 'pipeline' }),
      profile('gp-0.7.2', rules),
      profile('gp-0.8.0', { ...rules, hostCalls: 'free' }),
    ]
    const engines = ['reference', 'interpreter', 'recompiler', 'auto'] as const
    const totals = createTotals()
    for (const style of ['close', 'short', 'long'] as const) {
      let cases = 0
      const enough = (): boolean => (cases += 1) > (style === 'long' ? 10 : 60)
      expect(runCampaign({ seed: 'narrow', engines, style, profiles, enough }, totals)).toBeUndefined()
    }
  })

  it('a generated case is the same each time', () => {
    expect(narrowCase('again', 7)).toEqual(narrowCase('again', 7))
  })
})
