// Δ1 and Δ* (GP 12.3): all services of a round run on the same state, and what they did is put together. Not Ψ_A, which runs one:
// accumulate.ts; not the rounds of a block: block.ts.

import { blake2b } from '../../hash/blake2b.ts'
import type { Accounts } from './accounts.ts'
import { type AccumulateResult, accumulate } from './accumulate.ts'
import type { Chain } from './chain.ts'
import type { AccumulateInput, Operand, Provision, ServiceState, Transfer, WorkResult } from './state.ts'

/** A work item's result within a report (GP 11.1). */
export interface Digest {
  readonly service: number
  readonly payloadHash: Uint8Array
  /** This is the gas for its accumulation. */
  readonly gas: bigint
  readonly result: WorkResult
}

/** What accumulation needs of a work report (GP 11.1). */
export interface WorkReport {
  readonly packageHash: Uint8Array
  readonly exportsRoot: Uint8Array
  readonly authorizerHash: Uint8Array
  readonly authTrace: Uint8Array
  readonly digests: readonly Digest[]
  /** Hashes of packages that have to be accumulated before. */
  readonly prerequisites: readonly Uint8Array[]
  /** Hashes of packages whose segments it imports. */
  readonly lookups: readonly Uint8Array[]
  /** Its encoding, where it was read from one: what the state's queue holds. */
  readonly encoded?: Uint8Array
}

/** What a round runs on beside the state. */
export interface RoundRequest {
  readonly slot: number
  readonly entropy: Uint8Array
  readonly transfers: readonly Transfer[]
  readonly reports: readonly WorkReport[]
  /** Gas that services get for nothing. */
  readonly free: ReadonlyMap<number, bigint>
}

/** A service yielded this hash. */
export interface Yield {
  readonly service: number
  readonly hash: Uint8Array
}

/** What came out of a round. */
export interface RoundResult {
  readonly state: ServiceState
  readonly transfers: readonly Transfer[]
  readonly yields: readonly Yield[]
  /** They are sorted by service, ascending. */
  readonly gasUsed: readonly (readonly [service: number, gas: bigint])[]
  /** This is what each service's accumulation gave. */
  readonly results: ReadonlyMap<number, AccumulateResult>
  /** Ids that several services gave to a new account. A block in which there is one is not valid, and its state means nothing. */
  readonly collisions: readonly number[]
}

/** Δ1 (GP 12.3): a service with all that is for it in this round. */
export function accumulateService(
  chain: Chain,
  state: ServiceState,
  { slot, entropy, transfers, reports, free }: RoundRequest,
  service: number,
): AccumulateResult {
  const inputs: AccumulateInput[] = transfers.filter(({ to }) => to === service)
  let gas = free.get(service) ?? 0n
  for (const transfer of inputs) gas += transfer.gas
  for (const report of reports) {
    for (const { service: id, payloadHash, gas: itemGas, result } of report.digests) {
      if (id !== service) continue
      const { packageHash, exportsRoot, authorizerHash, authTrace } = report
      const operand: Operand = {
        packageHash,
        exportsRoot,
        authorizerHash,
        payloadHash,
        gas: itemGas,
        result,
        authTrace,
      }
      inputs.push(operand)
      gas += itemGas
    }
  }
  return accumulate(chain, state, { service, slot, entropy, gas, inputs })
}

/** Those with a digest, with free gas, or with a transfer to them; ascending. */
function servicesOf({ reports, free, transfers }: RoundRequest): number[] {
  const services = new Set<number>(free.keys())
  for (const { digests } of reports) for (const { service } of digests) services.add(service)
  for (const { to } of transfers) services.add(to)
  return [...services].sort((a, b) => a - b)
}

/** What each service did to itself and to those it created; those that any removed are gone. */
function mergeAccounts(
  before: ServiceState,
  results: ReadonlyMap<number, AccumulateResult>,
): { readonly accounts: Accounts; readonly collisions: readonly number[] } {
  const accounts = before.accounts.fork()
  const removed = new Set<number>()
  const collisions = new Set<number>()
  for (const [service, { state }] of results) {
    for (const [id, account] of state.accounts.changedSince(before.accounts)) {
      const isOld = before.accounts.get(id) !== undefined
      if (account === undefined) {
        if (isOld) removed.add(id)
      } else if (id === service || !isOld) {
        if (!isOld && accounts.get(id) !== undefined) collisions.add(id)
        accounts.set(id, account)
      }
    }
  }
  for (const id of removed) accounts.remove(id)
  // Forked: what is done to these accounts is not done to those of the results.
  return { accounts: accounts.fork(), collisions: [...collisions].sort((a, b) => a - b) }
}

/** The parts of a request that are for one service, by service: so a round costs what is in it, however many services it has. */
function byService({ transfers, reports }: RoundRequest): Map<number, Pick<RoundRequest, 'transfers' | 'reports'>> {
  const parts = new Map<number, { transfers: Transfer[]; reports: Set<WorkReport> }>()
  const of = (service: number): { transfers: Transfer[]; reports: Set<WorkReport> } => {
    const part = parts.get(service) ?? { transfers: [], reports: new Set() }
    parts.set(service, part)
    return part
  }
  for (const transfer of transfers) of(transfer.to).transfers.push(transfer)
  for (const report of reports) for (const { service } of report.digests) of(service).reports.add(report)
  return new Map([...parts].map(([service, part]) => [service, { ...part, reports: [...part.reports] }]))
}

/** What the manager wants; where that is as it was, what the old holder wants (GP 12.3, R). */
function decide<T>(old: T, manager: T, holder: T): T {
  return manager === old ? holder : manager
}

/** Provisions whose request is still open become preimages (GP 12.3, P). */
function integrate(accounts: Accounts, provisions: readonly Provision[], slot: number): void {
  for (const { service, data, hash: known } of provisions) {
    const account = accounts.get(service)
    if (account === undefined) continue
    const hash = known ?? blake2b(data)
    if (account.request(hash, data.length)?.length !== 0) continue
    const own = accounts.edit(service)
    own.setRequest(hash, data.length, [slot])
    own.setPreimage(hash, data)
  }
}

/** Δ* (GP 12.3): accumulates all services of a round, none of which sees what another did. */
export function accumulateRound(chain: Chain, before: ServiceState, request: RoundRequest): RoundResult {
  const parts = byService(request)
  const none = { transfers: [], reports: [] }
  const results = new Map(
    servicesOf(request).map(service => [
      service,
      accumulateService(chain, before, { ...request, ...(parts.get(service) ?? none) }, service),
    ]),
  )
  const of = (service: number): ServiceState => results.get(service)?.state ?? before
  const manager = of(before.manager)
  const { accounts, collisions } = mergeAccounts(before, results)
  integrate(
    accounts,
    [...results.values()].flatMap(({ provisions }) => provisions),
    request.slot,
  )
  const { assigners, delegator, registrar } = before
  const all = [...results]
  return {
    state: {
      accounts,
      manager: manager.manager,
      always: manager.always,
      assigners: assigners.map((old, core) => decide(old, manager.assigners[core]!, of(old).assigners[core]!)),
      delegator: decide(delegator, manager.delegator, of(delegator).delegator),
      registrar: decide(registrar, manager.registrar, of(registrar).registrar),
      staging: of(delegator).staging,
      authQueues: before.authQueues.map((_, core) => of(assigners[core]!).authQueues[core]!),
    },
    transfers: all.flatMap(([, { transfers }]) => transfers),
    yields: all.flatMap(([service, { yield: hash }]) => (hash === undefined ? [] : [{ service, hash }])),
    gasUsed: all.map(([service, { gasUsed }]) => [service, gasUsed]),
    results,
    collisions,
  }
}
