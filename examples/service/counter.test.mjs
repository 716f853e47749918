// A service's test in your own test runner: what counter.jam does to its state. Run with `node --test`.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Account, Accounts, blake2b, createServiceHost, emptyState, MapStore } from 'coulis/host'

const code = readFileSync(new URL('../counter.jam', import.meta.url))
const codeHash = blake2b(code)
const host = createServiceHost({ profile: 'gp-0.7.2' })

/** A state with the service alone, as number 7. */
function stateWith(storage) {
  const record = { codeHash, balance: 100_000n, minItemGas: 0n, minMemoGas: 0n, octets: 0n, items: 0, gratis: 0n }
  const store = new MapStore({ storage, preimages: [[codeHash, code]] })
  const account = new Account({ ...record, created: 0, lastAccumulation: 0, parent: 0 }, store)
  return { ...emptyState(host.constants), accounts: new Accounts(new Map([[7, account]])) }
}

const KEY = new TextEncoder().encode('count')
const operand = {
  packageHash: codeHash,
  exportsRoot: codeHash,
  authorizerHash: codeHash,
  payloadHash: codeHash,
  gas: 1000n,
  result: new Uint8Array(0),
  authTrace: new Uint8Array(0),
}

test('the counter counts its inputs', () => {
  const before = stateWith([[KEY, Uint8Array.of(5, 0, 0, 0, 0, 0, 0, 0)]])
  const request = { service: 7, slot: 42, entropy: new Uint8Array(32), gas: 1000n, inputs: [operand, operand] }
  const { outcome, state, gasUsed } = host.accumulate(before, request)
  assert.equal(outcome, 'halt')
  assert.equal(gasUsed, 139n)
  assert.deepEqual(state.accounts.get(7).storage(KEY), Uint8Array.of(7, 0, 0, 0, 0, 0, 0, 0))
})

test('without gas nothing is written', () => {
  const { outcome, state } = host.accumulate(stateWith([]), {
    service: 7,
    slot: 42,
    entropy: new Uint8Array(32),
    gas: 50n,
    inputs: [operand],
  })
  assert.equal(outcome, 'out-of-gas')
  assert.equal(state.accounts.get(7).storage(KEY), undefined)
})
