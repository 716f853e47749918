// Accumulation of one service (GP B.4): what runs, what it is given, what is collected.
import { describe, expect, it } from 'vitest'
import { blake2b } from '../../../src/hash/blake2b.ts'
import { createServiceHost } from '../../../src/host/service/service-host.ts'
import { accountWith } from './caller.ts'
import {
  accumulating,
  CHAIN,
  ENTROPY,
  HALT_EMPTY,
  run,
  STACK,
  service,
  stateWith,
  transfer,
  YIELD,
} from './services.ts'

describe('accumulate', () => {
  it('of nobody changes nothing, and loses what was sent', () => {
    const state = stateWith({})
    const result = run(state, 7, 1000n, [transfer(7, 50n)])
    expect(result).toMatchObject({ outcome: 'none', gasUsed: 0n, transfers: [], provisions: [] })
    expect([...result.state.accounts.changed]).toEqual([])
  })

  it.each([
    ['no code', { chain: CHAIN }],
    ['code that is too large', { chain: { ...CHAIN, maxServiceCode: 3 } }],
  ])('with %s keeps what was sent', (_, options) => {
    const account = 'maxServiceCode' in options.chain ? accumulating('trap') : accountWith({ balance: 5n })
    const { balance } = account
    const result = createServiceHost({ engine: 'reference', ...options }).accumulate(stateWith({ 7: account }), {
      service: 7,
      slot: 100,
      entropy: ENTROPY,
      gas: 10n,
      inputs: [transfer(7, 50n), transfer(7, 3n)],
    })
    expect([result.outcome, result.gasUsed, result.state.accounts.get(7)!.balance]).toEqual(['none', 0n, balance + 53n])
    expect(account.balance).toBe(balance)
  })

  it('the size of the code does not count its metadata', () => {
    const account = accumulating(HALT_EMPTY, {}, 100)
    const size = account.preimage(account.codeHash)!.length - 101
    const limited = (maxServiceCode: number) =>
      createServiceHost({ engine: 'reference', chain: { ...CHAIN, maxServiceCode } }).accumulate(
        stateWith({ 7: account }),
        {
          service: 7,
          slot: 100,
          entropy: ENTROPY,
          gas: 100n,
          inputs: [],
        },
      ).outcome
    expect([limited(size), limited(size - 1)]).toEqual(['halt', 'none'])
  })

  it('code that is no program panics without gas; what was sent stays', () => {
    const preimage = Uint8Array.of(0, 1, 2, 3)
    const codeHash = blake2b(preimage)
    const account = accountWith({ codeHash, balance: 1n }, { preimages: [[codeHash, preimage]] })
    const result = run(stateWith({ 7: account }), 7, 10n, [transfer(7, 50n)])
    expect([result.outcome, result.gasUsed, result.state.accounts.get(7)!.balance]).toEqual(['panic', 0n, 51n])
  })

  it('its arguments are slot, service and number of inputs', () => {
    // A result of 32 bytes would be a yield; this one has 4.
    const seen: bigint[] = []
    const watching = createServiceHost({
      engine: 'reference',
      chain: CHAIN,
      onCall: (name, vm) => {
        if (name !== 'gas') return
        const bytes = new Uint8Array(4)
        vm.memory.read(0xfeff0000, bytes)
        seen.push(...[...bytes].map(BigInt), vm.regs[8]!)
      },
    })
    const state = stateWith({ 7: accumulating('ecalli 0\ntrap') })
    watching.accumulate(state, { service: 7, slot: 300, entropy: ENTROPY, gas: 100n, inputs: [transfer(7, 1n)] })
    expect(seen).toEqual([0x81n, 0x2cn, 7n, 1n, 4n])
  })

  it('a result of 32 bytes is the yield; another length is not', () => {
    const text = (length: number): string =>
      `${STACK}\n${YIELD}\nload_imm_64 r7, 0xfefde000\nload_imm_64 r7, 0xfefdf000\nload_imm r8, ${length}\nstore_imm_ind_u8 [r7 + 1], 5\njump_ind r0`
    const yielded = new Uint8Array(32)
    yielded[1] = 5
    expect(run(stateWith({ 7: accumulating(text(32)) }), 7).yield).toEqual(yielded)
    for (const length of [31, 33]) {
      expect(run(stateWith({ 7: accumulating(text(length)) }), 7).yield).toEqual(new Uint8Array(32))
    }
    expect(run(stateWith({ 7: accumulating(HALT_EMPTY) }), 7).yield).toBeUndefined()
  })

  it.each([
    ['panic', 'trap', 'panic'],
    ['out of gas', 'fallthrough\n@loop:\njump @loop', 'out-of-gas'],
  ])('%s goes back to the checkpoint, with its yield, transfers and what was credited', (_, end, outcome) => {
    const send = 'load_imm r7, 7\nload_imm r8, 5\nload_imm r9, 2\nload_imm_64 r10, 0xfefdf000\necalli 20'
    const state = stateWith({
      7: accumulating(`${STACK}\n${YIELD}\n${send}\necalli 17\n${send}\n${end}`, { balance: 1000n }),
    })
    const result = run(state, 7, 1000n, [transfer(7, 500n)])
    expect(result.outcome).toBe(outcome)
    expect([result.transfers.length, result.state.accounts.get(7)!.balance]).toEqual([1, 1495n])
    expect(result.yield).toEqual(new Uint8Array(32))
    if (outcome === 'out-of-gas') expect(result.gasUsed).toBe(1000n)
    const none = run(
      stateWith({ 7: accumulating(`${STACK}\n${YIELD}\n${send}\n${end}`, { balance: 1000n }) }),
      7,
      1000n,
      [transfer(7, 500n)],
    )
    expect([none.transfers.length, none.state.accounts.get(7)!.balance, none.yield]).toEqual([0, 1500n, undefined])
  })

  it('the state given is not changed', () => {
    const account = accumulating(
      `${STACK}\nload_imm r7, 7\nload_imm r8, 5\nload_imm r9, 2\nload_imm_64 r10, 0xfefdf000\necalli 20\n${HALT_EMPTY}`,
    )
    const state = stateWith({ 7: account })
    const first = run(state, 7)
    const second = run(state, 7)
    expect(first.state.accounts.get(7)!.balance).toBe(second.state.accounts.get(7)!.balance)
    expect([account.balance, [...state.accounts.changed]]).toEqual([1_000_000n, []])
  })

  it('refine of the same code is not entered', () => {
    expect(run(stateWith({ 7: service('trap') }), 7).outcome).toBe('panic')
  })
})
