// Accumulation of a round and of a block (GP 12): what is merged, queued and counted. Real services are in the recorded blocks.
import { describe, expect, it } from 'vitest'
import { blake2b } from '../../../src/hash/blake2b.ts'
import type { Account } from '../../../src/host/service/account.ts'
import type { BlockState } from '../../../src/host/service/block.ts'
import { accumulatable, type ReadyEntry } from '../../../src/host/service/ready-queue.ts'
import type { WorkReport } from '../../../src/host/service/round.ts'
import { createServiceHost } from '../../../src/host/service/service-host.ts'
import type { ServiceState } from '../../../src/host/service/state.ts'
import { accountWith, hashOf } from './caller.ts'
import {
  accumulating,
  CHAIN,
  ENTROPY,
  HALT_EMPTY,
  host,
  host080,
  report,
  STACK,
  stateWith,
  transfer,
  YIELD,
} from './services.ts'

function round(state: ServiceState, change: Partial<Parameters<typeof host.accumulateRound>[1]>, of = host) {
  const none = { slot: 100, entropy: ENTROPY, transfers: [], reports: [], free: new Map<number, bigint>() }
  return of.accumulateRound(state, { ...none, ...change })
}

/** bless(manager r7…) with everything from the arguments of the test. */
const bless = (manager: number, assigner: number, delegator: number, registrar: number): string => `${STACK}
  load_imm_64 r1, 0xfefdf000
  store_imm_ind_u32 [r1 + 0], ${assigner}
  store_imm_ind_u32 [r1 + 4], ${assigner}
  load_imm r7, ${manager}
  move_reg r8, r1
  load_imm r9, ${delegator}
  load_imm r10, ${registrar}
  load_imm r12, 0
  ecalli 14
  ${HALT_EMPTY}`

describe('a round', () => {
  it('runs those with digests, free gas and transfers, each once, ascending, with all their gas', () => {
    const accounts = {
      5: accumulating('@l:\njump @l'),
      6: accumulating('@l:\njump @l'),
      300: accumulating('@l:\njump @l'),
    }
    const { gasUsed } = round(stateWith(accounts), {
      reports: [
        report(1, [
          [300, 10n],
          [5, 20n],
          [5, 3n],
        ]),
        report(2, [[5, 100n]]),
      ],
      transfers: [transfer(5, 1n, 1000n), transfer(300, 1n, 7n)],
      free: new Map([
        [6, 50n],
        [5, 10_000n],
      ]),
    })
    expect(gasUsed).toEqual([
      [5, 11_123n],
      [6, 50n],
      [300, 17n],
    ])
  })

  it('inputs are the transfers, then the digests in order of reports', () => {
    const kinds: number[] = []
    const watching = createServiceHost({
      engine: 'reference',
      chain: CHAIN,
      onCall: (name, vm) => {
        if (name !== 'fetch') return
        const byte = new Uint8Array(2)
        vm.memory.read(0xfefdf000, byte)
        kinds.push(byte[0] === 1 ? -1 : byte[1]!)
      },
    })
    const fetch = (k: number): string =>
      `load_imm_64 r7, 0xfefdf000\nload_imm r8, 0\nload_imm r9, 2\nload_imm r10, 15\nload_imm r11, ${k}\necalli 1`
    const account = accumulating(`${STACK}\n${[0, 1, 2].map(fetch).join('\n')}\n${HALT_EMPTY}`)
    round(
      stateWith({ 5: account }),
      { reports: [report(8, [[5, 500n]]), report(4, [[5, 500n]])], transfers: [transfer(5, 1n)] },
      watching,
    )
    expect(kinds).toEqual([-1, 8, 4])
  })

  it('services do not see each other; one that is removed is gone, its own changes too', () => {
    const ejector = new Uint8Array(32)
    ejector[0] = 5
    const victim = accountWith({ codeHash: ejector, balance: 77n }, { requests: [[hashOf(0), 50, [1, 2]]] })
    const eject = `${STACK}\nload_imm r7, 9\nload_imm_64 r8, 0xfefdf000\necalli 21\n${HALT_EMPTY}`
    const state = stateWith({ 5: accumulating(eject, { balance: 1000n }), 9: victim })
    const after = round(state, { reports: [report(1, [[5, 500n]])], transfers: [transfer(9, 3n)] }).state
    expect(after.accounts.get(9)).toBeUndefined()
    expect(after.accounts.get(5)!.balance).toBe(1077n)
  })

  it.each([
    ['the manager decides', 5, { manager: 11, delegator: 12, registrar: 13, assigners: [14, 14] }],
    ['another one does not', 6, { manager: 5, delegator: 2, registrar: 3, assigners: [4, 4] }],
  ])('privileges: %s', (_, who, expected) => {
    const accounts = { 5: accumulating('trap'), 6: accumulating('trap'), [who]: accumulating(bless(11, 14, 12, 13)) }
    const state = stateWith(accounts, { manager: 5, delegator: 2, registrar: 3, assigners: [4, 4] })
    expect(
      round(state, {
        free: new Map([
          [5, 500n],
          [6, 500n],
        ]),
      }).state,
    ).toMatchObject(expected)
  })

  it('a holder hands over what it holds, unless the manager changes it as well', () => {
    const holder = accumulating(bless(99, 24, 22, 23))
    const state = stateWith(
      { 5: accumulating('trap'), 6: holder },
      { manager: 5, delegator: 6, registrar: 6, assigners: [4, 6] },
    )
    const free = new Map([
      [5, 500n],
      [6, 500n],
    ])
    expect(round(state, { free }).state).toMatchObject({ manager: 5, delegator: 22, registrar: 23, assigners: [4, 24] })
    const both = stateWith(
      { 5: accumulating(bless(11, 14, 12, 13)), 6: holder },
      { manager: 5, delegator: 6, registrar: 6, assigners: [4, 6] },
    )
    expect(round(both, { free }).state).toMatchObject({
      manager: 11,
      delegator: 12,
      registrar: 13,
      assigners: [14, 14],
    })
  })

  it('staging comes from the old delegator, queues from the old assigner of each core', () => {
    const designate = `${STACK}\nload_imm_64 r7, 0xfefdf000\necalli 16`
    const assign = `load_imm r7, 1\nload_imm_64 r8, 0xfefdf000\nload_imm r9, 33\necalli 15\n${HALT_EMPTY}`
    const state = stateWith({ 6: accumulating(`${designate}\n${assign}`) }, { delegator: 6, assigners: [4, 6] })
    const dirty = { ...state, authQueues: [hashOf(1), hashOf(1)] }
    const after = round(dirty, { free: new Map([[6, 500n]]) }).state
    expect([after.staging.length, after.authQueues[0], after.authQueues[1]!.length, after.assigners]).toEqual([
      2016,
      hashOf(1),
      2560,
      [4, 33],
    ])
  })

  it('provisions come in at the end, where the request is still open', () => {
    const data = new Uint8Array(3)
    const hash = blake2b(data)
    const provide = `${STACK}\nload_imm r7, 9\nload_imm_64 r8, 0xfefdf000\nload_imm r9, 3\necalli 26\n${HALT_EMPTY}`
    const wanting = (slots: readonly number[]): Account => accountWith({}, { requests: [[hash, 3, slots]] })
    const free = new Map([
      [5, 500n],
      [6, 500n],
    ])
    const state = stateWith({ 5: accumulating(provide), 6: accumulating(provide), 9: wanting([]) })
    const got = round(state, { free }).state.accounts.get(9)!
    expect([got.preimage(hash), got.request(hash, 3)]).toEqual([data, [100]])
    const closed = stateWith({ 5: accumulating(provide), 9: wanting([4]) })
    expect(round(closed, { free }).state.accounts.get(9)!.preimage(hash)).toBeUndefined()
    // Open when it is provided, forgotten by the service itself in the same round.
    const words = Array.from({ length: 8 }, (_, k) => new DataView(hash.buffer, hash.byteOffset).getUint32(4 * k, true))
    const put = words.map((word, k) => `load_imm r2, ${word | 0}\nstore_ind_u32 [r7 + ${4 * k}], r2`).join('\n')
    const text = `${STACK}\nload_imm_64 r7, 0xfefdf000\n${put}\nload_imm r8, 3\necalli 24\n${HALT_EMPTY}`
    const { codeHash, ...forgetful } = accumulating(text)
    const code = accumulating(text).preimage(codeHash)!
    const leaving = accountWith(
      { ...forgetful, codeHash, items: 2 },
      { preimages: [[codeHash, code]], requests: [[hash, 3, []]] },
    )
    const both = stateWith({ 5: accumulating(provide), 9: leaving })
    const after = round(both, {
      free: new Map([
        [5, 500n],
        [9, 500n],
      ]),
    }).state.accounts.get(9)!
    expect([after.request(hash, 3), after.preimage(hash)]).toEqual([undefined, undefined])
  })

  it('transfers and yields come by ascending service', () => {
    const send = `${STACK}\n${YIELD}\nload_imm r7, 9\nload_imm r8, 5\nload_imm r9, 2\nload_imm_64 r10, 0xfefdf000\necalli 20\n${HALT_EMPTY}`
    const state = stateWith({ 6: accumulating(send), 5: accumulating(send), 9: accountWith() })
    const { transfers, yields } = round(state, {
      free: new Map([
        [6, 500n],
        [5, 500n],
      ]),
    })
    expect([transfers.map(({ from }) => from), yields.map(({ service: id }) => id)]).toEqual([
      [5, 6],
      [5, 6],
    ])
  })
})

describe('the sequence of rounds', () => {
  const send = (to: number, gas: number): string =>
    `${STACK}\nload_imm r7, ${to}\nload_imm r8, 5\nload_imm r9, ${gas}\nload_imm_64 r10, 0xfefdf000\necalli 20\n${HALT_EMPTY}`
  const sequence = (state: ServiceState, change: object, of = host) =>
    of.accumulateSequence(state, {
      slot: 100,
      entropy: ENTROPY,
      gas: 1000n,
      transfers: [],
      reports: [],
      free: new Map(),
      ...change,
    })

  it('takes the reports that fit, the longest prefix', () => {
    const state = stateWith({ 5: accumulating('@l:\njump @l') })
    const reports = [report(1, [[5, 400n]]), report(2, [[5, 600n]]), report(3, [[5, 0n]])]
    expect(sequence(state, { reports })).toMatchObject({ count: 3 })
    expect(sequence(state, { reports, gas: 999n })).toMatchObject({ count: 1 })
    expect(sequence(state, { reports, gas: 399n })).toMatchObject({ count: 0 })
  })

  it('goes on while there are transfers; what was not used lets more reports in', () => {
    const state = stateWith({ 5: accumulating(send(6, 50)), 6: accumulating('@l:\njump @l') })
    const reports = [report(1, [[5, 900n]]), report(2, [[5, 900n]])]
    const result = sequence(state, { reports })
    // 900 were given, some 70 used: 930 are left for the second round.
    expect(result.count).toBe(2)
    expect(result.gasUsed.get(6)).toBe(100n)
    expect(result.processed.map(({ to }) => to)).toEqual([6, 6])
  })

  it('gas of transfers comes back to the budget: in 0.7.2 when they are consumed, in 0.8.0 when they are sent', () => {
    const state = stateWith({ 5: accumulating(send(6, 500)), 6: accumulating(HALT_EMPTY) })
    const reports = [report(1, [[5, 600n]]), report(2, [[6, 800n]])]
    // Some 530 are used in the first round: 470 are left of 1000, and 970 with what the transfer carries.
    expect(sequence(state, { reports }).count).toBe(2)
    const state080 = stateWith({
      5: accumulating(send(6, 5000).replace('ecalli 20', 'ecalli 21')),
      6: accumulating(HALT_EMPTY),
    })
    const big = [report(1, [[5, 9000n]]), report(2, [[6, 4000n]])]
    expect(sequence(state080, { reports: big, gas: 10_000n }, host080).count).toBe(2)
    // Some 7,000 are used in the first round; with the 5,000 that are sent, the report fits into the second one beside the transfer.
    let runs = 0
    const counting = createServiceHost({
      engine: 'reference',
      chain: CHAIN,
      profile: 'gp-0.8.0',
      onCall: name => {
        if (name === 'gas') runs += 1
      },
    })
    const counted = stateWith({
      5: accumulating(send(6, 5000).replace('ecalli 20', 'ecalli 21')),
      6: accumulating(`ecalli 0\n${HALT_EMPTY}`),
    })
    const small = [report(1, [[5, 9000n]]), report(2, [[6, 2500n]])]
    expect(sequence(counted, { reports: small, gas: 10_000n }, counting).count).toBe(2)
    expect(runs).toBe(1)
  })

  it('0.8.0: transfers and free gas count against the budget', () => {
    const state = stateWith({ 5: accumulating(HALT_EMPTY) })
    const reports = [report(1, [[5, 600n]])]
    const loaded = { reports, free: new Map([[5, 401n]]) }
    expect([sequence(state, loaded).count, sequence(state, loaded, host080).count]).toEqual([1, 1])
    const first = host080.accumulateSequence(state, {
      slot: 100,
      entropy: ENTROPY,
      gas: 600n,
      transfers: [transfer(5, 1n, 1n)],
      reports,
      free: new Map(),
    })
    expect(first.count).toBe(1) // in the second round, when there are no transfers any more
  })

  it('free gas is given once', () => {
    const state = stateWith({ 5: accumulating(send(5, 50)) })
    const { gasUsed } = sequence(state, { free: new Map([[5, 100n]]) })
    // First round: 100 given, 69 or so used and sent on; second: 50, not enough to send again.
    expect(gasUsed.get(5)! <= 150n).toBe(true)
  })
})

describe('a block', () => {
  const block = (state: BlockState, reports: readonly WorkReport[], change: object = {}, of = host) =>
    of.accumulateBlock(state, { slot: 100, entropy: ENTROPY, reports, ...change })

  it('counts what was accumulated, also of services that there are not', () => {
    const state = stateWith({ 5: accumulating(HALT_EMPTY), 6: accountWith() })
    const { statistics, state: after } = block(state, [
      report(1, [
        [5, 100n],
        [6, 100n],
        [404, 100n],
        [5, 1n],
      ]),
    ])
    expect([...statistics]).toEqual([
      [5, { count: 2, transfers: 0, gasUsed: 2n }],
      [6, { count: 1, transfers: 0, gasUsed: 0n }],
      [404, { count: 1, transfers: 0, gasUsed: 0n }],
    ])
    expect([
      after.accounts.get(5)!.lastAccumulation,
      after.accounts.get(6)!.lastAccumulation,
      after.accounts.get(404),
    ]).toEqual([100, 100, undefined])
  })

  it('receivers without code are counted since 0.8.0', () => {
    const send = (number: number): string =>
      `${STACK}\nload_imm r7, 6\nload_imm r8, 5\nload_imm r9, 2\nload_imm_64 r10, 0xfefdf000\necalli ${number}\n${HALT_EMPTY}`
    const old = block(stateWith({ 5: accumulating(send(20)), 6: accountWith() }), [report(1, [[5, 500n]])])
    expect([
      old.statistics.has(6),
      old.state.accounts.get(6)!.lastAccumulation,
      old.state.accounts.get(6)!.balance,
    ]).toEqual([false, 4, 1_000_005n])
    const now = block(
      stateWith({ 5: accumulating(send(21)), 6: accountWith() }),
      [report(1, [[5, 9000n]])],
      {},
      host080,
    )
    expect([now.statistics.get(6), now.state.accounts.get(6)!.lastAccumulation]).toEqual([
      { count: 0, transfers: 1, gasUsed: 0n },
      100,
    ])
  })

  it('services that run always do, with their gas', () => {
    const state = stateWith({ 5: accumulating('@l:\njump @l') }, { always: new Map([[5, 123n]]) })
    expect([...block(state, []).statistics]).toEqual([[5, { count: 0, transfers: 0, gasUsed: 123n }]])
  })

  it('the gas of a block is the larger of its own and what cores and those may use', () => {
    const small = createServiceHost({
      engine: 'reference',
      chain: { ...CHAIN, blockAccumulateGas: 10, reportAccumulateGas: 100 },
    })
    const reports = [report(1, [[404, 201n]])]
    expect(block(stateWith({}), reports, {}, small).reports.length).toBe(0)
    const always = stateWith({}, { always: new Map([[405, 1n]]) })
    expect(block(always, reports, {}, small).reports.length).toBe(1)
  })

  it('preimages come last, where they are still asked for', () => {
    const data = Uint8Array.of(1, 2, 3)
    const hash = blake2b(data)
    const wanting = (slots: readonly number[]): Account => accountWith({}, { requests: [[hash, 3, slots]] })
    const preimages = [{ service: 9, data }]
    const got = block(stateWith({ 9: wanting([]) }), [], { preimages }).state.accounts.get(9)!
    expect([got.preimage(hash), got.request(hash, 3)]).toEqual([data, [100]])
    for (const slots of [[1], [1, 2]]) {
      expect(
        block(stateWith({ 9: wanting(slots) }), [], { preimages })
          .state.accounts.get(9)!
          .preimage(hash),
      ).toBeUndefined()
    }
  })

  it('a hash that comes with a preimage is not taken again', () => {
    const data = Uint8Array.of(1, 2, 3)
    const [own, other] = [blake2b(data), hashOf(77)]
    for (const hash of [own, other]) {
      const account = accountWith({}, { requests: [[hash, 3, []]] })
      const got = block(stateWith({ 9: account }), [], { preimages: [{ service: 9, data, hash }] })
      expect(got.state.accounts.get(9)!.preimage(hash)).toEqual(data)
    }
  })

  const entry = (name: number, needs: readonly number[]): ReadyEntry => ({
    report: report(name, [], needs),
    dependencies: new Set(needs.map(need => String.fromCharCode(...hashOf(need)))),
  })
  const names = (reports: readonly WorkReport[]): number[] => reports.map(({ packageHash }) => packageHash[0]!)

  it('the ring is read from the slot on, new reports last; done packages are no dependency', () => {
    const ready: (readonly ReadyEntry[])[] = Array.from({ length: 12 }, () => [])
    ready[3] = [entry(3, [])]
    ready[4] = [entry(4, [])]
    ready[5] = [entry(5, [9])]
    const done = Array.from({ length: 12 }, () => [] as string[])
    done[0] = [String.fromCharCode(...hashOf(50))]
    const { reports, queued } = accumulatable(
      [report(9, []), report(8, [], [50]), report(7, [], [77])],
      ready,
      done,
      16,
    )
    expect(names(reports)).toEqual([9, 4, 5, 3, 8])
    expect(queued.map(({ report: { packageHash }, dependencies }) => [packageHash[0], dependencies.size])).toEqual([
      [8, 0],
      [7, 1],
    ])
  })

  it('queue and history move on', () => {
    const ready: (readonly ReadyEntry[])[] = Array.from({ length: 12 }, () => [entry(60, [61])])
    const history = Array.from({ length: 12 }, (_, k) => [`${k}`])
    const state = stateWith({}, { slot: 97, ready, accumulated: history })
    const after = block(state, [report(9, []), report(8, []), report(7, [], [77]), report(6, [], [9])]).state
    // 100 mod 12 is 4: the new ones; 3 and 2 were skipped; 1 is the slot of the block before.
    expect(after.ready.map(entries => entries.map(({ report: { packageHash } }) => packageHash[0]!))).toEqual([
      [60],
      [60],
      [],
      [],
      [7],
      [60],
      [60],
      [60],
      [60],
      [60],
      [60],
      [60],
    ])
    expect(after.accumulated.slice(0, 11)).toEqual(history.slice(1))
    expect(after.accumulated[11]).toEqual([6, 8, 9].map(name => String.fromCharCode(...hashOf(name))))
    expect(after.slot).toBe(100)
  })

  it('yields are sorted by service, then hash', () => {
    const state = stateWith({
      300: accumulating(`${STACK}\n${YIELD}\n${HALT_EMPTY}`),
      5: accumulating(`${STACK}\n${YIELD}\n${HALT_EMPTY}`),
    })
    expect(
      block(state, [
        report(1, [
          [300, 100n],
          [5, 100n],
        ]),
      ]).yields.map(({ service: id }) => id),
    ).toEqual([5, 300])
  })
})
