// Refine and is-authorized (GP B.2, B.3): code, arguments, exports, historical lookup, what comes into the report.
import { describe, expect, it } from 'vitest'
import { blake2b } from '../../../src/hash/blake2b.ts'
import { createInnerMachines } from '../../../src/host/inner.ts'
import { HostResult } from '../../../src/host/results.ts'
import { Accounts } from '../../../src/host/service/accounts.ts'
import { resolveChain } from '../../../src/host/service/chain.ts'
import {
  authorizerHash,
  encodeItem,
  encodePackage,
  packageHash,
  type WorkPackage,
} from '../../../src/host/service/package.ts'
import { refineCalls, reportedRun, SEGMENT } from '../../../src/host/service/refine.ts'
import { createServiceHost } from '../../../src/host/service/service-host.ts'
import { assemble } from '../../../src/index.ts'
import { accountWith, callWith, hashOf, MAX, NOWHERE, OTHER, READ, SELF, scene, WRITE, written } from './caller.ts'

/** A service's code: no metadata, then a standard program. */
function preimageOf(text: string): Uint8Array {
  return Uint8Array.of(0, ...assemble(`.format standard\n${text}`).bytes)
}

/** Halts with its arguments. */
const ECHO = preimageOf('jump_ind r0')
/** Exports its arguments twice, halts with nothing. */
const EXPORTS = preimageOf(`move_reg r9, r7\nmove_reg r10, r8\necalli 7\nmove_reg r7, r9\nmove_reg r8, r10\necalli 7
  load_imm r8, 0\njump_ind r0`)
const TRAP = preimageOf('ecalli 0\ntrap')
const SLOT = 500

function setting(
  preimage: Uint8Array,
  slots: readonly number[] = [1],
  change: Partial<WorkPackage['items'][number]> = {},
) {
  const codeHash = blake2b(preimage)
  const account = accountWith(
    { codeHash },
    { preimages: [[codeHash, preimage]], requests: [[codeHash, preimage.length, slots]] },
  )
  const item = {
    service: SELF,
    codeHash,
    refineGas: 1000n,
    accumulateGas: 1n,
    exports: 0,
    payload: Uint8Array.of(5, 6),
    imports: [],
    extrinsics: [],
    ...change,
  }
  const source: WorkPackage = {
    authHost: SELF,
    authCodeHash: codeHash,
    context: {
      anchor: hashOf(2),
      stateRoot: hashOf(3),
      beefyRoot: hashOf(4),
      lookupAnchor: hashOf(5),
      lookupAnchorSlot: SLOT,
      prerequisites: [],
    },
    authToken: new Uint8Array(0),
    authConfig: Uint8Array.of(1),
    items: [item, { ...item, exports: 2 }],
  }
  return { accounts: new Accounts(new Map([[SELF, account]])), core: 300, package: source, trace: new Uint8Array(0) }
}

const host = createServiceHost({ engine: 'reference' })

describe('refine', () => {
  it('has its arguments as numbers of variable length, payload and package hash', () => {
    const request = setting(ECHO)
    const { result, gasUsed } = host.refine({ ...request, item: 1 })
    const hash = packageHash(request.package, 'gp-0.7.2')
    expect(result).toEqual(Uint8Array.of(0x81, 0x2c, 1, SELF, 2, 5, 6, ...hash))
    expect(gasUsed).toBe(1n)
  })

  it.each([
    ['the service is missing', { accounts: new Accounts(new Map()) }],
    ['it is not available any more', setting(ECHO, [1, SLOT])],
    ['it was not available yet', setting(ECHO, [SLOT + 1])],
    ['it is only asked for', setting(ECHO, [])],
  ])('is bad where %s', (_, change) => {
    expect(host.refine({ ...setting(ECHO), ...change, item: 0 })).toMatchObject({
      result: 'bad',
      gasUsed: 0n,
      exports: [],
    })
  })

  it.each([[[1, SLOT + 1]], [[1, 2, SLOT]], [[SLOT]]])('has code that is available at the anchor: %o', slots => {
    expect(host.refine({ ...setting(ECHO, slots), item: 0 }).result).toBeInstanceOf(Uint8Array)
  })

  it('is big where the preimage is, metadata included', () => {
    const limit = (maxServiceCode: number) => createServiceHost({ engine: 'reference', chain: { maxServiceCode } })
    expect(limit(ECHO.length - 1).refine({ ...setting(ECHO), item: 0 }).result).toBe('big')
    expect(limit(ECHO.length).refine({ ...setting(ECHO), item: 0 }).result).toBeInstanceOf(Uint8Array)
  })

  it('exports segments, none after a failure; gas is what was used', () => {
    const { exports, gasUsed } = host.refine({ ...setting(EXPORTS), item: 0 })
    expect(exports.map(({ length }) => length)).toEqual([SEGMENT, SEGMENT])
    expect([exports[0]![0], exports[0]![SEGMENT - 1]]).toEqual([0x81, 0])
    expect(gasUsed).toBe(2n * 10n + 8n)
    expect(host.refine({ ...setting(TRAP), item: 0 })).toMatchObject({ result: 'panic', exports: [], gasUsed: 12n })
    const poor = setting(EXPORTS, [1], { refineGas: 20n })
    expect(host.refine({ ...poor, item: 0 })).toMatchObject({ result: 'out-of-gas', exports: [], gasUsed: 20n })
  })

  it('an item that there is not is a RangeError', () => {
    expect(() => host.refine({ ...setting(ECHO), item: 2 })).toThrow(RangeError)
  })

  const call = (
    index: number,
    regs: Record<number, bigint | number>,
    exported: Uint8Array[],
    exportOffset?: number,
    bytes?: Uint8Array,
  ) => {
    const at = scene()
    const old = accountWith({}, { preimages: [[hashOf(1), Uint8Array.of(8, 9)]], requests: [[hashOf(1), 2, [SLOT]]] })
    const accounts = new Accounts(
      new Map([
        [SELF, accountWith()],
        [OTHER, old],
      ]),
    )
    const request = { ...setting(ECHO), accounts, item: 1, ...(exportOffset === undefined ? {} : { exportOffset }) }
    const calls = refineCalls(at.chain, request, SELF, exported, createInnerMachines())
    return callWith(calls, at.chain, index, { regs, ...(bytes && { bytes }) })
  }

  it('export pads, counts on from the items before, and is FULL at 3,072 in all', () => {
    const exported: Uint8Array[] = []
    const bytes = new Uint8Array(4096).fill(6)
    expect(call(7, { 7: READ, 8: 3 }, exported, undefined, bytes).r7).toBe(0n) // the item before declares none
    expect(exported[0]!.subarray(0, 4)).toEqual(Uint8Array.of(6, 6, 6, 0))
    expect(call(7, { 7: WRITE, 8: MAX }, exported, 3070).r7).toBe(3071n)
    expect(exported[1]!.length).toBe(SEGMENT)
    expect(call(7, { 7: READ, 8: 3 }, exported, 3070).r7).toBe(HostResult.FULL)
    expect(call(7, { 7: NOWHERE, 8: 3 }, exported, 3070).exit).toBe('panic')
    expect(call(7, { 7: NOWHERE, 8: 0 }, []).r7).toBe(0n)
    expect(exported.length).toBe(2)
  })

  it('historical lookup sees what was available at the lookup anchor', () => {
    const regs = { 7: OTHER, 8: READ, 9: WRITE, 10: 0, 11: 2 }
    const got = call(6, regs, [], undefined, hashOf(1))
    expect([got.r7, [...written(got, 2)]]).toEqual([2n, [8, 9]])
    expect(call(6, { ...regs, 7: MAX, 9: NOWHERE }, [], undefined, hashOf(1)).r7).toBe(HostResult.NONE)
    expect(call(6, { ...regs, 7: 2n ** 32n + 9n }, [], undefined, hashOf(1)).r7).toBe(HostResult.NONE)
    expect(call(6, { ...regs, 9: NOWHERE }, [], undefined, hashOf(1)).exit).toBe('panic')
    expect(call(6, { ...regs, 8: NOWHERE }, [], undefined, hashOf(1)).exit).toBe('panic')
  })
})

describe('is-authorized', () => {
  it('has the core in two bytes', () => {
    expect(host.isAuthorized(setting(ECHO))).toMatchObject({ result: Uint8Array.of(300 & 255, 1), gasUsed: 1n })
  })

  it('is bad without code, big with too much of it, metadata not counted', () => {
    expect(host.isAuthorized(setting(ECHO, []))).toMatchObject({ result: 'bad', gasUsed: 0n })
    const limit = (maxAuthorizerCode: number) =>
      createServiceHost({ engine: 'reference', chain: { maxAuthorizerCode } })
    expect(limit(ECHO.length - 2).isAuthorized(setting(ECHO)).result).toBe('big')
    expect(limit(ECHO.length - 1).isAuthorized(setting(ECHO)).result).toBeInstanceOf(Uint8Array)
  })
})

describe('what comes into the report', () => {
  const chain = resolveChain({ chain: { maxReportVariableSize: 10 } })
  const run = { result: new Uint8Array(4), exports: [new Uint8Array(SEGMENT).fill(1)], gasUsed: 5n, reason: undefined }
  const zero = new Uint8Array(SEGMENT)

  it.each([
    ['fits', run, 1, 6, { result: run.result, exports: run.exports }],
    ['is too long', run, 1, 7, { result: 'oversize', exports: [zero] }],
    ['is too long and exports too much', run, 0, 7, { result: 'oversize', exports: [] }],
    ['exports too much', run, 0, 0, { result: 'bad-exports', exports: [] }],
    ['exports too little', run, 2, 0, { result: 'bad-exports', exports: [zero, zero] }],
    ['failed', { ...run, result: 'panic' as const, exports: [] }, 0, 99, { result: 'panic', exports: [] }],
    [
      'failed and should have exported',
      { ...run, result: 'panic' as const, exports: [] },
      1,
      0,
      { result: 'bad-exports', exports: [zero] },
    ],
  ])('an output that %s', (_, given, declared, before, expected) => {
    expect(reportedRun(chain, given, { exports: declared }, before)).toMatchObject({ ...expected, gasUsed: 5n })
  })

  it('a package: authorization, then its items; the sizes add up', () => {
    const small = createServiceHost({ engine: 'reference', chain: { maxReportVariableSize: 60 } })
    const { authorization, items } = small.refinePackage(setting(ECHO))
    expect(authorization.result).toEqual(Uint8Array.of(44, 1))
    // 39 bytes each: the second one does not fit behind trace and first output.
    expect(items.map(({ result }) => (typeof result === 'string' ? result : result.length))).toEqual([39, 'oversize'])
    expect(small.refinePackage(setting(ECHO, []))).toEqual({
      authorization: { result: 'bad', gasUsed: 0n, reason: 'no authorizer code' },
      items: [],
    })
  })
})

describe('encodings', () => {
  it('hashes are those of the encodings', () => {
    const { package: source } = setting(ECHO)
    expect(packageHash(source, 'gp-0.7.2')).toEqual(blake2b(encodePackage(source, 'gp-0.7.2')))
    expect(authorizerHash(source)).toEqual(blake2b(Uint8Array.of(...source.authCodeHash, ...source.authConfig)))
  })

  it('an import by package has the highest bit of its index set', () => {
    const [item] = setting(ECHO, [1], {
      imports: [
        { hash: hashOf(1), index: 3 },
        { hash: hashOf(2), index: 4, isPackage: true },
      ],
      extrinsics: [{ hash: hashOf(3), length: 5 }],
    }).package.items
    const bytes = encodeItem(item!)
    const tail = Uint8Array.of(2, ...hashOf(1), 3, 0, ...hashOf(2), 4, 0x80, 1, ...hashOf(3), 5, 0, 0, 0)
    expect(bytes.subarray(bytes.length - tail.length)).toEqual(tail)
    expect(bytes.subarray(52 + 2, 52 + 2 + 3)).toEqual(Uint8Array.of(2, 5, 6))
  })

  it('0.8.0 has the anchor slot and the root of the lookup anchor in the context', () => {
    const { package: source } = setting(ECHO)
    const context = { ...source.context, anchorSlot: 7, lookupAnchorStateRoot: hashOf(9) }
    const bytes = encodePackage({ ...source, context }, 'gp-0.8.0')
    expect(bytes.length).toBe(encodePackage(source, 'gp-0.7.2').length + 4 + 32)
    expect(bytes.subarray(36 + 32, 36 + 36)).toEqual(Uint8Array.of(7, 0, 0, 0))
    expect(bytes.subarray(36 + 36 + 96 + 4, 36 + 36 + 96 + 36)).toEqual(hashOf(9))
  })
})
