// Runs a state-transition vector of accumulation: state before, reports, state after, as JSON. Not recorded blocks: block.ts.
import type { Engine } from '../engine/engine.ts'
import type { ProtocolConstants } from '../host/constants.ts'
import { Account, keyOf } from '../host/service/account.ts'
import { Accounts } from '../host/service/accounts.ts'
import { accumulateBlock, type BlockState, type ServiceStatistics } from '../host/service/block.ts'
import { resolveChain } from '../host/service/chain.ts'
import { MapStore } from '../host/service/map-store.ts'
import type { ReadyEntry } from '../host/service/ready-queue.ts'
import type { WorkReport } from '../host/service/round.ts'
import type { WorkError, WorkResult } from '../host/service/state.ts'
import type { Profile } from '../program/profile.ts'
import { hexFromBytes } from '../trace/hex.ts'
import { bigintOf, bytesOf, isObject, type JsonObject, listOf, numberOf, objectOf, VectorError } from './json.ts'
import { TINY_CHAIN } from './tiny-chain.ts'
import { type Mismatch, mismatch } from './verdict.ts'

const ERRORS: Readonly<Record<string, WorkError>> = {
  out_of_gas: 'out-of-gas',
  panic: 'panic',
  bad_exports: 'bad-exports',
  output_oversize: 'oversize',
  bad_code: 'bad',
  code_oversize: 'big',
}

/** Whether a JSON object is such a vector. */
export function isAccumulateVector(vector: JsonObject): boolean {
  return isObject(vector.pre_state) && isObject(vector.post_state) && Array.isArray(vector.pre_state.ready_queue)
}

function each<T>(value: unknown, what: string, read: (entry: JsonObject, what: string) => T): T[] {
  return listOf(value, what).map((entry, k) => read(objectOf(entry, `${what}[${k}]`), `${what}[${k}]`))
}

function hashesOf(value: unknown, what: string): Uint8Array[] {
  return listOf(value, what).map((hash, k) => bytesOf(hash, `${what}[${k}]`))
}

function resultOf(value: unknown, what: string): WorkResult {
  const result = objectOf(value, what)
  if (result.ok !== undefined) return bytesOf(result.ok, `${what}.ok`)
  const name = Object.keys(result)[0] ?? ''
  const error = ERRORS[name]
  if (error === undefined) throw new VectorError(`${what}: ${name} is no result`)
  return error
}

function reportOf(report: JsonObject, what: string): WorkReport {
  const spec = objectOf(report.package_spec, `${what}.package_spec`)
  const context = objectOf(report.context, `${what}.context`)
  return {
    packageHash: bytesOf(spec.hash, `${what}.package_spec.hash`),
    exportsRoot: bytesOf(spec.exports_root, `${what}.package_spec.exports_root`),
    authorizerHash: bytesOf(report.authorizer_hash, `${what}.authorizer_hash`),
    authTrace: bytesOf(report.auth_output, `${what}.auth_output`),
    prerequisites: hashesOf(context.prerequisites, `${what}.context.prerequisites`),
    lookups: each(report.segment_root_lookup, `${what}.segment_root_lookup`, (entry, at) =>
      bytesOf(entry.work_package_hash, `${at}.work_package_hash`),
    ),
    digests: each(report.results, `${what}.results`, (digest, at) => ({
      service: numberOf(digest.service_id, `${at}.service_id`),
      payloadHash: bytesOf(digest.payload_hash, `${at}.payload_hash`),
      gas: bigintOf(digest.accumulate_gas, `${at}.accumulate_gas`),
      result: resultOf(digest.result, `${at}.result`),
    })),
  }
}

function accountOf(data: JsonObject, what: string): Account {
  const service = objectOf(data.service, `${what}.service`)
  const number = (name: string): number => numberOf(service[name], `${what}.service.${name}`)
  const amount = (name: string): bigint => bigintOf(service[name], `${what}.service.${name}`)
  const store = new MapStore({
    storage: each(data.storage, `${what}.storage`, (entry, at) => [
      bytesOf(entry.key, `${at}.key`),
      bytesOf(entry.value, `${at}.value`),
    ]),
    preimages: each(data.preimage_blobs, `${what}.preimage_blobs`, (entry, at) => [
      bytesOf(entry.hash, `${at}.hash`),
      bytesOf(entry.blob, `${at}.blob`),
    ]),
    requests: each(data.preimage_requests, `${what}.preimage_requests`, (entry, at) => {
      const key = objectOf(entry.key, `${at}.key`)
      const slots = listOf(entry.value, `${at}.value`).map(slot => numberOf(slot, `${at}.value`))
      return [bytesOf(key.hash, `${at}.key.hash`), numberOf(key.length, `${at}.key.length`), slots]
    }),
  })
  const record = {
    codeHash: bytesOf(service.code_hash, `${what}.service.code_hash`),
    balance: amount('balance'),
    minItemGas: amount('min_item_gas'),
    minMemoGas: amount('min_memo_gas'),
    octets: amount('bytes'),
    items: number('items'),
    gratis: amount('deposit_offset'),
    created: number('creation_slot'),
    lastAccumulation: number('last_accumulation_slot'),
    parent: number('parent_service'),
  }
  return new Account(record, store)
}

function stateOf(state: JsonObject, { coreCount }: ProtocolConstants): BlockState {
  const privileges = objectOf(state.privileges, 'privileges')
  const accounts = each(state.accounts, 'accounts', (entry, at): [number, Account] => [
    numberOf(entry.id, `${at}.id`),
    accountOf(objectOf(entry.data, `${at}.data`), `${at}.data`),
  ])
  return {
    accounts: new Accounts(new Map(accounts)),
    manager: numberOf(privileges.bless, 'bless'),
    assigners: listOf(privileges.assign, 'assign').map(id => numberOf(id, 'assign')),
    delegator: numberOf(privileges.designate, 'designate'),
    registrar: numberOf(privileges.register, 'register'),
    always: new Map(
      each(privileges.always_acc, 'always_acc', (entry, at) => [
        numberOf(entry.id, `${at}.id`),
        bigintOf(entry.gas, `${at}.gas`),
      ]),
    ),
    // Neither is in these vectors.
    staging: new Uint8Array(0),
    authQueues: Array.from({ length: coreCount }, () => new Uint8Array(0)),
    slot: numberOf(state.slot, 'slot'),
    ready: listOf(state.ready_queue, 'ready_queue').map((entries, k) =>
      each(entries, `ready_queue[${k}]`, (entry, at) => ({
        report: reportOf(objectOf(entry.report, `${at}.report`), `${at}.report`),
        dependencies: new Set(hashesOf(entry.dependencies, `${at}.dependencies`).map(keyOf)),
      })),
    ),
    accumulated: listOf(state.accumulated, 'accumulated').map((hashes, k) =>
      hashesOf(hashes, `accumulated[${k}]`).map(keyOf),
    ),
  }
}

const hexOfKey = (key: string): string => hexFromBytes(Uint8Array.from(key, char => char.charCodeAt(0)))

function describeAccount(account: Account | undefined): string {
  if (account === undefined) return 'none'
  const { codeHash, balance, minItemGas, minMemoGas, octets, items, gratis, created, lastAccumulation, parent } =
    account
  return `${[hexFromBytes(codeHash), balance, minItemGas, minMemoGas, octets, items, gratis, created, lastAccumulation, parent].join()}`
}

/** What an account holds is compared where the state after lists it, and where it was changed. */
function compareItems(id: number, data: JsonObject, got: Account): Mismatch[] {
  const what = `account ${id}`
  const listed = accountOf(data, what)
  const found: Mismatch[] = []
  const same = (field: string, expected: unknown, actual: unknown): void => {
    if (expected !== actual) found.push(mismatch(`${what} ${field}`, expected, actual))
  }
  const hex = (bytes: Uint8Array | undefined): string => (bytes === undefined ? 'none' : hexFromBytes(bytes))
  for (const change of got.changes) {
    if (change.kind === 'storage')
      same(`storage ${hex(change.key)}`, hex(listed.storage(change.key)), hex(change.value))
    else if (change.kind === 'preimage')
      same(`preimage ${hex(change.hash)}`, hex(listed.preimage(change.hash)), hex(change.value))
    else same(`request ${hex(change.hash)}`, String(listed.request(change.hash, change.length)), String(change.slots))
  }
  each(data.storage, 'storage', entry => {
    const key = bytesOf(entry.key, 'key')
    same(`storage ${hex(key)}`, hex(bytesOf(entry.value, 'value')), hex(got.storage(key)))
  })
  each(data.preimage_blobs, 'preimage_blobs', entry => {
    const hash = bytesOf(entry.hash, 'hash')
    same(`preimage ${hex(hash)}`, hex(bytesOf(entry.blob, 'blob')), hex(got.preimage(hash)))
  })
  each(data.preimage_requests, 'preimage_requests', entry => {
    const key = objectOf(entry.key, 'key')
    const [hash, length] = [bytesOf(key.hash, 'hash'), numberOf(key.length, 'length')]
    same(`request ${hex(hash)}`, String(listOf(entry.value, 'value')), String(got.request(hash, length)))
  })
  return found
}

function describeReady(ready: readonly (readonly ReadyEntry[])[]): string {
  const entry = ({ report, dependencies }: ReadyEntry): string =>
    `${hexFromBytes(report.packageHash)}<${[...dependencies].map(hexOfKey).sort().join()}`
  return ready.map(entries => entries.map(entry).join(' ')).join('|')
}

function describeStatistics(statistics: Iterable<readonly [number, ServiceStatistics]>): string {
  return [...statistics].map(([id, { count, gasUsed }]) => `${id}: ${count}, ${gasUsed}`).join('; ')
}

function expectedStatistics(value: unknown): [number, ServiceStatistics][] {
  return each(value, 'statistics', (entry, at) => {
    const record = objectOf(entry.record, `${at}.record`)
    const count = numberOf(record.accumulate_count, `${at}.accumulate_count`)
    return [
      numberOf(entry.id, `${at}.id`),
      { count, transfers: 0, gasUsed: bigintOf(record.accumulate_gas_used, `${at}.accumulate_gas_used`) },
    ]
  })
}

/** Runs a vector and returns what differs from its state after. The origin's README says which chain: its constants are `tiny`. */
export function runAccumulateVector(vector: JsonObject, engine: Engine, profile: Profile): Mismatch[] {
  const chain = resolveChain({ profile, chain: TINY_CHAIN, engine: engine.kind })
  const input = objectOf(vector.input, 'input')
  const before = objectOf(vector.pre_state, 'pre_state')
  const after = objectOf(vector.post_state, 'post_state')
  const { state, statistics } = accumulateBlock(chain, stateOf(before, chain.constants), {
    slot: numberOf(input.slot, 'input.slot'),
    entropy: bytesOf(before.entropy, 'entropy'),
    reports: each(input.reports, 'input.reports', reportOf),
  })
  const expected = stateOf(after, chain.constants)
  const found: Mismatch[] = []
  const same = (field: string, want: string, got: string): void => {
    if (want !== got) found.push(mismatch(field, want, got))
  }
  const privileges = ({ manager, assigners, delegator, registrar, always }: BlockState): string =>
    `${manager}; ${assigners}; ${delegator}; ${registrar}; ${[...always]}`
  same('privileges', privileges(expected), privileges(state))
  same('ready queue', describeReady(expected.ready), describeReady(state.ready))
  const history = (accumulated: BlockState['accumulated']): string =>
    accumulated.map(hashes => [...hashes].map(hexOfKey).sort().join()).join('|')
  same('accumulated', history(expected.accumulated), history(state.accumulated))
  same('statistics', describeStatistics(expectedStatistics(after.statistics)), describeStatistics(statistics))
  const ids = new Set<number>()
  each(after.accounts, 'accounts', (entry, at) => {
    const id = numberOf(entry.id, `${at}.id`)
    ids.add(id)
    const got = state.accounts.get(id)
    same(`account ${id}`, describeAccount(expected.accounts.get(id)), describeAccount(got))
    if (got !== undefined) found.push(...compareItems(id, objectOf(entry.data, at), got))
  })
  const known = each(before.accounts, 'accounts', entry => numberOf(entry.id, 'id'))
  for (const id of new Set([...known, ...[...state.accounts.changed].map(([changed]) => changed)])) {
    if (!ids.has(id)) same(`account ${id}`, 'none', describeAccount(state.accounts.get(id)))
  }
  return found
}
