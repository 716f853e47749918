// Names, numbers, prices, the registry, result codes.
import { describe, expect, it } from 'vitest'
import {
  createHost,
  HOST_CALL_NAMES,
  HostResult,
  hostCallName,
  hostCallNumber,
  hostPrice,
  hostResultName,
  unknownPrice,
} from '../../src/host/index.ts'
import { createEngine, Exit, type HostAction, type Profile, profile, type Vm } from '../../src/index.ts'
import { programOf } from '../suite/cases.ts'

const engine = createEngine({ kind: 'reference' })

function machine(text: string, rules: Profile, host: ReturnType<typeof createHost>, gas = 100_000n): Vm {
  return engine.instantiate(programOf(text, rules).program, { gas, host })
}

describe('names and numbers (GP B.6 to B.9)', () => {
  it('0.8.0 has grow_heap as 1, and every call from fetch on one number up', () => {
    expect(hostCallNumber('grow_heap', 'gp-0.7.2')).toBeUndefined()
    expect(hostCallNumber('grow_heap', 'gp-0.8.0')).toBe(1)
    for (const name of HOST_CALL_NAMES) {
      if (['gas', 'grow_heap', 'log', 'compile'].includes(name)) continue
      expect(hostCallNumber(name, 'gp-0.8.0')).toBe(hostCallNumber(name, 'gp-0.7.2')! + 1)
    }
    expect([hostCallNumber('gas', 'gp-0.8.0'), hostCallNumber('log', 'gp-0.8.0')]).toEqual([0, 100])
  })

  it('main has compile as 9, and every call from machine on one number up from 0.8.0', () => {
    expect(hostCallNumber('compile', 'gp-main')).toBe(9)
    expect([hostCallNumber('compile', 'gp-0.8.0'), hostCallNumber('compile', 'gp-0.7.2')]).toEqual([
      undefined,
      undefined,
    ])
    for (const name of HOST_CALL_NAMES) {
      if (name === 'compile') continue
      const before = hostCallNumber(name, 'gp-0.8.0')!
      expect(hostCallNumber(name, 'gp-main'), name).toBe(before >= 9 && before < 100 ? before + 1 : before)
    }
    const numbers = Array.from({ length: 30 }, (_, index) => hostCallName(index, 'gp-main'))
    expect(numbers).toEqual([
      ...['gas', 'grow_heap', 'fetch', 'lookup', 'read', 'write', 'info', 'historical_lookup', 'export', 'compile'],
      ...['machine', 'peek', 'poke', 'pages', 'invoke', 'expunge', 'bless', 'assign', 'designate', 'checkpoint', 'new'],
      ...['upgrade', 'transfer', 'eject', 'query', 'solicit', 'forget', 'yield', 'provide', undefined],
    ])
    expect(hostCallName(100, 'gp-main')).toBe('log')
  })

  it('some numbers as the texts have them', () => {
    expect(['fetch', 'write', 'invoke', 'expunge', 'provide'].map(name => hostCallNumber(name, 'gp-0.7.2'))).toEqual([
      1, 4, 12, 13, 26,
    ])
    expect(hostCallName(27, 'gp-0.8.0')).toBe('provide')
    expect(hostCallName(27, 'gp-0.7.2')).toBeUndefined()
    expect(hostCallName(-1, 'gp-0.8.0')).toBeUndefined()
  })

  it('result codes count down from 2^64 - 1', () => {
    expect(HostResult.NONE).toBe(2n ** 64n - 1n)
    expect(HostResult.HUH).toBe(2n ** 64n - 9n)
    expect([hostResultName(2n ** 64n - 3n), hostResultName(0n), hostResultName(96n)]).toEqual([
      'OOB',
      undefined,
      undefined,
    ])
  })
})

describe('prices', () => {
  const rules = profile('gp-0.8.0')
  const vm = engine.instantiate(programOf('trap', rules).program, {})
  const price = (name: string, regs: Readonly<Record<number, bigint>> = {}): bigint => {
    for (let i = 0; i < 13; i++) vm.regs[i] = regs[i] ?? 0n
    const found = hostPrice(hostCallNumber(name, 'gp-0.8.0')!, 'gp-0.8.0')
    return BigInt(typeof found === 'number' ? found : found(vm, 0))
  }

  it('0.7.2: 10 for everything, known or not', () => {
    for (const index of [0, 1, 12, 26, 100, 99, -1]) expect(hostPrice(index, 'gp-0.7.2')).toBe(10)
    expect(unknownPrice('gp-0.7.2')).toBe(10)
  })

  it('0.8.0: 1000 for what does not exist, and for log', () => {
    for (const index of [28, 99, 100, 101, -1]) expect(hostPrice(index, 'gp-0.8.0')).toBe(1000)
    expect(unknownPrice('gp-0.8.0')).toBe(1000)
  })

  it('main: as 0.8.0, but for compile and machine', () => {
    expect(unknownPrice('gp-main')).toBe(1000)
    for (const index of [29, 99, 101, -1]) expect(hostPrice(index, 'gp-main')).toBe(1000)
    for (const name of HOST_CALL_NAMES) {
      if (name === 'compile' || name === 'machine') continue
      const [now, before] = (['gp-main', 'gp-0.8.0'] as const).map(version =>
        hostPrice(hostCallNumber(name, version)!, version),
      )
      expect(now, name).toBe(before)
    }
    expect(hostPrice(10, 'gp-main')).toBe(1862)
  })

  it('0.8.0: constants and rates of GP I.4.5, rounded up per 1024', () => {
    expect(price('gas')).toBe(48n)
    expect(price('read', { 9: 0n, 12: 0n })).toBe(2407n)
    expect(price('read', { 9: 32n, 12: 1000n })).toBe(2407n + 55n + 243n) // 54.25 and 242.1… up
    expect(price('write', { 8: 1n, 10: 1n })).toBe(2442n + 4n + 1n)
    expect(price('lookup', { 11: 1024n })).toBe(600n + 248n)
    expect(price('machine', { 8: 1025n })).toBe(1862n + 113n)
    expect(price('peek', { 10: 4096n })).toBe(377n + 1344n)
    expect(price('poke', { 10: 4096n })).toBe(297n + 896n)
    expect(price('bless', { 12: 3n })).toBe(482n)
    expect(price('designate', { 8: 1023n })).toBe(1100n + 302n * 1023n)
    expect(price('provide', { 9: 0n })).toBe(3980n)
  })

  it('0.8.0: a length of 2^64 - 1 is priced as such, not modulo anything', () => {
    expect(price('lookup', { 11: 2n ** 64n - 1n })).toBe(600n + (248n * (2n ** 64n - 1n) + 1023n) / 1024n)
  })

  it('0.8.0: fetch by selector, also where there is nothing to fetch', () => {
    const fetch = (selector: bigint, length = 1024n): bigint => price('fetch', { 9: length, 10: selector })
    expect([0n, 1n, 2n, 5n, 14n, 15n, 16n, 2n ** 64n - 1n].map(selector => fetch(selector))).toEqual([
      390n,
      103n,
      176n,
      171n,
      687n,
      699n,
      80n,
      80n,
    ])
  })

  it('0.8.0: pages by mode and count', () => {
    const pages = (mode: bigint, count: bigint): bigint => price('pages', { 9: count, 10: mode })
    expect([pages(0n, 3n), pages(1n, 3n), pages(2n, 1n), pages(3n, 2n), pages(4n, 0n), pages(5n, 9n)]).toEqual([
      566n,
      638n,
      396n,
      188n,
      130n,
      80n,
    ])
  })
})

describe('createHost', () => {
  const seven = (vm: Vm): void => {
    vm.regs[7] = 7n
  }

  it('takes numbers and names, names by the version of the profile', () => {
    const old = createHost({ fetch: seven }, { profile: 'gp-0.7.2' })
    const recent = createHost({ fetch: seven, '-1': seven, 200: seven }, { profile: 'gp-0.8.0' })
    expect(old.entry(1)?.name).toBe('fetch')
    expect(recent.entry(2)?.name).toBe('fetch')
    expect(recent.entry(-1)).toMatchObject({ price: 1000 })
    expect(recent.entry(200)?.call).toBe(seven)
    expect(recent.entry(2)?.call).toBe(seven)
  })

  it('unknown numbers answer WHAT and are paid (GP B.5), also those of calls that are not offered', () => {
    for (const [rules, cost] of [
      [profile('gp-0.7.2'), 10n],
      [profile('gp-0.7.2', { name: 'x', hostCalls: 'gp-0.8.0' }), 1000n],
    ] as const) {
      const vm = machine('load_imm r7, 5\necalli 3\necalli -77\ntrap', rules, createHost({}, { profile: rules }))
      expect([vm.run(), vm.regs[7], vm.gas]).toEqual([Exit.Panic, HostResult.WHAT, 100_000n - 4n - 2n * cost])
    }
  })

  it("unknown: 'exit' leaves run instead, unpaid; so do free profiles by default", () => {
    for (const host of [createHost({}, { unknown: 'exit' }), createHost({}, { profile: 'w3f-vectors' })]) {
      const vm = machine('ecalli 3\ntrap', profile('gp-0.7.2'), host)
      expect([vm.run(), vm.exitArg, vm.gas]).toEqual([Exit.Host, 3, 99_999n])
    }
  })

  it('a price can be given with the function', () => {
    const host = createHost({ 5: { price: 3, call: seven }, 6: { price: vm => vm.regs[8]!, call: seven } })
    const vm = machine('load_imm r8, 20\necalli 5\necalli 6\ntrap', profile('gp-0.7.2'), host)
    expect([vm.run(), vm.gas]).toEqual([Exit.Panic, 100_000n - 4n - 23n])
  })

  it('a program of the other version refuses it: the numbers mean something else', () => {
    const old = createHost({ gas: seven })
    expect(() => machine('trap', profile('gp-0.8.0'), old)).toThrow(/^host: its numbers are those of gp-0.7.2/)
    expect(machine('trap', profile('polkavm'), old).run()).toBe(Exit.Panic)
  })

  it('refuses names that do not exist in the version, doubles, and what is no function', () => {
    expect(() => createHost({ grow_heap: seven }, { profile: 'gp-0.7.2' })).toThrow(/gp-0.7.2 has no grow_heap/)
    expect(() => createHost({ fetsch: seven })).toThrow(/no host call fetsch/)
    expect(() => createHost({ gas: seven, 0: seven })).toThrow(RangeError)
    expect(() => createHost({ gas: seven }, { profile: 'polkavm' })).toThrow(RangeError)
    expect(() => createHost({ 1: 5 as unknown as () => HostAction })).toThrow(TypeError)
    expect(() => createHost({ 4294967296: seven })).toThrow(RangeError)
  })
})
