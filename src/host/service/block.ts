// Δ+ (GP 12.3) and what a block's accumulation changes around it (GP 12.4): rounds within the block's gas, queue, history,
// statistics. Not a node: no validation of the block, no trie.

import { blake2b } from '../../hash/blake2b.ts'
import { keyOf } from './account.ts'
import type { Chain } from './chain.ts'
import { type Accumulated, accumulatable, advanceQueue, type ReadyQueue } from './ready-queue.ts'
import { accumulateRound, type RoundRequest, type WorkReport, type Yield } from './round.ts'
import type { Provision, ServiceState, Transfer } from './state.ts'

/** What a sequence of rounds runs on. */
export interface SequenceRequest extends RoundRequest {
  /** Gas that the reports may use. */
  readonly gas: bigint
}

/** What came out of a sequence of rounds. */
export interface SequenceResult {
  /** How many of the reports were accumulated. */
  readonly count: number
  readonly state: ServiceState
  /** A service may have several, each hash once. */
  readonly yields: readonly Yield[]
  /** By service, over all rounds. */
  readonly gasUsed: ReadonlyMap<number, bigint>
  /** The transfers that were inputs of a round. */
  readonly processed: readonly Transfer[]
  /** Ids that several services of a round gave to a new account: the block is not valid. */
  readonly collisions: readonly number[]
}

const sum = (values: readonly bigint[]): bigint => values.reduce((a, b) => a + b, 0n)
const gasOf = ({ digests }: WorkReport): bigint => sum(digests.map(({ gas }) => gas))

/** How many reports fit (GP 12.3); since 0.8.0 transfers and free gas count too. */
function fitting({ reports, transfers, free, gas }: SequenceRequest, is080: boolean): number {
  let used = is080 ? sum(transfers.map(transfer => transfer.gas)) + sum([...free.values()]) : 0n
  const over = reports.findIndex(report => {
    used += gasOf(report)
    return used > gas
  })
  return over < 0 ? reports.length : over
}

/** Δ+ (GP 12.3): rounds, as long as reports fit or there are transfers. Free gas is for the first one. */
export function accumulateSequence(chain: Chain, before: ServiceState, request: SequenceRequest): SequenceResult {
  const is080 = chain.version !== 'gp-0.7.2'
  const gasUsed = new Map<number, bigint>()
  const yields = new Map<string, Yield>()
  const collisions: number[] = []
  const processed: Transfer[] = []
  let state = before
  let count = 0
  let { gas, transfers, free } = request
  for (;;) {
    const reports = request.reports.slice(count)
    const fits = fitting({ ...request, reports, transfers, free, gas }, is080)
    if (transfers.length + fits + free.size === 0) {
      return { count, state, yields: [...yields.values()], gasUsed, processed, collisions }
    }
    const round = accumulateRound(chain, state, { ...request, transfers, free, reports: reports.slice(0, fits) })
    for (const [service, used] of round.gasUsed) gasUsed.set(service, (gasUsed.get(service) ?? 0n) + used)
    for (const given of round.yields) yields.set(`${given.service}:${keyOf(given.hash)}`, given)
    for (const transfer of transfers) processed.push(transfer)
    collisions.push(...round.collisions)
    // Gas that transfers carry was taken from their senders: it comes back to the budget, in 0.8.0 with the round that sends them.
    const back = is080 ? round.transfers : transfers
    gas = gas + sum(back.map(transfer => transfer.gas)) - sum(round.gasUsed.map(([, used]) => used))
    state = round.state
    transfers = round.transfers
    free = new Map()
    count += fits
  }
}

/** What of a block's state is not the services'. */
export interface BlockState extends ServiceState {
  /** This is the slot of the block before. */
  readonly slot: number
  readonly ready: ReadyQueue
  readonly accumulated: Accumulated
}

/** A block, as far as accumulation goes. */
export interface Block {
  readonly slot: number
  /** This is the posterior entropy, η′0; it has 32 bytes. */
  readonly entropy: Uint8Array
  /** Reports that became available, in the order of their cores. */
  readonly reports: readonly WorkReport[]
  /** Preimages that the block brings, in its order. A node has their hashes from checking the block. */
  readonly preimages?: readonly Provision[]
}

/** What a service's accumulation cost. */
export interface ServiceStatistics {
  /** So many digests were accumulated. */
  readonly count: number
  /** Transfers received that were processed; counted since 0.8.0. */
  readonly transfers: number
  readonly gasUsed: bigint
}

/** This is what came out of a block. */
export interface BlockResult {
  readonly state: BlockState
  /** These are the block's yields, by service, then by hash (θ). */
  readonly yields: readonly Yield[]
  readonly statistics: ReadonlyMap<number, ServiceStatistics>
  readonly reports: readonly WorkReport[]
  /** Ids that several services of a round gave to a new account. Where there is one, the block is not valid: do not take its state. */
  readonly collisions: readonly number[]
}

function statisticsOf(
  done: readonly WorkReport[],
  { gasUsed, processed }: SequenceResult,
  is080: boolean,
): Map<number, ServiceStatistics> {
  const counts = new Map<number, number>()
  for (const { digests } of done) for (const { service } of digests) counts.set(service, (counts.get(service) ?? 0) + 1)
  const transfers = new Map<number, number>()
  if (is080) for (const { to } of processed) transfers.set(to, (transfers.get(to) ?? 0) + 1)
  const services = [...new Set([...gasUsed.keys(), ...counts.keys(), ...transfers.keys()])].sort((a, b) => a - b)
  const statistics = new Map<number, ServiceStatistics>()
  for (const service of services) {
    const entry = {
      count: counts.get(service) ?? 0,
      transfers: transfers.get(service) ?? 0,
      gasUsed: gasUsed.get(service) ?? 0n,
    }
    if (BigInt(entry.count + entry.transfers) + entry.gasUsed !== 0n) statistics.set(service, entry)
  }
  return statistics
}

function byServiceThenHash(a: Yield, b: Yield): number {
  if (a.service !== b.service) return a.service - b.service
  const [left, right] = [keyOf(a.hash), keyOf(b.hash)]
  return left < right ? -1 : left > right ? 1 : 0
}

/** The gas of a block (GP 12.3): its own, or what its cores and the services that run always may use. */
function blockGas({ constants }: Chain, always: ReadonlyMap<number, bigint>): bigint {
  const least = BigInt(constants.reportAccumulateGas) * BigInt(constants.coreCount) + sum([...always.values()])
  const own = BigInt(constants.blockAccumulateGas)
  return own > least ? own : least
}

/** Preimages of the block that were asked for before it and still are (GP 12.4). */
function addPreimages(before: ServiceState, after: ServiceState, block: Block): void {
  for (const { service, data, hash: known } of block.preimages ?? []) {
    const hash = known ?? blake2b(data)
    const isOpen = ({ accounts }: ServiceState): boolean =>
      accounts.get(service)?.request(hash, data.length)?.length === 0
    if (!isOpen(before) || !isOpen(after)) continue
    const account = after.accounts.edit(service)
    account.setRequest(hash, data.length, [block.slot])
    account.setPreimage(hash, data)
  }
}

/** Accumulates a block: which reports, the rounds, and what follows in queue, history, records and statistics (GP 12). */
export function accumulateBlock(chain: Chain, before: BlockState, block: Block): BlockResult {
  const { ready, accumulated, slot: last } = before
  const { slot, entropy } = block
  const { reports, queued } = accumulatable(block.reports, ready, accumulated, slot)
  const sequence = accumulateSequence(chain, before, {
    slot,
    entropy,
    reports,
    transfers: [],
    free: before.always,
    gas: blockGas(chain, before.always),
  })
  const done = reports.slice(0, sequence.count)
  const statistics = statisticsOf(done, sequence, chain.version !== 'gp-0.7.2')
  const state = { ...sequence.state, accounts: sequence.state.accounts.fork() }
  for (const service of statistics.keys()) {
    if (state.accounts.get(service) !== undefined) state.accounts.edit(service).lastAccumulation = slot
  }
  addPreimages(before, state, block)
  return {
    state: { ...state, slot, ...advanceQueue({ queued, done }, ready, accumulated, { slot, before: last }) },
    yields: [...sequence.yields].sort(byServiceThenHash),
    statistics,
    reports: done,
    collisions: sequence.collisions,
  }
}
