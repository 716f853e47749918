// What callers hand to a service host and is wrong: an error that names it, before anything runs.
import { describe, expect, it } from 'vitest'
import { Accounts } from '../../../src/host/service/accounts.ts'
import { plainPackage } from '../../../src/host/service/package.ts'
import { SEGMENT } from '../../../src/host/service/refine.ts'
import { createServiceHost } from '../../../src/host/service/service-host.ts'
import { HostCallError } from '../../../src/index.ts'
import { accountWith, hashOf } from './caller.ts'
import { accumulating, CHAIN, ENTROPY, HALT_EMPTY, host, report, stateWith, transfer } from './services.ts'

const state = stateWith({ 7: accumulating(HALT_EMPTY) })
const accumulation = { service: 7, slot: 100, entropy: ENTROPY, gas: 1000n, inputs: [] }
const operand = {
  packageHash: hashOf(1),
  exportsRoot: hashOf(1),
  authorizerHash: hashOf(1),
  payloadHash: hashOf(1),
  gas: 5n,
  result: new Uint8Array(0),
  authTrace: new Uint8Array(0),
}
const round = { slot: 100, entropy: ENTROPY, transfers: [], reports: [], free: new Map<number, bigint>() }
const work = plainPackage([{ service: 7 }], 50)
const refining = { accounts: state.accounts, core: 0, package: work, item: 0, trace: new Uint8Array(0) }

/** What a call throws. */
function thrown(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}

describe.each([
  ['accumulate', 'service', -1, RangeError],
  ['accumulate', 'service', 2 ** 32, RangeError],
  ['accumulate', 'service', 7n, TypeError],
  ['accumulate', 'slot', 1.5, RangeError],
  ['accumulate', 'slot', Number.NaN, RangeError],
  ['accumulate', 'slot', undefined, TypeError],
  ['accumulate', 'entropy', new Uint8Array(31), RangeError],
  ['accumulate', 'entropy', new Array(32).fill(0), TypeError],
  ['accumulate', 'gas', 1000, TypeError],
  ['accumulate', 'gas', -1n, RangeError],
  ['accumulate', 'gas', 2n ** 64n, RangeError],
  ['accumulate', 'inputs', undefined, TypeError],
  ['accumulate', 'inputs[0].memo', [{ ...transfer(7, 1n), memo: new Uint8Array(127) }], RangeError],
  ['accumulate', 'inputs[1].amount', [transfer(7, 1n), transfer(7, 2n ** 64n)], RangeError],
  ['accumulate', 'inputs[0].from', [transfer(7, 1n, 0n, -1)], RangeError],
  ['accumulate', 'inputs[0].payloadHash', [{ ...operand, payloadHash: new Uint8Array(33) }], RangeError],
  ['accumulate', 'inputs[0].result', [{ ...operand, result: undefined }], TypeError],
  ['accumulate', 'inputs[0].result', [{ ...operand, result: 'fine' }], RangeError],
  ['accumulate', 'inputs[0]', [undefined], TypeError],
  ['accumulateRound', 'free', {}, TypeError],
  ['accumulateRound', 'transfers', 5, TypeError],
  ['accumulateRound', 'reports[0].packageHash', [{ ...report(1, []), packageHash: new Uint8Array(0) }], RangeError],
  ['accumulateRound', 'reports[0].digests.gas', [report(1, [[7, -1n]])], RangeError],
  ['accumulateRound', 'reports[0].lookups', [{ ...report(1, []), lookups: undefined }], TypeError],
  ['accumulateBlock', 'slot', 99, RangeError],
  ['accumulateBlock', 'preimages.data', [{ service: 7, data: 'x' }], TypeError],
  ['refine', 'core', 2 ** 16, RangeError],
  ['refine', 'core', 1n, TypeError],
  ['refine', 'item', 1, RangeError],
  ['refine', 'item', -1, RangeError],
  ['refine', 'trace', undefined, TypeError],
  ['refine', 'accounts', new Map().values(), TypeError],
  ['refine', 'imports', [[new Uint8Array(SEGMENT - 1)]], RangeError],
  ['refine', 'extrinsics', [['text']], TypeError],
  [
    'refine',
    'package.context.anchor',
    { ...work, context: { ...work.context, anchor: hashOf(1).subarray(1) } },
    RangeError,
  ],
  ['refine', 'package.items[0].refineGas', plainPackage([{ service: 7, refineGas: 2n ** 64n }], 50), RangeError],
] as const)('%s', (method, name, value, kind) => {
  it(`${name} is a ${kind.name} that names it`, () => {
    const field = /^[a-z]+/i.exec(name)![0]
    const given: Record<string, unknown> = {
      ...{ accumulate: accumulation, accumulateRound: round, accumulateBlock: { ...round }, refine: refining }[method],
      [field]: value,
    }
    const run = (host as unknown as Record<string, (...args: unknown[]) => unknown>)[method]!
    const error = thrown(() => (method === 'refine' ? run(given) : run(state, given)))
    expect(error).toBeInstanceOf(kind)
    expect((error as Error).message.startsWith(`${name}: `)).toBe(true)
  })
})

it.each([
  ['state.assigners', { assigners: [0] }],
  ['state.authQueues', { authQueues: [] }],
  ['state.manager', { manager: 2 ** 32 }],
])('a state of another chain: %s', (name, change) => {
  const error = thrown(() => host.accumulate({ ...state, ...change }, accumulation))
  expect(error).toBeInstanceOf(RangeError)
  expect((error as Error).message.startsWith(`${name}: `)).toBe(true)
})

describe('an account', () => {
  it.each([
    ['codeHash', new Uint8Array(0), RangeError], // would be that of an account that everybody may eject
    ['codeHash', '00', TypeError],
    ['balance', 5, TypeError],
    ['balance', 2n ** 64n, RangeError],
    ['gratis', -1n, RangeError],
    ['created', -1, RangeError],
    ['parent', 2 ** 32, RangeError],
    ['items', 1.5, RangeError],
  ])('with a wrong %s', (name, value, kind) => {
    const error = thrown(() => accountWith({ [name]: value }))
    expect(error).toBeInstanceOf(kind)
    expect((error as Error).message.startsWith(`${name}: `)).toBe(true)
  })
})

describe('what the host is made of throws', () => {
  const boom = new Error('the disk is gone')
  const hashed = accumulating(`load_imm_64 r8, 0xfeff0000\nload_imm r9, 1\nload_imm r12, 0\necalli 3\n${HALT_EMPTY}`)

  it('an onCall: the error comes out, and the state can be used again', () => {
    let fails = true
    const watching = createServiceHost({
      engine: 'reference',
      chain: CHAIN,
      onCall: () => {
        if (fails) throw boom
      },
    })
    const from = stateWith({ 7: hashed })
    const error = thrown(() => watching.accumulate(from, { ...accumulation, inputs: [transfer(7, 5n)] }))
    expect(error).toBeInstanceOf(HostCallError)
    expect((error as HostCallError).cause).toBe(boom)
    fails = false
    const { state: after } = watching.accumulate(from, { ...accumulation, inputs: [transfer(7, 5n)] })
    expect([from.accounts.get(7)!.balance, after.accounts.get(7)!.balance]).toEqual([1_000_000n, 1_000_005n])
    expect([...from.accounts.changed]).toEqual([])
  })

  it('a source of accounts: its error comes out as it is', () => {
    const accounts = new Accounts({
      get: () => {
        throw boom
      },
    })
    expect(thrown(() => host.accumulate({ ...state, accounts }, accumulation))).toBe(boom)
  })
})

it('frozen states and requests are as good as others, and used twice give the same', () => {
  const freeze = <T extends object>(value: T): T => Object.freeze({ ...value })
  const from = freeze(state)
  const request = freeze({ ...accumulation, inputs: Object.freeze([Object.freeze(transfer(7, 5n))]) as never })
  const [first, second] = [host.accumulate(from, request), host.accumulate(from, request)]
  expect(first.state.accounts.get(7)!.balance).toBe(second.state.accounts.get(7)!.balance)
  expect(from.accounts.get(7)!.balance).toBe(1_000_000n)
})
