// Host calls on preimages, and those of a context: query, solicit, forget, provide, yield, checkpoint, gas, fetch (GP B.7), 0.7.2.
import { describe, expect, it } from 'vitest'
import { blake2b } from '../../../src/hash/blake2b.ts'
import { HostResult } from '../../../src/host/results.ts'
import {
  accountWith,
  call,
  EXPUNGE,
  hashOf,
  MAX,
  NOWHERE,
  OTHER,
  READ,
  SELF,
  SLOT,
  scene,
  WRITE,
  written,
} from './caller.ts'

const H = hashOf(0x11)
/** An account without anything needs this. */
const BASE = 100n

describe('query, solicit, forget', () => {
  const asking = { regs: { 7: READ, 8: 50 }, bytes: H }
  const wanting = (slots: readonly number[], balance = 1_000_000n): ReturnType<typeof accountWith> =>
    accountWith({ balance }, { requests: [[H, 50, slots]], preimages: [[H, new Uint8Array(50)]] })

  it.each([
    [[], 0n, 0n],
    [[5], 1n + (5n << 32n), 0n],
    [[5, 6], 2n + (5n << 32n), 6n],
    [[5, 6, 7], 3n + (5n << 32n), 6n + (7n << 32n)],
  ])('query of %o', (slots, r7, r8) => {
    const got = call(scene(wanting(slots)), 'query', asking)
    expect([got.r7, got.r8]).toEqual([r7, r8])
  })

  it('query of nothing is NONE and 0', () => {
    const got = call(scene(), 'query', { ...asking, regs: { 7: READ, 8: 51 } })
    expect([got.r7, got.r8]).toEqual([HostResult.NONE, 0n])
    expect(call(scene(), 'query', { regs: { 7: NOWHERE, 8: 51 } }).exit).toBe('panic')
  })

  it('solicit asks for one, and again for one that was there', () => {
    const at = scene()
    expect(call(at, 'solicit', asking).r7).toBe(HostResult.OK)
    expect([at.context.own.request(H, 50), at.context.own.items, at.context.own.octets]).toEqual([[], 2, 131n])
    const again = scene(wanting([1, 2]))
    expect(call(again, 'solicit', asking).r7).toBe(HostResult.OK)
    expect([again.context.own.request(H, 50), again.context.own.items]).toEqual([[1, 2, SLOT], 2])
  })

  it.each([[[]], [[1]], [[1, 2, 3]]])('solicit where it is %o is HUH', slots => {
    expect(call(scene(wanting(slots)), 'solicit', asking).r7).toBe(HostResult.HUH)
  })

  it('solicit needs the balance, also where nothing grows', () => {
    const need = BASE + 20n + 131n
    expect(call(scene(accountWith({ balance: need - 1n })), 'solicit', asking).r7).toBe(HostResult.FULL)
    expect(call(scene(accountWith({ balance: need })), 'solicit', asking).r7).toBe(HostResult.OK)
    expect(call(scene(wanting([1, 2], need - 1n)), 'solicit', asking).r7).toBe(HostResult.FULL)
    expect(call(scene(), 'solicit', { ...asking, regs: { 7: READ, 8: 2n ** 32n } }).r7).toBe(HostResult.FULL)
    expect(call(scene(), 'solicit', { ...asking, regs: { 7: NOWHERE, 8: 2n ** 32n } }).exit).toBe('panic')
  })

  const old = SLOT - EXPUNGE - 1
  it.each([
    [[], undefined, undefined],
    [[4], [4, SLOT], 50],
    [[4, old], undefined, undefined],
    [[4, old, 9], [9, SLOT], 50],
  ])('forget of %o', (slots, after, kept) => {
    const at = scene(wanting(slots))
    expect(call(at, 'forget', asking).r7).toBe(HostResult.OK)
    expect(at.context.own.request(H, 50)).toEqual(after)
    expect(at.context.own.preimage(H)?.length).toBe(kept)
    expect(at.context.own.items).toBe(after === undefined ? 0 : 2)
  })

  it.each([[[4, old + 1]], [[4, old + 1, 9]]])('forget of %o is too early', slots => {
    const at = scene(wanting(slots))
    expect(call(at, 'forget', asking).r7).toBe(HostResult.HUH)
    expect(at.context.own.request(H, 50)).toEqual(slots)
  })

  it('forget of nothing is HUH, without a readable hash it panics', () => {
    expect(call(scene(), 'forget', asking).r7).toBe(HostResult.HUH)
    expect(call(scene(wanting([])), 'forget', { regs: { 7: NOWHERE, 8: 50 } }).exit).toBe('panic')
  })
})

describe('provide, yield, checkpoint, gas, fetch', () => {
  const data = Uint8Array.of(4, 5, 6)
  const wanting = (slots: readonly number[]): ReturnType<typeof accountWith> =>
    accountWith({}, { requests: [[blake2b(data), 3, slots]] })

  it('provide behind a checkpoint is not in y', () => {
    const at = scene(wanting([]), { others: [[OTHER, wanting([])]] })
    const setting = (id: number): Parameters<typeof call>[2] => ({ regs: { 7: id, 8: READ, 9: 3 }, bytes: data })
    expect(call(at, 'provide', setting(SELF)).r7).toBe(HostResult.OK)
    call(at, 'checkpoint', { regs: {} })
    expect(call(at, 'provide', setting(OTHER)).r7).toBe(HostResult.OK)
    const services = [at.context.x, at.context.y].map(({ provisions }) =>
      [...provisions.entries().values()].map(one => one.service),
    )
    expect(services).toEqual([[SELF, OTHER], [SELF]])
  })

  it('provide for itself and for another one, once', () => {
    for (const [id, target] of [[MAX, SELF] as const, [BigInt(OTHER), OTHER] as const]) {
      const at = scene(wanting([]), { others: [[OTHER, wanting([])]] })
      const setting = { regs: { 7: id, 8: READ, 9: 3 }, bytes: data }
      expect(call(at, 'provide', setting).r7).toBe(HostResult.OK)
      expect([...at.context.x.provisions.entries().values()]).toEqual([{ service: target, data, hash: blake2b(data) }])
      expect(call(at, 'provide', setting).r7).toBe(HostResult.HUH)
      expect(at.context.x.provisions.entries().size).toBe(1)
      expect(at.context.own.preimage(blake2b(data))).toBeUndefined()
    }
  })

  it.each([
    ['nobody', HostResult.WHO, { 7: 12345 }],
    ['an id beyond 32 bits', HostResult.WHO, { 7: 2n ** 32n + 7n }],
    ['one that does not want it', HostResult.HUH, { 7: OTHER }],
    ['other data than it wants', HostResult.HUH, { 7: MAX, 9: 2 }],
  ])('provide for %s', (_, result, regs) => {
    expect(call(scene(wanting([])), 'provide', { regs: { 8: READ, 9: 3, ...regs }, bytes: data }).r7).toBe(result)
  })

  it('provide of what is there already is HUH, of what is not readable a panic before all', () => {
    expect(call(scene(wanting([1])), 'provide', { regs: { 7: MAX, 8: READ, 9: 3 }, bytes: data }).r7).toBe(
      HostResult.HUH,
    )
    expect(call(scene(), 'provide', { regs: { 7: 12345, 8: NOWHERE, 9: 3 } }).exit).toBe('panic')
    expect(call(scene(), 'provide', { regs: { 7: MAX, 8: READ, 9: 2n ** 32n } }).exit).toBe('panic')
  })

  it('yield keeps the last hash', () => {
    const at = scene()
    call(at, 'yield', { regs: { 7: READ }, bytes: hashOf(1) })
    expect(call(at, 'yield', { regs: { 7: READ }, bytes: hashOf(2) }).r7).toBe(HostResult.OK)
    expect([at.context.x.yielded, at.context.y.yielded]).toEqual([hashOf(2), undefined])
    expect(call(at, 'yield', { regs: { 7: NOWHERE } }).exit).toBe('panic')
  })

  it('checkpoint keeps all of x, and says what gas is left', () => {
    const at = scene()
    call(at, 'yield', { regs: { 7: READ }, bytes: H })
    call(at, 'new', { regs: { 7: READ, 8: 1 }, bytes: H })
    call(at, 'transfer', { regs: { 7: OTHER, 8: 1, 9: 2, 10: READ }, bytes: new Uint8Array(128) })
    expect(call(at, 'checkpoint', { regs: {}, gas: 500n }).r7).toBe(489n)
    const { x, y } = at.context
    expect([y.yielded, y.nextFreeId, y.transfers.toArray(), y.privileges]).toEqual([
      x.yielded,
      x.nextFreeId,
      x.transfers.toArray(),
      x.privileges,
    ])
    expect(y.accounts.get(SELF)).toMatchObject({ balance: x.accounts.get(SELF)!.balance })
    call(at, 'upgrade', { regs: { 7: READ }, bytes: hashOf(3) })
    expect([y.accounts.get(SELF)!.codeHash, x.accounts.get(SELF)!.codeHash]).toEqual([hashOf(1), hashOf(3)])
  })

  it('gas is what is left behind the call', () => {
    expect(call(scene(), 'gas', { regs: {}, gas: 500n }).r7).toBe(489n)
  })

  const inputs = [Uint8Array.of(1, 2), Uint8Array.of(3)]
  it.each<readonly [number, number, bigint]>([
    [0, 0, 134n],
    [1, 0, 32n],
    [14, 0, 4n],
    [15, 0, 2n],
    [15, 1, 1n],
    [15, 2, HostResult.NONE],
    [16, 0, HostResult.NONE],
    ...[2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13].map(selector => [selector, 0, HostResult.NONE] as const),
  ])('fetch %i, %i: %s', (selector, index, length) => {
    const got = call(scene(), 'fetch', { regs: { 7: WRITE, 9: 200, 10: selector, 11: index } }, inputs)
    expect(got.r7).toBe(length)
    if (selector === 14) expect([...written(got, 4)]).toEqual([2, 1, 2, 3])
    if (selector === 1) expect(written(got, 32)).toEqual(hashOf(8))
  })
})
