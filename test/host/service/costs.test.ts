// What a guest may cost its host: long keys, long lists, many forks. Outcomes stay those of the rules.
import { describe, expect, it } from 'vitest'
import { ResourceError } from '../../../src/core/resource-error.ts'
import { HostCallError } from '../../../src/engine/host-call-error.ts'
import { HostResult } from '../../../src/host/results.ts'
import { keyOf } from '../../../src/host/service/account.ts'
import { Accounts } from '../../../src/host/service/accounts.ts'
import { Appended } from '../../../src/host/service/appended.ts'
import { Layers } from '../../../src/host/service/layers.ts'
import { accountWith, call, hashOf, OTHER, READ, SELF, scene } from './caller.ts'

const seconds = (work: () => void): number => {
  const begun = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(begun)
  return (user + system) / 1e6
}

describe('keys', () => {
  it('of up to 256 bytes stand for themselves, longer ones are told apart by length and hash', () => {
    const lengths = [0, 1, 31, 255, 256, 257, 1000, 100_000]
    const keys = lengths.flatMap(length => {
      const zeros = new Uint8Array(length)
      const other = length === 0 ? new Uint8Array(400) : zeros.with(length - 1, 1)
      return [keyOf(zeros), keyOf(other)]
    })
    expect(new Set(keys).size).toBe(keys.length)
    expect(keyOf(Uint8Array.of(0, 128, 255))).toBe('\u0000\u0080\u00ff')
    expect(keyOf(new Uint8Array(100_000)).length).toBeLessThan(500)
  })

  it('as long as a guest likes are written and read again', () => {
    const size = 64 * 2 ** 20
    const bytes = new Uint8Array(size).fill(5)
    const at = scene(accountWith({ balance: 10n ** 12n }))
    const write = { regs: { 7: READ, 8: size, 9: READ, 10: 3 }, bytes }
    let answers: readonly bigint[] = []
    const took = seconds(() => {
      answers = [
        call(at, 'read', { regs: { 7: SELF, 8: READ, 9: size, 12: 0 }, bytes }).r7,
        call(at, 'write', write).r7,
        call(at, 'read', { regs: { 7: SELF, 8: READ, 9: size, 12: 0 }, bytes }).r7,
        call(at, 'read', { regs: { 7: SELF, 8: READ, 9: size - 1, 12: 0 }, bytes }).r7,
      ]
    })
    expect(answers).toEqual([HostResult.NONE, HostResult.NONE, 3n, HostResult.NONE])
    expect(took).toBeLessThan(20) // a character after the other it took minutes, and all memory
  })

  it('a value that is not stored is not read', () => {
    const size = 64 * 2 ** 20
    const at = scene()
    expect(call(at, 'write', { regs: { 7: READ, 8: 1, 9: READ, 10: size }, bytes: new Uint8Array(size) }).r7).toBe(
      HostResult.FULL,
    )
    expect(
      call(at, 'write', { regs: { 7: READ, 8: 1, 9: READ, 10: size + 4096 }, bytes: new Uint8Array(size) }).exit,
    ).toBe('panic')
  })
})

describe('what its host has no memory for is a ResourceError', () => {
  const causeOf = (run: () => unknown): unknown => {
    try {
      run()
    } catch (error) {
      return error instanceof HostCallError ? error.cause : error
    }
    return undefined
  }

  it('two million transfers', () => {
    const at = scene()
    const one = { from: SELF, to: OTHER, amount: 0n, memo: new Uint8Array(128), gas: 2n }
    at.context.x.transfers = new Appended(new Array(2 ** 21 - 1).fill(one))
    const setting = { regs: { 7: OTHER, 9: 2, 10: READ }, bytes: new Uint8Array(128) }
    expect(call(at, 'transfer', setting).r7).toBe(HostResult.OK)
    const cause = causeOf(() => call(at, 'transfer', setting))
    expect([ResourceError.is(cause), (cause as ResourceError).code]).toEqual([true, 'memory'])
    expect([at.context.x.transfers.length, at.context.own.balance]).toEqual([2 ** 21, 1_000_000n])
  })

  it('a list of more than a million services that run always; a service that is listed again counts once', () => {
    const entries = 2 ** 20 + 1
    const list = new DataView(new ArrayBuffer(12 * entries))
    for (let k = 0; k < entries; k++) list.setUint32(12 * k, k, true)
    const bytes = new Uint8Array(list.buffer)
    const bless = (count: number, given: Uint8Array): unknown =>
      causeOf(() => call(scene(), 'bless', { regs: { 8: READ, 11: READ, 12: count }, bytes: given }))
    expect(ResourceError.is(bless(entries, bytes))).toBe(true)
    expect(bless(entries - 1, bytes)).toBeUndefined()
    expect(bless(entries, new Uint8Array(12 * entries))).toBeUndefined()
  })
})

describe('forks', () => {
  it('layers are a map, however they are forked', () => {
    let seed = 1
    const random = (below: number): number => {
      seed = (Math.imul(seed, 48271) + 11) >>> 1
      return seed % below
    }
    const pairs: { layers: Layers<number, number | undefined>; map: Map<number, number | undefined> }[] = [
      { layers: new Layers(), map: new Map() },
    ]
    for (let step = 0; step < 20_000; step++) {
      const at = random(pairs.length)
      const { layers, map } = pairs[at]!
      if (random(4) === 0) {
        const fork = { layers: layers.fork(), map: new Map(map) }
        if (pairs.length < 8) pairs.push(fork)
        else pairs[random(8)] = fork
      } else {
        const key = random(60)
        const value = random(5) === 0 ? undefined : step
        layers.set(key, value)
        map.set(key, value)
      }
      const key = random(60)
      expect([layers.has(key), layers.get(key)]).toEqual([map.has(key), map.get(key)])
    }
    for (const { layers, map } of pairs) {
      const sorted = (entries: ReadonlyMap<number, number | undefined>): unknown =>
        [...entries].sort(([a], [b]) => a - b)
      expect(sorted(layers.entries())).toEqual(sorted(map))
    }
  })

  it('lists that grow share what is in them', () => {
    const first = new Appended<number>()
    first.push(1)
    const second = first.fork()
    first.push(2)
    second.push(3)
    const third = second.fork()
    second.push(4)
    expect([first, second, third].map(list => list.toArray())).toEqual([
      [1, 2],
      [1, 3, 4],
      [1, 3],
    ])
    expect([first.length, second.length, third.length]).toEqual([2, 3, 2])
  })

  it('an account that is changed and forked by turns costs what it is changed', () => {
    const count = 40_000
    const took = seconds(() => {
      let accounts = new Accounts(new Map([[SELF, accountWith({ balance: 10n ** 15n })]]))
      for (let k = 0; k < count; k++) {
        accounts.edit(SELF).setStorage(Uint8Array.of(k, k >> 8, k >> 16), hashOf(k & 255))
        accounts = accounts.fork()
      }
      expect(accounts.get(SELF)!.items).toBe(count)
      expect([...accounts.get(SELF)!.changes].length).toBe(count)
      expect(accounts.get(SELF)!.storage(Uint8Array.of(7, 1, 0))).toEqual(hashOf(7))
    })
    expect(took).toBeLessThan(10) // 0.2 s; each change copying those before took minutes
  })
})
