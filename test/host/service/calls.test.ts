// Every host call of accumulate, rule by rule (GP B.7), 0.7.2; what 0.8.0 changes is in calls-080.test.ts. The recorded blocks
// exercise most of this too (conform); here are the rules that no recorded block decides, and each result code.
import { describe, expect, it } from 'vitest'
import { HostResult } from '../../../src/host/results.ts'
import { encodeInfo } from '../../../src/host/service/encoding.ts'
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

const KEY = Uint8Array.of(1, 2, 3)
const VALUE = Uint8Array.of(9, 8, 7, 6)
const H = hashOf(0x11)
/** An account without anything needs this. */
const BASE = 100n

function le32(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length)
  for (const [k, value] of values.entries()) new DataView(bytes.buffer).setUint32(4 * k, value, true)
  return bytes
}

describe('read, lookup, info', () => {
  const stored = accountWith({}, { storage: [[KEY, VALUE]], preimages: [[H, VALUE]] })
  const reading = { 8: READ, 9: 3, 10: WRITE, 11: 1, 12: 2 }

  it.each([
    ['the service itself', MAX],
    ['its own number', SELF],
  ])('read of %s: the window of the value, and its whole length', (_, id) => {
    const got = call(scene(stored), 'read', { regs: { ...reading, 7: id }, bytes: KEY })
    expect([got.exit, got.r7, [...written(got, 3)]]).toEqual(['continue', 4n, [8, 7, 0]])
  })

  it('read of another service', () => {
    const got = call(scene(accountWith(), { others: [[OTHER, stored]] }), 'read', {
      regs: { ...reading, 7: OTHER },
      bytes: KEY,
    })
    expect([got.r7, [...written(got, 2)]]).toEqual([4n, [8, 7]])
  })

  it.each([
    ['read', { ...reading, 7: 2n ** 32n + BigInt(SELF) }],
    ['read', { ...reading, 7: 12345 }],
    ['lookup', { 7: 2n ** 32n, 8: READ, 9: WRITE, 11: 4 }],
    ['info', { 7: 2n ** 32n + BigInt(SELF), 8: WRITE, 10: 96 }],
    ['info', { 7: 12345, 8: NOWHERE, 10: 96 }],
  ])('%s of no service is NONE, its destination is not looked at', (name, regs) => {
    const got = call(scene(stored), name, { regs, bytes: KEY })
    expect([got.exit, got.r7]).toEqual(['continue', HostResult.NONE])
  })

  it.each([
    ['read', 'the key', { 7: MAX, 8: NOWHERE, 9: 1, 10: WRITE }],
    ['read', 'the destination', { ...reading, 7: MAX, 10: NOWHERE }],
    ['lookup', 'the hash', { 7: MAX, 8: NOWHERE, 9: WRITE }],
    ['info', 'the destination', { 7: MAX, 8: READ, 10: 96 }],
  ])('%s panics when %s is out of reach', (name, _, regs) => {
    expect(call(scene(stored), name, { regs, bytes: KEY }).exit).toBe('panic')
  })

  it('lookup of another service, whatever its request says', () => {
    const got = call(scene(accountWith(), { others: [[OTHER, stored]] }), 'lookup', {
      regs: { 7: OTHER, 8: READ, 9: WRITE, 10: 0, 11: 9 },
      bytes: H,
    })
    expect([got.r7, [...written(got, 4)]]).toEqual([4n, [...VALUE]])
  })

  it('info has 96 bytes in order', () => {
    const account = accountWith({ balance: 5000n, gratis: 3n, minItemGas: 0x0102n, octets: 7n, items: 2 })
    const bytes = encodeInfo(account, { baseDeposit: 100, itemDeposit: 10, byteDeposit: 1 })
    const view = new DataView(bytes.buffer)
    expect(bytes.length).toBe(96)
    expect([32, 40, 48, 56, 64].map(at => view.getBigUint64(at, true))).toEqual([
      5000n,
      100n + 20n + 7n - 3n,
      0x0102n,
      2n,
      7n,
    ])
    expect([72, 84, 88, 92].map(at => view.getUint32(at, true))).toEqual([2, 3, 4, 5])
    expect(view.getBigUint64(76, true)).toBe(3n)
    const got = call(scene(account), 'info', { regs: { 7: MAX, 8: WRITE, 10: 96 } })
    expect([got.r7, written(got, 96)]).toEqual([96n, bytes])
  })
})

describe('write', () => {
  const regs = { 7: READ, 8: 3, 9: READ + 3, 10: 4 }
  const bytes = Uint8Array.of(...KEY, ...VALUE)

  it('sets an entry, and says how long the one before was', () => {
    const at = scene()
    expect(call(at, 'write', { regs, bytes }).r7).toBe(HostResult.NONE)
    expect(at.context.own.storage(KEY)).toEqual(VALUE)
    expect([at.context.own.items, at.context.own.octets]).toEqual([1, 41n])
    expect(call(at, 'write', { regs: { ...regs, 10: 2 }, bytes }).r7).toBe(4n)
    expect([at.context.own.items, at.context.own.octets]).toEqual([1, 39n])
    expect(call(at, 'write', { regs: { ...regs, 9: NOWHERE, 10: 0 }, bytes }).r7).toBe(2n)
    expect([at.context.own.items, at.context.own.octets, at.context.own.storage(KEY)]).toEqual([0, 0n, undefined])
    expect(call(at, 'write', { regs: { ...regs, 10: 0 }, bytes }).r7).toBe(HostResult.NONE)
  })

  it('a key may be empty', () => {
    const at = scene()
    expect(call(at, 'write', { regs: { ...regs, 7: NOWHERE, 8: 0 }, bytes }).r7).toBe(HostResult.NONE)
    expect(at.context.own.storage(new Uint8Array(0))).toEqual(VALUE)
  })

  it('is FULL where the balance is below what the entry needs, and changes nothing', () => {
    const need = BASE + 10n + 41n
    const at = scene(accountWith({ balance: need - 1n }))
    expect(call(at, 'write', { regs, bytes }).r7).toBe(HostResult.FULL)
    expect([at.context.own.storage(KEY), at.context.own.items]).toEqual([undefined, 0])
    expect(call(scene(accountWith({ balance: need })), 'write', { regs, bytes }).r7).toBe(HostResult.NONE)
  })

  it('a removal that leaves too little is FULL as well', () => {
    const at = scene(accountWith({ balance: 99n }, { storage: [[KEY, VALUE]] }))
    expect(call(at, 'write', { regs: { ...regs, 10: 0 }, bytes }).r7).toBe(HostResult.FULL)
    expect(at.context.own.storage(KEY)).toEqual(VALUE)
  })

  it('gratis counts against the deposit, down to 0', () => {
    const deposits = { baseDeposit: 100, itemDeposit: 10, byteDeposit: 1 }
    expect(accountWith({ gratis: 99n }).threshold(deposits)).toBe(1n)
    expect(accountWith({ gratis: 1000n }).threshold(deposits)).toBe(0n)
    expect(call(scene(accountWith({ balance: 0n, gratis: 151n })), 'write', { regs, bytes }).r7).toBe(HostResult.NONE)
    expect(call(scene(accountWith({ balance: 0n, gratis: 150n })), 'write', { regs, bytes }).r7).toBe(HostResult.FULL)
  })

  it.each([
    ['key', { ...regs, 7: NOWHERE }],
    ['value', { ...regs, 9: NOWHERE }],
  ])('panics when the %s is not readable', (_, wrong) => {
    expect(call(scene(accountWith({ balance: 0n })), 'write', { regs: wrong, bytes }).exit).toBe('panic')
  })

  it('does not change what the invocation began with, nor the checkpoint', () => {
    const at = scene()
    const { y } = at.context
    call(at, 'write', { regs, bytes })
    expect([y.accounts.get(SELF)!.storage(KEY), at.state.accounts.get(SELF)!.storage(KEY)]).toEqual([
      undefined,
      undefined,
    ])
  })
})

describe('bless, assign, designate', () => {
  const bytes = new Uint8Array(4096)
  bytes.set(le32(21, 22))
  bytes.set(le32(31, 5, 0, 32, 6, 0, 31, 7, 0), 16)
  const blessing = { 7: 11, 8: READ, 9: 12, 10: 13, 11: READ + 16, 12: 3 }

  it('bless takes everything, from anybody; of a service named twice the later gas', () => {
    const at = scene()
    expect(call(at, 'bless', { regs: blessing, bytes }).r7).toBe(HostResult.OK)
    expect(at.context.x.privileges).toMatchObject({ manager: 11, assigners: [21, 22], delegator: 12, registrar: 13 })
    expect([...at.context.x.privileges.always]).toEqual([
      [31, 7n],
      [32, 6n],
    ])
    expect(at.context.y.privileges.manager).toBe(0)
  })

  it.each([7, 9, 10])('bless is WHO where r%i is no id', register => {
    expect(call(scene(), 'bless', { regs: { ...blessing, [register]: 2n ** 32n }, bytes }).r7).toBe(HostResult.WHO)
  })

  it.each([
    ['assigners', { 8: NOWHERE }],
    ['services', { 11: NOWHERE }],
    ['so many services', { 12: 2n ** 60n }],
  ])('bless panics when its %s are not readable, before it looks at ids', (_, wrong) => {
    expect(call(scene(), 'bless', { regs: { ...blessing, ...wrong, 7: MAX }, bytes }).exit).toBe('panic')
  })

  it('assign by the assigner of the core sets queue and assigner', () => {
    const at = scene(accountWith(), { assigners: [3, SELF] })
    const queue = new Uint8Array(2560).fill(5)
    expect(call(at, 'assign', { regs: { 7: 1, 8: READ, 9: 44 }, bytes: queue }).r7).toBe(HostResult.OK)
    expect(at.context.x.privileges.assigners).toEqual([3, 44])
    expect(at.context.x.privileges.authQueues[1]).toEqual(queue)
    expect(at.context.x.privileges.authQueues[0]).toEqual(new Uint8Array(2560))
  })

  it.each([
    [HostResult.CORE, { 7: 2 }],
    [HostResult.CORE, { 7: MAX }],
    [HostResult.HUH, { 7: 0, 9: MAX }],
    [HostResult.WHO, { 7: 1, 9: 2n ** 32n }],
  ])('assign answers %s', (result, regs) => {
    const at = scene(accountWith(), { assigners: [3, SELF] })
    expect(call(at, 'assign', { regs: { 8: READ, ...regs }, bytes: new Uint8Array(2560) }).r7).toBe(result)
  })

  it('assign panics before it looks at the core', () => {
    expect(call(scene(), 'assign', { regs: { 7: 2, 8: NOWHERE } }).exit).toBe('panic')
  })

  it('designate by the delegator sets the staging keys', () => {
    const at = scene(accountWith(), { delegator: SELF })
    const keys = new Uint8Array(336 * 6).fill(3)
    expect(call(at, 'designate', { regs: { 7: READ }, bytes: keys }).r7).toBe(HostResult.OK)
    expect(at.context.x.privileges.staging).toEqual(keys)
    expect(call(scene(), 'designate', { regs: { 7: READ }, bytes: keys }).r7).toBe(HostResult.HUH)
    expect(call(scene(), 'designate', { regs: { 7: NOWHERE } }).exit).toBe('panic')
  })

  it('what bless gave counts in the same invocation', () => {
    const at = scene()
    bytes.set(le32(SELF, SELF))
    call(at, 'bless', { regs: { ...blessing, 9: SELF }, bytes })
    expect(call(at, 'assign', { regs: { 7: 0, 8: READ, 9: 1 }, bytes: new Uint8Array(2560) }).r7).toBe(HostResult.OK)
    expect(call(at, 'designate', { regs: { 7: READ }, bytes: new Uint8Array(336 * 6) }).r7).toBe(HostResult.OK)
  })
})

describe('new', () => {
  const regs = { 7: READ, 8: 50, 9: 71, 10: 72, 11: 0, 12: 5 }
  const need = BASE + 20n + 81n + 50n

  it('creates an account that waits for its code, paid by its creator', () => {
    const at = scene()
    const id = at.context.x.nextFreeId
    const got = call(at, 'new', { regs, bytes: H })
    expect(got.r7).toBe(BigInt(id))
    const made = at.context.x.accounts.get(id)!
    expect(made).toMatchObject({ codeHash: H, balance: need, minItemGas: 71n, minMemoGas: 72n, gratis: 0n })
    expect(made).toMatchObject({ octets: 131n, items: 2, created: SLOT, lastAccumulation: 0, parent: SELF })
    expect(made.request(H, 50)).toEqual([])
    expect(at.context.own.balance).toBe(1_000_000n - need)
    expect(at.context.x.nextFreeId).toBe(2 ** 16 + ((id - 2 ** 16 + 42) % (2 ** 32 - 2 ** 16 - 2 ** 8)))
    expect(at.context.y.accounts.get(id)).toBeUndefined()
  })

  it('the creator has to keep what it needs itself', () => {
    expect(call(scene(accountWith({ balance: need + BASE - 1n })), 'new', { regs, bytes: H }).r7).toBe(HostResult.CASH)
    expect(call(scene(accountWith({ balance: need + BASE })), 'new', { regs, bytes: H }).exit).toBe('continue')
    const at = scene(accountWith({ balance: 0n }))
    call(at, 'new', { regs, bytes: H })
    expect(at.context.own.balance).toBe(0n)
  })

  it('only the manager gives away deposits', () => {
    const gift = { ...regs, 11: 40n }
    expect(call(scene(), 'new', { regs: gift, bytes: H }).r7).toBe(HostResult.HUH)
    const at = scene(accountWith(), { manager: SELF })
    const id = call(at, 'new', { regs: gift, bytes: H }).r7
    expect(at.context.x.accounts.get(Number(id))).toMatchObject({ gratis: 40n, balance: need - 40n })
  })

  it('the registrar chooses small ids; FULL where one is taken, and the next free id stays', () => {
    const at = scene(accountWith(), { registrar: SELF })
    const next = at.context.x.nextFreeId
    expect(call(at, 'new', { regs, bytes: H }).r7).toBe(5n)
    expect(at.context.x.accounts.get(5)?.parent).toBe(SELF)
    const { balance } = at.context.own
    expect(call(at, 'new', { regs, bytes: H }).r7).toBe(HostResult.FULL)
    expect([at.context.x.nextFreeId, at.context.own.balance]).toEqual([next, balance])
    expect(call(at, 'new', { regs: { ...regs, 12: 2 ** 16 }, bytes: H }).r7).toBe(BigInt(next))
  })

  it('panics without a readable hash, and for a length of 2^32', () => {
    expect(call(scene(), 'new', { regs: { ...regs, 7: NOWHERE } }).exit).toBe('panic')
    expect(call(scene(), 'new', { regs: { ...regs, 8: 2n ** 32n }, bytes: H }).exit).toBe('panic')
  })

  it('ids that exist are passed over', () => {
    const first = scene().context.x.nextFreeId
    const at = scene(accountWith(), {
      others: [
        [first, accountWith()],
        [first + 1, accountWith()],
      ],
    })
    expect(at.context.x.nextFreeId).toBe(first + 2)
  })
})

describe('upgrade, transfer, eject', () => {
  it('upgrade changes code and limits', () => {
    const at = scene()
    expect(call(at, 'upgrade', { regs: { 7: READ, 8: 5, 9: MAX }, bytes: H }).r7).toBe(HostResult.OK)
    expect(at.context.own).toMatchObject({ codeHash: H, minItemGas: 5n, minMemoGas: MAX })
    expect(call(at, 'upgrade', { regs: { 7: NOWHERE } }).exit).toBe('panic')
  })

  const memo = new Uint8Array(128).fill(7)
  const sending = { 7: OTHER, 8: 500, 9: 2, 10: READ }

  it('transfer takes amount and gas', () => {
    const at = scene()
    const got = call(at, 'transfer', { regs: { ...sending, 9: 1234 }, bytes: memo })
    expect([got.r7, got.gasUsed, at.context.own.balance]).toEqual([HostResult.OK, 10n + 1234n + 3n, 999_500n])
    expect(at.context.x.transfers.toArray()).toEqual([{ from: SELF, to: OTHER, amount: 500n, memo, gas: 1234n }])
    expect(at.context.y.transfers.toArray()).toEqual([])
  })

  it.each([
    [HostResult.WHO, { 7: 12345 }],
    [HostResult.WHO, { 7: MAX }],
    [HostResult.LOW, { 9: 1 }],
    [HostResult.CASH, { 8: 1_000_000n - BASE + 1n }],
    [HostResult.OK, { 8: 1_000_000n - BASE }],
    [HostResult.CASH, { 8: MAX }],
  ])('transfer answers %s to %o, and the gas is charged on success only', (result, regs) => {
    const got = call(scene(), 'transfer', { regs: { ...sending, ...regs }, bytes: memo })
    expect([got.r7, got.gasUsed]).toEqual([result, result === HostResult.OK ? 15n : 13n])
  })

  it('transfer that cannot pay its gas is out of gas, with all of it used, and changes nothing', () => {
    const at = scene()
    const got = call(at, 'transfer', { regs: { ...sending, 9: 990 }, bytes: memo, gas: 1000n })
    expect([got.exit, got.gasUsed, at.context.own.balance, at.context.x.transfers.toArray()]).toEqual([
      'out-of-gas',
      1000n,
      1_000_000n,
      [],
    ])
    expect(call(scene(), 'transfer', { regs: { ...sending, 9: MAX }, bytes: memo }).exit).toBe('out-of-gas')
    expect(call(scene(), 'transfer', { regs: { ...sending, 10: NOWHERE } }).exit).toBe('panic')
  })

  it('a transfer may go to the service itself, and to one created just now', () => {
    const at = scene()
    const id = call(at, 'new', { regs: { 7: READ, 8: 1 }, bytes: H }).r7
    expect(call(at, 'transfer', { regs: { ...sending, 7: id }, bytes: memo }).r7).toBe(HostResult.OK)
    expect(call(at, 'transfer', { regs: { ...sending, 7: SELF }, bytes: memo }).r7).toBe(HostResult.OK)
  })

  const toSelf = (): Uint8Array => {
    const hash = new Uint8Array(32)
    hash.set(le32(SELF))
    return hash
  }
  const leaving = (
    slots: readonly number[],
    more: Parameters<typeof accountWith>[0] = {},
  ): ReturnType<typeof accountWith> =>
    accountWith({ codeHash: toSelf(), balance: 900n, ...more }, { requests: [[H, 50, slots]] })
  const ejecting = { regs: { 7: OTHER, 8: READ }, bytes: H }

  it('eject takes the balance of one that left', () => {
    const at = scene(accountWith(), { others: [[OTHER, leaving([1, SLOT - EXPUNGE - 1])]] })
    expect(call(at, 'eject', ejecting).r7).toBe(HostResult.OK)
    expect([at.context.x.accounts.get(OTHER), at.context.own.balance]).toEqual([undefined, 1_000_900n])
  })

  it.each([
    ['its time is not over', HostResult.HUH, leaving([1, SLOT - EXPUNGE])],
    ['its code is still there', HostResult.HUH, leaving([1])],
    ['its code came again', HostResult.HUH, leaving([1, 2, 3])],
    ['it holds something else', HostResult.HUH, leaving([1, 2], { items: 3 })],
    ['the request has another length', HostResult.HUH, leaving([1, 2], { octets: 132n })],
    ['it is for another one', HostResult.WHO, leaving([1, 2], { codeHash: hashOf(0) })],
    ['the rest of the hash is not 0', HostResult.WHO, leaving([1, 2], { codeHash: toSelf().fill(1, 31) })],
  ])('eject where %s: %s', (_, result, account) => {
    const at = scene(accountWith(), { others: [[OTHER, account]] })
    expect(call(at, 'eject', ejecting).r7).toBe(result)
    expect(at.context.x.accounts.get(OTHER)).toBeDefined()
  })

  it('eject of itself or of nobody is WHO; without a readable hash it panics', () => {
    expect(call(scene(leaving([1, 2])), 'eject', { ...ejecting, regs: { 7: SELF, 8: READ } }).r7).toBe(HostResult.WHO)
    expect(call(scene(), 'eject', { ...ejecting, regs: { 7: MAX, 8: READ } }).r7).toBe(HostResult.WHO)
    expect(call(scene(), 'eject', { regs: { 7: OTHER, 8: NOWHERE } }).exit).toBe('panic')
  })
})
