// What lies at the edges of the service host: ids, lengths and gas beyond what a state or a machine can hold, accounts that come
// and go, lists as long as a guest likes.
import { describe, expect, it } from 'vitest'
import { blake2b } from '../../../src/hash/blake2b.ts'
import { HostResult } from '../../../src/host/results.ts'
import { Account } from '../../../src/host/service/account.ts'
import { Accounts } from '../../../src/host/service/accounts.ts'
import { encodeRecord } from '../../../src/host/service/encoding.ts'
import { plainPackage } from '../../../src/host/service/package.ts'
import { createServiceHost } from '../../../src/host/service/service-host.ts'
import {
  accountsOf,
  componentKey,
  preimageKey,
  recordKey,
  requestKey,
  serviceOfKey,
  storageKey,
} from '../../../src/host/service/state-key.ts'
import { accountWith, call, hashOf, MAX, READ, SELF, scene, WRITE } from './caller.ts'
import { accumulating, CHAIN, ENTROPY, HALT_EMPTY, host, report, run, STACK, stateWith, transfer } from './services.ts'

const LAST = 2 ** 32 - 1

describe('keys of the state', () => {
  it.each([0, 7, 255, 256, 511, 65_535, 0x12ff, 2 ** 31, LAST - 255, LAST])('of service %i are its own', service => {
    const bytes = Array.from({ length: 50 }, (_, k) => Uint8Array.of(k, 1))
    const keys = [
      recordKey(service),
      ...bytes.map(key => storageKey(service, key)),
      ...bytes.map(key => preimageKey(service, blake2b(key))),
      ...bytes.map((key, k) => requestKey(service, blake2b(key), k)),
    ]
    expect(new Set(keys.map(serviceOfKey))).toEqual(new Set([service]))
  })

  it('of components are nobody’s', () => {
    for (let index = 1; index < 255; index++) expect(serviceOfKey(componentKey(index))).toBeUndefined()
  })

  it('an id that nobody has is looked for each time, and not kept', () => {
    const asked: number[] = []
    const record = { ...accountWith(), codeHash: hashOf(1) }
    const accounts = accountsOf({
      get: key => {
        asked.push(serviceOfKey(key)!)
        return serviceOfKey(key) === 7 ? encodeRecord(record) : undefined
      },
    })
    const first = accounts.get(7)
    expect(first).toBeInstanceOf(Account)
    expect([accounts.get(7), accounts.get(8), accounts.get(8)]).toEqual([first, undefined, undefined])
    expect(asked).toEqual([7, 8, 8])
  })
})

describe('ids beyond 32 bits are nobody', () => {
  it.each([2n ** 32n, 2n ** 32n + 9n, 2n ** 63n, MAX - 1n, MAX])('%i', id => {
    // A state that has an account under whatever number it is asked for: who asks for another one than there can be is wrong.
    const asked = new Set<number>()
    const any = accountWith({ codeHash: Uint8Array.of(SELF, ...new Uint8Array(31)) })
    const at = scene()
    at.context.x.accounts = new Accounts({
      get: number => {
        asked.add(number)
        return any
      },
    })
    const bytes = new Uint8Array(128)
    expect(call(at, 'transfer', { regs: { 7: id, 9: 100, 10: READ }, bytes }).r7).toBe(HostResult.WHO)
    expect(call(at, 'eject', { regs: { 7: id, 8: READ }, bytes }).r7).toBe(HostResult.WHO)
    if (id !== MAX) {
      expect(call(at, 'info', { regs: { 7: id, 8: WRITE, 10: 96 }, bytes }).r7).toBe(HostResult.NONE)
      expect(call(at, 'provide', { regs: { 7: id, 8: READ, 9: 3 }, bytes }).r7).toBe(HostResult.WHO)
    }
    expect([...asked].filter(number => number !== SELF)).toEqual([])
  })
})

describe('requests', () => {
  const rich = { balance: MAX, gratis: MAX }

  it.each([2n ** 32n, 2n ** 32n + 5n, 2n ** 33n - 1n, 2n ** 53n, 2n ** 63n, MAX])(
    'of %i octets are FULL however rich the service is: no state has a key for them',
    length => {
      const at = scene(accountWith(rich))
      expect(call(at, 'solicit', { regs: { 7: READ, 8: length }, bytes: hashOf(3) }).r7).toBe(HostResult.FULL)
      expect([[...at.context.own.changes], at.context.own.items]).toEqual([[], 0])
    },
  )

  it('of 2^32 - 1 octets are made by who can pay', () => {
    const at = scene(accountWith({ balance: 2n ** 33n }))
    const asking = { regs: { 7: READ, 8: LAST }, bytes: hashOf(3) }
    expect(call(at, 'solicit', asking).r7).toBe(HostResult.OK)
    expect(at.context.own.octets).toBe(81n + 2n ** 32n - 1n)
    expect(call(at, 'forget', asking).r7).toBe(HostResult.OK)
    expect([at.context.own.octets, at.context.own.items]).toEqual([0n, 0])
  })
})

describe('gas of 64 bits', () => {
  const gas =
    'ecalli 0\nload_imm_64 r1, 0xfefdf000\nstore_ind_u64 [r1 + 0], r7\nmove_reg r7, r1\nload_imm r8, 8\njump_ind r0'

  it.each([2n ** 63n - 1n, 2n ** 63n, MAX])('of %i: accumulate', limit => {
    const result = run(stateWith({ 7: accumulating(`${STACK}\n${HALT_EMPTY}`) }), 7, limit)
    expect([result.outcome, result.gasUsed < 100n]).toEqual(['halt', true])
  })

  it('that a service gets in every block does not stop the host', () => {
    const state = stateWith({ 7: accumulating(`${STACK}\n${gas}`) }, { always: new Map([[7, MAX]]) })
    const result = host.accumulateBlock(state, { slot: 100, entropy: ENTROPY, reports: [report(1, [[7, 100n]])] })
    expect(result.statistics.get(7)!.gasUsed).toBeLessThan(100n)
    expect(result.state.accounts.get(7)!.lastAccumulation).toBe(100)
  })

  it.each([2n ** 63n, MAX])('of %i: refine', refineGas => {
    const account = accumulating('trap')
    const store = account.preimage(account.codeHash)!
    const available = accountWith(
      { codeHash: account.codeHash },
      { preimages: [[account.codeHash, store]], requests: [[account.codeHash, store.length, [0]]] },
    )
    const work = plainPackage([{ service: 7, codeHash: account.codeHash, refineGas }], 50)
    const accounts = new Accounts(new Map([[7, available]]))
    const trace = new Uint8Array(0)
    expect(host.refine({ accounts, core: 0, package: work, item: 0, trace }).result).toBe('panic')
  })
})

/** The caller makes itself the registrar, then creates the account `id`, and goes on. */
const create = (self: number, id: number): string => `${STACK}
  load_imm_64 r1, 0xfefdf000
  load_imm r7, ${self}
  move_reg r8, r1
  load_imm r9, ${self}
  load_imm r10, ${self}
  load_imm r12, 0
  ecalli 14
  load_imm_64 r7, 0xfefdf000
  load_imm r8, 4
  load_imm r9, 0
  load_imm r10, 0
  load_imm r11, 0
  load_imm r12, ${id}
  ecalli 18
  ${HALT_EMPTY}`
const eject = (id: number): string =>
  `${STACK}\nload_imm r7, ${id}\nload_imm_64 r8, 0xfefdf000\necalli 21\n${HALT_EMPTY}`

describe('accounts that come and go', () => {
  it('an id that two services of a round create makes the block invalid, and that is said', () => {
    // Under 0.7.2 anybody may name itself the registrar: it counts within its own accumulation.
    const accounts = { 5: accumulating(create(5, 33)), 6: accumulating(create(6, 33)), 8: accumulating(create(8, 34)) }
    const block = (services: readonly number[]) =>
      host.accumulateBlock(stateWith(accounts), {
        slot: 100,
        entropy: ENTROPY,
        reports: [
          report(
            1,
            services.map(id => [id, 1000n] as const),
          ),
        ],
      })
    expect(block([5, 8]).collisions).toEqual([])
    expect(block([5, 8]).state.accounts.get(33)!.parent).toBe(5)
    expect(block([5, 6, 8]).collisions).toEqual([33])
  })

  it('an account that is created where one was removed is new: nothing of the old one is its own', () => {
    const victim = accountWith(
      { codeHash: Uint8Array.of(5, ...new Uint8Array(31)), balance: 500n },
      { requests: [[hashOf(0), 50, [1, 2]]], preimages: [[hashOf(0), new Uint8Array(50)]] },
    )
    const first = stateWith({ 5: accumulating(eject(33)), 6: accumulating(create(6, 33)), 33: victim })
    const at = (state: typeof first, slot: number, id: number) =>
      host.accumulateBlock(state, { slot, entropy: ENTROPY, reports: [report(slot, [[id, 1000n]])] }).state
    const gone = at(first, 100, 5)
    expect([gone.accounts.get(33), new Map(gone.accounts.changed).has(33)]).toEqual([undefined, true])
    const again = at(gone, 101, 6).accounts.get(33)!
    expect([again.isNew, again.preimage(hashOf(0)), again.request(hashOf(0), 50), again.parent]).toEqual([
      true,
      undefined,
      undefined,
      6,
    ])
    expect([victim.isNew, first.accounts.get(5)!.isNew]).toEqual([false, false])
  })

  it('the results of a round are as they came, whatever the round makes of them', () => {
    const data = new Uint8Array(3)
    const provide = `${STACK}
      load_imm r7, 6
      load_imm_64 r8, 0xfefdf000
      load_imm r9, 3
      ecalli 26
      ${HALT_EMPTY}`
    const store = accumulating(HALT_EMPTY)
    const code = store.preimage(store.codeHash)!
    const receiver = accountWith(
      { codeHash: store.codeHash },
      { preimages: [[store.codeHash, code]], requests: [[blake2b(data), 3, []]] },
    )
    const state = stateWith({ 5: accumulating(provide), 6: receiver })
    const reports = [
      report(1, [
        [5, 1000n],
        [6, 1000n],
      ]),
    ]
    const request = { slot: 100, entropy: ENTROPY, transfers: [transfer(6, 1n)], reports, free: new Map() }
    const round = host.accumulateRound(state, request)
    expect(round.state.accounts.get(6)!.request(blake2b(data), 3)).toEqual([100])
    expect(round.results.get(6)!.state.accounts.get(6)!.request(blake2b(data), 3)).toEqual([])
    expect(receiver.request(blake2b(data), 3)).toEqual([])
  })
})

describe('lists', () => {
  it('a hash that a service yields in two rounds is one', () => {
    // It yields 32 zero bytes, keeps that, and sends itself a transfer; in its second round it has no gas for another one.
    const text = `${STACK}
      load_imm_64 r7, 0xfefdf000
      ecalli 25
      ecalli 17
      load_imm r7, 5
      load_imm r8, 0
      load_imm r9, 200
      load_imm_64 r10, 0xfefdf000
      ecalli 20
      ${HALT_EMPTY}`
    const { yields, processed } = host.accumulateSequence(stateWith({ 5: accumulating(text) }), {
      slot: 100,
      entropy: ENTROPY,
      transfers: [],
      reports: [report(1, [[5, 400n]])],
      free: new Map(),
      gas: 1000n,
    })
    expect(processed.length).toBeGreaterThan(0)
    expect(yields).toEqual([{ service: 5, hash: new Uint8Array(32) }])
  })

  it('a quarter of a million transfers go through the rounds of a block', () => {
    const count = 250_000
    const text = `${STACK}
      load_imm_64 r10, 0xfefdf000
      load_imm r5, ${count}
      fallthrough
      @next:
      load_imm r7, 9
      load_imm r8, 1
      load_imm r9, 0
      ecalli 20
      add_imm_64 r5, r5, -1
      branch_ne_imm r5, 0, @next
      ${HALT_EMPTY}`
    const fast = createServiceHost({ engine: 'interpreter', chain: CHAIN })
    const state = stateWith({
      5: accumulating(text, { balance: 10n ** 9n }),
      9: accountWith({ minMemoGas: 0n, balance: 0n }),
    })
    const reports = [report(1, [[5, 9_000_000n]])]
    const begun = process.cpuUsage()
    const result = fast.accumulateBlock(state, { slot: 100, entropy: ENTROPY, reports })
    const { user, system } = process.cpuUsage(begun)
    expect(result.state.accounts.get(9)!.balance).toBe(BigInt(count))
    expect((user + system) / 1e6).toBeLessThan(30) // 1 s
  })

  it('provisions cost the same, however many there are', () => {
    const count = 20_000
    const at = scene(accountWith({ balance: 10n ** 15n }))
    const data = Array.from({ length: count }, (_, k) => Uint8Array.of(k, k >> 8, k >> 16))
    for (const bytes of data) at.context.edited.setRequest(blake2b(bytes), 3, [])
    const begun = process.cpuUsage()
    for (const bytes of data) {
      at.context.x.provisions.set(`${SELF}:${String.fromCharCode(...blake2b(bytes))}`, {
        service: SELF,
        data: bytes,
        hash: blake2b(bytes),
      })
      at.context.checkpoint()
    }
    const { user, system } = process.cpuUsage(begun)
    expect(call(at, 'provide', { regs: { 7: MAX, 8: READ, 9: 3 }, bytes: data[count - 1]! }).r7).toBe(HostResult.HUH)
    expect(at.context.y.provisions.entries().size).toBe(count)
    expect((user + system) / 1e6).toBeLessThan(10) // 0.1 s
  })
})
