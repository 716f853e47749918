// What GP 0.8.0 changes in the calls of accumulate: who may bless, counts of validators, lengths tested before memory.
import { describe, expect, it } from 'vitest'
import { HostResult } from '../../../src/host/results.ts'
import { accountWith, call, hashOf, NOWHERE, READ, SELF, scene } from './caller.ts'

const at080 = (...[own = accountWith(), changes = {}]: Partial<Parameters<typeof scene>>) =>
  scene(own, changes, 'gp-0.8.0')

describe('GP 0.8.0', () => {
  it.each([
    ['query', { 7: NOWHERE, 8: 2n ** 32n }],
    ['solicit', { 7: NOWHERE, 8: 2n ** 32n }],
    ['forget', { 7: NOWHERE, 8: 2n ** 32n }],
    ['provide', { 7: SELF, 8: NOWHERE, 9: 2n ** 32n }],
  ])('%s of a length beyond 32 bits is HUH before memory is looked at', (name, regs) => {
    const got = call(at080(), name, { regs, gas: 10n ** 12n })
    expect([got.exit, got.r7]).toEqual(['continue', HostResult.HUH])
    if (name !== 'provide') expect(got.r8).toBe(2n ** 32n)
  })

  it.each(['query', 'solicit', 'forget'])('%s of a shorter one still needs its hash', name => {
    expect(call(at080(), name, { regs: { 7: NOWHERE, 8: 2n ** 32n - 1n } }).exit).toBe('panic')
  })

  const blessing = { 7: 1, 8: READ, 9: 2, 10: 3, 11: READ, 12: 0 }
  it('bless is the manager’s: memory, then HUH, then WHO', () => {
    expect(call(at080(accountWith(), { manager: SELF }), 'bless', { regs: blessing }).r7).toBe(HostResult.OK)
    expect(call(at080(), 'bless', { regs: { ...blessing, 7: 2n ** 32n } }).r7).toBe(HostResult.HUH)
    expect(call(at080(), 'bless', { regs: { ...blessing, 8: NOWHERE } }).exit).toBe('panic')
    const manager = at080(accountWith(), { manager: SELF })
    expect(call(manager, 'bless', { regs: { ...blessing, 7: 2n ** 32n } }).r7).toBe(HostResult.WHO)
  })

  it.each([
    [6, HostResult.OK],
    [3, HostResult.HUH],
    [7, HostResult.HUH],
    [9, HostResult.HUH],
    [0, HostResult.HUH],
  ])('designate %i validators, with two cores', (count, result) => {
    const at = at080(accountWith(), { delegator: SELF })
    const bytes = new Uint8Array(336 * 9).fill(4)
    expect(call(at, 'designate', { regs: { 7: READ, 8: count }, bytes }).r7).toBe(result)
    expect(at.context.x.privileges.staging.length).toBe(result === HostResult.OK ? 336 * count : 0)
  })

  it('designate panics before it looks at the count', () => {
    const at = at080(accountWith(), { delegator: SELF })
    expect(call(at, 'designate', { regs: { 7: NOWHERE, 8: 7 } }).exit).toBe('panic')
    expect(call(at080(), 'designate', { regs: { 7: READ, 8: 6 }, bytes: new Uint8Array(336 * 6) }).r7).toBe(
      HostResult.HUH,
    )
  })

  it('grow_heap is offered, and the numbers are one higher', () => {
    expect(call(at080(), 'grow_heap', { regs: { 7: 0 } }).r7).toBe(0n)
    expect(call(at080(), 'yield', { regs: { 7: READ }, bytes: hashOf(1) }).r7).toBe(HostResult.OK)
  })

  it('a transfer that cannot pay its gas uses all of it', () => {
    const regs = { 7: SELF, 8: 1, 9: 100_000n, 10: READ }
    const got = call(at080(), 'transfer', { regs, bytes: new Uint8Array(128), gas: 5000n })
    expect([got.exit, got.gasUsed]).toEqual(['out-of-gas', 5000n])
  })
})
