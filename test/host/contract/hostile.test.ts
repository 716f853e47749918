// Contracts that mean harm, written in assembly: every imported function with numbers that fit nowhere, flags that do not exist,
// limits of gas, calls of themselves. Whatever they do is a value, and the same on every engine.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { assemble } from '../../../src/blob/assembly.ts'
import { createEngine } from '../../../src/engine/create.ts'
import { ENGINE_KINDS, type EngineKind } from '../../../src/engine/engine.ts'
import { Exit } from '../../../src/engine/exit.ts'
import {
  CONTRACT_CALLS,
  type ContractCallName,
  type ContractResult,
  createContractChain,
  type Hex,
} from '../../../src/host/contract/index.ts'
import { loadProgram } from '../../../src/program/program.ts'
import { hex } from './abi.ts'

const DATA = 0x20000 // read-write, a page: no read-only data
const NAMES = Object.keys(CONTRACT_CALLS) as ContractCallName[]

/** A contract whose `call` is this text, and whose `deploy` returns. Names may be used as imports. */
function contract(text: string, imports: readonly string[] = NAMES): Uint8Array {
  return assemble(`
.isa revive-v1
.format polkavm
.stack 4096
.rw
  .zero 4096
.code
${imports.map(name => `.import ${name}`).join('\n')}
.export call @main
.export deploy @made
@made:
  jump_ind r0
@main:
${text}
  jump_ind r0
`).bytes
}

const set = (register: number, value: bigint | number): string => `  load_imm_64 r${register}, ${value}`
const ecalli = (name: ContractCallName, ...args: (bigint | number)[]): string =>
  [...args.map((value, i) => set(7 + i, value)), `  ecalli ${name}`].join('\n')
/** Puts a word of memory. */
const put = (address: number, value: bigint | number): string => `${set(2, value)}\n  store_u64 [${address}], r2`
/** Returns the register and stops. */
const give = (register: number): string =>
  `  store_u64 [${DATA + 0x800}], r${register}\n${ecalli('seal_return', 0, DATA + 0x800, 8)}`
const pair = (high: number, low: number): bigint => (BigInt(high) << 32n) | BigInt(low)

function run(
  engine: EngineKind,
  program: string | Uint8Array,
  options: { gas?: bigint; readOnly?: boolean } = {},
): ContractResult {
  const chain = createContractChain({ engine })
  const { address, failure } = chain.deploy(typeof program === 'string' ? contract(program) : program)
  expect(failure?.message).toBeUndefined()
  return chain.call(address, { data: '0x01020304', gas: 1_000_000n, ...options })
}

/** What differs from engine to engine if something is wrong. */
const summary = ({ outcome, output, gasUsed, failure, events }: ContractResult): unknown => ({
  outcome,
  output: hex(output),
  gasUsed,
  failure: failure?.message,
  events: events.map(event => JSON.stringify({ ...event, data: hex(event.data) })),
})

const BAD = [
  0n,
  1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 63n - 1n,
  2n ** 64n - 1n,
  BigInt(DATA),
  pair(DATA, DATA),
  pair(31, DATA),
]

describe('imported functions with numbers that fit nowhere', () => {
  it.each(NAMES)('%s: a value on every engine, the same one', name => {
    const outcomes = new Set<string>()
    for (const first of BAD) {
      for (const rest of BAD) {
        const text = `${ecalli(name, first, rest, rest, first, rest, first)}\n${give(7)}`
        const program = contract(text, [...new Set([name, 'seal_return'])])
        const [reference, ...others] = ENGINE_KINDS.map(engine => summary(run(engine, program)))
        for (const other of others) expect(other, `${first} ${rest}`).toEqual(reference)
        outcomes.add((reference as { outcome: string }).outcome)
      }
    }
    expect(outcomes.has('returned') || outcomes.has('failed') || outcomes.has('reverted')).toBe(true)
    expect(outcomes.size).toBeGreaterThan(0)
  })
})

describe.each(ENGINE_KINDS)('rules on %s', engine => {
  const code = (text: string, options = {}): string | undefined => run(engine, text, options).failure?.code
  const result = (text: string): bigint => {
    const { output, failure } = run(engine, `${text}\n${give(7)}`)
    expect(failure?.message).toBeUndefined()
    return Buffer.from(output).readBigUInt64LE()
  }
  const MAX = 2n ** 64n - 1n
  const SENTINEL = 0xffffffff

  it('seal_return: unknown flags, too much, memory that is not there', () => {
    expect(code(ecalli('seal_return', 2, DATA, 0))).toBe('invalid-call-flags')
    expect(code(ecalli('seal_return', 0, DATA, 128 * 1024 + 1))).toBe('return-data-too-large')
    expect(code(ecalli('seal_return', 0, DATA + 4090, 8))).toBe('out-of-bounds')
    expect(run(engine, ecalli('seal_return', 1, DATA, 0)).outcome).toBe('reverted')
    expect(run(engine, '').outcome).toBe('returned') // returning without it is success without data
  })

  it('storage: old lengths, fixed keys are not those of variable length, limits', () => {
    expect(result(ecalli('set_storage', 0, DATA, 32, DATA, 5))).toBe(BigInt(SENTINEL))
    const twice = ecalli('set_storage', 0, DATA, 32, DATA, 5)
    expect(result(`${twice}\n${twice}`)).toBe(5n)
    expect(result(`${twice}\n${ecalli('contains_storage', 0, DATA, SENTINEL)}`)).toBe(BigInt(SENTINEL))
    expect(result(`${twice}\n${ecalli('clear_storage', 0, DATA, 32)}`)).toBe(5n)
    expect(result(`${twice}\n${ecalli('contains_storage', 1, DATA, 32)}`)).toBe(BigInt(SENTINEL)) // not transient
    expect(result(`${put(DATA + 64, 3)}\n${twice}\n${ecalli('take_storage', 0, DATA, 32, DATA, DATA + 64)}`)).toBe(0n)
    expect(result(`${put(DATA + 64, 3)}\n${ecalli('get_storage', 0, DATA, 32, DATA, DATA + 64)}`)).toBe(3n) // no such key
    expect(code(ecalli('set_storage', 0, DATA, 129, DATA, 5))).toBe('decoding-failed')
    expect(code(ecalli('set_storage', 0, DATA, 32, DATA, 417))).toBe('value-too-large')
    expect(code(ecalli('set_storage', 2, DATA, 32, DATA, 1))).toBe('invalid-storage-flags')
    expect(code(ecalli('set_storage', 0, DATA, 32, DATA, 1), { readOnly: true })).toBe('state-change-denied')
    expect(code(ecalli('deposit_event', DATA, 5, DATA, 0))).toBe('too-many-topics')
    expect(code(ecalli('set_immutable_data', DATA, 32))).toBe('immutable-access')
    expect(code(ecalli('get_immutable_data', DATA, DATA))).toBe('immutable-access')
    // Zeros are no value for the functions that count as Ethereum does.
    expect(result(`${twice}\n${ecalli('set_storage_or_clear', 0, DATA, DATA)}`)).toBe(BigInt(SENTINEL))
  })

  it('call data: parts, zeros behind, gone once it was handed on', () => {
    expect(result(`${ecalli('call_data_copy', DATA, 8, 2)}\n  load_u64 r7, [${DATA}]`)).toBe(0x0403n)
    expect(result(`${ecalli('call_data_copy', DATA, 8, SENTINEL)}\n  load_u64 r7, [${DATA}]`)).toBe(0n)
    expect(code(ecalli('call_data_copy', DATA, 8192, 0))).toBe('out-of-bounds')
    // A call of nobody (address 0…0) with the input handed on.
    const forward = ecalli('call', pair(1, DATA), MAX, MAX, pair(DATA, DATA), pair(0, DATA), pair(DATA, SENTINEL))
    expect(code(`${forward}\n${ecalli('call_data_load', DATA, 0)}`)).toBe('input-forwarded')
    expect(result(`${forward}\n${ecalli('call_data_size')}`)).toBe(0n)
    const clone = ecalli('call', pair(2, DATA), MAX, MAX, pair(DATA, DATA), pair(0, DATA), pair(DATA, SENTINEL))
    expect(result(`${clone}\n${ecalli('call_data_size')}`)).toBe(4n)
  })

  it('calls: flags, values that are not there, itself without the flag, tail calls', () => {
    const call = (flags: number, more = pair(DATA, DATA + 32)): string =>
      ecalli('call', pair(flags, DATA), MAX, MAX, more, pair(0, DATA), pair(DATA, SENTINEL))
    expect(code(call(32))).toBe('invalid-call-flags')
    expect(code(ecalli('delegate_call', pair(8, DATA), MAX, MAX, DATA, pair(0, DATA), pair(DATA, SENTINEL)))).toBe(
      'invalid-call-flags',
    )
    expect(result(`${put(DATA + 32, 1)}\n${call(0)}`)).toBe(4n) // transfer failed
    expect(code(`${put(DATA + 32, 1)}\n${call(16)}`)).toBe('state-change-denied')
    const itself = `${ecalli('address', DATA)}\n`
    expect(code(`${itself}${call(0)}`)).toBe('reentrance-denied')
    expect(code(`${itself}${ecalli('terminate', DATA)}`)).toBeUndefined()
    expect(run(engine, `${call(4)}\n  trap`).outcome).toBe('returned') // nothing behind a tail call runs
    expect(code('  trap')).toBe('contract-trapped')
    expect(code('  ecalli 4000')).toBe('no-such-call')
    expect(code(ecalli('consume_all_gas'))).toBe('out-of-gas')
    expect(code(ecalli('instantiate', MAX, MAX, pair(DATA, DATA), pair(31, DATA), 0, 0))).toBe('out-of-bounds')
    expect(
      code(ecalli('instantiate', MAX, MAX, pair(DATA, DATA), pair(32, DATA), pair(DATA, DATA), pair(DATA, SENTINEL))),
    ).toBe('code-not-found')
  })

  it('a callee gets the gas it was given and no more, and the caller goes on', () => {
    const chain = createContractChain({ engine })
    const spin = chain.deploy(contract('@loop:\n  jump @loop')).address
    const words = Buffer.from(spin.slice(2), 'hex')
    const address = [0, 8, 16].map(at => {
      const part = Buffer.alloc(8)
      words.copy(part, 0, at, Math.min(at + 8, 20))
      return put(DATA + at, part.readBigUInt64LE())
    })
    const text = `${address.join('\n')}
${ecalli('call', pair(0, DATA), 5000, 0, pair(DATA, DATA + 32), pair(0, DATA), pair(DATA + 64, DATA + 72))}
${give(7)}`
    const { address: caller } = chain.deploy(contract(text))
    const { output, gasUsed } = chain.call(caller, { gas: 100_000n })
    expect(Buffer.from(output).readBigUInt64LE()).toBe(5n) // out of resources
    expect(gasUsed).toBeGreaterThan(5000n)
    expect(gasUsed).toBeLessThan(5200n)
  })

  it('a call whose time is over goes on where it was, also inside a callee', () => {
    const chain = createContractChain({ engine })
    const count = `${set(2, 400_000)}
  fallthrough
@loop:
  add_imm_64 r2, r2, -1
  branch_ne_imm r2, 0, @loop
${ecalli('set_storage', 0, DATA, 32, DATA, 1)}`
    const slow = chain.deploy(contract(`${count}\n${give(7)}`)).address
    const words = Buffer.concat([Buffer.from(slow.slice(2), 'hex'), Buffer.alloc(4)])
    const puts = [0, 8, 16].map(at => put(DATA + at, words.readBigUInt64LE(at)))
    const text = `${puts.join('\n')}
${ecalli('call', pair(0, DATA), MAX, MAX, pair(DATA, DATA + 32), pair(0, DATA), pair(DATA + 64, SENTINEL))}
${give(7)}`
    const { address } = chain.deploy(contract(text))
    const whole = chain.call(address, { gas: 10n ** 9n })
    expect(whole.outcome).toBe('returned')
    const prepared = chain.prepareCall(address, { gas: 10n ** 9n })
    expect(() => chain.call(address)).toThrow(TypeError) // one at a time
    const vm = createEngine({ kind: engine }).instantiate(loadProgram(contract(text)), prepared.start)
    let [exit, pauses]: [Exit, number] = [Exit.Paused, -1]
    while (exit === Exit.Paused) {
      exit = vm.run({ maxMs: 0.2 })
      pauses += 1
    }
    const { outcome, output, gasUsed } = prepared.finish(vm, exit)
    expect({ outcome, gasUsed, output: hex(output) }).toMatchObject({ outcome: 'returned', gasUsed: whole.gasUsed })
    if (engine === 'reference') expect(pauses).toBeGreaterThan(0)
    expect(Buffer.from(output).readBigUInt64LE()).toBe(0n)
  })
})

it('docs/contracts.md has every function of the interface', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/contracts.md'), 'utf8')
  expect(NAMES.filter(name => !page.includes(`\`${name}\``))).toEqual([])
})

describe('misuse', () => {
  const chain = createContractChain()

  it.each<[string, () => unknown, typeof RangeError | typeof TypeError]>([
    ['an option that does not exist', () => createContractChain({ motor: 'auto' } as never), RangeError],
    ['an option of the block', () => createContractChain({ block: { height: 1n } as never }), RangeError],
    ['a block number below 0', () => createContractChain({ block: { number: -1n } }), RangeError],
    [
      'an engine that does not exist',
      () => createContractChain({ engine: 'steam' as never }).deploy(contract('')),
      RangeError,
    ],
    ['a precompile that is no function', () => createContractChain({ precompiles: { '0x00': 1 as never } }), TypeError],
    ['a handler that is no function', () => createContractChain({ handlers: { now: 1 as never } }), TypeError],
    ['a price below 0', () => createContractChain({ prices: { now: -1 } }), RangeError],
    ['a price that is half a gas', () => createContractChain({ prices: { now: 0.5 } }), RangeError],
    ['an address of 19 bytes', () => chain.call(`0x${'11'.repeat(19)}`), RangeError],
    ['an address without contract', () => chain.call(`0x${'11'.repeat(20)}`), RangeError],
    ['hex with a letter too many', () => chain.setBalance('0x1' as Hex, 1n), RangeError],
    ['a balance of 2^256', () => chain.setBalance(`0x${'11'.repeat(20)}`, 2n ** 256n), RangeError],
    ['a value that is a number', () => chain.deploy(contract(''), { value: 1 as never }), TypeError],
    ['a salt of 31 bytes', () => chain.deploy(contract(''), { salt: new Uint8Array(31) }), RangeError],
    ['code without exports', () => chain.upload(assemble('.format polkavm\n.version 0\n  trap').bytes), RangeError],
  ])('%s is refused by name', (_, use, kind) => {
    expect(use).toThrow(kind)
    expect(chain.deploy(contract('')).outcome).toBe('returned') // and the chain still works
  })

  it('bytes that are no contract are a BlobError', () => {
    expect(() => chain.upload(Uint8Array.of(1, 2, 3))).toThrow(/BlobError|bad-magic|magic/)
  })

  it('a value that the caller does not have fails before the contract runs', () => {
    const { outcome, failure, gasUsed } = chain.deploy(contract(''), { value: 1n })
    expect([outcome, failure?.code, gasUsed]).toEqual(['failed', 'transfer-failed', 0n])
    expect(chain.account(`0x${'11'.repeat(20)}`)?.balance ?? 0n).toBe(0n)
  })
})
