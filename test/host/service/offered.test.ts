// Which calls, and which values of fetch, each invocation offers: every number and every selector, both versions (GP B.2 to B.4).
import { describe, expect, it } from 'vitest'
import { createInnerMachines } from '../../../src/host/inner.ts'
import { HOST_CALL_NAMES, type HostVersion, hostCallNumber } from '../../../src/host/names.ts'
import type { HostHandlers } from '../../../src/host/registry.ts'
import { HostResult } from '../../../src/host/results.ts'
import { accumulateCalls } from '../../../src/host/service/accumulate.ts'
import { encodeContext, encodePackage, type WorkPackage } from '../../../src/host/service/package.ts'
import { authorizeCalls, type RefineRequest, refineCalls, SEGMENT } from '../../../src/host/service/refine.ts'
import { callWith, hashOf, OTHER, READ, type Scene, SELF, scene, WRITE, written } from './caller.ts'

const bytesOf = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte)

const PACKAGE: WorkPackage = {
  authHost: SELF,
  authCodeHash: hashOf(1),
  context: {
    anchor: hashOf(2),
    stateRoot: hashOf(3),
    beefyRoot: hashOf(4),
    lookupAnchor: hashOf(5),
    lookupAnchorSlot: 900,
    prerequisites: [hashOf(6)],
  },
  authToken: bytesOf(5, 7),
  authConfig: bytesOf(6, 8),
  items: [0, 1].map(k => ({
    service: k === 0 ? SELF : OTHER,
    codeHash: hashOf(20 + k),
    refineGas: 10_000n,
    accumulateGas: 6n,
    exports: 3 + k,
    payload: bytesOf(40 + k, 9),
    imports: [{ hash: hashOf(30), index: 1, isPackage: true }],
    extrinsics: [{ hash: hashOf(31), length: 50 + k }],
  })),
}

const REFINE: Omit<RefineRequest, 'accounts'> = {
  core: 1,
  package: PACKAGE,
  item: 1,
  trace: bytesOf(11, 1),
  imports: [[bytesOf(SEGMENT, 2)], [bytesOf(SEGMENT, 3)]],
  extrinsics: [[bytesOf(50, 4)], [bytesOf(51, 5)]],
}

const INVOCATIONS: Record<string, (at: Scene) => HostHandlers> = {
  'is-authorized': ({ chain }) => authorizeCalls(chain, PACKAGE),
  refine: ({ chain, state }) =>
    refineCalls(chain, { ...REFINE, accounts: state.accounts }, OTHER, [], createInnerMachines()),
  accumulate: ({ context }) => accumulateCalls(context, { entropy: hashOf(8), inputs: [bytesOf(2, 1)] }),
}

const EVERYWHERE = ['gas', 'fetch', 'grow_heap']
const OFFERED: Record<string, readonly string[]> = {
  'is-authorized': EVERYWHERE,
  refine: [
    ...EVERYWHERE,
    ...['historical_lookup', 'export', 'compile', 'machine', 'peek', 'poke', 'pages', 'invoke', 'expunge'],
  ],
  accumulate: [
    ...EVERYWHERE,
    ...['read', 'write', 'lookup', 'info', 'bless', 'assign', 'designate', 'checkpoint', 'new', 'upgrade', 'transfer'],
    ...['eject', 'query', 'solicit', 'forget', 'yield', 'provide'],
  ],
}

/** Length of what fetch answers by selector; undefined is NONE. a = 1, b = 0, but a = 0 for what is an item's own. */
function fetched(version: HostVersion): Record<string, (number | undefined)[]> {
  const constants = version === 'gp-0.7.2' ? 134 : 122
  const context = encodeContext(PACKAGE.context, version).length
  const ofPackage = [encodePackage(PACKAGE, version).length, 6, 5, context, 1 + 2 * 62, 62, 41]
  const none = (count: number): undefined[] => new Array<undefined>(count).fill(undefined)
  return {
    'is-authorized': [constants, ...none(6), ...ofPackage, ...none(4)],
    refine: [constants, 32, 11, 51, 51, SEGMENT, SEGMENT, ...ofPackage, ...none(4)],
    accumulate: [constants, 32, ...none(12), 1 + 2, 2, ...none(2)],
  }
}

describe.each(['gp-0.7.2', 'gp-0.8.0', 'gp-main'] as const)('%s', version => {
  describe.each(Object.entries(INVOCATIONS))('%s', (name, handlersOf) => {
    it('offers its calls, and answers WHAT to all others at the price of an unknown one', () => {
      const names = HOST_CALL_NAMES.filter(call => hostCallNumber(call, version) !== undefined && call !== 'log')
      const known = new Map(names.map(call => [hostCallNumber(call, version)!, call as string]))
      for (let index = 0; index < 32; index++) {
        const at = scene(undefined, {}, version)
        const { exit, r7, gasUsed } = callWith(handlersOf(at), at.chain, index, { regs: { 7: WRITE, 8: READ } })
        const isOffered = OFFERED[name]!.includes(known.get(index) ?? '')
        const isUnknown = exit === 'continue' && r7 === HostResult.WHAT
        expect(isUnknown, `${index}, ${known.get(index)}`).toBe(!isOffered)
        const unknown = callWith(handlersOf(at), at.chain, 99, { regs: {} })
        if (isUnknown) expect(gasUsed, `${index}`).toBe(unknown.gasUsed)
      }
    })

    it.each(Array.from({ length: 18 }, (_, selector) => selector))('fetch %i', selector => {
      const at = scene(undefined, {}, version)
      const isOwn = selector === 4 || selector === 6 || selector === 15
      const regs = { 7: WRITE, 9: 4, 10: selector, 11: isOwn ? 0 : 1, 12: 0 }
      const got = callWith(handlersOf(at), at.chain, hostCallNumber('fetch', version)!, { regs })
      const length = fetched(version)[name]![selector]
      expect([got.exit, got.r7]).toEqual(['continue', length === undefined ? HostResult.NONE : BigInt(length)])
    })
  })

  it.each([3, 4, 5, 6, 12, 13])('refine: fetch %i of an index that there is not is NONE', selector => {
    const at = scene(undefined, {}, version)
    for (const regs of [
      { 11: 2, 12: 0 },
      { 11: selector === 12 || selector === 13 ? 2 : 1, 12: 1 },
    ]) {
      const all = { 7: WRITE, 9: 4, 10: selector, ...regs }
      const got = callWith(INVOCATIONS.refine!(at), at.chain, hostCallNumber('fetch', version)!, { regs: all })
      expect(got.r7).toBe(HostResult.NONE)
    }
  })

  it.each([
    [2, 1],
    [3, 5],
    [4, 5],
    [5, 3],
    [6, 3],
    [8, 8],
    [9, 7],
    [13, 9],
  ])('refine: fetch %i has the right bytes', (selector, byte) => {
    const at = scene(undefined, {}, version)
    const regs = { 7: WRITE, 9: 4, 10: selector, 11: selector === 4 || selector === 6 ? 0 : 1, 12: 0 }
    const got = callWith(INVOCATIONS.refine!(at), at.chain, hostCallNumber('fetch', version)!, { regs })
    expect(written(got, 4)).toEqual(bytesOf(4, byte))
  })
})
